"""Who may give a site to whom, and on what ground (WORKFLOW §2, SEED-(一), XZCFF-2021-25). Pure."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from server.identity.unit_tree import UnitTree
from server.kit.errors import FieldsMissing, NotPermitted


class BasisKind(StrEnum):
    """On what ground a unit enforces at a site."""

    TERRITORIAL = "territorial"
    GRADED = "graded"
    RAISED = "raised"
    DESIGNATED = "designated"


BASIS_ZH = {
    BasisKind.TERRITORIAL: "属地",
    BasisKind.GRADED: "分类分级",
    BasisKind.RAISED: "提级",
    BasisKind.DESIGNATED: "指定管辖",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A unit decides that another one, or itself, enforces at a site.

    Attributes:
        by: whose leader decides.
        to: who is to enforce.
        territory: the unit of the site's address.
        holder: who enforces until then; None: nobody.
    """

    basis: BasisKind
    by: UUID
    to: UUID
    territory: UUID
    holder: UUID | None
    doc_no: str | None = None


def check(tree: UnitTree, decided: Decision) -> None:
    """Refuse a decision that the deciding unit has no power to take.

    Raises:
        FieldsMissing: the document has no number.
        NotPermitted: the unit does not stand where this ground asks it to stand.
    """
    if decided.basis is not BasisKind.TERRITORIAL and len((decided.doc_no or "").strip()) < 2:  # noqa: PLR2004 - a letter and a digit
        raise FieldsMissing(["doc_no"], "请填写管辖决定文件的文号")
    if not _may(tree, decided):
        raise NotPermitted(
            f"unit {decided.by} may not decide {decided.basis} here",
            _WHY[decided.basis],
            rule_id="R-020",
        )


_WHY = {
    BasisKind.TERRITORIAL: "属地管辖只能确定给企业所在地单位，由该单位或其上级单位决定",
    BasisKind.GRADED: "分类分级管辖须由所在地单位和承办单位的共同上级（或承办单位为其上级）决定",
    BasisKind.RAISED: "提级管辖只能由现管辖单位的上级单位决定，并由本单位承办",
    BasisKind.DESIGNATED: "指定管辖须由双方的共同上级单位决定",
}


def _may(tree: UnitTree, decided: Decision) -> bool:
    now = decided.holder or decided.territory
    match decided.basis:
        case BasisKind.TERRITORIAL:
            fits = decided.to == decided.territory
            return fits and tree.covers(decided.by, decided.to) and tree.covers(decided.by, now)
        case BasisKind.GRADED:
            return all(
                tree.covers(decided.by, unit) for unit in (decided.to, decided.territory, now)
            )
        case BasisKind.RAISED:
            return decided.to == decided.by and tree.is_above(decided.by, now)
        case BasisKind.DESIGNATED:
            return tree.is_above(decided.by, now) and tree.is_above(decided.by, decided.to)
