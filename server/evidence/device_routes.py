"""Where boxes bring evidence: `/api/v1/device/evidence/{sha256}`.

A box proves itself by its certificate at the HTTPS door, or by its secret with HTTP Basic.
"""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Header, Path, Request, Response, status
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from hazard_library.contract.ids import DeviceId
from server.evidence.uploads import LARGEST_PIECE, Piece, Progress, Uploads, WrongOffset
from server.fleet import enrolment
from server.fleet import service as fleet
from server.fleet.peer import certificate_of
from server.kit.errors import (
    EvidenceMismatch,
    NotFound,
    NotSignedIn,
    StorageFull,
    TooLarge,
)
from server.kit.problems import answers
from server.kit.web import Now, Reading

router = APIRouter(prefix="/api/v1/device/evidence", tags=["device"])

_basic = HTTPBasic(auto_error=False, realm="hazard-patrol device")

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
UploadOffset = Annotated[int, Header(ge=0)]
UploadLength = Annotated[int, Header(ge=1)]


def _device(
    request: Request,
    db: Reading,
    clock: Now,
    given: Annotated[HTTPBasicCredentials | None, Depends(_basic)],
) -> DeviceId:
    shown = certificate_of(request)
    if shown is not None:
        return enrolment.holder_of(db, clock.now(), shown).id
    if given is None:
        raise NotSignedIn("show the box's certificate, or send the device id and its secret")
    return fleet.authenticate(db, given.username, given.password).id


def _uploads(request: Request) -> Uploads:
    return cast("Uploads", request.app.state.uploads)


async def _content(request: Request) -> bytes:
    """Read the body, and stop reading as soon as it is too large."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LARGEST_PIECE:
            raise TooLarge(f"a piece holds {LARGEST_PIECE} bytes at most; send smaller ones")
    return bytes(content)


class _Place:
    """Where a piece lies in its file."""

    def __init__(self, upload_offset: UploadOffset, upload_length: UploadLength) -> None:
        self.offset = upload_offset
        self.length = upload_length


SigningDevice = Annotated[DeviceId, Depends(_device, scope="function")]
Taker = Annotated[Uploads, Depends(_uploads)]


@router.head("/{sha256}", responses=answers(NotSignedIn, NotFound))
def ask(sha256: Sha256, device: SigningDevice, uploads: Taker) -> Response:
    """Tell how much of a file is there."""
    return _answer(uploads.progress(device, sha256), status.HTTP_200_OK)


@router.patch(
    "/{sha256}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(NotSignedIn, NotFound, TooLarge, EvidenceMismatch, StorageFull)
    | {409: {"description": "The piece begins elsewhere; Upload-Offset tells where to go on"}},
)
def bring(
    sha256: Sha256,
    device: SigningDevice,
    uploads: Taker,
    content: Annotated[bytes, Depends(_content)],
    at: Annotated[_Place, Depends()],
) -> Response:
    """Take a piece of a file."""
    taken = uploads.take(device, Piece(sha256, at.offset, at.length, content))
    if isinstance(taken, WrongOffset):
        return _answer(taken.progress, status.HTTP_409_CONFLICT)
    return _answer(taken, status.HTTP_204_NO_CONTENT)


def _answer(progress: Progress, code: int) -> Response:
    headers = {
        "Upload-Offset": str(progress.offset),
        "Upload-Length": str(progress.length),
        "Upload-Complete": "1" if progress.is_complete else "0",
        "Cache-Control": "no-store",
    }
    return Response(status_code=code, headers=headers)
