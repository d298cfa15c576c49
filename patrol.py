"""The front door of the command `patrol`: it finds the package that owns a verb and calls it.

A package's `cli.py` is imported only when one of its verbs is called, so that `patrol --help` is
quick and the edge never loads what the server needs.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast


class Verb(NamedTuple):
    """One verb of the front door."""

    module: str
    says: str


VERBS: dict[str, Verb] = {
    "demo": Verb("server.demo.cli", "run the whole chain here on real video"),
    "edge": Verb("edge.cli", "run, check or look into an edge box"),
    "server": Verb("server.cli", "run or set up the central server"),
    "library": Verb("hazard_library.cli", "keep the hazard catalogue and the sample library"),
    "evidence": Verb("hazard_library.cli", "check evidence offline: what holds, what does not"),
    "doctor": Verb("edge.cli", "find what could keep an edge box from its work"),
    "detect": Verb("edge.cli", "find objects in pictures and videos"),
    "bench": Verb("edge.cli", "measure the edge pipeline"),
    "train": Verb("hazard_library.cli", "train and export a detector"),
    "compare": Verb("hazard_library.cli", "train short runs that differ in one thing each"),
    "eval": Verb("hazard_library.cli", "score a detector on a dataset version or on a film"),
    "model": Verb("hazard_library.cli", "make variants of a model, gate, sign and release it"),
    "backbone": Verb("hazard_library.cli", "cut and measure features for equipment states"),
}


#: The extra of the distribution that brings what a verb needs.
EXTRAS = {
    "edge": "edge",
    "doctor": "edge",
    "detect": "edge",
    "bench": "edge",
    "library": "library",
    "eval": "library",
    "model": "train",
    "backbone": "train",
    "compare": "train",
    "train": "train",
}

#: A module of ours that is missing is a broken installation, not a missing extra.
OURS = {"edge", "hazard_library", "server"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; 0 well, 1 found problems, 2 misuse."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help"}:
        _print_help()
        return 0 if words else 2
    if words[0] == "--version":
        from importlib.metadata import version  # noqa: PLC0415 - kept out of the start of other verbs

        print(version("hazard-patrol"))
        return 0
    verb = VERBS.get(words[0])
    if verb is None:
        print(f"patrol: unknown verb {words[0]!r}; see patrol --help", file=sys.stderr)
        return 2
    try:
        run = cast("Callable[[list[str]], int]", importlib.import_module(verb.module).main)
        return run(words)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in OURS:
            raise
        return _explain(words[0], missing)


def _explain(word: str, missing: ModuleNotFoundError) -> int:
    extra = EXTRAS.get(word, "server")
    print(
        f"patrol {word}: the package {missing.name} is not installed; "
        f"run: pip install 'hazard-patrol[{extra}]'",
        file=sys.stderr,
    )
    return 2


def _print_help() -> None:
    print("usage: patrol VERB …\n")
    for word, verb in VERBS.items():
        print(f"  {word:<9} {verb.says}")
    print("\nExample: patrol detect --model ppe picture.jpg --json")
    print("Each verb has its own --help.")


if __name__ == "__main__":
    sys.exit(main())
