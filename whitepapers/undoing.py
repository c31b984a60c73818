"""Takes a section back to what it said before a change: a new revision, so that undoing can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from controls.models import Control

from .editing import CannotEdit, SectionContent, content_of, save_section
from .models import Section, SectionRevision

_PLAIN = (
    *("title", "body", "stances", "answered_points", "progress"),
    *("included", "internal_note", "key", "numbering"),
)


@transaction.atomic
def undo(section: Section, revision_id: int, *, counter: int, by: User) -> Section:
    """The section as it was before that revision of it, and thereby before everything later.

    CannotEdit when the revision is of another section, or what it said cannot be kept any more (a control or a fact
    that is gone); ChangedMeanwhile when the section has moved on from ``counter``.
    """
    revision = SectionRevision.objects.filter(section=section, pk=revision_id).first()
    if revision is None:
        raise CannotEdit({"": _("この節の履歴に、その変更はありません。")})
    locked = Section.objects.select_for_update(no_key=True).filter(pk=section.pk).order_by("pk").first()
    if locked is None:
        raise CannotEdit({"": _("この節はもうありません。")})
    content = restored(locked, revision.before)
    saved = save_section(locked, content, counter=counter, by=by)
    # Whoever goes back to where nothing of its own was written inherits the standard answer again.
    if saved.standard_answer_id and saved.departed_from_id and not content.body and not content.stances:
        saved.departed_from = None
        saved.save(update_fields=["departed_from"])
    return saved


def restored(section: Section, before: Mapping[str, Any]) -> SectionContent:
    """What a revision held, as content of ``section``. CannotEdit when one of its controls is gone."""
    content = replace(content_of(section), **{name: before[name] for name in _PLAIN if name in before})
    wanted = before.get("controls", [])
    edition = section.whitepaper.edition_id
    controls = dict(Control.objects.filter(edition=edition, number__in=wanted).values_list("number", "pk"))
    if missing := [number for number in wanted if number not in controls]:
        numbers = "、".join(missing)
        raise CannotEdit({"controls": _("管理策 %(numbers)s は、この版にありません。") % {"numbers": numbers}})
    return replace(content, controls=[controls[number] for number in wanted])
