"""Who had which part in a matter: separation of duties goes by the person."""

from uuid import UUID

from server.handovers.moving import Attempt
from server.identity.actor import Actor
from server.identity.duties import different_person
from server.kit.db import Json


def part_of(actor: Actor) -> Json:
    """Write a person down: account, name, the human being, the certificate of the day."""
    certificate = actor.certificate
    return {
        "account": actor.account,
        "name": actor.full_name,
        "person": str(actor.person_id),
        "unit": actor.unit.name if actor.unit is not None else "",
        "certificate_no": certificate.number if certificate is not None else None,
    }


def check_another(tried: Attempt, part: Json | None, message_zh: str) -> None:
    """Refuse a person who has had another part in the matter already (WORKFLOW §2).

    Raises:
        NotPermitted: it is the same person, under whatever account.
    """
    different_person(tried.actor, None if part is None else UUID(part["person"]), message_zh)
