"""What a library's error means for the one who has to mend it: each fault has its own sentence."""

import av.error

from edge.errors import SourceError, Stalled, Undecodable, Unreachable
from edge.video.source import FileAddress, RtspAddress, SourceSpec, shown_url, without_secrets

_INTERRUPTED = (av.error.ExitError, av.error.TimeoutError)


def explain_opening(spec: SourceSpec, fault: Exception) -> SourceError:
    """Say why a source could not be opened."""
    match spec.address:
        case FileAddress():
            return _explain_file(spec.address, fault)
        case RtspAddress():
            return _explain_camera(spec, spec.address, fault)


def explain_reading(spec: SourceSpec, fault: Exception) -> SourceError:
    """Say why an open source stopped giving packets."""
    where = f"camera {spec.camera}: {shown_url(spec.address)}"
    if isinstance(fault, _INTERRUPTED):
        return Stalled(f"{where} is connected but sends nothing; check the camera and its network")
    said = without_secrets(str(fault), spec.address)
    return Unreachable(f"{where}: the connection broke ({said}); it is tried again")


def _explain_file(address: FileAddress, fault: Exception) -> SourceError:
    path = address.path
    if isinstance(fault, av.error.FileNotFoundError):
        return Unreachable(f"{path}: there is no such file; give the path of a video")
    if isinstance(fault, av.error.PermissionError):
        return Unreachable(f"{path}: not readable; give this user the right to read it")
    if isinstance(fault, av.error.IsADirectoryError):
        return Undecodable(f"{path}: a folder; give the path of one video")
    return Undecodable(
        f"{path}: not a video, or its beginning or index is missing (truncated?); "
        "copy it again or give a file that a player can open"
    )


def _explain_camera(spec: SourceSpec, address: RtspAddress, fault: Exception) -> SourceError:
    where = f"camera {spec.camera}: {shown_url(address)}"
    said = without_secrets(str(fault), address)
    match fault:
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return Unreachable(f"{where} refuses user or password; correct them for this camera")
        case av.error.HTTPNotFoundError():
            return Unreachable(f"{where} has no stream under this path; correct the path")
        case av.error.ConnectionRefusedError():
            return Unreachable(
                f"{where} refuses the connection: nothing listens at port {address.port}; "
                "check the port and that the camera is on"
            )
        case _ if isinstance(fault, _INTERRUPTED):
            return Unreachable(
                f"{where} does not answer in time; check host, cable and that the camera is on"
            )
        case av.error.InvalidDataError():
            return Undecodable(f"{where} answers with something that is no video stream ({said})")
        case _:
            return Unreachable(f"{where} cannot be reached ({said}); check host and network")


def no_video(spec: SourceSpec) -> Undecodable:
    """Say that a source was opened but holds no pictures."""
    return Undecodable(
        f"camera {spec.camera}: {shown_url(spec.address)} holds no video stream; "
        "give a source with pictures"
    )


def unknown_codec(spec: SourceSpec, codec: str) -> Undecodable:
    """Say that the codec cannot be decoded here."""
    return Undecodable(
        f"camera {spec.camera}: {shown_url(spec.address)} is coded as {codec}, which cannot be "
        "decoded here; set the camera to H.264 or H.265"
    )


def no_picture(spec: SourceSpec, seconds: float) -> Undecodable:
    """Say that packets come but no picture can be made of them."""
    return Undecodable(
        f"camera {spec.camera}: {shown_url(spec.address)} sends packets, but none gave a picture "
        f"for {seconds:.0f} s; check the camera's codec settings"
    )


def nothing_decoded(spec: SourceSpec) -> Undecodable:
    """Say that a file was read to its end without one picture."""
    return Undecodable(
        f"camera {spec.camera}: {shown_url(spec.address)} ended without one picture that could be "
        "decoded; copy it again or give another file"
    )
