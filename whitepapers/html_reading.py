"""HTML as a browser sends it → blocks. What blocks do not know becomes its text; scripts and styles are left out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import groupby

from . import text as bodies
from .document import Block, Break, Cell, FactValue, Inline, Link, List, Strong, Table, Text
from .markdown import PLACEHOLDER
from .markdown_writing import address
from .text import Placeholder

_BLANK = " \t\u3000"


def read_html(html: str) -> list[Block]:
    """The blocks of ``html``; a chip is a FactValue that its placeholder names."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _Blocks().of(reader.stack[0].children)


def placeholder_in(written: str) -> Placeholder | None:
    match = PLACEHOLDER.fullmatch(written.strip())
    return Placeholder(match["kind"] or "fact", match["name"]) if match else None


# --- HTML → elements ----------------------------------------------------------------------------------------------

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_SILENT = frozenset(
    ["script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg", "math", "colgroup"]
)
_PARAGRAPHS = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "address",
        "figure",
        "figcaption",
        "dl",
        "dt",
        "dd",
        "form",
        "fieldset",
        "details",
        "summary",
        "body",
        "html",
        "center",
        "caption",
        "li",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "hr",
    ]
)
_BLOCKS = _PARAGRAPHS | {"ul", "ol", "table"}
_DEEPEST = 100


@dataclass(slots=True)
class _Element:
    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[_Element | str] = field(default_factory=list)

    def elements(self, *tags: str) -> list[_Element]:
        return [child for child in self.children if isinstance(child, _Element) and child.tag in tags]

    @property
    def holds_blocks(self) -> bool:
        return any(
            isinstance(child, _Element) and (child.tag in _BLOCKS or child.holds_blocks) for child in self.children
        )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack = [_Element("body")]
        self.deeper: list[str] = []  # open elements below the deepest that is kept

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.stack[-1].children.append(element)
        elif len(self.stack) >= _DEEPEST:
            self.deeper.append(tag)
        else:
            self.stack[-1].children.append(element)
            self.stack.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self.deeper:
            if tag in self.deeper:
                del self.deeper[len(self.deeper) - 1 - self.deeper[::-1].index(tag) :]
            return
        for place in range(len(self.stack) - 1, 0, -1):
            if self.stack[place].tag == tag:
                del self.stack[place:]
                return

    def parse_html_declaration(self, i: int) -> int:
        if not self.rawdata.startswith("<![", i):
            return super().parse_html_declaration(i)
        return self.rawdata.find(">", i) + 1 or -1  # <![if !supportLists]>, on which the parser would give up

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


# --- Elements → blocks --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mark:
    url: str  # "" is bold
    number: int  # of the element: two links beside each other are two


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of a line with the marks around it, the outermost first."""

    piece: Text | Break | FactValue
    marks: tuple[_Mark, ...] = ()


class _Blocks:
    def __init__(self) -> None:
        self.marks_seen = 0

    def of(self, children: Iterable[_Element | str]) -> list[Block]:
        found: list[Block] = []
        line: list[_Run] = []

        def flush() -> None:
            found.extend(_paragraphs(line))
            line.clear()

        for child in children:
            if isinstance(child, str) or not (child.tag in _BLOCKS or child.holds_blocks):
                line += self.runs(child, ())
            elif child.tag not in _SILENT:
                flush()
                found += self.block(child)
        flush()
        return found

    def block(self, element: _Element) -> list[Block]:
        match element.tag:
            case "ul" | "ol":
                return self.items(element)
            case "table":
                return self.table(element)
        return self.of(element.children)

    def items(self, element: _Element) -> list[Block]:
        items: list[list[Block]] = []
        for child in element.children:
            if isinstance(child, _Element) and child.tag in ("ul", "ol") and items:
                items[-1] += self.block(child)  # a list in a list without an item around it
            elif parts := self.of(child.children if isinstance(child, _Element) and child.tag == "li" else [child]):
                items.append(parts)
        start = element.attrs.get("start", "1")
        number = int(start) if re.fullmatch("[0-9]{1,9}", start) else 1
        is_ordered = element.tag == "ol"
        full = tuple(tuple(item) for item in items)
        return [List(is_ordered, number if is_ordered else 1, full)] if full else []

    def table(self, element: _Element) -> list[Block]:
        rows: list[list[Cell]] = []
        before: list[Block] = []
        for part in element.children:
            if not isinstance(part, _Element):
                continue
            if part.tag == "caption":
                before += self.of(part.children)
            found = [row for row in (part, *part.elements("tr")) if row.tag == "tr"]
            lines = ([cell for element in row.elements("td", "th") for cell in self.cells(element)] for row in found)
            rows += [line for line in lines if line]
        if not rows:
            return before + self.of([child for part in element.children for child in _inside(part)])
        width = max(map(len, rows))
        aligns = [cell.align for cell in rows[0]] + [""] * width
        empty = Cell(())
        grid = [
            tuple(
                replace(cell, align=align) for cell, align in zip(row + [empty] * width, aligns[:width], strict=False)
            )
            for row in rows
        ]
        return [*before, Table(grid[0], tuple(grid[1:]))]

    def cells(self, element: _Element) -> Iterator[Cell]:
        """A cell, and an empty one for every further column that it spans."""
        align = element.attrs.get("data-align") or element.attrs.get("align") or ""
        align = align if align in ("left", "center", "right") else ""
        runs: list[_Run] = []
        for run in self.flat(element):
            if not isinstance(run.piece, Break):
                runs.append(run)
            elif runs and not (isinstance(runs[-1].piece, Text) and runs[-1].piece.text.endswith(" ")):
                runs.append(_Run(Text(" ")))
        yield Cell(_tree(_trimmed(runs)), align)
        span = element.attrs.get("colspan", "1")
        yield from [Cell((), align)] * (min(int(span), 50) - 1 if re.fullmatch("[0-9]{1,3}", span) else 0)

    def flat(self, element: _Element) -> Iterator[_Run]:
        """Everything in an element as one line, its blocks parted by breaks."""
        for child in element.children:
            if isinstance(child, str) or not (child.tag in _BLOCKS or child.holds_blocks):
                yield from self.runs(child, ())
            elif child.tag not in _SILENT:
                yield _Run(Break())
                yield from self.flat(child)
                yield _Run(Break())

    def runs(self, part: _Element | str, marks: tuple[_Mark, ...]) -> Iterator[_Run]:
        if isinstance(part, str):
            if text := re.sub("[\n\r\f\u2028\u2029]+", " ", part):
                yield _Run(Text(text), marks)
        elif part.tag == "br":
            yield _Run(Break(), marks)
        elif "data-placeholder" in part.attrs and (placeholder := placeholder_in(part.attrs["data-placeholder"])):
            yield _Run(FactValue(str(placeholder), ""), marks)
        elif part.tag not in _SILENT:
            inside = marks + self.mark(part, marks)
            runs = [run for child in part.children for run in self.runs(child, inside)]
            if inside != marks and inside[-1].url and runs and not bodies.is_seen(run.piece for run in runs):
                runs = [_Run(Text(inside[-1].url), inside)]  # a link on a blank
            yield from runs

    def mark(self, element: _Element, marks: tuple[_Mark, ...]) -> tuple[_Mark, ...]:
        if element.tag in ("strong", "b") and not any(mark.url == "" for mark in marks):
            return (_Mark("", 0),)
        if element.tag == "a" and not any(mark.url for mark in marks):
            url = address(element.attrs.get("href", ""))
            if url and bodies._URL.fullmatch(written := element.attrs["href"]) and element.children == [written]:
                url = written  # an address in running text is a link as it stands
            self.marks_seen += 1
            return (_Mark(url, self.marks_seen),) if url else ()
        return ()


def _inside(part: _Element | str) -> list[_Element | str]:
    return [part] if isinstance(part, str) else list(part.children)


def _paragraphs(runs: Sequence[_Run]) -> list[Block]:
    """A line and the lines below it; a line that begins with ※ is a note."""
    return bodies._split_notes(bodies._linked(_tree(_trimmed(runs))))


def _trimmed(runs: Sequence[_Run]) -> list[_Run]:
    """The runs without blanks at the ends of lines; blanks and breaks at the ends of bold text stand outside of it."""
    lines: list[_Run] = []
    for is_break, group in groupby(runs, key=lambda run: isinstance(run.piece, Break)):
        line = list(group)
        lines += line if is_break else _without_blanks(line)
    while lines and isinstance(lines[0].piece, Break):
        del lines[0]
    while lines and isinstance(lines[-1].piece, Break):
        del lines[-1]
    found: list[_Run] = []
    for is_bold, group in groupby(_joined(lines), key=lambda run: any(mark.url == "" for mark in run.marks)):
        part = list(group)
        found += _bold_inside(part) if is_bold else part
    return _joined(found)


def _without_blanks(line: list[_Run]) -> list[_Run]:
    for place, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while line and isinstance(piece := line[place].piece, Text):
            if text := strip(piece.text, _BLANK + "\n"):
                line[place] = replace(line[place], piece=Text(text))
                break
            del line[place]
    return line


def _bold_inside(runs: list[_Run]) -> list[_Run]:
    before: list[_Run] = []
    after: list[_Run] = []
    for place, outside in ((0, before), (-1, after)):
        while runs:
            run = runs[place]
            text = run.piece.text if isinstance(run.piece, Text) else "" if isinstance(run.piece, Break) else "x"
            kept = text.lstrip() if place == 0 else text.rstrip()
            if text and kept == text:
                break
            blank = text[: len(text) - len(kept)] if place == 0 else text[len(kept) :]
            bare = tuple(mark for mark in run.marks if mark.url)
            gone = Text(blank) if text else run.piece
            outside.insert(len(outside) if place == 0 else 0, _Run(gone, bare))
            if kept:
                runs[place] = replace(run, piece=Text(kept))
            else:
                del runs[place]
    return before + runs + after


def _joined(runs: Iterable[_Run]) -> list[_Run]:
    found: list[_Run] = []
    for run in runs:
        if found and found[-1].marks == run.marks and isinstance(found[-1].piece, Text) and isinstance(run.piece, Text):
            found[-1] = replace(run, piece=Text(found[-1].piece.text + run.piece.text))
        else:
            found.append(run)
    return found


def _tree(runs: Sequence[_Run], depth: int = 0) -> tuple[Inline, ...]:
    found: list[Inline] = []
    for mark, group in groupby(runs, key=lambda run: run.marks[depth] if len(run.marks) > depth else None):
        if mark is None:
            found += [run.piece for run in group]
        else:
            children = _tree(list(group), depth + 1)
            in_link = mark.url or any(run_mark.url for run in runs for run_mark in run.marks[:depth])
            children = tuple(bodies._joined(children) if in_link else bodies._linked(children))
            found.append(Link(mark.url, children) if mark.url else Strong(children))
    return tuple(found)
