"""What follows from the data without being written in it: crosswalks, other editions' disclosures. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from .catalog import CrosswalkEntry, Disclosure, EditionEntry, PhraseEntry, Row
from .phrases import references, with_references
from .routes import DOUBT, follow, inverse, shortest


def completed(editions: Iterable[EditionEntry], crosswalks: Sequence[CrosswalkEntry]) -> tuple[CrosswalkEntry, ...]:
    """The crosswalks of the files and those that follow from what an edition is based on.

    An edition keeps the numbers of its base. So it leads to its base by number, and wherever a table of its
    base leads; a table between two such editions takes the rows it lacks from the table between their bases.
    """
    by_slug = {edition.slug: edition for edition in editions}
    between = {(table.source, table.target): table for table in crosswalks}
    found = dict(between)
    for edition in by_slug.values():
        base = by_slug.get(edition.based_on)
        if base is None:
            continue
        found.setdefault((edition.slug, base.slug), _same_numbers(edition, base))
        for (source, target), table in between.items():
            if source == base.slug:
                note = f"{_name(base)} と {_name(by_slug[target])} の対応に従います。{table.note}"
                derived = CrosswalkEntry(edition.slug, target, table.confidence, note, table.rows)
                found.setdefault((edition.slug, target), derived)
    for (source, target), table in between.items():
        below = between.get((by_slug[source].based_on, by_slug[target].based_on))
        if below is not None:
            found[source, target] = _with_rows_of(table, below)
    return tuple(found.values())


def _name(edition: EditionEntry) -> str:
    return f"{edition.framework}:{edition.year}"


def _same_numbers(edition: EditionEntry, base: EditionEntry) -> CrosswalkEntry:
    rows = [Row(each.number, each.number, "equal") for each in edition.controls if each.number in base.numbers]
    confidence = "medium" if edition.status == "provisional" else "high"
    note = f"クラウド固有の管理策を除き、番号は土台とする {_name(base)} と同じです。"
    return CrosswalkEntry(edition.slug, base.slug, confidence, note, tuple(rows))


def _with_rows_of(table: CrosswalkEntry, below: CrosswalkEntry) -> CrosswalkEntry:
    """``table`` with the rows of ``below``; what its own rows reach is not new any more."""
    reached = {row.target for row in table.rows if row.source is not None}
    taken = [row for row in below.rows if not (row.source is None and row.target in reached)]
    rows = [row for row in (*taken, *table.rows) if row.source is not None]
    rows += [row for row in (*taken, *table.rows) if row.source is None]
    return CrosswalkEntry(table.source, table.target, table.confidence, table.note, tuple(dict.fromkeys(rows)))


def carried(
    disclosures: Mapping[str, Disclosure],
    source: EditionEntry,
    target: EditionEntry,
    crosswalks: Sequence[CrosswalkEntry],
) -> dict[str, Disclosure]:
    """The disclosures of ``source`` at the controls of ``target`` that its controls lead to."""
    tables = [(table.source, table.target, DOUBT[table.confidence]) for table in crosswalks]
    steps = shortest(tables, source.slug, target.slug) or []
    forward = follow(
        inverse(crosswalks[index].pairs) if backwards else crosswalks[index].pairs for index, backwards in steps
    )
    order = target.numbers
    forward = {number: sorted(numbers, key=order.__getitem__) for number, numbers in forward.items()}
    arriving: dict[str, list[str]] = {}
    for number in disclosures:  # in the order of the source edition
        for there in forward.get(number, ()):
            arriving.setdefault(there, []).append(number)
    first = {number: numbers[0] for number, numbers in forward.items()}
    return {
        there: _merged([disclosures[number] for number in arriving[there]], there, first)
        for there in sorted(arriving, key=order.__getitem__)
    }


def _merged(parts: Sequence[Disclosure], control: str, first: Mapping[str, str]) -> Disclosure:
    phrases: dict[str, PhraseEntry] = {}
    for phrase in (phrase for part in parts for phrase in part.phrases):
        named = references(phrase.body)
        # A reference that leads nowhere, or to the very section it stands in, would only puzzle the reader.
        if any(first.get(number, control) == control for number in named):
            continue
        key, count = phrase.key, 1
        while key in phrases:
            count += 1
            key = f"{phrase.key}-{count}"
        body = with_references(phrase.body, first)
        phrases[key] = PhraseEntry(key, phrase.stance, phrase.ja, phrase.en, body)
    return Disclosure(
        guidance_ja="\n\n".join(part.guidance_ja for part in parts),
        guidance_en="\n\n".join(part.guidance_en for part in parts),
        points=tuple(point for part in parts for point in part.points),
        phrases=tuple(phrases.values()),
        in_whitepapers=any(part.in_whitepapers for part in parts),
    )
