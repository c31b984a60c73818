"""The waist of Hakusho: a paper as frozen data, and its canonical JSON and digest.

``compose()`` makes a :class:`Document` from rows; everything that renders, checks or compares reads one and nothing
else. ``printed`` is all that stands on the pages except the imprint; ``meta`` is what checks and differences need to
know about it (control ids, stances, typed facts). The digest covers both. The imprint (issue date, later the approval
block) is given to a renderer beside the Document and is hashed by itself.

Trees are tuples all the way down, so that a Document can be hashed, shared and cached without a copy.
"""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import canonical
from .words import word

FORMAT = "hakusho-document/1"

# --- Inlines: what stands in a line -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """``url`` is http, https or mailto; nothing else becomes a link."""

    url: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """The author's own line break."""


@dataclass(frozen=True, slots=True)
class FactValue:
    """A fact in its display form with unit; with ``url`` it links there."""

    name: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Number and title of another section, linked to it."""

    anchor: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a placeholder asks for that is not there: an unknown fact, a section or figure that is gone."""

    kind: str  # "fact", "reference" or "figure"
    name: str
    label: str  # for people: the fact's label, or the name itself


Inline = Text | Strong | Link | Break | FactValue | Reference | Missing

# --- Blocks: what stands below a heading --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph that begins with ※; the marker is kept as written (``※``, ``※1``)."""

    marker: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class List:
    ordered: bool
    start: int  # of an ordered list
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    children: tuple[Inline, ...]
    align: str = ""  # "", "left", "center" or "right"


@dataclass(frozen=True, slots=True)
class Table:
    """``fact`` names the table fact it was made from, if it was."""

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    name: str
    party: str


@dataclass(frozen=True, slots=True)
class Picture:
    media_type: str  # image/png or image/jpeg
    width: int  # pixels
    height: int
    data: str  # base64


@dataclass(frozen=True, slots=True)
class Figure:
    """図n: layers of responsibility from top to bottom, or a picture."""

    key: str
    number: int
    caption: str
    alt: str
    layers: tuple[Layer, ...] = ()
    picture: Picture | None = None

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties in the order of their first layer."""
        return tuple(dict.fromkeys(layer.party for layer in self.layers))


Block = Paragraph | Note | List | Table | Figure

# --- The paper ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    anchor: str  # unique in the Document, the same in every Document of the paper
    kind: str  # prose, control or history
    level: int  # 1 for the outermost
    number: str  # as printed: "8.3", "11.", "A.5.1.1" or ""
    title: str
    reference_line: str
    blocks: tuple[Block, ...]
    children: tuple[Section, ...]

    @property
    def heading(self) -> str:
        return f"{self.number} {self.title}".strip()

    def walk(self) -> Iterator[Section]:
        """This section and all below it, in the order of the paper."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Cover:
    title: str
    subtitle: str
    service: str
    company: str
    version: str  # as printed: 第1.3版, or "" when no number is planned
    date_label: str  # pattern for the imprint's date: "{year}年{month}月発行"; "" prints none
    document_number: str
    classification: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    number: str  # as printed
    date: str  # as printed; "" in the entry of this very version, whose date is the imprint's
    summary: tuple[Block, ...]
    note: str
    author: str
    this_version: bool = False


@dataclass(frozen=True, slots=True)
class History:
    heading: str
    place: str  # front, back, outline or none
    style: str  # table or list
    date_label: str
    columns: tuple[tuple[str, str], ...]  # (number | date | summary | note | author, heading)
    entries: tuple[HistoryEntry, ...]
    anchor: str = ""  # of the section where it stands when its place is the outline


@dataclass(frozen=True, slots=True)
class Printed:
    language: str
    cover: Cover
    header: str
    toc_depth: int
    history: History
    sections: tuple[Section, ...]
    colophon: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]


# --- What is not printed, but known about it ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StanceMeta:
    stance: str
    scope: str


@dataclass(frozen=True, slots=True)
class FactMeta:
    name: str
    label: str
    value: typing.Any = field(hash=False)  # JSON: the typed value
    unit: str
    display: str


@dataclass(frozen=True, slots=True)
class PointMeta:
    """A disclosure point of one of the section's controls, and whether this section answers it."""

    control: str
    key: str
    label: str
    required: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class ControlMeta:
    number: str
    title: str
    title_variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionMeta:
    anchor: str
    controls: tuple[ControlMeta, ...]
    stances: tuple[StanceMeta, ...]
    facts: tuple[FactMeta, ...]
    points: tuple[PointMeta, ...]


@dataclass(frozen=True, slots=True)
class Meta:
    edition: str  # iso27017-2015
    release: int
    second_edition: str
    number: str  # the planned number, "" if none
    sections: tuple[SectionMeta, ...]


@dataclass(frozen=True, slots=True)
class Document:
    printed: Printed
    meta: Meta
    format: str = FORMAT

    def walk(self) -> Iterator[Section]:
        """Every section in the order of the paper."""
        for section in self.printed.sections:
            yield from section.walk()

    def to_json(self) -> str:
        """Canonical JSON: keys sorted, no spaces, UTF-8 text, no NaN; equal Documents give equal strings."""
        return canonical.to_json(self)

    @classmethod
    def from_json(cls, text: str) -> Document:
        """The Document that ``to_json`` wrote. Raises ValueError for anything else."""
        document: Document = canonical.from_json(text, cls)
        if document.format != FORMAT:
            raise ValueError(f"not a {FORMAT} document")
        return document

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Approval:
    """One box of the approval block 作成・確認・承認."""

    label: str
    name: str
    date: str


@dataclass(frozen=True, slots=True)
class Imprint:
    """What issuing adds: the issue date (ISO) and, when asked for, the approval block and the day when the content was last
    checked (ISO, 最終確認日). A draft's imprint is its planned date."""

    date: str = ""
    approvals: tuple[Approval, ...] = field(default=())
    draft: bool = False
    checked: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(canonical.to_json(self).encode()).hexdigest()


# --- Reading a line -----------------------------------------------------------------------------------------------


def plain_text(inlines: tuple[Inline, ...]) -> str:
    """The words of a line as a reader sees them, a line break as a newline."""
    return "".join(_plain(inline) for inline in inlines)


def _plain(inline: Inline) -> str:
    match inline:
        case Text(text) | FactValue(text=text):
            return text
        case Strong(children) | Link(children=children):
            return plain_text(children)
        case Break():
            return "\n"
        case Reference(number=number, title=title):
            return f"{number} {title}".strip()
        case Missing():
            return missing_text(inline)
    typing.assert_never(inline)


def missing_text(missing: Missing) -> str:
    """What a draft prints in place of something missing."""
    return f"〔{word(f'missing_{missing.kind}')}：{missing.label}〕"


def inlines_of(blocks: tuple[Block, ...]) -> Iterator[Inline]:
    """Every inline below ``blocks``, children after their parent."""
    for block in blocks:
        match block:
            case Paragraph(children) | Note(children=children):
                yield from _descend(children)
            case List(items=items):
                for item in items:
                    yield from inlines_of(item)
            case Table(head, rows):
                for row in (head, *rows):
                    for cell in row:
                        yield from _descend(cell.children)
            case Figure():
                pass


def _descend(inlines: tuple[Inline, ...]) -> Iterator[Inline]:
    for inline in inlines:
        yield inline
        if isinstance(inline, Strong | Link):
            yield from _descend(inline.children)
