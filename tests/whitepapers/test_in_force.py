"""What was in force on a day, what is current now as one archive, and the yearly check."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit.models import Entry
from tests.factories import answer, make_issued, make_member, make_paper, prose
from tests.lifting import lifted
from whitepapers.attaching import attach_earlier_issue
from whitepapers.in_force import due_on, in_force_on, is_withdrawn_on
from whitepapers.issuing import CannotIssue, recheck, withdraw
from whitepapers.models import StoredFile, Version, Whitepaper

from .test_immutability import pdf

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def paper():
    return make_paper(prose("はじめに"), answer("12.3.1", body="毎日取得します。"))


@pytest.fixture
def admin(paper):
    return make_member(paper.service.provider, Role.ADMIN, name="佐藤 管理")


@pytest.fixture
def client(admin) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def say(paper: Whitepaper, text: str) -> None:
    paper.sections.filter(kind="control").update(body=text)


@pytest.fixture
def history(paper, admin):
    """0.9 attached of 2019, 1.0 of 2020, 1.1 of 2021 and withdrawn today."""
    attach_earlier_issue(paper, number="0.9", date=date(2019, 4, 1), name="以前.pdf", content=pdf(), by=admin)
    make_issued(paper, "1.0", by=admin, on=date(2020, 4, 1))
    say(paper, "毎時取得します。")
    withdraw(make_issued(paper, "1.1", by=admin, on=date(2021, 4, 1)), reason="誤り。", by=admin)
    return paper


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2019, 3, 31), None),
        (date(2019, 4, 1), "0.9"),
        (date(2020, 3, 31), "0.9"),
        (date(2020, 4, 1), "1.0"),
        (date(2021, 4, 1), "1.1"),
        (TODAY - timedelta(days=1), "1.1"),
        (TODAY, "1.0"),
    ],
)
def test_on_each_day_the_highest_issue_until_then_was_in_force(history, day, number):
    found = in_force_on(history.service.provider, day)
    assert [(each.version or each.earlier).number for each in found] == ([number] if number else [])


def test_a_version_is_withdrawn_from_the_day_of_its_withdrawal_on(history):
    version = Version.objects.get(number="1.1")
    assert is_withdrawn_on(version, TODAY)
    assert not is_withdrawn_on(version, TODAY - timedelta(days=1))


def test_the_page_says_what_was_said_about_a_control_on_a_day(client, history):
    page = reverse("whitepapers:as_of", args=[history.service.provider.slug])

    def said(day: date, control: str = "12.3.1") -> str:
        return client.get(page, {"control": control, "date": day.isoformat()}).content.decode()

    assert "毎日取得します。" in said(date(2020, 5, 1))
    assert "毎時取得します。" in said(date(2021, 5, 1))
    assert "毎時取得します。" not in said(TODAY)
    assert "以前.pdf" not in said(TODAY)
    assert "以前_0.9.pdf" in said(date(2019, 5, 1))
    assert "この番号の管理策の節は、この版にありません" in said(TODAY, "9.9.9")
    assert "有効だった版はありません" in said(date(2000, 1, 1))
    assert "毎日取得します。" in said(TODAY, "a.12.3.1")


def test_another_provider_sees_nothing_of_it(history):
    other = make_paper(prose("別"), provider={"name": "別の会社"})
    assert in_force_on(other.service.provider, TODAY) == []


def test_asking_costs_as_much_for_many_papers(history, admin, django_assert_num_queries):
    provider = history.service.provider
    for _ in range(3):
        make_issued(make_paper(prose("別")), "1.0", by=admin)
    with django_assert_num_queries(4):
        assert len([each.version.frozen for each in in_force_on(provider, TODAY)]) == 4


# --- The archive ----------------------------------------------------------------------------------------------------


def archive(client, paper) -> zipfile.ZipFile:
    sent = client.get(reverse("whitepapers:current_zip", args=[paper.service.provider.slug]))
    assert sent["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(sent.getvalue()))


def test_the_archive_has_the_stored_file_of_every_current_version(client, history, admin):
    second = make_paper(prose("別"))
    make_issued(second, "3.0", by=admin)
    make_paper(prose("草案のみ"))
    found = archive(client, history)
    assert found.testzip() is None
    title = history.title
    assert found.namelist() == [f"{title}_1.0.pdf", f"{title}_3.0.pdf", "SHA256SUMS.txt"]
    for line in found.read("SHA256SUMS.txt").decode().splitlines():
        sha256, name = line.split("  ")
        assert hashlib.sha256(found.read(name)).hexdigest() == sha256


def test_the_archive_is_the_same_bytes_every_time(client, history):
    page = reverse("whitepapers:current_zip", args=[history.service.provider.slug])
    assert client.get(page).getvalue() == client.get(page).getvalue()


def test_papers_of_the_same_name_stand_beside_each_other(client, paper, admin):
    second = make_paper(prose("別"))
    for each in (paper, second):
        make_issued(each, "1.0", by=admin)
    names = archive(client, paper).namelist()
    assert names[:2] == [f"{paper.title}_1.0.pdf", f"{paper.title}_1.0_{second.pk}.pdf"]


def test_an_archived_paper_is_not_in_it(client, paper, admin):
    make_issued(paper, "1.0", by=admin)
    Whitepaper.objects.update(archived_at=timezone.now())
    assert archive(client, paper).namelist() == ["SHA256SUMS.txt"]


def test_no_archive_with_a_file_that_differs(client, paper, admin):
    make_issued(paper, "1.0", by=admin)
    with lifted(connection):
        StoredFile.objects.update(content=b"other")
    sent = client.get(reverse("whitepapers:current_zip", args=[paper.service.provider.slug]))
    assert sent.status_code == 500
    assert "違っています" in sent.content.decode()


# --- The yearly check -----------------------------------------------------------------------------------------------


@pytest.fixture
def version(paper, admin) -> Version:
    return make_issued(paper, "1.0", by=admin, on=date(2024, 2, 29))


def test_it_is_due_a_year_after_the_issue_or_the_last_check(paper, admin, version):
    assert due_on(version) == date(2025, 2, 28)
    recheck(paper, date=date(2025, 2, 10), note="", by=admin)
    assert due_on(version) == date(2026, 2, 10)


def test_checking_is_recorded_and_changes_no_version(client, paper, version):
    page = reverse("whitepapers:recheck", args=[paper.pk])
    before = Version.objects.values().get()
    done = client.post(page, {"date": TODAY.isoformat(), "note": "変更なし"}, follow=True)
    assert f"最終確認日を{TODAY}と記録しました" in done.content.decode()
    assert "変更なし" in done.content.decode()
    assert Version.objects.values().get() == before
    assert Entry.objects.of_actions("version.rechecked").get().data["date"] == TODAY.isoformat()
    shown = client.get(reverse("whitepapers:version", args=[paper.pk, "1.0"])).content.decode()
    assert TODAY.isoformat() in shown


@pytest.mark.parametrize("day", [date(2024, 2, 28), TODAY + timedelta(days=1)])
def test_a_check_is_neither_before_the_issue_nor_tomorrow(paper, admin, version, day):
    with pytest.raises(CannotIssue, match="確認日"):
        recheck(paper, date=day, note="", by=admin)


def test_without_a_version_in_force_there_is_nothing_to_check(client, paper, admin):
    with pytest.raises(CannotIssue, match="有効な版がない"):
        recheck(paper, date=TODAY, note="", by=admin)
    assert "有効な版がありません" in client.get(reverse("whitepapers:recheck", args=[paper.pk])).content.decode()


def test_a_draft_that_differs_is_told(client, paper, version):
    page = reverse("whitepapers:recheck", args=[paper.pk])
    assert "違っています" not in client.get(page).content.decode()
    say(paper, "毎時取得します。")
    assert "違っています" in client.get(page).content.decode()
