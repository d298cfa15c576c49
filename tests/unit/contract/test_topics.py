"""Topics are built and parsed by one module, as exact inverses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazard_library.contract import topics
from hazard_library.contract.ids import NAME_PATTERN, DeviceId
from hazard_library.contract.topics import Channel
from hazard_library.errors import ContractError

devices = st.from_regex(NAME_PATTERN.removesuffix("$") + r"\Z").map(DeviceId)


@given(device=devices, channel=st.sampled_from(Channel))
def test_a_topic_parses_to_what_it_was_built_from(device: DeviceId, channel: Channel) -> None:
    assert topics.parse(topics.build(device, channel)) == (device, channel)


@pytest.mark.parametrize("device", ["", "+", "#", "a/b", "A", "box one", "box\n"])
def test_a_device_id_that_could_reach_other_topics_is_refused(device: str) -> None:
    with pytest.raises(ContractError, match="cannot be a topic level"):
        topics.build(DeviceId(device), Channel.INCIDENT)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "hazard-patrol/v1/box",
        "hazard-patrol/v2/box/incident",
        "hazard-patrol/v1/box/other",
        "hazard-patrol/v1/+/incident",
        "hazard-patrol/v1/box/incident/more",
    ],
)
def test_a_foreign_topic_is_refused(topic: str) -> None:
    with pytest.raises(ContractError):
        topics.parse(topic)


def test_a_box_may_write_exactly_three_channels() -> None:
    upward = {channel for channel in Channel if channel.is_upward}
    assert upward == {Channel.INCIDENT, Channel.EVIDENCE, Channel.STATE}
