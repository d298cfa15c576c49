"""Whether a configuration may be sent: the fields as the box's own schema names them, and its name.

What needs the box (its models, its secrets, its disks) the box checks itself, and answers.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from hazard_library.bundle import configs_root
from hazard_library.catalogue import marked_yaml
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake

SITE = "site.yaml"
#: All files of one box; the broker takes 1 MiB a message.
LARGEST = 256 * 1024
_DEEPEST = 30
_MOST_TOLD = 50

# The same language, read ten times faster where the C library is there.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def sha256_of(files: Mapping[str, str]) -> str:
    """Name the files of a configuration by their content, whatever order they come in."""
    content = json.dumps(dict(files), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def mistakes_in(files: Mapping[str, str], device: str) -> list[str]:
    """Return what a box of this name would refuse at the first look; each with file and line."""
    if SITE not in files:
        return [f"{SITE}: missing; a revision holds every file of the configuration"]
    size = sum(len(text.encode()) for text in files.values())
    if size > LARGEST:
        return [f"{SITE}: all files together hold {size} bytes; {LARGEST} is the most"]
    found = [one for name, text in sorted(files.items()) for one in _in_file(name, text, device)]
    found += _doubled(files) if not found else []
    return [str(one) for one in found[:_MOST_TOLD]]


def cameras_of(files: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of the cameras that a checked configuration names, in its order."""
    return tuple(camera for _, camera in _cameras(files))


def _in_file(name: str, text: str, device: str) -> list[Mistake]:
    path = Path(name)
    trouble = _shape(path, text)
    if trouble is not None:
        return [trouble]
    document = marked_yaml.parse(text, path)
    if isinstance(document, Mistake):
        return [document]
    if not isinstance(document.data, dict):
        return [document.mistake((), "it must hold fields; see configs/example")]
    faults = _validator(name).iter_errors(_plain(document.data))
    found = [_told(document, leaf) for fault in faults for leaf in _leaves(fault)]
    if name == SITE and not found and document.data["device"] != device:
        found.append(document.mistake(("device",), f"this is box {device}; write that"))
    return sorted(found)


def _shape(path: Path, text: str) -> Mistake | None:
    """Refuse what costs more to read than it says: aliases multiply, depth overflows."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                return Mistake(path, _line(event), "", "an alias (*name); write the value out")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                return Mistake(path, _line(event), "", f"lists within lists, {depth} deep")
    except yaml.YAMLError:
        # Told with its line by whoever parses the whole.
        return None
    return None


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


def _leaves(fault: ValidationError) -> Iterator[ValidationError]:
    """Go down to what is wrong with the one of several kinds that is meant."""
    meant = _meant(fault)
    inner = [one for one in fault.context or () if one.relative_schema_path[0] == meant]
    if not inner:
        yield fault
    for one in inner:
        yield from _leaves(one)


def _meant(fault: ValidationError) -> int | None:
    """Return which of several kinds is meant: by its name, or because the others are null."""
    if fault.validator not in {"oneOf", "anyOf"}:
        return None
    kinds = fault.validator_value
    names = fault.schema.get("discriminator")
    if names is not None:
        given = fault.instance.get(names["propertyName"]) if _is_object(fault.instance) else None
        wanted = {"$ref": names["mapping"].get(given)}
        return kinds.index(wanted) if wanted in kinds else None
    fit = [place for place, kind in enumerate(kinds) if kind.get("type") != "null"]
    return fit[0] if len(fit) == 1 else None


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _told(document: MarkedYaml, fault: ValidationError) -> Mistake:
    return document.mistake(tuple(fault.absolute_path), _words(fault))


def _words(fault: ValidationError) -> str:
    value = fault.validator_value
    match fault.validator:
        case "additionalProperties":
            unknown = sorted(set(fault.instance) - set(fault.schema.get("properties", ())))
            said = f"unknown key {', '.join(map(str, unknown))}; remove it or mend its spelling"
        case "required":
            absent = [name for name in value if name not in fault.instance]
            said = f"{', '.join(absent)} missing; add it"
        case "enum":
            said = f"unknown value; write one of {', '.join(map(str, value))}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            said = f"out of range; {fault.validator} is {value}"
        case "pattern" | "type":
            said = f"does not fit; its {fault.validator} is {value}"
        case "oneOf" if "discriminator" in fault.schema:
            names = fault.schema["discriminator"]
            said = f"{names['propertyName']} must be one of {', '.join(names['mapping'])}"
        case _:
            # The library's own words repeat the value, which may be long or secret.
            said = f"does not fit the schema ({fault.validator})"
    return said


def _doubled(files: Mapping[str, str]) -> Iterator[Mistake]:
    seen: dict[str, str] = {}
    for name, camera in _cameras(files):
        if camera in seen:
            yield Mistake(Path(name), 1, "id", f"camera {camera} stands in {seen[camera]} too")
        seen.setdefault(camera, name)


def _cameras(files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    site = yaml.load(files[SITE], Loader=_Loader)  # noqa: S506 - the safe loader, in C
    for camera in site.get("cameras") or ():
        yield SITE, str(camera["id"])
    for name in sorted(set(files) - {SITE}):
        yield name, str(yaml.load(files[name], Loader=_Loader)["id"])  # noqa: S506 - as above


def _plain(value: Any) -> Any:
    """Turn what YAML reads as a date into the text that the schema means."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


@cache
def _validator(name: str) -> Draft202012Validator:
    kind = "site" if name == SITE else "camera"
    text = (configs_root() / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))
