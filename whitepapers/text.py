"""A body as authors write it (a Markdown subset with placeholders) and the blocks it becomes.

The subset: paragraphs, bullets (also ・ and ● as they come from Word) and nested ones, numbered lists, tables, notes
that begin with ※, ``**bold**``, links, line breaks, and the placeholders ``{{ fact }}``, ``{{ ref: key }}`` and
``{{ figure: key }}``. Everything else is text: raw HTML, headings, entities, stray brackets. ``\\{{`` writes braces.

markdown-it-py (CommonMark) parses; this module chooses its rules, prepares pasted lists for it and turns its tokens
into blocks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_cjk_friendly import cjk_friendly

from .document import Block, Break, Cell, Inline, Link, List, Note, Paragraph, Strong, Table, Text
from .pasting import as_markdown_lists

PLACEHOLDER = re.compile(
    r"\{\{[ \t\u3000]*(?:(?P<kind>ref|figure)[ \t]*:[ \t]*)?(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)[ \t\u3000]*\}\}"
)
_OPENING = re.compile(r"(?<!\\)\{\{")
_NOTE = re.compile(r"※[0-9０-９]*")
_URL = re.compile(r"https?://[!#-;=?-Z_a-z~%\[\]@&'()*+,]+")
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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


class InvalidText(ValueError):
    """Text that cannot be kept; the message is a sentence for people."""


# --- Checking what comes in ---------------------------------------------------------------------------------------


def clean(text: str, *, multiline: bool = False) -> str:
    """``text`` with its line ends made LF. Raises InvalidText for control characters, naming character and line.

    Tabs, and newlines when ``multiline``, are no control characters here; characters that reorder the text around
    them (bidirectional overrides) are.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    allowed = "\n\t" if multiline else ""
    for place, character in enumerate(text):
        if character in allowed:
            continue
        if unicodedata.category(character) in ("Cc", "Cs") or character in _BIDI_CONTROLS:
            line = text.count("\n", 0, place) + 1
            where = f"{line}行目に" if multiline else ""
            raise InvalidText(f"{where}使用できない制御文字（U+{ord(character):04X}）が含まれています。")
    return text


def placeholders(body: str) -> Iterator[PlacedPlaceholder]:
    """Every placeholder of a body in order. Raises InvalidText at a broken one, naming its line."""
    for number, line in enumerate(body.split("\n"), start=1):
        for opening in _OPENING.finditer(line):
            match = PLACEHOLDER.match(line, opening.start())
            if not match:
                snippet = line[opening.start() : opening.start() + 30]
                raise InvalidText(
                    f"{number}行目の差し込み「{snippet}」の書き方が正しくありません。"
                    "{{ 事実の名前 }}、{{ ref: 節 }}、{{ figure: 図 }} の形で書いてください。"
                )
            alone = line.strip(" \t\u3000") == match[0]
            yield PlacedPlaceholder(_placeholder(match), number, alone)


def _placeholder(match: re.Match[str]) -> Placeholder:
    return Placeholder(match["kind"] or "fact", match["name"])


# --- Parsing ------------------------------------------------------------------------------------------------------


def _placeholder_rule(state: StateInline, silent: bool) -> bool:
    match = PLACEHOLDER.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        token = state.push("placeholder", "", 0)
        token.meta = {"placeholder": _placeholder(match)}
    state.pos = match.end()
    return True


def _is_web_address(url: str) -> bool:
    return url.lower().startswith(("http://", "https://", "mailto:"))


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"html": False, "linkify": False, "maxNesting": 40})
    markdown.enable(["list", "table", "newline", "escape", "emphasis", "link", "autolink", "balance_pairs"])
    markdown.enable("fragments_join")
    markdown.use(cjk_friendly)
    markdown.inline.ruler.before("escape", "placeholder", _placeholder_rule)
    markdown.validateLink = _is_web_address  # type: ignore[method-assign]
    return markdown


_MARKDOWN = _markdown()


@lru_cache(maxsize=4096)
def _tokens(body: str) -> tuple[Token, ...]:
    return tuple(_MARKDOWN.parse(as_markdown_lists(body)))


Resolve = Callable[[Placeholder, bool], Inline | Block]


def to_blocks(body: str, resolve: Resolve) -> tuple[Block, ...]:
    """The blocks of a body.

    ``resolve(placeholder, alone)`` gives what stands in its place: an inline, or (only when ``alone`` is true: nothing
    else is in its paragraph) a block.
    """
    return _Builder(_tokens(body), resolve).blocks()


class _Builder:
    """Walks the tokens once, front to back."""

    def __init__(self, tokens: tuple[Token, ...], resolve: Resolve) -> None:
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
                found.append(self.list(token))
            elif token.type == "table_open":
                found.append(self.table())
        return tuple(found)

    def list(self, opening: Token) -> List:
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
                    rows[-1].append(Cell(self.inlines(token), align))
                case "table_close":
                    break
        head, *body = (tuple(row) for row in rows)
        return Table(head, tuple(body))

    def paragraph(self, token: Token) -> list[Block]:
        children = token.children or []
        if len(children) == 1 and children[0].type == "placeholder":
            resolved = self.resolve(children[0].meta["placeholder"], True)
            return [Paragraph((resolved,))] if isinstance(resolved, Inline) else [resolved]
        return _split_notes(self.inlines(token))

    def inlines(self, token: Token) -> tuple[Inline, ...]:
        return self._inlines(iter(token.children or []), "")

    def _inlines(self, tokens: Iterator[Token], until: str) -> tuple[Inline, ...]:
        found: list[Inline] = []
        for token in tokens:
            if token.type == until:
                break
            match token.type:
                case "text" | "text_special":
                    found.append(Text(token.content))
                case "softbreak" | "hardbreak":
                    found.append(Break())
                case "placeholder":
                    found.append(self._placeholder(token))
                case "strong_open" if token.markup == "**":
                    found.append(Strong(self._inlines(tokens, "strong_close")))
                case "strong_open" | "strong_close" | "em_open" | "em_close":
                    found.append(Text(token.markup))
                case "link_open":
                    found.append(self._link(token, tokens))
        return _merged(found, link_urls=until != "link_close")

    def _placeholder(self, token: Token) -> Inline:
        resolved = self.resolve(token.meta["placeholder"], False)
        if not isinstance(resolved, Inline):
            raise TypeError("a placeholder inside a line resolves to an inline")
        return resolved

    def _link(self, token: Token, tokens: Iterator[Token]) -> Link:
        url = str(token.attrs["href"])
        children = self._inlines(tokens, "link_close")
        return Link(url, children or (Text(url),))


def _merged(inlines: list[Inline], *, link_urls: bool) -> tuple[Inline, ...]:
    """Neighbouring texts as one, and addresses in them as links (unless they stand in a link already)."""
    merged: list[Inline] = []
    for inline in inlines:
        if isinstance(inline, Text) and merged and isinstance(merged[-1], Text):
            merged[-1] = Text(merged[-1].text + inline.text)
        else:
            merged.append(inline)
    if not link_urls:
        return tuple(merged)
    linked: list[Inline] = []
    for inline in merged:
        linked += _linked(inline.text) if isinstance(inline, Text) else [inline]
    return tuple(linked)


def _linked(text: str) -> Iterator[Inline]:
    place = 0
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,:;'!?*")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1]
        if match.start() > place:
            yield Text(text[place : match.start()])
        yield Link(url, (Text(url),))
        place = match.start() + len(url)
    if place < len(text):
        yield Text(text[place:])


def _split_notes(inlines: tuple[Inline, ...]) -> list[Block]:
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
        else:
            line.append(inline)
        at_line_start = isinstance(inline, Break)
    finish()
    return blocks


_DELIMITER_ROW = re.compile(r"\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?\|?\s*|\s*\|\s*:?-+:?\s*\|?\s*")


def too_wide_rows(body: str) -> Iterator[int]:
    """The lines (from 1) of table rows with more cells than their head: Markdown would drop what is too much."""
    lines = body.split("\n")
    width = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            width = 0
        elif number > 1 and _DELIMITER_ROW.fullmatch(line) and _cells(line) == _cells(lines[number - 2]):
            width = _cells(line)
        elif width and _cells(line) > width:
            yield number


def _cells(line: str) -> int:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return len(re.split(r"(?<!\\)\|", inner))
