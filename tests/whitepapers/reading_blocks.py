"""Blocks as short Python values, so that a test can say what a body becomes in one line.

A paragraph is its text, with ``<b>…</b>``, ``<a url>…</a>`` and ``{kind:name}`` for placeholders; a list is ``("ul",
item, …)`` or ``("ol", start, item, …)``, an item its only block or a list of blocks; a note ``("note", marker, text)``;
a table ``("table", row, …)``.
"""

from __future__ import annotations

from whitepapers.document import (
    Block,
    Break,
    Document,
    FactValue,
    Figure,
    Inline,
    Link,
    List,
    Missing,
    Note,
    Paragraph,
    Reference,
    Section,
    Strong,
    Table,
    Text,
    missing_text,
)
from whitepapers.text import Placeholder, to_blocks

FIGURE = Figure("key", 1, "", "")


def as_written(placeholder: Placeholder, alone: bool) -> Inline | Block:
    """A figure alone becomes a block, everything else ``{kind:name}``."""
    if placeholder.kind == "figure" and alone:
        return FIGURE
    return FactValue(placeholder.name, f"{{{placeholder.kind}:{placeholder.name}}}")


def read(body: str) -> list:
    """The blocks of ``body`` as short values."""
    return [block_value(block) for block in to_blocks(body, as_written)]


def block_value(block: Block):
    match block:
        case Paragraph(children):
            return line(children)
        case Note(marker, children):
            return ("note", marker, line(children))
        case List(ordered, start, items):
            values = [[block_value(part) for part in item] for item in items]
            short = [value[0] if len(value) == 1 else value for value in values]
            return ("ol", start, *short) if ordered else ("ul", *short)
        case Table(head, rows):
            return ("table", *([line(cell.children) for cell in row] for row in (head, *rows)))
        case Figure(key):
            return ("figure", key)


def line(children: tuple[Inline, ...]) -> str:
    return "".join(map(_inline, children))


def _inline(inline: Inline) -> str:
    match inline:
        case Text(text) | FactValue(text=text):
            return text
        case Strong(children):
            return f"<b>{line(children)}</b>"
        case Link(url, children):
            return f"<a {url}>{line(children)}</a>"
        case Break():
            return "\n"
        case Reference(anchor, number, title):
            return f"<a #{anchor}>{number} {title}</a>"
        case Missing():
            return missing_text(inline)
    raise AssertionError(inline)


def section_called(document: Document, title: str) -> Section:
    return next(section for section in document.walk() if section.title == title)


def values(section: Section) -> list:
    """The section's blocks as short values."""
    return [block_value(block) for block in section.blocks]
