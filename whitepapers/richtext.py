"""A body as the rich editor shows it: HTML with just what the Markdown subset of ``text.py`` knows, and back. Pure.

``to_html`` writes paragraphs, lists, tables, bold, links, line breaks and chips: ``<span data-placeholder="{{ name }}">``.
``to_markdown`` reads whatever a browser sends. What the subset does not know becomes its text; scripts, styles and the
like are left out. Nothing that is printed changes on the way: ``to_blocks(body) == to_blocks(to_markdown(to_html(body)))``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from .document import Block, Break, Cell, FactValue, Inline, Link, List, Note, Paragraph, Strong, Table, Text
from .html_reading import placeholder_in, read_html
from .markdown_writing import chip, note_gap, write_markdown
from .text import Placeholder, to_blocks

Label = Callable[[Placeholder], str]


def to_html(body: str, label: Label = str) -> str:
    """``body`` as HTML for the editor. ``label(placeholder)`` is what a chip says.

    Other pages never show it: they render a Document.
    """
    return "".join(_block_html(block, label) for block in to_blocks(body, chip))


def _block_html(block: Block, label: Label) -> str:
    match block:
        case Paragraph(children):
            return f"<p>{_inlines_html(children, label)}</p>"
        case Note(marker, children):
            line = _inlines_html(children, label)
            return f"<p>{escape(marker)}{note_gap(line)}{line}</p>"
        case List(ordered, start, items):
            tag = "ol" if ordered else "ul"
            first = f' start="{start}"' if ordered and start != 1 else ""
            lines = ("".join(_block_html(part, label) for part in item) for item in items)
            return f"<{tag}{first}>{''.join(f'<li>{line}</li>' for line in lines)}</{tag}>"
        case Table(head, rows):
            lines = (_row_html(row, tag, label) for row, tag in ((head, "th"), *((row, "td") for row in rows)))
            return f"<table><tbody>{''.join(lines)}</tbody></table>"
    raise TypeError(f"a body has no {type(block).__name__}")


def _row_html(row: Sequence[Cell], tag: str, label: Label) -> str:
    cells = (
        f"<{tag}{f' data-align={chr(34)}{cell.align}{chr(34)}' if cell.align else ''}>"
        f"<p>{_inlines_html(cell.children, label)}</p></{tag}>"
        for cell in row
    )
    return f"<tr>{''.join(cells)}</tr>"


def _inlines_html(inlines: Iterable[Inline], label: Label) -> str:
    parts: list[str] = []
    for inline in inlines:
        match inline:
            case Text(text):
                parts.append(escape(text))
            case Strong(children):
                parts.append(f"<strong>{_inlines_html(children, label)}</strong>")
            case Link(url, children):
                parts.append(f'<a href="{escape(url)}">{_inlines_html(children, label)}</a>')
            case Break():
                parts.append("<br>")
            case FactValue(name):
                said = placeholder_in(name)
                parts.append(
                    f'<span class="chip" data-placeholder="{escape(name)}">{escape(label(said) if said else name)}</span>'
                )
    return "".join(parts)


def to_markdown(html: str) -> str:
    """The Markdown subset for what a browser sends as the editor's HTML, or as something pasted."""
    return write_markdown(read_html(html))
