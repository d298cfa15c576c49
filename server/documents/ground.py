"""What routes of cases get from the application beside database and clock."""

from typing import Annotated, cast

from fastapi import Depends, Request

from hazard_library.catalogue.load import Catalogue
from server.evidence.arriving import EvidenceStore


def _catalogue(request: Request) -> Catalogue:
    return cast("Catalogue", request.app.state.catalogue)


def _files(request: Request) -> EvidenceStore:
    return cast("EvidenceStore", request.app.state.files)


def _is_demo(request: Request) -> bool:
    return bool(request.app.state.is_demo)


#: What every hazard is, and the articles that may be cited.
Hazards = Annotated[Catalogue, Depends(_catalogue)]
#: The bytes of evidence.
Files = Annotated[EvidenceStore, Depends(_files)]
#: Whether documents carry 演示 across the page.
IsDemo = Annotated[bool, Depends(_is_demo)]
