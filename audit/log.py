"""Adds entries to a provider's chain, in the transaction of what they tell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import models, transaction
from django.utils import timezone

from .actions import check
from .models import Chain, Entry

BY_COMMAND = "コマンド"


class Person(Protocol):
    """A user; audit knows no models of the other apps."""

    pk: Any


@dataclass(frozen=True, slots=True)
class Subject:
    """What it happened to. ``paper`` is the id of the paper that it belongs to."""

    kind: str  # paper, section, fact, answer, service, member, provider, review, version, …
    id: int | None
    name: str
    paper: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to log; ``log_all`` takes several."""

    action: str
    subject: Subject
    data: Mapping[str, Any] = field(default_factory=dict)


def log(action: str, subject: Subject, *, by: Person | None, provider: models.Model | int, **data: Any) -> Entry:
    """Adds one entry: the last thing that a verb does, since all verbs of the provider wait for each other here.

    ``by`` is None for a command; ``provider`` is the row or its id. ``data`` is JSON (no fractions) and has what the sentence of ``action`` names.
    Raises UnknownAction for what the vocabulary does not know, TransactionManagementError outside a transaction.
    """
    return log_all([Event(action, subject, data)], by=by, provider=provider)[0]


def log_all(events: Sequence[Event], *, by: Person | None, provider: models.Model | int) -> list[Entry]:
    """As ``log``, for several at once and with as many queries; nothing for none."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An entry belongs in the transaction of what it tells.")
    for event in events:
        check(event.action, event.data)
    if not events:
        return []
    provider_id = int(provider.pk) if isinstance(provider, models.Model) else provider
    chain = _locked(provider_id)
    entries = [_entry(event, by, provider_id, timezone.now()) for event in events]
    for entry in entries:
        chain.length += 1
        entry.number, entry.previous = chain.length, chain.digest
        entry.digest = chain.digest = digest_of(entry)
    Entry.objects.bulk_create(entries)
    chain.save(update_fields=["length", "digest"])
    return entries


def digest_of(entry: Entry) -> str:
    """SHA-256 of everything the entry says and of the digest before it, as canonical JSON."""
    content = {
        "provider": entry.provider_id,
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": entry.action,
        "by": entry.by_id,
        "by_name": entry.by_name,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "subject": entry.subject,
        "paper": entry.paper_id,
        "data": entry.data,
        "previous": entry.previous,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(event: Event, by: Person | None, provider_id: int, at: datetime) -> Entry:
    subject = event.subject
    return Entry(
        provider_id=provider_id,
        at=at,
        action=event.action,
        by_id=by.pk if by is not None else None,
        by_name=str(by)[:100] if by is not None else BY_COMMAND,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject=subject.name,
        paper_id=subject.paper,
        data=_plain(event.data),
    )


def _plain(data: Any) -> Any:
    """``data`` as both databases give it back: fractions are written differently by each, so there are none."""
    if data is None or isinstance(data, bool | int | str):
        return data
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    raise TypeError(f"{type(data).__name__} cannot be in an entry")


def _locked(provider_id: int) -> Chain:
    chain = Chain.objects.select_for_update().filter(provider=provider_id).first()
    if chain is None:  # the first entry: whoever makes the row second waits for the first
        Chain.objects.get_or_create(provider_id=provider_id)
        chain = Chain.objects.select_for_update().get(provider=provider_id)
    return chain
