"""Is everything said that a reader must find?"""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Document, Missing, inlines_of
from .registry import Finding, Severity, found, register


@register
def empty_section(document: Document) -> Iterator[Finding]:
    """A control without an answer stops the issue; another section without text and sections below is pointed out."""
    for section in document.walk():
        if section.blocks or section.children:
            continue
        if section.kind == "control":
            yield found(
                section,
                "completeness.empty_section",
                Severity.BLOCKING,
                "回答がありません。本文を書くか、この節をペーパーから外してください。",
            )
        elif section.kind == "prose":
            yield found(section, "completeness.empty_section", Severity.WARNING, "本文がありません。")


@register
def unanswered_point(document: Document) -> Iterator[Finding]:
    """A required disclosure point that no section of its control answers."""
    sections = {section.anchor: section for section in document.walk()}
    told: set[tuple[str, str]] = set()
    for meta in document.meta.sections:
        section = sections[meta.anchor]
        for point in meta.points:
            if not point.required or point.answered or (point.control, point.key) in told:
                continue
            told.add((point.control, point.key))
            yield found(
                section,
                "completeness.unanswered_point",
                Severity.BLOCKING,
                f"{point.control} の必須の開示事項「{point.label}」に答えがありません。"
                "事実を本文に差し込むか、回答区分で理由（提供していない、お客様の責任など）を選ぶか、文章で答えている場合は印を付けてください。",
                point.key,
            )


@register
def unknown_fact(document: Document) -> Iterator[Finding]:
    for section in document.walk():
        names = {
            item.name: item for item in inlines_of(section.blocks) if isinstance(item, Missing) and item.kind == "fact"
        }
        for name, missing in names.items():
            yield found(
                section, "completeness.unknown_fact", Severity.BLOCKING, f"事実「{missing.label}」が未記入です。", name
            )


@register
def planned_version(document: Document) -> Iterator[Finding]:
    if not document.meta.number:
        yield Finding("completeness.planned_version", Severity.WARNING, "", "表紙", "次の版数が決まっていません。")
