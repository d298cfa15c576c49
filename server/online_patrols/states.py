"""The life of a round of online patrol (WORKFLOW §5.3)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class RoundState(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    MISSED = "missed"


class RoundEvent(StrEnum):
    """What happens to a round; lapse: its window ended."""

    KEEP_WATCH = "keep_watch"
    START = "start"
    LOOK = "look"
    SIGN = "sign"
    FINISH = "finish"
    APPEND = "append"
    LAPSE = "lapse"


class RoundKind(StrEnum):
    """A patrol, or an internal watch 内部值守, which is no record of a patrol."""

    PATROL = "patrol"
    WATCH = "watch"


class Result(StrEnum):
    """What a look found; “nothing wrong” is one like any other."""

    NOTHING = "nothing"
    SUSPECTED = "suspected"
    NO_PICTURE = "no_picture"
    COVERED = "covered"
    STANDSTILL = "standstill"

    @property
    def zh(self) -> str:
        """The result as the register writes it."""
        return _ZH[self]


_ZH = {
    Result.NOTHING: "未见异常",
    Result.SUSPECTED: "发现疑似",
    Result.NO_PICTURE: "无画面",
    Result.COVERED: "遮挡或移位",
    Result.STANDSTILL: "企业停产",
}

_S, _E = RoundState, RoundEvent

TRANSITIONS = {
    (_S.PLANNED, _E.KEEP_WATCH): _S.PLANNED,
    (_S.PLANNED, _E.START): _S.RUNNING,
    (_S.PLANNED, _E.LAPSE): _S.MISSED,
    (_S.RUNNING, _E.LOOK): _S.RUNNING,
    (_S.RUNNING, _E.SIGN): _S.RUNNING,
    (_S.RUNNING, _E.FINISH): _S.DONE,
    (_S.RUNNING, _E.LAPSE): _S.PARTIAL,
    (_S.DONE, _E.APPEND): _S.DONE,
}

ROUND = StateMachine("patrol round", TRANSITIONS)
