"""What still keeps a hand-over from going to legal review. Pure: rows and law in, faults out.

R-016 stands here too: a recorded violation is listed, or left out with a reason that a second
officer agrees with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hazard_library.catalogue.legal import LegalBasis
from hazard_library.proof.case_package import Use
from server.handovers.cases.limitation import limitation

_VIOLATION_KINDS = frozenset({"obligation", "criterion"})
_SHORTEST_FACT = 8


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: the field, what an officer reads, and the rule if one speaks."""

    field: str
    zh: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A violation as the rules see it. evidence: how each attached piece is meant to be used."""

    no: int
    title: str
    facts: str
    act_from: date | None
    act_to: date | None
    harms_life: bool
    violated: Sequence[str]
    penalty_clauses: Sequence[str]
    evidence: Sequence[Use]
    left_out_because: str | None = None
    is_agreed: bool = False


def faults(items: Sequence[Listed], legal: Mapping[str, LegalBasis], found_on: date) -> list[Fault]:
    """Return everything that a hand-over still lacks, in the order of its items."""
    found = list(left_out_faults(items))
    going = [item for item in items if item.left_out_because is None]
    if not going:
        found.append(Fault("items", "没有列入任何违法行为", "R-016"))
    for item in going:
        found += _of_item(item, legal, found_on)
    return found


def left_out_faults(items: Sequence[Listed]) -> Iterator[Fault]:
    """R-016: what was recorded and is left out without a second officer's agreement."""
    open_ones = [i for i in items if i.left_out_because is not None and not i.is_agreed]
    if open_ones:
        told = "、".join(f"第{item.no}项“{item.title}”" for item in open_ones)
        zh = f"多项违法行为应分别裁量、合并处罚，以下事项未列入：{told}，须由另一名执法人员确认理由"
        yield Fault("left_out", zh, "R-016")


def clause_faults(
    no: int, violated: Sequence[str], clauses: Sequence[str], legal: Mapping[str, LegalBasis]
) -> Iterator[Fault]:
    """Refuse ids that the legal basis does not have, or has as something else."""
    for key in violated:
        basis = legal.get(key)
        if basis is None or basis.kind not in _VIOLATION_KINDS:
            yield Fault(f"items.{no}.violated", f"第{no}项：{key} 不是法条库中的义务性条款")
    for key in clauses:
        basis = legal.get(key)
        if basis is None or basis.kind != "penalty":
            yield Fault(f"items.{no}.penalty_clauses", f"第{no}项：{key} 不是法条库中的罚则条款")


def _of_item(item: Listed, legal: Mapping[str, LegalBasis], found_on: date) -> Iterator[Fault]:
    where = f"items.{item.no}"
    if len(item.facts.strip()) < _SHORTEST_FACT:
        yield Fault(f"{where}.facts", f"第{item.no}项：违法事实未写明")
    if not item.violated:
        yield Fault(f"{where}.violated", f"第{item.no}项：未选择违反条款")
    if not item.penalty_clauses:
        yield Fault(f"{where}.penalty_clauses", f"第{item.no}项：未选择相应罚则条款")
    if not item.evidence:
        yield Fault(f"{where}.evidence", f"第{item.no}项：没有任何证据或线索材料")
    yield from clause_faults(item.no, item.violated, item.penalty_clauses, legal)
    if item.act_to is None:
        yield Fault(f"{where}.act_to", f"第{item.no}项：行为日期未填写")
        return
    yield from _of_time(item, item.act_to, legal, found_on)


def _of_time(
    item: Listed, act_to: date, legal: Mapping[str, LegalBasis], found_on: date
) -> Iterator[Fault]:
    where = f"items.{item.no}"
    if act_to > found_on:
        yield Fault(f"{where}.act_to", f"第{item.no}项：行为日期晚于发现日期 {found_on}")
    limit = limitation(act_to, harms_life=item.harms_life)
    if limit.is_over(found_on):
        zh = f"第{item.no}项：已超过{limit.years}年追责期限（至 {limit.ends}）"
        yield Fault(f"{where}.act_to", zh, "XZCFF-2021-36")
    for key in (*item.violated, *item.penalty_clauses):
        basis = legal.get(key)
        if basis is not None and not basis.is_in_force(act_to):
            zh = f"第{item.no}项：《{basis.law}》{basis.article}在行为日 {act_to} 不是有效条文"
            yield Fault(f"{where}.clauses", zh, "TRAP-16")
