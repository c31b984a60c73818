"""A body as authors write it (a Markdown subset with placeholders) and the blocks it becomes.

The subset: paragraphs, bullets (also ・ and ● as they come from Word) and nested ones, numbered lists, tables, notes
that begin with ※, ``**bold**``, links, line breaks, and the placeholders ``{{ fact }}``, ``{{ ref: key }}`` and
``{{ figure: key }}``. Everything else is text: raw HTML, headings, entities, stray brackets. ``\\{{`` writes braces.

``markdown.py`` parses; this module checks what comes in and turns its tokens into blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markdown_it.token import Token

from accounts.characters import InvalidText, clean, written

from .document import Block, Break, Cell, Inline, Link, List, Note, Paragraph, Strong, Table, Text
from .markdown import PLACEHOLDER, parse
from .pasting import without_mark

__all__ = [
    "InvalidText",
    "PlacedPlaceholder",
    "Placeholder",
    "Resolve",
    "clean",
    "placeholders",
    "to_blocks",
    "too_wide_rows",
    "written",
]

_OPENING = re.compile(r"\\[!-/:-@\[-`{-~]|(?P<braces>\{\{)")  # an escaped sign, or the braces of a placeholder
# Digits belong to the marker, but not those of a date or an amount that begins the note (※2024年…, ※3日…).
_NOTE = re.compile(r"※(?:[0-9０-９]{1,2}(?![0-9０-９.,，．年月日時分秒週回か箇ヶ件個台名人社営%％]))?")
_URL = re.compile(r"https?://[!#-;=?-Z_a-z~%\[\]@&'()*+,]+")


@dataclass(frozen=True, slots=True)
class Placeholder:
    kind: str  # fact, ref or figure
    name: str

    def __str__(self) -> str:
        return f"{{{{ {self.name} }}}}" if self.kind == "fact" else f"{{{{ {self.kind}: {self.name} }}}}"


@dataclass(frozen=True, slots=True)
class PlacedPlaceholder:
    placeholder: Placeholder
    line: int  # counted from 1
    alone: bool  # nothing else stands in its line


# --- Checking what comes in ---------------------------------------------------------------------------------------


def placeholders(body: str) -> Iterator[PlacedPlaceholder]:
    """Every placeholder of a body in order. Raises InvalidText at a broken one, naming its line."""
    for number, line in enumerate(body.split("\n"), start=1):
        place = 0
        while opening := _OPENING.search(line, place):
            place = opening.end()
            if not opening["braces"]:
                continue
            match = PLACEHOLDER.match(line, opening.start())
            if not match:
                snippet = line[opening.start() : opening.start() + 30]
                raise InvalidText(
                    f"{number}行目の差し込み「{snippet}」の書き方が正しくありません。"
                    "{{ 事実の名前 }}、{{ ref: 節 }}、{{ figure: 図 }} の形で書いてください。"
                )
            place = match.end()
            yield PlacedPlaceholder(
                Placeholder(match["kind"] or "fact", match["name"]), number, without_mark(line) == match[0]
            )


def too_wide_rows(body: str) -> Iterator[int]:
    """The lines (from 1) of table rows with more cells than their head, whose text would be printed nowhere."""
    parsed = parse(body)
    for token in parsed.tokens:
        yield from (parsed.lines[line] + 1 for line in token.meta.get("too_wide", ()))


# --- Blocks -------------------------------------------------------------------------------------------------------


Resolve = Callable[[Placeholder, bool], Inline | Block]


def to_blocks(body: str, resolve: Resolve | None = None) -> tuple[Block, ...]:
    """The blocks of a body.

    ``resolve(placeholder, alone)`` gives what stands in its place: an inline, or (only when ``alone`` is true: nothing
    else is in its line) a block. Without it placeholders are text.
    """
    return _Builder(parse(body).tokens, resolve).blocks()


@dataclass(frozen=True, slots=True)
class _In:
    """Where a token stands."""

    bold: bool = False
    link: bool = False
    block: bool = False  # in a paragraph itself: a placeholder alone in its line may become a block


class _Builder:
    """Walks the tokens once, front to back."""

    def __init__(self, tokens: Sequence[Token], resolve: Resolve | None) -> None:
        self.tokens = iter(tokens)
        self.resolve = resolve

    def blocks(self, until: str = "") -> tuple[Block, ...]:
        found: list[Block] = []
        for token in self.tokens:
            if token.type == until:
                break
            if token.type == "inline":
                found += self.paragraph(token)
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                found.append(self.items(token))
            elif token.type == "table_open":
                found.append(self.table())
        return tuple(found)

    def items(self, opening: Token) -> List:
        items: list[tuple[Block, ...]] = []
        for token in self.tokens:
            if token.type == "list_item_open":
                items.append(self.blocks(until="list_item_close"))
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                break
        start = opening.attrs.get("start", 1)
        return List(opening.type == "ordered_list_open", int(start), tuple(items))

    def table(self) -> Table:
        rows: list[list[Cell]] = []
        align = ""
        for token in self.tokens:
            match token.type:
                case "tr_open":
                    rows.append([])
                case "th_open" | "td_open":
                    align = str(token.attrs.get("style", "")).removeprefix("text-align:")
                case "inline":
                    rows[-1].append(Cell(self.inlines(iter(token.children or []), _In()), align))
                case "table_close":
                    break
        head, *body = (tuple(row) for row in rows)
        return Table(head, tuple(body))

    def paragraph(self, token: Token) -> list[Block]:
        blocks: list[Block] = []
        parts = self.parts(iter(token.children or []), _In(block=True))
        for is_line, group in groupby(parts, key=lambda part: isinstance(part, Inline)):
            if is_line:
                blocks += _split_notes(_linked(group))
            else:
                blocks += [part for part in group if not isinstance(part, Inline)]
        return blocks

    def inlines(self, tokens: Iterator[Token], context: _In) -> tuple[Inline, ...]:
        parts = self.parts(tokens, context)
        return tuple(_joined(parts) if context.link else _linked(parts))

    def parts(self, tokens: Iterator[Token], context: _In) -> Iterator[Inline | Block]:
        """What the tokens become, up to the one that closes ``context``. Bold in bold is bold, so that no text nests
        deeper than a link in bold."""
        depth = 0
        for token in tokens:
            match token.type:
                case "text" | "text_special":
                    yield Text(token.content)
                case "softbreak" | "hardbreak":
                    yield Break()
                case "placeholder":
                    yield self.placeholder(token, context.block and token.meta["alone"])
                case "em_open" | "em_close":
                    yield Text(token.markup)
                case "strong_open" if context.bold:
                    depth += 1
                case "strong_open":
                    yield Strong(self.inlines(tokens, _In(bold=True, link=context.link)))
                case "strong_close" if depth:
                    depth -= 1
                case "link_open":
                    url = str(token.attrs["href"])
                    children = self.inlines(tokens, _In(bold=context.bold, link=True))
                    yield Link(url, children if is_seen(children) else (Text(url),))
                case "strong_close" | "link_close":
                    return

    def placeholder(self, token: Token, alone: bool) -> Inline | Block:
        if self.resolve is None:
            return Text(token.content)
        resolved = self.resolve(Placeholder(token.meta["kind"], token.meta["name"]), alone)
        if not alone and not isinstance(resolved, Inline):
            raise TypeError("a placeholder inside a line resolves to an inline")
        return resolved


def is_seen(inlines: Iterable[Inline]) -> bool:
    """Whether a reader sees anything of ``inlines``. A link on nothing, or on a blank, prints its address: it could
    neither be found nor pressed, and the editor would lose it."""
    return any(inline.text.strip() if isinstance(inline, Text) else not isinstance(inline, Break) for inline in inlines)


def _joined(parts: Iterable[Inline | Block]) -> Iterator[Inline]:
    """The inlines, neighbouring texts as one."""
    for is_text, group in groupby(parts, key=lambda part: isinstance(part, Text)):
        if not is_text:
            yield from (part for part in group if isinstance(part, Inline))
        elif text := "".join(part.text for part in group if isinstance(part, Text)):
            yield Text(text)


def _linked(parts: Iterable[Inline | Block]) -> Iterator[Inline]:
    """The inlines, neighbouring texts as one and addresses in them as links."""
    for inline in _joined(parts):
        if not isinstance(inline, Text):
            yield inline
            continue
        if "://" not in inline.text:
            yield inline
            continue
        text, place = inline.text, 0
        for match in _URL.finditer(text):
            url = _trimmed(match[0])
            if url.endswith("//"):
                continue
            if match.start() > place:
                yield Text(text[place : match.start()])
            yield Link(url, (Text(url),))
            place = match.start() + len(url)
        if place < len(text):
            yield Text(text[place:])


def _trimmed(url: str) -> str:
    """An address in running text without the punctuation and the closing brackets that belong to the sentence."""
    url = url.rstrip(".,:;'!?*")
    surplus = url.count(")") - url.count("(")
    while surplus > 0 and url.endswith(")"):
        url, surplus = url[:-1], surplus - 1
    return url


def _split_notes(inlines: Iterable[Inline]) -> list[Block]:
    """A paragraph and the notes whose lines follow it: a line that begins with ※ begins a note."""
    blocks: list[Block] = []
    line: list[Inline] = []
    marker = ""

    def finish() -> None:
        while line and isinstance(line[-1], Break):
            line.pop()
        if marker:
            blocks.append(Note(marker, tuple(line)))
        elif line:
            blocks.append(Paragraph(tuple(line)))
        line.clear()

    at_line_start = True
    for inline in inlines:
        text = inline.text.lstrip("\u3000 ") if at_line_start and isinstance(inline, Text) else ""
        if match := _NOTE.match(text):
            finish()
            marker = match[0]
            line.append(Text(text[match.end() :].lstrip("\u3000 ")))
        elif at_line_start and isinstance(inline, Text):
            line.append(Text(text) if text else inline)
        elif line or not isinstance(inline, Break):
            line.append(inline)
        at_line_start = isinstance(inline, Break)
    finish()
    return blocks
