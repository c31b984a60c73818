"""The words of a difference on a page: kinds of changes, and the two sides with what went and came marked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from controls.stances import Stance

from ..diff import ADDED, MOVED, REMOVED, UPDATED, Changes, FactChange, SectionChange
from ..diff_blocks import BlockChange, Line
from ..diff_words import Spans
from ..document import StanceMeta
from ..rendering.comparison import Sides

register = template.Library()

_LOOKS = {ADDED: "ok", REMOVED: "bad", MOVED: "warn", UPDATED: "ai"}


@cache
def _sides(_language: str | None) -> Sides:
    return Sides(spoken={"inserted": _("［追加］"), "deleted": _("［削除］")})


@register.simple_tag
def words(spans: Spans, side: str) -> SafeString:
    """One side of a line."""
    return mark_safe(_sides(get_language()).words(spans, side))  # noqa: S308 - escaped by its template


@register.simple_tag
def side_of(blocks: Iterable[BlockChange] | BlockChange, side: str) -> SafeString:
    """One side (before or after) of what stands below a heading."""
    several = blocks if isinstance(blocks, tuple) else (blocks,)
    return mark_safe(_sides(get_language()).blocks(several, side))  # noqa: S308


@register.filter
def kind_tags(change: SectionChange) -> SafeString:
    """追加, 更新, 削除, 移動 as tags; what only the data say has none of them."""
    names = {ADDED: _("追加"), REMOVED: _("削除"), MOVED: _("移動"), UPDATED: _("更新")}
    tags = [format_html('<span class="tag {}">{}</span>', _LOOKS[kind], names[kind]) for kind in change.kinds]
    return mark_safe(" ".join(tags))  # noqa: S308 - made of format_html


@register.filter
def stance_words(stances: Iterable[StanceMeta]) -> str:
    labels = [
        (str(Stance(each.stance).label) if each.stance in Stance else each.stance, each.scope) for each in stances
    ]
    return "、".join(f"{label}（{scope}）" if scope else label for label, scope in labels) or _("なし")


@register.simple_tag
def facts_told(change: SectionChange) -> tuple[FactChange, ...]:
    """The facts of a section that are printed otherwise."""
    return tuple(fact for fact in change.facts if fact.is_restated)


@register.simple_tag
def headings_of(changes: Changes) -> dict[str, str]:
    """Anchor → heading, of every section that the page shows."""
    found = {section.anchor: section.heading for section in changes.unchanged}
    return found | {change.anchor: change.section.heading for change in changes.sections}


@register.filter
def at(mapping: dict[str, str], key: str) -> str:
    return mapping.get(key, "")


@register.filter
def moved_line(block: BlockChange) -> str:
    """The anchor of the section where the same line went or came from."""
    return block.moved if isinstance(block, Line) else ""
