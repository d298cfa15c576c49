"""Every quotation stands word for word in its article."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from statutes import article_of, is_in

from hazard_library.catalogue.check_law import cited
from hazard_library.catalogue.hazard import Maturity
from hazard_library.catalogue.legal import LegalBasis
from hazard_library.catalogue.load import load_catalogue

CATALOGUE = load_catalogue()

#: The articles that hazards in trial and field cite, as their statutes have them.
STATUTES = Path(__file__).parents[2] / "golden" / "statutes"


def in_use() -> list[LegalBasis]:
    ready = [h for h in CATALOGUE.hazards.values() if h.maturity is not Maturity.DRAFT]
    ids = {key for hazard in ready for _, key in cited(hazard)}
    ids |= {key for hazard in ready for key in hazard.never_cite_from_image}
    return [CATALOGUE.legal[key] for key in sorted(ids)]


def wrong(bases: list[LegalBasis], text_of: Callable[[str], str]) -> list[str]:
    """Return what is not in its article, and why."""
    told = []
    for basis in bases:
        article = article_of(text_of(basis.text_file), basis.article)
        if article is None:
            told.append(f"{basis.id}: {basis.text_file} has no {basis.article}")
            continue
        pieces = [basis.quote, *([basis.quote_lead] if basis.quote_lead else [])]
        told += [f"{basis.id}: {piece}" for piece in pieces if not is_in(piece, article)]
    return told


def committed(name: str) -> str:
    return (STATUTES / f"{name}.md").read_text(encoding="utf-8")


def test_what_hazards_in_trial_and_field_cite_stands_in_the_committed_articles() -> None:
    assert len(in_use()) >= 30
    assert wrong(in_use(), committed) == []


def test_a_word_that_is_not_in_the_article_is_found_out() -> None:
    basis = next(basis for basis in in_use() if basis.id == "AQSCF-2021-45")
    altered = basis.model_copy(update={"quote": basis.quote.replace("必须", "应当")})
    elsewhere = basis.model_copy(update={"article": "第五十七条"})
    assert len(wrong([altered, elsewhere], committed)) == 2


def test_an_item_is_quoted_with_the_sentence_it_hangs_on() -> None:
    hanging = [
        basis.id
        for basis in CATALOGUE.legal.values()
        if basis.item and basis.item.startswith("第（") and not basis.quote_lead
    ]
    assert hanging == []


@pytest.mark.material
def test_every_quotation_stands_in_its_article_of_the_statute() -> None:
    material = os.environ.get("PATROL_MATERIAL")
    if not material:
        pytest.skip("PATROL_MATERIAL is not set: the statutes' texts are not here to compare with")
    laws = Path(material, "domain", "laws")

    def text_of(name: str) -> str:
        return (laws / f"{name}.md").read_text(encoding="utf-8")

    assert len(CATALOGUE.legal) >= 100
    assert wrong(list(CATALOGUE.legal.values()), text_of) == []


@pytest.mark.material
def test_the_committed_articles_are_those_of_the_statutes() -> None:
    material = os.environ.get("PATROL_MATERIAL")
    if not material:
        pytest.skip("PATROL_MATERIAL is not set: the statutes' texts are not here to compare with")
    for basis in in_use():
        text = Path(material, "domain", "laws", f"{basis.text_file}.md").read_text(encoding="utf-8")
        article = article_of(text, basis.article)
        assert article == article_of(committed(basis.text_file), basis.article), basis.id
