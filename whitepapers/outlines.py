"""The outline of a paper as pages show it: every section with its number, progress and findings, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .checks import Finding
from .document import Document
from .models import Section, Whitepaper


@dataclass(frozen=True, slots=True)
class Entry:
    pk: int
    level: int
    number: str  # "" for none, and for sections left out of the paper
    title: str
    kind: str
    progress: str
    progress_label: str
    included: bool
    blocking: int  # findings
    warnings: int
    is_group: bool  # a heading above others


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


def entries(paper: Whitepaper, document: Document, findings: Sequence[Finding] = ()) -> list[Entry]:
    """The sections in the order of the paper; those left out of it stand in their place without a number. Two queries."""
    printed = {section.anchor: section for section in document.walk()}
    blocking = Counter(finding.anchor for finding in findings if finding.blocks)
    warnings = Counter(finding.anchor for finding in findings if not finding.blocks)
    rows = list(paper.sections.prefetch_related("section_controls__control").in_outline_order())
    children: dict[int | None, list[Section]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    found: list[Entry] = []
    waiting = [(1, row) for row in reversed(children.get(None, []))]
    while waiting:
        level, row = waiting.pop()
        section = printed.get(f"s{row.pk}")
        title = (
            section.title
            if section
            else row.title or next((c.control.title_ja for c in row.section_controls.all()), "")
        )
        found.append(
            Entry(
                pk=row.pk,
                level=level,
                number=section.number if section else "",
                title=title,
                kind=row.kind,
                progress=row.progress,
                progress_label=row.get_progress_display(),
                included=section is not None,
                blocking=blocking[f"s{row.pk}"],
                warnings=warnings[f"s{row.pk}"],
                is_group=row.pk in children,
            )
        )
        waiting += [(level + 1, child) for child in reversed(children.get(row.pk, []))]
    return found


def progress(outline: Sequence[Entry]) -> Progress:
    """How many of the sections that answer controls are done."""
    answering = [entry for entry in outline if entry.kind == Section.Kind.CONTROL and entry.included]
    return Progress(sum(entry.progress == Section.Progress.DONE for entry in answering), len(answering))
