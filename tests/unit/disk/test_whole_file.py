from pathlib import Path

import pytest

from edge.disk.whole_file import write_whole


def test_a_file_is_replaced_whole_and_its_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "stores" / "figures.json"
    write_whole(path, b"one")
    write_whole(path, b"another")
    assert path.read_bytes() == b"another"
    assert [one.name for one in path.parent.iterdir()] == ["figures.json"]


def test_what_a_power_cut_left_half_written_is_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.with_name(".key.pem.new").write_bytes(b"ha")
    write_whole(path, b"whole", mode=0o600)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"whole", 0o600)


def test_a_disk_that_takes_nothing_leaves_the_file_before_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    write_whole(path, b"before")
    # What lies in the way of the temporary file cannot be removed as a file.
    path.with_name(".site.yaml.new").mkdir()
    with pytest.raises(OSError, match=r"site\.yaml\.new"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
