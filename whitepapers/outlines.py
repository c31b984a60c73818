"""The outline of a paper as pages show it: every section with its number, progress and findings, in order."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone

from .checks import Finding
from .document import Document
from .models import Section, SectionControl, Whitepaper
from .numbering import Node, numbers


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
    parent: int | None = None
    position: int = 0  # among its siblings
    is_first: bool = False
    is_last: bool = False
    left_out: bool = False  # itself, and not only with what it hangs below
    assignee: str = ""
    due: datetime.date | None = None
    is_overdue: bool = False
    needs_confirmation: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int


def entries(paper: Whitepaper, document: Document, findings: Sequence[Finding] = ()) -> list[Entry]:
    """The sections in the order of the paper; those left out of it stand in their place without a number. Two queries."""
    printed = {section.anchor: section for section in document.walk()}
    children = _children(paper)
    given = {
        row.pk: printed[f"s{row.pk}"].number
        for siblings in children.values()
        for row in siblings
        if f"s{row.pk}" in printed
    }
    return _entries(children, given, findings)


def bare_entries(paper: Whitepaper) -> list[Entry]:
    """The same without findings, from the rows alone: for pages that need no text of the paper. Two queries."""
    children = _children(paper)
    nodes = _nodes(children, None)
    return _entries(children, numbers(nodes, control_prefix=paper.control_prefix, suffix=paper.number_suffix), ())


def progress(outline: Sequence[Entry]) -> Progress:
    """How many of the sections that answer controls are done."""
    answering = [entry for entry in outline if entry.kind == Section.Kind.CONTROL and entry.included]
    return Progress(sum(entry.progress == Section.Progress.DONE for entry in answering), len(answering))


_Children = Mapping[int | None, Sequence[Section]]


def _children(paper: Whitepaper) -> _Children:
    links = SectionControl.objects.select_related("control").only(
        "section_id", "position", "control__number", "control__title_ja"
    )
    rows = (
        paper.sections.defer("body", "internal_note", "stances", "answered_points")
        .select_related("assignee")
        .prefetch_related(Prefetch("section_controls", queryset=links))
    )
    children: dict[int | None, list[Section]] = {}
    for row in rows.in_outline_order():
        children.setdefault(row.parent_id, []).append(row)
    return children


def _nodes(children: _Children, parent: int | None) -> list[Node[int]]:
    return [
        Node(
            row.pk,
            row.numbering,
            next((link.control.number for link in row.section_controls.all()), ""),
            _nodes(children, row.pk),
        )
        for row in children.get(parent, ())
        if row.included
    ]


def _entries(children: _Children, given: Mapping[int, str], findings: Sequence[Finding]) -> list[Entry]:
    blocking = Counter(finding.anchor for finding in findings if finding.blocks)
    warnings = Counter(finding.anchor for finding in findings if not finding.blocks)
    today = timezone.localdate()
    found: list[Entry] = []
    waiting = [(1, n, row) for n, row in reversed(list(enumerate(children.get(None, ()))))]
    while waiting:
        level, place, row = waiting.pop()
        is_done = row.progress == Section.Progress.DONE
        found.append(
            Entry(
                pk=row.pk,
                level=level,
                number=given.get(row.pk, ""),
                title=row.title or next((c.control.title_ja for c in row.section_controls.all()), ""),
                kind=row.kind,
                progress=row.progress,
                progress_label=row.get_progress_display(),
                included=row.pk in given,
                blocking=blocking[f"s{row.pk}"],
                warnings=warnings[f"s{row.pk}"],
                is_group=row.pk in children,
                parent=row.parent_id,
                position=place,
                is_first=place == 0,
                is_last=place == len(children[row.parent_id]) - 1,
                left_out=not row.included,
                assignee=str(row.assignee) if row.assignee else "",
                due=row.due,
                is_overdue=row.due is not None and row.due < today and not is_done,
                needs_confirmation=row.needs_confirmation,
            )
        )
        below = list(enumerate(children.get(row.pk, ())))
        waiting += [(level + 1, n, child) for n, child in reversed(below)]
    return found
