"""Ten and two pairs of papers with the lines that a person wrote before the drafter existed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import make_catalog
from whitepapers.compose import compose
from whitepapers.diff import compare
from whitepapers.document import Document
from whitepapers.importing.interchange import import_paper
from whitepapers.models import Section
from whitepapers.revision_lines import draft_lines, propose_number

pytestmark = pytest.mark.django_db

PAIRS = Path(__file__).resolve().parent / "revision_pairs"
DIFFERENT: list[str] = []  # the pairs whose lines differ from the person's
NAMES = sorted(path.name for path in PAIRS.iterdir())


def composed(path: Path, *, by_key: bool) -> Document:
    """The paper's Document. ``by_key``: a section has the same anchor in both papers, as two issues of one paper have;
    else they have nothing in common, as two papers that were imported."""
    make_catalog()
    paper = import_paper(path.read_bytes(), by=None, new_service=f"{path.parent.name} {path.stem} {by_key}")
    provider = paper.service.provider
    provider.customer_term = json.loads(path.read_bytes())["provider"]["customer_term"]  # imports leave it as it was
    provider.save()
    document = compose(paper)
    text = document.to_json()
    for section in Section.objects.filter(whitepaper=paper):
        if by_key:
            text = text.replace(f'"s{section.pk}"', f'"k-{section.key}"')
    return Document.from_json(text)


def pair(name: str, *, by_key: bool = True) -> tuple[Document, Document]:
    before = composed(PAIRS / name / "before.json", by_key=by_key)
    after = composed(PAIRS / name / "after.json", by_key=by_key)
    service = before.printed.cover.service  # both were imported as services of their own
    return before, replace(after, printed=replace(after.printed, cover=replace(after.printed.cover, service=service)))


def drafted(name: str, *, by_key: bool) -> list[str]:
    before, after = pair(name, by_key=by_key)
    return draft_lines(compare(before, after), before, after)


@pytest.mark.parametrize("by_key", [True, False], ids=["one paper", "two papers"])
def test_nine_of_ten_pairs_have_the_lines_that_a_person_wrote(by_key):
    wanted = {name: (PAIRS / name / "expected.txt").read_text(encoding="utf-8").splitlines() for name in NAMES}
    differing = {name: lines for name in NAMES if (lines := drafted(name, by_key=by_key)) != wanted[name]}
    assert len(NAMES) >= 10
    assert len(differing) * 10 <= len(NAMES), "\n".join(
        f"{name}:\n  drafted {lines}\n  wanted  {wanted[name]}" for name, lines in differing.items()
    )
    assert sorted(differing) == DIFFERENT


def test_the_first_version_has_one_line():
    _, after = pair(NAMES[0])
    assert draft_lines(None, None, after) == ["初版"]


def test_nothing_changed_gives_no_line():
    before, _ = pair(NAMES[0])
    assert draft_lines(compare(before, before), before, before) == []


@pytest.mark.parametrize(
    ("name", "was", "becomes"),
    [
        ("01-fact-in-one-section", "1.0", "1.1"),
        ("01-fact-in-one-section", "3", "4"),
        ("01-fact-in-one-section", "1.9", "1.10"),
        ("01-fact-in-one-section", "1.1.3", "1.2.0"),
        ("03-control-added", "1.2", "2.0"),
        ("04-control-removed", "1.2", "2.0"),
        ("05-moved-to-another-chapter", "1.2", "1.3"),
        ("07-title-corrected", "1.2", "1.3"),
        ("07-title-corrected", "1.1.0", "1.1.1"),
        ("09-responsibility", "1.1.0", "2.0.0"),
        ("", "", "1.0"),
    ],
)
def test_the_number_grows_by_the_size_of_the_change(name, was, becomes):
    changes = compare(*pair(name)) if name else None
    assert propose_number(was, changes) == becomes


def test_another_stance_is_judged_anew():
    before, _ = pair("07-title-corrected")
    metas = tuple(replace(meta, stances=()) for meta in before.meta.sections)
    changes = compare(before, replace(before, meta=replace(before.meta, sections=metas)))
    assert propose_number("1.4", changes) == "2.0"
    assert draft_lines(changes, before, before) == []
