"""The sentences of a Document, and which of them differ between two Documents of one paper. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from .document import (
    Block,
    Document,
    FactValue,
    Figure,
    Inline,
    Link,
    List,
    Note,
    Paragraph,
    Section,
    Strong,
    Table,
    plain_text,
)

# After 。, unless what follows still belongs to the sentence.
_END = re.compile("(?<=。)(?![。」』）〕】)”’])")
_CELLS = "\t"  # between the cells of a row; no cell of a fact holds one
_MAX_ALIGNED = 250_000  # pairs of sentences looked at; beyond that they are paired in their order
_WORD_BEFORE, _WORD_AFTER = re.compile(r"[0-9A-Za-z.,:/-]+\Z"), re.compile(r"[0-9A-Za-z.,:/-]+")


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """A sentence before and after; "" where there is none."""

    before: str
    after: str

    @property
    def marked(self) -> tuple[str, str, str, str]:
        """What both begin with, what the first and what the second has then, what both end with. Numbers and Latin
        words stay whole."""
        if not self.before or not self.after:
            return "", self.before, self.after, ""
        head = _common(self.before, self.after)
        rest = min(len(self.before), len(self.after)) - head
        tail = min(_common(self.before[::-1], self.after[::-1]), rest)
        if match := _WORD_BEFORE.search(self.before, 0, head):
            head = match.start()
        end = self.before[len(self.before) - tail :]
        if match := _WORD_AFTER.match(end):
            tail -= match.end()
        after_end = len(self.after) - tail
        before_end = len(self.before) - tail
        return self.before[:head], self.before[head:before_end], self.after[head:after_end], self.before[before_end:]


@dataclass(frozen=True, slots=True)
class ChangedSection:
    anchor: str
    heading: str
    sentences: tuple[ChangedSentence, ...]


def changed_sections(before: Document, after: Document) -> tuple[ChangedSection, ...]:
    """The sections of ``after`` whose sentences differ from those in ``before``. A sentence that only moved within its
    section does not differ."""
    earlier = {section.anchor: section for section in before.walk()}
    found = []
    for section in after.walk():
        old = earlier.get(section.anchor)
        changed = tuple(changed_sentences(sentences(old) if old else [], sentences(section)))
        if changed:
            found.append(ChangedSection(section.anchor, section.heading, changed))
    return tuple(found)


def sentences(section: Section) -> list[str]:
    """The sentences below a section's heading, without those of the sections below it. A row of a table is one."""
    return [sentence for block in section.blocks for sentence in _of_block(block)]


def changed_sentences(before: Sequence[str], after: Sequence[str]) -> Iterator[ChangedSentence]:
    """What was replaced, removed and added, in the order of the text."""
    gone, new = Counter(before), Counter(after)
    gone, new = gone - new, new - gone
    for old_run, new_run in _runs(before, after):
        old = [sentence for sentence in old_run if _taken(gone, sentence)]
        now = [sentence for sentence in new_run if _taken(new, sentence)]
        for was, becomes in zip_longest(old, now, fillvalue=""):
            yield ChangedSentence(_shown(was), _shown(becomes))


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """The stretches that differ, side by side."""
    head = _common(before, after)
    tail = min(_common(before[::-1], after[::-1]), min(len(before), len(after)) - head)
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(before) * len(after) > _MAX_ALIGNED:
        yield before, after
        return
    for tag, b1, b2, a1, a2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield before[b1:b2], after[a1:a2]


def _taken(left: Counter[str], sentence: str) -> bool:
    if left[sentence] <= 0:
        return False
    left[sentence] -= 1
    return True


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items both begin with."""
    for place, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return place
    return min(len(one), len(other))


def _shown(sentence: str) -> str:
    return sentence.replace(_CELLS, " ｜ ")


def _of_block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(children):
            yield from _split(_line(children))
        case Note(marker, children):
            yield from _split(f"{marker} {_line(children)}")
        case List(items=items):
            for item in items:
                for part in item:
                    yield from _of_block(part)
        case Table(head, rows):
            for row in (head, *rows):
                line = _CELLS.join(_line(cell.children) for cell in row)
                if line.strip(_CELLS):
                    yield line
        case Figure():
            yield from _split(f"{block.caption}\n{block.alt}")


def _split(text: str) -> Iterator[str]:
    yield from (sentence.strip() for sentence in _END.split(text) if sentence.strip())


def _line(inlines: tuple[Inline, ...]) -> str:
    """The words of a line with the addresses behind them, which a reader follows too."""
    return "".join(_word(inline) for inline in inlines)


def _word(inline: Inline) -> str:
    match inline:
        case Strong(children):
            return _line(children)
        case Link(url, children):
            return _with_address(_line(children), url)
        case FactValue(text=text, url=url):
            return _with_address(text, url)
    return plain_text((inline,))


def _with_address(text: str, url: str) -> str:
    return f"{text}（{url}）" if url and url != text else text
