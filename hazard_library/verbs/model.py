"""`patrol model …`: export a run, gate it, sign it, release it."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hazard_library.evaluation.detector import Tensor
    from hazard_library.registry import ModelPackage

    # argparse has no public name for it.
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

HELP = "export a run, make variants, write a package, gate, sign and verify it"
EXAMPLE = "patrol model export runs/ppe --input 640"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what is done with which run or package."""
    verbs = parser.add_subparsers(dest="model_verb", required=True, metavar="VERB")
    export = verbs.add_parser(
        "export", help="write a run's checkpoint as ONNX and int8, measured against the checkpoint"
    )
    _run_arguments(export)
    export.add_argument("--plain", action="store_true", help="float32 only, nothing measured")
    export.set_defaults(act=_export)
    _release_verbs(verbs)
    _signing_verbs(verbs)


def _release_verbs(verbs: "Verbs") -> None:
    release = verbs.add_parser(
        "release", help="measure an exported run, write its package, gate it, and put it in place"
    )
    release.add_argument("run", type=Path, metavar="RUN", help="folder of the exported run")
    release.add_argument("--input", type=int, metavar="SIDE", help="side it was exported for")
    release.add_argument("--library", type=Path, metavar="DIR", help="sample store with pictures")
    release.add_argument(
        "--statement", type=Path, metavar="F", help="configs/training/<name>.card.yaml if none"
    )
    release.add_argument("--loso", type=Path, metavar="F", help="leave-one-source-out rows, JSON")
    release.add_argument("--key", type=Path, metavar="F", help="private key; unsigned if none")
    gate = verbs.add_parser("gate", help="put a package through its gates")
    gate.add_argument("folder", type=Path, metavar="DIR", help="of the package")
    for one in (release, gate):
        one.add_argument(
            "--previous", metavar="NAME", help="model in the field: name, name@version or folder"
        )
        one.add_argument("--models", type=Path, metavar="DIR", help="where packages lie")
        one.add_argument("--decisions", type=Path, default=Path("DECISIONS.md"), metavar="F")
    release.set_defaults(act=_release)
    gate.set_defaults(act=_gate)


def _signing_verbs(verbs: "Verbs") -> None:
    keygen = verbs.add_parser("keygen", help="make a key that signs packages, and its public half")
    keygen.add_argument("--out", type=Path, required=True, metavar="F", help="private key's file")
    keygen.set_defaults(act=_keygen)
    sign = verbs.add_parser("sign", help="sign every file of a package")
    sign.add_argument("folder", type=Path, metavar="DIR", help="of the package")
    sign.add_argument("--key", type=Path, required=True, metavar="F", help="private key")
    sign.set_defaults(act=_sign)
    verify = verbs.add_parser("verify", help="check a package's signature and files")
    verify.add_argument("folder", type=Path, metavar="DIR", help="of the package")
    verify.add_argument(
        "--keys", type=Path, metavar="DIR", help="public keys *.pub; `trusted` beside the models"
    )
    verify.set_defaults(act=_verify)


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a training run")
    parser.add_argument("--input", type=int, metavar="SIDE", help="of the input, pixels")
    parser.add_argument(
        "--recipe", type=Path, metavar="F", help="of the run; the one that run.json names if none"
    )
    parser.add_argument("--library", type=Path, metavar="DIR", help="sample store with pictures")


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    return int(arguments.act(arguments))


def _release(arguments: argparse.Namespace) -> int:
    """Release a run; what fails a gate stays in the run's folder."""
    from hazard_library.bundle import configs_root, models_root
    from hazard_library.evaluation.finished_run import read_run
    from hazard_library.evaluation.release import Wanted, move_in, write_candidate
    from hazard_library.registry.signing import sign
    from hazard_library.verbs.eval import locator

    name = read_run(arguments.run).name
    wanted = Wanted(
        run=arguments.run,
        side=arguments.input,
        statement=arguments.statement or configs_root() / "training" / f"{name}.card.yaml",
        left_out=arguments.loso,
        previous=_previous(arguments),
    )
    candidate = write_candidate(wanted, locator(arguments.library))
    if not _judged(candidate, arguments):
        print(f"{candidate.folder}: not released 未发布", file=sys.stderr)
        return 1
    package = move_in(candidate, arguments.models or models_root())
    if arguments.key is None:
        print(f"{package.folder}: released, not signed: patrol model sign DIR --key F 未签名")
        return 0
    signature = sign(package.folder, arguments.key)
    print(f"{package.folder}: released, signed by key {signature.key} 已发布并签名")
    return 0


def _gate(arguments: argparse.Namespace) -> int:
    """Judge a package that is there."""
    from hazard_library.registry import load_package

    return 0 if _judged(load_package(arguments.folder), arguments) else 1


def _judged(package: "ModelPackage", arguments: argparse.Namespace) -> bool:
    """Print what every gate says; whether all let it pass."""
    from hazard_library.bundle import models_root
    from hazard_library.evaluation.gates import judge_package

    models = arguments.models or models_root()
    verdicts = judge_package(package, _previous(arguments), models, arguments.decisions)
    for verdict in verdicts:
        print(verdict.line())
    return all(verdict.passed for verdict in verdicts)


def _previous(arguments: argparse.Namespace) -> "ModelPackage | None":
    """Open the model in the field, if one is named."""
    from hazard_library.registry import find_package

    return find_package(arguments.previous, arguments.models) if arguments.previous else None


def _keygen(arguments: argparse.Namespace) -> int:
    from hazard_library.registry.signing import generate_key

    public = generate_key(arguments.out)
    print(f"{arguments.out}: private; keep it away from the project and from boxes 私钥，勿外传")
    print(f"{public}: public; it belongs into models/trusted/ 公钥")
    return 0


def _sign(arguments: argparse.Namespace) -> int:
    from hazard_library.registry.signing import sign

    signature = sign(arguments.folder, arguments.key)
    count = len(signature.text.splitlines())
    print(f"{arguments.folder}: {count} files signed by key {signature.key}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    """Check a signature; a folder without keys verifies nothing, and says so."""
    from hazard_library.registry.signing import TRUSTED, trust_in, verify

    keys = arguments.keys or arguments.folder.resolve().parent.parent / TRUSTED
    key = verify(arguments.folder, trust_in(keys))
    if key is None:
        print(f"{keys}: no public key *.pub lies there; name them with --keys", file=sys.stderr)
        return 1
    print(f"{arguments.folder} is signed by key {key}, and every file is the signed one")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    """Export for one side, the checkpoint as it stands: a run may still be going on."""
    from hazard_library.evaluation.subject import exported_file
    from hazard_library.training.export import export, trained_answers
    from hazard_library.training.recipe import read_recipe
    from hazard_library.training.train import CHECKPOINT

    recipe = read_recipe(recipe_of(arguments.run, arguments.recipe))
    file = exported_file(arguments.run, arguments.input)
    parity = export(recipe, arguments.run / CHECKPOINT, file, arguments.input)
    print(f"{file}: at most {parity.box_px:.4f} px and {parity.score:.6f} from the trained network")
    if not arguments.plain:
        answers = trained_answers(recipe, arguments.run / CHECKPOINT)
        _measure(arguments, answers, recipe.seed)
    return 0


def _measure(
    arguments: argparse.Namespace, answers: "Callable[[Tensor], Tensor]", seed: int
) -> None:
    """Make the variants, compare all files with the trained network, say what came of it."""
    from hazard_library.datasets.version import DatasetVersion
    from hazard_library.evaluation.export_report import measure_export, report_file
    from hazard_library.evaluation.subject import MANIFEST, open_subject
    from hazard_library.verbs.eval import locator

    version = DatasetVersion.read(arguments.run / MANIFEST)
    subject = open_subject(str(arguments.run), arguments.input)
    report = measure_export(subject, answers, version, locator(arguments.library), seed)
    file = report_file(arguments.run, arguments.input)
    file.write_text(report.model_dump_json(by_alias=True, indent=2) + "\n", encoding="utf-8")
    print(f"trained network: mAP50 {report.trained_map50} on {report.pictures} pictures")
    for one in report.files:
        print(one.line())


def recipe_of(run_folder: Path, stated: Path | None) -> Path:
    """Return the recipe of a run: the one stated, that of run.json, or that of its name."""
    import json

    from hazard_library.bundle import configs_root

    if stated is not None:
        return stated
    summary = run_folder / "run.json"
    name = f"{run_folder.resolve().name}.yaml"
    if summary.is_file():
        name = str(json.loads(summary.read_text(encoding="utf-8"))["recipe"])
    return configs_root() / "training" / name
