"""What the console asks about evidence that boxes lost."""

from fastapi import APIRouter

from hazard_library.contract.ids import DeviceId
from server.documents.ground import Hazards
from server.identity.guard import SignedIn
from server.kit.errors import NotPermitted, NotSignedIn
from server.kit.problems import answers
from server.kit.web import Now, Reading
from server.leads import losses

router = APIRouter(prefix="/api/v1/devices", tags=["fleet"])


@router.get("/{device_id}/lost-evidence", responses=answers(NotSignedIn, NotPermitted))
def lost_evidence(
    device_id: str, actor: SignedIn, db: Reading, clock: Now, catalogue: Hazards
) -> losses.LostFiles:
    """List the files that a box lost before they reached the server, newest first."""
    return losses.lost_files(db, clock.now(), actor, catalogue, DeviceId(device_id))
