"""Whatever is done to an outline in whatever order, it stays an outline."""

from __future__ import annotations

from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.factories import answer, make_member, make_paper, prose
from tests.whitepapers.test_outlining import printed_numbers, tree
from whitepapers import outlining
from whitepapers.dividing import merge, split
from whitepapers.models import Section
from whitepapers.outlining import CannotOutline, add, move, place, remove, restore


class Outline(RuleBasedStateMachine):
    """Whatever is done in whatever order: a tree of dense positions, six levels, numbers as numbering.py gives them."""

    @initialize()
    def begin(self) -> None:
        self.titles = count(1)
        self.paper = make_paper(
            prose("甲", "一。\n\n二。", children=[prose("子", "本文。")]),
            answer("12.3.1", numbering="control", title="丙"),
            prose("乙", numbering="none", children=[prose("孫")]),
        )
        self.by = make_member(self.paper.service.provider)

    def any_of(self, data) -> int:
        return data.draw(st.sampled_from(sorted(self.paper.sections.values_list("pk", flat=True))))

    def attempt(self, verb, *args, **kwargs) -> None:
        before = self.rows()
        try:
            verb(self.paper, *args, by=self.by, **kwargs)
        except CannotOutline:
            assert self.rows() == before, "what is refused changes nothing"

    def rows(self) -> list:
        return list(self.paper.sections.order_by("pk").values())

    @rule(data=st.data(), direction=st.sampled_from(outlining.DIRECTIONS))
    def move(self, data, direction) -> None:
        self.attempt(move, self.any_of(data), direction)

    @rule(data=st.data(), position=st.integers(-1, 4), at_top=st.booleans())
    def place(self, data, position, at_top) -> None:
        parent = None if at_top else self.any_of(data)
        self.attempt(place, self.any_of(data), parent_id=parent, position=position)

    @rule(data=st.data(), below=st.booleans())
    def add(self, data, below) -> None:
        where = {"parent_id" if below else "after_id": self.any_of(data)}
        self.attempt(add, kind="prose", title=f"N{next(self.titles)}", **where)

    @rule(data=st.data())
    def remove_or_restore(self, data) -> None:
        if self.paper.sections.count() > 3:
            self.attempt(remove, self.any_of(data))
        self.attempt(restore, self.any_of(data))

    @rule(data=st.data())
    def split(self, data) -> None:
        row = Section.objects.get(pk=self.any_of(data))
        line = data.draw(st.integers(0, 4))
        self.attempt(split, row.pk, line=line, title=f"N{next(self.titles)}", counter=row.counter)

    @rule(data=st.data(), keep_heading=st.booleans())
    def merge(self, data, keep_heading) -> None:
        if self.paper.sections.count() > 3:
            self.attempt(merge, self.any_of(data), keep_heading=keep_heading)

    @invariant()
    def it_is_a_tree(self) -> None:
        if not hasattr(self, "paper"):
            return
        rows = {row.pk: row for row in self.paper.sections.all()}
        for row in rows.values():
            steps, above = 1, row
            while above.parent_id is not None:
                above, steps = rows[above.parent_id], steps + 1
                assert steps <= outlining.MAX_LEVELS
        tree(self.paper)
        printed_numbers(self.paper)


class TestOutline(TestCase, Outline.TestCase):
    settings = settings(max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
