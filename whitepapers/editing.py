"""Changes papers and their sections. Every function is atomic, locks its row, guards, changes, and keeps the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from controls.models import Control
from controls.stances import Stance

from . import labels
from .facts import definitions
from .models import Section, SectionControl, SectionRevision, Whitepaper
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


@transaction.atomic
def save_section(section: Section, content: SectionContent, *, counter: int, by: User) -> Section:
    """Saves what a person wrote, with its revision. ``counter`` is the section's when it was opened.

    A section that inherits a standard answer departs from it when its text or stances are written. Raises CannotEdit
    with a sentence per field, and ChangedMeanwhile when the counter has moved on; nothing is changed then.
    """
    section = Section.objects.select_for_update().select_related("whitepaper", "standard_answer").get(pk=section.pk)
    if section.counter != counter:
        raise ChangedMeanwhile(section)
    paper = section.whitepaper
    controls = {
        control.pk: control for control in Control.objects.filter(edition=paper.edition_id, pk__in=content.controls)
    }
    content = _clean(content)
    if problems := _problems(section, content, controls):
        raise CannotEdit(problems)
    before = content_of(section)
    numbers = {link.control_id: link.control.number for link in section.section_controls.select_related("control")}
    numbers |= {pk: control.number for pk, control in controls.items()}
    if content == before:
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
    SectionRevision.objects.create(
        section=section, by=by, before=before.as_json(numbers), after=content.as_json(numbers)
    )
    return section


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
            found = list(problems_in_body(content.body, body_context(section, content, controls)))
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
    others = paper.sections.exclude(pk=section.pk)
    numbers = Counter(SectionControl.objects.filter(section__in=others).values_list("control__number", flat=True))
    numbers.update(control.number for control in controls.values())
    keys = set(others.exclude(key="").values_list("key", flat=True))
    return BodyContext(
        facts=definitions(paper.edition),
        keys=keys | {content.key} - {""},
        controls=numbers,
        figures=set(paper.figures.values_list("key", flat=True)),
    )


# --- The paper itself ---------------------------------------------------------------------------------------------

PAPER_FIELDS = (
    "title", "subtitle", "document_number", "classification", "header", "version_label", "date_label",
    "planned_number", "planned_date", "toc_depth", "control_prefix", "number_suffix", "reference_line",
    "history_heading", "history_place", "history_style", "colophon", "notices",
)  # fmt: skip


@transaction.atomic
def change_paper(paper: Whitepaper, values: Mapping[str, Any]) -> Whitepaper:
    """Changes fields of PAPER_FIELDS. Raises CannotEdit with a sentence per field."""
    paper = Whitepaper.objects.select_for_update().get(pk=paper.pk)
    problems: dict[str, str] = {}
    for field, check in (
        ("version_label", labels.check_label),
        ("date_label", labels.check_label),
        ("reference_line", labels.check_reference_line),
    ):
        try:
            check(values.get(field, ""))
        except labels.InvalidLabel as error:
            problems[field] = str(error)
    for field, value in values.items():
        if isinstance(value, str):
            try:
                clean(value)
            except InvalidText as error:
                problems[field] = str(error)
    if problems:
        raise CannotEdit(problems)
    for field in PAPER_FIELDS:
        if field in values:
            setattr(paper, field, values[field])
    paper.save()
    return paper
