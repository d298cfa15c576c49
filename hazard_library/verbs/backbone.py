"""`patrol backbone …`: cut a feature network, measure which cut tells states apart, package it."""

import argparse
import os
import sys
from pathlib import Path

HELP = "cut feature networks for equipment states, compare them, write the package"
EXAMPLE = "patrol backbone export configs/training/state-backbone.yaml --out runs/state-features"
TRIAL = "trial.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what is cut, measured or packaged."""
    verbs = parser.add_subparsers(dest="backbone_verb", required=True, metavar="VERB")
    export = verbs.add_parser("export", help="cut every network of a recipe; needs the extra train")
    export.add_argument("recipe", type=Path, help="YAML file, see configs/training")
    export.add_argument("--out", type=Path, required=True, help="folder for the networks")
    export.set_defaults(act=_export)
    evaluate = verbs.add_parser("evaluate", help="score every cut on composed and on real looks")
    _add_run(evaluate)
    evaluate.add_argument("--states", type=Path, metavar="F", help="what states are measured on")
    evaluate.add_argument(
        "--pictures", type=int, default=36, metavar="N", help="scenes of pictures (36)"
    )
    evaluate.add_argument("--first", type=int, metavar="N", help="compose on the first N of them")
    evaluate.add_argument("--drawings", type=int, default=500, help="bootstrap samples (500)")
    evaluate.set_defaults(act=_evaluate)
    package = verbs.add_parser("package", help="write the package of the cut that ships")
    _add_run(package)
    package.add_argument("--statement", type=Path, metavar="F", help="what people say about it")
    package.add_argument("--models", type=Path, metavar="DIR", help="where packages lie")
    package.set_defaults(act=_package)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of an export")


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


def _evaluate(arguments: argparse.Namespace) -> int:
    """Score, going on with a stopped trial; print the table and keep all scores."""
    from hazard_library.bundle import configs_root
    from hazard_library.datasets.material import material_root
    from hazard_library.evaluation.state_material import (
        film_looks,
        film_scenes,
        picture_scenes,
        read_states,
    )
    from hazard_library.evaluation.state_report import report, table
    from hazard_library.evaluation.state_trial import Plan, read_run, run_trial

    material = material_root(os.environ, Path.cwd())
    run = read_run(arguments.run)
    home = configs_root() / "evaluation" / "equipment-states.yaml"
    states = read_states(arguments.states or home)
    scenes = film_scenes(states, material)
    scenes += picture_scenes(states.pictures, material, arguments.pictures, run.seed)
    films = film_looks(states, material)
    trial = run_trial(arguments.run, scenes, films, Plan(), _tell, arguments.first)
    (arguments.run / TRIAL).write_text(trial.model_dump_json() + "\n", encoding="utf-8")
    print(table(report(trial, run.candidates, arguments.drawings), run.ships))
    return 0


def _tell(done: int, total: int, what: str) -> None:
    print(f"{done}/{total} {what}", file=sys.stderr)


def _package(arguments: argparse.Namespace) -> int:
    """Cut the maps that ship, time them beside the detector, and write card and self-test."""
    import time

    from hazard_library.bundle import configs_root, models_root
    from hazard_library.evaluation import state_package as package
    from hazard_library.evaluation.detector import onnx_detector
    from hazard_library.evaluation.state_report import report
    from hazard_library.evaluation.state_trial import Trial, read_run
    from hazard_library.registry import find_package
    from hazard_library.registry.feature_network import feature_network
    from hazard_library.training.backbone import keep_maps

    run = read_run(arguments.run)
    trial = Trial.model_validate_json((arguments.run / TRIAL).read_bytes())
    candidate, network = package.shipping(run)
    shipped = arguments.run / f"{candidate.name}.onnx"
    keep_maps(arguments.run / network.file, candidate.maps, shipped)
    home = configs_root() / "training" / f"{run.name}.card.yaml"
    statement = package.read_feature_statement(arguments.statement or home)
    yardstick = find_package("site-hazards@0.1.0")
    ratio = package.latency_ratio(
        feature_network(shipped, network.input),
        onnx_detector(yardstick.model_file, yardstick.card.labels),
        time.perf_counter,
    )
    latency = (f"{yardstick.card.name} {yardstick.card.version}", ratio)
    figures = report(trial, run.candidates)
    stated = package.measured(run, trial, figures, statement, latency)
    models = arguments.models or models_root()
    written = package.write_package(run, shipped, stated, statement, models)
    print(f"{written.folder}: {written.card.bytes / 1e6:.2f} MB, {ratio:.2f} x {latency[0]}")
    return 0
