"""Serves the console's build; every page's address leads to the one page that draws them all."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response

from server.kit.errors import NotFound

_NOT_BUILT = "The console is not built; run: make console, or install the wheel.\n"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_ASK_AGAIN = {"Cache-Control": "no-cache"}


def add_console(app: FastAPI, folder: Path) -> None:
    """Serve a folder's files, and its index.html for every other address outside the API."""
    root = folder.resolve()

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def console(path: str) -> Response:
        if path == "api" or path.startswith("api/"):
            raise NotFound(f"/{path} is not part of the API")
        index = root / "index.html"
        if not index.is_file():
            return PlainTextResponse(_NOT_BUILT, 503)
        asked = (root / path).resolve()
        if asked.is_relative_to(root) and asked.is_file():
            return FileResponse(asked, headers=_FOR_EVER if "assets" in asked.parts else _ASK_AGAIN)
        if "." in path.rsplit("/", 1)[-1]:
            raise NotFound(f"/{path} is not part of the console")
        return FileResponse(index, headers=_ASK_AGAIN)
