"""While a paper is under review its own rows stay as they are; people and dates may still change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from tests.audit.test_every_verb import snapshot
from tests.audit.verbs import VERBS, World
from tests.factories import make_review
from whitepapers.editing import CannotEdit, content_of, save_section
from whitepapers.models import Review, SectionRevision
from whitepapers.undoing import undo

pytestmark = pytest.mark.django_db

LOCKED = [
    *(f"whitepapers.outlining.{name}" for name in ("move", "place", "add", "remove", "restore")),
    *(f"whitepapers.dividing.{name}" for name in ("split", "merge")),
    *(f"whitepapers.figuring.{name}_figure" for name in ("add", "change", "delete")),
    *(f"whitepapers.answering.{name}" for name in ("take_newer", "return_to_shared", "keep_own", "share_text")),
    "whitepapers.describing.change_paper",
    "whitepapers.copying.archive_paper",
]
FREE = [
    *(f"whitepapers.stating.{name}" for name in ("state", "retract", "confirm", "state_many")),
    *(f"whitepapers.offering.{name}_service" for name in ("add", "change")),
    "whitepapers.answering.save_answer",
    "whitepapers.assigning.assign",
    "whitepapers.leaving.leave",
    "whitepapers.copying.copy_paper",
]


def under_review(world: World) -> Review:
    return make_review(world.paper, by=world.by, approver=world.by)


@pytest.mark.parametrize("name", LOCKED)
def test_it_is_refused_and_nothing_changes(name):
    world = World()
    act = VERBS[name].set_up(world)
    under_review(world)
    before = snapshot()
    with pytest.raises(Exception, match="レビュー中のペーパーは変更できません") as refusal:
        act()
    assert type(refusal.value).__name__.startswith("Cannot")
    assert snapshot() == before


@pytest.mark.parametrize("name", LOCKED)
def test_it_is_done_again_when_the_review_is_over(name):
    world = World()
    act = VERBS[name].set_up(world)
    review = under_review(world)
    Review.objects.filter(pk=review.pk).update(outcome="returned", closed_at=review.submitted_at)
    before = Entry.objects.count()
    act()
    assert Entry.objects.count() == before + 1


@pytest.mark.parametrize("name", FREE)
def test_what_is_not_the_paper_s_own_may_still_change(name):
    world = World()
    act = VERBS[name].set_up(world)
    under_review(world)
    act()


def test_a_section_is_neither_saved_nor_undone():
    world = World()
    section = world.section()
    content = replace(content_of(section), body="新しい。")
    section = save_section(section, content, counter=0, by=world.by)
    revision = SectionRevision.objects.get()
    under_review(world)
    again = replace(content, body="もっと新しい。")
    for attempt in (
        lambda: save_section(section, again, counter=1, by=world.by),
        lambda: save_section(section, again, counter=1, by=world.by, autosave=True),
        lambda: undo(section, revision.pk, counter=1, by=world.by),
    ):
        with pytest.raises(CannotEdit, match="レビュー中"):
            attempt()
    section.refresh_from_db()
    assert section.body == "新しい。"


def test_saving_a_section_asks_once_whether_it_is_locked():
    world = World()
    section = world.section()
    with CaptureQueriesContext(connection) as captured:
        save_section(section, replace(content_of(section), body="新しい。"), counter=0, by=world.by)
    asked = [query["sql"] for query in captured if "whitepapers_review" in query["sql"]]
    assert len(asked) == 1
    assert not any("audit_" in query["sql"] for query in captured)
