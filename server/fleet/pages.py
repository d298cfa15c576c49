"""Boxes as the console shows them: all that they say of themselves that somebody acts on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.device import CameraState, DeviceState, EvidenceRoom, PermitState
from hazard_library.contract.ids import DeviceId, HazardId
from server.fleet.schemas import (
    CameraShown,
    DeviceShown,
    EvidenceRoomShown,
    HazardSilent,
    InferenceShown,
    LossesShown,
    ModelRefused,
    ModelShown,
    PermitShown,
)
from server.fleet.service import CameraRef, DeviceSeen, Losses

#: Three missed heartbeats of 30 s.
_SILENT_AFTER = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a list of boxes is drawn with: now, the hazards' names, and who lost what."""

    now: datetime
    catalogue: Catalogue
    evidence_lost: Mapping[DeviceId, Losses]
    messages_lost: Mapping[DeviceId, Losses]


def device_shown(seen: DeviceSeen, at: Moment) -> DeviceShown:
    """Write a box with its cameras."""
    state = seen.state
    told = {camera.camera: camera for camera in state.cameras} if state is not None else {}
    return DeviceShown(
        id=seen.device.id,
        site=seen.device.site,
        status=_status(seen, at.now),
        heard_at=seen.received_at,
        software=state.software if state else None,
        config_error=state.config_error if state else None,
        outbox_pending=state.outbox_pending if state else None,
        clock_synchronised=state.clock.synchronised if state and state.clock else None,
        clock_ahead_ms=state.clock.offset_ms if state and state.clock else None,
        doubled_at=seen.doubled_at,
        certificate_until=seen.certificate_until,
        models=_models(state),
        inference=_inference(state),
        models_refused=_refused(state),
        permits=tuple(_permit(one, at.catalogue) for one in state.permits) if state else (),
        permits_error=state.permits_error if state else None,
        evidence=_room(state.evidence) if state and state.evidence else None,
        evidence_lost=_losses(at.evidence_lost.get(seen.device.id)),
        messages_lost=_losses(at.messages_lost.get(seen.device.id)),
        counters=state.counters if state else {},
        cameras=tuple(_camera(camera, told.get(camera.id)) for camera in seen.cameras),
    )


def _camera(camera: CameraRef, told: CameraState | None) -> CameraShown:
    return CameraShown(
        id=camera.id,
        name=camera.name,
        place=camera.place,
        condition=told.condition if told else None,
        since=told.since if told else None,
        detail=told.detail if told else "",
        fps=told.fps if told else None,
        shed=told.shed if told else None,
        unwatched=told.unwatched if told else (),
    )


def _models(state: DeviceState | None) -> tuple[ModelShown, ...]:
    return tuple(
        ModelShown(name=model.name, version=model.version, precision=model.precision)
        for model in (state.models if state else ())
    )


def _inference(state: DeviceState | None) -> InferenceShown | None:
    used = state.inference if state else None
    return InferenceShown(backend=used.backend, workers=used.workers) if used else None


def _refused(state: DeviceState | None) -> tuple[ModelRefused, ...]:
    refused = state.models_refused if state else {}
    return tuple(ModelRefused(name=name, reason=why) for name, why in sorted(refused.items()))


def _permit(permit: PermitState, catalogue: Catalogue) -> PermitShown:
    return PermitShown(
        id=permit.id,
        kind=permit.kind,
        cameras=permit.cameras,
        zones=permit.zones,
        hazards=tuple(
            HazardSilent(id=code, name=catalogue.name_of(HazardId(code))) for code in permit.hazards
        ),
        begins_at=permit.begins_at,
        ends_at=permit.ends_at,
        excused=permit.excused,
    )


def _room(room: EvidenceRoom) -> EvidenceRoomShown:
    return EvidenceRoomShown(
        level=room.level,
        quota_bytes=room.quota_bytes,
        used_bytes=room.used_bytes,
        waiting_bytes=room.waiting_bytes,
        disk_free_bytes=room.disk_free_bytes,
    )


def _losses(lost: Losses | None) -> LossesShown | None:
    return LossesShown(count=lost.count, last_at=lost.last_at) if lost else None


def _status(seen: DeviceSeen, now: datetime) -> str:
    if seen.is_revoked:
        return "revoked"
    if seen.state is None or seen.received_at is None:
        return "never_heard"
    if seen.state.status == "online" and now - seen.received_at > _SILENT_AFTER:
        return "silent"
    return seen.state.status
