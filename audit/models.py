"""What happened: entries that are only ever added (監査記録), and the head of each provider's chain."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Max, Q
from django.utils import timezone

from . import actions


class Immutable(Exception):
    """Somebody tried to change or delete an entry: a sentence for the reader."""

    def __init__(self) -> None:
        super().__init__("監査記録は変更も削除もできません。")


_FIRST, _LAST = date(1900, 1, 1), date(9000, 1, 1)  # days further away have no midnight in every time zone


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class EntryQuerySet(models.QuerySet["Entry"]):
    def of(self, provider: models.Model) -> EntryQuerySet:
        """The entries of a provider, the newest first."""
        return self.filter(provider=provider.pk).order_by("-number")

    def during(self, first: date | None, last: date | None) -> EntryQuerySet:
        """Those of the days from ``first`` to ``last``, both included, as the site's clock has them."""
        found = self
        if first:
            found = found.filter(at__gte=_midnight(max(first, _FIRST)))
        if last:
            found = found.filter(at__lt=_midnight(min(last, _LAST) + timedelta(days=1)))
        return found

    def people(self) -> dict[int | None, str]:
        """Who did something: id (None is a command) → the name they had last."""
        rows = self.values_list("by_id", "by_name").annotate(last=Max("number")).order_by("last")
        return {by: name for by, name, _last in rows}

    def papers(self) -> dict[int, str]:
        """The papers that something happened to: id → the title it had last."""
        titled = self.filter(subject_kind="paper").exclude(paper_id=None)
        rows = titled.values_list("paper_id", "subject").annotate(last=Max("number")).order_by("last")
        return {paper: title for paper, title, _last in rows}

    def of_actions(self, *actions: str) -> EntryQuerySet:
        return self.filter(action__in=actions)

    def update(self, **_kwargs: Any) -> int:
        raise Immutable

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> int:
        raise Immutable

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Immutable

    def _raw_delete(self, using: str | None) -> int:  # noqa: ARG002 - Django's signature
        raise Immutable


class Entry(models.Model):
    """One thing that happened (監査記録). People and rows are kept as text too: they may go, the entry stays."""

    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField("番号")  # from 1 for each provider, without gaps
    at = models.DateTimeField("日時")
    action = models.CharField("操作", max_length=40)  # of actions.ACTIONS
    by_id = models.BigIntegerField(null=True)  # of a person; null: a command
    by_name = models.CharField("実行者", max_length=100)
    subject_kind = models.CharField(max_length=20)  # paper, section, fact, answer, service, member, …
    subject_id = models.BigIntegerField(null=True)
    subject = models.TextField("対象", blank=True)  # what it was called then
    paper_id = models.BigIntegerField(null=True)  # of the paper it belongs to
    data = models.JSONField("詳細", default=dict)
    previous = models.CharField(max_length=64, blank=True)  # digest of the entry before
    digest = models.CharField(max_length=64)  # SHA-256 of everything above, as canonical JSON

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "監査記録"
        verbose_name_plural = "監査記録"
        ordering = ["provider_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="one_entry_per_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="entries_are_numbered_from_1"),
        ]
        indexes = [
            models.Index(fields=["provider", "action"], name="entries_by_action"),
            models.Index(fields=["provider", "paper_id"], name="entries_by_paper"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Immutable
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Immutable

    def sentence(self) -> str:
        """What happened, for people."""
        return actions.sentence(self.action, self.subject, self.data)

    def group(self) -> str:
        """The name of what kind of thing happened."""
        return actions.GROUPS.get(actions.group_of(self.action), self.action)


class Chain(models.Model):
    """The head of a provider's entries. ``log`` always locks it; a chain that was cut short is shorter than it says."""

    provider = models.OneToOneField("accounts.Provider", models.PROTECT, related_name="+")
    length = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)  # of the last entry

    class Meta:
        verbose_name = "監査記録の連鎖"
        verbose_name_plural = "監査記録の連鎖"

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.length}"
