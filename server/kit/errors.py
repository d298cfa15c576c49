"""All errors of the server, grouped by what the reader does about them.

ServerError                 told to the caller as an RFC 9457 problem
├ SettingsError             mend the settings or the command line: exit 2
├ NotSignedIn          401  sign in
├ NotPermitted         403  ask somebody who may; `rule_id` names the rule
├ NotFound             404  it does not exist, or lies out of the reader's scope
├ Conflict             409  something of that name is there already
│ ├ StaleVersion       409  read again: somebody changed it since; both versions are told
│ └ NotHeld            409  open it again: somebody else works on it, or the lease has run out
├ TooLarge             413  send less
├ NotAllowedNow        422  the state does not allow it; the allowed events are told
├ FieldsMissing        422  fill in `missing_fields`
├ EvidenceMismatch     422  the bytes are not what was announced; they were set aside
├ VersionNotGiven      428  send If-Match
├ TooManyAttempts      429  wait
├ Unavailable          503  try again later
└ StorageFull          507  make room
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

Telling = Mapping[str, "str | int | Sequence[str] | None"]


class ServerError(Exception):
    """Something at the server is wrong; the message names the thing, the place and the remedy.

    message_zh is what an officer reads; code and status what a program reads.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title_zh: ClassVar[str] = "服务器出错"

    def __init__(
        self, message: str, message_zh: str | None = None, *, rule_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.message_zh = message_zh or self.title_zh
        self.rule_id = rule_id

    def more(self) -> Telling:
        """Return further members of the problem, such as both versions."""
        return {}


class SettingsError(ServerError):
    """The settings, the data folder or the command line are wrong."""

    code = "settings"


class NotSignedIn(ServerError):
    """Nobody is signed in, or the session has ended."""

    status = 401
    code = "not_signed_in"
    title_zh = "请先登录"


class NotPermitted(ServerError):
    """The reader may not do this."""

    status = 403
    code = "not_permitted"
    title_zh = "无权进行此操作"


class NotFound(ServerError):
    """It does not exist, or the reader may not know that it does."""

    status = 404
    code = "not_found"
    title_zh = "未找到，或不在您的管辖范围内"


class Conflict(ServerError):
    """It collides with something that is there already."""

    status = 409
    code = "conflict"
    title_zh = "与已有记录冲突"


class StaleVersion(Conflict):
    """It was changed since the writer read it."""

    code = "stale_version"
    title_zh = "内容已被他人更新，请刷新后重试"

    def __init__(
        self, thing: str, given: int, current: int, changed: "tuple[str, str] | None" = None
    ) -> None:
        by, at = changed or (None, None)
        who = f"已由{by}于{at}处理" if by and at else "内容已被他人更新"
        super().__init__(
            f"{thing}: version {given} was given, {current} is current; read it again",
            f"{who}（您看到的是第 {given} 版，当前为第 {current} 版），请刷新后重试",
        )
        self.given = given
        self.current = current
        self.by = by
        self.at = at

    def more(self) -> Telling:
        """Tell both versions, and who made the current one when that is known."""
        told: Telling = {"given_version": self.given, "current_version": self.current}
        return {**told, "changed_by": self.by, "changed_at": self.at} if self.by else told


class NotHeld(Conflict):
    """The writer does not hold the thing: somebody else works on it, or the lease has run out."""

    code = "not_held"
    title_zh = "您未在处理此项，请重新打开"

    def __init__(self, thing: str, holder: str | None = None, until: str | None = None) -> None:
        super().__init__(
            f"{thing} is held by {holder or 'nobody'}; open it again before you submit",
            f"{holder}正在处理，请稍后再试；您填写的内容已保留"
            if holder
            else "处理时限已过（90秒无操作），请重新打开后提交；您填写的内容已保留",
        )
        self.holder = holder
        self.until = until

    def more(self) -> Telling:
        """Name who holds it, and until when."""
        return {"holder": self.holder, "until": self.until}


class TooLarge(ServerError):
    """More bytes than announced or allowed."""

    status = 413
    code = "too_large"
    title_zh = "内容过大"


class NotAllowedNow(ServerError):
    """The state does not allow the event."""

    status = 422
    code = "not_allowed_now"
    title_zh = "当前状态不允许此操作"

    def __init__(
        self,
        thing: str,
        state: str,
        event: str,
        allowed: Sequence[str],
        message_zh: str | None = None,
    ) -> None:
        super().__init__(
            f"{thing} is {state}: {event} is not allowed, only {', '.join(allowed) or 'nothing'}",
            message_zh,
        )
        self.state = state
        self.allowed = tuple(allowed)

    def more(self) -> Telling:
        """Tell the state and what it allows."""
        return {"state": self.state, "allowed": self.allowed}


class FieldsMissing(ServerError):
    """Fields are empty or wrong; `missing_fields` names them."""

    status = 422
    code = "fields_missing"
    title_zh = "有必填内容未填写或填写有误"

    def __init__(
        self, fields: Sequence[str], message_zh: str | None = None, *, rule_id: str | None = None
    ) -> None:
        super().__init__(f"missing or wrong: {', '.join(fields)}", message_zh, rule_id=rule_id)
        self.fields = tuple(fields)

    def more(self) -> Telling:
        """Name the fields."""
        return {"missing_fields": self.fields}


class EvidenceMismatch(ServerError):
    """The bytes have another hash than was announced."""

    status = 422
    code = "evidence_mismatch"
    title_zh = "证据内容与登记的校验值不符，已隔离"


class VersionNotGiven(ServerError):
    """A write came without If-Match."""

    status = 428
    code = "version_not_given"
    title_zh = "缺少版本号，请刷新后重试"


class TooManyAttempts(ServerError):
    """Too many failures in a short time."""

    status = 429
    code = "too_many_attempts"
    title_zh = "尝试次数过多，请稍后再试"


class Unavailable(ServerError):
    """Something that the server needs is away."""

    status = 503
    code = "unavailable"
    title_zh = "服务暂不可用，请稍后再试"


class StorageFull(ServerError):
    """The disk that holds evidence is full."""

    status = 507
    code = "storage_full"
    title_zh = "存储空间不足"
