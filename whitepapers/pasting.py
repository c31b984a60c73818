"""Lists as people type and paste them, made into lists as Markdown writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# ・ and ● are bullets wherever a line begins with them; Markdown's own need a space behind; ‐ and – only when indented.
_ITEM = re.compile(
    r"(?P<indent>[ \t\u3000]*)"
    r"(?:(?P<mark>[・●•])[ \t\u3000]*|(?P<dash>[-*+])[ \t]+(?:[・●•][ \t\u3000]*)?"
    r"|(?P<hyphen>[‐–−])[ \t\u3000]*|(?P<number>\d{1,9})(?P<stop>[.)])[ \t]+)"
    r"(?P<text>\S.*)"
)


@dataclass(slots=True)
class _Level:
    indent: int  # of the item's mark in the source
    content: int  # where the text of the item begins in what is written


def as_markdown_lists(body: str) -> str:
    """``body`` with every list item behind the mark and indentation that CommonMark reads as the same list.

    A line without a mark and without indentation ends the list above it, as it does on paper; an indented one goes on
    with the item above it.
    """
    written: list[str] = []
    levels: list[_Level] = []
    for line in body.split("\n"):
        item = _ITEM.fullmatch(line)
        if item and (not item["hyphen"] or (levels and _width(item["indent"]) > 0)):
            if not levels and written and written[-1]:
                written.append("")  # a numbered list that begins at 3 would not interrupt a paragraph
            written.append(_item(item, levels))
        elif not line.strip(" \t\u3000"):
            written.append("")
        elif levels and line[0] in " \t\u3000":
            written.append(" " * levels[-1].content + line.strip(" \t\u3000"))
        else:
            if levels and written[-1]:
                written.append("")
            levels.clear()
            written.append(line.strip(" \t\u3000"))
    return "\n".join(written)


def _item(item: re.Match[str], levels: list[_Level]) -> str:
    indent = _width(item["indent"])
    while levels and indent < levels[-1].indent:
        levels.pop()
    if levels and indent == levels[-1].indent:
        levels.pop()
    left = levels[-1].content if levels else 0
    mark = f"{item['number']}{item['stop']}" if item["number"] else "-"
    levels.append(_Level(indent, left + len(mark) + 1))
    return f"{' ' * left}{mark} {item['text']}"


def _width(indent: str) -> int:
    """Columns of an indentation; a full-width space counts as two, a tab as four."""
    return sum({"\u3000": 2, "\t": 4}.get(character, 1) for character in indent)
