"""The Markdown subset of a body: markdown-it-py (CommonMark), its rules chosen and bounded here.

Lists, tables, ``**bold**``, links, escapes and ``{{ placeholders }}`` are read; everything else stays text, so nothing
that an author writes gets lost. No input of a body's length takes more than a second or two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from markdown_it import MarkdownIt, helpers
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import escapedSplit, getLine, table
from markdown_it.rules_inline import StateInline, link
from markdown_it.rules_inline.emphasis import tokenize as emphasis
from markdown_it.token import Token
from mdit_py_cjk_friendly import cjk_friendly

from .pasting import as_markdown_lists

PLACEHOLDER = re.compile(
    r"\{\{[ \t\u3000]*(?:(?P<kind>ref|figure)[ \t\u3000]*:[ \t\u3000]*)?"
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)[ \t\u3000]*\}\}"
)
_BLANK = " \t\u3000"
_MANY_CELLS = 2_000


@dataclass(frozen=True, slots=True)
class Parsed:
    tokens: tuple[Token, ...]
    lines: Sequence[int]  # the body's line (from 0) of every line that was parsed


@lru_cache(maxsize=1024)
def parse(body: str) -> Parsed:
    """markdown-it's block tokens. A ``placeholder`` token's meta has kind, name and whether it is alone in its line;
    a ``table_open`` token's the parsed lines whose row has more cells than the head."""
    markdown, lines = as_markdown_lists(body)
    return Parsed(tuple(_MARKDOWN.parse(markdown)), lines)


def _placeholder_rule(state: StateInline, silent: bool) -> bool:
    match = PLACEHOLDER.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        token = state.push("placeholder", "", 0)
        token.content = match[0]
        before = state.src[state.src.rfind("\n", 0, match.start()) + 1 : match.start()]
        end = state.src.find("\n", match.end())
        behind = state.src[match.end() : end if end >= 0 else None]
        alone = not before.strip(_BLANK) and not behind.strip(_BLANK)
        token.meta = {"kind": match["kind"] or "fact", "name": match["name"], "alone": alone}
    state.pos = match.end()
    return True


def _bold_rule(state: StateInline, silent: bool) -> bool:
    """Two stars (or three: a star and bold) are marks; any other run of stars is text."""
    if state.src[state.pos] != "*":
        return False
    end = state.pos
    while end < state.posMax and state.src[end] == "*":
        end += 1
    if end - state.pos in (2, 3):
        return emphasis(state, silent)
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _table_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """markdown-it's table, unless its rows lack so many cells that filling them up would take the day."""
    if not table(state, start, end, True):
        return False
    columns = _cells(getLine(state, start))
    last = start + 2
    while last < end and not state.isEmpty(last):
        last += 1
    cells, characters = columns * (last - start), state.eMarks[last - 1] - state.bMarks[start]
    if cells > max(_MANY_CELLS, characters):
        return False
    opening = len(state.tokens)
    if silent or not table(state, start, end, silent):
        return silent
    rows = range(start + 2, state.line)
    state.tokens[opening].meta["too_wide"] = [row for row in rows if _cells(getLine(state, row)) > columns]
    return True


def _cells(line: str) -> int:
    cells = escapedSplit(line.strip())
    return len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")


def _is_web_address(url: str) -> bool:
    # A placeholder is printed, so it cannot hide in an address.
    is_known = url.lower().startswith(("http://", "https://", "mailto:"))
    return is_known and "{{" not in url and "%7b%7b" not in url.lower()


class _NotALink(Exception):
    pass


def _link_rule(state: StateInline, silent: bool) -> bool:
    place = state.pos
    try:
        return link(state, silent)
    except _NotALink:
        state.pos = place
        return False


def _link_destination(text: str, place: int, end: int) -> Any:
    """markdown-it's, but ``[a]()`` is no link: it leads nowhere, and nothing of it would be printed."""
    found = helpers.parseLinkDestination(text, place, end)
    if not found.ok or not found.str:
        raise _NotALink
    return found


def _no_link_title(*_: object) -> SimpleNamespace:
    """``[a](https://… "title")`` is no link: the title would be printed nowhere."""
    return SimpleNamespace(ok=False)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"html": False, "linkify": False, "maxNesting": 40})
    markdown.enable(["list", "table", "newline", "escape", "emphasis", "link", "autolink", "balance_pairs"])
    markdown.disable(["fragments_join", "text_join"])  # quadratic; text.py joins neighbouring texts itself
    markdown.use(cjk_friendly)
    markdown.block.ruler.at("table", _table_rule, {"alt": ["paragraph", "reference"]})
    markdown.inline.ruler.at("emphasis", _bold_rule)
    markdown.inline.ruler.at("link", _link_rule)
    markdown.inline.ruler.before("escape", "placeholder", _placeholder_rule)
    markdown.validateLink = _is_web_address  # type: ignore[method-assign]
    markdown.normalizeLinkText = lambda link: link  # type: ignore[method-assign]  # printed as it was written
    markdown.helpers = SimpleNamespace(  # type: ignore[assignment]
        parseLinkLabel=helpers.parseLinkLabel,
        parseLinkDestination=_link_destination,
        parseLinkTitle=_no_link_title,
    )
    return markdown


_MARKDOWN = _markdown()
