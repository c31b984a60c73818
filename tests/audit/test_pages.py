"""The page of what happened, its filters, its check of the chain, and the CSV."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.log import Event, Subject, log, log_all
from audit.models import Entry
from tests.audit.test_verifying import tamper
from tests.factories import make_provider

URL = "/p/aozora/audit/"
ONE, TWO = Subject("paper", 7, "帳票の白書", paper=7), Subject("paper", 8, "=HYPERLINK(1)", paper=8)


@pytest.fixture
def as_admin(admin) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def entries(provider, author, admin) -> None:
    log("paper.archived", ONE, by=author, provider=provider)
    log("paper.restored", TWO, by=admin, provider=provider)
    log("service.archived", Subject("service", 1, "会計"), by=None, provider=provider)


def shown(client: Client, **asked: object) -> str:
    response = client.get(URL, asked)
    assert response.status_code == 200
    return response.content.decode()


def told(html: str) -> list[str]:
    names = ("帳票の白書」を保管", "HYPERLINK(1)」を元に戻", "会計」を保管")
    return [name[:2] for name in names if name in html]


def test_an_empty_page_says_what_will_be_here(as_admin):
    html = shown(as_admin)
    assert "記録はまだありません。" in html
    assert "CSVをダウンロード" not in html


def test_it_says_who_did_what_when_the_newest_first(as_admin, entries):
    html = shown(as_admin)
    assert told(html) == ["帳票", "HY", "会計"]
    assert html.index("会計」を保管") < html.index("帳票の白書」を保管")
    assert timezone.localtime(Entry.objects.get(number=1).at).strftime("%Y-%m-%d %H:%M:%S") in html
    for words in ("山田 花子", "佐藤 管理", "コマンド", "3件"):
        assert words in html


def test_the_filters_narrow(as_admin, entries, author, admin):
    assert told(shown(as_admin, person=author.pk)) == ["帳票"]
    assert told(shown(as_admin, person="command")) == ["会計"]
    assert told(shown(as_admin, group="paper")) == ["帳票", "HY"]
    assert told(shown(as_admin, paper=8)) == ["HY"]
    assert told(shown(as_admin, group="paper", person=admin.pk)) == ["HY"]
    html = shown(as_admin, group="version")
    assert "条件に合う記録はありません。" in html
    assert "すべて表示" in html


def test_the_days_are_those_of_the_site_s_clock(as_admin, provider, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    log("paper.archived", ONE, by=None, provider=provider)
    tamper("UPDATE audit_entry SET at = %s", "2026-03-31 15:30:00+00:00")  # half past midnight of April 1 in Tokyo
    assert "1件" in shown(as_admin, first="2026-04-01", last="2026-04-01")
    assert "条件に合う記録" in shown(as_admin, first="2026-03-01", last="2026-03-31")
    assert "条件に合う記録" in shown(as_admin, first="2026-04-02")


@pytest.mark.parametrize(
    "asked", [{"first": "2026-02-30"}, {"person": "99"}, {"group": "x"}, {"first": "2026-02-02", "last": "2026-02-01"}]
)
def test_a_wrong_question_is_told_and_answered_with_nothing(as_admin, entries, asked):
    html = shown(as_admin, **asked)
    assert told(html) == []
    assert "invalid-feedback" in html or "alert" in html
    assert as_admin.get(f"{URL}csv/", asked).status_code == 400


def test_pages_keep_the_question(as_admin, provider, author):
    log_all([Event("paper.archived", ONE)] * 51, by=author, provider=provider)
    log("service.archived", Subject("service", 1, "会計"), by=None, provider=provider)
    html = shown(as_admin, group="paper")
    assert "1 / 2" in html
    assert "?person=&amp;group=paper" in html or "group=paper&amp;page=2" in html
    assert "2 / 2" in shown(as_admin, group="paper", page=2)
    assert "2 / 2" in shown(as_admin, group="paper", page=99)


def test_the_chain_is_checked_when_asked_and_not_before(as_admin, entries, author):
    assert "検証済み" not in shown(as_admin)
    html = shown(as_admin, verify="1", person=author.pk)
    assert "検証済み" in html
    assert told(html) == ["帳票"]
    tamper("UPDATE audit_entry SET subject = 'x' WHERE number = 2")
    html = shown(as_admin, verify="1")
    assert "2番の内容が書き換えられています。" in html
    assert "検証済み" not in html


def test_the_csv_is_what_the_filters_show(as_admin, entries):
    response = as_admin.get(f"{URL}csv/", {"group": "paper"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="audit-aozora-' in response["Content-Disposition"]
    content = b"".join(response).decode()
    assert content.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(content[1:])))
    assert [row["番号"] for row in rows] == ["2", "1"]
    assert rows[0]["対象"] == "'=HYPERLINK(1)"
    assert datetime.fromisoformat(rows[0]["日時"]) - timezone.now() < timedelta(minutes=1)
    assert rows[0]["ダイジェスト"] == Entry.objects.get(number=2).digest


def test_nothing_of_another_provider_is_there(as_admin, entries):
    other = make_provider("yugure")
    log("paper.archived", Subject("paper", 9, "よその白書", paper=9), by=None, provider=other)
    assert "よその" not in shown(as_admin)
    assert "条件に合う記録" not in shown(as_admin)
    assert as_admin.get("/p/yugure/audit/").status_code == 404
    assert as_admin.get("/p/yugure/audit/csv/").status_code == 404
    assert "よその" not in b"".join(as_admin.get(f"{URL}csv/")).decode()


def test_only_who_may_read_it_is_led_there(as_admin, author, provider):
    assert URL in as_admin.get("/").content.decode()
    client = Client()
    client.force_login(author)
    assert URL not in client.get("/").content.decode()
    assert client.get(URL).status_code == 403


def test_the_number_of_queries_does_not_grow(as_admin, provider, author, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    log("paper.archived", ONE, by=author, provider=provider)
    shown(as_admin)
    with CaptureQueriesContext(connection) as few:
        shown(as_admin)
    log_all([Event("paper.archived", ONE), Event("paper.restored", TWO)] * 30, by=author, provider=provider)
    with django_assert_num_queries(len(few)):
        shown(as_admin)
