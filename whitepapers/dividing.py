"""Splits a section in two, and merges one with the next. No word is lost: what a merge empties is kept, left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from controls.models import DisclosurePoint

from .editing import SectionContent, content_of
from .models import Section, SectionControl, Whitepaper
from .outlining import CannotOutline, Tree, insert, is_blank, record, referrers, tell, title_of, write
from .subjects import heading as heading_of

MAX_BODY = 100_000


@transaction.atomic
def split(  # noqa: PLR0913 - where, what goes, and who
    paper: Whitepaper,
    section_id: int,
    *,
    line: int,
    title: str,
    controls: Collection[int] = (),
    counter: int,
    by: User,
) -> Section:
    """A new section, the next one, that begins with ``line`` (from 1) of the text and takes what hangs below.

    ``controls`` (primary keys) go along; at least one stays. ``counter`` is the section's when its lines were shown.
    Returns the new section. CannotOutline when one of the two would be empty or somebody saved the text meanwhile.
    """
    tree = Tree.locked(paper)
    row = tree.row(section_id)
    tree.hold([row])
    _guard_own_text(row)
    if row.counter != counter:
        raise CannotOutline(_("ほかの人がこの節を先に保存しました。分ける行を選び直してください。"))
    first, second = _halves(row.body, line)
    own = content_of(row)
    going, staying = _shared_out(own.controls, controls)
    title = title_of(title)
    if not title and not going:
        raise CannotOutline(_("新しい節の見出しを入力してください。"))
    points = _points_of(going) - _points_of(staying)
    fields = _rest_of(row) | {
        "kind": Section.Kind.CONTROL if going else Section.Kind.PROSE,
        "title": title,
        "body": second,
        "stances": list(row.stances) if going else [],
        "answered_points": [key for key in row.answered_points if key in points],
    }
    if row.numbering == Section.Numbering.CONTROL and not going:
        fields["numbering"] = Section.Numbering.NONE
    new = insert(tree, fields, row.parent_id, tree.below(row.parent_id).index(row) + 1)
    for child in list(tree.below(row.pk)):
        tree.put(child, new.pk, len(tree.below(new.pk)))
    tree.keep()
    SectionControl.objects.bulk_create(
        SectionControl(section=new, control_id=pk, position=n) for n, pk in enumerate(going)
    )
    kept = [key for key in row.answered_points if key not in points]
    write(row, replace(own, body=first, controls=staying, answered_points=kept), by=by)
    record(new, None, by=by)
    tell(tree, "section.split", row, by=by, new=heading_of(new), new_id=new.pk)
    return new


def _halves(body: str, line: int) -> tuple[str, str]:
    lines = body.split("\n")
    first, second = "\n".join(lines[: line - 1]).rstrip(), "\n".join(lines[line - 1 :]).strip("\n")
    if line < 2 or not first.strip() or not second.strip():
        raise CannotOutline(_("分けた後の両方に本文が残る行を選んでください。"))
    return first, second


def _shared_out(own: Sequence[int], wanted: Collection[int]) -> tuple[list[int], list[int]]:
    """The controls that go, and those that stay."""
    going = [pk for pk in own if pk in wanted]
    if set(wanted) - set(going):
        raise CannotOutline(_("この節が答えている管理策を選んでください。"))
    staying = [pk for pk in own if pk not in going]
    if own and not staying:
        raise CannotOutline(_("元の節にも、管理策を1つは残してください。"))
    return going, staying


def _rest_of(row: Section) -> dict[str, Any]:
    """What both halves have in common."""
    return {
        "numbering": row.numbering,
        "progress": Section.Progress.WRITING,
        "included": row.included,
        "assignee_id": row.assignee_id,
        "due": row.due,
        "needs_confirmation": row.needs_confirmation,
    }


@transaction.atomic
def merge(paper: Whitepaper, section_id: int, *, keep_heading: bool = False, by: User) -> Section:
    """The section with the text, controls and sections below of the next one in the paper beside it.

    The next one is then left out, with its text and its history, or gone when it was blank. ``keep_heading`` prints its
    heading in bold before its text. CannotOutline when there is no next one, or what it is called would be lost.
    """
    tree = Tree.locked(paper)
    row, following = tree.row(section_id), next_of(tree, section_id)
    if following is None:
        raise CannotOutline(_("この節の次に、同じ階層の節がありません。"))
    tree.hold([row, following])
    for each in (row, following):
        _guard_own_text(each)
    if tree.below(row.pk):
        raise CannotOutline(_("この節の下に節があるため、次の節と結合できません。下の節を先に移動してください。"))
    mine, theirs = content_of(row), content_of(following)
    key = mine.key or theirs.key
    if theirs.key and mine.key and (found := referrers(tree, [following], [theirs.key])):
        names = "".join(f"「{name}」" for name in found)
        raise CannotOutline(
            _("%(names)sが次の節を参照名で参照しています。参照を先に外してください。") % {"names": names}
        )
    heading, gone = following.title or _title_of(following), following.pk
    text = f"**{_escaped(heading)}**\n\n{theirs.body}" if keep_heading else theirs.body
    content = replace(
        _joined(mine, theirs), key=key, body="\n\n".join(p for p in (mine.body.rstrip(), text.strip("\n")) if p.strip())
    )
    if len(content.body) > MAX_BODY:
        raise CannotOutline(_("結合すると、本文が100,000文字を超えます。"))
    for child in list(tree.below(following.pk)):
        tree.put(child, row.pk, len(tree.below(row.pk)))
    tree.keep()
    _empty(tree, following, heading, by)
    if content.controls and row.kind != Section.Kind.CONTROL:
        row.title, row.kind = row.title or heading, Section.Kind.CONTROL
    row.needs_confirmation = row.needs_confirmation or following.needs_confirmation
    write(row, content, by=by)
    tell(tree, "section.merged", row, by=by, other=heading, other_id=gone)
    return row


def _joined(mine: SectionContent, theirs: SectionContent) -> SectionContent:
    """All but the text."""
    return replace(
        mine,
        internal_note="\n".join(note for note in (mine.internal_note, theirs.internal_note) if note.strip()),
        stances=_together(mine.stances, theirs.stances),
        controls=_together(mine.controls, theirs.controls),
        answered_points=_together(mine.answered_points, theirs.answered_points),
        progress=mine.progress if mine.progress == theirs.progress else Section.Progress.WRITING,
    )


def next_of(tree: Tree, section_id: int) -> Section | None:
    """The next section beside this one that is in the paper."""
    row = tree.row(section_id)
    siblings = tree.below(row.parent_id)
    return next((each for each in siblings[siblings.index(row) + 1 :] if each.included), None)


def _empty(tree: Tree, row: Section, heading: str, by: User) -> None:
    """Takes what was merged away out of the paper: its controls and its key are the other section's now."""
    if is_blank([row]):
        tree.below(row.parent_id).remove(row)
        tree.keep()
        row.delete()
        return
    plain = row.numbering if row.numbering != Section.Numbering.CONTROL else Section.Numbering.DECIMAL
    own = content_of(row)
    write(row, replace(own, included=False, controls=[], key="", title=heading, numbering=plain), by=by)


def _guard_own_text(row: Section) -> None:
    if row.kind == Section.Kind.HISTORY:
        raise CannotOutline(_("改訂履歴の節は、分割も結合もできません。"))
    if row.standard_answer_id and row.departed_from_id is None:
        raise CannotOutline(
            _("「%(title)s」は共通回答を使っています。この節の文章に変えてから、分割や結合をしてください。")
            % {"title": row.title or _title_of(row)}
        )


def _title_of(row: Section) -> str:
    link = row.section_controls.select_related("control").first()
    return link.control.title_ja if link else ""


def _points_of(controls: Collection[int]) -> set[str]:
    return set(DisclosurePoint.objects.filter(control__in=controls).values_list("key", flat=True))


def _together(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    return [*first, *(each for each in second if each not in first)]


def _escaped(heading: str) -> str:
    return heading.replace("{{", "\\{{").replace("*", "\\*")
