"""Two lines of a paper word by word: what stayed, what went, what came. Pure.

The words are the tokens of a Japanese tokenizer (Sudachi, mode C); numbers, addresses and Latin words stay whole, and a
short fact is one word. Normalised forms serve to find out how alike two lines are, and never print.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel
from sudachipy import Dictionary, SplitMode, Tokenizer

from .document import Break, FactValue, Inline, Link, Missing, Reference, Strong, Text, missing_text

_MAX_CHUNK = 3_000  # characters given to the tokenizer at once; it takes 49,149 bytes
_MAX_WORDS = 6_000  # of one line, looked at word by word; beyond that sentence by sentence
_MAX_FACT = 8  # characters of a fact that is marked as a whole
_SENTENCE = re.compile(r"(?<=[。\n])")
_WHOLE = re.compile(r"[A-Za-z0-9]+(?:[-.,:/_%@#?&=+~]+[A-Za-z0-9]+)*[%/]?")


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


class _Sudachi:
    """The tokenizer, loaded when it is first asked: about 0.1 s and 70 MB, most of it the mapped dictionary file. One
    thread at a time: a tokenizer has one working memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None

    def __call__(self, text: str) -> list[tuple[str, str, str]]:
        """Word, normalised form and part of speech."""
        with self._lock:
            if self._tokenizer is None:
                self._tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.C)
            read = self._tokenizer.tokenize(text)
            found = [(each.surface(), each.normalized_form(), each.part_of_speech()[0]) for each in read]
        # Nothing of a text may be lost, whatever the tokenizer makes of it.
        return found if "".join(each[0] for each in found) == text else [(sign, sign, "") for sign in text]


_sudachi = _Sudachi()


def tokens(text: str) -> list[tuple[str, str]]:
    """(word, its normalised form) for each word; the words joined are ``text``."""
    found: list[tuple[str, str]] = []
    for chunk in _chunks(text):
        try:
            parts = _sudachi(chunk)
        except UnicodeEncodeError:  # half a surrogate pair, which no paper holds but a test may
            parts = [(sign, sign, "") for sign in chunk]
        found += _whole(chunk, parts)
    return found


def is_name(text: str) -> bool:
    """Whether ``text`` is a noun or several: a term, and not a piece of a verb."""
    return all(part in ("名詞", "接頭辞", "接尾辞", "代名詞", "補助記号") for _, _, part in _sudachi(text))


def _chunks(text: str) -> Iterator[str]:
    chunk = ""
    for sentence in _SENTENCE.split(text):
        if len(chunk) + len(sentence) > _MAX_CHUNK and chunk:
            yield chunk
            chunk = ""
        chunk += sentence
        while len(chunk) > _MAX_CHUNK:
            yield chunk[:_MAX_CHUNK]
            chunk = chunk[_MAX_CHUNK:]
    if chunk:
        yield chunk


def _whole(text: str, parts: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """The tokens, with those of a number, an address or a Latin word joined."""
    ends = {match.start(): match.end() for match in _WHOLE.finditer(text)}
    place, until, word = 0, 0, ""
    for surface, base, _ in parts:
        end = place + len(surface)
        if not word and place in ends:
            until = ends[place]
        if end <= until:
            word += surface
        else:
            if word:
                yield word, word
            yield surface, base
            word = ""
        if word and end == until:
            yield word, word
            word = ""
        place = end
    if word:
        yield word, word


@dataclass(frozen=True, slots=True)
class Word:
    piece: Piece  # with the text of this word alone
    base: str


@dataclass(slots=True)
class Vocabulary:
    """The words of one comparison: each text is cut once, and each word is one character of what is compared."""

    _words: dict[Piece, tuple[Word, ...]] = field(default_factory=dict)
    _signs: dict[object, str] = field(default_factory=dict)
    _read: dict[tuple[Piece, ...], str] = field(default_factory=dict)

    def words(self, pieces: Iterable[Piece]) -> list[Word]:
        found: list[Word] = []
        for piece in pieces:
            if piece not in self._words:
                self._words[piece] = tuple(_words(piece))
            found += self._words[piece]
        return found

    def sign(self, key: object) -> str:
        return self._signs.setdefault(key, chr(len(self._signs) + 0x10000))  # above the surrogates

    def signs(self, keys: Iterable[object]) -> str:
        return "".join(map(self.sign, keys))

    def likeness(self, one: Sequence[Piece], other: Sequence[Piece], at_least: float) -> float:
        """0 to 1: how much of both lines is the same words in the same order, in whichever spelling; 0 when it is less
        than ``at_least``."""
        return Indel.normalized_similarity(self._bases(one), self._bases(other), score_cutoff=at_least)

    def _bases(self, pieces: Sequence[Piece]) -> str:
        key = tuple(pieces)
        if key not in self._read:
            self._read[key] = self.signs(("base", word.base) for word in self.words(key)[:_MAX_WORDS])
        return self._read[key]


def _words(piece: Piece) -> Iterator[Word]:
    if piece.target:
        yield Word(piece, piece.target)
    elif piece.fact and len(piece.text) <= _MAX_FACT:
        yield Word(piece, piece.text)
    else:
        yield from (Word(Piece(surface, *piece.look), base) for surface, base in tokens(piece.text))


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
    return _joined(_readable(list(_steps(one, other, vocabulary))))


def text_between(before: str, after: str, vocabulary: Vocabulary) -> Spans:
    """The same of two lines that are nothing but text."""
    one, other = ((Piece(text),) if text else () for text in (before, after))
    return spans_between(one, other, vocabulary)


@dataclass(frozen=True, slots=True)
class _Step:
    old: tuple[Word, ...]
    new: tuple[Word, ...]
    is_kept: bool

    @property
    def size(self) -> int:
        return max(sum(len(word.piece.text) for word in words) for words in (self.old, self.new))


def _steps(one: Sequence[Word], other: Sequence[Word], vocabulary: Vocabulary) -> Iterator[_Step]:
    old, new = (vocabulary.signs(word.piece.key for word in words) for words in (one, other))
    if max(len(old), len(new)) > _MAX_WORDS:
        yield from _by_sentence(one, other, vocabulary)
        return
    gone: tuple[Word, ...] = ()
    come: tuple[Word, ...] = ()
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            if gone or come:
                yield _Step(gone, come, is_kept=False)
            gone, come = (), ()
            yield _Step(
                tuple(one[step.src_start : step.src_end]), tuple(other[step.dest_start : step.dest_end]), is_kept=True
            )
        else:
            gone += tuple(one[step.src_start : step.src_end])
            come += tuple(other[step.dest_start : step.dest_end])
    if gone or come:
        yield _Step(gone, come, is_kept=False)


def _by_sentence(one: Sequence[Word], other: Sequence[Word], vocabulary: Vocabulary) -> Iterator[_Step]:
    """Very long lines: sentences that stayed are found first, those that did not are changed as a whole."""
    first, second = _sentences(one), _sentences(other)
    keys = [[vocabulary.sign(tuple(word.piece.key for word in words)) for words in side] for side in (first, second)]
    old, new = ("".join(side) for side in keys)
    if max(len(old), len(new)) > _MAX_WORDS:
        yield _Step(tuple(one), tuple(other), is_kept=False)
        return
    for step in Indel.opcodes(old, new):
        gone = tuple(word for words in first[step.src_start : step.src_end] for word in words)
        come = tuple(word for words in second[step.dest_start : step.dest_end] for word in words)
        yield _Step(gone, come, is_kept=step.tag == "equal")


def _sentences(words: Sequence[Word]) -> list[list[Word]]:
    found: list[list[Word]] = [[]]
    for word in words:
        found[-1].append(word)
        if word.piece.text in ("。", "\n"):
            found.append([])
    return [words for words in found if words]


def _readable(steps: list[_Step]) -> list[_Step]:
    """A particle or a sign that happens to stay between two much larger changes is part of one change."""
    done: list[_Step] = []
    for step in steps:
        done.append(step)
        while len(done) >= 3 and not done[-1].is_kept and _is_slight(done[-2]) and not done[-3].is_kept:
            left, middle, right = done[-3:]
            if 4 * middle.size > min(left.size, right.size):
                break
            done[-3:] = [_Step(left.old + middle.old + right.old, left.new + middle.new + right.new, is_kept=False)]
    return done


def _is_slight(step: _Step) -> bool:
    return step.is_kept and step.size <= 2 and not any(word.piece.target for word in step.old)


def _joined(steps: Iterable[_Step]) -> Spans:
    found: list[Span] = []
    for step in steps:
        if step.is_kept:
            for old, new in zip(step.old, step.new, strict=True):
                _add(found, Span(old.piece.text, new.piece.text, *new.piece.look))
            continue
        for word in step.old:
            _add(found, Span(word.piece.text, "", *word.piece.look))
        for word in step.new:
            _add(found, Span("", word.piece.text, *word.piece.look))
    return tuple(found)


def _add(found: list[Span], span: Span) -> None:
    """Neighbours of one mark and look are one span."""
    last = found[-1] if found else None
    if last and last.mark == span.mark and last.look == span.look:
        found[-1] = Span(last.before + span.before, last.after + span.after, *last.look)
    elif span.before or span.after:
        found.append(span)
