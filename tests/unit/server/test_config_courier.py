"""What lies at the broker for a box: the one revision that it has not answered, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from config_desk import SITE, ConfigDesk

from hazard_library.contract.configuration import ConfigRevision
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.message import parse
from hazard_library.contract.topics import Channel
from server.config_courier import AGAIN_S, ConfigCourier
from server.configuration import parcels, service
from server.configuration.signing import ConfigurationKey
from server.configuration.tables import Revision
from server.kit.db import Database
from server.testing.settled_clock import SettledClock


@dataclass
class OneShelf:
    """A broker with room for one box. Implements `server.config_courier.Shelf`.

    meanwhile: what happens elsewhere between sending and the broker's word.
    """

    connection: int | None = 1
    confirms: bool = True
    lies: bytes = b""
    sent: list[bytes] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def retain(self, device: DeviceId, channel: Channel, payload: bytes) -> bool:
        assert (device, channel) == ("box-1", Channel.CONFIG)
        self.sent.append(payload)
        if self.confirms:
            self.lies = payload
        self.meanwhile()
        return self.confirms

    @property
    def document(self) -> str | None:
        return parse(ConfigRevision, self.lies).document if self.lies else None


@dataclass
class Post:
    """A desk, a shelf, and the courier between them."""

    database: Database
    folder: Path
    shelf: OneShelf = field(default_factory=OneShelf)

    def __post_init__(self) -> None:
        with self.database.writing() as db:
            self.key = ConfigurationKey.at(self.folder)
            self.desk = ConfigDesk(db, self.key)
        self.courier = self.another()

    def another(self) -> ConfigCourier:
        self.clock = SettledClock()
        return ConfigCourier(self.database, self.clock, self.shelf)

    def do(self, act: Callable[[ConfigDesk], Revision]) -> Revision:
        with self.database.writing() as db:
            self.desk.db = db
            return act(self.desk)

    def publish(self, files: dict[str, str] | None = None) -> Revision:
        return self.do(lambda desk: desk.published(files))

    def withdraw(self, revision: Revision) -> Revision:
        return self.do(
            lambda desk: service.withdraw(desk.db, desk.tried(self.now(revision), "wu"), "不需要")
        )

    def answer(self, revision: Revision, refused: str | None = None) -> None:
        with self.database.writing() as db:
            self.desk.db = db
            self.desk.answer(revision, refused)

    def now(self, revision: Revision) -> Revision:
        with self.database.reading() as db:
            return service.one(db, revision.id)

    def is_settled(self) -> bool:
        with self.database.reading() as db:
            return parcels.due(db) == []


@pytest.fixture
def post(own_database: Database, tmp_path: Path) -> Post:
    return Post(own_database, tmp_path / "configuration")


def test_what_is_published_lies_there_until_the_box_has_answered(post: Post) -> None:
    sent = post.publish()
    for _ in range(3):
        post.courier.step()
    assert post.shelf.document == sent.document
    assert len(post.shelf.sent) == 1
    assert post.now(sent).handed_over_at is not None
    post.answer(sent)
    for _ in range(3):
        post.courier.step()
    assert post.shelf.lies == b""
    assert len(post.shelf.sent) == 2
    assert post.is_settled()


def test_what_nobody_answers_is_left_there_again_for_a_box_that_could_not_read_it(
    post: Post,
) -> None:
    sent = post.publish()
    post.courier.step()
    post.clock.advance(timedelta(seconds=AGAIN_S - 1))
    post.courier.step()
    assert len(post.shelf.sent) == 1
    post.clock.advance(timedelta(seconds=2))
    post.courier.step()
    post.courier.step()
    assert len(post.shelf.sent) == 2
    assert post.shelf.sent[0] == post.shelf.sent[1]
    post.answer(sent)
    post.courier.step()
    post.clock.advance(timedelta(seconds=AGAIN_S + 1))
    post.courier.step()
    assert post.shelf.sent[2:] == [b""]


@pytest.mark.parametrize("how", ["refused", "withdrawn"])
def test_what_is_refused_or_withdrawn_is_taken_back(post: Post, how: str) -> None:
    sent = post.publish()
    post.courier.step()
    if how == "refused":
        post.answer(sent, refused="it has no model")
    else:
        post.withdraw(sent)
    post.courier.step()
    assert post.shelf.lies == b""
    assert post.is_settled()


def test_a_newer_one_takes_the_place_of_the_one_that_waits(post: Post) -> None:
    post.publish()
    post.courier.step()
    second = post.publish({"site.yaml": SITE + "time_zone: Asia/Shanghai\n"})
    post.courier.step()
    post.courier.step()
    assert post.shelf.document == second.document
    assert len(post.shelf.sent) == 2


def test_a_server_that_died_forgets_nothing_that_lies_there(post: Post) -> None:
    sent = post.publish()
    post.courier.step()
    post.withdraw(sent)
    post.another().step()
    assert post.shelf.lies == b""


def test_a_broker_that_was_away_gets_the_same_bytes_again(post: Post) -> None:
    post.shelf.connection = None
    post.publish()
    post.courier.step()
    assert post.shelf.sent == []
    for connection in (1, 2):
        post.shelf.connection = connection
        post.courier.step()
        post.courier.step()
    assert len(post.shelf.sent) == 2
    assert len(set(post.shelf.sent)) == 1


def test_what_the_broker_did_not_confirm_is_sent_again(post: Post) -> None:
    sent = post.publish()
    post.shelf.confirms = False
    post.courier.step()
    assert post.now(sent).handed_over_at is None
    post.shelf.confirms = True
    post.courier.step()
    assert post.shelf.document == sent.document


@pytest.mark.parametrize("confirms", [True, False])
def test_one_that_another_server_took_back_meanwhile_is_taken_back_again(
    post: Post, *, confirms: bool
) -> None:
    """The message may still be on its way when the other server's empty one has passed it."""
    sent = post.publish()

    def taken_back_elsewhere() -> None:
        post.shelf.meanwhile = lambda: None
        post.withdraw(sent)
        post.another().step()
        # Ours comes late, and lies there now.
        post.shelf.lies = post.shelf.sent[0]

    post.shelf.confirms, post.shelf.meanwhile = confirms, taken_back_elsewhere
    post.courier.step()
    post.shelf.confirms = True
    assert post.shelf.document == sent.document
    post.courier.step()
    assert post.shelf.lies == b""
    assert post.is_settled()
