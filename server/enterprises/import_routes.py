"""`/api/v1/enterprise-imports`: tables of enterprises in; `/api/v1/enterprise-list.csv`: out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from server.enterprises import import_columns, imports, records
from server.enterprises.import_columns import ImportKind
from server.enterprises.import_plan import RowPlan
from server.enterprises.imports import Parcel, Taken
from server.enterprises.record_routes import Filter, asked_of
from server.enterprises.record_values import SECTOR_ZH
from server.enterprises.schemas import ImportReport
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.csv_files import csv_bytes
from server.kit.errors import FieldsMissing, NotPermitted, NotSignedIn, TooLarge
from server.kit.file_body import FILE_BODY, FileBody
from server.kit.problems import answers
from server.kit.web import Ground, Now, Writing, ground

router = APIRouter(prefix="/api/v1", tags=["enterprises"])

_REFUSALS = answers(NotSignedIn, NotPermitted, FieldsMissing, TooLarge)
_CSV = "text/csv; charset=utf-8"
On = Annotated[Ground, Depends(ground)]


@dataclass(frozen=True, slots=True)
class Meant:
    """How the table is meant."""

    source: Annotated[str, Query(max_length=100, description="Where the table comes from")]
    as_of: Annotated[date, Query(description="For which day its values are true")]
    kind: Annotated[ImportKind, Query(description="What a row is")] = ImportKind.ENTERPRISES

    def parcel(self, content: bytes) -> Parcel:
        """Return the table with how it is meant."""
        return Parcel(content, self.kind, self.source, self.as_of)


@router.post("/enterprise-imports/preview", responses=_REFUSALS, openapi_extra=FILE_BODY)
def preview_import(
    content: FileBody, meant: Annotated[Meant, Depends()], on: On, actor: SignedIn
) -> ImportReport:
    """预览: say what each row would change and what is wrong with it; nothing is written."""
    readied = imports.ready(on.clock.now(), actor, meant.parcel(content))
    with on.database.reading() as db:
        return imports.preview(db, actor, readied)


@router.post("/enterprise-imports", responses=_REFUSALS, openapi_extra=FILE_BODY)
def import_table(
    content: FileBody,
    meant: Annotated[Meant, Depends()],
    on: On,
    actor: SignedIn,
    skip_wrong_rows: Annotated[bool, Query(description="Take the right rows alone")] = False,  # noqa: FBT002 - a query parameter
) -> ImportReport:
    """导入: take a table; a wrong row refuses all of it unless wrong rows are to be left out.

    Broken off in the middle, the same table again goes on where it stopped.
    """
    readied = imports.ready(on.clock.now(), actor, meant.parcel(content))
    with on.database.reading() as db:
        previewed = imports.preview(db, actor, readied)
    if not skip_wrong_rows:
        imports.require_right(previewed)
    plans: list[RowPlan] = []
    for rows in imports.turns(readied, previewed):
        with on.database.writing() as db:
            plans += imports.take(db, on.clock.now(), actor, readied, rows)
    with on.database.writing() as db:
        return imports.finish(db, on.clock.now(), actor, readied, Taken(plans, previewed))


@router.get(
    "/enterprise-imports/template.csv",
    response_class=Response,
    responses=answers(NotSignedIn, NotPermitted),
)
def template(actor: SignedIn, clock: Now, kind: ImportKind = ImportKind.ENTERPRISES) -> Response:
    """Return an empty table of a kind: the column names that an import knows."""
    actor.require(Act.ENTERPRISES_IMPORT, clock.now())
    return _csv(import_columns.columns(kind), (), f"{kind.value}-template.csv")


@router.get(
    "/enterprise-list.csv",
    response_class=Response,
    responses=answers(NotSignedIn, NotPermitted, FieldsMissing),
)
def export_list(
    wish: Annotated[Filter, Depends()], db: Writing, clock: Now, actor: SignedIn
) -> Response:
    """Return the enterprises in reach as CSV, each district with its city; the look is recorded."""
    found = records.exported(db, clock.now(), actor, asked_of(db, actor, wish))
    header = ("统一社会信用代码", "企业名称", "状态", "监管行业类别", "重点单位", "所在区划")
    rows = (
        (
            firm.credit_code,
            firm.name,
            records.state_zh(firm),
            SECTOR_ZH[firm.sector],
            "是" if firm.is_key_unit else "否",
            places,
        )
        for firm, places in found
    )
    return _csv(header, rows, "enterprises.csv")


def _csv(header: tuple[str, ...], rows: Iterable[tuple[object, ...]], name: str) -> Response:
    told = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_bytes(header, rows), media_type=_CSV, headers=told)
