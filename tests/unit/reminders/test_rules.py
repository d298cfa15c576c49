"""The rule table is whole, blocks what the law blocks, and refuses in one way."""

import importlib.util
import re
from pathlib import Path

import pytest

from server.kit.errors import FieldsMissing, NotPermitted
from server.reminders.refusals import refusal
from server.reminders.rules import Severity, rules
from server.reminding import TRIGGERS

ROOT = Path(__file__).parents[3]
BLOCKING = {"R-009", "R-010", "R-020", "R-025", "R-043"}


def test_every_rule_of_the_workflow_stands_in_the_table() -> None:
    assert {rule for rule in rules() if rule.startswith("R-")} == {
        f"R-{n:03d}" for n in range(1, 47)
    }


def test_exactly_these_rules_block() -> None:
    assert {rule.id for rule in rules().values() if rule.blocks} == BLOCKING
    assert all(rules()[rule].enabled for rule in BLOCKING)


def test_every_message_says_its_words_in_chinese() -> None:
    for rule in rules().values():
        for text in (rule.message_zh, *rule.variants.values()):
            words = dict.fromkeys(re.findall(r"\{(\w+)\}", text), "某")
            assert "{" not in text.format_map(words)
            assert re.search(r"[一-鿿]", text)
            assert not re.search(r"[,;?!]", text), (rule.id, "Chinese punctuation")
        assert rule.basis or rule.is_house or not rule.blocks


@pytest.mark.parametrize("rule", sorted(BLOCKING))
def test_a_blocking_rule_refuses_with_its_id_and_words(rule: str) -> None:
    fault = refusal(rule, "not here", words={"unit": "某市应急管理局"}, fields=())
    assert isinstance(fault, NotPermitted)
    assert (fault.rule_id, fault.status) == (rule, 403)
    assert fault.message_zh.startswith(rules()[rule].message_zh[:4])


def test_what_is_missing_is_named() -> None:
    fault = refusal("R-010", "the record lacks parts", fields=["记录仪编号", "签名"])
    assert isinstance(fault, FieldsMissing)
    assert fault.rule_id == "R-010"
    assert fault.message_zh == "记录要素不全：记录仪编号、签名。"
    assert fault.more() == {"missing_fields": ("记录仪编号", "签名")}


def test_a_rule_that_only_reminds_refuses_nothing() -> None:
    with pytest.raises(ValueError, match="does not block"):
        refusal("R-021", "no receipt")


def test_severity_ends_with_supervision() -> None:
    assert [severity.one_up() for severity in Severity] == [
        Severity.REMINDER,
        Severity.WARNING,
        Severity.SUPERVISION,
        Severity.SUPERVISION,
    ]


def test_triggers_supply_known_rules_only() -> None:
    supplied = {rule for trigger in TRIGGERS for rule in trigger.rules}
    assert supplied <= set(rules()) - BLOCKING


def test_the_table_in_the_docs_is_the_one_that_is_generated() -> None:
    spec = importlib.util.spec_from_file_location("reminders_tool", ROOT / "tools/reminders.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    written = (ROOT / "docs/reference/reminders.md").read_text(encoding="utf-8")
    assert written == tool.page(), "run make schemas"
