"""What a library's error means for the one who has to mend it: each fault has its own sentence."""

import errno
import socket

import av.error

from edge import trust
from edge.errors import SourceError, Stalled, Undecodable, Unreachable
from edge.video.source import FileAddress, HttpAddress, RtspAddress, SourceSpec, shown_url

#: What the library raises: some of its errors are operating system errors too.
LibraryFault = av.error.FFmpegError | OSError

#: A camera that has just answered is asked once more, to learn why.
_HANDSHAKE_S = 2.0
_INTERRUPTED = (av.error.ExitError, av.error.TimeoutError)


def explain_opening(spec: SourceSpec, fault: LibraryFault, *, too_late: bool) -> SourceError:
    """Say why a source could not be opened. too_late: the deadline for connecting has passed.

    The library reports an attempt that it broke off at the deadline as if the data were wrong.
    """
    match spec.address:
        case FileAddress():
            return _explain_file(spec.address, fault)
        case RtspAddress() | HttpAddress():
            if too_late:
                return _no_answer(spec)
            return _explain_camera(spec, spec.address, fault)


def explain_reading(spec: SourceSpec, fault: LibraryFault, *, too_late: bool) -> SourceError:
    """Say why an open source stopped giving packets."""
    where = f"camera {spec.camera}: {shown_url(spec.address)}"
    if isinstance(spec.address, FileAddress):
        return Undecodable(f"{where} is damaged and cannot be read on; copy it again")
    if too_late or isinstance(fault, _INTERRUPTED):
        return Stalled(f"{where} is connected but sends nothing; {_stalled_remedy(spec)}")
    return Unreachable(f"{where}: the connection broke ({fault.strerror}); it is tried again")


def _explain_file(address: FileAddress, fault: LibraryFault) -> SourceError:
    path = address.path
    if isinstance(fault, av.error.FileNotFoundError):
        return Unreachable(f"{path}: there is no such file; give the path of a video")
    if isinstance(fault, av.error.PermissionError):
        return Unreachable(f"{path}: not readable; give this user the right to read it")
    if isinstance(fault, av.error.IsADirectoryError):
        return Undecodable(f"{path}: a folder; give the path of one video")
    if path.is_file() and path.stat().st_size == 0:
        return Undecodable(f"{path}: is empty (0 bytes); copy it again")
    return Undecodable(
        f"{path}: not a video, or its beginning or index is missing (truncated?); "
        "copy it again or give a file that a player can open"
    )


def _stalled_remedy(spec: SourceSpec) -> str:
    if isinstance(spec.address, RtspAddress) and spec.address.transport == "udp":
        return "if a firewall drops UDP, write transport: tcp; else check the camera"
    return "check the camera and its network"


def _explain_camera(
    spec: SourceSpec, address: RtspAddress | HttpAddress, fault: LibraryFault
) -> SourceError:
    where = f"camera {spec.camera}: {shown_url(address)}"
    said = fault.strerror
    match fault:
        case av.error.InvalidDataError():
            return Undecodable(
                f"{where} answers with something that is no video stream ({said}); "
                "check that host, port and path are those of the camera's stream"
            )
        case _ if isinstance(fault, _INTERRUPTED):
            return _no_answer(spec)
        case _:
            return Unreachable(f"{where}{_why_not_reached(address, fault)}")


def _why_not_reached(address: RtspAddress | HttpAddress, fault: LibraryFault) -> str:
    match fault:
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            return " refuses user or password; correct them for this camera"
        case av.error.HTTPNotFoundError():
            return " has no stream under this path; correct the path"
        case av.error.HTTPServerError():
            return f" has a fault of its own ({fault.strerror}); restart the camera"
        case av.error.ConnectionRefusedError():
            return (
                f" refuses the connection: nothing listens at port {address.port}; "
                "check the port and that the camera is on"
            )
        case _ if fault.errno == errno.EIO:
            return _why_broken_off(address)
        case _:
            return f" cannot be reached ({fault.strerror}); check host and network"


def _why_broken_off(address: RtspAddress | HttpAddress) -> str:
    """Say what the library calls a fault of input: an unknown host, or an end without a picture."""
    if not _is_known(address.host):
        return f": nobody knows the host {address.host}; correct its name or the DNS"
    refused = _why_refused(address)
    return refused or " breaks the connection off before a picture came; check port and path"


def _why_refused(address: RtspAddress | HttpAddress) -> str | None:
    """Say that the camera's certificate is not believed; the library says nothing of it."""
    if not isinstance(address, HttpAddress) or not address.url.startswith("https:"):
        return None
    if not address.check_certificate:
        return None
    why = trust.why_refused((address.host, address.port), address.ca_file, _HANDSHAKE_S)
    return None if why is None else f": {why}"


def _is_known(host: str) -> bool:
    """Whether the host's name has an address: the library reports one that has none as a fault."""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return False
    return True


def _no_answer(spec: SourceSpec) -> Unreachable:
    return Unreachable(
        f"camera {spec.camera}: {shown_url(spec.address)} does not answer in time; "
        "check host, cable and that the camera is on"
    )


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


def has_no_end(spec: SourceSpec) -> Undecodable:
    """Say that a stream cannot be replayed."""
    return Undecodable(
        f"camera {spec.camera}: {shown_url(spec.address)} is a stream without an end and cannot "
        "be replayed; write mode: live"
    )
