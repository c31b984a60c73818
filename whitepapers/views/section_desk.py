"""Everything that lies beside a section while it is written, and the form itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from controls.models import DisclosurePoint, FactDefinition, Phrase
from controls.phrases import BrokenPhrase, Style, fill
from controls.stances import Stance

from ..access import role_of
from ..attending import others_at
from ..checks import Finding, check
from ..compose import answer_of, compose
from ..document import Document, PointMeta
from ..editing import LINKS, SectionContent, content_of
from ..facts import definitions, known_facts
from ..forms.sections import SectionForm, StanceFormSet
from ..matrix import answer_state
from ..merging import merged_fields, merged_text
from ..models import Section
from ..outlines import bare_entries, entries, progress
from ..rendering.html import render_section
from ..richtext import to_html, to_markdown
from ..text import Placeholder
from .section_facts import SectionFacts

_MAX_OPENED = 400_000  # characters of what a form says it began with


@dataclass(slots=True)
class Shown:
    """A section as its document prints it, with what is missing in it."""

    document: Document
    findings: list[Finding]
    anchor: str

    @classmethod
    def of(cls, document: Document, section: Section) -> Shown:
        return cls(document, check(document), f"s{section.pk}")

    @property
    def printed(self) -> Any:
        return next((part for part in self.document.walk() if part.anchor == self.anchor), None)

    def context(self) -> dict[str, Any]:
        meta = next((part for part in self.document.meta.sections if part.anchor == self.anchor), None)
        return {
            "points": meta.points if meta else (),
            "findings": [finding for finding in self.findings if finding.anchor == self.anchor],
            "html": render_section(self.document, self.printed) if self.printed else "",
        }


class Desk:
    def __init__(self, row: Section) -> None:
        self.row = row
        self.paper = row.whitepaper
        prefetch_related_objects([row], LINKS)

    @cached_property
    def points(self) -> list[DisclosurePoint]:
        controls = [link.control_id for link in self.row.section_controls.all()]
        return list(DisclosurePoint.objects.filter(control__in=controls))

    @cached_property
    def phrases(self) -> list[Phrase]:
        controls = [link.control_id for link in self.row.section_controls.all()]
        return list(Phrase.objects.filter(control__in=controls))

    # --- The form

    def forms(self, data: Any) -> tuple[SectionForm, Any]:
        if data is not None and "body_html" in data:  # what the rich editor holds, as Markdown from here on
            data = data.copy()
            data["body"] = to_markdown(data.pop("body_html")[-1])
        shown = self.shown_content
        initial = self.initial(shown) if data is None else {}
        form = SectionForm(data, section=self.row, points=self.point_choices, initial=initial)
        return form, StanceFormSet(data, initial=list(shown.stances), prefix="stances")

    def initial(self, shown: SectionContent) -> dict[str, Any]:
        numbers = "、".join(link.control.number for link in self.row.section_controls.all())
        fields = {name: getattr(shown, name) for name in shown.__slots__ if name not in ("controls", "stances")}
        opened = json.dumps(asdict(shown))
        return fields | {"controls": numbers, "counter": self.row.counter, "opened": opened}

    def point_choices(self) -> list[tuple[str, str]]:
        return [(point.key, point.label_ja) for point in self.points]

    @property
    def shown_content(self) -> SectionContent:
        """What the form shows: of a section that inherits, the standard answer's text."""
        body, stances = answer_of(self.row)
        return replace(content_of(self.row), body=body, stances=[dict(stance) for stance in stances])

    def content(self, form: SectionForm, stances: Any) -> SectionContent:
        """What is to be saved: a section that still says what it inherits goes on inheriting it."""
        content = form.content(stances.stances())
        own, shown = content_of(self.row), self.shown_content
        if (content.body.rstrip(), list(content.stances)) == (shown.body.rstrip(), list(shown.stances)):
            return replace(content, body=own.body, stances=own.stances)
        return content

    def draft(self, form: SectionForm, stances: Any) -> SectionContent:
        """What the form holds just now; a field that cannot be read counts as it was."""
        own = self.shown_content
        if form.is_valid() and stances.is_valid():
            return form.content(stances.stances())
        return replace(
            own,
            **{name: form.cleaned_data.get(name, getattr(own, name)) for name in own.__slots__ if name != "stances"},
        )

    def merged(self, data: QueryDict, mine: SectionContent) -> tuple[QueryDict, dict[str, Any]]:
        """The form that proposes what this person and the one who saved meanwhile wrote together; ``self.row`` is what
        they saved. Beside it what the page tells."""
        theirs = asdict(self.shown_content)
        opened = _opened(data.get("opened", ""))
        fields, clashes = merged_fields(opened, asdict(mine) | {"stances": _plain(mine.stances)}, theirs)
        body = merged_text(str(opened.get("body", "")) if opened else None, mine.body, theirs["body"])
        note = merged_text(
            str(opened.get("internal_note", "")) if opened else None, mine.internal_note, theirs["internal_note"]
        )
        together = QueryDict(mutable=True)
        together |= {"csrfmiddlewaretoken": data.get("csrfmiddlewaretoken", "")}
        for name in ("title", "progress", "key", "numbering"):
            together[name] = fields[name]
        together["body"], together["internal_note"] = body.text, note.text
        if fields["included"]:
            together["included"] = "on"
        together.setlist("answered_points", fields["answered_points"])
        numbers = {
            control.pk: control.number for control in self.paper.edition.controls.filter(pk__in=fields["controls"])
        }
        together["controls"] = "、".join(numbers[pk] for pk in fields["controls"] if pk in numbers)
        together |= _stance_fields(fields["stances"])
        together["counter"], together["opened"] = str(self.row.counter), json.dumps(theirs)
        labels = {"title": _("見出し"), "stances": _("回答区分"), "controls": _("答える管理策"), "key": _("参照名"),
                  "progress": _("進み具合"), "numbering": _("番号"), "included": _("ペーパーに載せる"),
                  "answered_points": _("文章で答えている開示事項")}  # fmt: skip
        told = [(labels[name], _said(name, theirs[name])) for name in clashes if name in labels]
        return together, {"mine": mine.body, "theirs": theirs["body"], "clashes": body.clashes, "other_fields": told}

    # --- Phrases, facts and references to insert

    @cached_property
    def definitions(self) -> Mapping[str, FactDefinition]:
        return definitions(self.paper.edition)

    @cached_property
    def facts(self) -> dict[str, Any]:
        return known_facts(self.paper.service, self.definitions)

    def with_phrase(self, data: Any, pk: str) -> Any:
        """The posted form with the phrase at the end of its text: nothing is saved yet."""
        phrase = next((phrase for phrase in self.phrases if str(phrase.pk) == pk), None)
        if phrase is None:
            return data
        changed = data.copy()
        html = changed.pop("body_html", None)
        body = to_markdown(html[-1]) if html else changed.get("body", "").rstrip()
        changed["body"] = f"{body}\n\n{self.filled(phrase)}".strip()
        if changed.get("stances-0-stance", "") == "":
            changed["stances-0-stance"] = phrase.stance
        return changed

    def filled(self, phrase: Phrase) -> str:
        service = self.paper.service
        provider = service.provider
        style = Style(provider.self_reference, provider.customer_term, service.alias, provider.conjunction)
        values = {name: self.facts[name].value if name in self.facts else None for name in self.definitions}
        try:
            return fill(phrase.body, style=style, facts=values)
        except BrokenPhrase:
            return ""

    def label(self, placeholder: Placeholder) -> str:
        """What a chip says: the fact's value, or the number and title of a section."""
        if placeholder.kind == "ref":
            return self.references.get(placeholder.name) or _("参照先なし：%(name)s") % {"name": placeholder.name}
        if placeholder.kind == "figure":
            return _("図：%(name)s") % {"name": placeholder.name}
        definition, fact = self.definitions.get(placeholder.name), self.facts.get(placeholder.name)
        label = definition.label_ja if definition else placeholder.name
        if fact and not fact.is_table:
            return str(fact.display())
        return label if fact else _("未記入：%(label)s") % {"label": label}

    @cached_property
    def document(self) -> Document:
        return compose(self.paper)

    @cached_property
    def references(self) -> dict[str, str]:
        """What ``ref:`` may name → number and title: keys of sections, else the one control that a section answers."""
        headings = {part.anchor: part.heading for part in self.document.walk()}
        rows = self.paper.sections.prefetch_related("section_controls__control").in_outline_order()
        by_pk = {f"s{row.pk}": row for row in rows}
        found: dict[str, str] = {}
        times: dict[str, int] = {}
        for row in by_pk.values():
            for link in row.section_controls.all():
                times[link.control.number] = times.get(link.control.number, 0) + 1
        for anchor, heading in headings.items():
            section = by_pk[anchor]
            numbers = [link.control.number for link in section.section_controls.all()]
            for name in filter(None, [section.key, *(number for number in numbers if times[number] == 1)]):
                found[name] = heading
        return found

    def options(self) -> dict[str, Any]:
        """What the editor inserts."""
        here = dict.fromkeys(name for point in self.points for name in point.facts)
        names = [*(name for name in here if name in self.definitions), *(n for n in self.definitions if n not in here)]
        shown: dict[str, str] = {}
        for name, heading in self.references.items():
            shown.setdefault(heading, name)
        return {
            "facts": [
                {
                    "placeholder": str(Placeholder("fact", name)),
                    "label": self.definitions[name].label_ja,
                    "says": self.label(Placeholder("fact", name)),
                    "known": name in self.facts,
                    "here": name in here,
                }
                for name in names
            ],
            "references": [
                {"placeholder": str(Placeholder("ref", name)), "label": heading, "says": heading}
                for heading, name in shown.items()
            ],
            "phrases": {
                str(phrase.pk): {"html": to_html(self.filled(phrase), self.label), "stance": phrase.stance}
                for phrase in self.phrases
            },
        }

    # --- The page

    def facts_of(self, data: QueryDict | None = None) -> SectionFacts:
        """The facts of the section's controls as fields."""
        return SectionFacts(self.row, self.points, data)

    def asked(self, points: Iterable[PointMeta]) -> dict[str, bool]:
        """The key facts of those ``points`` that nothing answers yet; whether the point is required."""
        waiting = {(point.control, point.key) for point in points if not point.answered}
        numbers = {link.control_id: link.control.number for link in self.row.section_controls.all()}
        found: dict[str, bool] = {}
        for point in self.points:
            if point.facts and (numbers[point.control_id], point.key) in waiting:
                found[point.facts[0]] = found.get(point.facts[0], False) or point.required
        return found

    @property
    def place(self) -> str:
        """Paper and controls, in words."""
        controls = "、".join(str(link.control) for link in self.row.section_controls.all())
        return f"{self.paper.title} ／ {controls or self.row.title}"

    def context(self, user: User, form: SectionForm, facts: SectionFacts | None = None) -> dict[str, Any]:
        row, paper = self.row, self.paper
        shown = Shown.of(self.document, row)
        told = shown.context()
        outline = entries(paper, self.document, shown.findings)
        may_write = may(role_of(row), "write")
        guidance = [link.control for link in row.section_controls.all() if link.control.guidance_ja]
        beside = (facts or self.facts_of()).context(self.asked(told["points"]))
        return (
            told
            | beside
            | {
                "paper": paper,
                "service": paper.service,
                "provider": paper.service.provider,
                "may_write": may_write,
                "section": row,
                "heading": shown.printed.heading if shown.printed else str(row.title or form.fields["title"].help_text),
                "entry": next(entry for entry in outline if entry.pk == row.pk),
                "outline": outline,
                "progress": progress(outline),
                "phrases": self.phrases,
                "answer_state": answer_state(row, self.definitions),
                "guidance": guidance,
                "others": others_at(row, user),
                "editor": {"html": to_html(form["body"].value() or "", self.label), **self.options()}
                if may_write
                else None,
            }
        )

    def next_section(self) -> int:
        """The section after this one, or this one at the end."""
        order = [entry.pk for entry in bare_entries(self.paper)]
        return order[min(order.index(self.row.pk) + 1, len(order) - 1)]


def _opened(written: str) -> dict[str, Any] | None:
    if not written or len(written) > _MAX_OPENED:
        return None
    try:
        opened = json.loads(written)
    except ValueError:
        return None
    return opened if isinstance(opened, dict) else None


def _plain(stances: Any) -> list[dict[str, str]]:
    return [dict(stance) for stance in stances]


def _stance_fields(stances: Any) -> dict[str, str]:
    fields = {"stances-TOTAL_FORMS": str(len(stances) + 1), "stances-INITIAL_FORMS": "0"}
    for number, stance in enumerate(stances):
        fields |= {f"stances-{number}-stance": stance["stance"], f"stances-{number}-scope": stance.get("scope", "")}
    return fields


def _said(name: str, value: Any) -> str:
    if name == "stances":
        words = dict(Stance.choices)
        return "、".join(str(words.get(stance["stance"], "")) for stance in value)
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
