"""Changes papers and their sections. Every function is atomic, locks its row, guards, changes, and keeps the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from accounts.models import User
from controls.models import Control
from controls.stances import Stance

from .compose import compose_from
from .document import Document
from .facts import definitions
from .locking import why_locked
from .models import Section, SectionControl, SectionRevision
from .sources import Source, controls_of, points_of
from .text import InvalidText, clean
from .validating import BodyContext, looks_like_a_control, problems_in_body


class CannotEdit(Exception):
    """Nothing was changed. ``problems`` has a sentence for people per field; "" is the form as a whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(self.problems.values()))


class ChangedMeanwhile(CannotEdit):
    """Somebody else saved the section after this text was opened; ``section`` is what they saved."""

    def __init__(self, section: Section) -> None:
        self.section = section
        super().__init__({"": "ほかの人がこの節を先に保存しました。両方の文章を確かめて、もう一度保存してください。"})


@dataclass(frozen=True, slots=True)
class SectionContent:
    """What a person edits in a section."""

    title: str
    body: str
    stances: Sequence[Mapping[str, str]]  # [{"stance": "provided", "scope": ""}]
    controls: Sequence[int]  # primary keys, in the order of the section
    answered_points: Sequence[str]
    progress: str
    included: bool = True
    internal_note: str = ""
    key: str = ""
    numbering: str = Section.Numbering.DECIMAL

    def as_json(self, numbers: Mapping[int, str]) -> dict[str, Any]:
        return {
            "title": self.title,
            "body": self.body,
            "stances": [dict(stance) for stance in self.stances],
            "controls": [numbers[pk] for pk in self.controls],
            "answered_points": list(self.answered_points),
            "progress": self.progress,
            "included": self.included,
            "internal_note": self.internal_note,
            "key": self.key,
            "numbering": self.numbering,
        }


def content_of(section: Section) -> SectionContent:
    """What the section's own row holds now (of one that inherits a standard answer: not the answer's text)."""
    return SectionContent(
        title=section.title,
        body=section.body,
        stances=section.stances,
        controls=[link.control_id for link in section.section_controls.all()],
        answered_points=section.answered_points,
        progress=section.progress,
        included=section.included,
        internal_note=section.internal_note,
        key=section.key,
        numbering=section.numbering,
    )


# As content_of reads them; in the order of one section, which needs no joins.
LINKS = Prefetch("section_controls", SectionControl.objects.select_related("control").order_by("position"))
SITTING = timedelta(minutes=30)  # whoever types again after that begins another revision


@transaction.atomic
def save_section(
    section: Section, content: SectionContent, *, counter: int, by: User, autosave: bool = False
) -> Section:
    """Saves what a person wrote, with its revision. ``counter`` is the section's when it was opened.

    The autosaves of one sitting are one revision, which the person's own save then closes.

    A section that inherits a standard answer departs from it when its text or stances are written. Raises CannotEdit
    with a sentence per field, and ChangedMeanwhile when the counter has moved on; nothing is changed then.
    """
    # What the page has read of its controls is still so while the counter is the same.
    known = dict(getattr(section, "_prefetched_objects_cache", {})) if section.counter == counter else {}
    # By pk: the model's own order joins the paper and its service, and would lock them too.
    paper, locked = (
        section.whitepaper,
        Section.objects.select_for_update(no_key=True).filter(pk=section.pk).order_by("pk").first(),
    )
    if locked is None:
        raise CannotEdit({"": "この節は、ほかの人が外しました。書いた文章は、この画面から控えてください。"})
    if why := why_locked(paper):
        raise CannotEdit({"": why})
    section = locked
    section.whitepaper = paper
    if section.counter != counter:
        raise ChangedMeanwhile(section)
    section._prefetched_objects_cache = known  # type: ignore[attr-defined]
    prefetch_related_objects([section], LINKS)
    controls = _controls(section, content)
    content = _clean(content)
    if problems := _problems(section, content, controls):
        raise CannotEdit(problems)
    before = content_of(section)
    numbers = {link.control_id: link.control.number for link in section.section_controls.all()}
    numbers |= {pk: control.number for pk, control in controls.items()}
    if content == before:
        if not autosave and (sitting := _sitting(section, by)):
            SectionRevision.objects.filter(pk=sitting.pk).update(autosaved=False)
        return section
    _depart(section, before, content)
    for field in ("title", "body", "answered_points", "progress", "included", "internal_note", "key", "numbering"):
        setattr(section, field, getattr(content, field))
    section.stances = [dict(stance) for stance in content.stances]
    section.counter += 1
    section.save()
    if list(content.controls) != list(before.controls):
        section.section_controls.all().delete()
        SectionControl.objects.bulk_create(
            SectionControl(section=section, control_id=pk, position=n) for n, pk in enumerate(content.controls)
        )
        section._prefetched_objects_cache.clear()  # type: ignore[attr-defined]  # of what they were before
    if sitting := _sitting(section, by):
        sitting.after, sitting.autosaved = content.as_json(numbers), autosave
        sitting.save(update_fields=["after", "autosaved", "until"])
    else:
        SectionRevision.objects.create(
            section=section,
            by=by,
            before=before.as_json(numbers),
            after=content.as_json(numbers),
            autosaved=autosave,
        )
    return section


def _sitting(section: Section, by: User) -> SectionRevision | None:
    """The revision that the person's next save continues: the section's last, made by their own page just now."""
    last = section.revisions.defer("before", "after").first()
    is_open = last and last.autosaved and last.by_id == by.pk and last.until > timezone.now() - SITTING
    return last if is_open else None


def problems_of(section: Section, content: SectionContent) -> dict[str, str]:
    """A sentence per field that ``save_section`` would refuse."""
    content = _clean(content)
    return _problems(section, content, _controls(section, content))


def compose_draft(section: Section, content: SectionContent) -> Document:
    """The paper as it would stand with ``content`` saved. Nothing is written."""
    paper = section.whitepaper
    source = Source.of(paper)
    rows = list(source.sections)
    row = next(row for row in rows if row.pk == section.pk)
    if (content.body, list(content.stances)) != (row.body, row.stances):
        row.standard_answer = None  # in memory: it departs
    for field in ("title", "body", "answered_points", "included", "key", "numbering"):
        setattr(row, field, getattr(content, field))
    row.stances = [dict(stance) for stance in content.stances]
    if list(content.controls) == [control.pk for control in controls_of(row)]:
        return compose_from(source)
    controls = _controls(row, content)
    links = [SectionControl(section=row, control=controls[pk]) for pk in content.controls if pk in controls]
    vars(row)["links"] = links
    return compose_from(replace(source, points=points_of(rows)))


def _controls(section: Section, content: SectionContent) -> dict[int, Control]:
    """The controls of the content that the section's edition has; no query when they are those it has already."""
    own = {link.control_id: link.control for link in section.section_controls.all()}
    if not own.keys() >= set(content.controls):
        own = {
            control.pk: control
            for control in Control.objects.filter(edition=section.whitepaper.edition_id, pk__in=content.controls)
        }
    return {pk: own[pk] for pk in content.controls if pk in own}


def _depart(section: Section, before: SectionContent, content: SectionContent) -> None:
    answer = section.standard_answer
    if answer is None or section.departed_from_id is not None:
        return
    if (content.body, list(content.stances)) != (before.body, list(before.stances)):
        section.departed_from = answer.revisions.first()


def _clean(content: SectionContent) -> SectionContent:
    return SectionContent(
        **{
            **{field: getattr(content, field) for field in content.__slots__},
            "title": content.title.strip(),
            "body": content.body.replace("\r\n", "\n").replace("\r", "\n").rstrip(),
            "internal_note": content.internal_note.replace("\r\n", "\n"),
        }
    )


def _problems(section: Section, content: SectionContent, controls: Mapping[int, Control]) -> dict[str, str]:
    """A sentence per field that cannot be kept."""
    problems = _structure_problems(section, content, controls) | _text_problems(content)
    if "body" not in problems:
        try:
            context = body_context(section, content, controls) if "{{" in content.body else BodyContext({}, (), {}, ())
            found = list(problems_in_body(content.body, context))
        except InvalidText as error:
            found = [str(error)]
        if found:
            problems["body"] = "\n".join(found)
    return problems


def _text_problems(content: SectionContent) -> dict[str, str]:
    problems: dict[str, str] = {}
    for field, multiline in (("title", False), ("body", True), ("internal_note", True)):
        try:
            clean(getattr(content, field), multiline=multiline)
        except InvalidText as error:
            problems[field] = str(error)
    for stance in content.stances:
        try:
            clean(stance.get("scope", ""))
        except InvalidText as error:
            problems["stances"] = str(error)
    if len(content.title) > 300:
        problems["title"] = "見出しは300文字までにしてください。"
    if len(content.body) > 100_000:
        problems["body"] = "本文は100,000文字までにしてください。"
    if not content.title and not content.controls:
        problems["title"] = "見出しを入力してください。"
    return problems


def _structure_problems(section: Section, content: SectionContent, controls: Mapping[int, Control]) -> dict[str, str]:
    problems = _key_problem(section, content.key)
    if not len(controls) == len(set(content.controls)) == len(content.controls):
        problems["controls"] = "この版の管理策を、重複なく選んでください。"
    if content.controls and section.kind != Section.Kind.CONTROL:
        problems["controls"] = "管理策に答えるのは、管理策の節だけです。"
    if content.numbering == Section.Numbering.CONTROL and not content.controls:
        problems["numbering"] = "番号を管理策番号にするには、管理策を選んでください。"
    if any(stance["stance"] not in Stance.values for stance in content.stances):
        problems["stances"] = "回答区分を選び直してください。"
    return problems


def _key_problem(section: Section, key: str) -> dict[str, str]:
    if key and looks_like_a_control(key):
        return {"key": "管理策番号と紛らわしい参照名は使えません。"}
    if key and section.whitepaper.sections.exclude(pk=section.pk).filter(key=key).exists():
        return {"key": "この参照名は、ほかの節で使われています。"}
    return {}


def body_context(section: Section, content: SectionContent, controls: Mapping[int, Control]) -> BodyContext:
    """What the placeholders of this section may name, with its own key and controls as they will be."""
    paper = section.whitepaper
    others = paper.sections.filter(included=True).exclude(pk=section.pk)  # what is left out is no target
    numbers = Counter(SectionControl.objects.filter(section__in=others).values_list("control__number", flat=True))
    numbers.update(control.number for control in controls.values())
    keys = set(others.exclude(key="").values_list("key", flat=True))
    return BodyContext(
        facts=definitions(paper.edition),
        keys=keys | {content.key} - {""},
        controls=numbers,
        figures=set(paper.figures.values_list("key", flat=True)),
    )
