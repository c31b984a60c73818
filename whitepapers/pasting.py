"""Lists as people type and paste them, made into lists as Markdown writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLANK = " \t\u3000"
# ・ and ● are bullets wherever a line begins with them; Markdown's own need a space behind; ‐ and – only when indented.
_ITEM = re.compile(
    r"(?P<indent>[ \t\u3000]*)"
    r"(?:(?P<mark>[・●•])[ \t\u3000]*|(?P<dash>[-*+])[ \t\u3000]+(?:[・●•][ \t\u3000]*)?"
    r"|(?P<hyphen>[‐–]|[-−](?![-\d]))[ \t\u3000]*|(?P<number>\d{1,9})(?P<stop>[.)])[ \t\u3000]+)"
    r"(?P<text>\S.*)"
)
# What CommonMark reads as a list within an item: "- - a".
_INNER = re.compile(r"(?:[-*+]|\d{1,9}[.)]) {1,4}(?=\S)")
_MARK_ALONE = re.compile(r"(?P<before>\d{0,9})(?P<mark>[-*+.)])")
_TABLE_RULE = re.compile(r"[|:-][ \t|:-]*")  # the line below the head of a table
_DEEPEST = 10  # lists in lists; what stands deeper is an item of the tenth


@dataclass(slots=True)
class _Level:
    indent: int  # of the item's mark in the source
    content: int  # where the text of the item begins in what is written


def as_markdown_lists(body: str) -> tuple[str, list[int]]:
    """``body`` with every list item behind the mark and indentation that CommonMark reads as the same list.

    A line without a mark and without indentation ends the list above it, as it does on paper, and so does a paragraph
    that one full-width space indents; any other indented line goes on with an item above it. A line without a ``|``
    ends a table. Beside the text: the line of ``body`` (from 0) that each written line came from.
    """
    return _Writer().write(body)


def without_mark(line: str) -> str:
    """The text of a line, without the mark of a list item."""
    item = _ITEM.fullmatch(line)
    return (item["text"] if item else line).strip(_BLANK)


class _Writer:
    def __init__(self) -> None:
        self.written: list[str] = []
        self.sources: list[int] = []
        self.levels: list[_Level] = []
        self.in_table = False

    def write(self, body: str) -> tuple[str, list[int]]:
        for number, line in enumerate(body.split("\n")):
            self.line(line)
            self.sources += [number] * (len(self.written) - len(self.sources))
        return "\n".join(self.written), self.sources

    def line(self, line: str) -> None:
        item = _ITEM.fullmatch(line)
        text = line.strip(_BLANK)
        if item and (not item["hyphen"] or (self.levels and _width(item["indent"]) > 0)):
            self.item(item)
        elif not text:
            self.written.append("")
        elif self.levels and self.goes_on(line):
            self.text(text)
        else:
            if self.levels:
                self.end_paragraph()
            self.levels.clear()
            self.text(text)

    def goes_on(self, line: str) -> bool:
        """Whether a line without a mark belongs to an item above it; after an empty line, to which."""
        if line[0] not in _BLANK:
            return False
        if self.written[-1]:
            return True
        if line[0] == "\u3000" and line[1] not in _BLANK:
            return False
        indent = _width(line[: len(line) - len(line.lstrip(_BLANK))])
        while len(self.levels) > 1 and self.levels[-1].indent >= indent:
            self.levels.pop()
        return True

    def item(self, item: re.Match[str]) -> None:
        indent = _width(item["indent"])
        while self.levels and indent < self.levels[-1].indent:
            self.levels.pop()
        if self.levels and (indent == self.levels[-1].indent or len(self.levels) == _DEEPEST):
            self.levels.pop()
        self.end_paragraph()  # which a list that begins at 3 would not interrupt
        left = self.levels[-1].content if self.levels else 0
        mark = f"{item['number']}{item['stop']}" if item["number"] else "-"
        content, text = left + len(mark) + 1, item["text"].rstrip(_BLANK)
        self.levels.append(_Level(indent, content))
        self.written.append(f"{' ' * left}{mark} {text}")
        while (inner := _INNER.match(text)) and len(self.levels) < _DEEPEST:
            indent, content, text = indent + 2, content + inner.end(), text[inner.end() :]
            self.levels.append(_Level(indent, content))

    def text(self, text: str) -> None:
        if self.in_table and "|" not in text:
            self.end_paragraph()
        if alone := _MARK_ALONE.fullmatch(text):  # an item without a text is no item
            text = f"{alone['before']}\\{alone['mark']}"
        head = self.written[-1] if self.written else ""
        self.in_table = bool(head) and (self.in_table or ("|" in head and _TABLE_RULE.fullmatch(text) is not None))
        left = self.levels[-1].content if self.levels else 0
        self.written.append(" " * left + text)

    def end_paragraph(self) -> None:
        self.in_table = False
        if self.written and self.written[-1]:
            self.written.append("")


def _width(indent: str) -> int:
    """Columns of an indentation; a full-width space counts as two, a tab as four."""
    return sum({"\u3000": 2, "\t": 4}.get(character, 1) for character in indent)
