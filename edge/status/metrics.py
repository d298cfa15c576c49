"""The box's vitals in Prometheus's text format. Names are part of the interface: keep them."""

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from edge.status.vitals import CameraVitals, Vitals
from hazard_library.contract.device import CameraCondition

CONTENT_TYPE = CONTENT_TYPE_LATEST
_CAMERA = ("camera",)


def exposition(vitals: Vitals) -> bytes:
    """Write all metrics of one moment."""
    registry = CollectorRegistry()
    registry.register(_Moment(vitals))
    return generate_latest(registry)


class _Moment(Collector):
    """Tells one moment's figures and keeps nothing."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        yield from _of_cameras(self._vitals.cameras)
        yield from _of_stores(self._vitals)
        yield from _of_box(self._vitals)


def _of_cameras(cameras: tuple[CameraVitals, ...]) -> Iterator[Metric]:
    gauges = {
        "fps_in": "Pictures decoded per second",
        "fps_out": "Pictures analysed per second",
        "queue_length": "Pictures waiting to be analysed",
    }
    counters = {
        "frames_in": "Pictures decoded",
        "frames_out": "Pictures analysed",
        "decode_seconds": "Time spent decoding",
        "inference_seconds": "Time models took for this camera's pictures",
        "inferences": "Pictures that models looked at",
        "reconnects": "Attempts to open the source again",
    }
    for name, says in gauges.items():
        gauge = GaugeMetricFamily(f"patrol_camera_{name}", says, labels=_CAMERA)
        for camera in cameras:
            gauge.add_metric([camera.id], getattr(camera.work, name))
        yield gauge
    for name, says in counters.items():
        counter = CounterMetricFamily(f"patrol_camera_{name}", says, labels=_CAMERA)
        for camera in cameras:
            counter.add_metric([camera.id], getattr(camera.work, name))
        yield counter
    yield _drops(cameras)
    yield _states(cameras)


def _drops(cameras: tuple[CameraVitals, ...]) -> Metric:
    says = "Pictures and packets that were let go, by reason"
    drops = CounterMetricFamily("patrol_camera_drops", says, labels=("camera", "reason"))
    for camera in cameras:
        for reason, count in camera.work.drops.items():
            drops.add_metric([camera.id, reason], count)
    return drops


def _states(cameras: tuple[CameraVitals, ...]) -> Metric:
    says = "1 for the condition that a camera is in, 0 for the others"
    states = GaugeMetricFamily("patrol_camera_state", says, labels=("camera", "state"))
    for camera in cameras:
        now = camera.state.condition if camera.state else CameraCondition.STARTING
        for condition in CameraCondition:
            states.add_metric([camera.id, condition.value], float(condition is now))
    return states


def _of_stores(vitals: Vitals) -> Iterator[Metric]:
    sizes: dict[str, tuple[float | None, str]] = {
        "outbox_depth": (vitals.outbox, "Messages the server has not acknowledged"),
        "uploads_waiting": (vitals.uploads, "Evidence files the server does not have yet"),
        "disk_free_bytes": (vitals.disk.free, "Free on the disk of the stores"),
        "disk_total_bytes": (vitals.disk.total, "Size of the disk of the stores"),
        "evidence_bytes": (vitals.disk.evidence_used, "Evidence on disk"),
        "evidence_quota_bytes": (vitals.disk.evidence_quota, "What evidence may take"),
        "open_incidents": (len(vitals.incidents), "Incidents that are open now"),
        "memory_bytes": (vitals.memory_bytes, "Resident memory of the engine"),
    }
    for name, (value, says) in sizes.items():
        # What cannot be read is left out: a zero would say that all is well.
        if value is not None:
            yield GaugeMetricFamily(f"patrol_{name}", says, value=value)


def _of_box(vitals: Vitals) -> Iterator[Metric]:
    info = GaugeMetricFamily(
        "patrol_box_info", "Who this is", labels=("device", "site", "software", "config_sha256")
    )
    info.add_metric([vitals.device, vitals.site, vitals.software, vitals.config_sha256], 1)
    yield info
    models = GaugeMetricFamily(
        "patrol_model_info",
        "Models that run; 0 for one that is refused",
        labels=("model", "version", "precision", "sha256"),
    )
    for model in vitals.models:
        models.add_metric([model.name, model.version, model.precision, model.sha256], 1)
    for name in vitals.models_refused:
        models.add_metric([name, "", "", ""], 0)
    yield models
    refused = float(vitals.config_error is not None)
    yield GaugeMetricFamily(
        "patrol_config_refused", "1 while a newer configuration is refused", value=refused
    )
    started = vitals.started_at.timestamp()
    yield GaugeMetricFamily("patrol_start_time_seconds", "Start of the engine", value=started)
    if vitals.linked is not None:
        yield GaugeMetricFamily(
            "patrol_broker_connected", "1 while the broker is there", value=float(vitals.linked)
        )
    if vitals.clock.synchronised is not None:
        synchronised = float(vitals.clock.synchronised)
        yield GaugeMetricFamily(
            "patrol_clock_synchronised", "1 while the clock is synchronised", value=synchronised
        )
    counts = CounterMetricFamily(
        "patrol_events", "The box's own counters, as its state names them", labels=("event",)
    )
    for name, count in vitals.counters.items():
        counts.add_metric([name], count)
    yield counts
