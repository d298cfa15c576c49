"""An RTSP server for tests and benches, run by Debian's own python3: plays one file for ever.

argv: the file (MP4), the codec (h264, h265 or mjpeg), the port (0: any), and optionally user and
password.
Prints its port on the first line; ends when its standard input closes.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 - after the versions are chosen

PATH = "/live"
_PAYLOAD = {
    "h264": "h264parse config-interval=-1 ! rtph264pay pt=96",
    "h265": "h265parse config-interval=-1 ! rtph265pay pt=96",
    "mjpeg": "jpegparse ! rtpjpegpay pt=26",
}


def main() -> None:
    """Serve until the one who started it goes away."""
    film, codec, port, *credential = sys.argv[1:]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f'( filesrc location="{film}" ! qtdemux ! {_PAYLOAD[codec]} name=pay0 )')
    factory.set_shared(True)
    if credential:
        _guard(server, factory, credential[0], credential[1])
    server.get_mount_points().add_factory(PATH, factory)
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    loop = GLib.MainLoop()
    threading.Thread(target=_wait_for_the_end, args=(loop,), daemon=True).start()
    loop.run()


def _guard(
    server: "GstRtspServer.RTSPServer",
    factory: "GstRtspServer.RTSPMediaFactory",
    user: str,
    password: str,
) -> None:
    """Let in only the one who knows user and password."""
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    rights = "viewer, media.factory.access=true, media.factory.construct=true"
    factory.add_role_from_structure(Gst.Structure.new_from_string(rights))


def _wait_for_the_end(loop: "GLib.MainLoop") -> None:
    sys.stdin.read()
    loop.quit()


if __name__ == "__main__":
    main()
