"""What is wrong with a file or a value, in words for whoever wrote it, and what to write."""

from collections.abc import Mapping

_TEXT = "must be text; write it, in quotes if it looks like a number"
_NUMBER = "must be a number; write digits"
_WHOLE = "must be a whole number; write digits"
_BOOL = "must be true or false; write one of them"
_LIST = "must be a list; write [a, b], or each on a line of its own after a dash"
_FIELDS = "must hold fields of its own; write `name: value` lines below it, indented"
_NEEDED = {
    "string_type": _TEXT,
    "path_type": _TEXT,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _BOOL,
    "bool_parsing": _BOOL,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _FIELDS,
    "model_type": _FIELDS,
    "model_attributes_type": _FIELDS,
}
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_QUOTE = "'"
_SIMPLE = {
    "extra_forbidden": "unknown key; remove it or mend its spelling",
    "missing": "missing; add this field",
    "string_too_short": "empty; write it",
}
#: The forms that names and addresses must have, in words.
FORMS = {
    r"^[a-z0-9][a-z0-9_-]{0,62}$": "small letters, digits, - and _, such as gate-1",
    r"^[A-Z]{2,5}-\d{2}$": "the id of a hazard in the catalogue, such as PPE-01",
    r"^https?://": "an address that begins with https:// or http://",
}


def of_value(kind: str, said: str, context: Mapping[str, object], *, is_empty: bool) -> str:
    """Say what to write instead of a value that validation refuses.

    kind, said, context: pydantic's. is_empty: nothing stands behind the key.
    """
    if kind in _NEEDED:
        return "has no value; write one or remove this line" if is_empty else _NEEDED[kind]
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return f"out of range; write {words} {context[key]}"  # a number, or a duration in words
    return _SIMPLE.get(kind) or _of_choice(kind, context) or said.removeprefix("Value error, ")


def _of_choice(kind: str, context: Mapping[str, object]) -> str | None:
    """Say what may stand where only some words or one form may."""
    match kind:
        case "string_pattern_mismatch":
            form = FORMS.get(str(context["pattern"]), f"what fits {context['pattern']}")
            return f"is not written as it must be; write {form}"
        case "literal_error" | "enum":
            return f"is unknown; write {context['expected']}"
        case "union_tag_not_found":
            return f"the field {str(context['discriminator']).strip(_QUOTE)} is missing; add it"
        case "union_tag_invalid":
            name = str(context["discriminator"]).strip(_QUOTE)
            return f"{name}: {context['tag']} is unknown; write {context['expected_tags']}"
        case _:
            return None


def of_file(fault: OSError | UnicodeDecodeError) -> str:
    """Say why a file of text cannot be read, and what to do."""
    match fault:
        case FileNotFoundError():
            return "there is no such file; mend the path"
        case IsADirectoryError():
            return "is a folder; give the path of a file in it"
        case PermissionError():
            return "this user may not read it; give it the right (chmod, chown)"
        case UnicodeDecodeError():
            return "is no text in UTF-8; save it anew as UTF-8"
        case _:
            return f"cannot be read: {fault.strerror}; look at the disk"
