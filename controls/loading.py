"""Loads the shipped catalog data into rows, beside what is loaded already."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Max

from .catalog import CannotLoad, Catalog, CrosswalkEntry, Disclosure, EditionEntry
from .models import (
    Clause,
    Control,
    Crosswalk,
    DisclosurePoint,
    Edition,
    FactDefinition,
    Link,
    Phrase,
    Release,
)
from .reading import read

__all__ = ["CATALOGS", "CannotLoad", "load", "store"]

CATALOGS = Path(__file__).resolve().parent / "catalogs"


def load(folder: Path = CATALOGS) -> Release:
    """The release that holds the data in ``folder``: the one loaded earlier, or else a new one.

    A loaded release is never altered; other data becomes the next release beside it. When the data is not
    sound, :class:`CannotLoad` is raised and nothing is written. May run twice at the same time.
    """
    return store(read(folder))


def store(catalog: Catalog) -> Release:
    """The release that holds ``catalog``, which has been read and checked."""
    loaded = Release.objects.filter(digest=catalog.digest).first()
    if loaded is not None:
        return loaded
    try:
        return _write(catalog)
    except IntegrityError:
        # Somebody else loaded meanwhile: the same data (the unique digest let only one of us through), or other
        # data that took our number.
        return Release.objects.filter(digest=catalog.digest).first() or _write(catalog)


@transaction.atomic
def _write(catalog: Catalog) -> Release:
    last = Release.objects.aggregate(last=Max("number"))["last"] or 0
    release = Release.objects.create(number=last + 1, digest=catalog.digest)
    editions = {entry.slug: _write_edition(release, entry) for entry in catalog.editions}
    controls = {
        slug: _write_controls(edition, catalog.edition(slug), catalog.disclosures.get(slug, {}))
        for slug, edition in editions.items()
    }
    for crosswalk in catalog.crosswalks:
        _write_crosswalk(crosswalk, editions, controls)
    FactDefinition.objects.bulk_create(
        FactDefinition(
            release=release,
            name=fact.name,
            position=position,
            control_number=fact.control,
            label_ja=fact.ja,
            label_en=fact.en,
            help_ja=fact.help_ja,
            help_en=fact.help_en,
            owner=fact.owner,
            type=fact.type,
        )
        for position, fact in enumerate(catalog.facts, start=1)
    )
    return release


def _write_edition(release: Release, entry: EditionEntry) -> Edition:
    return Edition.objects.create(
        slug=entry.slug,
        release=release,
        framework=entry.framework,
        year=entry.year,
        title_ja=entry.title_ja,
        title_en=entry.title_en,
        jis=entry.jis,
        status=entry.status,
        note=entry.note,
        based_on=entry.based_on,
        for_papers=entry.for_papers,
        position=entry.position,
    )


def _write_controls(edition: Edition, entry: EditionEntry, disclosures: Mapping[str, Disclosure]) -> dict[str, Control]:
    headings = [
        Clause(edition=edition, number=each.number, position=place, title_ja=each.ja, title_en=each.en)
        for place, each in enumerate(entry.headings, start=1)
    ]
    Clause.objects.bulk_create(row for row, each in zip(headings, entry.headings, strict=True) if each.parent is None)
    for row, each in zip(headings, entry.headings, strict=True):
        row.parent = None if each.parent is None else headings[each.parent]
    Clause.objects.bulk_create(row for row in headings if row.parent is not None)
    nothing = Disclosure()
    rows = Control.objects.bulk_create(
        Control(
            edition=edition,
            clause=headings[each.heading],
            number=each.number,
            position=position,
            title_ja=each.ja,
            title_en=each.en,
            confidence=each.confidence,
            title_variants=list(each.variants),
            provider_guidance=each.provider_guidance,
            customer_guidance=each.customer_guidance,
            cloud_specific=each.cloud_specific,
            in_whitepapers=disclosures.get(each.number, nothing).in_whitepapers,
            guidance_ja=disclosures.get(each.number, nothing).guidance_ja,
            guidance_en=disclosures.get(each.number, nothing).guidance_en,
        )
        for position, each in enumerate(entry.controls, start=1)
    )
    _write_disclosures([(row, disclosures[row.number]) for row in rows if row.number in disclosures])
    return {row.number: row for row in rows}


def _write_disclosures(disclosures: Sequence[tuple[Control, Disclosure]]) -> None:
    DisclosurePoint.objects.bulk_create(
        DisclosurePoint(
            control=control,
            key=point.key,
            position=position,
            label_ja=point.ja,
            label_en=point.en,
            required=point.required,
            facts=list(point.facts),
        )
        for control, disclosure in disclosures
        for position, point in enumerate(disclosure.points, start=1)
    )
    Phrase.objects.bulk_create(
        Phrase(
            control=control,
            key=phrase.key,
            position=position,
            stance=phrase.stance,
            title_ja=phrase.ja,
            title_en=phrase.en,
            body=phrase.body,
        )
        for control, disclosure in disclosures
        for position, phrase in enumerate(disclosure.phrases, start=1)
    )


def _write_crosswalk(
    entry: CrosswalkEntry, editions: Mapping[str, Edition], controls: Mapping[str, Mapping[str, Control]]
) -> None:
    crosswalk = Crosswalk.objects.create(
        source=editions[entry.source],
        target=editions[entry.target],
        confidence=entry.confidence,
        note=entry.note,
    )
    Link.objects.bulk_create(
        Link(
            crosswalk=crosswalk,
            source=None if row.source is None else controls[entry.source][row.source],
            target=None if row.target is None else controls[entry.target][row.target],
            relation=row.relation,
            position=position,
        )
        for position, row in enumerate(entry.rows, start=1)
    )
