"""The Jinja2 environment of templates/document/: the only templates that print a Document."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from ..document import Document, Imprint, missing_text
from ..labels import label
from ..words import word
from .columns import history_shares, table_shares
from .figure import responsibility_svg

BASE = Path(__file__).resolve().parent.parent.parent
TEMPLATES = BASE / "templates" / "document"
ASSETS = BASE / "static" / "document"

# Short Latin words that hold together although a slash stands in them (ISO/IEC, TLS/SSL); addresses are longer.
# A Japanese title breaks best before a word, that is after kana that end one, or after a sign.
_PHRASE_END = re.compile(r"(?<=[ぁ-ん、。，．・：；）」』】])(?=[^ぁ-んー、。，．・：；）」』】])")
_DAY = re.compile(r"\{year\}[^{}]*\{month(:02)?\}[^{}]*\{day(:02)?\}日?")
_UNBROKEN = re.compile(r"(?<![\w/.:-])[A-Za-z][A-Za-z0-9+.]{0,9}(?:/[A-Za-z][A-Za-z0-9+.]{0,9})+(?![\w/:-])")


@cache
def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=False,
    )
    made.filters |= {
        "history_shares": history_shares,
        "kind": lambda value: type(value).__name__,
        "lines": _lines,
        "missing_text": missing_text,
        "phrases": _phrases,
        "responsibility_svg": responsibility_svg,
        "table_shares": table_shares,
        "unbroken": _unbroken,
    }
    return made


def context(document: Document, imprint: Imprint, *, on_paper: bool = False) -> dict[str, Any]:
    """What every template of a paper may use. ``on_paper`` leaves out the marks that only a screen shows."""
    printed = document.printed
    day = date.fromisoformat(imprint.date) if imprint.date else None
    contents = [section for section in document.walk() if section.level <= printed.toc_depth]
    digits: dict[int, int] = {}
    for section in contents:
        digits[section.level] = max(digits.get(section.level, 0), min(len(section.number), 12))
    return {
        "printed": printed,
        "cover": printed.cover,
        "history": printed.history,
        "imprint": imprint,
        "on_paper": on_paper,
        "issue_date": label(printed.cover.date_label, day=day),
        "checked_date": checked_date(document, imprint),
        "this_date": label(printed.history.date_label, day=day),
        "contents": contents,
        "digits": digits,
        "word": lambda key: word(key, printed.language),
    }


def checked_date(document: Document, imprint: Imprint) -> str:
    """The day of the last check as the cover writes days, without the words around them (発行); "" when there is none."""
    if not imprint.checked:
        return ""
    pattern = _DAY.search(document.printed.cover.date_label)
    return label(pattern[0] if pattern else "{year}年{month}月{day}日", day=date.fromisoformat(imprint.checked))


def _lines(text: str) -> Markup:
    """A value with line breaks of its own."""
    return Markup("<br/>").join(text.split("\n"))


def _unbroken(text: str) -> Markup:
    if "/" not in text:
        return escape(text)
    parts: list[Markup] = []
    place = 0
    for match in _UNBROKEN.finditer(text):
        parts += [
            escape(text[place : match.start()]),
            Markup('<span class="unbroken">{}</span>').format(match[0]),
        ]
        place = match.end()
    return Markup("").join([*parts, escape(text[place:])])


def _phrases(text: str) -> Markup:
    """A title that breaks between its phrases: at its own spaces, and where one word ends and the next begins."""
    words = [[part for part in _PHRASE_END.split(word) if part] for word in text.split(" ")]
    return Markup(" ").join(
        Markup("").join(Markup('<span class="phrase">{}</span>').format(part) for part in parts)
        for parts in words
        if parts
    )
