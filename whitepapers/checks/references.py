"""Does everything that the text points to exist?"""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Document, Missing, inlines_of
from .registry import Finding, Severity, found, register

_SENTENCES = {
    "reference": "参照先の節「{name}」がないか、1つに決まりません。",
    "figure": "図「{name}」がないか、ほかの文字と同じ段落に置かれています。",
}


@register
def missing_target(document: Document) -> Iterator[Finding]:
    for section in document.walk():
        for inline in dict.fromkeys(inlines_of(section.blocks)):
            if isinstance(inline, Missing) and inline.kind in _SENTENCES:
                sentence = _SENTENCES[inline.kind].format(name=inline.name)
                yield found(section, f"references.missing_{inline.kind}", Severity.BLOCKING, sentence, inline.name)


@register
def history_without_place(document: Document) -> Iterator[Finding]:
    """The revision history is to stand in the outline, where no section is for it; or a section waits for it in vain."""
    history = document.printed.history
    if history.place == "outline" and not history.anchor:
        sentence = "改訂履歴の節がないため、改訂履歴が印刷されません。"
        yield Finding("references.history_without_place", Severity.WARNING, "", history.heading, sentence)
    for section in document.walk():
        if section.kind == "history" and history.place != "outline" and not section.blocks:
            sentence = "改訂履歴は別の位置に印刷されるため、この節は見出しだけになります。"
            yield found(section, "references.history_without_place", Severity.WARNING, sentence)
