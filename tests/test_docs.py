"""What the documents say is so: links resolve, commands exist, hazards and verbs are described."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import patrol
from hazard_library.catalogue.load import load_catalogue

ROOT = Path(__file__).parent.parent
REQUIRED = (
    "README.md",
    "ARCHITECTURE.md",
    "DECISIONS.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/BENCHMARKS.md",
    "docs/RELIABILITY.md",
    "docs/glossary.md",
    "docs/guides/add-a-hazard.md",
    "docs/guides/operate.md",
    "docs/guides/edge-operator.md",
    "docs/guides/edge-settings.md",
    "docs/guides/officer.md",
    "docs/guides/maintain.md",
    "hazard_library/DESIGN.md",
    "edge/DESIGN.md",
    "server/DESIGN.md",
)
HEADINGS = (
    "Objective",
    "Goals",
    "Non-goals",
    "Overview",
    "Failure table",
    "Alternatives considered",
)


def documents() -> list[Path]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for package in ("hazard_library", "edge", "server"):
        found += (ROOT / package).glob("*.md")
    return sorted(found)


def code_lines(document: Path) -> Iterator[str]:
    """Lines of fenced blocks that a reader would type, and inline code, comments cut off."""
    text = document.read_text(encoding="utf-8")
    for block in re.findall(r"```(?:sh|bash|console)?\n(.*?)```", text, re.DOTALL):
        yield from (line.split("  #")[0].strip() for line in block.splitlines())
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("name", REQUIRED)
def test_the_document_is_there_and_says_something(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8")) > 400


@pytest.mark.parametrize("package", ["hazard_library", "edge", "server"])
def test_every_design_answers_the_same_questions(package: str) -> None:
    text = (ROOT / package / "DESIGN.md").read_text(encoding="utf-8")
    missing = [heading for heading in HEADINGS if f"## {heading}" not in text]
    assert missing == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    broken = [
        target
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize(
    "name", ["ARCHITECTURE.md", "README.md", "edge/DESIGN.md", "server/DESIGN.md"]
)
def test_every_file_it_names_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:edge|server|hazard_library|configs|docs|tests|tools|models)/[\w./-]+)`", text
    )
    missing = [path for path in named if not (ROOT / path).exists()]
    assert missing == []


def test_every_make_target_that_a_document_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        found[1]
        for document in documents()
        for line in code_lines(document)
        if (found := re.match(r"make ([a-z]+)", line))
    }
    assert named <= targets
    assert {"demo", "test"} <= named


def verbs_named() -> list[str]:
    """`patrol …` commands in the documents, cut before the first option or file."""
    named = set()
    for document in documents():
        for line in code_lines(document):
            if line.startswith("patrol "):
                words = re.match(r"patrol((?: [a-z][a-z-]+\b(?![./:]))*)", line)
                if words and words[1]:
                    named.add(words[1].strip())
    return sorted(named)


@pytest.mark.parametrize("verb", verbs_named())
def test_every_command_that_a_document_names_answers_to_help(verb: str) -> None:
    command = Path(sys.executable).parent / "patrol"
    told = subprocess.run(
        [command, *verb.split()[:2], "--help"], capture_output=True, text=True, check=False
    )
    if told.returncode == 0:
        assert "usage: patrol" in told.stdout
    else:
        pytest.fail(f"patrol {verb}: {told.stderr}")


def test_every_verb_of_the_front_door_is_described_somewhere() -> None:
    told = " ".join(document.read_text(encoding="utf-8") for document in documents())
    assert [verb for verb in patrol.VERBS if f"patrol {verb}" not in told] == []


def test_the_officers_guide_names_every_hazard_that_can_be_switched_on() -> None:
    guide = (ROOT / "docs/guides/officer.md").read_text(encoding="utf-8")
    hazards = load_catalogue().hazards.values()
    assert [h.id for h in hazards if h.maturity != "draft" and h.name.zh not in guide] == []


PRIVATE = re.compile(
    r"/work/|/root/|/tmp/bash|\.library/|pypi\.org|npmjs\.(com|org)|registry\.npm|deb\.debian\.org"
)


def test_the_project_names_no_machine_and_no_registry_host() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        told += [f"{name}: {found.group()}" for found in PRIVATE.finditer(text)]
    assert told == []
