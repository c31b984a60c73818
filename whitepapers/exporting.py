"""Rows → a paper in the interchange format ``hakusho/1``, as ``import_paper`` reads it.

Internal notes, source notes and sections left out of the paper stay at home; so does a fact that differs from location
to location, which the format cannot say.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from .compose import DEFAULT_COLUMNS, answer_of
from .facts import definitions, known_facts
from .interchange import FORMAT
from .models import Figure, Section, Whitepaper


def export_paper(paper: Whitepaper) -> dict[str, Any]:
    """The paper's rows as JSON values; keys in the order in which a person would write them."""
    service, provider = paper.service, paper.service.provider
    facts = known_facts(service, definitions(paper.edition))
    children: dict[int | None, list[Section]] = defaultdict(list)
    rows = paper.sections.select_related("standard_answer").prefetch_related("section_controls__control")
    for row in rows.in_outline_order():
        children[row.parent_id].append(row)
    return {
        "format": FORMAT,
        "provider": _filled(
            name=provider.name,
            self_reference=provider.self_reference,
            customer_term=provider.customer_term,
            conjunction=provider.conjunction,
            address=provider.address,
        ),
        "service": _filled(name=service.name, alias=service.alias, model=service.model),
        "whitepaper": _whitepaper(paper),
        "facts": {name: fact.value for name, fact in facts.items() if not fact.places},
        "sections": _sections(children, None),
        "figures": [_figure(figure) for figure in paper.figures.all()],
        "history": [
            _filled(
                number=row.number,
                date=row.date.isoformat() if row.date else "",
                summary=row.summary,
                note=row.note,
                author=row.author,
            )
            for row in paper.history_rows.all()
        ],
    }


def _filled(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", [], {})}


def _whitepaper(paper: Whitepaper) -> dict[str, Any]:
    planned = _filled(number=paper.planned_number, date=paper.planned_date.isoformat() if paper.planned_date else "")
    return {
        "title": paper.title,
        "subtitle": paper.subtitle,
        "document_number": paper.document_number,
        "language": paper.language,
        "edition": paper.edition.slug,
        **({"second_edition": paper.second_edition.slug} if paper.second_edition else {}),
        "version_label": paper.version_label,
        "date_label": paper.date_label,
        **({"planned": planned} if planned else {}),
        "toc_depth": paper.toc_depth,
        "control_prefix": paper.control_prefix,
        "number_suffix": paper.number_suffix,
        "reference_line": paper.reference_line,
        "classification": paper.classification,
        "header": paper.header,
        "history": {
            "heading": paper.history_heading,
            "place": paper.history_place,
            "style": paper.history_style,
            "number_label": paper.history_number_label,
            "date_label": paper.history_date_label,
            "columns": paper.history_columns or [list(column) for column in DEFAULT_COLUMNS],
        },
        "colophon": paper.colophon,
        "notices": paper.notices,
    }


def _sections(children: Mapping[int | None, list[Section]], parent: int | None) -> list[dict[str, Any]]:
    return [_section(row, children) for row in children.get(parent, ()) if row.included]


def _section(row: Section, children: Mapping[int | None, list[Section]]) -> dict[str, Any]:
    body, stances = answer_of(row)
    return {
        "kind": row.kind,
        "numbering": row.numbering,
        **_filled(
            title=row.title,
            key=row.key,
            controls=[link.control.number for link in row.section_controls.all()],
            stances=[{"stance": stance["stance"], "scope": stance.get("scope", "")} for stance in stances],
            answered_points=row.answered_points,
            body=body,
            children=_sections(children, row.pk),
        ),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "key": figure.key,
        "kind": figure.kind,
        **_filled(
            caption=figure.caption,
            alt=figure.alt,
            layers=figure.layers,
            media_type=figure.media_type,
            data=base64.b64encode(bytes(figure.image)).decode("ascii"),
        ),
    }
