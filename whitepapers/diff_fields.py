"""What differs around the sections: cover, history, notices, colophon, looks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from .diff_words import Spans, Vocabulary, after_text, before_text, text_between
from .document import Block, Document, History, HistoryEntry, inlines_of, plain_text

_COVER = {
    "title": "題名",
    "subtitle": "副題",
    "service": "サービス名",
    "company": "会社名",
    "document_number": "文書番号",
    "classification": "公開範囲",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Something printed outside of the sections: of the cover, the history, the notices, the colophon."""

    part: str  # cover, history, notices, colophon, edition or layout
    label: str
    spans: Spans

    @property
    def before(self) -> str:
        return before_text(self.spans)

    @property
    def after(self) -> str:
        return after_text(self.spans)


def fields_between(before: Document, after: Document, vocabulary: Vocabulary) -> Iterator[FieldChange]:
    """The version that the cover prints, and the rows that the history gains, are no change: every issue has them."""
    for part, label, old, new in chain(_cover(before, after), _history(before, after), _back(before, after)):
        if old != new:
            yield FieldChange(part, label, text_between(old, new, vocabulary))


def _cover(before: Document, after: Document) -> Iterator[tuple[str, str, str, str]]:
    old, new = before.printed, after.printed
    for name, label in _COVER.items():
        yield "cover", label, getattr(old.cover, name), getattr(new.cover, name)
    if (old.header == old.cover.title) != (new.header == new.cover.title) or new.header != new.cover.title:
        yield "cover", "ヘッダー", old.header, new.header
    editions = [" ＋ ".join(filter(None, (each.meta.edition, each.meta.second_edition))) for each in (before, after)]
    yield "edition", "規格の版", editions[0], editions[1]
    yield "layout", "目次の深さ", str(old.toc_depth), str(new.toc_depth)
    yield "layout", "表紙の日付の表記", old.cover.date_label, new.cover.date_label
    yield "layout", "言語", old.language, new.language


def _history(before: Document, after: Document) -> Iterator[tuple[str, str, str, str]]:
    old, new = before.printed.history, after.printed.history
    yield "layout", "改訂履歴の見出し", old.heading, new.heading
    yield "layout", "改訂履歴の位置", old.place, new.place
    yield "layout", "改訂履歴の形", old.style, new.style
    yield "layout", "改訂履歴の日付の表記", old.date_label, new.date_label
    yield "layout", "改訂履歴の列", _columns(old), _columns(new)
    now = {entry.number: entry for entry in new.entries}
    for entry in old.entries:
        becomes = now.get(entry.number)
        if entry.this_version and (becomes is None or not entry.summary):  # planned anew, or told only now
            continue
        yield "history", f"改訂履歴の {entry.number}", _entry(entry, becomes), _entry(becomes, entry)


def _columns(history: History) -> str:
    return "、".join(heading for _, heading in history.columns)


def _entry(entry: HistoryEntry | None, other: HistoryEntry | None) -> str:
    """An entry in one line. What only an issue gives it counts when both have it."""
    if entry is None:
        return ""
    is_planned = entry.this_version or (other is not None and other.this_version)
    summary = _text(entry.summary)
    return "　".join(filter(None, ("" if is_planned else entry.date, summary, entry.note, entry.author)))


def _text(blocks: Iterable[Block]) -> str:
    return " ".join(filter(None, (plain_text(tuple(inlines_of((block,)))) for block in blocks)))


def _back(before: Document, after: Document) -> Iterator[tuple[str, str, str, str]]:
    old, new = before.printed, after.printed
    yield "notices", "巻末の注意事項", "\n".join(old.notices), "\n".join(new.notices)
    was, becomes = (_by_label(each.colophon) for each in (old, new))
    for label in dict.fromkeys((*was, *becomes)):
        yield "colophon", f"奥付の{label}", was.get(label, ""), becomes.get(label, "")


def _by_label(colophon: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for label, value in colophon:
        found[label] = f"{found[label]}\n{value}" if label in found else value
    return found
