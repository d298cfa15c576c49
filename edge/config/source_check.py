"""What must hold for a camera's source beyond the schema of its fields."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

from edge.config.camera import FileSource, HttpSource, RtspSource, SourceConfig, SourceMode
from hazard_library.catalogue.marked_yaml import Where

#: A place within the source, and what is wrong there.
Text = tuple[Where, str]


def mistakes(source: SourceConfig, mode: SourceMode) -> Iterator[Text]:
    """Yield what does not fit together in one source."""
    is_replay = mode is SourceMode.REPLAY
    match source:
        case RtspSource():
            if is_replay:
                yield (), "a stream cannot be replayed; write mode: live"
            yield from _credential(source)
        case HttpSource():
            if is_replay and source.start_at is None:
                yield (), "a replayed film needs the moment of its first picture; add start_at"
            yield from _trust(source)
            yield from _credential(source)
        case FileSource():
            if source.loop and is_replay:
                yield ("loop",), "a replay ends with its file; remove it or write mode: live"
        case _:
            assert_never(source)


def missing_files(source: SourceConfig, folder: Path) -> Iterator[Text]:
    """Yield the files and variables of secrets and trust that are not there."""
    if isinstance(source, FileSource):
        return
    ca_file = source.ca_file if isinstance(source, HttpSource) else None
    for field, file in (("password_file", source.password_file), ("ca_file", ca_file)):
        if file and not (folder / file.expanduser()).is_file():
            yield (field,), f"there is no file {folder / file}; create it or mend the path"
    if source.password_env and source.password_env not in os.environ:
        text = f"the environment has no {source.password_env}; set it or mend the name"
        yield ("password_env",), text


def _trust(source: HttpSource) -> Iterator[Text]:
    if source.ca_file and source.url.startswith("http:"):
        yield ("ca_file",), "nothing is encrypted here; write https in the url or remove it"
    if source.ca_file and not source.check_certificate:
        text = "says false, and ca_file whom to believe; remove one of both"
        yield ("check_certificate",), text


def _credential(source: RtspSource | HttpSource) -> Iterator[Text]:
    if source.password_file and source.password_env:
        yield ("password_env",), "name the file or the variable, not both"
    if (source.password_file or source.password_env) and source.user is None:
        yield (), "a password needs a user; add the field user"
