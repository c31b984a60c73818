"""What a paper is composed from, as one value: so that one may be composed with other facts or another text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from controls.crosswalks import mapped
from controls.models import Control, DisclosurePoint, Edition, FactDefinition

from .facts import KnownFact, definitions, known_facts
from .models import Figure as FigureRow
from .models import Section as SectionRow
from .models import SectionControl, Service, StandardAnswer, Whitepaper


class Point(NamedTuple):
    """What composing needs of a controls.DisclosurePoint."""

    control_id: int
    key: str
    label_ja: str
    required: bool
    facts: list[str]  # names, the key fact first


class Answered(NamedTuple):
    """What composing needs of a controls.Control."""

    pk: int
    number: str
    title_ja: str
    title_variants: list[str]


class Link(NamedTuple):
    """What composing needs of a SectionControl."""

    control: Answered


class Heading(NamedTuple):
    """A section without its text: what its number, its title and the references to it need."""

    pk: int
    whitepaper_id: int
    parent_id: int | None
    kind: str
    numbering: str
    title: str
    key: str
    included: bool
    links: Sequence[Link]


Row: TypeAlias = SectionRow | Heading
R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


@dataclass(frozen=True, slots=True)
class Source(Generic[R_co]):
    """What a paper is composed from. Whoever composes many papers, or one with other facts, makes it themselves."""

    paper: Whitepaper
    sections: Iterable[R_co]  # in outline order; of a Heading the text comes out empty
    definitions: Mapping[str, FactDefinition]
    facts: Mapping[str, KnownFact]
    points: Mapping[int, list[Point]]  # control pk → points
    mapped: Mapping[str, list[str]]
    figures: Mapping[str, FigureRow]

    @classmethod
    def of(cls, paper: Whitepaper) -> Source[SectionRow]:
        _at_hand(paper)
        by_name = definitions(paper.edition)
        sections = sections_of(paper)
        return Source(
            paper=paper,
            sections=sections,
            definitions=by_name,
            facts=known_facts(paper.service, by_name),
            points=points_of(sections),
            mapped=mapped(paper.edition, paper.second_edition) if paper.second_edition else {},
            figures={figure.key: figure for figure in paper.figures.all()},
        )


def _at_hand(paper: Whitepaper) -> None:
    """Edition and release, service and provider: each pair in one query, unless somebody has read it already."""
    if not Whitepaper.edition.is_cached(paper):
        paper.edition = Edition.objects.select_related("release").get(pk=paper.edition_id)
    if not Whitepaper.service.is_cached(paper):
        paper.service = Service.objects.select_related("provider").get(pk=paper.service_id)


# --- Sections -----------------------------------------------------------------------------------------------------


def sections_of(paper: Whitepaper) -> list[SectionRow]:
    """Every section of the paper in outline order, with its standard answer and ``links``. Three queries."""
    links = _links([paper.pk])
    rows = list(SectionRow.objects.filter(whitepaper=paper).in_outline_order())
    for row in rows:
        vars(row)["links"] = links.get(row.pk, [])
    with_answers(rows)
    return rows


def headings_of(papers: Collection[int]) -> dict[int, list[Heading]]:
    """Paper → its sections in outline order, without their texts. Two queries."""
    links = _links(papers)
    rows = SectionRow.objects.filter(whitepaper__in=papers).in_outline_order()
    fields = ("pk", "whitepaper_id", "parent_id", "kind", "numbering", "title", "key", "included")
    found: dict[int, list[Heading]] = defaultdict(list)
    for values in rows.values_list(*fields):
        found[values[1]].append(Heading._make((*values, links.get(values[0], ()))))
    return found


def _links(papers: Collection[int]) -> dict[int, list[Link]]:
    """Section → what it answers, in its own order."""
    rows = SectionControl.objects.filter(section__whitepaper__in=papers).order_by("position")
    fields = ("control__number", "control__title_ja", "control__title_variants")
    found: dict[int, list[Link]] = defaultdict(list)
    links: dict[int, Link] = {}  # by control: papers answer the same ones
    for section, control, *values in rows.values_list("section_id", "control_id", *fields):
        if control not in links:
            links[control] = Link(Answered(control, *values))
        found[section].append(links[control])
    return found


def with_answers(rows: Iterable[SectionRow]) -> None:
    """Each section with its standard answer: read once, however many sections have it, and not joined to those without."""
    having = [row for row in rows if row.standard_answer_id is not None]
    answers = StandardAnswer.objects.in_bulk({row.standard_answer_id for row in having})
    for row in having:
        row.standard_answer = answers.get(row.standard_answer_id)


def with_texts(headings: Mapping[int, list[Heading]], wanted: Collection[int]) -> dict[int, list[Row]]:
    """``headings_of()`` with the ``wanted`` sections (pk) as whole ones. Two queries (on SQLite for every 999 of them)."""
    whole = SectionRow.objects.in_bulk(wanted)
    with_answers(whole.values())
    return {paper: [_whole(heading, whole) for heading in rows] for paper, rows in headings.items()}


def _whole(heading: Heading, whole: Mapping[int, SectionRow]) -> Row:
    row = whole.get(heading.pk)
    if row is None:
        return heading
    vars(row)["links"] = heading.links
    return row


def controls_of(section: Row) -> list[Answered | Control]:
    """What a section of a Source answers, in its own order."""
    links = section.links if isinstance(section, Heading) else vars(section)["links"]
    return [link.control for link in links]


def included(rows: Iterable[R]) -> dict[int | None, list[R]]:
    """The sections that are in the paper, by parent; what hangs below one that is left out is left out too."""
    children: dict[int | None, list[R]] = defaultdict(list)
    for row in rows:
        if row.included:
            children[row.parent_id].append(row)
    reached: dict[int | None, list[R]] = {}
    waiting: list[int | None] = [None]
    while waiting:
        parent = waiting.pop()
        if parent in children:
            reached[parent] = children[parent]
            waiting += [row.pk for row in children[parent]]
    return reached


# --- Disclosure points --------------------------------------------------------------------------------------------


def points_of(sections: Iterable[Row]) -> dict[int, list[Point]]:
    """The disclosure points of all controls that stand in the outline, by the control's pk."""
    reached = [row for siblings in included(sections).values() for row in siblings]
    return points({control.pk for row in reached for control in controls_of(row)})


def points(controls: Collection[int]) -> dict[int, list[Point]]:
    """The disclosure points of the controls, by the control's pk. One query."""
    found: dict[int, list[Point]] = defaultdict(list)
    rows = DisclosurePoint.objects.filter(control__in=controls).order_by("control_id", "position")
    for values in rows.values_list("control_id", "key", "label_ja", "required", "facts"):
        found[values[0]].append(Point(*values))
    return found
