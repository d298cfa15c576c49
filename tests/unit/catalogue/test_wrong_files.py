"""One wrong file of every kind, and what `patrol library check` says about it."""

import shutil
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from broken_catalogues import (
    COVERED,
    DANGER_ZONE,
    FIRE,
    FIRE_LANE,
    HELMET,
    SAFETY_LAW,
    SMOKE,
    SMOKING,
    SPAN,
    TOO_MANY,
    change,
    mistakes,
    mistakes_of_the_day,
)

from hazard_library.catalogue.load import load_catalogue
from hazard_library.cli import main

HELMET_SCENE, ZONE_SCENE = "scenes/ppe-01.yaml", "scenes/zone-01.yaml"
KSAQF = "legal/ksaqf-2009.yaml"


class Wrong(NamedTuple):
    """A change that makes a file wrong, and what is said about it."""

    what: str
    file: str
    old: str
    new: str
    said: str


WRONG = (
    # What a file is made of.
    Wrong("no YAML", HELMET, "sectors:", "sectors: [", "no valid YAML"),
    Wrong(
        "key twice", HELMET, "severity: 2", "severity: 2\nseverity: 1", "this key stands here twice"
    ),
    Wrong("unknown key", HELMET, "severity: 2", "severity: 2\ncolour: red", "colour: unknown key"),
    Wrong("missing field", HELMET, "severity: 2\n", "", "severity: missing; add this field"),
    Wrong("empty list", HELMET, "sectors:\n", "sectors: []\nleft:\n", "sectors: Tuple should have"),
    Wrong(
        "no such category", FIRE, "category: environment", "category: fire", "category: is unknown"
    ),
    Wrong(
        "no such severity",
        FIRE,
        "severity: 4",
        "severity: 9",
        "severity: out of range; write at most",
    ),
    Wrong("no such sector", HELMET, "  - 矿山", "  - 煤矿", "sectors.0: is unknown; write '矿山'"),
    Wrong(
        "no such department", FIRE, "competent: 消防救援机构", "competent: 火", "competent: is unk"
    ),
    Wrong(
        "malformed id",
        HELMET,
        "id: PPE-01",
        "id: helmet",
        "id: is not written as it must be; write the id",
    ),
    Wrong("other file name", HELMET, "id: PPE-01", "id: PPE-99", "must begin with ppe-99-"),
    # Texts.
    Wrong("no Chinese", FIRE, "zh: 现场出现明火", "zh: fire", "name.zh: no Chinese text"),
    Wrong("empty Chinese", FIRE, "zh: 现场出现明火", "zh: ''", "name.zh: empty; write it"),
    Wrong("blank English", FIRE, "en: Open flame", "en: ' '", "name.en: no English text"),
    Wrong("untranslated", FIRE, "en: Open flame", "en: 明火", "name.en: Chinese in the English"),
    # Rules.
    Wrong("no duration", HELMET, "for: 5s", "for: soon", "rule.for: 'soon' is no duration"),
    Wrong("too long", HELMET, "for: 5s", "for: 25h", "rule.for: out of range; write at most 1 day"),
    Wrong("long gap", HELMET, "max_gap: 2s", "max_gap: 2m", "out of range; write at most 1 minute"),
    Wrong("no cooldown", HELMET, "cooldown: 300s", "cooldown: 0s", "write at least 1 second"),
    Wrong("negative area", FIRE, "ratio: 0.001", "ratio: -1", "out of range; write at least 0"),
    Wrong("giant", HELMET, "px: 60", "px: 9000", "rule.min_height_px: out of range; write at most"),
    Wrong("sure thing", FIRE, "kind: presence", "kind: presence\n  min_score: 1", "less than 1"),
    Wrong("short stay", FIRE_LANE, "for: 900s", "for: 0s", "a stay shorter than 1s is a passage"),
    Wrong("counts nothing", TOO_MANY, "  maximum: 9\n", "", "rule: counts nothing; write maximum"),
    Wrong(
        "impossible count",
        TOO_MANY,
        "maximum: 9",
        "maximum: 9\n  minimum: 12",
        "minimum 12 is above maximum 9",
    ),
    Wrong(
        "no such kind",
        HELMET,
        "kind: missing",
        "kind: magic",
        "rule: kind: magic is unknown; write 'presence'",
    ),
    Wrong("no such class", SMOKING, "subject: cigarette", "subject: cigar", "no class cigar in"),
    Wrong(
        "no bare part",
        HELMET,
        "absent_as: no_helmet",
        "absent_as: no_vest",
        "no_vest and helmet do not exclude each other in labels.yaml",
    ),
    # Maturity.
    Wrong(
        "trial without a model",
        SMOKING,
        "maturity: draft",
        "maturity: trial",
        "trial, but no released model sees cigarette; write draft",
    ),
    Wrong(
        "trial without one model for all its classes",
        HELMET,
        "subject: person",
        "subject: fallen",
        "no single released model sees fallen, helmet, no_helmet together",
    ),
    Wrong(
        "trial that needs more than a picture",
        SPAN,
        "handling: HANDLE",
        "needs:\n  - machine_signal\nhandling: HANDLE",
        "trial, but no edge knows the machine signal; write draft",
    ),
    Wrong(
        "trial of a camera's state that no edge tells",
        COVERED,
        "conditions: [dark_or_covered]",
        "conditions: [clock_wrong]",
        "trial, but no edge tells that a camera is clock wrong; write draft",
    ),
    Wrong(
        "draft without a reason",
        FIRE,
        "maturity: trial",
        "maturity: draft",
        "it could be detected; say in waits_for what keeps it a draft",
    ),
    Wrong(
        "trial that waits",
        FIRE,
        "maturity: trial",
        "maturity: trial\nwaits_for: {zh: 等待, en: waits}",
        "waits_for: trial waits for nothing",
    ),
    # Law.
    Wrong(
        "no legal basis",
        SMOKING,
        "basis:\n  - XFF-2021-21-P1\n  - AQSCF-2021-44-P1\n",
        "basis: []\n",
        "basis: Tuple should have at least 1 item",
    ),
    Wrong(
        "unknown article",
        SMOKE,
        "XFF-2021-44-P1",
        "XFF-1999-1",
        "basis.1: XFF-1999-1 stands in no file under legal/; add the article or mend the id",
    ),
    Wrong("forbids nothing", HELMET, "AQSCF-2021-99-I5", "AQSCF-2021-99-I9", "99-I9 stands in no"),
    Wrong("unknown criterion", TOO_MANY, "YH121-2017-四", "YH121-9", "YH121-9 stands in no"),
    Wrong(
        "duty as penalty",
        DANGER_ZONE,
        "basis: AQSCF-2021-102",
        "basis: AQSCF-2021-45",
        "AQSCF-2021-45 is of kind obligation; penalty_candidates takes penalty",
    ),
    Wrong("no source", SAFETY_LAW, "\nsource:", "\n# source:", "source: missing; add this field"),
    Wrong("empty source", SAFETY_LAW, "\nsource: ", "\nsource: '' # ", "source: empty; write it"),
    Wrong("no quotation", KSAQF, "    quote:", "    note:", "articles.0.quote: missing"),
    Wrong(
        "ends before it begins",
        SAFETY_LAW,
        "in_force_from: '2021-09-01'",
        "in_force_from: '2021-09-01'\nin_force_to: '2020-01-01'",
        "ends on 2020-01-01 before it begins on 2021-09-01",
    ),
    # Classes.
    Wrong("label twice", "labels.yaml", "id: smoke,", "id: fire,", "fire stands here twice"),
    Wrong(
        "one-sided exclusion",
        "labels.yaml",
        "models: [ppe], excludes: [helmet]}",
        "models: [ppe]}",
        "exclusion goes both ways: no_helmet must exclude helmet",
    ),
    # Scenes.
    Wrong("scene of nobody", ZONE_SCENE, "hazard: ZONE-01", "hazard: ZONE-99", "no hazard ZONE-99"),
    Wrong("other scene name", ZONE_SCENE, "hazard: ZONE-01", "hazard: FIRE-03", "fire-03.yaml"),
    Wrong("scene twice", ZONE_SCENE, "hazard: ZONE-01", "hazard: PPE-01", "has its scene in"),
    Wrong("scene class", ZONE_SCENE, "label: person", "label: robot", "no class robot in labels"),
    Wrong("line for an area", ZONE_SCENE, ", [0.8, 0.95], [0.2, 0.95]", "", "needs an area of 3"),
    Wrong(
        "nothing drawn",
        "scenes/fire-07.yaml",
        "zone: [[0.2, 0.3], [0.8, 0.3], [0.8, 0.95], [0.2, 0.95]]\n",
        "",
        "the rule means nothing without a drawing",
    ),
    Wrong("short film", HELMET_SCENE, "lasting: 20s", "lasting: 3s", "the film is over before"),
    Wrong("no box", ZONE_SCENE, "[0.40, 0.35,", "[0.60, 0.35,", "the box has no area"),
)


@pytest.mark.parametrize("wrong", WRONG, ids=[one.what for one in WRONG])
def test_a_wrong_file_is_named_with_its_line_its_field_and_a_remedy(
    copy: Path, wrong: Wrong
) -> None:
    change(copy, wrong.file, wrong.old, wrong.new)
    said = [line for line in mistakes(copy).splitlines() if wrong.said in line]
    assert said, mistakes(copy)
    assert str(copy) in said[0]


def test_a_hazard_that_stands_twice_is_named_with_both_files(copy: Path) -> None:
    shutil.copy(copy / HELMET, copy / "hazards/general/ppe-01-twice.yaml")
    said = mistakes(copy)
    assert "ppe-01-twice.yaml:1: id: PPE-01 is taken by " in said
    assert "ppe-01-no-helmet.yaml; give another id" in said


def test_an_article_that_stands_twice_is_named_with_both_files(copy: Path) -> None:
    shutil.copy(copy / "legal/wkk-2015.yaml", copy / "legal/wkk-again.yaml")
    said = mistakes(copy)
    assert "wkk-again.yaml" in said
    assert "articles.0.id: WKK-2015-24 stands in " in said


def test_a_trial_hazard_without_a_scene_is_named(copy: Path) -> None:
    (copy / HELMET_SCENE).unlink()
    assert "maturity: trial needs a test scene; add scenes/ppe-01.yaml" in mistakes(copy)


def test_a_law_that_is_not_yet_or_no_longer_in_force_is_named(copy: Path) -> None:
    change(copy, SAFETY_LAW, "'2021-09-01'", "'2021-09-01'\nin_force_to: '2026-12-31'")
    assert mistakes_of_the_day(copy, date(2026, 12, 31)) == ""
    assert "AQSCF-2021-45 is not in force on 2027-01-01" in mistakes_of_the_day(
        copy, date(2027, 1, 1)
    )
    assert "only from 2021-09-01 to 2026-12-31" in mistakes_of_the_day(copy, date(2021, 8, 31))
    assert load_catalogue(copy).hazards, "a box that starts does not stop for a lapsed law"


def test_the_command_lists_all_mistakes_at_once_and_exits_with_one(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = ["library", "check", "--on", "2026-11-24", "--catalogue", str(copy)]
    assert main(check) == 0
    assert "10 hazards 隐患" in capsys.readouterr().out
    change(copy, HELMET, "for: 5s", "for: soon")
    change(copy, FIRE, "severity: 4", "severity: 0")
    change(copy, SMOKING, "en: Smoking in a no-smoking area", "en: 吸烟")
    assert main(check) == 1
    told = capsys.readouterr().err
    assert "ppe-01-no-helmet.yaml:33: rule.for: 'soon' is no duration; write a number" in told
    assert "fire-01-open-flame.yaml" in told
    assert "fire-03-smoking.yaml:2: name.en: Chinese in the English text; translate it" in told
    assert "共 3 处错误 · mistakes: 3" in told


def test_the_command_says_what_law_has_lapsed(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["library", "check", "--on", "2021-01-01", "--catalogue", str(copy)]) == 1
    assert "is not in force on 2021-01-01" in capsys.readouterr().err


def test_the_command_refuses_a_folder_that_is_no_catalogue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["library", "check", "--catalogue", str(tmp_path)]) == 1
    assert "is no catalogue: it has no labels.yaml" in capsys.readouterr().err
