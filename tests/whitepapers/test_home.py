"""The first page: what is there and what to do next."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_fact, make_provider, make_service, make_user
from tests.whitepapers.test_services import make_paper
from whitepapers.offering import archive_service


def home(client, user) -> str:
    client.force_login(user)
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_nobody_signed_in_is_sent_to_the_sign_in(client, db):
    assert client.get("/").url == "/accounts/login/?next=/"


def test_somebody_without_a_provider_is_told_what_to_do(client, db):
    assert "まだどの提供者にも参加していません" in home(client, make_user())


def test_without_a_service_an_author_is_led_to_add_one(client, author, viewer):
    assert 'href="/p/aozora/services/new/"' in home(client, author)
    html = home(client, viewer)
    assert "/services/new/" not in html
    assert "作成者以上の役割の人に頼んでください" in html


def test_a_service_without_a_paper_is_led_to_one(client, author, viewer, provider):
    service = make_service(provider, "あおぞら会計")
    assert "あおぞら会計のペーパーを作成する" in home(client, author)
    html = home(client, viewer)
    assert "あおぞら会計" in html
    assert f"/services/{service.pk}/papers/new/" not in html


def test_papers_are_shown_with_what_is_left(client, author, provider):
    make_paper(make_service(provider, "あおぞら会計"), done=1, left=4)
    html = home(client, author)
    assert "1 / 5 節" in html
    assert "残り4節" in html
    assert 'href="/catalog/"' in html


def test_a_finished_paper_is_nothing_to_do(client, author, provider):
    make_paper(make_service(provider), done=2)
    html = home(client, author)
    assert "2 / 2 節" in html
    assert "書きかけのペーパー" not in html


def test_facts_that_nobody_confirmed_for_a_year_are_counted(client, author, provider):
    service = make_service(provider, "あおぞら会計")
    now = timezone.now()
    make_fact(provider, "a", 1, service=service)
    make_fact(provider, "b", 1, service=service, confirmed_at=now - datetime.timedelta(days=366))
    make_fact(provider, "c", 1, service=service, confirmed_at=now - datetime.timedelta(days=364))
    make_fact(provider, "d", 1)
    html = home(client, author)
    assert f'href="/services/{service.pk}/facts/?only=stale"' in html
    assert "2件" in html
    assert 'href="/p/aozora/facts/?only=stale"' in html


def test_archived_services_and_those_of_others_are_not_shown(client, author, provider):
    archive_service(make_service(provider, "旧サービス"), by=author)
    make_service(make_provider("yugure"), "よその会計")
    html = home(client, author)
    assert "旧サービス" not in html
    assert "よその会計" not in html


@pytest.mark.parametrize("n", [21])
def test_many_services_are_cut_with_a_link_to_all(client, author, provider, n):
    for _number in range(n):
        make_service(provider)
    assert "すべてのサービスを見る（21）" in home(client, author)


def test_the_number_of_queries_does_not_grow_with_services(client, author, provider):
    make_paper(make_service(provider), left=1)
    home(client, author)
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for _number in range(5):
        service = make_service(provider)
        make_paper(service, done=1, left=2)
        make_fact(provider, "retention", 7, service=service)
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(many) == len(few)
