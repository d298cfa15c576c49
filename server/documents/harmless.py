"""Foreign text as forms take it: nothing in a name or a statement changes the form around it.

Values are put into a template once and are never read as a template themselves; XML is escaped by
the template engine. What remains are characters that XML forbids, those that the engine turns into
breaks, and those that turn the direction of writing round.
"""

import unicodedata

#: Line breaks stay; they are breaks within the field.
_KEPT = frozenset("\n")
_BROKEN = "\ufffd"
#: The engine itself turns these pairs into template marks after the text has been put in.
_ENGINE_MARKS = ("{_{", "}_}", "{_%", "%_}")
_GAP = "\u2060"
_JOINERS = frozenset("\u200c\u200d\u2060")
_NO_CHARACTER = 0xFFFE


def harmless(text: str) -> str:
    """Return a text that is shown as it stands: control characters become `\ufffd`."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "　")
    shown = "".join(_shown(character) for character in lines)
    for mark in _ENGINE_MARKS:
        shown = shown.replace(mark, _GAP.join(mark))
    return shown


def _shown(character: str) -> str:
    if character in _KEPT:
        return character
    category = unicodedata.category(character)
    # Rare characters of names may be private or too new for this Python: those are shown.
    is_forbidden = category in {"Cc", "Cs"} or ord(character) & 0xFFFE == _NO_CHARACTER
    turns_round = category == "Cf" and character not in _JOINERS
    return _BROKEN if is_forbidden or turns_round else character
