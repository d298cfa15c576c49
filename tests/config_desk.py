"""People who write and approve configurations for a registered box, in the hands of a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from hazard_library.contract.configuration import RevisionAnswer
from server.configuration import service
from server.configuration.service import Attempt, Draft
from server.configuration.signing import ConfigurationKey
from server.configuration.states import RevisionState
from server.configuration.tables import Revision
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Role
from server.identity.service import NewAccount
from server.testing.bureau import BY, enrol, settle
from server.testing.fake_device import START, FakeDevice

SITE = """\
site: site-1
device: box-1
stores: stores
cameras:
  - id: gate
    source: {kind: rtsp, host: 10.0.0.5}
    hazards: [{id: PPE-01}]
"""


def people(db: Session) -> dict[str, Actor]:
    """Register two device operators beside the bureau's own people."""
    for name in ("wu", "zhao"):
        identity.add_account(db, START, BY, NewAccount(name, f"{name} 某", Role.DEVOP))
    names = ("wu", "zhao", "leader", "officer", "aide", "admin", "maintainer")
    return {name: identity.actor_named(db, name, "test", START) for name in names}


@dataclass
class ConfigDesk:
    """Writes, approves and publishes; says what the box answers."""

    db: Session
    key: ConfigurationKey
    box: FakeDevice = field(default_factory=FakeDevice)
    at: datetime = START
    people: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settle(self.db)
        enrol(self.db, self.box)
        self.people = people(self.db)

    def draft(self, files: Mapping[str, str] | None = None, by: str = "wu") -> Revision:
        wanted = Draft(self.box.id, files or {"site.yaml": SITE}, "新增大门摄像机")
        return service.draft(self.db, self.at, self.people[by], wanted)

    def tried(self, revision: Revision, by: str, version: int | None = None) -> Attempt:
        return Attempt(self.at, self.people[by], revision.id, version or revision.version)

    def approve(self, revision: Revision, by: str = "zhao") -> Revision:
        return service.approve(self.db, self.tried(revision, by))

    def publish(self, revision: Revision, by: str = "wu") -> Revision:
        return service.publish(self.db, self.key, self.tried(revision, by))

    def published(self, files: Mapping[str, str] | None = None) -> Revision:
        return self.publish(self.approve(self.draft(files)))

    def answer(self, revision: Revision, refused: str | None = None) -> RevisionState:
        """Let the box say what became of a revision; return where that stands then."""
        assert revision.document_sha256 is not None
        answer = RevisionAnswer(
            document_sha256=revision.document_sha256,
            outcome="applied" if refused is None else "refused",
            reason=refused,
        )
        service.hear(self.db, self.at, self.box.state(config_answer=answer))
        return revision.state
