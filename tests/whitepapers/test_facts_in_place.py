"""The facts of a section's controls on its own page: the same fields, announced, saved, and back to the section."""

import pytest
from django.urls import reverse
from django.utils import timezone

from controls.models import DisclosurePoint
from tests.factories import answer, make_fact, make_member, make_paper
from tests.whitepapers.browser_form import controls
from whitepapers.models import Fact, FactConfirmation, Section, Service
from whitepapers.views.section_facts import ALL_OPEN

pytestmark = pytest.mark.django_db

BODY = "保管は{{ backup_generations }}、{{ backup_retention_days }}です。"


@pytest.fixture
def paper():
    paper = make_paper(answer("12.3.1", body=BODY), answer("9.4.4", body="{{ backup_generations }}"))
    make_fact(paper.service.provider, "backup_generations", 3, confirmed_at=timezone.now())
    return paper


@pytest.fixture
def section(paper) -> Section:
    return paper.sections.get(controls__number="12.3.1")


@pytest.fixture
def page(section) -> str:
    return reverse("whitepapers:section", args=[section.whitepaper_id, section.pk])


@pytest.fixture
def as_author(client, paper):
    client.force_login(make_member(paper.service.provider, name="山田 花子"))
    return client


def fields(html: str):
    """What a browser would post from the form of facts."""
    start = html.index('<form method="post" novalidate id="facts-form"')
    return controls(html[start : html.index("</form>", start)])


def save(client, page, data=None, **changes):
    data = fields(client.get(page).content.decode()) if data is None else data
    for name, value in changes.items():
        data[name] = value
    return client.post(page, data.dict() | dict(data.lists()), follow=True)


def ticked(html: str) -> int:
    return html.count("（回答済み）")


def test_what_changes_is_announced_then_saved_then_the_section_is_back(as_author, page, paper):
    response = save(as_author, page, f_backup_generations="5")
    html = response.content.decode()
    assert "保存すると変わる文章" in html
    assert "1件のペーパーの2節で、2か所の文が次のように変わります。" in html
    assert "保管は<ins>5</ins>世代" in html
    assert f"{paper.title} ／ 12.3.1" in html
    assert Fact.objects.count() == 1
    response = save(as_author, page, controls(html))
    assert response.redirect_chain == [(page, 302)]
    assert "1件の事実を保存しました。" in response.content.decode()
    assert Fact.objects.get(service=paper.service).value == 5


def test_a_fact_that_only_this_section_prints_goes_the_same_way_and_ticks_its_point(as_author, page, paper):
    paper.sections.filter(controls__number="12.3.1").update(body="方式は{{ backup_method }}です。")
    assert ticked(as_author.get(page).content.decode()) == 0
    html = save(as_author, page, f_backup_method="増分").content.decode()
    assert "1件のペーパーの1節で、1か所の文が次のように変わります。" in html
    html = save(as_author, page, controls(html)).content.decode()
    assert "1件の事実を保存しました。" in html
    assert ticked(html) == 1
    assert '<li class="tag ok"><span aria-hidden="true">✓</span> 方式・データ形式・暗号化' in html
    assert 'data-insert="backup_method"' in html


def test_what_prints_nowhere_is_saved_at_once_and_can_be_inserted(as_author, page):
    assert 'data-insert="backup_purpose"' not in as_author.get(page).content.decode()
    response = save(as_author, page, f_backup_purpose="復旧のため")
    assert response.redirect_chain == [(page, 302)]
    assert 'data-insert="backup_purpose"' in response.content.decode()


def test_the_way_back_keeps_what_was_entered_and_unfolds_it(as_author, page):
    html = save(as_author, page, f_backup_generations="5", f_backup_purpose="目的の文").content.decode()
    response = as_author.post(page, controls(html).dict() | {"back": "1"})
    html = response.content.decode()
    again = fields(html)
    assert (again["f_backup_generations"], again["f_backup_purpose"]) == ("5", "目的の文")
    assert html.index('id="fact-backup_purpose"') < html.index('class="section-facts-more"')
    assert 'id="section-form"' in html
    assert Fact.objects.count() == 1


def test_bad_input_comes_back_beside_the_section(as_author, page):
    html = save(as_author, page, f_backup_generations="三").content.decode()
    assert "事実を保存していません。" in html
    assert 'id="id_f_backup_generations_error"' in html
    assert fields(html)["f_backup_generations"] == "三"
    assert Section.objects.get(controls__number="12.3.1").body == BODY


def test_what_somebody_else_changed_is_told_and_not_overwritten(as_author, page, paper):
    data = fields(as_author.get(page).content.decode())
    make_fact(paper.service.provider, "backup_generations", 9, service=paper.service)
    html = save(as_author, page, data, f_backup_generations="5").content.decode()
    assert "今の値：<strong>9世代</strong>" in html
    assert Fact.objects.get(service=paper.service).value == 9


def test_the_providers_value_is_confirmed_in_place(as_author, page, paper):
    html = as_author.get(page).content.decode()
    assert "共通：3世代" in html
    assert "この値で正しい" in html
    assert "1件を確認済みにしました。" in save(as_author, page, i_backup_generations="on").content.decode()
    assert FactConfirmation.objects.get().service == paper.service


def test_then_the_next_section_also_by_way_of_the_announcement(as_author, page, paper):
    following = paper.sections.get(controls__number="9.4.4")
    html = save(as_author, page, f_backup_generations="5", then="next").content.decode()
    response = save(as_author, page, controls(html))
    assert response.redirect_chain == [(reverse("whitepapers:section", args=[paper.pk, following.pk]), 302)]


@pytest.mark.parametrize("field", ["next", "return", "then", "paper", "section", "url"])
def test_nothing_that_is_sent_leads_elsewhere(as_author, page, field):
    response = save(as_author, page, f_backup_purpose="復旧", **{field: "//evil.example/"})
    assert response.redirect_chain == [(page, 302)]


def test_who_may_not(client, page, paper, section, stranger):
    client.force_login(make_member(paper.service.provider, "viewer"))
    html = client.get(page).content.decode()
    assert "3世代" in html
    assert 'id="facts-form"' not in html
    data = {"facts": "1", "d_backup_generations": "..", "f_backup_generations": "9"}
    assert client.post(page, data).status_code == 403
    client.force_login(stranger)
    assert client.post(page, data).status_code == 404
    assert Fact.objects.count() == 1


def test_a_section_is_no_way_to_another_papers_facts(as_author, paper, section):
    other = make_paper(answer("12.3.1"), provider={"name": "別の会社"})
    mixed = reverse("whitepapers:section", args=[paper.pk, other.sections.get().pk])
    assert as_author.post(mixed, {"facts": "1"}).status_code == 404
    theirs = reverse("whitepapers:section", args=[other.pk, other.sections.get().pk])
    assert as_author.post(theirs, {"facts": "1"}).status_code == 404


def test_facts_of_other_controls_are_not_taken(as_author, page):
    save(as_author, page, f_clock_source="x", d_clock_source="..")
    assert Fact.objects.count() == 1


def test_an_archived_services_facts_are_only_read(as_author, page, paper):
    Service.objects.update(archived_at=timezone.now())
    response = as_author.get(page)
    if response.status_code == 200:
        assert 'id="facts-form"' not in response.content.decode()
    data = {"facts": "1", "d_backup_purpose": "..", "f_backup_purpose": "x"}
    as_author.post(page, data)
    assert Fact.objects.count() == 1


def test_a_long_list_folds_and_what_required_points_wait_for_stands_open(as_author, page, section):
    html = as_author.get(page).content.decode()
    opened, _fold, folded = html.partition('class="section-facts-more"')
    assert opened.count('class="section-fact"') == ALL_OPEN
    assert folded.count('class="section-fact"') == 15
    points = DisclosurePoint.objects.filter(control__in=section.controls.all(), required=True)
    assert sum(f'id="fact-{point.facts[0]}"' in opened for point in points) == ALL_OPEN
    assert "ほかの事実 15件" in html


def test_a_short_list_does_not_fold(as_author, paper):
    short = paper.sections.get(controls__number="9.4.4")
    html = as_author.get(reverse("whitepapers:section", args=[paper.pk, short.pk])).content.decode()
    assert html.count('class="section-fact"') == 2
    assert "section-facts-more" not in html


def test_hostile_values_are_inert(as_author, page):
    evil = "<script>alert(1)</script>\"'><img src=x>{{ 7*7 }}"
    response = save(as_author, page, f_backup_purpose=evil, n_backup_purpose="</textarea><script>alert(2)</script>")
    html = response.content.decode()
    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert fields(html)["f_backup_purpose"] == evil


def test_queries_do_not_grow_with_facts_and_services(as_author, page, paper, django_assert_max_num_queries):
    with django_assert_max_num_queries(50) as few:
        as_author.get(page)
    for number in range(5):
        service = Service.objects.create(provider=paper.service.provider, name=f"s{number}")
        make_fact(paper.service.provider, "backup_purpose", "x", service=service)
    for name in ("backup_purpose", "backup_method", "backup_encryption"):
        make_fact(paper.service.provider, name, "x")
    with django_assert_max_num_queries(len(few)):
        as_author.get(page)
