"""What kind of place a camera shows, and where none may hang (TRAP-29). Pure."""

from enum import StrEnum

from server.kit.errors import FieldsMissing


class PlaceType(StrEnum):
    """What a camera looks at. Private places are named so that they can be refused by name."""

    PRODUCTION = "production"
    STORAGE = "storage"
    TANK_FARM = "tank_farm"
    LOADING = "loading"
    CONTROL_ROOM = "control_room"
    GATE = "gate"
    OUTDOOR = "outdoor"
    DORMITORY = "dormitory"
    BATHROOM = "bathroom"
    CHANGING_ROOM = "changing_room"
    TOILET = "toilet"
    REST_ROOM = "rest_room"


#: Private anywhere: plugging in is refused, whatever the enterprise has agreed to.
REFUSED = {
    PlaceType.DORMITORY: "宿舍",
    PlaceType.BATHROOM: "浴室",
    PlaceType.CHANGING_ROOM: "更衣室",
    PlaceType.TOILET: "卫生间",
    PlaceType.REST_ROOM: "休息室",
}
#: The same said in a camera's name or place. 禁 and 外 are no escape: somebody chooses other words.
_WORDS = (*REFUSED.values(), "厕所", "洗手间", "淋浴", "寝室")


def refuse_private(kind: PlaceType | None, *texts: str | None) -> None:
    """Refuse a camera at a private place, by its kind or by the words it is described with.

    Raises:
        FieldsMissing: the place is one where no camera may be plugged in.
    """
    said = REFUSED.get(kind) if kind is not None else None
    said = said or next((w for w in _WORDS for text in texts if text and w in text), None)
    if said is not None:
        raise FieldsMissing(
            ["place_type"],
            f"摄像机拍摄场所为“{said}”，属于私密场所，不得接入",
            rule_id="TRAP-29",
        )
