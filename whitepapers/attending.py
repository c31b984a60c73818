"""Who has a section open just now: 「山田さんが編集中」."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import User

from .models import Section, SectionPresence

HERE_FOR = timedelta(seconds=60)  # the page tells every 20 seconds


def attend(section: Section, by: User) -> None:
    """Marks the person as being at the section now."""
    now = timezone.now()
    if not SectionPresence.objects.filter(section=section, user=by).update(seen_at=now):
        SectionPresence.objects.bulk_create(
            [SectionPresence(section=section, user=by, seen_at=now)],
            update_conflicts=True,
            unique_fields=["section", "user"],
            update_fields=["seen_at"],
        )


def leave(section: Section, by: User) -> None:
    SectionPresence.objects.filter(section=section, user=by).delete()


def others_at(section: Section, user: User) -> list[str]:
    """The names of those who have the section open beside ``user``. One query."""
    here = SectionPresence.objects.filter(section=section, seen_at__gte=timezone.now() - HERE_FOR)
    return [str(presence.user) for presence in here.exclude(user=user).select_related("user").order_by("user__name")]
