"""Saving a fact shows first what that changes in papers: the page between, going back, and two people at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import answer, make_fact, make_member, make_paper
from tests.whitepapers.browser_form import controls
from tests.whitepapers.test_facts_page import save, shown
from tests.whitepapers.test_impact import another
from whitepapers.models import Fact

pytestmark = pytest.mark.django_db

BODY = "毎日行います。保管は{{ backup_generations }}、{{ backup_retention_days }}です。\n\n{{ backup_method }}"


@pytest.fixture
def paper():
    paper = make_paper(answer("12.3.1", body=BODY))
    make_fact(paper.service.provider, "backup_generations", 3, confirmed_at=timezone.now())
    return paper


@pytest.fixture
def as_author(client, paper):
    client.force_login(make_member(paper.service.provider, name="山田 花子"))
    return client


@pytest.fixture
def common(paper) -> str:
    return f"/p/{paper.service.provider.slug}/facts/?group=12.3.1"


@pytest.fixture
def page(paper) -> str:
    return f"/services/{paper.service_id}/facts/?group=12.3.1"


def told(client, page, **changes) -> str:
    """The page that announces the changes."""
    html = save(client, page, **changes).content.decode()
    assert "保存すると変わる文章" in html
    assert "まだ保存していません。" in html
    return html


def agree(client, page, html, **more):
    return save(client, page, controls(html), **more).content.decode()


def test_a_change_is_shown_before_it_is_saved(as_author, common, paper):
    html = told(as_author, common, f_backup_generations="5")
    assert Fact.objects.get().value == 3
    assert "1件のペーパーの1節で、1か所の文が次のように変わります。" in html
    assert "保管は<del>3</del>世代、〔未記入：" in html
    assert "保管は<ins>5</ins>世代、〔未記入：" in html
    assert paper.title in html
    assert "毎日行います。" not in html
    assert "1件の事実を保存しました。" in agree(as_author, common, html)
    assert Fact.objects.get().value == 5


def test_what_prints_nowhere_is_saved_at_once(as_author, common):
    assert "1件の事実を保存しました。" in save(as_author, common, f_backup_purpose="復旧").content.decode()
    assert "1件の事実を保存しました。" in save(as_author, common, n_backup_generations="手順書").content.decode()


def test_nothing_that_was_entered_is_lost_on_the_way_back(as_author, page):
    hostile = "<b>\"'&amp;</b>"
    html = told(
        as_author, page, f_backup_generations="5", f_backup_purpose=hostile, n_backup_generations="1行目\r\n\r\n3行目"
    )
    html = save(as_author, page, controls(html), back="1").content.decode()
    assert "保存すると変わる文章" not in html
    again = controls(html)
    assert (again["f_backup_generations"], again["f_backup_purpose"]) == ("5", hostile)
    assert again["n_backup_generations"] == "1行目\r\n\r\n3行目"
    assert Fact.objects.filter(service__isnull=False).count() == 0
    response = save(as_author, page, again)
    assert "2件の事実を保存しました。" in agree(as_author, page, response.content.decode())
    note = Fact.objects.get(service__isnull=False, name="backup_generations").source_note
    assert note == "1行目\n\n3行目"


def test_where_the_button_leads_survives_the_page_between(as_author, page):
    html = told(as_author, page, f_backup_generations="5", then="next")
    response = save(as_author, page, controls(html))
    assert "group=12.4.1" in response.redirect_chain[0][0]


def test_retracting_shows_what_applies_instead(as_author, page, paper):
    make_fact(paper.service.provider, "backup_generations", 9, service=paper.service)
    html = told(as_author, page, f_backup_generations="")
    assert "保管は<ins>3</ins>世代" in html
    assert "1件を未記入に戻しました。" in agree(as_author, page, html)


def test_new_findings_are_shown(as_author, common):
    html = told(as_author, common, f_backup_generations="")
    assert "新しく加わる指摘" in html
    assert "要対応" in html


def test_hostile_values_are_inert(as_author, common, paper):
    evil = "<script>alert(1)</script>\"'><img src=x>{{ 7*7 }}{% now %}&lt;"
    html = told(as_author, common, f_backup_method=evil, n_backup_method="</textarea><script>alert(2)</script>")
    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert "{{ 7*7 }}" in html
    assert controls(html)["f_backup_method"] == evil
    agree(as_author, common, html)
    assert Fact.objects.get(name="backup_method").value == evil


def test_what_somebody_changes_while_one_reads_is_not_overwritten(as_author, common, paper):
    html = told(as_author, common, f_backup_generations="5")
    Fact.objects.update(value=7)
    after = agree(as_author, common, html)
    assert "ほかの人が先に変更しました。" in after
    assert "今の値：<strong>7世代</strong>" in after
    assert Fact.objects.get().value == 7
    html = save(as_author, common, controls(after)).content.decode()
    assert "<del>7</del>" in html
    agree(as_author, common, html)
    assert Fact.objects.get().value == 5


def test_who_agreed_to_other_sentences_is_asked_again(as_author, common, paper):
    html = told(as_author, common, f_backup_generations="5")
    section = paper.sections.get()
    section.body = "世代は{{ backup_generations }}まで。"
    section.save()
    again = agree(as_author, common, html)
    assert "もう一度確かめてください" in again
    assert "世代は<ins>5</ins>世代まで。" in again
    assert Fact.objects.get().value == 3
    assert "1件の事実を保存しました。" in agree(as_author, common, again)


def test_an_agreement_made_up_is_none(as_author, common):
    html = save(as_author, common, f_backup_generations="5", announced="0" * 64).content.decode()
    assert "まだ保存していません。" in html
    assert Fact.objects.get().value == 3


def test_the_number_of_queries_does_not_grow_with_services(as_author, common, paper):
    data = shown(as_author, common)
    data["f_backup_generations"] = "5"
    sent = data.dict() | dict(data.lists())
    with CaptureQueriesContext(connection) as few:
        as_author.post(common, sent)
    for number in range(4):
        other = another(paper, f"ほか{number}", answer("12.3.1", body=BODY))
        make_fact(paper.service.provider, "backup_purpose", "復旧", service=other.service)
    with CaptureQueriesContext(connection) as many:
        html = as_author.post(common, sent).content.decode()
    assert "5件のペーパーの5節で" in html
    assert len(many) == len(few)


# --- この事実を使う文書 ------------------------------------------------------------------------------------------------


def test_a_fact_leads_to_the_papers_that_print_it(as_author, page, common, paper):
    link = f"/services/{paper.service_id}/facts/backup_generations/uses/"
    assert f'href="{link}"' in as_author.get(page).content.decode()
    html = as_author.get(link).content.decode()
    assert paper.title in html
    assert f'href="/papers/{paper.pk}/sections/{paper.sections.get().pk}/"' in html
    assert "3世代" in html
    everywhere = as_author.get(f"/p/{paper.service.provider.slug}/facts/backup_generations/uses/").content.decode()
    assert paper.title in everywhere


def test_a_fact_that_no_paper_prints_says_what_to_do(as_author, paper):
    html = as_author.get(f"/services/{paper.service_id}/facts/backup_purpose/uses/").content.decode()
    assert "この事実を差し込んだペーパーはまだありません" in html
    assert as_author.get(f"/services/{paper.service_id}/facts/no_such_fact/uses/").status_code == 404
