"""Many people change one outline at the same moment: it stays a tree, dense and six levels deep, and nobody sees an error."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest

from tests.factories import make_catalog, make_member, make_paper, prose
from tests.whitepapers import at_the_same_time
from whitepapers.assigning import Assignment, CannotAssign, assign
from whitepapers.compose import compose
from whitepapers.copying import CannotCopy, archive_paper, copy_paper, restore_paper
from whitepapers.dividing import merge, split
from whitepapers.editing import CannotEdit, content_of, save_section
from whitepapers.models import Section, Whitepaper
from whitepapers.outlining import DIRECTIONS, CannotOutline, add, move, place, remove, restore

together = partial(at_the_same_time.together, refusals=(CannotOutline, CannotCopy, CannotEdit))


@pytest.fixture
def shared(transactional_db) -> None:
    make_catalog()


def guard(paper: Whitepaper) -> None:
    rows = {row.pk: row for row in paper.sections.all()}
    places: dict[int | None, list[int]] = {}
    for row in rows.values():
        places.setdefault(row.parent_id, []).append(row.position)
        level, above = 1, row
        while above.parent_id is not None:
            above, level = rows[above.parent_id], level + 1
            assert level <= 6
    assert all(sorted(taken) == list(range(len(taken))) for taken in places.values())
    compose(paper)


def ids(paper: Whitepaper) -> list[int]:
    return list(paper.sections.order_by("pk").values_list("pk", flat=True))


def test_two_sections_never_come_to_hang_below_each_other(shared):
    for _time in range(5):
        paper = make_paper(prose("A"), prose("B"))
        a, b = ids(paper)
        by = make_member(paper.service.provider)
        told = together(
            lambda a=a, b=b, paper=paper, by=by: place(paper, a, parent_id=b, position=0, by=by),
            lambda a=a, b=b, paper=paper, by=by: place(paper, b, parent_id=a, position=0, by=by),
        )
        assert sorted(bool(sentence) for sentence in told) == [False, True]
        guard(paper)


def test_any_mixture_of_verbs_leaves_a_tree(shared):
    paper = make_paper(*[prose(f"S{n}", "一。\n\n二。", children=[prose(f"S{n}b")]) for n in range(6)])
    by = make_member(paper.service.provider)

    def verb(chance: random.Random, name: str) -> Callable[[], object]:
        one, other = chance.choice(ids(paper)), chance.choice(ids(paper))
        return chance.choice(
            [
                lambda: move(paper, one, chance.choice(DIRECTIONS), by=by),
                lambda: place(paper, one, parent_id=other, position=chance.randrange(4), by=by),
                lambda: place(paper, one, parent_id=None, position=chance.randrange(4), by=by),
                lambda: add(paper, kind="prose", title=name, after_id=other, by=by),
                lambda: remove(paper, one, by=by),
                lambda: restore(paper, one, by=by),
                lambda: split(paper, one, line=3, title=name, counter=0, by=by),
                lambda: merge(paper, one, by=by),
                lambda: assign(paper, [one, other], Assignment(by, None, "writing"), by=by),
            ]
        )

    def someone(seed: int) -> Callable[[], None]:
        def work() -> None:
            chance = random.Random(seed)
            for turn in range(12):
                with suppress(CannotOutline, CannotAssign):
                    verb(chance, f"N{seed}-{turn}")()

        return work

    together(*[someone(seed) for seed in range(8)])
    guard(paper)


def test_text_saved_during_moves_is_kept_and_so_are_the_places(shared):
    paper = make_paper(*[prose(f"S{n}") for n in range(6)])
    by = make_member(paper.service.provider)
    written = ids(paper)[0]

    def write() -> None:
        for n in range(20):
            row = Section.objects.get(pk=written)
            save_section(row, replace(content_of(row), body=f"文{n}。"), counter=row.counter, by=by)

    def shuffle() -> None:
        for n in range(20):
            place(paper, written, parent_id=None, position=n % 6, by=by)

    assert together(write, shuffle) == ["", ""]
    row = Section.objects.get(pk=written)
    assert (row.body, row.counter, row.position) == ("文19。", 20, 19 % 6)
    guard(paper)


def test_a_text_saved_while_it_is_merged_is_in_one_of_the_two(shared):
    for _time in range(5):
        paper = make_paper(prose("A", "甲。"), prose("B", "乙。"))
        by = make_member(paper.service.provider)
        a, b = ids(paper)
        row = Section.objects.get(pk=b)
        content = replace(content_of(row), body="新しい乙。")
        told = together(
            lambda a=a, paper=paper, by=by: merge(paper, a, by=by),
            lambda row=row, content=content, by=by: save_section(row, content, counter=0, by=by),
        )
        body = Section.objects.get(pk=a).body
        assert ("新しい乙。" in body) == (told[1] == "")
        guard(paper)


def test_one_copy_of_a_paper_and_one_that_comes_back(shared):
    paper = make_paper(prose("A", "甲。"))
    service = paper.service
    by = make_member(service.provider)
    archive_paper(paper, by=by)
    told = together(
        lambda: copy_paper(paper, service, title="一", by=by),
        lambda: copy_paper(paper, service, title="二", by=by),
        lambda: restore_paper(paper, by=by),
    )
    assert sorted(bool(sentence) for sentence in told) == [False, True, True]
    assert Whitepaper.objects.filter(service=service, archived_at=None).count() == 1
