from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ..document import Document, Section


class Severity(StrEnum):
    BLOCKING = "blocking"  # stops the issue
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    id: str  # of the check: completeness.empty_section
    severity: Severity
    anchor: str  # of the section, "" for the paper as a whole
    place: str  # for people: "8.3 情報のバックアップ", "表紙"
    sentence: str  # what is wrong, and how to mend it
    subject: str = ""  # what it is about within the section: a point's key, a fact's name

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.BLOCKING


Check = Callable[[Document], Iterator[Finding]]
C = TypeVar("C", bound=Check)
_CHECKS: list[Check] = []


def register(function: C) -> C:
    _CHECKS.append(function)
    return function


def check(document: Document) -> list[Finding]:
    """Every finding, in the order of the paper; what concerns the paper as a whole comes first."""
    from . import completeness, glyphs, references, titles  # noqa: F401, PLC0415 - they register themselves here

    place = {section.anchor: n for n, section in enumerate(document.walk(), start=1)}
    findings = [finding for function in _CHECKS for finding in function(document)]
    return sorted(findings, key=lambda finding: place.get(finding.anchor, 0))


def found(section: Section, check_id: str, severity: Severity, sentence: str, subject: str = "") -> Finding:
    """A finding in a section."""
    return Finding(check_id, severity, section.anchor, section.heading, sentence, subject)
