"""The life of one incident's evidence 证据材料 (WORKFLOW §5.9), of its holds and of its exports.

A hold is a life of its own beside the material's: what is held can still be reviewed and exported,
so `held` is no state of the material. Destruction asks for holds, see `retention.py`.
"""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class MaterialState(StrEnum):
    """Where one incident's evidence stands."""

    ANNOUNCED = "announced"
    STORED = "stored"
    FIXED = "fixed"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    SEALED = "sealed"
    EXPORTED = "exported"
    TAMPERED = "tampered"
    DESTROYED = "destroyed"


class MaterialEvent(StrEnum):
    """What can happen to it. both_ok follows by itself when the second half passes."""

    UPLOAD = "upload"
    FIX = "fix"
    LEGAL_OK = "legal_ok"
    LEGAL_NO = "legal_no"
    TECH_OK = "tech_ok"
    TECH_NO = "tech_no"
    BOTH_OK = "both_ok"
    SEAL = "seal"
    EXPORT = "export"
    TAMPER = "tamper"
    RESTORE = "restore"
    DESTROY = "destroy"


_S, _E = MaterialState, MaterialEvent

#: What was altered once is stored anew after its true bytes came back: fixed and reviewed again.
MATERIALS = StateMachine(
    "evidence material",
    {
        (_S.ANNOUNCED, _E.UPLOAD): _S.STORED,
        (_S.STORED, _E.FIX): _S.FIXED,
        (_S.FIXED, _E.LEGAL_OK): _S.FIXED,
        (_S.FIXED, _E.TECH_OK): _S.FIXED,
        (_S.FIXED, _E.BOTH_OK): _S.QUALIFIED,
        (_S.FIXED, _E.LEGAL_NO): _S.UNQUALIFIED,
        (_S.FIXED, _E.TECH_NO): _S.UNQUALIFIED,
        (_S.QUALIFIED, _E.SEAL): _S.SEALED,
        (_S.SEALED, _E.EXPORT): _S.EXPORTED,
        (_S.EXPORTED, _E.EXPORT): _S.EXPORTED,
        (_S.STORED, _E.TAMPER): _S.TAMPERED,
        (_S.FIXED, _E.TAMPER): _S.TAMPERED,
        (_S.QUALIFIED, _E.TAMPER): _S.TAMPERED,
        (_S.UNQUALIFIED, _E.TAMPER): _S.TAMPERED,
        (_S.SEALED, _E.TAMPER): _S.TAMPERED,
        (_S.EXPORTED, _E.TAMPER): _S.TAMPERED,
        (_S.TAMPERED, _E.RESTORE): _S.STORED,
        (_S.ANNOUNCED, _E.DESTROY): _S.DESTROYED,
        (_S.STORED, _E.DESTROY): _S.DESTROYED,
        (_S.FIXED, _E.DESTROY): _S.DESTROYED,
        (_S.QUALIFIED, _E.DESTROY): _S.DESTROYED,
        (_S.UNQUALIFIED, _E.DESTROY): _S.DESTROYED,
        (_S.SEALED, _E.DESTROY): _S.DESTROYED,
        (_S.EXPORTED, _E.DESTROY): _S.DESTROYED,
    },
)

#: Both halves have passed, by two persons who are not the handler.
REVIEWED = frozenset({_S.QUALIFIED, _S.SEALED, _S.EXPORTED})


class HoldState(StrEnum):
    """Where a legal hold stands."""

    HELD = "held"
    RELEASED = "released"


class HoldEvent(StrEnum):
    """What can happen to it."""

    RELEASE = "release"


HOLDS = StateMachine("evidence hold", {(HoldState.HELD, HoldEvent.RELEASE): HoldState.RELEASED})


class ExportState(StrEnum):
    """Where the export of one material stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    DELIVERED = "delivered"
    RECEIPTED = "receipted"


class ExportEvent(StrEnum):
    """What can happen to it."""

    APPROVE = "approve"
    REFUSE = "refuse"
    DELIVER = "deliver"
    RECEIPT = "receipt"


EXPORTS = StateMachine(
    "evidence export",
    {
        (ExportState.REQUESTED, ExportEvent.APPROVE): ExportState.APPROVED,
        (ExportState.REQUESTED, ExportEvent.REFUSE): ExportState.REFUSED,
        (ExportState.APPROVED, ExportEvent.DELIVER): ExportState.DELIVERED,
        (ExportState.DELIVERED, ExportEvent.DELIVER): ExportState.DELIVERED,
        (ExportState.DELIVERED, ExportEvent.RECEIPT): ExportState.RECEIPTED,
    },
)


class Use(StrEnum):
    """What a material is used for."""

    PENALTY = "penalty"
    LEAD_ONLY = "lead_only"


#: On every page and in the manifest of what leaves as 线索材料 (WORKFLOW §5.9).
LEAD_ONLY_MARK = "仅作线索,不得单独作为处罚证据"
