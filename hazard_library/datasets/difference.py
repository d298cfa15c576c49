"""What changed from one version to another."""

from dataclasses import dataclass

from hazard_library.datasets.version import DatasetVersion, Picture


@dataclass(frozen=True, slots=True)
class Change:
    """A picture that both versions hold, taught differently."""

    sha256: str
    source: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """From one version to another.

    Attributes:
        counts: what is counted → (before, after), only where they differ.
    """

    added: tuple[Picture, ...]
    removed: tuple[Picture, ...]
    changed: tuple[Change, ...]
    counts: dict[str, tuple[int, int]]


def difference(before: DatasetVersion, after: DatasetVersion) -> Difference:
    """Compare two versions picture by picture."""
    old = {picture.sha256: picture for picture in before.pictures}
    new = {picture.sha256: picture for picture in after.pictures}
    changed = []
    for name in sorted(old.keys() & new.keys()):
        fields = tuple(
            field
            for field in Picture.model_fields
            if getattr(old[name], field) != getattr(new[name], field)
        )
        if fields:
            changed.append(Change(name, new[name].source, fields))
    first, second = before.counts(), after.counts()
    both = {
        key: (first.get(key, 0), second.get(key, 0)) for key in sorted(first.keys() | second.keys())
    }
    return Difference(
        added=tuple(new[name] for name in sorted(new.keys() - old.keys())),
        removed=tuple(old[name] for name in sorted(old.keys() - new.keys())),
        changed=tuple(changed),
        counts={key: pair for key, pair in both.items() if pair[0] != pair[1]},
    )
