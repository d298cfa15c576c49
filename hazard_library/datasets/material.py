"""Where the outside material (pictures, weights, films) lies.

The material is not part of the project: some of it may not be redistributed. It is found through
the variable ``PATROL_MATERIAL``, or as ``../shared`` beside the working directory.
"""

from collections.abc import Mapping
from pathlib import Path

from hazard_library.errors import DatasetError

VARIABLE = "PATROL_MATERIAL"


def material_root(environment: Mapping[str, str], start: Path) -> Path:
    """Find the folder of outside material.

    Args:
        environment: the process environment; ``PATROL_MATERIAL`` wins when it is set.
        start: the folder from which ``../shared`` is tried.

    Raises:
        DatasetError: neither place is a folder.
    """
    stated = environment.get(VARIABLE)
    folder = Path(stated) if stated else start / ".." / "shared"
    if not folder.is_dir():
        message = (
            f"{folder}: no such folder; set {VARIABLE} to the folder that holds the training "
            "material (data/, weights/, video/)"
        )
        raise DatasetError(message)
    return folder.resolve()
