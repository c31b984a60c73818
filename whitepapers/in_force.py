"""Which issue is in force, since when, and when it is to be checked again. Reads rows and changes none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - ``date`` is what everybody calls the argument

from django.utils import timezone

from accounts.models import Provider

from .models import EarlierIssue, Version, Whitepaper
from .models.papers import NUMBER_PATTERN


@dataclass(frozen=True, slots=True)
class InForce:
    """What a paper said on a day: a version, or the file of an issue from before Hakusho."""

    paper: Whitepaper
    version: Version | None
    earlier: EarlierIssue | None = None


def in_force_on(provider: Provider, day: Date) -> list[InForce]:
    """For each paper of the provider that was in force on ``day``: its highest issue until then that was not withdrawn on
    that day or before. Papers that were put away since are among them. Four queries."""
    papers = Whitepaper.objects.filter(service__provider=provider)
    chosen: dict[int, Version | EarlierIssue] = {}
    earlier = EarlierIssue.objects.filter(whitepaper__in=papers, date__lte=day)
    for issue in earlier.order_by("major", "minor", "patch"):
        chosen[issue.whitepaper_id] = issue
    versions = Version.objects.filter(whitepaper__in=papers, date__lte=day).select_related("withdrawal")
    for version in versions.defer("document", "imprint").order_by("major", "minor", "patch"):
        if not is_withdrawn_on(version, day):
            chosen[version.whitepaper_id] = version
    whole = Version.objects.defer("imprint").in_bulk([row.pk for row in chosen.values() if isinstance(row, Version)])
    found = []
    for paper in papers.select_related("service", "edition").order_by("service__name", "pk"):
        match chosen.get(paper.pk):
            case Version(pk=pk):
                found.append(InForce(paper, whole[pk]))
            case EarlierIssue() as issue:
                found.append(InForce(paper, None, issue))
    return found


def is_withdrawn_on(version: Version, day: Date) -> bool:
    withdrawal = getattr(version, "withdrawal", None)
    return withdrawal is not None and timezone.localdate(withdrawal.at) <= day


def ordinal(number: str) -> tuple[int, int, int]:
    """1.10 → (1, 10, 0). ValueError for what is no number of a version."""
    if not re.fullmatch(NUMBER_PATTERN, number, re.ASCII) or any(int(part) > 999_999 for part in number.split(".")):
        raise ValueError(number)
    parts = [int(part) for part in number.split(".")]
    return (*parts, 0, 0)[:3]  # type: ignore[return-value]


def highest_number(paper: Whitepaper, *, above: tuple[int, int, int] = (0, 0, 0)) -> str:
    """The highest number of a version or an earlier issue that is not lower than ``above``; "" when there is none."""
    rows = [Version.objects.latest_number(paper), paper.earlier_issues.order_by("-major", "-minor", "-patch").first()]
    known = [((row.major, row.minor, row.patch), row.number) for row in rows if row is not None]
    found, number = max(known, default=((-1, 0, 0), ""))
    return number if found >= above else ""


def checked_on(version: Version) -> Date:
    """When the version was last known to be right: its issue, or its latest recheck."""
    latest = version.rechecks.order_by("-date").values_list("date", flat=True).first()
    return max(latest or version.date, version.date)


def due_on(version: Version) -> Date:
    """When the version is to be checked again: a year later."""
    return a_year_after(checked_on(version))


def a_year_after(day: Date) -> Date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)
