"""What a look at evidence found, in words: Chinese first, English beside it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What became of one point. OPEN: it could not be checked here, or is simply not there."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


_MARK = {
    Standing.HOLDS: "[成立 holds]",
    Standing.FAILS: "[不成立 FAILS]",
    Standing.OPEN: "[未核实 open]",
}


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, in both languages."""

    zh: str
    en: str


#: Who signs the evidence of an incident, and who signs a case package.
BOX, UNIT = Signer("设备", "box"), Signer("单位", "unit")


@dataclass(frozen=True, slots=True)
class Finding:
    """One point. subject: the file, the signature, the chain … that it is about."""

    check: str
    standing: Standing
    subject: str
    zh: str
    en: str

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{_MARK[self.standing]} {self.subject}：{self.zh} / {self.en}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """All points of one incident, or of what all incidents of a store share."""

    title: str
    findings: tuple[Finding, ...]

    @property
    def fails(self) -> bool:
        """Whether anything does not hold, or the signer could not be told."""
        return any(
            one.standing is Standing.FAILS or (one.check == "key" and one.standing is Standing.OPEN)
            for one in self.findings
        )

    def to_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "title": self.title,
            "holds": not self.fails,
            "findings": [asdict(one) for one in self.findings],
        }


def summary(verdicts: Iterable[Verdict], signer: Signer = BOX) -> str:
    """Say in one line what all of it comes to."""
    found = [one for verdict in verdicts for one in verdict.findings]
    count = {mark: sum(one.standing is mark for one in found) for mark in Standing}
    bad = count[Standing.FAILS]
    nobody = any(one.check == "key" and one.standing is Standing.OPEN for one in found)
    if bad:
        zh, en = (
            f"不成立：证据与{signer.zh}签署的内容不符",
            f"does not hold: not what the {signer.en} signed",
        )
    elif nobody:
        zh, en = f"未能确认签署{signer.zh}", "who signed it is not proven"
    else:
        zh, en = f"成立：与{signer.zh}签署时一致", f"holds: as the {signer.en} signed it"
    points = f"{count[Standing.HOLDS]} holds, {bad} fails, {count[Standing.OPEN]} open"
    return f"结论 verdict：{zh} / {en}（{points}）"
