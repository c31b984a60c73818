"""Do the headings say what the standard says?"""

from __future__ import annotations

from collections.abc import Iterator

from controls.titles import same_title

from ..document import Document
from .registry import Finding, Severity, found, register


@register
def differing_title(document: Document) -> Iterator[Finding]:
    """A section that answers one control under a title that is not the control's, spelling variants aside."""
    sections = {section.anchor: section for section in document.walk()}
    for meta in document.meta.sections:
        if len(meta.controls) != 1:
            continue
        section, control = sections[meta.anchor], meta.controls[0]
        if not any(same_title(section.title, title) for title in (control.title, *control.title_variants)):
            yield found(
                section,
                "titles.differing_title",
                Severity.WARNING,
                f"見出し「{section.title}」が、規格の題名「{control.title}」（{control.number}）と異なります。",
                control.number,
            )
