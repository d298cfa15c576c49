"""Names inside a folder that came from outside: none leads out of it."""

from pathlib import Path, PurePosixPath

from hazard_library.errors import SampleError


def inside(folder: Path, name: str) -> Path:
    """Return the file `name` under `folder`.

    Raises:
        SampleError: the name is absolute, climbs out, or goes through a link.
    """
    steps = PurePosixPath(name.replace("\\", "/"))
    if steps.is_absolute() or ".." in steps.parts or not steps.parts or "\0" in name:
        message = f"{name!r} leads out of the folder; give a path inside it"
        raise SampleError(message)
    path = folder
    for step in steps.parts:
        path /= step
        if path.is_symlink():
            message = f"{name!r} goes through a link; copy the file itself"
            raise SampleError(message)
    return path
