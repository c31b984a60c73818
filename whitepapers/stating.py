"""Stating facts, retracting and confirming them. Whoever states a value has thereby confirmed it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Provider, User
from audit.log import Event, log_all
from controls import facts as kinds
from controls.models import FactDefinition

from .confirmations import inherited
from .facts import stated_values
from .models import Fact, FactConfirmation, Location, Service
from .subjects import definitions_of, fact_event
from .text import InvalidText, clean

MAX_NOTE = 2_000


class CannotState(Exception):
    """Why facts cannot be stated: a sentence for the reader. Then nothing was written.

    ``conflicts`` holds, where somebody else was faster, each refused change with the fact as it is now (None
    when it was retracted).
    """

    def __init__(self, sentence: str, conflicts: Sequence[tuple[Change, Fact | None]] = ()) -> None:
        super().__init__(sentence)
        self.conflicts = tuple(conflicts)


class _Keep:
    """The value stays as it is."""


KEEP: Final = _Keep()


@dataclass(frozen=True, slots=True)
class Seen:
    """Fingerprints of what somebody had before their eyes when they changed a fact."""

    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one fact at one place."""

    name: str
    location: Location | None = None
    value: Any = KEEP  # anything controls.facts.parse understands; None retracts
    source_note: str | None = None  # None leaves it as it is
    confirm: bool = False
    seen: Seen | None = None  # with it, what changed since is not overwritten
    inherited: str = ""  # confirms that what the service takes over from its provider, by its digest, holds there

    @property
    def place(self) -> tuple[str, int | None]:
        return self.name, self.location.pk if self.location else None


@dataclass(frozen=True, slots=True)
class Stated:
    """How many facts were written, by what happened to them."""

    changed: int = 0  # value or source note
    retracted: int = 0
    confirmed: int = 0  # without another change


def fingerprint(value: Any) -> str:
    """A short digest of a canonical value or of a note; "" for none."""
    if value is None or value == "":
        return ""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:20]


def seen(fact: Fact | None) -> Seen:
    """The fingerprints of ``fact`` as it is."""
    return Seen(fingerprint(fact.value), fingerprint(fact.source_note)) if fact else Seen("", "")


def state(  # noqa: PLR0913 - a fact is that many things
    provider: Provider,
    name: str,
    value: Any,
    *,
    service: Service | None = None,
    location: Location | None = None,
    source_note: str | None = None,
    by: User,
) -> Fact:
    """States ``value`` for the provider, or for the service or location named. CannotState when it does not
    fit the definition, or the place is not the provider's."""
    if value is None:
        raise CannotState(_("値が入力されていません。"))
    change = Change(name, location, value, source_note)
    state_many(provider, [change], service=service, by=by)
    return Fact.objects.get(provider=provider, service=service, location=location, name=name)


def retract(
    provider: Provider, name: str, *, service: Service | None = None, location: Location | None = None, by: User
) -> bool:
    """Takes the value at this place back: the next wider one applies again. Whether there was one."""
    done = state_many(provider, [Change(name, location, None)], service=service, by=by)
    return done.retracted > 0


def confirm(
    provider: Provider, name: str, *, service: Service | None = None, location: Location | None = None, by: User
) -> Fact:
    """Notes that ``by`` has found the value still true. CannotState when there is none."""
    if not state_many(provider, [Change(name, location, confirm=True)], service=service, by=by).confirmed:
        raise CannotState(_("まだ値がないため、確認済みにできません。"))
    return Fact.objects.get(provider=provider, service=service, location=location, name=name)


@transaction.atomic
def state_many(provider: Provider, changes: Sequence[Change], *, service: Service | None = None, by: User) -> Stated:
    """Does all ``changes`` or, with CannotState, none. A change that says what is there already is none."""
    # One lock for all facts of a provider: two people stating the same new fact must wait for each other.
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    done: list[_Done] = []
    for change, value, found in _guarded(provider, changes, service):
        row = found or Fact(provider=provider, service=service)
        was = _Was(row.pk, row.value if found else None)
        done.append(_Done(_write(change, value, row, by=by), change, row, was))
    taken_over = _confirm_inherited(service, changes, by) if service else []
    log_all(_events(done, taken_over, service), by=by, provider=provider)
    outcomes = [each.outcome for each in done]
    return Stated(outcomes.count("changed"), outcomes.count("retracted"), outcomes.count("confirmed") + len(taken_over))


@dataclass(frozen=True, slots=True)
class _Was:
    """A fact before its change."""

    pk: int | None
    value: Any


@dataclass(frozen=True, slots=True)
class _Done:
    outcome: str  # what _write says
    change: Change
    row: Fact
    was: _Was


def _events(done: Sequence[_Done], taken_over: Sequence[str], service: Service | None) -> list[Event]:
    """An audit entry for each fact that something happened to."""
    written = [each for each in done if each.outcome]
    definitions = definitions_of([*(each.change.name for each in written), *taken_over])
    events = []
    for each in written:
        name = each.change.name
        after = None if each.outcome == "retracted" else each.row.value
        is_only_note = each.outcome == "changed" and after == each.was.value
        action = "fact.annotated" if is_only_note else _ACTIONS[each.outcome]
        about: dict[str, Any] = {"service": service, "location": each.change.location, "pk": each.was.pk or each.row.pk}
        events.append(fact_event(action, name, definitions[name], **about, before=each.was.value, after=after))
    for name in taken_over:
        about = {"service": service, "location": None, "pk": None}
        event = fact_event("fact.confirmed", name, definitions[name], **about, inherited=True, after=None)
        events.append(replace(event, data={**event.data, "after": _("提供者の値")}))
    return events


_ACTIONS = {"changed": "fact.stated", "retracted": "fact.retracted", "confirmed": "fact.confirmed"}


def guard(provider: Provider, changes: Sequence[Change], *, service: Service | None = None) -> None:
    """CannotState when ``state_many`` would refuse the changes now. Writes nothing."""
    _guarded(provider, changes, service)


def _guarded(
    provider: Provider, changes: Sequence[Change], service: Service | None
) -> list[tuple[Change, Any, Fact | None]]:
    """Each change with its canonical value and the row it is about."""
    _guard_places(provider, service, changes)
    types = _types(changes)
    rows = _rows(provider, service, changes)
    parsed = [(change, _parsed(types, change), rows.get(change.place)) for change in changes]
    conflicts = [(change, row) for change, value, row in parsed if _is_overtaken(change, value, row)]
    if conflicts:
        raise CannotState(_("ほかの人が先に変更した事実があります。"), conflicts)
    _guard_inherited(provider, service, changes)
    return parsed


def _guard_inherited(provider: Provider, service: Service | None, changes: Sequence[Change]) -> None:
    """A confirmation is of the provider's value that somebody saw, and of no other."""
    confirmed = {change.name: change.inherited for change in changes if change.inherited}
    if service is None or not confirmed:
        return
    facts = Fact.objects.filter(Q(service=None) | Q(service=service), provider=provider, name__in=confirmed)
    values = stated_values(facts)
    locations = list(service.locations.values_list("pk", flat=True))
    for name, digest in confirmed.items():
        if inherited(values.get(name, {}), locations) != digest:
            raise CannotState(
                _("確認した共通の値を、ほかの人が先に変更しました。今の値を確かめて、もう一度保存してください。")
            )


def _confirm_inherited(service: Service, changes: Sequence[Change], by: User) -> list[str]:
    confirmed = {change.name: change.inherited for change in changes if change.inherited}
    FactConfirmation.objects.bulk_create(
        [FactConfirmation(service=service, name=name, digest=digest, by=by) for name, digest in confirmed.items()],
        update_conflicts=True,
        unique_fields=["service", "name"],
        update_fields=["digest", "by", "at"],
    )
    return list(confirmed)


def _guard_places(provider: Provider, service: Service | None, changes: Sequence[Change]) -> None:
    if service is not None:
        current = Service.objects.filter(pk=service.pk, provider=provider).first()
        if current is None:
            raise CannotState(_("このサービスは登録されていません。"))
        if current.archived_at:
            raise CannotState(_("保管中のサービスの事実は変更できません。"))
    wanted = {change.location.pk for change in changes if change.location}
    if wanted:
        locations = service.locations if service else provider.locations
        if wanted - set(locations.filter(pk__in=wanted, provider=provider).values_list("pk", flat=True)):
            raise CannotState(_("この拠点は登録されていません。"))


def _types(changes: Sequence[Change]) -> dict[str, kinds.FactType]:
    names = {change.name for change in changes}
    types = dict(FactDefinition.objects.newest().filter(name__in=names).values_list("name", "type"))
    if unknown := sorted(names - set(types)):
        raise CannotState(_("「%(name)s」という事実は定義されていません。") % {"name": unknown[0]})
    return types


def _rows(provider: Provider, service: Service | None, changes: Sequence[Change]) -> dict[tuple[str, int | None], Fact]:
    rows = Fact.objects.select_related("confirmed_by").filter(
        provider=provider, service=service, name__in={change.name for change in changes}
    )
    return {(row.name, row.location_id): row for row in rows}


def _parsed(types: Mapping[str, kinds.FactType], change: Change) -> Any:
    if change.source_note is not None:
        if len(change.source_note) > MAX_NOTE:
            raise CannotState(_("根拠メモは%(limit)s文字以内で入力してください。") % {"limit": f"{MAX_NOTE:,}"})
        try:
            clean(change.source_note, multiline=True)
        except InvalidText as error:
            raise CannotState(_("根拠メモ：%(sentence)s") % {"sentence": error}) from error
    if change.value is KEEP or change.value is None:
        return change.value
    try:
        return kinds.parse(types[change.name], change.value)
    except kinds.InvalidFact as error:
        raise CannotState(str(error)) from error


def _is_overtaken(change: Change, value: Any, row: Fact | None) -> bool:
    """Whether the fact is no longer what the person saw, and their change would hide that."""
    if change.seen is None:
        return False
    now = seen(row)
    if value is None:
        return row is not None and now != change.seen
    wants_value = value is not KEEP and fingerprint(value) != now.value
    wants_note = change.source_note is not None and fingerprint(change.source_note) != now.note
    return ((wants_value or change.confirm) and now.value != change.seen.value) or (
        wants_note and now.note != change.seen.note
    )


def _write(change: Change, value: Any, row: Fact, *, by: User) -> str:
    """Makes the row, which may be new, say it; "changed", "retracted", "confirmed", or "" when there is nothing to
    do."""
    is_new = row.pk is None
    if value is None:
        return "" if is_new else "retracted" if row.delete()[0] else ""
    if is_new and value is KEEP:
        if change.source_note:
            raise CannotState(_("根拠メモは、値を入力すると保存できます。"))
        return ""
    is_restated = value is not KEEP and (is_new or fingerprint(value) != fingerprint(row.value))
    is_annotated = change.source_note is not None and change.source_note != row.source_note
    if not (is_restated or is_annotated or change.confirm):
        return ""
    row.name, row.location = change.name, change.location
    if is_restated:
        row.value = value
    if change.source_note is not None:
        row.source_note = change.source_note
    if is_restated or change.confirm:
        row.confirmed_by, row.confirmed_at = by, timezone.now()
    row.save()
    return "changed" if is_restated or is_annotated else "confirmed"
