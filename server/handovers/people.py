"""Who had which part in a matter: separation of duties goes by the person."""

from server.handovers.moving import Attempt
from server.identity.actor import Actor
from server.kit.db import Json
from server.kit.errors import NotPermitted


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
    if part is not None and part["person"] == part_of(tried.actor)["person"]:
        raise NotPermitted(
            f"{tried.person} has had another part in this matter; somebody else does this",
            message_zh,
            rule_id="WORKFLOW-2",
        )
