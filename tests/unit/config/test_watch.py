from pathlib import Path

import pytest

from edge.config.watch import ConfigWatch


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "cameras").mkdir()
    (tmp_path / "cameras" / "gate.yaml").write_text("id: gate\n")
    (tmp_path / "site.yaml").write_text("site: yard\n")
    return tmp_path / "site.yaml"


def looks(watch: ConfigWatch, times: int = 4) -> list[bool]:
    return [watch.has_changed() for _ in range(times)]


def test_nothing_changed_is_never_told(site: Path) -> None:
    assert looks(ConfigWatch(site)) == [False] * 4


def test_a_change_is_told_once_and_only_when_it_has_come_to_rest(site: Path) -> None:
    watch = ConfigWatch(site)
    site.write_text("site: qua")
    assert looks(watch, 1) == [False]
    site.write_text("site: quarry\n")
    assert looks(watch) == [False, True, False, False]


@pytest.mark.parametrize("name", ["cameras/yard.yaml", "cameras/gate.yaml", "site.yaml"])
def test_a_file_that_comes_or_is_replaced_is_a_change(site: Path, name: str) -> None:
    watch = ConfigWatch(site)
    fresh = site.with_name("fresh")
    fresh.write_text("id: gate\n")
    fresh.replace(site.parent / name)
    assert looks(watch, 3).count(True) == 1


def test_a_file_that_goes_is_a_change(site: Path) -> None:
    watch = ConfigWatch(site)
    (site.parent / "cameras" / "gate.yaml").unlink()
    assert looks(watch, 3).count(True) == 1


def test_what_is_about_to_be_read_is_not_told_again(site: Path) -> None:
    watch = ConfigWatch(site)
    site.write_text("site: quarry\n")
    watch.take_as_known()
    assert looks(watch) == [False] * 4


def test_a_change_during_a_reload_is_not_taken_for_known(site: Path) -> None:
    watch = ConfigWatch(site)
    secret = site.with_name("gate.password")
    secret.write_text("first")
    site.write_text("site: quarry\n")
    watch.watch_also([secret])
    assert looks(watch, 3).count(True) == 1
    secret.write_text("second")
    assert looks(watch, 3).count(True) == 1
