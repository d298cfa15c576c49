"""Every life cycle of the server, and what WORKFLOW §5 says of it in the hand-written file."""

import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent
STATED: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    (ROOT / "tests" / "golden" / "life_cycles.toml").read_text(encoding="utf-8")
)


def states_tool() -> ModuleType:
    """Load `tools/states.py`, which is no part of a package."""
    name = "life_cycle_tool"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / "states.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
