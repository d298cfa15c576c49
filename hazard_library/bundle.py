"""Where what ships beside the code lies: models and configurations.

An installed wheel carries them inside `hazard_library`; a checkout has them at its top.
"""

from pathlib import Path

_LIBRARY = Path(__file__).resolve().parent


def models_root() -> Path:
    """Return the folder of the model packages that came with the program."""
    return _folder("models")


def configs_root() -> Path:
    """Return the folder of the configurations that came with the program."""
    return _folder("configs")


def _folder(name: str) -> Path:
    bundled = _LIBRARY / "bundled" / name
    return bundled if bundled.is_dir() else _LIBRARY.parent / name
