"""Errors on the wire: RFC 9457 problem details with a code, a Chinese sentence and the rule."""

from collections.abc import Callable, Sequence

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from server.kit.errors import FieldsMissing, ServerError, Unavailable

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_HTTP_ZH = {404: "未找到", 405: "不支持的请求方法"}


class Problem(BaseModel):
    """What every refused request answers."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(default="about:blank", description="Always about:blank; `code` tells kinds")
    title: str = Field(description="The HTTP status in words")
    status: int
    code: str = Field(description="A fixed word for programs")
    detail: str = Field(description="One sentence in English: the thing, the place, the remedy")
    message_zh: str = Field(description="What an officer reads")
    rule_id: str | None = Field(default=None, description="The rule that refuses, if one does")
    missing_fields: tuple[str, ...] | None = None
    given_version: int | None = None
    current_version: int | None = None
    state: str | None = None
    allowed: tuple[str, ...] | None = Field(default=None, description="Events the state allows")


def answers(*kinds: type[ServerError]) -> dict[int | str, dict[str, object]]:
    """Return a route's `responses`, for the OpenAPI document."""
    return {
        kind.status: {"model": Problem, "description": kind.title_zh, "content": {MEDIA_TYPE: {}}}
        for kind in kinds
    }


def problem(fault: ServerError) -> JSONResponse:
    """Write an error as an answer."""
    told = Problem(
        title=type(fault).__name__,
        status=fault.status,
        code=fault.code,
        detail=str(fault),
        message_zh=fault.message_zh,
        rule_id=fault.rule_id,
    ).model_dump(exclude_none=True)
    more = {key: _plain(value) for key, value in fault.more().items()}
    return JSONResponse(told | more, fault.status, media_type=MEDIA_TYPE)


def tell_problems(app: FastAPI, note: Callable[[Request, ServerError], None] | None = None) -> None:
    """Make an application answer every error as a problem.

    Args:
        app: the application.
        note: hears of each error of ours before it is answered; its own transaction is its own.
    """

    @app.exception_handler(ServerError)
    def _ours(request: Request, fault: ServerError) -> JSONResponse:
        if note is not None:
            note(request, fault)
        return problem(fault)

    @app.exception_handler(RequestValidationError)
    def _fields(_request: Request, fault: RequestValidationError) -> JSONResponse:
        fields = [".".join(str(step) for step in error["loc"][1:]) for error in fault.errors()]
        return problem(FieldsMissing([field or "body" for field in fields]))

    @app.exception_handler(HTTPException)
    def _http(_request: Request, fault: HTTPException) -> JSONResponse:
        told = Problem(
            title=str(fault.detail),
            status=fault.status_code,
            code=f"http_{fault.status_code}",
            detail=str(fault.detail),
            message_zh=_HTTP_ZH.get(fault.status_code, "请求无法处理"),
        )
        return JSONResponse(
            told.model_dump(exclude_none=True),
            fault.status_code,
            headers=dict(fault.headers or {}),
            media_type=MEDIA_TYPE,
        )

    @app.exception_handler(OperationalError)
    def _database(_request: Request, fault: OperationalError) -> JSONResponse:
        log.error("database_failed", reason=str(fault.orig))
        return problem(Unavailable("the database did not answer; try again"))


def _plain(value: str | int | Sequence[str] | None) -> str | int | list[str] | None:
    return list(value) if isinstance(value, tuple) else value  # type: ignore[return-value]
