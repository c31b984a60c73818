"""The pages of issues: issue, list, one page each, files, withdrawing. What was stored is what is sent."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from tests.factories import make_approved, make_issued, make_member, make_paper, make_version, prose
from tests.lifting import lifted
from whitepapers import issuing, storing
from whitepapers.models import Artefact, Review, StoredFile, Version

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    return make_paper(prose("はじめに", "本文です。"))


@pytest.fixture
def boss(paper):
    return make_member(paper.service.provider, Role.APPROVER, name="鈴木 承認")


@pytest.fixture
def client(boss) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def url(name: str, *arguments) -> str:
    return reverse(f"whitepapers:{name}", args=arguments)


def words(response) -> str:
    return response.content.decode()


# --- Issue ----------------------------------------------------------------------------------------------------------


def test_one_button_issues_and_leads_to_the_permanent_page(client, paper, boss):
    review = make_approved(paper, by=boss, approver=boss, summary="- 初版")
    page = client.get(url("issue", paper.pk, review.pk))
    assert all(said in words(page) for said in ("1.0版を発行する", "初版", "承認", "鈴木 承認", review.digest))
    data = {"date": "2026-11-20", "approval_block": "on"}
    done = client.post(url("issue", paper.pk, review.pk), data, follow=True)
    assert done.redirect_chain == [(url("version", paper.pk, "1.0"), 302)]
    assert "1.0版を発行しました" in words(done)
    assert [box.label for box in Version.objects.get().frozen_imprint.approvals] == ["作成", "承認"]


def test_the_date_proposed_is_today(client, paper, boss):
    review = make_approved(paper, by=boss, approver=boss)
    assert f'value="{timezone.localdate().isoformat()}"' in words(client.get(url("issue", paper.pk, review.pk)))


def test_what_cannot_be_issued_says_why_and_has_no_button(client, paper, boss):
    review = make_approved(paper, by=boss, approver=boss)
    Review.objects.filter(pk=review.pk).update(closed_at=timezone.now(), outcome="returned")
    page = words(client.get(url("issue", paper.pk, review.pk)))
    assert "終了しています" in page
    assert "発行する</button>" not in page


def test_a_failure_says_what_failed_and_the_button_stays(client, paper, boss, monkeypatch):
    review = make_approved(paper, by=boss, approver=boss)
    monkeypatch.setattr(issuing, "render", lambda *_: 1 / 0)
    page = client.post(url("issue", paper.pk, review.pk), {"date": "2026-11-20"})
    assert page.status_code == 200
    assert "PDFの作成に失敗しました" in words(page)
    assert "1.0版を発行する" in words(page)
    assert not Version.objects.exists()


def test_the_second_of_two_is_told_on_the_page(client, paper, boss):
    review = make_approved(paper, by=boss, approver=boss)
    for _ in range(2):
        page = client.post(url("issue", paper.pk, review.pk), {"date": "2026-11-20"})
    assert "すでに発行されています" in words(page)
    assert Version.objects.count() == 1


def test_a_review_of_another_paper_is_not_found(client, paper, boss):
    review = make_approved(make_paper(prose("別")), by=boss, approver=boss)
    assert client.get(url("issue", paper.pk, review.pk)).status_code == 404


# --- List and page --------------------------------------------------------------------------------------------------


def test_the_list_says_which_is_current_which_was_superseded_and_which_is_withdrawn(client, paper, boss):
    for number in ("1.0", "1.1", "1.2"):
        make_issued(paper, number, by=boss)
    issuing.withdraw(Version.objects.get(number="1.2"), reason="誤記のため。", by=boss)
    page = words(client.get(url("versions", paper.pk)))
    places = [page.index(f"{number}版</strong>") for number in ("1.2", "1.1", "1.0")]
    assert places == sorted(places)
    parts = [page[start:end] for start, end in zip(places, [*places[1:], len(page)], strict=True)]
    assert ["廃止" in parts[0], "有効" in parts[1], "旧版" in parts[2]] == [True] * 3
    assert "誤記のため。" in parts[0]
    assert Artefact.objects.first().sha256 in page


def test_a_paper_without_issues_says_what_to_do(client, paper):
    assert "まだありません" in words(client.get(url("versions", paper.pk)))


def test_the_list_asks_as_often_for_many_versions_as_for_one(client, paper, boss, django_assert_num_queries):
    make_issued(paper, "1.0", by=boss)
    client.get(url("versions", paper.pk))
    with connection.execute_wrapper(lambda execute, *rest: (asked.append(1), execute(*rest))[1]):
        asked: list[int] = []
        client.get(url("versions", paper.pk))
    for number in ("1.1", "1.2", "1.3"):
        make_issued(paper, number, by=boss)
    with django_assert_num_queries(len(asked)):
        client.get(url("versions", paper.pk))


def test_the_page_of_a_version_shows_what_was_issued_and_not_the_draft(client, paper, boss):
    version = make_issued(paper, "1.0", by=boss)
    paper.sections.update(body="新しい本文です。")
    page = words(client.get(url("version", paper.pk, "1.0")))
    assert "本文です。" in page
    assert "新しい本文です。" not in page
    assert version.digest in page


def test_a_superseded_page_leads_to_the_current_one(client, paper, boss):
    make_issued(paper, "1.0", by=boss)
    make_issued(paper, "1.1", by=boss)
    page = words(client.get(url("version", paper.pk, "1.0")))
    assert url("version", paper.pk, "1.1") in page


@pytest.mark.parametrize("number", ["2.0", "1", "01.0", "1.0.0.0"])
def test_a_number_that_was_not_issued_is_not_found(client, paper, boss, number):
    make_issued(paper, "1.0", by=boss)
    assert client.get(url("version", paper.pk, number)).status_code == 404
    assert client.get(url("version_file", paper.pk, number, "pdf")).status_code == 404


def test_a_viewer_sees_no_button_of_an_approver(paper, boss):
    make_issued(paper, "1.0", by=boss)
    client = Client()
    client.force_login(make_member(paper.service.provider, Role.VIEWER))
    assert "廃止する" not in words(client.get(url("version", paper.pk, "1.0")))
    assert "登録" not in words(client.get(url("versions", paper.pk))).split('id="earlier"')[1]


# --- Files ----------------------------------------------------------------------------------------------------------


def test_the_stored_bytes_are_sent_as_a_file(client, paper, boss):
    version = make_version(paper, "1.0", by=boss)
    for artefact in version.artefacts.all():
        sent = client.get(url("version_file", paper.pk, "1.0", artefact.format))
        assert sent.content == storing.read(artefact.path, artefact.sha256)
        assert sent["Content-Type"] == artefact.media_type
        assert sent["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
        assert sent["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in sent["Content-Security-Policy"]
        assert "script-src" not in sent["Content-Security-Policy"]


def test_bytes_stay_the_same_when_everything_else_changes(client, paper, boss):
    make_version(paper, "1.0", by=boss)
    before = client.get(url("version_file", paper.pk, "1.0", "pdf")).content
    paper.sections.update(body="新しい本文です。")
    make_version(paper, "1.1", by=boss)
    assert client.get(url("version_file", paper.pk, "1.0", "pdf")).content == before


def test_bytes_that_differ_are_not_sent(client, paper, boss, caplog):
    make_issued(paper, "1.0", by=boss)
    with lifted(connection):
        StoredFile.objects.update(content=b"other")
    client.raise_request_exception = False
    page = client.get(url("version_file", paper.pk, "1.0", "pdf"))
    assert page.status_code == 500
    assert "違っています" in words(page)
    assert "Traceback" not in words(page)
    assert "1.0.pdf" in caplog.text


# --- Withdraw -------------------------------------------------------------------------------------------------------


def test_withdrawing_takes_a_reason_and_makes_the_one_below_current(client, paper, boss):
    make_issued(paper, "1.0", by=boss)
    make_issued(paper, "1.1", by=boss)
    page = url("withdraw", paper.pk, "1.1")
    assert "廃止した後の有効な版は、1.0版です。" in words(client.get(page))
    assert "error" in words(client.post(page, {"reason": " "}))
    assert Version.objects.current(paper).number == "1.1"
    done = client.post(page, {"reason": "数値の誤り。"}, follow=True)
    assert "1.1版を廃止しました" in words(done)
    assert Version.objects.current(paper).number == "1.0"
    assert "すでに廃止" in words(client.post(page, {"reason": "もう一度"}))


def test_a_withdrawn_version_can_still_be_read_and_downloaded(client, paper, boss):
    version = make_issued(paper, "1.0", by=boss)
    issuing.withdraw(version, reason="数値の誤り。", by=boss)
    assert "数値の誤り。" in words(client.get(url("version", paper.pk, "1.0")))
    assert client.get(url("version_file", paper.pk, "1.0", "pdf")).status_code == 200
