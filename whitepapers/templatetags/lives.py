"""Where a paper stands and what is said about it: for the head of every page of a paper, whatever view shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django import template

from ..commenting import Thread, threads
from ..life import Life
from ..life import life_of as _life_of
from ..locking import why_locked as _why_locked
from ..models import Review, Section, Version, Whitepaper
from ..rendering.html import render_section

register = template.Library()


@register.simple_tag
def life_of(paper: Whitepaper) -> Life:
    """Three queries, once per page: the row remembers."""
    known = vars(paper).get("_life")
    if known is None:
        known = vars(paper)["_life"] = _life_of(paper)
    return known


@register.simple_tag
def latest_review(paper: Whitepaper) -> Review | None:
    """The open round, or the last one that there was. One query when none is open."""
    known = vars(paper)
    if "_latest_review" not in known:
        known["_latest_review"] = life_of(paper).review or Review.objects.of(paper).first()
    return known["_latest_review"]


@register.simple_tag
def why_locked(paper: Whitepaper) -> str:
    return _why_locked(paper)


@register.simple_tag
def threads_on(section: Section) -> list[Thread]:
    """What is said about the section and not resolved yet, whichever round it was said in; the resolved at the end."""
    found = threads(section.comments.all())
    return sorted(found, key=lambda thread: not thread.is_open)


@register.filter
def short_digest(digest: str) -> str:
    """9f3a8b21…c27e"""
    return f"{digest[:8]}…{digest[-4:]}" if len(digest) > 12 else digest


@register.filter
def dashed(day: str) -> str:
    """A date as papers print it in the approval block, as every page writes dates: 2026-11-20."""
    return day.replace("/", "-")


@dataclass(frozen=True, slots=True)
class Issued:
    version: Version
    html: str  # "" when the version has no such section


@register.simple_tag
def issued_text(section: Section) -> Issued | None:
    """What the paper's version in force says in the section; None without one. A query, no other with none in force."""
    current = life_of(section.whitepaper).current
    if current is None:
        return None
    document = Version.objects.get(pk=current.pk).frozen
    found = next((part for part in document.walk() if part.anchor == f"s{section.pk}"), None)
    if found is None:
        return Issued(current, "")
    return Issued(
        current, render_section(document, replace(found, anchor=f"issued-{found.anchor}"))
    )  # an id of its own
