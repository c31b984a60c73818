"""Two lines of a paper word by word: what stayed, what went, what came. Pure.

The words are those of ``diff_tokens``; a short fact is one word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from .diff_tokens import tokens
from .document import Break, FactValue, Inline, Link, Missing, Reference, Strong, Text, missing_text

_MAX_WORDS = 6_000  # of one line, looked at word by word; beyond that sentence by sentence
_MAX_FACT = 8  # characters of a fact that is marked as a whole


# --- What the difference says of a line -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Words that stayed, went (``after`` is empty) or came (``before`` is empty). Both differ where a section that is
    referred to has another number now: that is no change of the text."""

    before: str
    after: str
    is_strong: bool = False
    url: str = ""
    fact: str = ""  # name, when the words are a fact's value

    @property
    def mark(self) -> str:
        """kept, inserted or deleted."""
        if not self.before:
            return "inserted"
        return "kept" if self.after else "deleted"

    @property
    def look(self) -> tuple[bool, str, str]:
        return self.is_strong, self.url, self.fact

    @property
    def text(self) -> str:
        return self.after or self.before

    @property
    def address(self) -> str:
        """The address behind words that came or went, which a reader follows too."""
        return self.url if self.mark != "kept" and self.url and self.url not in self.text else ""


Spans = tuple[Span, ...]


def before_text(spans: Iterable[Span]) -> str:
    return "".join(span.before for span in spans)


def after_text(spans: Iterable[Span]) -> str:
    return "".join(span.after for span in spans)


def is_changed(spans: Iterable[Span]) -> bool:
    return any(span.mark != "kept" for span in spans)


# --- Pieces of a line -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that look alike and lead to the same place. ``target`` is the section referred to, by its anchor."""

    text: str
    is_strong: bool = False
    url: str = ""
    fact: str = ""
    target: str = ""

    @property
    def look(self) -> tuple[bool, str, str]:
        return self.is_strong, self.url, self.fact

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two pieces the same for a reader; the number of a section does not."""
        return ("ref", self.target) if self.target else ("text", self.text, self.url)


def pieces_of(inlines: Iterable[Inline], same: dict[str, str]) -> tuple[Piece, ...]:
    """The line as pieces, neighbours that look alike joined. ``same``: anchor → the anchor that stands for it in both
    Documents."""
    joined: list[Piece] = []
    for piece in _flat(inlines, same, is_strong=False, url=""):
        last = joined[-1] if joined else None
        if last and not piece.target and not last.target and last.look == piece.look:
            joined[-1] = Piece(last.text + piece.text, *last.look)
        elif piece.text or piece.target:
            joined.append(piece)
    return tuple(joined)


def _flat(inlines: Iterable[Inline], same: dict[str, str], *, is_strong: bool, url: str) -> Iterator[Piece]:
    for inline in inlines:
        match inline:
            case Text(text):
                yield Piece(text, is_strong, url)
            case Strong(children):
                yield from _flat(children, same, is_strong=True, url=url)
            case Link(address, children):
                yield from _flat(children, same, is_strong=is_strong, url=address)
            case Break():
                yield Piece("\n", is_strong, url)
            case FactValue(name, text, address):
                yield Piece(text, is_strong, address or url, fact=name)
            case Reference(anchor, number, title):
                yield Piece(f"{number} {title}".strip(), is_strong, url, target=same.get(anchor, anchor))
            case Missing(kind, name, _):
                yield Piece(missing_text(inline), is_strong, url, fact=name if kind == "fact" else "")


def key_of(pieces: Iterable[Piece]) -> tuple[tuple[str, ...], ...]:
    """Equal for lines that read alike, whatever is bold in them and whichever of their words are facts."""
    joined: list[tuple[str, ...]] = []
    for piece in pieces:
        if joined and joined[-1][0] == piece.key[0] == "text" and joined[-1][2] == piece.url:
            joined[-1] = ("text", joined[-1][1] + piece.text, piece.url)
        else:
            joined.append(piece.key)
    return tuple(joined)


def form_of(pieces: Iterable[Piece]) -> tuple[tuple[str, ...], ...]:
    """Equal for lines that say the same apart from the values of facts."""
    return tuple(("fact", piece.fact) if piece.fact else piece.key for piece in pieces)


# --- Words ------------------------------------------------------------------------------------------------------------


class Read(NamedTuple):
    """A piece or a line as its words. Word for word: the text, the piece that it is of, and a sign that stands for it;
    in ``bases`` one that stands for all its spellings."""

    texts: list[str]
    pieces: list[Piece]
    signs: str
    bases: str


@dataclass(slots=True)
class Vocabulary:
    """The words of one comparison: each text is cut once, and each word is one character of what is compared."""

    _pieces: dict[Piece, Read] = field(default_factory=dict)
    _signs: dict[object, str] = field(default_factory=dict)

    def sign(self, key: object) -> str:
        """One for equal keys. What is compared with each other has keys of one kind."""
        found = self._signs.get(key)
        if found is None:
            found = self._signs[key] = chr(len(self._signs) + 0x10000)  # above the surrogates
        return found

    def signs(self, keys: Iterable[object]) -> str:
        return "".join(map(self.sign, keys))

    def words(self, pieces: Iterable[Piece]) -> Read:
        read = [self._read(piece) for piece in pieces]
        if len(read) == 1:
            return read[0]
        texts = [text for each in read for text in each.texts]
        owners = [piece for each in read for piece in each.pieces]
        return Read(texts, owners, "".join([each.signs for each in read]), "".join([each.bases for each in read]))

    def bases(self, pieces: Iterable[Piece]) -> str:
        """The line with a sign for each word, the same for all of its spellings: for ``likeness``."""
        return "".join(self._read(piece).bases for piece in pieces)[:_MAX_WORDS]

    def likeness(self, one: str, other: str, at_least: float) -> float:
        """0 to 1: how much of both lines (as ``bases``) is the same words in the same order; 0 when it is less than
        ``at_least``."""
        return Indel.normalized_similarity(one, other, score_cutoff=at_least)

    def _read(self, piece: Piece) -> Read:
        found = self._pieces.get(piece)
        if found is None:
            found = self._pieces[piece] = self._cut(piece)
        return found

    def _cut(self, piece: Piece) -> Read:
        if piece.target:
            sign = self.sign(piece.key)
            return Read([piece.text], [piece], sign, sign)
        is_one = piece.fact and len(piece.text) <= _MAX_FACT
        texts, bases = ([piece.text], [piece.text]) if is_one else tokens(piece.text)
        signs = self.signs([(text, piece.url) for text in texts] if piece.url else texts)
        return Read(texts, [piece] * len(texts), signs, self.signs(bases))


# --- Word by word -----------------------------------------------------------------------------------------------------


def all_deleted(pieces: Iterable[Piece]) -> Spans:
    return tuple(Span(piece.text, "", *piece.look) for piece in pieces if piece.text)


def all_inserted(pieces: Iterable[Piece]) -> Spans:
    return tuple(Span("", piece.text, *piece.look) for piece in pieces if piece.text)


def all_kept(before: Iterable[Piece], after: Sequence[Piece]) -> Spans:
    """Of lines that read alike (``key_of``)."""
    was = {piece.target: piece.text for piece in before if piece.target}
    texts = ((was.get(piece.target, piece.text), piece) for piece in after)
    return tuple(Span(old, piece.text, *piece.look) for old, piece in texts if old or piece.text)


def spans_between(before: Sequence[Piece], after: Sequence[Piece], vocabulary: Vocabulary) -> Spans:
    """The two lines as one. What is kept and deleted reads as the first, what is kept and inserted as the second."""
    if key_of(before) == key_of(after):
        return all_kept(before, after)
    one, other = vocabulary.words(before), vocabulary.words(after)
    return _joined(one, other, _readable(one, other, _steps(one, other, vocabulary)))


def text_between(before: str, after: str, vocabulary: Vocabulary) -> Spans:
    """The same of two lines that are nothing but text."""
    one, other = ((Piece(text),) if text else () for text in (before, after))
    return spans_between(one, other, vocabulary)


class _Step(NamedTuple):
    """Words from … to, of the one line and of the other, that stayed or that gave way to each other."""

    start: int
    end: int
    new_start: int
    new_end: int
    is_kept: bool


def _steps(one: Read, other: Read, vocabulary: Vocabulary) -> list[_Step]:
    if max(len(one.signs), len(other.signs)) <= _MAX_WORDS:
        return _between(one.signs, other.signs)
    # Very long lines: sentences that stayed are found first, those that did not are changed as a whole.
    first, second = _sentence_ends(one), _sentence_ends(other)
    signs = [
        vocabulary.signs(line.signs[start:end] for start, end in pairwise(ends))
        for line, ends in ((one, first), (other, second))
    ]
    if max(map(len, signs)) > _MAX_WORDS:
        return [_Step(0, len(one.signs), 0, len(other.signs), is_kept=False)]
    return [
        _Step(first[step.start], first[step.end], second[step.new_start], second[step.new_end], step.is_kept)
        for step in _between(*signs)
    ]


def _between(old: str, new: str) -> list[_Step]:
    found: list[_Step] = []
    for code in Indel.opcodes(old, new):
        step = _Step(code.src_start, code.src_end, code.dest_start, code.dest_end, code.tag == "equal")
        last = found[-1] if found else None
        if last and not last.is_kept and not step.is_kept:
            found[-1] = _Step(last.start, step.end, last.new_start, step.new_end, is_kept=False)
        else:
            found.append(step)
    return found


def _sentence_ends(line: Read) -> list[int]:
    ends = [place for place, text in enumerate(line.texts, start=1) if text in ("。", "\n")]
    return [0, *ends] if ends and ends[-1] == len(line.texts) else [0, *ends, len(line.texts)]


def _readable(one: Read, other: Read, steps: Iterable[_Step]) -> list[_Step]:
    """A particle or a sign that happens to stay between two much larger changes is part of one change."""

    def size(step: _Step) -> int:
        texts = one.texts[step.start : step.end], other.texts[step.new_start : step.new_end]
        return max(sum(map(len, words)) for words in texts)

    def is_slight(step: _Step) -> bool:
        is_target = any(piece.target for piece in one.pieces[step.start : step.end])
        return step.is_kept and step.end - step.start <= 2 and size(step) <= 2 and not is_target

    done: list[_Step] = []
    for step in steps:
        done.append(step)
        while len(done) >= 3 and not done[-1].is_kept and not done[-3].is_kept and is_slight(done[-2]):
            left, middle, right = done[-3:]
            if 4 * size(middle) > min(size(left), size(right)):
                break
            done[-3:] = [_Step(left.start, right.end, left.new_start, right.new_end, is_kept=False)]
    return done


def _joined(one: Read, other: Read, steps: Iterable[_Step]) -> Spans:
    found: list[Span] = []
    for step in steps:
        if step.is_kept:
            back = step.start - step.new_start
            for piece, start, end in _runs(other, step.new_start, step.new_end):
                before, after = one.texts[start + back : end + back], other.texts[start:end]
                _add(found, Span("".join(before), "".join(after), *piece.look))
            continue
        for piece, start, end in _runs(one, step.start, step.end):
            _add(found, Span("".join(one.texts[start:end]), "", *piece.look))
        for piece, start, end in _runs(other, step.new_start, step.new_end):
            _add(found, Span("", "".join(other.texts[start:end]), *piece.look))
    return tuple(found)


def _runs(line: Read, start: int, end: int) -> Iterator[tuple[Piece, int, int]]:
    """Words of one piece at a time."""
    while start < end:
        stop = start + 1
        while stop < end and line.pieces[stop] is line.pieces[start]:
            stop += 1
        yield line.pieces[start], start, stop
        start = stop


def _add(found: list[Span], span: Span) -> None:
    """Neighbours of one mark and look are one span."""
    last = found[-1] if found else None
    if last and last.mark == span.mark and last.look == span.look:
        found[-1] = Span(last.before + span.before, last.after + span.after, *last.look)
    elif span.before or span.after:
        found.append(span)
