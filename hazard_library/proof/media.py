"""Whether the bytes of a picture or clip are one whole file, seen from outside without decoding.

This tells a copy that somebody saved anew (whole, but another file) from one that was cut off.
"""

from typing import IO

_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_BOX_HEAD = 8
_LARGE, _TO_THE_END = 1, 0


def is_whole(file: IO[bytes], size: int) -> bool:
    """Whether a JPEG ends, or an MP4's boxes fill the file exactly; other formats: False."""
    head = file.read(12)
    if head.startswith(_JPEG_START):
        file.seek(max(0, size - 2))
        return file.read(2) == _JPEG_END
    return head[4:8] == b"ftyp" and _boxes_fill(file, size)


def _boxes_fill(file: IO[bytes], size: int) -> bool:
    """Walk the top level of an MP4: every box says how long it is."""
    at = 0
    seen = set()
    while at + _BOX_HEAD <= size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        seen.add(head[4:8])
        if length == _LARGE:
            length = int.from_bytes(head[8:16], "big")
        if length == _TO_THE_END:
            length = size - at
        if length < _BOX_HEAD:
            return False
        at += length
    return at == size and b"moov" in seen
