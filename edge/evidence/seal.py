"""Sealing: the manifest of an incident's evidence, signed, chained to the one before, announced."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.evidence.identity_key import public_bytes
from edge.evidence.ledger import ClipOrder, EvidenceLedger, SealedManifest
from edge.ports import Clock, Outbox
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.evidence import (
    ClipSpan,
    EvidenceKind,
    EvidenceManifest,
    EvidenceSealed,
    find,
)
from hazard_library.contract.ids import CameraId, DeviceId, HazardId, manifest_id, sealed_message_id
from hazard_library.contract.topics import Channel
from hazard_library.proof.signature import key_id


@dataclass(frozen=True, slots=True)
class Maker:
    """What a manifest says about the box that made the evidence.

    models: returns those behind a hazard at a camera.
    """

    device: DeviceId
    software: str
    config_sha256: str
    catalogue_sha256: str
    models: Callable[[CameraId, HazardId], Sequence[ModelUsed]]


class Sealer:
    """Writes manifests into the ledger and from there into the outbox."""

    def __init__(
        self,
        maker: Maker,
        key: Ed25519PrivateKey,
        ledger: EvidenceLedger,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._maker = maker
        self._key = key
        self._key_id = key_id(public_bytes(key))
        self._ledger = ledger
        self._outbox = outbox
        self._clock = clock

    def adopt_configuration(self, sha256: str) -> None:
        """Name another configuration from the next manifest on."""
        self._maker = replace(self._maker, config_sha256=sha256)

    def seal(self, order: ClipOrder, span: ClipSpan | None) -> None:
        """Seal what there is of an order and announce it."""
        self._ledger.seal(order.incident, lambda previous: self._write(order, span, previous))
        self.announce()

    def announce(self) -> None:
        """Put manifests into the outbox that are not there yet; also those of before a crash."""
        for sealed in self._ledger.unannounced():
            self._outbox.append(Channel.EVIDENCE, lambda no, s=sealed: self._message(s, no))  # type: ignore[misc]
            self._ledger.mark_announced(sealed.incident)

    def _write(
        self, order: ClipOrder, span: ClipSpan | None, previous: str | None
    ) -> SealedManifest:
        models = self._maker.models(order.camera, order.hazard)
        has_original = find(order.files, EvidenceKind.CLIP_ORIGINAL) is not None
        manifest = EvidenceManifest(
            id=manifest_id(order.incident),
            device=self._maker.device,
            key_id=self._key_id,
            incident_id=order.incident,
            camera=order.camera,
            hazard=order.hazard,
            trigger_at=order.trigger_at,
            sealed_at=self._clock.now().utc,
            span=span,
            files=order.files,
            lost=dict(order.lost),
            software=self._maker.software,
            models={model.name: model.sha256 for model in models},
            config_sha256=self._maker.config_sha256,
            previous_manifest_sha256=previous,
            clock=order.clock,
            model_versions={model.name: model.version for model in models},
            catalogue_sha256=self._maker.catalogue_sha256,
            original=("re_encoded" if order.masks else "as_received") if has_original else None,
            privacy_masks=order.masks,
            last_good_at=order.last_good_at,
        )
        data = manifest.to_bytes()
        return SealedManifest(
            incident=order.incident,
            sha256=sha256(data).hexdigest(),
            manifest=data.decode(),
            signature=b64encode(self._key.sign(data)).decode(),
        )

    def _message(self, sealed: SealedManifest, message_no: int) -> EvidenceSealed:
        return EvidenceSealed(
            id=sealed_message_id(manifest_id(sealed.incident)),
            device=self._maker.device,
            sent_at=self._clock.now().utc,
            boot=self._outbox.boot,
            message_no=message_no,
            manifest=sealed.manifest,
            manifest_sha256=sealed.sha256,
            signature=sealed.signature,
        )
