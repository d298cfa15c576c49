"""A file as a request's whole body, read no further than the largest one that is taken."""

from typing import Annotated, Any

from fastapi import Depends, Request

from server.kit.errors import TooLarge
from server.kit.table_files import LARGEST_FILE

#: What OpenAPI says of such a body.
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CSV (UTF-8, UTF-16 or GB 18030) or .xlsx; the first row names the columns",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in (
                "text/csv",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/octet-stream",
            )
        },
    }
}


async def _content(request: Request) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LARGEST_FILE:
            raise TooLarge(
                f"a table holds {LARGEST_FILE} bytes at most; send several",
                f"文件超过{LARGEST_FILE // 1024 // 1024}MB，请分成几个文件",
            )
    return bytes(content)


#: The bytes of the file.
FileBody = Annotated[bytes, Depends(_content)]
