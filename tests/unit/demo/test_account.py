"""The account of a demo: a planted loss, doubling or gap is seen and said."""

from dataclasses import replace

import pytest

from server.demo.account import (
    Account,
    CameraRead,
    EdgeReport,
    EventRaised,
    EvidenceHeld,
    Gap,
    IncidentSeen,
    ServerReport,
    SourceCount,
)

EDGE = EdgeReport(
    cameras=(CameraRead(id="gate", frames=250, seconds=9.96),),
    incidents=(
        IncidentSeen(id="i-1", hazard="PPE-01", camera="gate", start_s=1.5, end_s=6.25, severity=2),
    ),
    events=(EventRaised(incident_id="i-1", seq=1), EventRaised(incident_id="i-1", seq=2)),
    pending=0,
)
SERVER = ServerReport(
    leads=1,
    tasks=1,
    transfers=0,
    duplicates=0,
    events=(("i-1", 1), ("i-1", 2)),
    gaps=(),
    evidence=EvidenceHeld(files=4, verified=4),
)
WELL = Account(EDGE, SERVER, (SourceCount("gate", "gate.mp4", 250),), ("plan.docx",))


def test_when_all_is_well_there_is_no_fault() -> None:
    assert WELL.faults() == []
    assert WELL.lost == 0


@pytest.mark.parametrize(
    ("account", "says"),
    [
        (replace(WELL, server=SERVER.model_copy(update={"events": (("i-1", 1),)})), "1 events"),
        (
            replace(
                WELL,
                server=SERVER.model_copy(
                    update={"gaps": (Gap(device="box", boot="b", missing=(3, 4)),)}
                ),
            ),
            "2 events or messages are lost",
        ),
        (replace(WELL, server=SERVER.model_copy(update={"duplicates": 1})), "stand twice"),
        (replace(WELL, edge=EDGE.model_copy(update={"pending": 1})), "wait in the outbox"),
        (
            replace(
                WELL,
                server=SERVER.model_copy(update={"evidence": EvidenceHeld(files=4, verified=3)}),
            ),
            "1 evidence files are not verified",
        ),
        (replace(WELL, sources=(SourceCount("gate", "gate.mp4", 251),)), "250 frames read of 251"),
        (replace(WELL, sources=(SourceCount("yard", "yard.mp4", 10),)), "yard: 0 frames"),
    ],
    ids=["event", "gap", "double", "pending", "evidence", "frames", "camera"],
)
def test_each_kind_of_fault_is_said(account: Account, says: str) -> None:
    assert says in " ".join(account.faults())


def test_the_line_says_what_was_asked_for() -> None:
    line = WELL.line()
    assert list(line) == [
        "cameras", "incidents", "leads", "tasks", "transfers", "documents", "lost", "duplicates",
        "evidence",
    ]  # fmt: skip
    assert line["cameras"] == [{"id": "gate", "source": "gate.mp4", "frames": 250, "seconds": 9.96}]
    assert line["evidence"] == {"files": 4, "verified": 4}
