"""Every verb of a paper's life × every role × own or other's text × every state of the paper, through the pages.

What the role does not allow is 403, and 404 for a stranger, in every state. What the role allows and the state, or who
wrote the text, does not is answered with a page and changes nothing. Whatever is left happens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role, may
from whitepapers.copying import archive_paper
from whitepapers.editing import content_of, save_section
from whitepapers.models import Decision, Review, Seat, Section, Waiver, Whitepaper

from .factories import answer, decide, make_member, make_paper, make_provider, make_review, make_version, prose

pytestmark = pytest.mark.django_db

DRAFT, CHECKING, APPROVING, APPROVED = "draft", "waiting for 確認", "waiting for 承認", "approved"
RETURNED, ISSUED, ARCHIVED = "returned", "issued", "archived"
STATES = (DRAFT, CHECKING, APPROVING, APPROVED, RETURNED, ISSUED, ARCHIVED)
OPEN = {CHECKING, APPROVING, APPROVED}  # the round is open and the paper locked
WRITABLE = {DRAFT, RETURNED, ISSUED}
STRANGER = "stranger"
TODAY = timezone.localdate().isoformat()


@dataclass
class World:
    """A paper in some state, the person who acts, and colleagues who hold the seats that the person does not."""

    state: str
    actor: User
    paper: Whitepaper
    wrote: bool  # whether the actor wrote some of the text
    client: Client = field(default_factory=Client)

    @property
    def review(self) -> Review | None:
        return self.paper.reviews.first()

    @property
    def section(self) -> Section:
        return self.paper.sections.get(title="はじめに")

    @property
    def seat(self) -> Seat | None:
        """The actor's."""
        return self.review and self.review.seats.filter(user=self.actor).first()

    def post(self, path: str, data: dict[str, Any] | None = None) -> HttpResponse:
        return self.client.post(f"/papers/{self.paper.pk}/{path}", data or {})

    def on_review(self, path: str, data: dict[str, Any] | None = None) -> HttpResponse:
        return self.post(f"reviews/{self.review.pk if self.review else 0}/{path}", data)


def build(state: str, role: str, *, wrote: bool, capacity: str) -> World:
    provider = make_provider("aozora")
    author = make_member(provider, Role.AUTHOR, name="作成 一郎")
    checker = make_member(provider, Role.REVIEWER, name="確認 二郎")
    approver = make_member(provider, Role.APPROVER, name="承認 三郎")
    other = make_member(provider, Role.ADMIN, name="別の 人")
    actor = make_member(
        make_provider("yugure") if role == STRANGER else provider, Role.ADMIN if role == STRANGER else role
    )
    paper = make_paper(
        prose("はじめに", "本書は、本サービスの取組みを説明します。"),
        prose("空の節"),
        answer("12.4.1", body="操作の記録を取得します。", stances=[{"stance": "on_request", "scope": ""}]),
        provider={"name": provider.name},
    )
    if state == ISSUED:
        make_version(paper, "1.0", by=other)
        paper.refresh_from_db()
    section = paper.sections.get(title="はじめに")
    by = actor if wrote else author
    content = content_of(section)
    save_section(
        section, type(content)(**{**_fields(content), "body": "書き直しました。"}), counter=section.counter, by=by
    )
    paper.planned_number = "3.0"
    paper.save()
    if state in OPEN | {RETURNED}:
        seats = {"check": checker, "approve": approver} | {capacity: actor}
        _review(paper, state, author, seats)
    if state == ARCHIVED:
        archive_paper(paper, by=author)
    world = World(state, actor, Whitepaper.objects.get(pk=paper.pk), wrote)
    world.client.force_login(actor)
    return world


def _fields(content: Any) -> dict[str, Any]:
    return {name: getattr(content, name) for name in content.__slots__}


def _review(paper: Whitepaper, state: str, author: User, seats: dict[str, User]) -> None:
    review = make_review(paper, by=author, approver=seats["approve"], checks=(seats["check"],))
    if state == RETURNED:
        decide(review, seats["check"], "return", "直してください。")
        review.outcome, review.closed_at = Review.Outcome.RETURNED, timezone.now()
        review.save(update_fields=["outcome", "closed_at"])
    if state in (APPROVING, APPROVED):
        decide(review, seats["check"])
    if state == APPROVED:
        decide(review, seats["approve"])


def small_pdf() -> bytes:
    file = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(file)
    return file.getvalue()


# --- The verbs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verb:
    name: str
    role: str  # verb of accounts.roles that the page asks for
    act: Callable[[World], HttpResponse]
    rows: Callable[[World], object]  # what the verb changes: differs afterwards exactly when the verb was done
    states: frozenset[str]
    needs: Callable[[World], bool] = lambda _world: True  # beside role and state

    def happens(self, world: World) -> bool:
        return world.state in self.states and self.needs(world)


def save_text(world: World) -> HttpResponse:
    section = world.section
    return world.post(
        f"sections/{section.pk}/",
        {
            "title": "はじめに", "body": "変えました。", "counter": section.counter, "progress": "writing",
            "included": "on", "numbering": "decimal", "stances-TOTAL_FORMS": "0", "stances-INITIAL_FORMS": "0",
        },
    )  # fmt: skip


def submit(world: World) -> HttpResponse:
    shown = world.client.get(f"/papers/{world.paper.pk}/submit/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown)
    people = {name: User.objects.get(name=name).pk for name in ("確認 二郎", "承認 三郎")}
    return world.post(
        "submit/",
        {
            "number": "3.0", "summary": "初版", "message": "", "seen": seen[1] if seen else "", "drafted": "",
            "checks-TOTAL_FORMS": "1", "checks-INITIAL_FORMS": "0", "checks-0-user": people["確認 二郎"],
            "approver-user": people["承認 三郎"],
        },
    )  # fmt: skip


def deciding(verdict: str) -> Callable[[World], HttpResponse]:
    def act(world: World) -> HttpResponse:
        digest = world.review.digest if world.review else "0"
        return world.on_review("decide/", {"verdict": verdict, "digest": digest, "comment": "理由です。"})

    return act


def replace(world: World) -> HttpResponse:
    seat = world.review and world.review.seats.get(capacity="approve")
    deputy = User.objects.get(name="別の 人")
    if seat is None:
        return world.on_review("seats/0/")
    return world.on_review(f"seats/{seat.pk}/", {"user": User.objects.get(name="承認 三郎").pk, "deputy": deputy.pk})


def withdraw(world: World) -> HttpResponse:
    return world.post("versions/1.0/withdraw/", {"reason": "誤りがありました。"})


def attach(world: World) -> HttpResponse:
    file = SimpleUploadedFile("0.9.pdf", small_pdf(), "application/pdf")
    return world.post("versions/attach/", {"number": "0.9", "file": file})


def waive(world: World) -> HttpResponse:
    empty = {"check": "completeness.empty_section", "anchor": f"s{world.paper.sections.get(title='空の節').pk}"}
    return world.post("checks/waive/", {**empty, "sentence": "本文がありません。", "reason": "次の版で書きます。"})


def is_turn(world: World) -> bool:
    """The actor holds the seat that is to decide, and wrote nothing."""
    if world.wrote or world.seat is None:
        return False
    return {CHECKING: "check", APPROVING: "approve"}.get(world.state) == world.seat.capacity and may(
        world.actor.memberships.get().role, world.seat.capacity
    )


DECISIONS = frozenset({CHECKING, APPROVING})
VERBS = [
    Verb("write", "write", save_text, lambda w: w.section.body, frozenset(WRITABLE)),
    Verb("submit", "submit", submit, lambda w: w.paper.reviews.count(), frozenset(WRITABLE)),
    Verb("recall", "submit", lambda w: w.on_review("recall/"), lambda w: w.review and w.review.outcome, frozenset(OPEN)),
    Verb("replace a seat", "submit", replace, lambda _w: list(Seat.objects.values_list("deputy")), DECISIONS),
    Verb("approve", "check", deciding("approve"), lambda _w: Decision.objects.count(), DECISIONS, is_turn),
    Verb("return", "check", deciding("return"), lambda _w: Decision.objects.count(), DECISIONS, is_turn),
    Verb("comment", "comment", lambda w: w.post("comments/", {"body": "質問です。"}), lambda w: w.paper.comments.count(),
         frozenset(STATES) - {ARCHIVED}),
    Verb("issue", "issue", lambda w: w.on_review("issue/", {"date": TODAY}), lambda w: w.paper.versions.count(),
         frozenset({APPROVED})),
    Verb("withdraw", "issue", withdraw, lambda w: w.paper.versions.not_withdrawn().count(), frozenset({ISSUED})),
    Verb("attach", "submit", attach, lambda w: w.paper.earlier_issues.count(), frozenset(STATES) - {ARCHIVED}),
    Verb("recheck", "submit", lambda w: w.post("recheck/", {"date": TODAY}), lambda w: w.paper.rechecks.count(),
         frozenset({ISSUED})),
    Verb("waive", "waive", waive, lambda _w: Waiver.objects.count(), frozenset(WRITABLE)),
]  # fmt: skip


@contextmanager
def as_it_was() -> Iterator[None]:
    """Everything that happens within is taken back."""
    block = transaction.atomic()
    block._from_testcase = True  # as the test's own transaction: a durable one may stand in it
    with block:
        yield
        transaction.set_rollback(True)


CASES = [
    (state, role, wrote, capacity)
    for state in STATES
    for role in (*Role.values, STRANGER)
    for wrote in (False, True)
    for capacity in ("check", "approve")
    # Who holds no seat and who is no member has no two ways to.
    if (state in OPEN or capacity == "check") and (role != STRANGER or (not wrote and capacity == "check"))
]


@pytest.mark.parametrize(("state", "role", "wrote", "capacity"), CASES)
def test_exactly_what_role_state_and_text_allow_happens(state, role, wrote, capacity):
    world = build(state, role, wrote=wrote, capacity=capacity)
    for verb in VERBS:
        with as_it_was():
            before = verb.rows(world)
            status = verb.act(world).status_code
            after = verb.rows(world)
        told = f"{verb.name} by {role}, {state}: {status}"
        if role == STRANGER:
            assert status == 404, told
        elif not may(role, verb.role):
            assert status == 403, told
        else:
            assert status in ({200, 302} if verb.happens(world) else {200, 302, 404, 409}), told
        allowed = role != STRANGER and may(role, verb.role) and verb.happens(world)
        assert (before != after) is bool(allowed), told
