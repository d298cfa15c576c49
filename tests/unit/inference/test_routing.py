from hypothesis import given
from hypothesis import strategies as st

from edge.inference.routing import Offer, Part, answering, share_out

PPE = Offer("ppe", frozenset({"person", "helmet", "no_helmet", "vest", "no_vest"}))
FIRE = Offer("fire-smoke", frozenset({"fire", "smoke"}))
SITE = Offer("site", frozenset({"person", "fallen", "forklift", "vehicle"}))
ALL = (PPE, FIRE, SITE)


def _who(*needed: str, offers: tuple[Offer, ...] = ALL) -> dict[str, set[str]]:
    return {part.model: set(part.labels) for part in share_out(frozenset(needed), offers)}


def test_a_camera_that_looks_only_for_fire_runs_one_model() -> None:
    assert _who("fire") == {"fire-smoke": {"fire", "smoke"}}


def test_a_label_of_two_models_comes_from_the_one_that_runs_anyway() -> None:
    assert _who("person", "fallen") == {"site": set(SITE.labels)}
    reversed_list = (SITE, FIRE, PPE)
    assert _who("person", "no_helmet", offers=reversed_list) == {"ppe": set(PPE.labels)}


def test_of_two_that_run_the_first_listed_answers_and_the_other_never() -> None:
    assert _who("person", "no_helmet", "fallen") == {
        "ppe": set(PPE.labels),
        "site": {"fallen", "forklift", "vehicle"},
    }


def test_of_equals_the_first_listed_runs() -> None:
    assert list(_who("person")) == ["ppe"]
    assert list(_who("person", offers=(SITE, FIRE, PPE))) == ["site"]


def test_of_those_that_could_the_one_that_sees_most_of_what_is_needed_runs() -> None:
    small = Offer("small", frozenset({"person"}))
    both = Offer("both", frozenset({"person", "fire"}))
    assert list(_who("person", "fire", offers=(small, both, FIRE))) == ["both"]


def test_nothing_needed_or_nothing_on_offer_and_nobody_runs() -> None:
    assert _who() == {}
    assert _who("conveyor") == {}
    assert _who("person", offers=()) == {}


LABELS = st.frozensets(st.sampled_from("abcdef"))


@given(needed=LABELS, sees=st.lists(LABELS, max_size=4))
def test_what_can_be_seen_is_seen_once_and_nobody_runs_for_nothing(
    needed: frozenset[str], sees: list[frozenset[str]]
) -> None:
    offers = [Offer(f"m{number}", labels) for number, labels in enumerate(sees)]
    parts = share_out(needed, offers)
    answered = [label for part in parts for label in part.labels]
    assert len(answered) == len(set(answered))
    assert needed & frozenset().union(*sees) <= set(answered)
    by_name = {offer.model: offer.labels for offer in offers}
    assert all(by_name[part.model] & needed for part in parts)
    assert parts == share_out(needed, offers)
    assert parts == answering([o for o in offers if o.model in {p.model for p in parts}])


def test_all_look_for_what_looks_without_hazards() -> None:
    assert answering((PPE, SITE)) == (
        Part("ppe", PPE.labels),
        Part("site", frozenset({"fallen", "forklift", "vehicle"})),
    )
