"""The CSV: no cell is a formula, and nothing is lost."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.csv_writing import lines, safe
from audit.models import Entry

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@given(st.text() | st.builds(str.__add__, st.sampled_from(FORMULAS), st.text()))
def test_no_cell_begins_as_a_formula_does(cell):
    assert not safe(cell).startswith(FORMULAS)
    assert safe(cell) in (cell, f"'{cell}")


@given(st.text())
def test_other_cells_stay_as_they_are(cell):
    if not cell.startswith((*FORMULAS, "\n", "＝", "＋", "－", "＠")):
        assert safe(cell) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2))
def test_every_cell_of_the_file_is_safe_and_whole(texts):
    subject, name = texts
    entry = Entry(number=1, action="paper.archived", by_name=name, subject=subject, data={"x": subject}, digest="d")
    entry.at = datetime(2026, 1, 1, tzinfo=UTC)
    text = "".join(lines([entry]))
    assert text.startswith("\ufeff")
    head, row = csv.reader(io.StringIO(text[1:], newline=""))
    assert len(head) == len(row)
    assert not any(cell.startswith(FORMULAS) for cell in row)
    assert row[5] == safe(subject)
    assert row[2] == safe(name)


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_known_formulas_are_text(cell):
    assert safe(cell) == f"'{cell}"
