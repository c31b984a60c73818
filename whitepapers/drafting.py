"""Makes a new paper: its whole outline by the layout, each control with a phrase that fits what is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from accounts.characters import InvalidText, check
from accounts.models import User
from audit.log import log
from controls import facts as kinds
from controls.models import Clause, Control, Edition, Phrase
from controls.phrases import BrokenPhrase, Style, fill, references
from controls.stances import Stance

from .facts import definitions, known_facts
from .layouts import Layout, Plan, texts
from .models import Figure, Section, SectionControl, Service, StandardAnswer, Whitepaper
from .subjects import of_paper

# What a key fact that says no means for the stance of its section.
_STANCE_OF_VALUE = {
    "not_provided": Stance.NOT_PROVIDED,
    "customer": Stance.CUSTOMER,
    "option": Stance.OPTION,
    "partly": Stance.PARTLY,
    "not_applicable": Stance.NOT_APPLICABLE,
}


class CannotDraft(Exception):
    """The paper is not made; the message is a sentence for people."""


@transaction.atomic
def draft_paper(service: Service, edition: Edition, layout: Layout, *, title: str, by: User) -> Whitepaper:
    """A new paper with its whole outline. Sections inherit the provider's standard answers; others get a phrase.

    Raises CannotDraft when the service is archived or has a paper for this edition, the layout is not for it, or the
    title holds control characters.
    """
    try:
        check(title)
    except InvalidText as error:
        raise CannotDraft(str(error)) from error
    service = Service.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=service.pk)
    if service.archived_at:
        raise CannotDraft("保管したサービスのペーパーは作れません。サービスを元に戻してください。")
    if edition.slug not in layout.editions:
        raise CannotDraft(f"体裁「{layout.label}」は、この版では使えません。")
    second = Edition.objects.filter(slug=layout.second_edition, release=edition.release_id).first()
    if service.whitepapers.filter(
        edition__slug=edition.slug, language=Whitepaper.Language.JA, archived_at=None
    ).exists():
        raise CannotDraft("このサービスには、同じ版のペーパーが既にあります。")
    fields = dict(layout.paper)
    fields["reference_line"] = fields.get("reference_line", "").replace("{framework}", edition.framework)
    try:
        with transaction.atomic():
            paper = Whitepaper.objects.create(
                service=service,
                edition=edition,
                second_edition=second,
                title=title,
                planned_number="1.0",
                colophon=[["発行", service.provider.name]]
                + ([["所在地", service.provider.address]] if service.provider.address else []),
                **fields,
            )
    except IntegrityError as error:
        raise CannotDraft("このサービスには、同じ版のペーパーが既にあります。") from error
    _Outline(paper, layout, by).write()
    log(
        "paper.drafted", of_paper(paper), by=by, provider=service.provider_id, edition=edition.slug, layout=layout.label
    )
    return paper


@dataclass(slots=True)
class _Sketch:
    """A section that is about to be written."""

    fields: dict[str, Any]
    controls: list[Control] = field(default_factory=list)
    children: list[_Sketch] = field(default_factory=list)


class _Outline:
    """Turns a layout's plan into sections: everything it asks for is read first, then written level by level."""

    def __init__(self, paper: Whitepaper, layout: Layout, by: User) -> None:
        self.paper, self.layout, self.by = paper, layout, by
        provider = paper.service.provider
        self.style = Style(provider.self_reference, provider.customer_term, paper.service.alias, provider.conjunction)
        edition = paper.edition
        self.controls = list(edition.controls.filter(in_whitepapers=True).select_related("clause__parent"))
        self.by_number = {control.number: control for control in self.controls}
        self.facts = known_facts(paper.service, definitions(edition))
        values: Mapping[str, Any] = {name: fact.value for name, fact in self.facts.items()}
        self.values = {name: values.get(name) for name in definitions(edition)}
        self.phrases: dict[int, list[Phrase]] = defaultdict(list)
        for phrase in Phrase.objects.filter(control__in=self.controls):
            self.phrases[phrase.control_id].append(phrase)
        self.key_facts: dict[int, list[str]] = defaultdict(list)
        for control in edition.controls.filter(in_whitepapers=True).prefetch_related("points"):
            self.key_facts[control.pk] = [p.facts[0] for p in control.points.all() if p.facts and p.required]
        self.answers = {
            answer.control.number: answer
            for answer in StandardAnswer.objects.filter(
                provider=provider, control__edition__slug=edition.slug, part=""
            ).select_related("control")
        }

    def write(self) -> None:
        sketches = [sketch for plan in self.layout.outline for sketch in self.sketches(plan)]
        level: list[tuple[Section | None, int, _Sketch]] = [(None, n, sketch) for n, sketch in enumerate(sketches)]
        links: list[SectionControl] = []
        while level:
            rows = Section.objects.bulk_create(
                Section(whitepaper=self.paper, parent=parent, position=n, **sketch.fields)
                for parent, n, sketch in level
            )
            below: list[tuple[Section | None, int, _Sketch]] = []
            for row, (_, _, sketch) in zip(rows, level, strict=True):
                links += [SectionControl(section=row, control=c, position=n) for n, c in enumerate(sketch.controls)]
                below += [(row, n, child) for n, child in enumerate(sketch.children)]
            level = below
        SectionControl.objects.bulk_create(links)
        Figure.objects.bulk_create(self.figures())

    # --- from the plan

    def sketches(self, plan: Plan) -> Iterator[_Sketch]:
        below = [sketch for child in plan.children for sketch in self.sketches(child)]
        if plan.controls:
            below += self.control_sketches(plan)
        below += [self.topic(title, numbers) for title, numbers in plan.topics]
        if not plan.title:
            yield from below
            return
        body = self.filled(texts()[plan.body]) if plan.body else ""
        yield _Sketch(
            {
                "kind": plan.kind,
                "numbering": plan.numbering,
                "title": plan.title,
                "key": plan.key,
                "body": body,
                "progress": Section.Progress.WRITING if body else Section.Progress.OPEN,
            },
            children=below,
        )

    def control_sketches(self, plan: Plan) -> list[_Sketch]:
        if plan.controls == "flat":
            return [self.control(control, plan) for control in self.controls]
        tree: dict[str, tuple[Clause, dict[str, tuple[Clause, list[Control]]]]] = {}
        for control in self.controls:
            category = control.clause
            clause = category.parent or category
            _, categories = tree.setdefault(clause.number, (clause, {}))
            categories.setdefault(category.title_ja, (category, []))[1].append(control)
        groups = []
        for clause, categories in tree.values():
            if plan.controls == "by_category":
                below = [
                    self.group(category, plan, [self.control(control, plan) for control in controls])
                    for category, controls in categories.values()
                ]
            else:
                below = [self.control(control, plan) for _, controls in categories.values() for control in controls]
            groups.append(self.group(clause, plan, below))
        return groups

    def group(self, clause: Clause, plan: Plan, below: list[_Sketch]) -> _Sketch:
        fields = {"kind": Section.Kind.PROSE, "numbering": plan.numbering_of_groups, "title": clause.title_ja}
        return _Sketch(fields, children=below)

    def topic(self, title: str, numbers: tuple[str, ...]) -> _Sketch:
        controls = [self.by_number[number] for number in numbers if number in self.by_number]
        answers = [self.answer(control) for control in controls]
        body = "\n\n".join(body for body, _ in answers if body)
        stances = [{"stance": stance, "scope": ""} for stance in dict.fromkeys(s for _, s in answers if s)]
        return _Sketch(self.control_fields(body, stances) | {"title": title}, controls)

    def control(self, control: Control, plan: Plan) -> _Sketch:
        fields: dict[str, Any]
        if control.number in self.answers:
            fields = self.control_fields("", []) | {
                "standard_answer": self.answers[control.number],
                "progress": Section.Progress.WRITING,
            }
        else:
            body, stance = self.answer(control)
            fields = self.control_fields(body, [{"stance": stance, "scope": ""}] if stance else [])
        return _Sketch(fields | {"numbering": plan.numbering_of_controls}, [control])

    def control_fields(self, body: str, stances: list[dict[str, str]]) -> dict[str, Any]:
        progress = Section.Progress.WRITING if body else Section.Progress.OPEN
        return {"kind": Section.Kind.CONTROL, "body": body, "stances": stances, "progress": progress}

    # --- from the phrase bank

    def answer(self, control: Control) -> tuple[str, str]:
        """(body, stance) of the phrase that fits what is known; nothing when nothing is known: nobody has said it yet."""
        known = [self.facts[name] for name in self.key_facts[control.pk] if name in self.facts]
        if not known:
            return "", ""
        first = kinds.bare(known[0].value) if not known[0].places else None
        wanted = _STANCE_OF_VALUE.get(str(first), Stance.PROVIDED)
        phrases = sorted(self.phrases[control.pk], key=lambda phrase: (phrase.stance != wanted, phrase.position))
        for phrase in phrases:
            if phrase.stance not in (wanted, Stance.PROVIDED) or not self.reachable(phrase.body):
                continue
            try:
                return fill(phrase.body, style=self.style, facts=self.values), phrase.stance
            except BrokenPhrase:  # of a fact whose definition is gone: another phrase may still fit
                continue
        return "", ""

    def reachable(self, body: str) -> bool:
        return all(number in self.by_number for number in references(body))

    def filled(self, text: str) -> str:
        names = {
            "<< provider >>": self.paper.service.provider.name,
            "<< service_name >>": self.paper.service.name,
            "<< framework >>": f"{self.paper.edition}",
        }
        for token, name in names.items():
            text = text.replace(token, name.replace("<<", "＜＜").replace("<%", "＜%").replace("{{", "｛｛"))
        return fill(text, style=self.style, facts=self.values)

    def figures(self) -> Iterator[Figure]:
        for position, key in enumerate(self.layout.figures):
            figure = texts()["figures"][key]
            yield Figure(
                whitepaper=self.paper,
                position=position,
                key=key,
                kind=Figure.Kind.RESPONSIBILITY,
                caption=self.filled(figure["caption"]),
                layers=[
                    {"name": self.filled(layer["name"]), "party": self.filled(layer["party"])}
                    for layer in figure["layers"]
                ],
            )
