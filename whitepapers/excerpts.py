"""Bodies as a person reads them in a list or compares them: placeholders as words, the difference sentence by sentence.

Pure, and of what was written; ``sentences.py`` compares what is printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from .markdown import PLACEHOLDER

MAX_SENTENCES = 2_000  # of one side; longer texts are compared as a whole
_END = re.compile(r"(?<=[。！？])(?![。！？」』）)])|(?<=\n)")
_HALF = re.compile(r"\{\{[^}]*\}?$")  # a placeholder that the end of an excerpt cut through
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str  # same, removed or added
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """What leads from one text to the other, sentence by sentence, in reading order."""
    old, new = _sentences(before), _sentences(after)
    if max(len(old), len(new)) > MAX_SENTENCES:
        old, new = [before] if before else [], [after] if after else []
    pieces: list[Piece] = []
    alike = [part.strip() for part in old], [part.strip() for part in new]
    for verb, a, b, c, d in SequenceMatcher(None, *alike).get_opcodes():
        if verb == "equal":
            pieces.append(Piece("same", "".join(new[c:d])))
            continue
        if b > a:
            pieces.append(Piece("removed", "".join(old[a:b])))
        if d > c:
            pieces.append(Piece("added", "".join(new[c:d])))
    return pieces


def _sentences(text: str) -> list[str]:
    """``text`` cut behind every sentence and line; joined again they are the text."""
    return [part for part in _END.split(text) if part]


def readable(body: str, words: Mapping[str, str]) -> str:
    """``body`` with every fact's placeholder replaced by its word of ``words``; references and figures by their name."""

    def word(match: re.Match[str]) -> str:
        name = match["name"]
        if match["kind"]:
            return f"〔{name}への参照〕" if match["kind"] == "ref" else f"〔図 {name}〕"
        return words.get(name, f"〔{name}〕")

    return PLACEHOLDER.sub(word, body)


def excerpt(body: str, words: Mapping[str, str], length: int = 80) -> str:
    """The beginning of ``body`` in one line. ``body`` may itself be cut."""
    text = _SPACE.sub(" ", readable(_HALF.sub("", body), words)).strip()
    return text if len(text) <= length else f"{text[:length].rstrip()}…"
