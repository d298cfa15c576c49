"""An online patrol over HTTP: roster, pictures, looks with the time that they take."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import httpx
from bureau import CAMERAS, FIRM, Reporter, Seen
from handover_desk import HandoverDesk, Page
from sqlalchemy import select

from hazard_library.contract.ids import CameraId, ZoneId
from server.enterprises.record_values import Sector
from server.enterprises.tables import Enterprise
from server.identity.actor import LEGAL_ZONE, Actor

_zones = count(1)


@dataclass(frozen=True, slots=True)
class PatrolDesk:
    """What officers on the roster do."""

    desk: HandoverDesk

    def enterprise(self) -> Enterprise:
        """Return the firm whose cameras are looked at."""
        with self.desk.database.reading() as db:
            found = db.scalar(select(Enterprise).where(Enterprise.credit_code == FIRM.credit_code))
        assert found is not None
        return found

    def make_major_hazard_source(self) -> None:
        """Let the firm be a chemical one with a major hazard source in its record."""
        with self.desk.database.writing() as db:
            firm = db.get_one(Enterprise, self.enterprise().id)
            firm.sector = Sector.CHEMICAL
        told = {
            "field": "major_hazard_source",
            "value": {"name": "液氨储罐区", "level": 2},
            "source": "备案登记",
            "as_of": "2026-01-05",
        }
        body = {"statements": [told], "reason": "核对备案"}
        self.desk.do(self.desk.bureau.officer, f"enterprises/{self.enterprise().id}", "tell", body)

    def roster(self, *people: Actor) -> httpx.Response:
        """Put people on today's roster."""
        day = self.desk.clock.now().astimezone(LEGAL_ZONE).date()
        body = {"day": f"{day}", "accounts": [one.account for one in people]}
        return self.desk.as_(self.desk.bureau.leader).put("/api/v1/patrols/roster", json=body)

    def planned(self) -> Page:
        """Plan today's round of the unit."""
        answer = self.desk.as_(self.desk.bureau.leader).post("/api/v1/patrols", json={})
        assert answer.status_code == 200, answer.text
        page: Page = answer.json()
        return page

    def take_pictures(self, *cameras: str) -> None:
        """Let cameras send a picture now."""
        with self.desk.database.writing() as db:
            reporter = Reporter(db, self.desk.store)
            for camera in cameras or CAMERAS:
                started = self.desk.clock.now() - timedelta(seconds=10)
                zone = ZoneId(f"p{next(_zones)}")
                reporter.report(Seen(started=started, camera=CameraId(camera), zone=zone))

    def item(self, path: str, camera: str) -> Page:
        """Return one camera of a round as the officer reads it."""
        page = self.desk.read(self.desk.bureau.officer, path)
        return next(one for one in page["items"] if one["camera"] == camera)

    def look(
        self,
        path: str,
        camera: str,
        result: str = "nothing",
        *,
        seconds: float = 9,
        by: Actor | None = None,
        **more: object,
    ) -> httpx.Response:
        """Open the newest picture of a camera, look for some seconds, and write it down."""
        who = by or self.desk.bureau.officer
        item = self.item(path, camera)
        picture = item["picture"]
        if picture is not None:
            content = self.desk.as_(who).get(picture["url"])
            assert content.status_code == 200, content.text
            more = {"picture": picture["id"]} | more
        self.desk.clock.advance(timedelta(seconds=seconds))
        body = {"item": item["id"], "result": result} | more
        return self.desk.on_newest(who, path, "look", body)

    def look_at_all(self, path: str) -> None:
        """Look at every camera of a round; nothing is wrong."""
        for camera in CAMERAS:
            self.take_pictures(camera)
            answer = self.look(path, camera)
            assert answer.status_code == 200, answer.text
