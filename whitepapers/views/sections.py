"""The page on which one section is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import user_of
from accounts.roles import may
from controls.models import DisclosurePoint, FactDefinition, Phrase
from controls.phrases import BrokenPhrase, Style, fill

from ..access import role_of, section_for
from ..checks import check
from ..compose import answer_of, compose
from ..document import Document
from ..editing import CannotEdit, ChangedMeanwhile, content_of, save_section
from ..facts import KnownFact, definitions, known_facts
from ..forms.sections import SectionForm, StanceFormSet
from ..models import Section
from ..outlines import Entry, entries, progress
from ..rendering.html import render_section


@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """The outline, the section's form, and the section as it prints. A POST saves, or puts a phrase into the text."""
    row = section_for(request, paper_id, section_id, "read" if request.method == "GET" else "write")
    desk = _Desk.of(row)
    theirs: Section | None = None
    if request.method == "POST":
        form, stances = desk.forms(request.POST)
        if "insert" in request.POST:
            form, stances = desk.forms(desk.with_phrase(request.POST, request.POST["insert"]))
        elif form.is_valid() and stances.is_valid():
            try:
                save_section(
                    row, form.content(stances.stances()), counter=form.cleaned_data["counter"], by=user_of(request)
                )
            except ChangedMeanwhile as error:
                theirs = error.section  # the next save is of what was merged, on top of theirs
                form, stances = desk.forms(_with(request.POST, counter=theirs.counter))
                form.add_error(None, str(error))
            except CannotEdit as error:
                for field, sentence in error.problems.items():
                    form.add_error(field if field in form.fields else None, sentence)
            else:
                messages.success(
                    request, _("%(time)s に保存しました。") % {"time": timezone.localtime().strftime("%H:%M")}
                )
                return redirect(
                    "whitepapers:section", paper_id, desk.next_section() if "next" in request.POST else row.pk
                )
    else:
        form, stances = desk.forms(None)
    return render(
        request, "whitepapers/section.html", desk.context() | {"form": form, "stances": stances, "theirs": theirs}
    )


def _with(data: QueryDict, **changes: Any) -> QueryDict:
    changed = data.copy()
    for key, value in changes.items():
        changed[key] = value
    return changed


@dataclass(slots=True)
class _Desk:
    """Everything that lies beside a section while it is written."""

    row: Section
    document: Document
    outline: list[Entry]
    findings: list[Any]
    points: list[DisclosurePoint]
    definitions: dict[str, FactDefinition]
    facts: dict[str, KnownFact]
    phrases: list[Phrase]

    @classmethod
    def of(cls, row: Section) -> _Desk:
        paper = row.whitepaper
        document = compose(paper)
        findings = check(document)
        controls = [link.control_id for link in row.section_controls.all()]
        by_name = definitions(paper.edition)
        return cls(
            row=row,
            document=document,
            outline=entries(paper, document, findings),
            findings=[finding for finding in findings if finding.anchor == f"s{row.pk}"],
            points=list(DisclosurePoint.objects.filter(control__in=controls).select_related("control")),
            definitions=by_name,
            facts=known_facts(paper.service, by_name),
            phrases=list(Phrase.objects.filter(control__in=controls).select_related("control")),
        )

    def forms(self, data: Any) -> tuple[SectionForm, Any]:
        content = content_of(self.row)
        body, own_stances = answer_of(self.row)
        numbers = [link.control.number for link in self.row.section_controls.select_related("control")]
        initial = {
            field: getattr(content, field) for field in content.__slots__ if field not in ("controls", "stances")
        }
        initial |= {"body": body, "controls": "、".join(numbers), "counter": self.row.counter}
        points = [(point.key, point.label_ja) for point in self.points]
        form = SectionForm(data, section=self.row, points=points, initial=initial)
        return form, StanceFormSet(data, initial=own_stances, prefix="stances")

    def with_phrase(self, data: Any, pk: str) -> Any:
        """The posted form with the phrase at the end of its text: nothing is saved yet."""
        phrase = next((phrase for phrase in self.phrases if str(phrase.pk) == pk), None)
        if phrase is None:
            return data
        changed = data.copy()
        body = changed.get("body", "").rstrip()
        changed["body"] = f"{body}\n\n{self.filled(phrase)}".strip()
        if changed.get("stances-0-stance", "") == "":
            changed["stances-0-stance"] = phrase.stance
        return changed

    def filled(self, phrase: Phrase) -> str:
        service = self.row.whitepaper.service
        provider = service.provider
        style = Style(provider.self_reference, provider.customer_term, service.alias, provider.conjunction)
        values = {name: self.facts[name].value if name in self.facts else None for name in self.definitions}
        try:
            return fill(phrase.body, style=style, facts=values)
        except BrokenPhrase:
            return ""

    def next_section(self) -> int:
        """The section after this one, or this one at the end."""
        order = [entry.pk for entry in self.outline]
        return order[min(order.index(self.row.pk) + 1, len(order) - 1)]

    def context(self) -> dict[str, Any]:
        row, paper = self.row, self.row.whitepaper
        printed = next((s for s in self.document.walk() if s.anchor == f"s{row.pk}"), None)
        meta = next((m for m in self.document.meta.sections if m.anchor == f"s{row.pk}"), None)
        names = dict.fromkeys(name for point in self.points for name in point.facts)
        return {
            "paper": paper,
            "service": paper.service,
            "provider": paper.service.provider,
            "may_write": may(role_of(row), "write"),
            "section": row,
            "heading": printed.heading if printed else row.title,
            "entry": next(entry for entry in self.outline if entry.pk == row.pk),
            "outline": self.outline,
            "progress": progress(self.outline),
            "points": meta.points if meta else (),
            "facts": [(self.definitions[name], self.facts.get(name)) for name in names if name in self.definitions],
            "phrases": self.phrases,
            "findings": self.findings,
            "guidance": [
                link.control for link in row.section_controls.select_related("control") if link.control.guidance_ja
            ],
            "html": render_section(self.document, printed) if printed else "",
        }
