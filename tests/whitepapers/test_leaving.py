"""A member who is removed: what they were to write passes on, and an open review is not left without its people."""

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from accounts.changing_members import CannotChangeMember
from accounts.models import Membership, User
from accounts.roles import Role
from audit.models import Entry
from tests.factories import decide, make_member, make_paper, make_review, prose
from whitepapers.leaving import CannotLeave, held_by, leave
from whitepapers.models import Whitepaper

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper() -> Whitepaper:
    return make_paper(prose("A"), prose("B"), prose("C"))


@pytest.fixture
def admin(paper) -> User:
    return make_member(paper.service.provider, Role.ADMIN, name="佐藤 管理")


@pytest.fixture
def writer(paper) -> User:
    user = make_member(paper.service.provider, Role.AUTHOR, name="山田 花子")
    paper.sections.filter(title__in=("A", "B")).update(assignee=user)
    return user


def membership(user: User) -> Membership:
    return user.memberships.get()


def assignees(paper: Whitepaper) -> dict[str, User | None]:
    return {row.title: row.assignee for row in paper.sections.select_related("assignee")}


def test_the_sections_pass_to_the_successor(paper, writer, admin):
    paper.sections.filter(title="C").update(assignee=admin)
    assert leave(membership(writer), to=admin, by=admin) == 2
    assert assignees(paper) == {"A": admin, "B": admin, "C": admin}
    assert not writer.memberships.exists()
    told = [entry.sentence() for entry in Entry.objects.filter(action__startswith="member.")]
    assert told == [
        "山田 花子さんを利用者から外しました。",
        "山田 花子さんが担当していた2個の節の担当者を、「佐藤 管理」にしました。",
    ]


def test_they_may_pass_to_nobody(paper, writer, admin):
    assert leave(membership(writer), to=None, by=admin) == 2
    assert assignees(paper) == {"A": None, "B": None, "C": None}


def test_sections_at_another_provider_stay_theirs(paper, writer, admin):
    other = make_paper(prose("D"), provider={"name": "よそ"})
    Membership.objects.create(provider=other.service.provider, user=writer, role=Role.AUTHOR)
    other.sections.update(assignee=writer)
    leave(Membership.objects.get(provider=paper.service.provider, user=writer), to=None, by=admin)
    assert assignees(other) == {"D": writer}


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_who_may_not_write_takes_nothing_over(paper, writer, admin, role):
    other = make_paper(prose("D"), provider={"name": "よそ"}).service.provider
    someone = make_member(paper.service.provider if role else other, role or Role.AUTHOR)
    for wrong in (someone, writer):
        with pytest.raises(CannotLeave, match="引き継ぐ人"):
            leave(membership(writer), to=wrong, by=admin)
    assert assignees(paper)["A"] == writer
    assert writer.memberships.exists()


def test_a_refusal_leaves_the_sections_where_they_were(paper, writer, admin):
    for refused, by in ((writer, writer), (admin, admin)):
        with pytest.raises(CannotChangeMember):
            leave(membership(refused), to=None, by=by)
    assert assignees(paper)["A"] == writer
    assert not Entry.objects.filter(action="member.handed_over").exists()


@pytest.mark.parametrize("as_deputy", [False, True])
def test_nobody_leaves_an_open_review(paper, writer, admin, as_deputy):
    approver, other = (make_member(paper.service.provider, Role.APPROVER) for _ in range(2))
    review = make_review(paper, by=admin, approver=approver, checks=(other,))
    if as_deputy:
        review.seats.filter(user=approver).update(deputy=writer)
    leaver = writer if as_deputy else approver
    with pytest.raises(CannotLeave, match="レビューの担当"):
        leave(membership(leaver), to=None, by=admin)
    assert leaver.memberships.exists()
    assert assignees(paper)["A"] == writer
    assert len(held_by(paper.service.provider, leaver).seats) == 1


def test_who_has_decided_may_leave(paper, admin):
    approver, checker = (make_member(paper.service.provider, Role.APPROVER) for _ in range(2))
    review = make_review(paper, by=admin, approver=approver, checks=(checker,))
    decide(review, checker)
    leave(membership(checker), to=None, by=admin)
    assert not checker.memberships.exists()


def test_the_page_says_what_they_hold_and_hands_it_over(paper, writer, admin):
    client = Client()
    client.force_login(admin)
    page = reverse("whitepapers:remove_member", args=[paper.service.provider.slug, membership(writer).pk])
    html = client.get(page).content.decode()
    assert paper.title in html
    assert "2個の節" in html
    options = html[html.index("<select") : html.index("</select>")]
    assert admin.name in options
    assert writer.name not in options
    assert client.post(page, {"to": "999999"}).status_code == 200
    html = client.post(page, {"to": admin.pk}, follow=True).content.decode()
    assert "2個の節の担当者を変更しました。" in html
    assert not paper.sections.filter(Q(assignee=writer)).exists()


def test_the_page_names_the_reviews_that_wait_for_them(paper, writer, admin):
    review = make_review(paper, by=admin, approver=writer)
    client = Client()
    client.force_login(admin)
    page = reverse("whitepapers:remove_member", args=[paper.service.provider.slug, membership(writer).pk])
    html = client.get(page).content.decode()
    assert "レビューの担当です" in html
    assert f"/papers/{paper.pk}/reviews/{review.pk}/" in html
    assert "担当を替えてください" in client.post(page, {"to": ""}).content.decode()
    assert writer.memberships.exists()
