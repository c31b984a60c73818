"""Copies a paper to another service, and puts papers away and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Provider, User
from audit.log import Event, log, log_all

from .locking import why_locked
from .models import Fact, Figure, Section, SectionControl, Service, Whitepaper
from .subjects import of_paper, stated_anew
from .text import InvalidText, clean

MAX_NOTE = 2_000
# What belongs to the one paper and not to its wording begins anew.
_FRESH = frozenset(
    {"id", "service", "title", "document_number", "archived_at", "created_at"}
    | {"planned_number", "planned_date", "planned_summary", "planned_note", "planned_author"}
)


class CannotCopy(Exception):
    """Nothing was copied, put away or put back; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Copied:
    paper: Whitepaper
    facts: int  # how many came along
    naming_the_source: int  # sections whose text names the service it was written for


@transaction.atomic
def copy_paper(paper: Whitepaper, service: Service, *, title: str, by: User) -> Copied:
    """A paper of ``service`` with the outline, texts, figures and settings of ``paper``; every text is 要確認.

    The service's facts come along, unconfirmed, where nothing at all is known about ``service``: neither stated for it
    nor inherited. History rows, assignees and due dates do not. CannotCopy when the service is another provider's, is
    put away, or has such a paper.
    """
    # As in stating.py: facts of a provider are stated by one at a time.
    provider = Provider.objects.select_for_update(no_key=True).get(pk=paper.service.provider_id)
    source = (
        Whitepaper.objects.select_for_update(no_key=True)
        .select_related(None)
        .filter(pk=paper.pk)
        .order_by("pk")
        .first()
    )
    target = Service.objects.filter(pk=service.pk, provider=provider).first()
    if source is None or target is None:
        raise CannotCopy(_("コピー先のサービスを選び直してください。"))
    if target.archived_at:
        raise CannotCopy(_("保管中のサービスにはコピーできません。サービスを元に戻してください。"))
    title = _title(title)
    fields = {f.name: getattr(source, f.name) for f in Whitepaper._meta.concrete_fields if f.name not in _FRESH}
    try:
        with transaction.atomic():
            new = Whitepaper.objects.create(service=target, title=title, planned_number="1.0", **fields)
    except IntegrityError as error:
        raise CannotCopy(_("コピー先のサービスには、同じ版のペーパーがすでにあります。")) from error
    sections = _copy_sections(source, new)
    _copy_figures(source, new)
    facts = [] if target.pk == source.service_id else _copy_facts(source.service, target)
    naming = sum(source.service.name in section.body for section in sections)
    told = {"source": source.title, "source_id": source.pk, "service": target.pk}
    log_all([Event("paper.copied", of_paper(new), told), *stated_anew(facts)], by=by, provider=provider)
    return Copied(new, len(facts), naming if target.name != source.service.name else 0)


def _title(written: str) -> str:
    title = written.strip()
    try:
        clean(title)
    except InvalidText as error:
        raise CannotCopy(str(error)) from error
    if not 0 < len(title) <= 300:
        raise CannotCopy(_("題名を300文字までで入力してください。"))
    return title


def _copy_sections(source: Whitepaper, new: Whitepaper) -> Sequence[Section]:
    """Level by level, so that parents have their ids before their children are written."""
    children: dict[int | None, list[Section]] = {}
    for row in source.sections.prefetch_related("section_controls").in_outline_order():
        children.setdefault(row.parent_id, []).append(row)
    level: list[tuple[Section | None, int, Section]] = [(None, n, row) for n, row in enumerate(children.get(None, []))]
    links: list[SectionControl] = []
    copies: list[Section] = []
    while level:
        rows = Section.objects.bulk_create([_copy_of(old, new, parent, n) for parent, n, old in level])
        below: list[tuple[Section | None, int, Section]] = []
        for row, (_parent, _n, old) in zip(rows, level, strict=True):
            links += [
                SectionControl(section=row, control_id=link.control_id, position=link.position)
                for link in old.section_controls.all()
            ]
            below += [(row, n, child) for n, child in enumerate(children.get(old.pk, []))]
        copies += rows
        level = below
    SectionControl.objects.bulk_create(links)
    return copies


def _copy_of(old: Section, new: Whitepaper, parent: Section | None, position: int) -> Section:
    """What was done there is not done here: somebody has to read it for the new service."""
    says_something = old.kind == Section.Kind.CONTROL or bool(old.body.strip())
    return Section(
        whitepaper=new,
        parent=parent,
        position=position,
        kind=old.kind,
        numbering=old.numbering,
        title=old.title,
        key=old.key,
        body=old.body,
        stances=old.stances,
        answered_points=old.answered_points,
        standard_answer_id=old.standard_answer_id,
        departed_from_id=old.departed_from_id,
        included=old.included,
        internal_note=old.internal_note,
        needs_confirmation=says_something,
        progress=Section.Progress.WRITING if old.progress == Section.Progress.DONE else old.progress,
    )


def _copy_figures(source: Whitepaper, new: Whitepaper) -> None:
    figures = list(source.figures.all())
    for figure in figures:
        figure.pk, figure.whitepaper = None, new
    Figure.objects.bulk_create(figures)


def _copy_facts(source: Service, target: Service) -> list[Fact]:
    """The facts stated for ``source`` of which ``target`` knows nothing. Other papers of ``target`` say nothing else
    than before, since what it inherits counts as known."""
    here = target.locations.values("pk")
    known = Fact.objects.filter(provider=target.provider_id).filter(
        Q(service=target) | Q(service=None), Q(location=None) | Q(location__in=here)
    )
    stated = Fact.objects.filter(service=source).filter(Q(location=None) | Q(location__in=here))
    facts = list(stated.exclude(name__in=known.values("name")).select_related("location"))
    origin = _("「%(name)s」からコピーした値です。") % {"name": source.name}
    for fact in facts:
        fact.pk, fact.service, fact.confirmed_by, fact.confirmed_at = None, target, None, None
        fact.source_note = f"{origin}\n{fact.source_note}".strip()[:MAX_NOTE]
    Fact.objects.bulk_create(facts)
    return facts


# --- Away and back ------------------------------------------------------------------------------------------------


@transaction.atomic
def archive_paper(paper: Whitepaper, *, by: User) -> Whitepaper:
    """Takes the paper out of the lists; its texts and their history stay. CannotCopy when it is out already or under
    review."""
    paper = Whitepaper.objects.select_for_update(no_key=True).get(pk=paper.pk)
    if paper.archived_at:
        raise CannotCopy(_("「%(title)s」はすでに保管されています。") % {"title": paper.title})
    if why := why_locked(paper):
        raise CannotCopy(why)
    paper.archived_at = timezone.now()
    paper.save(update_fields=["archived_at"])
    log("paper.archived", of_paper(paper), by=by, provider=paper.service.provider_id)
    return paper


@transaction.atomic
def restore_paper(paper: Whitepaper, *, by: User) -> Whitepaper:
    """Puts the paper back. CannotCopy when it is not put away, or its service has another such paper by now."""
    paper = Whitepaper.objects.select_for_update(no_key=True).get(pk=paper.pk)
    if not paper.archived_at:
        raise CannotCopy(_("「%(title)s」は保管されていません。") % {"title": paper.title})
    paper.archived_at = None
    try:
        with transaction.atomic():
            paper.save(update_fields=["archived_at"])
    except IntegrityError as error:
        raise CannotCopy(
            _("このサービスには、同じ版の別のペーパーがあります。そちらを保管してから元に戻してください。")
        ) from error
    log("paper.restored", of_paper(paper), by=by, provider=paper.service.provider_id)
    return paper
