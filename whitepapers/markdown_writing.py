"""Blocks → the Markdown subset, as plain as it can be written and still be read as the same blocks. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markdown_it.common.normalize_url import normalizeLink

from . import text as bodies
from .document import Block, Break, Cell, FactValue, Inline, Link, List, Note, Paragraph, Strong, Table, Text
from .text import Placeholder, to_blocks

_NOTE_DIGIT = re.compile("[0-9０-９.,，．年月日時分秒週回か箇ヶ件個台名人社営%％]")


def chip(placeholder: Placeholder, _alone: bool) -> Inline:
    """What stands for a placeholder in blocks that are on their way to the editor or back."""
    return FactValue(str(placeholder), "")


def note_gap(line: str) -> str:
    """A digit behind ※ would be the note's number."""
    return " " if _NOTE_DIGIT.match(line) else ""


def address(url: str) -> str:
    """The address as a body keeps it; "" for one that never becomes a link."""
    url = url.strip()
    if not re.match("(?:https?://|mailto:).", url, re.IGNORECASE) or "{{" in url or "%7b%7b" in url.lower():
        return ""
    try:
        return str(normalizeLink(re.sub(r"\s", "%20", url)))
    except ValueError:
        return ""


def write_markdown(blocks: Sequence[Block]) -> str:
    """Blocks whose FactValues are named by their placeholders, as Markdown."""
    return "\n".join(_block_lines(blocks, ""))


def _block_lines(blocks: Sequence[Block], indent: str) -> list[str]:
    """The lines of blocks; every further block follows an empty line but a list, which follows its sentence."""
    lines: list[str] = []
    stop = "."
    for place, block in enumerate(blocks):
        if lines and not (isinstance(block, List) and indent and isinstance(blocks[place - 1], Paragraph | Note)):
            lines.append("")
        match block:
            case List(ordered=ordered):
                follows = place > 0 and isinstance(before := blocks[place - 1], List) and before.ordered == ordered
                stop = ")" if follows and stop == "." else "."
                lines += _list_lines(block, indent, stop)
            case Table(head, rows):
                lines += [indent + line for line in _table_lines(head, rows)]
            case Paragraph() | Note():
                lines += [indent + line for line in _leaf(block, in_list=bool(indent)).split("\n")]
    return lines


def _list_lines(block: List, indent: str, stop: str, *, ascii_mark: bool = False) -> list[str]:
    lines: list[str] = []
    for number, item in enumerate(block.items):
        mark = f"{min(block.start + number, 999_999_999)}{stop} " if block.ordered else "・"
        if ascii_mark and number == 0 and not block.ordered:
            mark = "- "
        inner = indent + "  "
        first = item[0]
        if isinstance(first, List):
            head = _list_lines(first, inner, ".", ascii_mark=True)
        elif isinstance(first, Table):
            head = [inner + line for line in _table_lines(first.head, first.rows)]
        elif isinstance(first, Paragraph | Note):
            head = [inner + line for line in _leaf(first, in_list=True, opens_item=True).split("\n")]
        else:
            continue
        head[0] = indent + mark + head[0].removeprefix(inner)
        rest = _block_lines(item[1:], inner)
        if rest and not (isinstance(item[1], List) and isinstance(first, Paragraph | Note)):
            head.append("")
        lines += head + rest
    return lines


_RULES = {"": "---", "left": ":--", "center": ":-:", "right": "--:"}


def _table_lines(head: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> list[str]:
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in (head, *rows)]
    lines.insert(1, "| " + " | ".join(_RULES[cell.align] for cell in head) + " |")
    return lines


def _cell(cell: Cell) -> str:
    children = tuple(bodies._linked(cell.children))

    def is_right(written: str) -> bool:
        match to_blocks(f"| {written} |\n| --- |", chip):
            case (Table(head=(only,), rows=()),):
                return only.children == children
        return False

    return _best(children, is_right, in_cell=True)


def _leaf(block: Paragraph | Note, *, in_list: bool, opens_item: bool = False) -> str:
    marker = block.marker if isinstance(block, Note) else ""

    def marked(written: str) -> str:
        return marker + note_gap(written) + written if marker else written

    def is_right(written: str) -> bool:
        lines = marked(written).replace("\n", "\n  ")
        before = "・" if opens_item else "・x\n\n  " if in_list else ""
        wanted: tuple[Block, ...] = (block,)
        if in_list:
            wanted = (List(False, 1, ((block,) if opens_item else (Paragraph((Text("x"),)), block),)),)
        return to_blocks(before + (lines if in_list else lines.replace("\n  ", "\n")), chip) == wanted

    return marked(_best(block.children, is_right, in_list=in_list, is_note=bool(marker)))


def _best(inlines: tuple[Inline, ...], is_right: Callable[[str], bool], **place: bool) -> str:
    """The plainest writing that is read as ``inlines``; when bold text or a link cannot be written where it stands
    (``a**(b)**c`` is no bold), its words without it."""
    plain = ""
    everything = _Plain(everything=True, **place)
    for plainness in (_Plain(**place), replace(everything, marks_addresses=False), everything):
        written = plainness.write(inlines)
        plain = plain or written
        if is_right(written):
            return written
    for without in (Strong, (Strong, Link)):
        bare = tuple(bodies._linked(_bare(inlines, without)))
        written = everything.write(bare)
        if bare != inlines and tuple(_words(inlines)) == tuple(_words(_read_line(written))):
            return written
    return plain


def _read_line(written: str) -> tuple[Inline, ...]:
    match to_blocks(written, chip):
        case (Paragraph(children) | Note(_, children),):
            return children
    return ()


def _words(inlines: Iterable[Inline]) -> Iterator[str]:
    for inline in inlines:
        match inline:
            case Text(text) | FactValue(text):
                yield from "".join(text.split())
            case Strong(children) | Link(_, children):
                yield from _words(children)


def _bare(inlines: Iterable[Inline], kinds: Any) -> Iterator[Inline]:
    for inline in inlines:
        if isinstance(inline, Strong | Link):
            children = tuple(_bare(inline.children, kinds))
            if isinstance(inline, kinds):
                yield from children
            else:
                yield replace(inline, children=children)
        else:
            yield inline


_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_ESCAPES = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)|\{(?=\{|$)|\*{2,3}|\[(?=[^\]]*\]\()|<(?=[a-zA-Z])")
_ITEM_MARK = re.compile(r"[-+*](?=[ \t\u3000]|$)|[0-9０-９]{1,9}(?=(?P<stop>[.)])(?:[ \t\u3000]|$))")
_TABLE_RULE = re.compile(r"[|:-][ \t|:-]*")


@dataclass(frozen=True, slots=True)
class _Plain:
    everything: bool = False  # whether every sign is escaped, or only those that mean something here
    marks_addresses: bool = True  # whether addresses in running text are marked as links when everything is escaped
    in_cell: bool = False
    in_list: bool = False
    is_note: bool = False

    def write(self, inlines: Iterable[Inline]) -> str:
        lines = "".join(self.parts(inlines)).split("\n")
        return "\n".join(
            line if self.in_cell or (self.is_note and not number) else self.line(line, number) or "\\"
            for number, line in enumerate(lines)
        )

    def parts(self, inlines: Iterable[Inline]) -> Iterator[str]:
        for inline in inlines:
            match inline:
                case Text(text):
                    yield self.escaped(text)
                case FactValue(name):
                    yield name
                case Break():
                    yield " " if self.in_cell else "\n"
                case Strong(children):
                    yield f"**{''.join(self.parts(children))}**"
                case Link(url, children):
                    yield self.link(url, children)

    def link(self, url: str, children: tuple[Inline, ...]) -> str:
        bar = "\\|" if self.in_cell else "|"
        is_marked = self.everything and self.marks_addresses and address(url) == url
        if children == (Text(url),) and bodies._URL.fullmatch(url) and not is_marked:
            return self.escaped(url) if self.everything else url.replace("|", bar)
        words = "".join(self.parts(children))
        target = re.sub(r"([\\()<>])", r"\\\1", url).replace("|", bar)
        return f"[{words}]({target})"

    def escaped(self, text: str) -> str:
        if self.everything:
            text = _PUNCTUATION.sub(lambda match: "\\" + match[0], text)
            return text.replace("\\|", "\\\\\\|") if self.in_cell else text
        text = _ESCAPES.sub(lambda match: "".join("\\" + sign for sign in match[0]), text)
        return text.replace("|", "\\|") if self.in_cell else text

    def line(self, line: str, number: int) -> str:
        if (match := _ITEM_MARK.match(line)) or (
            self.in_list and line.startswith("-") and (match := re.match("-", line))
        ):
            return f"{match[0]}\\{line[match.end() :]}" if match[0][0] not in "-+*" else "\\" + line
        if number and _TABLE_RULE.fullmatch(line):
            return "\\" + line
        return line
