"""Who wrote what a paper says since it was last issued: they may not decide on it (確認, 承認). Reads, writes nothing.

What counts is in four places: revisions of sections, revisions of the standard answers that sections inherit, the audit
entries of what has no revisions (facts, outline, figures, settings), and the rounds in which somebody fixed number and
revision lines.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Provider
from audit.actions import FACT_CHANGES
from audit.models import Entry

from .document import Document, Missing, inlines_of
from .models import Fact, Location, Review, SectionRevision, StandardAnswerRevision, Version, Whitepaper

# What a section prints, and what follows from it in a Document's meta part.
PRINTED = ("title", "body", "stances", "controls", "included", "numbering", "key", "answered_points")

# What changes a paper and leaves no revision of a section.
PAPER_CHANGES = {
    "paper.drafted": "ペーパーを作成",
    "paper.copied": "ほかのペーパーからコピー",
    "paper.imported": "ペーパーを取込み",
    "paper.described": "ペーパーの設定を変更",
    "section.moved": "節を移動",
    "section.added": "節を追加",
    "section.removed": "節をペーパーから外した",
    "section.deleted": "節を削除",
    "section.restored": "節をペーパーに戻した",
    "section.split": "節を分割",
    "section.merged": "節を結合",
    "section.took_newer": "新しい共通回答を取込み",
    "section.returned": "節を共通回答に戻した",
    "figure.added": "図を追加",
    "figure.changed": "図を変更",
    "figure.removed": "図を削除",
}


def last_issued(paper: Whitepaper) -> Version | None:
    """What the next issue is compared with: the version in force, or the highest one when none is. One or two queries."""
    return Version.objects.current(paper) or Version.objects.latest_number(paper)


def contributors(
    paper: Whitepaper, document: Document, *, until: datetime.datetime | None = None
) -> dict[int, list[str]]:
    """The ids of the people who changed what ``document`` says since the last issue was submitted, each with the reasons
    as sentences' parts (「8.3 情報のバックアップ」を変更). All time when nothing was issued.

    ``until`` is when the document was frozen: what was changed later is not in it. The number of queries is fixed.
    """
    issued = last_issued(paper)
    found = _Found(paper, document, issued.review.submitted_at if issued else None, until)
    found.submitting()
    found.sections()
    found.answers()
    found.entries()
    return {person: list(dict.fromkeys(reasons)) for person, reasons in found.reasons.items()}


def may_self_approve(provider: Provider) -> bool:
    """Whether somebody may approve what they wrote: the provider allows it and is one person. One query."""
    return bool(provider.allow_self_approval) and provider.memberships.count() == 1


Move = tuple[datetime.datetime, int, int]  # when words passed from which section to which other


@dataclass
class _Found:
    paper: Whitepaper
    document: Document
    since: datetime.datetime | None
    until: datetime.datetime | None
    reasons: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, person: int | None, reason: str) -> None:
        if person is not None:
            self.reasons[person].append(reason)

    def when(self, name: str, last: str = "") -> Q:
        """That the moment ``name`` is between the two; ``last`` is the end of what lasted."""
        within = Q(**{f"{last or name}__gt": self.since}) if self.since else Q()
        return within & Q(**{f"{name}__lte": self.until}) if self.until else within

    def submitting(self) -> None:
        """Number and revision lines are printed: who fixed them in a round since then wrote them."""
        rounds = Review.objects.filter(self.when("submitted_at"), whitepaper=self.paper)
        for person in rounds.order_by().values_list("submitted_by", flat=True).distinct():
            self.add(person, _("版数と改訂内容を提出"))

    def sections(self) -> None:
        headings = {section.anchor: section.heading for section in self.document.walk()}
        moves = list(self.moves())
        revisions = SectionRevision.objects.filter(self.when("at", "until"), section__whitepaper=self.paper)
        values = revisions.order_by("pk").values_list("section_id", "at", "by_id", "section__title", "before", "after")
        for section, at, person, title, before, after in values.iterator():
            heading = next((headings[each] for each in _places(section, at, moves) if each in headings), None)
            if heading is None and before.get("included", True) == after.get("included", True):
                continue
            if any(before.get(name) != after.get(name) for name in PRINTED):
                self.add(person, _("「%(heading)s」を変更") % {"heading": heading or title})

    def moves(self) -> Iterator[Move]:
        """What merging and splitting took elsewhere, in the order of time."""
        entries = Entry.objects.of(self.paper.service.provider).filter(self.when("at"), paper_id=self.paper.pk)
        rows = entries.filter(action__in=("section.merged", "section.split")).order_by("number")
        for at, action, data in rows.values_list("at", "action", "data"):
            if action == "section.merged":
                yield at, data["other_id"], data["section_id"]
            else:
                yield at, data["section_id"], data["new_id"]

    def answers(self) -> None:
        printed = [int(section.anchor[1:]) for section in self.document.walk() if section.anchor[1:].isdecimal()]
        inherited = self.paper.sections.filter(pk__in=printed, departed_from=None, standard_answer__isnull=False)
        revisions = StandardAnswerRevision.objects.filter(
            self.when("at"), answer__in=inherited.order_by().values("standard_answer")
        )
        for person, number in revisions.order_by("pk").values_list("by_id", "answer__control__number"):
            self.add(person, _("管理策 %(number)s の共通回答を変更") % {"number": number})

    def entries(self) -> None:
        provider = self.paper.service.provider
        entries = Entry.objects.of(provider).filter(self.when("at"), by_id__isnull=False)
        own = entries.filter(action__in=PAPER_CHANGES, paper_id=self.paper.pk)
        for person, action in own.values_list("by_id", "action").distinct().order_by():
            self.add(person, PAPER_CHANGES[action])
        self.facts(entries)

    def facts(self, entries: QuerySet[Entry]) -> None:
        labels = printed_facts(self.document)
        own = self.own_values(labels)
        values = entries.filter(action__in=FACT_CHANGES).order_by("number").values_list("by_id", "data")
        for person, data in values.iterator():
            name, service = str(data.get("name", "")), data.get("service")
            if name not in labels or service not in (None, self.paper.service_id):
                continue
            if service is None and self.is_hidden(own.get(name, set()), data.get("location")):
                continue
            self.add(person, _("事実「%(label)s」を変更") % {"label": labels[name]})

    @cached_property
    def places(self) -> dict[str, int]:
        """The service's locations; entries name them as they were called."""
        rows = Location.objects.filter(services=self.paper.service_id).order_by().values_list("name", "pk")
        return dict(rows)

    def own_values(self, names: Collection[str]) -> dict[str, set[int | None]]:
        """Name → where the service states a value of its own (None: as a whole), and did so when the document was frozen."""
        own: dict[str, set[int | None]] = defaultdict(set)
        rows = Fact.objects.filter(service=self.paper.service_id, name__in=list(names)).order_by()
        for name, location in rows.values_list("name", "location_id"):
            own[name].add(location)
        for name in self.stated_since():  # nobody can tell from the rows what was printed then
            own.pop(name, None)
        return own

    def is_hidden(self, own: set[int | None], location: str | None) -> bool:
        """Whether a value that the provider states (at ``location``) is not the one that the service prints."""
        if location is not None:  # a location's value goes before the service's as a whole
            return self.places.get(location) in own if location in self.places else False
        return None in own or (bool(self.places) and set(self.places.values()) <= own)

    def stated_since(self) -> Iterator[str]:
        """The service's own facts that were stated or taken back after the document was frozen."""
        if self.until is None:
            return
        later = Entry.objects.of(self.paper.service.provider).filter(at__gt=self.until, action__in=FACT_CHANGES)
        for data in later.order_by().values_list("data", flat=True):
            if data.get("service") == self.paper.service_id:
                yield str(data.get("name", ""))


def _places(section: int, at: datetime.datetime, moves: Iterable[Move]) -> list[str]:
    """The anchors where words may stand by now that stood in the section then: whoever wrote them wrote them still."""
    places = [section]
    for moved, source, target in moves:
        if moved >= at and source in places:
            places.append(target)
    return [f"s{place}" for place in places]


def printed_facts(document: Document) -> dict[str, str]:
    """Name → label of every fact that the document prints, or says it is missing."""
    labels: dict[str, Any] = {fact.name: fact.label for meta in document.meta.sections for fact in meta.facts}
    for section in document.walk():
        for inline in inlines_of(section.blocks):
            if isinstance(inline, Missing) and inline.kind == "fact":
                labels.setdefault(inline.name, inline.label)
    return labels
