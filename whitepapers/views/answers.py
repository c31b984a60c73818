"""The pages of standard answers, and the buttons with which a section takes one, keeps its own text or shares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import provider_for, user_of
from accounts.models import Provider
from controls.models import Control, FactDefinition

from ..access import section_for
from ..answering import (
    AnswerChangedMeanwhile,
    CannotAnswer,
    Seen,
    answers_to,
    keep_own,
    return_to_shared,
    save_answer,
    share_text,
    shared_by,
    take_newer,
)
from ..excerpts import difference, excerpt, readable
from ..facts import definitions, known_facts
from ..forms.answers import AnswerForm, SeenForm
from ..forms.sections import StanceFormSet
from ..matrix import Catalog, Line, Overview, State, lines, overviews, shared_answers, stance_labels
from ..models import Section, StandardAnswer
from .matrix import Choice, control_for
from .services import rights

# --- The pages ------------------------------------------------------------------------------------------------------


@require_safe
def answers(request: HttpRequest, provider_slug: str) -> HttpResponse:
    """Every control of an edition with its standard answers, and how the services stand to them."""
    provider = provider_for(request, provider_slug, "read")
    choice = Choice.of(request, provider)
    listed: list[Overview] = []
    words: dict[str, str] = {}
    if choice.edition:
        catalog = Catalog.of(choice.edition)
        listed = overviews(provider, choice.edition, catalog.controls)
        also = {each.control.number for each in listed if each.answers}
        shown = {control.pk for control in catalog.chosen(every=choice.every, clause=choice.clause, also=also)}
        listed = [each for each in listed if each.control.pk in shown and _passes(each, choice.only)]
        words = fact_words(definitions(choice.edition))
        choice.clauses = catalog.clauses
    context = {
        "provider": provider,
        "choice": choice,
        "rows": [(each, [(answer, excerpt(answer.start, words)) for answer in each.answers]) for each in listed],
        "filters": choice.filters(
            [
                ("", _("すべて")),
                ("with", _("共通回答あり")),
                ("without", _("共通回答なし")),
                ("newer", _("新しい共通文あり")),
            ]
        ),
        **rights(request, provider),
    }
    return render(request, "whitepapers/answers.html", context)


def _passes(row: Overview, only: str) -> bool:
    match only:
        case "with":
            return bool(row.answers)
        case "without":
            return not row.answers
        case "newer":
            return bool(row.counts.get(State.NEWER))
    return True


def fact_words(by_name: Mapping[str, FactDefinition]) -> dict[str, str]:
    """What stands for each fact's placeholder where there is no service to take its value from."""
    return {name: f"〔{definition.label_ja}〕" for name, definition in by_name.items()}


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, provider_slug: str, edition_slug: str, number: str) -> HttpResponse:
    """The standard answers to one control: one of its parts as a form, what inherits it, and what a change changes."""
    provider = provider_for(request, provider_slug, "read" if request.method == "GET" else "write")
    desk = _Desk.of(request, provider, control_for(edition_slug, number))
    theirs: StandardAnswer | None = None
    form, stances = desk.forms(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and stances.is_valid() and "preview" not in request.POST:
        try:
            saved = save_answer(
                provider, desk.control, form.content(stances.stances()),
                counter=form.cleaned_data["counter"], by=user_of(request), answer=desk.answer,
            )  # fmt: skip
        except AnswerChangedMeanwhile as error:
            theirs = desk.answer = error.answer  # the next save is of what was merged, on top of theirs
            form, stances = desk.forms(_with(request.POST, counter=theirs.counter))
            form.add_error(None, str(error))
        except CannotAnswer as error:
            for field, sentence in error.problems.items():
                form.add_error(field if field in form.fields else None, sentence)
        else:
            messages.success(request, _("共通回答を保存しました。"))
            return redirect(desk.address(saved))
    return render(
        request,
        "whitepapers/answer.html",
        desk.context()
        | desk.changes(form)
        | {"form": form, "stances": stances, "theirs": theirs}
        | rights(request, provider),
    )


def _with(data: QueryDict, **changes: Any) -> QueryDict:
    changed = data.copy()
    for key, value in changes.items():
        changed[key] = value
    return changed


@dataclass(slots=True)
class _Desk:
    """Everything that lies beside a standard answer while it is written."""

    provider: Provider
    control: Control
    parts: list[StandardAnswer]
    answer: StandardAnswer | None  # None: a new one
    by_name: Mapping[str, FactDefinition]
    lines: list[Line]

    @classmethod
    def of(cls, request: HttpRequest, provider: Provider, control: Control) -> _Desk:
        parts = list(answers_to(provider, control.edition.slug, [control.number]))
        wanted = request.GET.get("part", "")
        chosen = next((each for each in parts if str(each.pk) == wanted), None)
        if chosen is None and wanted not in ("", "new"):
            raise Http404
        if chosen is None and not wanted and parts:
            chosen = parts[0]
        by_name = definitions(control.edition)
        shared = shared_answers(provider, control.edition.slug, control.number)
        return cls(provider, control, parts, chosen, by_name, lines(provider, control, shared, fact_words(by_name)))

    def address(self, answer: StandardAnswer | None) -> str:
        url = reverse("whitepapers:answer", args=[self.provider.slug, self.control.edition.slug, self.control.number])
        return f"{url}?part={answer.pk}" if answer else f"{url}?part=new"

    def forms(self, data: Any) -> tuple[AnswerForm, Any]:
        answer = self.answer
        initial = {"part": answer.part, "body": answer.body, "counter": answer.counter} if answer else {"counter": 0}
        stances = answer.stances if answer else []
        return AnswerForm(data, initial=initial), StanceFormSet(data, initial=stances, prefix="stances")

    @property
    def inheriting(self) -> list[Line]:
        """The sections that print this answer."""
        if self.answer is None:
            return []
        return [
            line for line in self.lines if line.answer == self.answer.pk and line.state in (State.SHARED, State.OPEN)
        ]

    def context(self) -> dict[str, Any]:
        of_this = {line.answer for line in self.inheriting}
        names = dict.fromkeys(name for point in self.control.points.all() for name in point.facts)
        return {
            "provider": self.provider,
            "control": self.control,
            "edition": self.control.edition,
            "answer": self.answer,
            "parts": [(each, self.address(each), each == self.answer) for each in self.parts],
            "new_part": self.address(None),
            "here": self.address(self.answer),
            "inheriting": self.inheriting,
            "others": [line for line in self.lines if line.answer not in of_this or line not in self.inheriting],
            "revisions": self.answer.revisions.select_related("by")[:10] if self.answer else [],
            "facts": [self.by_name[name] for name in names if name in self.by_name],
            "stance_labels": stance_labels(self.answer.stances) if self.answer else (),
            "changes": None,
            "example": None,
        }

    def changes(self, form: AnswerForm) -> dict[str, Any]:
        """What the text in the form would change, with the values of one service that inherits the answer."""
        if not form.is_bound or not form.is_valid():
            return {}
        before, after = (
            self.answer.body if self.answer else "",
            form.cleaned_data["body"].replace("\r\n", "\n").rstrip(),
        )
        wanted = form.data.get("example", "")
        services = [line.service for line in self.inheriting]
        example = next((each for each in services if str(each.pk) == wanted), services[0] if services else None)
        words = fact_words(self.by_name)
        if example is not None:
            known = known_facts(example, self.by_name)
            words = {name: _("〔未記入：%(label)s〕") % {"label": each.label_ja} for name, each in self.by_name.items()}
            words |= {name: fact.display() for name, fact in known.items()}
        return {"changes": difference(readable(before, words), readable(after, words)), "example": example}


# --- The buttons beside a section ---------------------------------------------------------------------------------------


@require_POST
def take(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """新しい共通回答を取り込む."""
    section = section_for(request, paper_id, section_id, "write")
    return _press(
        request, section, _("新しい共通回答を取り込みました。"),
        lambda seen, _answer: take_newer(section, seen=seen, by=user_of(request)),
    )  # fmt: skip


@require_POST
def go_back(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """共通回答に戻す, or of a section that has none: 共通回答を使う."""
    section = section_for(request, paper_id, section_id, "write")
    return _press(
        request, section, _("共通回答を使うようにしました。それまでの文章は、この節の履歴に残っています。"),
        lambda seen, answer: return_to_shared(section, seen=seen, by=user_of(request), answer=answer),
    )  # fmt: skip


@require_POST
def keep(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """この節の文章のままにする."""
    section = section_for(request, paper_id, section_id, "write")
    return _press(
        request, section, _("この節の文章のままにしました。"), lambda seen, _answer: keep_own(section, seen=seen, by=user_of(request))
    )  # fmt: skip


@require_POST
def share(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """この文章を共通回答にする. Where that changes an answer that is there, a page asks first and shows what changes."""
    section = section_for(request, paper_id, section_id, "write")
    current = shared_by(section)
    if current is not None and "confirmed" not in request.POST and SeenForm(request.POST).is_valid():
        return render(request, "whitepapers/section_share.html", _sharing(section, current, request.POST))
    return _press(
        request, section, _("この節の文章を共通回答にしました。"),
        lambda seen, _answer: share_text(section, seen=seen, by=user_of(request)),
    )  # fmt: skip


def _sharing(section: Section, current: StandardAnswer, sent: QueryDict) -> dict[str, Any]:
    paper = section.whitepaper
    provider = paper.service.provider
    by_name = definitions(paper.edition)
    words = fact_words(by_name)
    shared = shared_answers(provider, paper.edition.slug, current.control.number)
    listed = lines(provider, current.control, shared, words)
    mine = section.standard_answer if section.standard_answer_id == current.pk else None
    is_overtaken = str(section.counter) != sent["section"] or str(current.counter) != sent["seen"]
    return {
        "provider": provider,
        "service": paper.service,
        "paper": paper,
        "section": section,
        "answer": current,
        "is_own": mine is not None,
        "is_overtaken": is_overtaken,
        "changes": difference(readable(current.body, words), readable(section.body, words)),
        "before": stance_labels(current.stances),
        "after": stance_labels(section.stances),
        "inheriting": [
            line for line in listed if line.answer == current.pk and line.state in (State.SHARED, State.OPEN)
        ],
    }


def _press(
    request: HttpRequest, section: Section, done: str, verb: Callable[[Seen, StandardAnswer | None], object]
) -> HttpResponse:
    """Does ``verb`` and says so, or says why not; either way the section's page follows."""
    form = SeenForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("操作を選び直してください。"))
    else:
        wanted = form.cleaned_data["answer"]
        try:
            verb(
                Seen(form.cleaned_data["section"], form.cleaned_data["seen"]),
                StandardAnswer(pk=wanted) if wanted else None,
            )
        except CannotAnswer as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
    return redirect("whitepapers:section", section.whitepaper_id, section.pk)
