"""`If-Match`: a write names the version that the writer has read."""

import re
from typing import Annotated

from fastapi import Depends, Header

from server.kit.errors import StaleVersion, VersionNotGiven


def if_match(if_match: Annotated[str | None, Header()] = None) -> int:
    """Read the version from `If-Match: "3"`.

    Raises:
        VersionNotGiven: the header is missing or is no version.
    """
    found = re.fullmatch(r'(?:W/)?"?(\d{1,18})"?', (if_match or "").strip())
    if found is None:
        raise VersionNotGiven('send the version that was read, such as If-Match: "3"')
    return int(found.group(1))


#: The version that the writer has read, as a route's parameter.
IfMatch = Annotated[int, Depends(if_match)]


def check_version(thing: str, given: int, current: int) -> None:
    """Refuse a write to something that was changed since.

    Raises:
        StaleVersion: the versions differ.
    """
    if given != current:
        raise StaleVersion(thing, given, current)
