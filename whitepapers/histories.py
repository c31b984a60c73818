"""The history of a section as its page shows it: who changed it when, and each change sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from controls.models import DisclosurePoint
from controls.stances import Stance

from .editing import content_of
from .models import Section, SectionRevision

_SENTENCE = re.compile(r"[^。！？\n]*(?:[。！？]+[」』）)]*|\n)|[^。！？\n]+")
_AROUND = 1  # sentences shown on each side of a change
_LABELS = {
    "title": "見出し",
    "controls": "答える管理策",
    "stances": "回答区分",
    "answered_points": "文章で答えた開示事項",
    "progress": "進み具合",
    "included": "ペーパーに載せる",
    "numbering": "番号",
    "key": "参照名",
    "internal_note": "内部メモ",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Sentences of a text that stayed (""), came ("ins") or went ("del"); "gap" stands for many that stayed."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    revision: SectionRevision
    fields: tuple[FieldChange, ...]
    pieces: tuple[Piece, ...]  # of the body; empty when it stayed as it was


def changes(section: Section, revisions: Sequence[SectionRevision], *, with_notes: bool) -> list[Change]:
    """What each revision changed. Internal notes are left out for those who may not read them. One query."""
    contents = [content for revision in revisions for content in (revision.before, revision.after)]
    points = _points(section, contents)
    return [
        Change(
            revision, fields_between(revision.before, revision.after, points, with_notes=with_notes), _body(revision)
        )
        for revision in revisions
    ]


def fields_between(
    before: Mapping[str, Any], after: Mapping[str, Any], points: Mapping[str, str], *, with_notes: bool
) -> tuple[FieldChange, ...]:
    """The fields beside the body that differ, in words. ``points``: labels of disclosure points by key."""
    return tuple(
        FieldChange(_(label), _said(name, before.get(name), points), _said(name, after.get(name), points))
        for name, label in _LABELS.items()
        if before.get(name) != after.get(name) and (with_notes or name != "internal_note")
    )


def pieces_between(before: str, after: str) -> tuple[Piece, ...]:
    """The two texts as one, sentence by sentence; long runs that stayed are a gap. Nothing when they are equal."""
    if before == after:
        return ()
    old, new = sentences(before), sentences(after)
    found: list[Piece] = []
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (tag, i, j, k, m) in enumerate(steps):
        if tag == "equal":
            found += _shortened(old[i:j], is_first=number == 0, is_last=number == len(steps) - 1)
            continue
        if j > i:
            found.append(Piece("del", "".join(old[i:j])))
        if m > k:
            found.append(Piece("ins", "".join(new[k:m])))
    return tuple(found)


def sentences(text: str) -> list[str]:
    """The text cut behind 。！？ and at line ends; joined they are the text."""
    return _SENTENCE.findall(text)


def _shortened(kept: list[str], *, is_first: bool, is_last: bool) -> Iterable[Piece]:
    head = [] if is_first else kept[:_AROUND]
    rest = kept[len(head) :]
    tail = [] if is_last else rest[-_AROUND:]
    middle = rest[: len(rest) - len(tail)]
    if head:
        yield Piece("", "".join(head))
    if middle:
        yield Piece("gap", "")
    if tail:
        yield Piece("", "".join(tail))


def _body(revision: SectionRevision) -> tuple[Piece, ...]:
    return pieces_between(revision.before.get("body", ""), revision.after.get("body", ""))


def _points(section: Section, contents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    keys = {key for content in contents for key in content.get("answered_points", ())}
    points = DisclosurePoint.objects.filter(control__edition=section.whitepaper.edition_id, key__in=keys)
    return dict(points.values_list("key", "label_ja"))


def _said(name: str, value: Any, points: Mapping[str, str]) -> str:  # noqa: PLR0911 - one return per kind of field
    match name:
        case "included":
            return _("載せる") if value else _("載せない")
        case "progress":
            return str(dict(Section.Progress.choices).get(value, value or ""))
        case "numbering":
            return str(dict(Section.Numbering.choices).get(value, value or ""))
        case "controls":
            return "、".join(value or ())
        case "answered_points":
            return "、".join(points.get(key, key) for key in value or ())
        case "stances":
            return "、".join(_stance(item) for item in value or ())
    return str(value or "")


def _stance(item: Mapping[str, str]) -> str:
    label = str(dict(Stance.choices).get(item.get("stance", ""), item.get("stance", "")))
    return f"{label}（{item['scope']}）" if item.get("scope") else label


def undone(section: Section, revision: SectionRevision) -> Change:
    """What taking the section back to before ``revision`` would change in what it says now."""
    links = section.section_controls.select_related("control")
    now = content_of(section).as_json({link.control_id: link.control.number for link in links})
    before = now | revision.before
    points = _points(section, [now, before])
    return Change(
        revision, fields_between(now, before, points, with_notes=True), pieces_between(now["body"], before["body"])
    )
