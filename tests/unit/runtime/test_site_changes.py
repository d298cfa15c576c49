from pathlib import Path

from edge.config import Site, SiteConfig
from edge.runtime.site_changes import CameraChanges, SiteChanges, Specs, compare
from edge.runtime.source_specs import source_spec


def configured(*cameras: dict[str, object], **site: object) -> tuple[Site, Specs]:
    fields = {"site": "yard", "device": "box-1", "stores": "stores"} | site
    config = SiteConfig.model_validate(fields | {"cameras": cameras})
    made = Site(config, config.cameras, Path("/site"), (Path("/site/site.yaml"),), "a" * 64)
    return made, {camera.id: source_spec(made, camera) for camera in made.cameras}


def a_camera(name: str, film: str = "walk.mp4", **changes: object) -> dict[str, object]:
    source = {"kind": "file", "path": film, "loop": True}
    return {"id": name, "source": source, "hazards": [{"id": "ZONE-01"}]} | changes


def test_the_same_configuration_changes_nothing() -> None:
    one = configured(a_camera("gate"), a_camera("yard"))
    assert compare(one, one) == SiteChanges((), CameraChanges())


def test_every_camera_is_in_the_group_of_its_own_change() -> None:
    before = configured(*(a_camera(name) for name in ("same", "gone", "zoned", "moved", "slower")))
    zone = {"id": "pit", "points": [[0, 0], [1, 0], [1, 1]]}
    after = configured(
        a_camera("new"),
        a_camera("same"),
        a_camera("zoned", zones=[zone]),
        a_camera("moved", film="other.mp4"),
        a_camera("slower", sample_fps=2),
    )
    assert compare(before, after).cameras == CameraChanges(
        added=("new",), removed=("gone",), reconnected=("moved", "slower"), rejudged=("zoned",)
    )


def test_a_new_privacy_mask_is_in_force_from_the_readers_first_picture() -> None:
    mask = {"id": "desk", "points": [[0, 0], [0.5, 0], [0.5, 0.5]]}
    before, after = configured(a_camera("a")), configured(a_camera("a", privacy_masks=[mask]))
    assert compare(before, after).cameras == CameraChanges(reconnected=("a",))
    [spec] = after[1].values()
    assert [(one.id, one.points[2]) for one in spec.masks] == [("desk", (0.5, 0.5))]


def test_a_camera_that_only_moves_in_the_file_goes_on() -> None:
    before = configured(a_camera("a"), a_camera("b"))
    after = configured(a_camera("b"), a_camera("a"))
    assert compare(before, after).cameras == CameraChanges()


def test_what_the_whole_site_shares_needs_a_new_start() -> None:
    changed = compare(
        configured(a_camera("a")), configured(a_camera("a"), models=["ppe"], site="pit")
    )
    assert changed.whole == ("site", "models")


def test_a_replay_is_never_changed_on_its_way() -> None:
    replay = {"kind": "file", "path": "walk.mp4"}
    before = configured(a_camera("a", source=replay, mode="replay"))
    after = configured(a_camera("a", source=replay, mode="replay"), a_camera("b"))
    assert compare(before, after).whole == ("cameras",)


def test_the_list_of_cameras_is_no_setting_of_the_site() -> None:
    assert compare(configured(a_camera("a")), configured()).whole == ()
