from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from edge.video.source import FileAddress, HttpAddress, RtspAddress, SourceSpec, open_url, shown_url
from hazard_library.contract.ids import CameraId

AWKWARD = ["@", "^", "#", "%", ":", "/", "?", "&", " ", "+", '"', "\\"]


@pytest.mark.parametrize("character", AWKWARD)
def test_every_character_may_stand_in_a_user_and_a_password(character: str) -> None:
    address = RtspAddress(
        "cam.example", 8554, "/live", user=f"a{character}b", password=f"x{character}y"
    )
    parts = urlsplit(open_url(address))
    assert (parts.hostname, parts.port, parts.path) == ("cam.example", 8554, "/live")
    assert unquote(parts.username or "") == f"a{character}b"
    assert unquote(parts.password or "") == f"x{character}y"


def test_a_query_stays_part_of_the_path_that_is_opened() -> None:
    address = RtspAddress("10.0.0.2", 554, "Streaming/Channels/101?transportmode=unicast")
    wanted = "rtsp://10.0.0.2:554/Streaming/Channels/101?transportmode=unicast"
    assert open_url(address) == wanted


def test_an_ipv6_host_is_put_in_brackets() -> None:
    assert open_url(RtspAddress("::1", 554, "/a")) == "rtsp://[::1]:554/a"


def test_what_people_see_holds_neither_user_nor_password_nor_query() -> None:
    address = RtspAddress("cam.example", 554, "/live?token=sesame", "admin", "hunter2")
    shown = shown_url(address)
    assert shown == "rtsp://***@cam.example:554/live"


def test_a_password_is_not_in_the_repr_of_a_source() -> None:
    spec = SourceSpec(CameraId("gate"), RtspAddress("h", 554, "/", "admin", "hunter2"))
    assert "hunter2" not in repr(spec)


def test_a_file_whose_name_looks_like_an_address_is_opened_as_a_file() -> None:
    assert open_url(FileAddress(Path("rtsp:/x.mp4"))) == "file:rtsp:/x.mp4"


@pytest.mark.parametrize("character", AWKWARD)
def test_every_character_may_stand_in_the_password_of_a_web_camera(character: str) -> None:
    address = HttpAddress("https://cam.example:8443/v.mp4?x=1", "admin", f"x{character}y")
    parts = urlsplit(open_url(address))
    assert (parts.scheme, parts.hostname, parts.port) == ("https", "cam.example", 8443)
    assert unquote(parts.password or "") == f"x{character}y"
    assert shown_url(address) == "https://***@cam.example:8443/v.mp4"
    assert f"x{character}y" not in repr(address)
