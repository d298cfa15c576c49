"""`patrol backbone …`: cut a feature network, measure which cut tells states apart, package it."""

import argparse
import os
from pathlib import Path

HELP = "cut feature networks for equipment states, compare them, write the package"
EXAMPLE = "patrol backbone export configs/training/state-backbone.yaml --out runs/state-features"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what is cut, measured or packaged."""
    verbs = parser.add_subparsers(dest="backbone_verb", required=True, metavar="VERB")
    export = verbs.add_parser("export", help="cut every network of a recipe; needs the extra train")
    export.add_argument("recipe", type=Path, help="YAML file, see configs/training")
    export.add_argument("--out", type=Path, required=True, help="folder for the networks")
    export.set_defaults(act=_export)


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    return int(arguments.act(arguments))


def _export(arguments: argparse.Namespace) -> int:
    """Cut, compare with the origin, and say how far each cut lies off."""
    from hazard_library.datasets.material import material_root
    from hazard_library.training.backbone import export_backbones

    material = material_root(os.environ, Path.cwd())
    for network in export_backbones(arguments.recipe, material, arguments.out).networks:
        maps = ", ".join(f"{one.name} {one.channels}" for one in network.maps)
        size = network.bytes / 1e6
        print(f"{network.file}: {size:.2f} MB, {maps}; at most {network.parity:.1e} off its origin")
    return 0
