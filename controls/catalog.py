"""The shapes of the shipped data, read and checked, before they become rows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class CannotLoad(Exception):
    """The data is not sound. The message is a Japanese sentence that names the file and the place in it."""

    def __init__(self, file: str, place: str, sentence: str) -> None:
        self.file, self.place, self.sentence = file, place, sentence
        super().__init__(f"{file}（{place}）：{sentence}" if place else f"{file}：{sentence}")


@dataclass(frozen=True)
class Heading:
    """A clause (no parent), or a category below one; ``parent`` is the index of the clause in its edition."""

    number: str
    ja: str
    en: str
    parent: int | None = None


@dataclass(frozen=True)
class ControlEntry:
    number: str
    heading: int  # index in the edition's headings
    ja: str
    en: str
    confidence: str
    variants: tuple[str, ...] = ()
    provider_guidance: bool = False
    customer_guidance: bool = False
    cloud_specific: bool = False
    whitepaper: bool = False  # a whitepaper must answer it: then it has disclosure points


@dataclass(frozen=True)
class EditionEntry:
    slug: str
    position: int
    framework: str
    year: int
    title_ja: str
    title_en: str
    jis: str
    status: str
    note: str
    based_on: str
    for_papers: bool
    headings: tuple[Heading, ...]
    controls: tuple[ControlEntry, ...]

    @property
    def numbers(self) -> dict[str, int]:
        """Control number → its place."""
        return {control.number: place for place, control in enumerate(self.controls)}


@dataclass(frozen=True)
class Row:
    """One link of a crosswalk; ``new`` has no source, ``dropped`` no target."""

    source: str | None
    target: str | None
    relation: str


@dataclass(frozen=True)
class CrosswalkEntry:
    source: str
    target: str
    confidence: str
    note: str
    rows: tuple[Row, ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The links that may be followed: successors, not what only overlaps."""
        return [
            (row.source, row.target)
            for row in self.rows
            if row.source is not None and row.target is not None and row.relation != "intersect"
        ]


@dataclass(frozen=True)
class PointEntry:
    key: str
    ja: str
    en: str
    required: bool
    facts: tuple[str, ...]


@dataclass(frozen=True)
class PhraseEntry:
    key: str
    stance: str
    ja: str
    en: str
    body: str


@dataclass(frozen=True)
class Disclosure:
    """What belongs to one control: our guidance, the disclosure points, the phrases."""

    guidance_ja: str = ""
    guidance_en: str = ""
    points: tuple[PointEntry, ...] = ()
    phrases: tuple[PhraseEntry, ...] = ()
    in_whitepapers: bool = False


@dataclass(frozen=True)
class FactEntry:
    name: str
    control: str
    ja: str
    en: str
    help_ja: str
    help_en: str
    owner: str
    type: Mapping[str, Any]


@dataclass(frozen=True)
class Catalog:
    """Everything of one release."""

    digest: str
    editions: tuple[EditionEntry, ...]
    crosswalks: tuple[CrosswalkEntry, ...]
    facts: tuple[FactEntry, ...]
    disclosures: Mapping[str, Mapping[str, Disclosure]] = field(default_factory=dict)  # edition → number → …

    def edition(self, slug: str) -> EditionEntry:
        return next(edition for edition in self.editions if edition.slug == slug)
