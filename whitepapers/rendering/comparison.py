"""The difference between two Documents as they stand side by side: 新旧対照表 as PDF, and the cells of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import weasyprint
from markupsafe import Markup

from ..diff import ADDED, MOVED, REMOVED, UPDATED, Changes, FactChange, SectionChange
from ..diff_blocks import BlockChange, Line, Row
from ..diff_words import Spans
from ..document import Document
from ..words import word
from .environment import ASSETS, environment
from .glyphs import printable
from .pdf import NO_DATE, fetcher, fonts, lay_out

_KINDS = {ADDED: "added", REMOVED: "removed", MOVED: "moved", UPDATED: "updated"}


# --- One side ---------------------------------------------------------------------------------------------------------


class Sides:
    """Writes one side of a comparison as HTML. ``spoken``: what a screen reader hears before words that were inserted
    or deleted; nothing in a PDF."""

    def __init__(self, *, language: str = "ja", spoken: Mapping[str, str] | None = None) -> None:
        template = environment().get_template("comparison_blocks.html")
        self._module = template.make_module(
            {"spoken": spoken, "columns_on": _columns_on, "word": lambda key: word(key, language)}
        )

    def words(self, spans: Spans, side: str) -> Markup:
        return Markup(self._module.words(spans, side))  # type: ignore[attr-defined]  # noqa: S704 - escaped by it

    def blocks(self, blocks: Iterable[BlockChange], side: str) -> Markup:
        """``side``: before or after."""
        return Markup(self._module.side_html(tuple(blocks), side))  # type: ignore[attr-defined]  # noqa: S704 - escaped by it


def _columns_on(head: Row, rows: Sequence[Row], side: str) -> list[int]:
    """The columns that stand on a side: one that came or went has no word on the other."""
    found = []
    for column in range(len(head.cells)):
        spans = [span for row in (head, *rows) for span in row.cells[column]]
        was, becomes = any(span.before for span in spans), any(span.after for span in spans)
        if was == becomes or (was if side == "before" else becomes):
            found.append(column)
    return found


# --- The PDF ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _TableRow:
    kind: str  # heading or text
    before: Markup
    after: Markup
    remarks: tuple[str, ...] = ()


def render_comparison(
    before: Document, after: Document, changes: Changes, *, before_label: str, after_label: str
) -> bytes:
    """新旧対照表 as PDF/A-3a and PDF/UA-1: what changed beside what it was; what stayed is left out as （略）."""
    html = comparison_html(before, after, changes, before_label=before_label, after_label=after_label)
    return lay_out(html, _stylesheets())


def comparison_html(before: Document, after: Document, changes: Changes, *, before_label: str, after_label: str) -> str:
    """The HTML that is laid out."""
    language = after.printed.language
    values = {
        "language": language,
        "cover": after.printed.cover,
        "before_label": before_label,
        "after_label": after_label,
        "day": NO_DATE,
        "rows": list(_Table(before, changes, language).rows()),
        "word": lambda key: word(key, language),
    }
    return printable(environment().get_template("comparison.html").render(values))


@cache
def _stylesheets() -> tuple[weasyprint.CSS, ...]:
    return (weasyprint.CSS(filename=ASSETS / "comparison.css", font_config=fonts(), url_fetcher=fetcher()),)


class _Table:
    def __init__(self, before: Document, changes: Changes, language: str) -> None:
        self.changes, self.language = changes, language
        self.sides = Sides(language=language)
        self.headings = {section.anchor: section.heading for section in before.walk()}
        self.headings |= {change.anchor: change.section.heading for change in changes.sections}
        self.headings |= {section.anchor: section.heading for section in changes.unchanged}

    def word(self, key: str) -> str:
        return word(key, self.language)

    def rows(self) -> Iterator[_TableRow]:
        for field in self.changes.fields:
            title = Markup('<p><span class="title">{}</span></p>').format(field.label)
            yield _TableRow("heading", title, title, (self.word("updated"),))
            yield _TableRow("text", self._line(field.spans, "before"), self._line(field.spans, "after"))
        for change in self.changes.sections:
            if change.kinds:
                yield from self._section(change)

    def _line(self, spans: Spans, side: str) -> Markup:
        return Markup("<p>{}</p>").format(self.sides.words(spans, side))

    def _section(self, change: SectionChange) -> Iterator[_TableRow]:
        yield _TableRow(
            "heading", self._heading(change, "before"), self._heading(change, "after"), self._remarks(change)
        )
        if change.before is None or change.after is None:
            whole = self.sides.blocks(change.blocks, "before" if change.after is None else "after")
            if whole:
                yield _TableRow("text", *((Markup(), whole) if change.after else (whole, Markup())))
            return
        if not any(not stretch.is_kept for stretch in change.stretches):
            return
        for stretch in change.stretches:
            if stretch.is_kept:
                left_out = Markup('<p class="left-out">{}</p>').format(self.word("left_out"))
                yield _TableRow("text", left_out, left_out)
                continue
            for block in stretch.blocks:
                was, becomes = (self.sides.blocks((block,), side) for side in ("before", "after"))
                yield _TableRow("text", was, becomes, self._where(block))

    def _heading(self, change: SectionChange, side: str) -> Markup:
        section = change.before if side == "before" else change.after
        if section is None:
            return Markup('<p class="none">{}</p>').format(self.word("not_there" if side == "before" else "taken_out"))
        number = Markup("{} ").format(section.number) if section.number else ""
        title = Markup('<p><span class="title">{}{}</span></p>').format(number, self.sides.words(change.title, side))
        if not section.reference_line:
            return title
        line = self.sides.words(change.reference_line, side)
        return title + Markup('<p class="reference-line">{}</p>').format(line)

    def _remarks(self, change: SectionChange) -> tuple[str, ...]:
        kinds = "・".join(self.word(_KINDS[kind]) for kind in change.kinds)
        facts = [_fact(fact) for fact in change.facts if fact.is_restated]
        kin = self.headings.get(change.kin, "")
        also = (self.word("split_from" if change.after else "merged_into").format(kin),) if kin else ()
        style = (self.word("restyled"),) if change.is_restyled and not change.has_new_text else ()
        return (kinds, *also, *style, *facts)

    def _where(self, block: BlockChange) -> tuple[str, ...]:
        if not isinstance(block, Line) or not block.moved:
            return ()
        heading = self.headings.get(block.moved, "")
        return (self.word("moved_to" if block.mark == "deleted" else "moved_from").format(heading),)


def _fact(fact: FactChange) -> str:
    return f"{fact.label}：{fact.before} → {fact.after}" if len(fact.before + fact.after) <= 40 else fact.label
