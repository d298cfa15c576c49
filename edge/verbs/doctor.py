"""`patrol doctor`: everything that could keep a box from its work, each with what to do."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from edge.app import Box, open_box
from edge.config import load_site
from edge.errors import ConfigError, EdgeError
from edge.fleet.box_clock import read_kernel_clock
from edge.fleet.system_clock import SystemClock
from edge.verbs import doctor_machine, doctor_reach
from edge.verbs.finding import Finding, Grade, bad, well
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.errors import LibraryError

_SIGNS = {Grade.WELL: "✓", Grade.WATCH: "!", Grade.BAD: "✗"}


def doctor(config: Path | None, *, as_json: bool) -> int:
    """Look at everything, tell it, and return 1 when something is bad."""
    found = []
    for finding in _findings(config):
        found.append(finding)
        if not as_json:
            _print(finding)
    grades = Counter(finding.grade for finding in found)
    if as_json:
        rows = [asdict(finding) for finding in found]
        print(json.dumps({"findings": rows, "bad": grades[Grade.BAD]}, ensure_ascii=False))
    elif grades[Grade.BAD]:
        print(f"有 {grades[Grade.BAD]} 处必须处理 / {grades[Grade.BAD]} to mend")
    else:
        print(f"可以运行 / fit to run; {grades[Grade.WATCH]} to watch")
    return 1 if grades[Grade.BAD] else 0


def _print(finding: Finding) -> None:
    print(f"{_SIGNS[finding.grade]} {finding.topic}: {finding.detail}", flush=True)
    if finding.grade is not Grade.WELL:
        print(f"    → {finding.remedy_zh}\n      {finding.remedy_en}")


def _findings(config: Path | None) -> Iterator[Finding]:
    yield from doctor_machine.program()
    yield from doctor_machine.machine()
    yield from doctor_machine.clock(read_kernel_clock())
    if config is None:
        yield well("configuration", "not looked at; give --config site.yaml to examine a site")
        return
    catalogue = load_catalogue()
    try:
        site = load_site(config, catalogue, is_enrolled=False)
    except ConfigError as fault:
        for line in str(fault).splitlines():
            yield bad("configuration", line, "按提示改正文件。", "Mend the file as it says.")
        return
    yield well("configuration", f"{config}: no mistakes in {len(site.files)} file(s)")
    yield from _models(config, catalogue)
    yield from doctor_machine.stores(site)
    yield from doctor_machine.secrets(site)
    clock = SystemClock()
    yield from doctor_reach.cameras(site, clock)
    yield from doctor_reach.link(site, clock)


def _models(config: Path, catalogue: Catalogue) -> Iterator[Finding]:
    """Open every listed model: hash, signature and self-test, in the precision it will run in."""
    zh = "从可信来源重新安装模型包。"
    en = "Install the package again from where you trust it."
    try:
        box: Box = open_box(config, catalogue, is_enrolled=False)
    except (EdgeError, LibraryError) as fault:
        for line in str(fault).splitlines():
            yield bad("models", line, zh, en)
        return
    for package in box.models.packages:
        card = package.card
        said = f"{card.version}: hash, signature and self-test hold"
        yield well(f"model {card.name}", said)
    for refused in box.models.refused:
        yield bad(f"model {refused.name}", refused.reason, zh, en)
