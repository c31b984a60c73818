"""Rows → Document: the only reader of rows for output. Numbers, references, facts and text are resolved here, once."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from controls import facts as kinds
from controls.models import Control, FactDefinition
from controls.stances import EXPLAINING

from . import labels
from .document import (
    Block,
    Cell,
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
    Link,
    Meta,
    Missing,
    Picture,
    PointMeta,
    Printed,
    Reference,
    Section,
    SectionMeta,
    StanceMeta,
    Table,
    Text,
)
from .facts import KnownFact
from .models import Figure as FigureRow
from .models import Section as SectionRow
from .models import Whitepaper
from .numbering import Node, numbers
from .sources import Point, Source, controls_of, included
from .text import Placeholder, to_blocks
from .words import word

DEFAULT_COLUMNS = (("number", "版数"), ("date", "日付"), ("summary", "改訂内容"))


def compose(paper: Whitepaper) -> Document:
    """The paper as it stands in the rows now. The number of queries does not grow with what the paper holds."""
    return compose_from(Source.of(paper))


def compose_from(source: Source) -> Document:
    """The paper as it would stand with what ``source`` holds."""
    paper, rows = source.paper, _Rows.of(source)
    sections = tuple(_section(row, rows, level=1) for row in rows.children[None])
    return Document(
        printed=Printed(
            language=paper.language,
            cover=_cover(paper),
            header=paper.header or paper.title,
            toc_depth=paper.toc_depth,
            history=_history(paper, sections),
            sections=sections,
            colophon=tuple((str(label), str(value)) for label, value in paper.colophon),
            notices=tuple(paper.notices),
        ),
        meta=Meta(
            edition=paper.edition.slug,
            release=paper.edition.release_id,
            second_edition=paper.second_edition.slug if paper.second_edition else "",
            number=paper.planned_number,
            sections=_meta(sections, rows),
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
    children: Mapping[int | None, list[SectionRow]]
    controls: Mapping[int, list[Control]]  # section pk → what it answers, in its own order
    numbers: Mapping[int, str]
    targets: Mapping[str, list[SectionRow]]  # key or control number → sections
    definitions: Mapping[str, FactDefinition]
    facts: Mapping[str, KnownFact]
    points: Mapping[int, list[Point]]  # control pk → points
    mapped: Mapping[str, list[str]]
    figures: Mapping[str, FigureRow]
    only: Collection[int] | None
    figure_numbers: dict[str, int] = field(default_factory=dict)
    printed: dict[int, dict[str, KnownFact]] = field(default_factory=lambda: defaultdict(dict))  # section pk → facts

    @classmethod
    def of(cls, source: Source) -> _Rows:
        paper = source.paper
        children = included(source.sections)
        reached = [row for siblings in children.values() for row in siblings]
        controls = {row.pk: controls_of(row) for row in reached}
        targets: dict[str, list[SectionRow]] = defaultdict(list)
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
            only=source.only,
        )

    def figure_number(self, key: str) -> int:
        """Figures are numbered in the order in which the text first shows them."""
        return self.figure_numbers.setdefault(key, len(self.figure_numbers) + 1)


def _nodes(
    children: Mapping[int | None, list[SectionRow]], controls: Mapping[int, list[Control]], parent: int | None
) -> list[Node[int]]:
    nodes = []
    for row in children.get(parent, ()):
        first = next((control.number for control in controls[row.pk]), "")
        nodes.append(Node(row.pk, row.numbering, first, _nodes(children, controls, row.pk)))
    return nodes


# --- Sections -----------------------------------------------------------------------------------------------------


def _section(row: SectionRow, rows: _Rows, level: int) -> Section:
    return Section(
        anchor=_anchor(row),
        kind=row.kind,
        level=level,
        number=rows.numbers[row.pk],
        title=_title(row, rows),
        reference_line=_reference_line(row, rows),
        blocks=_blocks(row, rows),
        children=tuple(_section(child, rows, level + 1) for child in rows.children.get(row.pk, ())),
    )


def _anchor(row: SectionRow) -> str:
    return f"s{row.pk}"


def _title(row: SectionRow, rows: _Rows) -> str:
    if row.title:
        return row.title
    return next((control.title_ja for control in rows.controls[row.pk]), "")


def _reference_line(row: SectionRow, rows: _Rows) -> str:
    if row.kind != SectionRow.Kind.CONTROL:
        return ""
    ids = [control.number for control in rows.controls[row.pk]]
    second = dict.fromkeys(number for id_ in ids for number in rows.mapped.get(id_, ()))
    return labels.reference_line(rows.paper.reference_line, ids=ids, mapped=list(second)) if ids else ""


def answer_of(row: SectionRow) -> tuple[str, list[dict[str, str]]]:
    """Body and stances that a section prints: its own, or those of the standard answer it inherits."""
    answer = row.standard_answer
    if answer and row.departed_from_id is None:
        return answer.body, answer.stances
    return row.body, row.stances


def _blocks(row: SectionRow, rows: _Rows) -> tuple[Block, ...]:
    if rows.only is not None and row.pk not in rows.only:
        return ()

    def resolve(placeholder: Placeholder, alone: bool) -> Inline | Block:
        match placeholder.kind:
            case "ref":
                return _reference(placeholder.name, rows)
            case "figure":
                return _figure(placeholder.name, rows, alone)
        return _fact(row, placeholder.name, rows, alone)

    return to_blocks(answer_of(row)[0], resolve)


def _fact(row: SectionRow, name: str, rows: _Rows, alone: bool) -> Inline | Block:
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
        return _fact_table(known, rows.paper.language)
    return FactValue(
        name,
        _in_style(known, rows.paper),
        "" if known.places else kinds.address(definition.type, known.value),
    )


def _in_style(known: KnownFact, paper: Whitepaper) -> str:
    """The display form, with the words of options in the provider's style (お客様 or お客さま)."""
    display = known.display(paper.language)
    if known.definition.type["kind"] in ("bool", "choice", "choices", "duration"):
        return display.replace("お客様", paper.service.provider.customer_term)
    return display


def _fact_table(known: KnownFact, language: str) -> Table:
    places = known.places or (("", known.value),)
    heads, cells = kinds.table_cells(known.definition.type, [row for _, value in places for row in value], language)
    if known.places:
        names = [name for name, value in places for _ in value]
        heads, cells = [word("location", language), *heads], [[n, *row] for n, row in zip(names, cells, strict=True)]
    return Table(
        head=tuple(Cell((Text(head),)) for head in heads),
        rows=tuple(tuple(Cell(_cell(text)) for text in row) for row in cells),
        fact=known.definition.name,
    )


def _cell(text: str) -> tuple[Inline, ...]:
    if kinds.is_web_address(text):
        return (Link(text, (Text(text),)),)
    return (Text(text),) if text else ()


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
        newest_first = len(rows) > 1 and _sortable(rows[0].number) > _sortable(rows[-1].number)
        entries.insert(0 if newest_first else len(entries), this)
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


def _sortable(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))


# --- Meta ---------------------------------------------------------------------------------------------------------


def _meta(sections: tuple[Section, ...], rows: _Rows) -> tuple[SectionMeta, ...]:
    by_anchor = {_anchor(row): row for siblings in rows.children.values() for row in siblings}
    in_order = [by_anchor[section.anchor] for top in sections for section in top.walk()]
    answered = _answered(in_order, rows)
    return tuple(_section_meta(row, rows, answered) for row in in_order)


def _answered(in_order: list[SectionRow], rows: _Rows) -> set[tuple[int, str]]:
    """(control, point) of every disclosure point that some section of the control answers."""
    found: set[tuple[int, str]] = set()
    for row in in_order:
        explained = any(stance["stance"] in EXPLAINING for stance in answer_of(row)[1])
        for control in rows.controls[row.pk]:
            for point in rows.points.get(control.pk, ()):
                key_fact = point.facts[0] if point.facts else ""
                if explained or key_fact in rows.printed[row.pk] or point.key in row.answered_points:
                    found.add((control.pk, point.key))
    return found


def _section_meta(row: SectionRow, rows: _Rows, answered: set[tuple[int, str]]) -> SectionMeta:
    controls = rows.controls[row.pk]
    return SectionMeta(
        anchor=_anchor(row),
        controls=tuple(ControlMeta(c.number, c.title_ja, tuple(c.title_variants)) for c in controls),
        stances=tuple(StanceMeta(item["stance"], item.get("scope", "")) for item in answer_of(row)[1]),
        facts=tuple(
            FactMeta(name, fact.definition.label_ja, fact.json, fact.unit, _in_style(fact, rows.paper))
            for name, fact in sorted(rows.printed[row.pk].items())
        ),
        points=tuple(
            PointMeta(control.number, point.key, point.label_ja, point.required, (control.pk, point.key) in answered)
            for control in controls
            for point in rows.points.get(control.pk, ())
        ),
    )
