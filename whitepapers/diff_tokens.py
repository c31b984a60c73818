"""The words of Japanese text: what the tokenizer (Sudachi, mode C) makes of it, numbers, addresses and Latin words whole.
Pure.

Normalised forms serve to find out how alike two lines are, and never print.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import TypeAlias

from sudachipy import Dictionary, SplitMode, Tokenizer

_MAX_CHUNK = 3_000  # characters given to the tokenizer at once; it takes 49,149 bytes
_REMEMBERED = 4_096  # sentences whose words a process keeps: two long papers, some 10 MB
_SENTENCE = re.compile(r"(?<=[。\n])")
_WHOLE = re.compile(r"[A-Za-z0-9]+(?:[-.,:/_%@#?&=+~]+[A-Za-z0-9]+)*[%/]?")
_NAMES = frozenset(("名詞", "接頭辞", "接尾辞", "代名詞", "補助記号"))
# Words and their normalised forms, side by side: a pair for each word would keep the garbage collector busy.
Words: TypeAlias = tuple[list[str], list[str]]


class _Sudachi:
    """The tokenizer, loaded when it is first asked: about 0.1 s and 70 MB, most of it the mapped dictionary file. One
    thread at a time: a tokenizer has one working memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None

    def words(self, text: str) -> Words:
        with self._lock:
            read = self._ready().tokenize(text)
            return [each.surface() for each in read], [each.normalized_form() for each in read]

    def parts_of_speech(self, text: str) -> list[str]:
        with self._lock:
            return [each.part_of_speech()[0] for each in self._ready().tokenize(text)]

    def _ready(self) -> Tokenizer:
        if self._tokenizer is None:
            self._tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.C)
        return self._tokenizer


_sudachi = _Sudachi()


def tokens(text: str) -> Words:
    """The words, which joined are ``text``, and the normalised form of each. Sentence by sentence: a paper and its next
    issue share most of theirs."""
    surfaces: list[str] = []
    bases: list[str] = []
    for sentence in _SENTENCE.split(text):
        words, forms = _tokens(sentence)
        surfaces += words
        bases += forms
    return surfaces, bases


def is_name(text: str) -> bool:
    """Whether ``text`` is a noun or several: a term, and not a piece of a verb."""
    return _NAMES.issuperset(_sudachi.parts_of_speech(text))


@lru_cache(maxsize=_REMEMBERED)
def _tokens(sentence: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    surfaces: list[str] = []
    bases: list[str] = []
    for start in range(0, len(sentence), _MAX_CHUNK):
        chunk = sentence[start : start + _MAX_CHUNK]
        words, forms = _chunk(chunk)
        ends = {match.start(): match.end() for match in _WHOLE.finditer(chunk)}
        if ends:
            words, forms = _whole(words, forms, ends)
        surfaces += words
        bases += forms
    return tuple(surfaces), tuple(bases)


def forget() -> None:
    """As in a new process."""
    _tokens.cache_clear()


def _chunk(text: str) -> Words:
    """Nothing of a text is lost, whatever the tokenizer makes of it."""
    try:
        words, forms = _sudachi.words(text)
    except UnicodeEncodeError:  # half a surrogate pair, which no paper holds but a test may
        return list(text), list(text)
    return (words, forms) if "".join(words) == text else (list(text), list(text))


def _whole(words: list[str], forms: list[str], ends: dict[int, int]) -> Words:
    """The words, with those of a number, an address or a Latin word joined. ``ends``: where one starts → its end."""
    surfaces: list[str] = []
    bases: list[str] = []
    place, until, joined = 0, 0, ""

    def close() -> str:
        if joined:
            surfaces.append(joined)
            bases.append(joined)
        return ""

    for surface, base in zip(words, forms, strict=True):
        end = place + len(surface)
        if not joined and place in ends:
            until = ends[place]
        if end <= until:
            joined += surface
        else:
            joined = close()
            surfaces.append(surface)
            bases.append(base)
        if joined and end == until:
            joined = close()
        place = end
    close()
    return surfaces, bases
