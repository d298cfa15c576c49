"""What the fields of a record may hold. The titles are what forms and tables call the parts."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from server.kit.errors import FieldsMissing

#: One line or paragraph as people write it; control signs are refused.
Words = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=400,
        pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$",
    ),
]


class Sector(StrEnum):
    """By which rules an enterprise is supervised (WORKFLOW §5.10)."""

    MINE = "mine"
    CHEMICAL = "chemical"
    FIREWORKS = "fireworks"
    METALLURGY = "metallurgy"
    DUST = "dust"
    ASSESSOR = "safety_assessor"
    OTHER = "other"


SECTOR_ZH = {
    Sector.MINE: "矿山",
    Sector.CHEMICAL: "危险化学品",
    Sector.FIREWORKS: "烟花爆竹",
    Sector.METALLURGY: "金属冶炼",
    Sector.DUST: "涉爆粉尘",
    Sector.ASSESSOR: "安全评价机构",
    Sector.OTHER: "其他",
}
_ALSO = {
    "危化": Sector.CHEMICAL,
    "烟花": Sector.FIREWORKS,
    "金冶": Sector.METALLURGY,
    "安评机构": Sector.ASSESSOR,
    "其他工贸": Sector.OTHER,
}
_SECTORS = {name: sector for sector, name in SECTOR_ZH.items()} | _ALSO


def sector_named(name: str) -> Sector | None:
    """Return the sector of a Chinese name or of our own word; None: it is none."""
    if name in frozenset(Sector):
        return Sector(name)
    return _SECTORS.get(name)


class RiskBand(StrEnum):
    """How risky the record says an enterprise is; the computed score has bands of its own."""

    HIGH = "high"
    MID = "mid"
    LOW = "low"


class Value(BaseModel):
    """A value of several parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Dated(Value):
    valid_from: date | None = Field(default=None, title="有效期起")
    valid_to: date | None = Field(default=None, title="有效期止")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            msg = "有效期起 lies after 有效期止"
            raise ValueError(msg)
        return self


class Standardisation(_Dated):
    """安全生产标准化等级."""

    level: Literal[1, 2, 3] = Field(title="标准化等级")
    certificate_no: Words | None = Field(default=None, title="标准化证书编号")


class Dishonesty(Value):
    """Whether it is on the list of seriously dishonest."""

    listed: bool = Field(title="是否严重失信")
    since: date | None = Field(default=None, title="列入日期")
    reference: Words | None = Field(default=None, title="列入文号")


class MajorHazardSource(Value):
    """危险化学品重大危险源."""

    name: Words = Field(title="重大危险源名称")
    level: Literal[1, 2, 3, 4] = Field(title="重大危险源等级")
    substance: Words | None = Field(default=None, title="主要物质")
    record_no: Words | None = Field(default=None, title="备案编号")


class Process(Value):
    """A process that is run."""

    name: Words = Field(title="工艺名称")
    is_key_regulated: bool | None = Field(default=None, title="是否重点监管工艺")
    description: Words | None = Field(default=None, title="工艺说明")


class Equipment(Value):
    """A machine or installation."""

    number: Words = Field(title="设备编号")
    name: Words = Field(title="设备名称")
    kind: Words | None = Field(default=None, title="设备类别")
    next_inspection: date | None = Field(default=None, title="下次检验日期")


class DutyPerson(Value):
    """Somebody on duty at a post."""

    post: Words = Field(title="岗位")
    name: Words = Field(title="值班人员")
    shift: Words | None = Field(default=None, title="班次")
    phone: Words | None = Field(default=None, title="值班电话")


class Licence(_Dated):
    """A licence."""

    kind: Words = Field(title="许可证类别")
    number: Words = Field(title="许可证编号")
    issuer: Words | None = Field(default=None, title="发证机关")


class Accident(Value):
    """An accident that happened."""

    on: date = Field(title="事故日期")
    name: Words = Field(title="事故名称")
    deaths: int | None = Field(default=None, ge=0, le=10_000, title="死亡人数")
    injured: int | None = Field(default=None, ge=0, le=100_000, title="受伤人数")
    cause: Words | None = Field(default=None, title="事故原因")


class Contact(Value):
    """Whom to call."""

    post: Words = Field(title="职务")
    name: Words = Field(title="联系人")
    phone: Words = Field(title="联系电话")


class AreaKind(StrEnum):
    """What an area is."""

    WORKSHOP = "workshop"
    TANK_FARM = "tank_farm"
    UNIT = "unit"
    STORE = "store"
    OTHER = "other"


AREA_ZH = {
    AreaKind.WORKSHOP: "厂房",
    AreaKind.TANK_FARM: "罐区",
    AreaKind.UNIT: "装置",
    AreaKind.STORE: "仓库",
    AreaKind.OTHER: "其他",
}


class Area(Value):
    """A part of a site, and what an officer who goes there must know."""

    site: Words = Field(title="厂区编号")
    name: Words = Field(title="区域名称")
    kind: AreaKind = Field(title="区域类别")
    warnings: Words | None = Field(default=None, title="危险告知")
    protective_gear: Words | None = Field(default=None, title="防护用品")


class MonitoringThreshold(Value):
    """From where on a reading of the plant's own safety data is a warning."""

    point: Words = Field(title="监测点")
    quantity: Words = Field(title="监测量")
    unit: Words = Field(title="单位")
    direction: Literal["above", "below"] = Field(title="方向")
    limit: float = Field(title="阈值", allow_inf_nan=False)
    level: Literal["red", "orange", "yellow", "blue"] = Field(title="预警级别")


class Penalty(Value):
    """A penalty that was imposed, as the provincial system tells."""

    decision_no: Words = Field(title="处罚决定书文号")
    on: date = Field(title="处罚日期")
    act: Words = Field(title="违法行为")
    decided_by: Words | None = Field(default=None, title="处罚机关")


def require_words(name: str, text: str) -> str:
    """Return a text without signs that no record may hold.

    Raises:
        FieldsMissing: it is empty, or holds control signs.
    """
    trimmed = text.strip()
    if not trimmed or any(ord(sign) < ord(" ") and sign not in "\t\n\r" for sign in trimmed):
        raise FieldsMissing([name], f"{name} 为空或含有控制字符")
    return trimmed
