"""What a paper is composed from, as one value: so that one may be composed with other facts or another text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet

from controls.crosswalks import mapped
from controls.models import Control, DisclosurePoint, FactDefinition

from .facts import KnownFact, definitions, known_facts
from .models import Figure as FigureRow
from .models import Section as SectionRow
from .models import SectionControl, Whitepaper


class Point(NamedTuple):
    """What composing needs of a controls.DisclosurePoint."""

    control_id: int
    key: str
    label_ja: str
    required: bool
    facts: list[str]  # names, the key fact first


@dataclass(frozen=True, slots=True)
class Source:
    """What a paper is composed from. Whoever composes many papers, or one with other facts, makes it themselves."""

    paper: Whitepaper
    sections: Iterable[SectionRow]  # in outline order, their standard answers and controls at hand
    definitions: Mapping[str, FactDefinition]
    facts: Mapping[str, KnownFact]
    points: Mapping[int, list[Point]]  # control pk → points
    mapped: Mapping[str, list[str]]
    figures: Mapping[str, FigureRow]
    only: Collection[int] | None = None  # the sections (pk) whose text is wanted; the others come out empty

    @classmethod
    def of(cls, paper: Whitepaper) -> Source:
        by_name = definitions(paper.edition)
        sections = list(outline(paper.sections.all()))
        return cls(
            paper=paper,
            sections=sections,
            definitions=by_name,
            facts=known_facts(paper.service, by_name),
            points=points_of(sections),
            mapped=mapped(paper.edition, paper.second_edition) if paper.second_edition else {},
            figures={figure.key: figure for figure in paper.figures.all()},
        )


def outline(sections: QuerySet[SectionRow]) -> QuerySet[SectionRow]:
    """``sections`` as a Source wants them: each with ``links``, its rows of SectionControl, as a plain list.

    A list and not the prefetched manager, which would clone a queryset for every section that is asked.
    """
    links = SectionControl.objects.select_related("control").order_by("position")
    return (
        sections.select_related("standard_answer")
        .prefetch_related(Prefetch("section_controls", queryset=links, to_attr="links"))
        .in_outline_order()  # type: ignore[attr-defined]
    )


def controls_of(section: SectionRow) -> list[Control]:
    """What a section of a Source answers, in its own order."""
    return [link.control for link in vars(section)["links"]]


def points_of(sections: Iterable[SectionRow]) -> dict[int, list[Point]]:
    """The disclosure points of all controls that stand in the outline, by the control's pk."""
    reached = [row for siblings in included(sections).values() for row in siblings]
    control_ids = {control.pk for row in reached for control in controls_of(row)}
    points: dict[int, list[Point]] = defaultdict(list)
    rows = DisclosurePoint.objects.filter(control__in=control_ids)
    for values in rows.values_list("control_id", "key", "label_ja", "required", "facts"):
        points[values[0]].append(Point(*values))
    return points


def included(rows: Iterable[SectionRow]) -> dict[int | None, list[SectionRow]]:
    """The sections that are in the paper, by parent; what hangs below one that is left out is left out too."""
    children: dict[int | None, list[SectionRow]] = defaultdict(list)
    for row in rows:
        if row.included:
            children[row.parent_id].append(row)
    reached: dict[int | None, list[SectionRow]] = defaultdict(list)
    waiting: list[int | None] = [None]
    while waiting:
        parent = waiting.pop()
        reached[parent] = children[parent]
        waiting += [row.pk for row in children[parent]]
    return reached
