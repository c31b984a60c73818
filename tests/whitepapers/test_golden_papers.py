"""One small paper for each layout of real papers: what it reads like as text, and its whole Document.

``UPDATE_GOLDEN=1 python -m pytest tests/whitepapers/test_golden_papers.py`` writes the expected files anew; read the
difference before committing it.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.factories import make_catalog
from whitepapers.compose import compose, draft_imprint
from whitepapers.document import Document
from whitepapers.importing.interchange import import_paper
from whitepapers.rendering.text import render_text

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
LAYOUTS = (
    "control-id-prefixed",
    "control-id-bare",
    "own-two-levels",
    "own-flat-two-editions",
    "own-three-levels",
    "new-ids-lead",
    "flat-topics",
)


def imported(layout: str):
    make_catalog()
    return import_paper((GOLDEN / f"{layout}.json").read_bytes(), by=None)


def canonical(document: Document) -> str:
    """The Document's JSON a line per value, with anchors counted from 1 and the release left out."""
    text = document.to_json()
    for place, section in enumerate(document.walk(), start=1):
        text = re.sub(rf'(?<="){section.anchor}(?=")', f"_s{place}", text)
    data = json.loads(text.replace('"_s', '"s'))
    data["meta"]["release"] = 0
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def compare(path: Path, printed: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(printed, encoding="utf-8")
    assert printed == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_text_of_each_layout(layout):
    paper = imported(layout)
    compare(GOLDEN / f"{layout}.txt", render_text(compose(paper), draft_imprint(paper)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_document_of_each_layout(layout):
    document = compose(imported(layout))
    compare(GOLDEN / f"{layout}.document.json", canonical(document))
    assert Document.from_json(document.to_json()) == document


def test_there_is_a_golden_paper_for_each_layout_and_no_other_file():
    files = {path.name for path in GOLDEN.iterdir() if path.is_file()}
    assert files == {f"{layout}{suffix}" for layout in LAYOUTS for suffix in (".json", ".txt", ".document.json")}
