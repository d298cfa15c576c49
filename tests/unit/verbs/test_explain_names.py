"""Every value that a rule compares has a name in both languages."""

import re
from pathlib import Path

from edge.core import rules
from edge.evidence.measured_words import NAMES

#: How rules name what they compared: as keys of a mapping, or first in a row.
_NAMED = re.compile(
    r'"([a-z_]+)": \(|compared\["([a-z_]+)"\]|\("([a-z_]+)", [^,()]+(?:\([^()]*\))?, [a-z0-9._]+\)'
)


def test_no_rule_compares_something_that_explain_has_no_word_for() -> None:
    folder = Path(rules.__path__[0])
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py"))]
    found = {name for text in texts for match in _NAMED.findall(text) for name in match if name}
    assert {"held_s", "area_ratio", "maximum", "distance_m", "difference"} <= found
    assert found <= NAMES.keys()
