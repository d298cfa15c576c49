"""Sends a file of evidence, whole or the asked range, a piece at a time, from any store."""

import re
from dataclasses import dataclass

from fastapi.responses import StreamingResponse

from server.evidence.arriving import EvidenceStore
from server.evidence.service import EvidenceSeen

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class BytesWanted:
    """What the reader asks for. range: its Range header; keep: how long a browser may keep it."""

    range: str | None = None
    keep: str = "private, no-cache"


def sent(store: EvidenceStore, seen: EvidenceSeen, wanted: BytesWanted) -> StreamingResponse:
    """Answer with a file's bytes; one range is honoured, several are answered with the whole."""
    size = seen.bytes or 0
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": wanted.keep,
        "Content-Disposition": "inline",
        "ETag": f'"{seen.sha256}"',
    }
    media_type = seen.media_type or "application/octet-stream"
    found = part_of(wanted.range, size)
    if found is None:
        headers["Content-Length"] = str(size)
        return StreamingResponse(store.read(seen.sha256 or ""), 200, headers, media_type)
    start, end = found
    if start >= end:
        headers["Content-Range"] = f"bytes */{size}"
        return StreamingResponse(iter(()), 416, headers, media_type)
    headers |= {"Content-Range": f"bytes {start}-{end - 1}/{size}"}
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(store.read(seen.sha256 or "", start, end), 206, headers, media_type)


def part_of(asked: str | None, size: int) -> tuple[int, int] | None:
    """Read one range of bytes: (first, behind the last). None: the whole file.

    A range that holds nothing of the file has first = behind the last.
    """
    found = _RANGE.fullmatch((asked or "").strip())
    if found is None or found.group(1) == found.group(2) == "":
        return None
    first, last = found.groups()
    if first == "":
        return (max(0, size - int(last)), size) if int(last) else (size, size)
    start = int(first)
    end = min(size, int(last) + 1) if last else size
    return (start, end) if start < end else (size, size)
