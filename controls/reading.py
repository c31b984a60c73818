"""The catalog's YAML files → a checked :class:`~controls.catalog.Catalog`. Reads files, no database."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import facts, phrases
from .catalog import (
    CannotLoad,
    Catalog,
    ControlEntry,
    CrosswalkEntry,
    Disclosure,
    EditionEntry,
    FactEntry,
    Heading,
    PhraseEntry,
    PointEntry,
    Row,
)
from .deriving import carried, completed
from .entries import Entry, read_yaml
from .models import Control, Edition, FactDefinition
from .stances import Stance

DISCLOSED = "iso27017-2015"  # the edition that disclosure points, guidance and phrases are written for

# Goes into the digest: raise it when the same files make other rows than before.
FORMAT = 1


def read(folder: Path) -> Catalog:
    """Everything in ``folder``, checked. Raises :class:`CannotLoad` at the first fault."""
    raw = {
        path.relative_to(folder).as_posix(): read_yaml(path, path.relative_to(folder).as_posix())
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("disclosures/*.yaml")])
    }
    editions = _editions({name: data for name, data in raw.items() if _is_edition(name)})
    crosswalks = [
        _crosswalk(Entry(name, "", data), editions) for name, data in raw.items() if name.startswith("crosswalk-")
    ]
    entries = [
        (number, Entry(name, number, value))
        for name, data in raw.items()
        if name.startswith("disclosures/")
        for number, value in _top(name, data).items()
    ]
    disclosures, definitions = _disclosures(editions, entries)
    complete = completed(editions.values(), crosswalks)
    return Catalog(
        digest=_digest(raw),
        editions=tuple(sorted(editions.values(), key=lambda edition: edition.position)),
        crosswalks=complete,
        facts=definitions,
        disclosures={DISCLOSED: disclosures}
        | {
            edition.slug: carried(disclosures, editions[DISCLOSED], edition, complete)
            for edition in editions.values()
            if edition.for_papers and edition.slug != DISCLOSED
        },
    )


def _is_edition(name: str) -> bool:
    return "/" not in name and not name.startswith("crosswalk-")


def _digest(raw: Mapping[str, Any]) -> str:
    text = json.dumps([FORMAT, raw], ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _top(name: str, data: object) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise CannotLoad(name, "", "管理策番号(引用符付き)ごとに書いてください。")
    return data


# --- Editions ----------------------------------------------------------------------------------------------


def _editions(raw: Mapping[str, Any]) -> dict[str, EditionEntry]:
    editions: dict[str, EditionEntry] = {}
    seen: set[str] = set()
    entries = [Entry(name, "", data) for name, data in raw.items()]
    # Those that take their controls from another edition come after it.
    for entry in sorted(entries, key=lambda each: each.has("controls_of")):
        edition = _edition(entry, editions)
        entry.unique("edition", edition.slug, seen)
        entry.unique("position", str(edition.position), seen)
        editions[edition.slug] = edition
    if DISCLOSED not in editions:
        raise CannotLoad(f"{DISCLOSED}.yaml", "", "ファイルがありません。")
    for name in raw:
        slug = name.removesuffix(".yaml")
        if slug not in editions:
            raise CannotLoad(name, "edition", "ファイル名と同じにしてください。")
        if editions[slug].based_on not in {"", *editions}:
            raise CannotLoad(name, "based_on", f"{editions[slug].based_on} という版はありません。")
    return editions


def _edition(entry: Entry, editions: Mapping[str, EditionEntry]) -> EditionEntry:
    slug = entry.text("edition", limit=40)
    if entry.has("controls_of"):
        other = entry.one_of("controls_of", editions)
        headings, controls = _without_cloud(editions[other])
    else:
        headings, places = _headings(entry)
        controls = _controls(entry, places)
    edition = EditionEntry(
        slug=slug,
        position=entry.number("position"),
        framework=entry.text("framework", limit=60),
        year=entry.number("year"),
        title_ja=entry.text("title_ja", limit=200),
        title_en=entry.text("title_en", limit=300),
        jis=entry.text("jis", limit=60, default=""),
        status=entry.one_of("status", Edition.Status.values),
        note=entry.text("note", limit=2_000, default=""),
        based_on=entry.text("based_on", limit=40, default=""),
        for_papers=entry.flag("for_papers", default=True),
        headings=headings,
        controls=controls,
    )
    entry.done()
    return edition


def _headings(entry: Entry) -> tuple[tuple[Heading, ...], dict[str, int]]:
    """The headings in their order, each clause before its categories; category number → index."""
    clauses = {}
    seen: set[str] = set()
    for clause in entry.entries("clauses", [], named="id"):
        number = clause.unique("箇条", clause.text("id", limit=20), seen)
        clauses[number] = Heading(number, clause.text("ja", limit=200), clause.text("en", limit=200))
        clause.done()
    below: dict[str, list[Heading]] = {number: [] for number in clauses}
    seen = set()
    for category in entry.entries("categories", named="id"):
        number = category.unique("区分", category.text("id", limit=20), seen)
        parent = category.one_of("clause", clauses) if clauses else ""
        heading = Heading(number, category.text("ja", limit=200), category.text("en", limit=200))
        below.setdefault(parent, []).append(heading)
        category.done()
    headings: list[Heading] = []
    places: dict[str, int] = {}
    for number, categories in below.items():
        above = None
        if number:
            above = len(headings)
            headings.append(clauses[number])
        for category_heading in categories:
            places[category_heading.number] = len(headings)
            headings.append(Heading(category_heading.number, category_heading.ja, category_heading.en, above))
    return tuple(headings), places


def _controls(entry: Entry, places: Mapping[str, int]) -> tuple[ControlEntry, ...]:
    controls: list[ControlEntry] = []
    seen: set[str] = set()
    for each in entry.entries("controls", named="id"):
        control = ControlEntry(
            number=each.unique("管理策", each.text("id", limit=20), seen),
            heading=places[each.one_of("category", places)],
            ja=each.text("ja", limit=200),
            en=each.text("en", limit=200),
            confidence=each.one_of("confidence", Control.Confidence.values),
            variants=each.texts("variants", limit=200, default=()),
            provider_guidance=each.flag("provider_guidance"),
            customer_guidance=each.flag("customer_guidance"),
            cloud_specific=each.flag("cloud_specific"),
            whitepaper=each.flag("whitepaper"),
        )
        each.done()
        if controls and controls[-1].heading > control.heading:
            raise each.error("管理策は区分の順に並べてください。")
        controls.append(control)
    return tuple(controls)


def _without_cloud(edition: EditionEntry) -> tuple[tuple[Heading, ...], tuple[ControlEntry, ...]]:
    """The base of an edition: its controls but the cloud-specific ones, and the headings they need."""
    kept = [control for control in edition.controls if not control.cloud_specific]
    needed = {control.heading for control in kept}
    needed |= {parent for place in needed if (parent := edition.headings[place].parent) is not None}
    new_place = {old: new for new, old in enumerate(sorted(needed))}
    headings = []
    for old in new_place:
        heading = edition.headings[old]
        parent = None if heading.parent is None else new_place[heading.parent]
        headings.append(Heading(heading.number, heading.ja, heading.en, parent))
    controls = [
        ControlEntry(each.number, new_place[each.heading], each.ja, each.en, each.confidence, each.variants)
        for each in kept
    ]
    return tuple(headings), tuple(controls)


# --- Crosswalks --------------------------------------------------------------------------------------------


def _crosswalk(entry: Entry, editions: Mapping[str, EditionEntry]) -> CrosswalkEntry:
    source, target = (editions[entry.one_of(end, editions)] for end in ("source", "target"))
    confidence = entry.one_of("confidence", Control.Confidence.values)
    note = entry.text("note", limit=2_000, default="")
    forward = _links(entry, "forward", source, target)
    related = _links(entry, "related", source, target)
    new = _numbers(entry, "new", target)
    dropped = _numbers(entry, "dropped", source)
    if entry.has("reverse"):
        reverse = _links(entry, "reverse", target, source)
        if {(there, here) for here, there in reverse} != set(forward):
            raise entry.error("reverse が forward の逆になっていません。", "reverse")
    entry.done()
    if wrong := {there for _, there in forward} & set(new):
        raise entry.error(f"{min(wrong)} には対応元があるため、新設ではありません。", "new")
    if wrong := {here for here, _ in forward} & set(dropped):
        raise entry.error(f"{min(wrong)} には対応先があるため、廃止ではありません。", "dropped")
    if both := set(forward) & set(related):
        raise entry.error(f"{' → '.join(min(both))} は forward にもあります。", "related")
    rows = [
        *(Row(here, there, "unspecified") for here, there in forward),
        *(Row(here, there, "intersect") for here, there in related),
        *(Row(None, number, "new") for number in new),
        *(Row(number, None, "dropped") for number in dropped),
    ]
    return CrosswalkEntry(source.slug, target.slug, confidence, note, tuple(rows))


def _links(entry: Entry, name: str, source: EditionEntry, target: EditionEntry) -> list[tuple[str, str]]:
    table = entry.entry(name, {})
    pairs = []
    for number in table.keys():  # noqa: SIM118 (not a mapping)
        if number not in source.numbers:
            raise table.error(f"{source.slug} に管理策 {number} はありません。")
        for other in table.texts(number, limit=20):
            if other not in target.numbers:
                raise table.error(f"{target.slug} に管理策 {other} はありません。", number)
            pairs.append((number, other))
    return pairs


def _numbers(entry: Entry, name: str, edition: EditionEntry) -> tuple[str, ...]:
    numbers = entry.texts(name, limit=20, default=())
    for number in numbers:
        if number not in edition.numbers:
            raise entry.error(f"{edition.slug} に管理策 {number} はありません。", name)
    return numbers


# --- Disclosure points, facts, phrases ---------------------------------------------------------------------


def _disclosures(
    editions: Mapping[str, EditionEntry], entries: list[tuple[str, Entry]]
) -> tuple[dict[str, Disclosure], tuple[FactEntry, ...]]:
    edition = editions[DISCLOSED]
    places = edition.numbers
    answered = {control.number for control in edition.controls if control.whitepaper}
    seen: set[str] = set()
    for number, entry in entries:
        entry.unique("管理策", number, seen)
        if number not in places:
            raise entry.error(f"{DISCLOSED} に管理策 {number} はありません。")
    if missing := sorted(answered - seen, key=places.__getitem__):
        raise CannotLoad("disclosures", "", f"管理策 {missing[0]} の開示事項がありません。")
    entries = sorted(entries, key=lambda each: places[each[0]])
    definitions = _definitions(entries)
    types = {definition.name: definition.type for definition in definitions}
    disclosures = {}
    keys: set[str] = set()
    for number, entry in entries:
        guidance = entry.bilingual("guidance", limit_ja=2_000, limit_en=4_000)
        points = tuple(_point(each, types, keys) for each in entry.entries("points"))
        if bool(points) != (number in answered):
            raise entry.error("開示事項は、ホワイトペーパーで答える管理策にだけ1つ以上書いてください。", "points")
        disclosures[number] = Disclosure(*guidance, points, _phrases(entry, types, answered), number in answered)
        entry.done()
    return disclosures, definitions


def _definitions(entries: list[tuple[str, Entry]]) -> tuple[FactEntry, ...]:
    seen: set[str] = set()
    found = []
    for number, entry in entries:
        for each in entry.entries("facts", [], named="name"):
            name = each.unique("事実", each.slug("name"), seen)
            labels = each.bilingual("label", limit_ja=100, limit_en=200)
            helps = each.bilingual("help", limit_ja=1_000, limit_en=1_000)
            owner = each.one_of("owner", FactDefinition.Owner.values)
            type_ = each.rest()
            try:
                facts.check_type(type_)
            except facts.InvalidType as error:
                raise each.error(str(error)) from error
            found.append(FactEntry(name, number, *labels, *helps, owner, type_))
    return tuple(found)


def _point(entry: Entry, types: Mapping[str, Any], keys: set[str]) -> PointEntry:
    point = PointEntry(
        entry.unique("開示事項", entry.slug("key"), keys),
        *entry.bilingual("label", limit_ja=200, limit_en=300),
        entry.flag("required"),
        entry.texts("facts", limit=60),
    )
    entry.done()
    if not point.facts:
        raise entry.error("1つ以上の事実を書いてください。", "facts")
    for name in point.facts:
        if name not in types:
            raise entry.error(f"{name} という事実は定義されていません。", "facts")
    return point


def _phrases(entry: Entry, types: Mapping[str, Any], answered: set[str]) -> tuple[PhraseEntry, ...]:
    seen: set[str] = set()
    found = []
    for each in entry.entries("phrases"):
        phrase = PhraseEntry(
            each.unique("文例", each.slug("key"), seen),
            each.one_of("stance", Stance.values),
            *each.bilingual("title", limit_ja=100, limit_en=200),
            each.text("body", limit=20_000),
        )
        each.done()
        try:
            phrases.check(phrase.body, types=types, controls=answered)
        except phrases.BrokenPhrase as error:
            raise each.error(str(error), "body") from error
        found.append(phrase)
    if not found:
        raise entry.error("1つ以上の文例を書いてください。", "phrases")
    return tuple(found)
