"""How enterprises are found by a part of their name or code. Pure.

Every pair of neighbouring signs is kept beside the record under an index: a search asks for the
pairs of what was typed, which an ordinary PostgreSQL answers without reading every name.
"""

SHORTEST = 2


def pairs(*texts: str) -> list[str]:
    """Return the pairs of neighbouring signs of texts, in a fixed order, each once."""
    found = {
        text[start : start + SHORTEST]
        for text in (text.casefold() for text in texts)
        for start in range(len(text) - 1)
    }
    return sorted(found)
