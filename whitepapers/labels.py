"""Patterns a paper prints: version and date labels, and the reference line below a heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_TOKEN = re.compile(r"\{(number|year|month|day)(:02)?\}")
_REFERENCE_TOKEN = re.compile(r"\{(ids|mapped)(?::([^{}]*))?\}")


class InvalidLabel(ValueError):
    """A pattern that cannot be printed; the message is a sentence for people."""


def check_label(pattern: str) -> None:
    """Raise InvalidLabel unless ``pattern`` holds no braces but ``{number} {year} {month} {day}`` and their ``:02``."""
    rest = _TOKEN.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise InvalidLabel("使えるのは {number}、{year}、{month}、{day} と、2桁にする :02 だけです。")


def label(pattern: str, *, number: str = "", day: date | None = None) -> str:
    """``第{number}版`` → 第1.3版 · ``{year}/{month:02}`` → 2024/05. "" when the pattern needs a value that is not there."""
    values: dict[str, str | int] = {"number": number}
    if day is not None:
        values |= {"year": day.year, "month": day.month, "day": day.day}
    used = {match[1] for match in _TOKEN.finditer(pattern)}
    if any(values.get(name, "") == "" for name in used):
        return ""
    return _TOKEN.sub(lambda match: _padded(values[match[1]], match[2]), pattern)


def _padded(value: str | int, width: str | None) -> str:
    return f"{value:02}" if width and isinstance(value, int) else str(value)


def check_reference_line(pattern: str) -> None:
    """Raise InvalidLabel unless ``pattern`` holds no braces but ``{ids}``, ``{mapped}`` and their prefixes."""
    rest = _REFERENCE_TOKEN.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise InvalidLabel("使えるのは {ids} と {mapped}、接頭辞を付ける {ids:A.} だけです。")


def reference_line(pattern: str, *, ids: Sequence[str], mapped: Sequence[str]) -> str:
    """The line below a control's heading.

    ``ISO/IEC27017 項番：{ids}`` prints the ids joined by 、; ``{ids:A.}`` puts ``A.`` before each but the CLD ones. A
    part in ``[ ]`` falls away when a token in it is empty; brackets around no token are text. "" when the pattern has
    tokens and all of them are empty.
    """
    values = {"ids": ids, "mapped": mapped}
    tokens = [match[1] for match in _REFERENCE_TOKEN.finditer(pattern)]
    if tokens and not any(values[token] for token in tokens):
        return ""
    text, _ = _fill(pattern, 0, values, nested=False)
    return text


def _fill(pattern: str, start: int, values: dict[str, Sequence[str]], *, nested: bool) -> tuple[str, int]:
    """The text from ``start`` to the bracket that closes this part (or to the end), and where it ended."""
    parts: list[str] = []
    place, has_token, is_empty = start, False, False
    while place < len(pattern):
        if token := _REFERENCE_TOKEN.match(pattern, place):
            ids = values[token[1]]
            has_token, is_empty = True, is_empty or not ids
            parts.append("、".join(with_prefix(id_, token[2] or "") for id_ in ids))
            place = token.end()
        elif pattern[place] == "[" and _closes(pattern, place):
            part, place = _fill(pattern, place + 1, values, nested=True)
            parts.append(part)
        elif pattern[place] == "]" and nested:
            place += 1
            break
        else:
            parts.append(pattern[place])
            place += 1
    text = "".join(parts)
    if not nested:
        return text, place
    if not has_token:
        return f"[{text}]", place
    return ("" if is_empty else text), place


def _closes(pattern: str, opening: int) -> bool:
    depth = 0
    for character in pattern[opening:]:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if depth == 0:
            return True
    return False


def with_prefix(number: str, prefix: str) -> str:
    """``A.`` + ``5.1.1`` → ``A.5.1.1``; an id with letters of its own (CLD.6.3.1) takes no prefix."""
    return number if number[:1].isalpha() else prefix + number
