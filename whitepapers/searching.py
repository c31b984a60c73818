"""Searches what one provider has written: papers, sections, facts, standard answers, and internal notes for authors.

The database looks (every text, with the widths and cases a word is written in); what it finds is then read the way people
see it, without marks of Markdown and names of placeholders, and kept when the words are there. The number of queries is
constant, and so is what is fetched.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When

from accounts.characters import InvalidText, clean
from accounts.models import Provider
from controls import facts as kinds
from controls import searching as catalog
from controls.models import FactDefinition

from .document import Block, Break, Inline, Link, List, Note, Paragraph, Strong, Table, Text
from .models import Fact, Section, SectionControl, StandardAnswer, Whitepaper
from .text import Placeholder, to_blocks

MAX_QUERY = 100
MAX_WORDS = 8
MAX_HITS = 20  # shown of each group
_CANDIDATES = 5 * MAX_HITS  # read of each group: some of them have a word only where nobody sees it
_AROUND = 60  # letters shown on each side of a hit in a long sentence

_NUMBER = re.compile(r"(A\.?)?(?P<number>(?:CLD\.?)?[0-9]{1,2}(?:\.[0-9]{1,2}){1,2})\.?", re.IGNORECASE)
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]?")
_LETTER = re.compile("(?s:.)[\uff9e\uff9f\u0300-\u036f\u3099\u309a]*")  # with the marks that NFKC joins to it
_KATAKANA = re.compile("[ァ-ヴー]")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_HALF_KATAKANA = {
    unicodedata.normalize("NFKC", half): half
    for base in map(chr, range(0xFF65, 0xFF9E))
    for half in (base, base + "\uff9e", base + "\uff9f")
    if len(unicodedata.normalize("NFKC", half)) == 1
}

Piece = tuple[str, bool]  # text, and whether it is what was searched for


class CannotSearch(Exception):
    """The query is none. The message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Hit:
    """``row`` is a Whitepaper, Section, Fact or StandardAnswer, ``title`` and ``text`` what is read of it."""

    row: Any
    title: Sequence[Piece]
    text: Sequence[Piece] = ()
    is_inherited: bool = False  # a section's text is that of the standard answer

    @property
    def is_section(self) -> bool:
        return isinstance(self.row, Section)


@dataclass(frozen=True, slots=True)
class Group:
    key: str  # papers, sections, facts, answers or notes
    hits: Sequence[Hit]
    is_cut: bool = False  # there are more


@dataclass(frozen=True, slots=True)
class Found:
    groups: Sequence[Group] = ()
    controls: Sequence[catalog.Hit] = ()
    controls_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.groups or self.controls)


@dataclass(frozen=True, slots=True)
class Words:
    """What is searched for. ``folded`` is compared with folded text, ``spellings`` are asked of the database."""

    folded: Sequence[str] = ()
    spellings: Sequence[Sequence[str]] = ()
    number: str = ""  # of a control, when the query is one

    @classmethod
    def of(cls, query: str) -> Words:
        """Raises CannotSearch."""
        try:
            raw = clean(query).split()
        except InvalidText as error:
            raise CannotSearch(str(error)) from error
        if len(query) > MAX_QUERY or len(raw) > MAX_WORDS:
            sentence = f"検索する語は、{MAX_WORDS}語まで、合わせて{MAX_QUERY}文字以内で入力してください。"
            raise CannotSearch(sentence)
        words = [(word, unicodedata.normalize("NFKC", word).strip()) for word in raw]
        words = [(word, plain) for word, plain in words if plain]
        match = _NUMBER.fullmatch("".join(plain for _, plain in words))
        number = re.sub(r"^CLD\.?", "CLD.", match["number"].upper()) if match else ""
        return cls([fold(plain) for _, plain in words], [spellings(*word) for word in words], number)

    def asked(self, *fields: str) -> Q:
        """Every word in one of the fields, in any of its spellings."""
        return reduce(
            and_,
            (
                reduce(or_, (_holding(name, spelling) for name in fields for spelling in word))
                for word in self.spellings
            ),
        )

    def has_number(self, number: str) -> bool:
        """Whether the query is this control's number, or that of what is above it: 12.3 finds 12.3.1, not 12.30."""
        return bool(self.number) and f"{number}.".startswith(f"{self.number}.")

    def are_in(self, *texts: str) -> bool:
        folded = "\0".join(map(fold, texts))
        return all(word in folded for word in self.folded)

    def marked(self, text: str) -> list[Piece]:
        """The text in pieces, the words in it marked."""
        return _pieces(text, _spots(text, self.folded))

    def sentence(self, text: str) -> list[Piece]:
        """The sentence around the first word found in ``text``, its words marked; nothing when none is there."""
        spots = _spots(text, self.folded)
        if not spots:
            return []
        first = spots[0]
        begin, end = next((m.start(), m.end()) for m in _SENTENCE.finditer(text) if m.end() > first[0])
        left, right = max(begin, first[0] - _AROUND), min(max(end, first[1]), first[1] + 2 * _AROUND)
        pieces = _pieces(text[left:right].rstrip("\n"), [(a - left, b - left) for a, b in spots if left <= a < right])
        return [*([("…", False)] if left > begin else []), *pieces, *([("…", False)] if right < end else [])]


def search(provider: Provider, query: str, *, notes: bool) -> Found:
    """What ``provider`` has for ``query``, and the catalog's controls. ``notes`` are for those who may write.

    Raises CannotSearch when the query is too long or holds control characters.
    """
    words = Words.of(query)
    if not words.folded:
        return Found()
    definitions = {row.name: row for row in FactDefinition.objects.newest()}
    groups = [
        _group("papers", _papers(provider, words)),
        _group("sections", _sections(provider, words, definitions)),
        _group("facts", _facts(provider, words, definitions)),
        _group("answers", _answers(provider, words, definitions)),
        *([_group("notes", _notes(provider, words, definitions))] if notes else []),
    ]
    controls = [hit for _, hits in catalog.search(query).groups for hit in hits]
    return Found([group for group in groups if group.hits], controls[:MAX_HITS], len(controls) > MAX_HITS)


def fold(text: str) -> str:
    """What of a text counts in a comparison: neither width nor case."""
    return unicodedata.normalize("NFKC", text).casefold()


def spellings(word: str, plain: str) -> list[str]:
    """How a word may be written where it is stored: as typed, in NFKC, in full width, in half-width katakana."""
    found = [plain, word]
    if plain.isascii() or any(ord(letter) < 0x7F for letter in plain):
        found += [form.translate(_WIDE) for form in (plain, plain.lower(), plain.upper(), plain.capitalize())]
    if _KATAKANA.search(plain):
        found.append("".join(_HALF_KATAKANA.get(letter, letter) for letter in plain))
    return list(dict.fromkeys(found))


def _holding(name: str, spelling: str) -> Q:
    """Most Japanese words have no case, and PostgreSQL is three times as fast when it need not fold it."""
    has_case = spelling.upper() != spelling.lower()
    return Q(**{f"{name}__{'icontains' if has_case else 'contains'}": spelling})


def _group(key: str, hits: Iterator[Hit]) -> Group:
    shown = list(islice(hits, MAX_HITS + 1))
    return Group(key, shown[:MAX_HITS], len(shown) > MAX_HITS)


# --- What is there ------------------------------------------------------------------------------------------------


def _papers(provider: Provider, words: Words) -> Iterator[Hit]:
    fields = ("title", "subtitle", "document_number", "service__name")
    for paper in Whitepaper.objects.of(provider).filter(words.asked(*fields))[:_CANDIDATES]:
        if words.are_in(paper.title, paper.subtitle, paper.document_number, paper.service.name):
            rest = "　".join(filter(None, (paper.service.name, paper.subtitle, paper.document_number)))
            yield Hit(paper, words.marked(paper.title), words.marked(rest))


def _sections(provider: Provider, words: Words, definitions: Definitions) -> Iterator[Hit]:
    """By heading and text; those that inherit a standard answer come last, since one answer may stand in many papers."""
    asked = words.asked("heading", "text")
    if words.number:
        links = SectionControl.objects.filter(section=OuterRef("pk"))
        asked |= Q(Exists(links.filter(_numbered(words.number))))
    rows = _of(provider).annotate(heading=_heading(), text=_text()).filter(asked).order_by(*_ORDER)
    for section in rows[:_CANDIDATES]:
        numbers = [link.control.number for link in section.section_controls.all()]
        title, text = " ".join(filter(None, ["・".join(numbers), section.heading])), readable(section.text, definitions)
        if any(map(words.has_number, numbers)) or words.are_in(section.heading, text):
            yield Hit(section, words.marked(title), words.sentence(text), bool(vars(section)["inherits"]))


def _notes(provider: Provider, words: Words, definitions: Definitions) -> Iterator[Hit]:
    rows = _of(provider).annotate(heading=_heading()).filter(words.asked("internal_note")).order_by(*_ORDER)
    for section in rows[:_CANDIDATES]:
        if words.are_in(section.internal_note):
            yield Hit(section, [(section.heading, False)], words.sentence(section.internal_note))
    facts = Fact.objects.filter(provider=provider).filter(words.asked("source_note"))
    for fact in facts.select_related("service", "location").order_by("name", "pk")[:_CANDIDATES]:
        if words.are_in(fact.source_note) and fact.name in definitions and not _is_archived(fact):
            yield Hit(fact, [(definitions[fact.name].label_ja, False)], words.sentence(fact.source_note))


def _facts(provider: Provider, words: Words, definitions: Definitions) -> Iterator[Hit]:
    """Their display forms exist in no column: each distinct value is printed once, and compared here."""
    wanted: dict[tuple[str, str], str] = {}
    found: list[tuple[int, str]] = []
    rows = Fact.objects.filter(provider=provider).exclude(service__archived_at__isnull=False)
    for pk, name, value in rows.order_by("name", "service__name", "pk").values_list("pk", "name", "value").iterator():
        if name not in definitions:
            continue
        key = (name, json.dumps(value, ensure_ascii=False))
        if key not in wanted:
            definition = definitions[name]
            display = kinds.display(definition.type, value, "ja")
            is_found = words.are_in(definition.label_ja, definition.label_en, name, display)
            wanted[key] = display if is_found or words.has_number(definition.control_number) else ""
        if wanted[key]:
            found.append((pk, wanted[key]))
            if len(found) > MAX_HITS:
                break
    facts = Fact.objects.select_related("service", "location").in_bulk([pk for pk, _ in found])
    for pk, display in found:
        text = words.sentence(display) or [(display[: 2 * _AROUND], False)]
        definition = definitions[facts[pk].name]
        yield Hit(facts[pk], words.marked(f"{definition.control_number} {definition.label_ja}".strip()), text)


def _answers(provider: Provider, words: Words, definitions: Definitions) -> Iterator[Hit]:
    asked = words.asked("body", "part", "control__title_ja")
    if words.number:
        asked |= _numbered(words.number)
    rows = StandardAnswer.objects.filter(provider=provider).filter(asked).select_related("control__edition")
    for answer in rows.order_by("-control__edition__release", "control__position", "part", "pk")[:_CANDIDATES]:
        control, text = answer.control, readable(answer.body, definitions)
        title = " ".join(filter(None, (control.number, control.title_ja, answer.part)))
        if words.has_number(control.number) or words.are_in(title, text):
            yield Hit(answer, words.marked(title), words.sentence(text))


Definitions = dict[str, FactDefinition]
_ORDER = ("inherits", "whitepaper__service__name", "whitepaper", "pk")


def _of(provider: Provider) -> QuerySet[Section]:
    """The sections of the papers in use, with ``inherits`` (0 or 1)."""
    rows = Section.objects.filter(
        whitepaper__service__provider=provider,
        whitepaper__service__archived_at=None,
        whitepaper__archived_at=None,
    )
    inherits = When(standard_answer__isnull=False, departed_from=None, then=Value(1))
    rows = rows.annotate(inherits=Case(inherits, default=Value(0)))
    return rows.select_related("whitepaper__service", "whitepaper__edition").prefetch_related(
        "section_controls__control"
    )


def _heading() -> Case:
    """The section's own title, or that of its first control, which it prints then."""
    first = SectionControl.objects.filter(section=OuterRef("pk")).order_by("position").values("control__title_ja")[:1]
    return Case(When(title="", then=Subquery(first)), default=F("title"), output_field=TextField())


def _text() -> Case:
    return Case(When(inherits=1, then=F("standard_answer__body")), default=F("body"), output_field=TextField())


def _numbered(number: str) -> Q:
    """What Words.has_number says, asked of the database."""
    return Q(control__number=number) | Q(control__number__startswith=f"{number}.")


def _is_archived(fact: Fact) -> bool:
    return fact.service is not None and fact.service.archived_at is not None


# --- Texts --------------------------------------------------------------------------------------------------------


def readable(body: str, definitions: Definitions) -> str:
    """A body as plain lines: no marks, a fact as 〔its label〕, other placeholders as what they name."""

    def resolve(placeholder: Placeholder, alone: bool) -> Inline:  # noqa: ARG001 - what to_blocks calls
        if placeholder.kind != "fact":
            return Text(f"〔{placeholder.name}〕" if placeholder.kind == "ref" else "")
        definition = definitions.get(placeholder.name)
        return Text(f"〔{definition.label_ja}〕" if definition else "")

    return "\n".join(_lines(to_blocks(body, resolve)))


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph() | Note():
                yield _plain(block.children)
            case List():
                for item in block.items:
                    yield from _lines(item)
            case Table():
                for row in (block.head, *block.rows):
                    yield "　".join(_plain(cell.children) for cell in row)


def _plain(inlines: Iterable[Inline]) -> str:
    parts = []
    for inline in inlines:
        match inline:
            case Text():
                parts.append(inline.text)
            case Strong() | Link():
                parts.append(_plain(inline.children))
            case Break():
                parts.append("\n")
    return "".join(parts)


def _spots(text: str, folded: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words are in ``text``, which may be written in other widths and cases; none overlap."""
    haystack: list[str] = []
    places: list[tuple[int, int]] = []  # of the letter each folded character comes from
    for letter in _LETTER.finditer(text):
        for character in fold(letter[0]):
            haystack.append(character)
            places.append(letter.span())
    joined = "".join(haystack)
    found = sorted(
        (places[match.start()][0], places[match.end() - 1][1])
        for word in folded
        for match in re.finditer(re.escape(word), joined)
    )
    merged: list[tuple[int, int]] = []
    for begin, end in found:
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _pieces(text: str, spots: Sequence[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    place = 0
    for begin, end in spots:
        pieces += [(text[place:begin], False), (text[begin:end], True)]
        place = end
    return [piece for piece in (*pieces, (text[place:], False)) if piece[0]]
