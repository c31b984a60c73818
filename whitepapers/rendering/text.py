"""A Document as plain text: every heading, number and sentence in the order of the paper, for search and comparison."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

from ..document import (
    Block,
    Document,
    Figure,
    History,
    HistoryEntry,
    Imprint,
    List,
    Note,
    Paragraph,
    Section,
    Table,
    plain_text,
)
from ..labels import label
from ..words import word
from .environment import checked_date


def render_text(document: Document, imprint: Imprint) -> str:
    """UTF-8 text, LF. Bullets are ・, tables have a line per row with cells between tabs."""
    printed = document.printed
    day = date.fromisoformat(imprint.date) if imprint.date else None
    this_date = label(printed.history.date_label, day=day)
    cover = printed.cover
    front = [
        *(cover.classification, cover.title, cover.subtitle, cover.service, cover.version),
        label(cover.date_label, day=day),
        f"{word('checked', printed.language)}：{checked}" if (checked := checked_date(document, imprint)) else "",
        *(cover.company, cover.document_number),
        *(f"{box.label}\t{_one_line(box.name)}\t{box.date}" for box in imprint.approvals),
    ]
    lines = [line for line in front if line]
    if printed.history.place == "front":
        lines += ["", *_history(printed.history, this_date, heading=True)]
    for section in printed.sections:
        lines += _section(section, printed.history, this_date, printed.language)
    if printed.history.place == "back":
        lines += ["", *_history(printed.history, this_date, heading=True)]
    if printed.notices:
        lines += ["", *printed.notices]
    if printed.colophon:
        lines += ["", *(f"{heading}\t{value}" for heading, value in printed.colophon)]
    return "\n".join(lines) + "\n"


def _section(section: Section, history: History, this_date: str, language: str) -> Iterator[str]:
    yield ""
    yield section.heading
    if section.reference_line:
        yield section.reference_line
    for block in section.blocks:
        yield ""
        yield from _block(block, language)
    if section.anchor == history.anchor:
        yield ""
        yield from _history(history, this_date, heading=False)
    for child in section.children:
        yield from _section(child, history, this_date, language)


def _block(block: Block, language: str) -> Iterator[str]:
    match block:
        case Paragraph(children):
            yield from plain_text(children).split("\n")
        case Note(marker, children):
            gap = " " if len(marker) > 1 else ""  # ※1 24時間 is not ※124時間
            yield from (marker + gap + plain_text(children)).split("\n")
        case List(ordered, start, items):
            for place, item in enumerate(items, start=start):
                mark = f"{place}. " if ordered else "・"
                lines = [line for part in item for line in _block(part, language)] or [""]
                indent = " " * sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in mark)
                yield mark + lines[0]
                yield from (indent + line for line in lines[1:])
        case Table(head, rows):
            for row in (head, *rows):
                yield "\t".join(_one_line(plain_text(cell.children)) for cell in row)
        case Figure():
            yield f"{word('figure', language)}{block.number} {block.caption}".rstrip()
            if block.layers:
                yield f"{word('layer', language)}\t{word('party', language)}"
                yield from (f"{layer.name}\t{layer.party}" for layer in block.layers)
            elif block.alt != block.caption:
                yield block.alt


def _history(history: History, this_date: str, *, heading: bool) -> Iterator[str]:
    if not history.entries:
        return
    if heading:
        yield history.heading
    if history.style == "table":
        yield "\t".join(text for _, text in history.columns)
    for entry in history.entries:
        yield "\t".join(_history_cell(entry, key, this_date) for key, _ in history.columns).rstrip()


def _history_cell(entry: HistoryEntry, key: str, this_date: str) -> str:
    match key:
        case "number":
            return entry.number
        case "date":
            return entry.date or (this_date if entry.this_version else "")
        case "summary":
            return " ".join(line for block in entry.summary for line in _block(block, "ja"))
        case "note":
            return _one_line(entry.note)
    return entry.author


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ")
