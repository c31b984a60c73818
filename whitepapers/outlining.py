"""Changes the outline of a paper: sections are moved, added, taken out, put back.

Every verb locks the paper's row first, so that two people who move sections wait for each other and no section ever
comes to hang below itself. Sections are named by their ids: one of another paper is refused with a sentence.
``dividing.py`` splits and merges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.log import log
from controls import facts as kinds
from controls.models import Control

from .compose import answer_of
from .editing import SectionContent, content_of
from .facts import definitions, known_facts
from .locking import why_locked
from .models import Section, SectionControl, SectionRevision, Whitepaper
from .subjects import heading, of_paper
from .text import InvalidText, clean, placeholders

MAX_LEVELS = 6
MAX_SECTIONS = 2_000
DIRECTIONS = ("up", "down", "in", "out")


class CannotOutline(Exception):
    """The outline was not changed; the message is a sentence for people."""


@dataclass(slots=True)
class Tree:
    """The sections of one paper whose row is locked."""

    paper: Whitepaper
    rows: dict[int, Section]
    children: dict[int | None, list[Section]]

    @classmethod
    def locked(cls, paper: Whitepaper, *, even_in_review: bool = False) -> Tree:
        """Waits for everybody else who changes the outline. CannotOutline when the paper is gone, put away, or under
        review, unless ``even_in_review``: for what is not in the Document."""
        locked = Whitepaper.objects.select_for_update(no_key=True).filter(pk=paper.pk).order_by("pk").first()
        if locked is None:
            raise CannotOutline(_("このペーパーはもうありません。"))
        if locked.archived_at:
            raise CannotOutline(_("保管中のペーパーは変更できません。元に戻してから変更してください。"))
        if not even_in_review and (why := why_locked(locked)):
            raise CannotOutline(why)
        rows = list(locked.sections.select_related("standard_answer").in_outline_order())
        children: dict[int | None, list[Section]] = {None: []}
        for row in rows:
            children.setdefault(row.parent_id, []).append(row)
        return cls(locked, {row.pk: row for row in rows}, children)

    def row(self, section_id: int) -> Section:
        if section_id not in self.rows:
            raise CannotOutline(_("この節は、このペーパーにありません。"))
        return self.rows[section_id]

    def below(self, section_id: int | None) -> list[Section]:
        return self.children.setdefault(section_id, [])

    def branch(self, section_id: int) -> Iterator[Section]:
        """The section and everything below it."""
        waiting = [self.row(section_id)]
        while waiting:
            row = waiting.pop()
            yield row
            waiting += self.below(row.pk)

    def level(self, section_id: int | None) -> int:
        """1 for a section at the top, 0 for the paper itself."""
        return 0 if section_id is None else 1 + self.level(self.row(section_id).parent_id)

    def height(self, section_id: int) -> int:
        return 1 + max((self.height(row.pk) for row in self.below(section_id)), default=0)

    def printed(self) -> list[Section]:
        """The sections that are in the paper; what hangs below one that is left out is left out too."""
        found: list[Section] = []
        waiting: list[int | None] = [None]
        while waiting:
            rows = [row for row in self.below(waiting.pop()) if row.included]
            found += rows
            waiting += [row.pk for row in rows]
        return found

    def hold(self, rows: Collection[Section]) -> None:
        """Locks these sections against whoever saves their text, and reads it anew."""
        names = {field.attname for field in Section._meta.concrete_fields} - {"parent_id", "position"}
        held = Section.objects.select_for_update(no_key=True).filter(pk__in=[row.pk for row in rows]).order_by("pk")
        for current in held:
            for name in names:
                setattr(self.rows[current.pk], name, getattr(current, name))

    def put(self, row: Section, parent_id: int | None, position: int) -> None:
        """Hangs ``row`` below ``parent_id`` as its ``position``-th section; guards cycles and depth."""
        if parent_id is not None and parent_id in {below.pk for below in self.branch(row.pk)}:
            raise CannotOutline(_("節を、それ自身の下に移動することはできません。"))
        if self.level(parent_id) + self.height(row.pk) > MAX_LEVELS:
            raise CannotOutline(_("節の階層は%(n)s段までです。") % {"n": MAX_LEVELS})
        self.below(row.parent_id).remove(row)
        siblings = self.below(parent_id)
        siblings.insert(max(0, min(position, len(siblings))), row)

    def keep(self) -> None:
        """Writes where every section stands now."""
        changed = []
        for parent_id, siblings in self.children.items():
            for position, row in enumerate(siblings):
                if (row.parent_id, row.position) != (parent_id, position):
                    row.parent_id, row.position = parent_id, position
                    changed.append(row)
        Section.objects.bulk_update(changed, ["parent", "position"], batch_size=200)


# --- Moving -------------------------------------------------------------------------------------------------------


@transaction.atomic
def move(paper: Whitepaper, section_id: int, direction: str, *, by: User) -> Section:
    """One step ``up`` or ``down`` among its siblings, ``in`` (below the one before it) or ``out`` (behind its parent).

    CannotOutline when there is nothing in that direction.
    """
    tree = Tree.locked(paper)
    row = tree.row(section_id)
    siblings = tree.below(row.parent_id)
    place = siblings.index(row)
    match direction:
        case "up" if place > 0:
            tree.put(row, row.parent_id, place - 1)
        case "down" if place + 1 < len(siblings):
            tree.put(row, row.parent_id, place + 1)
        case "in" if place > 0:
            above = siblings[place - 1].pk
            tree.put(row, above, len(tree.below(above)))
        case "out" if row.parent_id is not None:
            parent = tree.row(row.parent_id)
            tree.put(row, parent.parent_id, tree.below(parent.parent_id).index(parent) + 1)
        case _nowhere:
            raise CannotOutline(_("この節は、これ以上その方向に移動できません。"))
    tree.keep()
    tell(tree, "section.moved", row, by=by)
    return row


@transaction.atomic
def place(paper: Whitepaper, section_id: int, *, parent_id: int | None, position: int, by: User) -> Section:
    """Puts the section below ``parent_id`` (None: at the top) as its ``position``-th one, counted without itself."""
    tree = Tree.locked(paper)
    row = tree.row(section_id)
    if parent_id is not None:
        tree.row(parent_id)
    tree.put(row, parent_id, position)
    tree.keep()
    tell(tree, "section.moved", row, by=by)
    return row


# --- Adding -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add(  # noqa: PLR0913 - a section is that many things
    paper: Whitepaper,
    *,
    kind: str,
    title: str = "",
    controls: Sequence[int] = (),
    parent_id: int | None = None,
    after_id: int | None = None,
    by: User,
) -> Section:
    """A new section behind ``after_id``, or as the last one below ``parent_id``. Numbered like its neighbours.

    ``controls`` are primary keys of the paper's edition. CannotOutline when it cannot stand there.
    """
    tree = Tree.locked(paper)
    title = title_of(title)
    found = {c.pk: c for c in Control.objects.filter(edition=tree.paper.edition_id, pk__in=controls)}
    if not len(found) == len(set(controls)) == len(controls):
        raise CannotOutline(_("この版の管理策を、重複なく選んでください。"))
    if kind not in Section.Kind.values or (controls and kind != Section.Kind.CONTROL):
        raise CannotOutline(_("管理策に答えるのは、管理策の節だけです。"))
    if not title and not controls:
        raise CannotOutline(_("見出しを入力してください。"))
    if kind == Section.Kind.HISTORY and any(row.kind == kind for row in tree.rows.values()):
        raise CannotOutline(_("改訂履歴の節は、すでにあります。"))
    position = len(tree.below(parent_id and tree.row(parent_id).pk))
    if after_id is not None:
        after = tree.row(after_id)
        parent_id, position = after.parent_id, tree.below(after.parent_id).index(after) + 1
    fields = {"kind": kind, "title": title, "numbering": _numbering(tree, kind, parent_id, controls)}
    row = insert(tree, fields, parent_id, position)
    SectionControl.objects.bulk_create(
        SectionControl(section=row, control_id=pk, position=n) for n, pk in enumerate(controls)
    )
    record(row, None, by=by)
    tell(tree, "section.added", row, by=by)
    return row


def insert(tree: Tree, fields: Mapping[str, Any], parent_id: int | None, position: int) -> Section:
    """A new row at a place of the tree, which is kept. CannotOutline when the paper is full or the place too deep."""
    if len(tree.rows) >= MAX_SECTIONS:
        raise CannotOutline(_("1つのペーパーの節は%(n)s個までです。") % {"n": f"{MAX_SECTIONS:,}"})
    if tree.level(parent_id) >= MAX_LEVELS:
        raise CannotOutline(_("節の階層は%(n)s段までです。") % {"n": MAX_LEVELS})
    row = Section.objects.create(whitepaper=tree.paper, parent_id=parent_id, position=position, **fields)
    tree.rows[row.pk] = row
    tree.below(parent_id).insert(position, row)
    tree.keep()
    return row


def title_of(written: str) -> str:
    """A heading that can be printed. CannotOutline when it cannot."""
    title = written.strip()
    try:
        clean(title)
    except InvalidText as error:
        raise CannotOutline(str(error)) from error
    if len(title) > 300:
        raise CannotOutline(_("見出しは300文字までにしてください。"))
    return title


def _numbering(tree: Tree, kind: str, parent_id: int | None, controls: Sequence[int]) -> str:
    like = [row for row in tree.below(parent_id) if row.kind == kind]
    like += [row for row in tree.rows.values() if row.kind == kind]
    numbering = like[0].numbering if like else Section.Numbering.DECIMAL
    return Section.Numbering.DECIMAL if numbering == Section.Numbering.CONTROL and not controls else numbering


# --- Taking out and putting back -----------------------------------------------------------------------------------


@transaction.atomic
def remove(paper: Whitepaper, section_id: int, *, by: User) -> bool:
    """Takes the section, with everything below it, out of the paper. True when it is gone for good.

    That it is only when nobody ever wrote in it. Otherwise it stays in the outline as 「載せない」, with its text and its
    history, until ``restore``. CannotOutline when other sections or facts refer to it, naming them.
    """
    tree = Tree.locked(paper)
    branch = list(tree.branch(section_id))
    tree.hold(branch)
    if found := referrers(tree, branch):
        names = "".join(f"「{name}」" for name in found)
        raise CannotOutline(_("%(names)sがこの節を参照しています。参照を先に外してください。") % {"names": names})
    row = tree.row(section_id)
    if is_blank(branch):
        name, pk = heading(row), row.pk
        tree.below(row.parent_id).remove(row)
        tree.keep()
        row.delete()
        tell(tree, "section.deleted", row, by=by, section=name, section_id=pk)
        return True
    if not row.included:
        raise CannotOutline(_("この節は、すでにペーパーから外してあります。"))
    write(row, replace(content_of(row), included=False), by=by)
    tell(tree, "section.removed", row, by=by)
    return False


@transaction.atomic
def restore(paper: Whitepaper, section_id: int, *, by: User) -> Section:
    """Puts a section that is left out back into the paper, where it stood."""
    tree = Tree.locked(paper)
    row = tree.row(section_id)
    tree.hold([row])
    if row.included:
        raise CannotOutline(_("この節は、ペーパーに載っています。"))
    write(row, replace(content_of(row), included=True), by=by)
    tell(tree, "section.restored", row, by=by)
    return row


def is_blank(rows: Collection[Section]) -> bool:
    """Whether nobody ever wrote in them: no text of their own, no note, and no history but that they were added."""
    if any(row.body.strip() or row.internal_note.strip() or row.stances for row in rows):
        return False
    revisions = SectionRevision.objects.filter(section__in=[row.pk for row in rows])
    return not any(
        content.get("body") or content.get("internal_note")
        for revision in revisions
        for content in (revision.before, revision.after)
    )


def referrers(tree: Tree, going: Collection[Section], names: Collection[str] | None = None) -> list[str]:
    """The headings of the sections that would point nowhere without ``going``: by key or by control number.

    A section that prints a fact which refers to one of them counts too. ``names`` limits what is looked for.
    """
    gone = {row.pk for row in going}
    printed = tree.printed()
    numbers: dict[int, list[str]] = {row.pk: [row.key] if row.key else [] for row in printed}
    titles: dict[int, str] = {}
    links = SectionControl.objects.filter(section__in=numbers).select_related("control")
    for link in links:
        numbers[link.section_id].append(link.control.number)
        titles.setdefault(link.section_id, link.control.title_ja)
    left = {name for pk, own in numbers.items() if pk not in gone for name in own}
    lost = {name for pk, own in numbers.items() if pk in gone for name in own} - left
    if names is not None:
        lost &= set(names)
    if not lost:
        return []
    facts = known_facts(tree.paper.service, definitions(tree.paper.edition))
    through = {name: kinds.section(fact.definition.type, fact.value) for name, fact in facts.items()}
    return [
        row.title or titles.get(row.pk, "")
        for row in printed
        if row.pk not in gone and lost & _targets(answer_of(row)[0], through)
    ]


def _targets(body: str, through: Mapping[str, str]) -> set[str]:
    """What a body refers to, also through facts; of one that is broken, up to where it breaks."""
    found: set[str] = set()
    with suppress(InvalidText):
        for placed in placeholders(body):
            kind, name = placed.placeholder.kind, placed.placeholder.name
            found.add(name if kind == "ref" else through.get(name, "") if kind == "fact" else "")
    return found


def tell(tree: Tree, action: str, row: Section, *, by: User, **data: Any) -> None:
    """The audit entry of a verb about ``row``: the last thing that the verb does."""
    if "section" not in data:
        data |= {"section": heading(row), "section_id": row.pk}
    log(action, of_paper(tree.paper), by=by, provider=tree.paper.service.provider_id, **data)


# --- The history of a section's text ---------------------------------------------------------------------------------


def write(row: Section, content: SectionContent, *, by: User) -> None:
    """Makes the section, which is locked, hold ``content``, with its revision. What was kept before is not judged anew:
    a section with a fact that is gone can be taken out all the same."""
    before = content_of(row)
    for name in ("title", "body", "answered_points", "progress", "included", "internal_note", "key", "numbering"):
        setattr(row, name, getattr(content, name))
    row.stances = [dict(stance) for stance in content.stances]
    row.answered_points = list(content.answered_points)
    row.counter += 1
    row.save()
    if list(content.controls) != list(before.controls):
        row.section_controls.all().delete()
        SectionControl.objects.bulk_create(
            SectionControl(section=row, control_id=pk, position=n) for n, pk in enumerate(content.controls)
        )
    record(row, before, by=by)


def record(row: Section, before: SectionContent | None, *, by: User) -> None:
    """A revision of the section as its rows say it now. ``before`` is None of one that was added."""
    after = content_of(row)
    blank = SectionContent(
        title="", body="", stances=(), controls=(), answered_points=(), progress=Section.Progress.OPEN
    )
    before = before or blank
    known = Control.objects.filter(pk__in={*before.controls, *after.controls}).values_list("pk", "number")
    numbers = dict(known)
    SectionRevision.objects.create(section=row, by=by, before=before.as_json(numbers), after=after.as_json(numbers))
