"""A paper copied to another service, and papers put away and back."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import answer, make_fact, make_member, make_paper, make_provider, make_service, make_user, prose
from whitepapers.compose import compose
from whitepapers.copying import CannotCopy, archive_paper, copy_paper, restore_paper
from whitepapers.models import Fact, Section, Service, Whitepaper
from whitepapers.offering import archive_service

pytestmark = pytest.mark.django_db

SPLIT = {
    "key": "split",
    "kind": "responsibility",
    "caption": "分担",
    "layers": [{"name": "データ", "party": "お客様"}, {"name": "基盤", "party": "当社"}],
}


@pytest.fixture
def paper() -> Whitepaper:
    return make_paper(
        prose("章", children=[answer("12.3.1", body="旧サービスの本文。\n\n{{ figure: split }}", stances=[{"stance": "partly"}])]),
        prose("前書き", "本文。", key="preface"),
        service={"name": "旧サービス"},
        figures=[SPLIT],
        whitepaper={"document_number": "D-1"},
        history=[{"number": "1.0", "summary": "初版"}],
    )  # fmt: skip


@pytest.fixture
def target(paper) -> Service:
    return make_service(paper.service.provider, "新サービス")


def texts(paper: Whitepaper) -> list:
    return [(s.number, s.title, s.blocks) for s in compose(paper).walk()]


def test_the_copy_says_the_same_and_everything_is_to_be_confirmed(paper, target):
    member = make_member(paper.service.provider)
    Section.objects.update(progress="done", assignee=member, due="2030-01-01", counter=4, internal_note="メモ")
    copied = copy_paper(paper, target, title="新しい題名", by=make_user())
    new = copied.paper
    assert texts(new) == texts(paper)
    assert (new.title, new.document_number, new.planned_number, new.service) == ("新しい題名", "", "1.0", target)
    assert not new.history_rows.exists()
    assert copied.naming_the_source == 1
    rows = {row.title: row for row in new.sections.all()}
    assert [rows[title].needs_confirmation for title in ("章", "", "前書き")] == [False, True, True]
    assert {(row.progress, row.assignee, row.due, row.counter) for row in rows.values()} == {("writing", None, None, 0)}
    assert rows[""].parent == rows["章"]
    assert rows[""].stances == [{"stance": "partly", "scope": ""}]


def test_the_source_stays_as_it_was(paper, target):
    before = list(paper.sections.order_by("pk").values())
    copy_paper(paper, target, title="新", by=make_user())
    assert list(paper.sections.order_by("pk").values()) == before
    assert paper.figures.count() == 1


def test_facts_come_along_unconfirmed_where_nothing_is_known(paper, target):
    provider, source = paper.service.provider, paper.service
    by, now = make_member(provider), timezone.now()
    confirmed = {"confirmed_by": by, "confirmed_at": now}
    make_fact(provider, "backup_generations", 3, service=source, source_note="運用設計書", **confirmed)
    make_fact(provider, "own", 1, service=source, **confirmed)
    make_fact(provider, "own", 2, service=target, **confirmed)
    make_fact(provider, "inherited", 1, service=source, **confirmed)
    make_fact(provider, "inherited", 2, **confirmed)
    copied = copy_paper(paper, target, title="新", by=make_user())
    fact = target.facts.get(name="backup_generations")
    assert copied.facts == 1
    assert (fact.value, fact.confirmed_by, fact.confirmed_at) == (3, None, None)
    assert "「旧サービス」からコピー" in fact.source_note
    assert "運用設計書" in fact.source_note
    assert target.facts.get(name="own").value == 2
    assert not target.facts.filter(name="inherited").exists()
    assert source.facts.get(name="backup_generations").confirmed_at == now


def test_facts_of_a_location_come_along_where_the_service_runs_there_too(paper, target):
    provider, source = paper.service.provider, paper.service
    tokyo, osaka = (provider.locations.create(name=name) for name in ("東京", "大阪"))
    source.locations.set([tokyo, osaka])
    target.locations.set([tokyo])
    for place in (tokyo, osaka):
        make_fact(provider, "backup_generations", 3, service=source, location=place)
    copy_paper(paper, target, title="新", by=make_user())
    assert [fact.location for fact in target.facts.all()] == [tokyo]


def test_another_provider_never_receives_a_copy(paper):
    foreign = make_service(make_provider("yugure"))
    with pytest.raises(CannotCopy, match="選び直して"):
        copy_paper(paper, foreign, title="新", by=make_user())
    user = make_member(paper.service.provider)
    client = Client()
    client.force_login(user)
    foreign.provider.memberships.create(user=user, role="admin")
    response = client.post(reverse("whitepapers:copy_paper", args=[paper.pk]), {"service": foreign.pk, "title": "新"})
    assert response.status_code == 200
    assert Whitepaper.objects.count() == 1
    assert not Fact.objects.filter(service=foreign).exists()


def test_what_cannot_receive_a_copy_is_refused_with_a_sentence(paper, target):
    with pytest.raises(CannotCopy, match="すでにあります"):
        copy_paper(paper, paper.service, title="新", by=make_user())
    with pytest.raises(CannotCopy, match="題名"):
        copy_paper(paper, target, title=" ", by=make_user())
    archive_service(target, by=make_user())
    with pytest.raises(CannotCopy, match="保管中"):
        copy_paper(paper, target, title="新", by=make_user())
    assert Whitepaper.objects.count() == 1


def test_copying_asks_the_database_the_same_for_many_sections(paper, target):
    Section.objects.bulk_create(
        Section(whitepaper=paper, position=5 + n, kind="prose", title=f"N{n}") for n in range(200)
    )
    with CaptureQueriesContext(connection) as captured:
        copy_paper(paper, target, title="新", by=make_user())
    assert len(captured) < 40  # SQLite takes some rows per statement


def test_the_page_copies_and_tells_what_to_do_next(paper, target):
    client = Client()
    client.force_login(make_member(paper.service.provider))
    url = reverse("whitepapers:copy_paper", args=[paper.pk])
    assert "新サービス" in client.get(url).content.decode()
    html = client.post(url, {"service": target.pk, "title": "新"}, follow=True).content.decode()
    assert "全て確認が必要です" in html
    assert "「旧サービス」と書いてある節が1件" in html
    assert "コピーできるサービスがありません" in client.get(url).content.decode()


# --- away and back -----------------------------------------------------------------------------------------------------


def test_a_paper_is_put_away_and_comes_back(paper):
    provider = paper.service.provider
    client = Client()
    client.force_login(make_member(provider))
    url = reverse("whitepapers:archive_paper", args=[paper.pk])
    away = reverse("whitepapers:archived_papers", args=[provider.slug])
    assert "保管しますか" in client.get(url).content.decode()
    assert paper.title in client.post(url, {"action": "archive"}, follow=True).content.decode()
    assert paper not in Whitepaper.objects.of(provider)
    assert paper.title in client.get(away).content.decode()
    assert "保管中です" in client.get(reverse("whitepapers:outline", args=[paper.pk])).content.decode()
    assert "すでに保管" in client.post(url, {"action": "archive"}, follow=True).content.decode()
    client.post(url, {"action": "restore"})
    assert paper in Whitepaper.objects.of(provider)
    assert "保管したペーパーはありません" in client.get(away).content.decode()


def test_a_paper_does_not_come_back_beside_one_that_took_its_place(paper, target):
    archive_paper(paper, by=make_user())
    other = copy_paper(paper, paper.service, title="代わり", by=make_user()).paper
    with pytest.raises(CannotCopy, match="別のペーパー"):
        restore_paper(paper, by=make_user())
    archive_paper(other, by=make_user())
    restore_paper(paper, by=make_user())
    with pytest.raises(CannotCopy, match="保管されていません"):
        restore_paper(paper, by=make_user())
