"""Rows → Document: the only reader of rows for output. Numbers, references, facts and text are resolved here, once."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from controls import facts as kinds
from controls.models import Control, FactDefinition
from controls.stances import EXPLAINING

from . import labels
from .document import (
    Block,
    ControlMeta,
    Cover,
    Document,
    FactMeta,
    FactValue,
    Figure,
    History,
    HistoryEntry,
    Imprint,
    Inline,
    Layer,
    Meta,
    Missing,
    Picture,
    PointMeta,
    Printed,
    Reference,
    Section,
    SectionMeta,
    StanceMeta,
)
from .facts import KnownFact
from .models import Figure as FigureRow
from .models import HistoryRow, Whitepaper
from .models import Section as SectionRow
from .numbering import Node, numbers
from .sources import Answered, Heading, Point, Row, Source, controls_of, included
from .text import Placeholder, to_blocks

DEFAULT_COLUMNS = (("number", "版数"), ("date", "日付"), ("summary", "改訂内容"))


def compose(paper: Whitepaper) -> Document:
    """The paper as it stands in the rows now. The number of queries does not grow with what the paper holds."""
    return compose_from(Source.of(paper))


def compose_from(source: Source[Row]) -> Document:
    """The paper as it would stand with what ``source`` holds."""
    rows = _Rows.of(source)
    sections = tuple(_section(row, rows, level=1) for row in rows.children.get(None, ()))
    return _document(rows, sections, _history(source.paper, sections), rows.in_order())


def excerpts(
    source: Source[Row], wanted: Collection[int], facts: Iterable[Mapping[str, KnownFact]]
) -> Iterator[Document]:
    """The ``wanted`` sections (pk) alone, once with each of these ``facts`` beside those of the source: for whoever looks
    at few sections of many papers.

    They stand side by side, numbered and titled as in the whole paper; the revision history is left out.
    """
    rows, paper = _Rows.of(source), source.paper
    chosen = [row for row in rows.in_order() if row.pk in wanted]
    history = History(paper.history_heading, paper.history_place, paper.history_style, paper.history_date_label, (), ())
    for each in facts:
        version = replace(
            rows, facts={**source.facts, **each}, figure_numbers={}, printed=defaultdict(dict), displays={}
        )
        sections = tuple(_alone(row, version, level=1) for row in chosen)
        yield _document(version, sections, history, chosen)


def _document(rows: _Rows, sections: tuple[Section, ...], history: History, in_order: Sequence[Row]) -> Document:
    paper = rows.paper
    return Document(
        printed=Printed(
            language=paper.language,
            cover=_cover(paper),
            header=paper.header or paper.title,
            toc_depth=paper.toc_depth,
            history=history,
            sections=sections,
            colophon=tuple((str(label), str(value)) for label, value in paper.colophon),
            notices=tuple(paper.notices),
        ),
        meta=Meta(
            edition=paper.edition.slug,
            release=paper.edition.release_id,
            second_edition=paper.second_edition.slug if paper.second_edition else "",
            number=paper.planned_number,
            sections=_meta(in_order, rows),
        ),
    )


def draft_imprint(paper: Whitepaper) -> Imprint:
    """What a draft prints in place of an issue date: the date that is planned."""
    return Imprint(date=paper.planned_date.isoformat() if paper.planned_date else "", draft=True)


# --- Reading ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rows:
    """A source with what follows from it."""

    paper: Whitepaper
    children: Mapping[int | None, list[Row]]
    controls: Mapping[int, list[Answered | Control]]  # section pk → what it answers, in its own order
    numbers: Mapping[int, str]
    targets: Mapping[str, list[Row]]  # key or control number → sections
    definitions: Mapping[str, FactDefinition]
    facts: Mapping[str, KnownFact]
    points: Mapping[int, list[Point]]  # control pk → points
    mapped: Mapping[str, list[str]]
    figures: Mapping[str, FigureRow]
    figure_numbers: dict[str, int] = field(default_factory=dict)
    printed: dict[int, dict[str, KnownFact]] = field(default_factory=lambda: defaultdict(dict))  # section pk → facts
    displays: dict[str, str] = field(default_factory=dict)  # a fact's name → as it is printed

    @classmethod
    def of(cls, source: Source[Row]) -> _Rows:
        paper = source.paper
        children = included(source.sections)
        reached = [row for siblings in children.values() for row in siblings]
        controls = {row.pk: controls_of(row) for row in reached}
        targets: dict[str, list[Row]] = defaultdict(list)
        for row in reached:
            if row.key:
                targets[row.key].append(row)
            for control in controls[row.pk]:
                targets[control.number].append(row)
        nodes = _nodes(children, controls, None)
        return cls(
            paper=paper,
            children=children,
            controls=controls,
            numbers=numbers(nodes, control_prefix=paper.control_prefix, suffix=paper.number_suffix),
            targets=targets,
            definitions=source.definitions,
            facts=source.facts,
            points=source.points,
            mapped=source.mapped,
            figures=source.figures,
        )

    def in_order(self) -> list[Row]:
        """Every section, in the order of the paper."""
        found: list[Row] = []
        waiting = list(reversed(self.children.get(None, ())))
        while waiting:
            row = waiting.pop()
            found.append(row)
            waiting += reversed(self.children.get(row.pk, ()))
        return found

    def display(self, known: KnownFact) -> str:
        """The display form, with the words of options in the provider's style (お客様 or お客さま)."""
        name = known.definition.name
        if name not in self.displays:
            self.displays[name] = _in_style(known, self.paper)
        return self.displays[name]

    def figure_number(self, key: str) -> int:
        """Figures are numbered in the order in which the text first shows them."""
        return self.figure_numbers.setdefault(key, len(self.figure_numbers) + 1)


def _nodes(
    children: Mapping[int | None, list[Row]], controls: Mapping[int, list[Answered | Control]], parent: int | None
) -> list[Node[int]]:
    nodes = []
    for row in children.get(parent, ()):
        first = next((control.number for control in controls[row.pk]), "")
        nodes.append(Node(row.pk, row.numbering, first, _nodes(children, controls, row.pk)))
    return nodes


# --- Sections -----------------------------------------------------------------------------------------------------


def _section(row: Row, rows: _Rows, level: int) -> Section:
    section = _alone(row, rows, level)  # before those below: figures are numbered on the way
    below = rows.children.get(row.pk)
    return replace(section, children=tuple(_section(child, rows, level + 1) for child in below)) if below else section


def _alone(row: Row, rows: _Rows, level: int) -> Section:
    return Section(
        anchor=_anchor(row),
        kind=row.kind,
        level=level,
        number=rows.numbers[row.pk],
        title=_title(row, rows),
        reference_line=_reference_line(row, rows),
        blocks=_blocks(row, rows),
        children=(),
    )


def _anchor(row: Row) -> str:
    return f"s{row.pk}"


def _title(row: Row, rows: _Rows) -> str:
    if row.title:
        return row.title
    return next((control.title_ja for control in rows.controls[row.pk]), "")


def _reference_line(row: Row, rows: _Rows) -> str:
    if row.kind != SectionRow.Kind.CONTROL:
        return ""
    ids = [control.number for control in rows.controls[row.pk]]
    second = dict.fromkeys(number for id_ in ids for number in rows.mapped.get(id_, ()))
    return _line(rows.paper.reference_line, tuple(ids), tuple(second)) if ids else ""


@lru_cache(maxsize=4096)
def _line(pattern: str, ids: tuple[str, ...], mapped: tuple[str, ...]) -> str:
    return labels.reference_line(pattern, ids=ids, mapped=mapped)


def answer_of(row: SectionRow) -> tuple[str, list[dict[str, str]]]:
    """Body and stances that a section prints: its own, or those of the standard answer it inherits."""
    if row.standard_answer_id is None or row.departed_from_id is not None:
        return row.body, row.stances
    answer = row.standard_answer
    return (answer.body, answer.stances) if answer else (row.body, row.stances)


def _blocks(row: Row, rows: _Rows) -> tuple[Block, ...]:
    if isinstance(row, Heading):
        return ()

    def resolve(placeholder: Placeholder, alone: bool) -> Inline | Block:
        match placeholder.kind:
            case "ref":
                return _reference(placeholder.name, rows)
            case "figure":
                return _figure(placeholder.name, rows, alone)
        return _fact(row, placeholder.name, rows, alone)

    return to_blocks(answer_of(row)[0], resolve)


def _fact(row: Row, name: str, rows: _Rows, alone: bool) -> Inline | Block:
    definition = rows.definitions.get(name)
    known = rows.facts.get(name)
    if definition is None or known is None:
        return Missing("fact", name, definition.label_ja if definition else name)
    if not known.places and (target := kinds.section(definition.type, known.value)):
        reference = _reference(target, rows)
        if isinstance(reference, Missing):
            return reference
        rows.printed[row.pk][name] = known
        return reference
    rows.printed[row.pk][name] = known
    if known.is_table and alone:
        return known.table(rows.paper.language)
    return FactValue(
        name,
        rows.display(known),
        "" if known.places else kinds.address(definition.type, known.value),
    )


def _in_style(known: KnownFact, paper: Whitepaper) -> str:
    display = known.display(paper.language)
    if "お客様" in display and known.definition.type["kind"] in ("bool", "choice", "choices", "duration"):
        return display.replace("お客様", paper.service.provider.customer_term)
    return display


def _reference(name: str, rows: _Rows) -> Inline:
    found = rows.targets.get(name, [])
    if len(found) != 1:
        return Missing("reference", name, name)
    return Reference(_anchor(found[0]), rows.numbers[found[0].pk], _title(found[0], rows))


def _figure(key: str, rows: _Rows, alone: bool) -> Inline | Block:
    row = rows.figures.get(key)
    if row is None or not alone:
        return Missing("figure", key, key)
    picture = None
    if row.kind == FigureRow.Kind.IMAGE:
        data = base64.b64encode(bytes(row.image)).decode("ascii")
        picture = Picture(row.media_type, row.width, row.height, data)
    layers = tuple(Layer(layer["name"], layer["party"]) for layer in row.layers)
    alt = row.alt or "、".join(f"{layer.name}：{layer.party}" for layer in layers) or row.caption
    return Figure(key, rows.figure_number(key), row.caption, alt, layers, picture)


# --- Cover and history --------------------------------------------------------------------------------------------


def _cover(paper: Whitepaper) -> Cover:
    return Cover(
        title=paper.title,
        subtitle=paper.subtitle,
        service=paper.service.name,
        company=paper.service.provider.name,
        version=labels.label(paper.version_label, number=paper.planned_number),
        date_label=paper.date_label,
        document_number=paper.document_number,
        classification=paper.classification,
    )


def _history(paper: Whitepaper, sections: tuple[Section, ...]) -> History:
    rows = list(paper.history_rows.all())
    entries = [
        HistoryEntry(
            number=labels.label(paper.history_number_label, number=row.number),
            date=labels.label(paper.history_date_label, day=row.date) if row.date else "",
            summary=to_blocks(row.summary),
            note=row.note,
            author=row.author,
        )
        for row in rows
    ]
    if paper.planned_number and paper.planned_number not in {row.number for row in rows}:
        this = HistoryEntry(
            number=labels.label(paper.history_number_label, number=paper.planned_number),
            date="",
            summary=to_blocks(paper.planned_summary),
            note=paper.planned_note,
            author=paper.planned_author,
            this_version=True,
        )
        entries.insert(0 if is_newest_first(rows) else len(entries), this)
    in_outline = (section.anchor for top in sections for section in top.walk() if section.kind == "history")
    return History(
        heading=paper.history_heading,
        place=paper.history_place,
        style=paper.history_style,
        date_label=paper.history_date_label,
        columns=tuple((str(key), str(heading)) for key, heading in paper.history_columns) or DEFAULT_COLUMNS,
        entries=tuple(entries),
        anchor=next(in_outline, "") if paper.history_place == Whitepaper.HistoryPlace.OUTLINE else "",
    )


def is_newest_first(rows: Sequence[HistoryRow]) -> bool:
    """Whether a revision history, in its own order, begins with its latest issue: there the next one is added."""
    if len(rows) < 2:
        return False
    first, last = (tuple(int(part) for part in row.number.split(".")) for row in (rows[0], rows[-1]))
    return first > last


# --- Meta ---------------------------------------------------------------------------------------------------------


def _meta(in_order: Sequence[Row], rows: _Rows) -> tuple[SectionMeta, ...]:
    answered = _answered(in_order, rows)
    return tuple(_section_meta(row, rows, answered) for row in in_order)


def _answered(in_order: Sequence[Row], rows: _Rows) -> set[tuple[int, str]]:
    """(control, point) of every disclosure point that some section of the control answers."""
    found: set[tuple[int, str]] = set()
    for row in in_order:
        if isinstance(row, Heading):
            continue
        explained = any(stance["stance"] in EXPLAINING for stance in answer_of(row)[1])
        printed, said = rows.printed[row.pk], row.answered_points
        for control in rows.controls[row.pk]:
            for point in rows.points.get(control.pk, ()):
                if explained or (point.facts and point.facts[0] in printed) or point.key in said:
                    found.add((control.pk, point.key))
    return found


def _section_meta(row: Row, rows: _Rows, answered: set[tuple[int, str]]) -> SectionMeta:
    controls = rows.controls[row.pk]
    stances = [] if isinstance(row, Heading) else answer_of(row)[1]
    return SectionMeta(
        anchor=_anchor(row),
        controls=tuple(ControlMeta(c.number, c.title_ja, tuple(c.title_variants)) for c in controls),
        stances=tuple(StanceMeta(item["stance"], item.get("scope", "")) for item in stances),
        facts=tuple(
            FactMeta(name, fact.definition.label_ja, fact.json, fact.unit, rows.display(fact))
            for name, fact in sorted(rows.printed[row.pk].items())
        ),
        points=tuple(
            PointMeta(control.number, point.key, point.label_ja, point.required, (control.pk, point.key) in answered)
            for control in controls
            for point in rows.points.get(control.pk, ())
        ),
    )
