"""Who writes which section until when: for one, for a chapter, on the first page."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import answer, make_member, make_paper, make_provider, make_service, prose
from whitepapers.assigning import Assignment, CannotAssign, assign
from whitepapers.models import Section, Whitepaper

pytestmark = pytest.mark.django_db

DAY = datetime.date(2030, 4, 1)


@pytest.fixture
def paper(provider) -> Whitepaper:
    paper = make_paper(
        prose("章", children=[prose("甲", "本文。"), prose("乙", children=[answer("12.3.1")])]), prose("丙")
    )
    paper.service.provider = provider
    Whitepaper.objects.filter(pk=paper.pk).update(service=make_service(provider, "あおぞら会計"))
    return Whitepaper.objects.get(pk=paper.pk)


def of(paper: Whitepaper, title: str) -> Section:
    return paper.sections.get(title=title)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def assigned(paper: Whitepaper) -> set[str]:
    return {row.title for row in paper.sections.exclude(assignee=None)}


def test_a_section_has_an_assignee_a_due_date_and_a_progress(paper, author):
    row = of(paper, "甲")
    assert assign(paper, [row.pk], Assignment(author, DAY, "done"), by=author) == 1
    row.refresh_from_db()
    assert (row.assignee, row.due, row.progress) == (author, DAY, "done")
    assert row.revisions.get().after["progress"] == "done"
    assert row.counter == 1


def test_what_is_not_said_stays(paper, author, admin):
    row = of(paper, "甲")
    assign(paper, [row.pk], Assignment(author, DAY), by=author)
    assign(paper, [row.pk], Assignment(admin), by=author)
    assign(paper, [row.pk], Assignment(progress=row.progress), by=author)
    row.refresh_from_db()
    assert (row.assignee, row.due, row.counter) == (admin, DAY, 0)
    assign(paper, [row.pk], Assignment(None, None), by=author)
    row.refresh_from_db()
    assert (row.assignee, row.due) == (None, None)
    assert not row.revisions.exists()


def test_a_chapter_is_assigned_with_everything_below_but_bare_headings(paper, author):
    done = assign(paper, [of(paper, "丙").pk], Assignment(author), chapters=[of(paper, "乙").pk], by=author)
    assert done == 2
    assert assigned(paper) == {"", "丙"}


def test_sections_of_another_paper_and_people_who_may_not_write_are_refused(paper, author, viewer, stranger):
    foreign = make_paper(prose("X")).sections.get()
    own = of(paper, "甲")
    for sections, chapters in (([own.pk, foreign.pk], ()), ([own.pk], [foreign.pk]), ([0], ()), ([2**62], ())):
        with pytest.raises(CannotAssign, match="このペーパーにありません"):
            assign(paper, sections, Assignment(author), chapters=chapters, by=author)
    gone = make_member(paper.service.provider, is_active=False)
    for person in (viewer, stranger, gone):
        with pytest.raises(CannotAssign, match="担当者にできません"):
            assign(paper, [own.pk], Assignment(person), by=author)
    with pytest.raises(CannotAssign, match="選び直して"):
        assign(paper, [own.pk], Assignment(progress="perhaps"), by=author)
    with pytest.raises(CannotAssign, match="節を選んで"):
        assign(paper, [], Assignment(author), by=author)
    assert assigned(paper) == set()
    assert Section.objects.get(pk=foreign.pk).assignee is None


# --- the pages --------------------------------------------------------------------------------------------------------


def test_many_sections_are_assigned_at_once(paper, author, admin):
    url = reverse("whitepapers:assign_paper", args=[paper.pk])
    client = client_of(author)
    posted = {"section": of(paper, "丙").pk, "chapter": of(paper, "章").pk, "assignee": admin.pk, "due": "2030-04-01"}
    html = client.post(url, posted, follow=True).content.decode()
    assert "3節に設定しました" in html
    assert paper.sections.filter(assignee=admin, due=DAY).count() == 3
    client.post(url, {"section": of(paper, "丙").pk, "assignee": "nobody", "no_due": "on"})
    assert paper.sections.filter(assignee=admin, due=DAY).count() == 2


def test_a_form_that_makes_no_sense_changes_nothing_and_says_why(paper, author, stranger):
    url = reverse("whitepapers:assign_paper", args=[paper.pk])
    client = client_of(author)
    own = of(paper, "甲").pk
    for posted, sentence in (
        ({"section": own, "due": "2030-04-01", "no_due": "on"}, "どちらか一方"),
        ({"section": own, "assignee": stranger.pk}, "選択"),
        ({"section": "x", "assignee": author.pk}, "このペーパーにありません"),
        ({"assignee": author.pk}, "節を選んで"),
    ):
        assert sentence in client.post(url, posted).content.decode(), posted
    assert assigned(paper) == set()


def test_copied_sections_are_confirmed_together(paper, author):
    paper.sections.update(needs_confirmation=True)
    url = reverse("whitepapers:assign_paper", args=[paper.pk])
    html = client_of(author).post(url, {"chapter": of(paper, "章").pk, "confirm": "1"}, follow=True).content.decode()
    assert "4節を確認済みにしました" in html
    assert [row.title for row in paper.sections.filter(needs_confirmation=True)] == ["丙"]


def test_one_section_is_assigned_on_its_own_page(paper, author, admin):
    row = of(paper, "甲")
    url = reverse("whitepapers:assign_section", args=[paper.pk, row.pk])
    client = client_of(author)
    assert "担当と期限" in client.get(url).content.decode()
    client.post(url, {"assignee": admin.pk, "due": "2030-04-01", "progress": "writing"})
    row.refresh_from_db()
    assert (row.assignee, row.due, row.progress) == (admin, DAY, "writing")
    client.post(url, {"assignee": "nobody", "due": "", "progress": "writing"})
    row.refresh_from_db()
    assert (row.assignee, row.due) == (None, None)


def test_who_may_not_write_any_more_stays_until_somebody_changes_it(paper, author, viewer):
    row = of(paper, "甲")
    Section.objects.filter(pk=row.pk).update(assignee=viewer)
    url = reverse("whitepapers:assign_section", args=[paper.pk, row.pk])
    html = client_of(author).get(url).content.decode()
    assert viewer.name in html
    client_of(author).post(url, {"assignee": viewer.pk, "due": "2030-04-01", "progress": "open"})
    row.refresh_from_db()
    assert (row.assignee, row.due) == (viewer, DAY)


@pytest.mark.parametrize("name", ["assign_paper", "arrange", "add_section"])
def test_the_number_of_queries_does_not_grow_with_sections(paper, author, name):
    url = reverse(f"whitepapers:{name}", args=[paper.pk])
    client = client_of(author)

    def queries() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    before = queries()
    Section.objects.bulk_create(
        Section(whitepaper=paper, position=5 + n, kind="prose", title=f"N{n}", assignee=author) for n in range(60)
    )
    assert queries() == before


# --- the first page ---------------------------------------------------------------------------------------------------


def home(user) -> str:
    return client_of(user).get("/").content.decode()


def test_my_sections_are_on_the_first_page_what_is_overdue_first(paper, author, admin):
    today = timezone.localdate()
    for title, days in (("甲", 5), ("丙", -3)):
        assign(paper, [of(paper, title).pk], Assignment(author, today + datetime.timedelta(days=days)), by=author)
    assign(paper, [of(paper, "").pk], Assignment(author), by=author)
    html = home(author)
    assert html.index(">丙<") < html.index(">甲<") < html.index(">情報のバックアップ<")
    assert html.count("期限切れ") == 1
    assert "（3節）" in html
    assert "自分の担当" not in home(admin)


def test_what_is_done_left_out_or_put_away_does_not_wait_for_me(paper, author):
    assign(paper, [row.pk for row in paper.sections.all()], Assignment(author), by=author)
    assign(paper, [of(paper, "甲").pk], Assignment(progress="done"), by=author)
    Section.objects.filter(title="丙").update(included=False)
    html = home(author)
    assert "（3節）" in html
    assert ">甲<" not in html
    Whitepaper.objects.update(archived_at=timezone.now())
    assert "自分の担当" not in home(author)


def test_sections_of_another_provider_are_on_its_own_page(paper, author):
    other = make_provider("yugure", name="ゆうぐれ")
    other.memberships.create(user=author, role="author")
    elsewhere = make_paper(prose("よその節"))
    Whitepaper.objects.filter(pk=elsewhere.pk).update(service=make_service(other))
    Section.objects.filter(title="よその節").update(assignee=author)
    assert "よその節" not in home(author)


def test_many_sections_of_mine_are_cut_with_a_link_to_all(paper, author):
    Section.objects.bulk_create(
        Section(whitepaper=paper, position=5 + n, kind="prose", title=f"N{n}", assignee=author) for n in range(12)
    )
    assert "自分の担当をすべて見る（12）" in home(author)
    html = client_of(author).get("/?mine=all").content.decode()
    assert ">N11<" in html
