from datetime import timedelta

import pytest

from edge.errors import DeliveryError
from edge.fleet.certificate_keeper import CertificateKeeper, Validity
from edge.testing.fake_clock import START, FakeClock
from edge.testing.tally import Tally

DAY_S = 86_400.0


class Server:
    """Gives certificates of ninety days, unless it is away."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.is_away = False
        self.said: list[str] = []

    def confirm(self) -> None:
        self._say("confirm")

    def renew(self) -> Validity:
        self._say("renew")
        now = self.clock.now().utc
        return Validity(now + timedelta(days=60), now + timedelta(days=90))

    def _say(self, word: str) -> None:
        if self.is_away:
            raise DeliveryError("the server is away")
        self.said.append(word)


class Kept:
    def __init__(self) -> None:
        self.clock, self.tally = FakeClock(), Tally()
        self.server = Server(self.clock)
        present = Validity(START + timedelta(days=60), START + timedelta(days=90))
        self.keeper = CertificateKeeper(
            present, self.server.confirm, self.server.renew, self.clock, self.tally
        )


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_a_certificate_is_confirmed_once_at_the_start(kept: Kept) -> None:
    for _ in range(3):
        kept.keeper.step()
    assert kept.server.said == ["confirm"]


def test_it_is_renewed_when_its_time_has_come_and_confirmed_again(kept: Kept) -> None:
    kept.keeper.step()
    kept.clock.wait(59 * DAY_S)
    kept.keeper.step()
    assert kept.server.said == ["confirm"]
    kept.clock.wait(1 * DAY_S)
    kept.keeper.step()
    kept.keeper.step()
    assert kept.server.said == ["confirm", "renew", "confirm"]
    assert kept.tally["certificate_renewals"] == 1


def test_while_the_server_is_away_it_is_tried_again_and_counted(kept: Kept) -> None:
    kept.keeper.step()
    kept.server.is_away = True
    kept.clock.wait(61 * DAY_S)
    waits = [kept.keeper.step() for _ in range(4)]
    assert waits[0] <= 60 < max(waits) <= 3600
    assert kept.tally["certificate_failures"] == 4
    kept.server.is_away = False
    kept.keeper.step()
    assert kept.server.said == ["confirm", "renew", "confirm"]
