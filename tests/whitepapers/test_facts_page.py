"""The page of facts: every kind there and back, bad input, defaults, two people at once."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from controls import facts as kinds
from controls.models import FactDefinition
from tests.factories import make_catalog, make_definition, make_fact, make_provider, make_service
from tests.whitepapers.browser_form import controls
from tests.whitepapers.fact_kinds import BAD, SOUND, TYPES, sent
from whitepapers.fact_groups import FactSheet, Slot
from whitepapers.forms.facts import FactsForm
from whitepapers.models import Fact, Location

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_loaded")]

WEEK = {"value": 7, "unit": "day"}
MONTH = {"value": 1, "unit": "month"}


@pytest.fixture
def service(provider):
    return make_service(provider, "あおぞら会計")


@pytest.fixture
def page(service) -> str:
    make_definition("retention")
    return f"/services/{service.pk}/facts/"


@pytest.fixture
def as_author(client, author):
    client.force_login(author)
    return client


def shown(client, page: str):
    """The fields of the page as they stand, to be changed and sent."""
    return controls(client.get(page).content.decode())


def save(client, page: str, /, data=None, **changes):
    """Changes some fields of the page and presses the button."""
    data = shown(client, page) if data is None else data
    for name, value in changes.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return client.post(page, data.dict() | dict(data.lists()), follow=True)


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["service", "provider"])
def test_a_stranger_gets_404(client, stranger, page, place):
    client.force_login(stranger)
    url = page if place == "service" else "/p/aozora/facts/"
    assert client.get(url).status_code == 404
    assert client.post(url, {"f_retention": "7"}).status_code == 404


@pytest.mark.parametrize("place", ["service", "provider"])
def test_a_viewer_reads_and_may_not_write(client, viewer, provider, page, place):
    client.force_login(viewer)
    make_fact(provider, "retention", WEEK)
    url = page if place == "service" else "/p/aozora/facts/"
    html = client.get(url).content.decode()
    assert "7日" in html
    assert 'name="f_retention"' not in html
    assert client.post(url, {"d_retention": "..", "f_retention": "9", "f_retention-unit": "day"}).status_code == 403
    assert Fact.objects.get().value == WEEK


def test_an_archived_service_shows_its_facts_and_takes_none(as_author, service, page):
    type(service).objects.update(archived_at=timezone.now())
    html = as_author.get(page).content.decode()
    assert "保管中のサービスの事実は変更できません" in html
    assert 'name="f_retention"' not in html
    refused = as_author.post(page, {"d_retention": "..", "f_retention": "9", "f_retention-unit": "day"})
    assert refused.status_code == 200
    assert not Fact.objects.exists()


# --- every kind -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "parts", "value"), SOUND)
def test_every_kind_goes_through_the_form_and_back(as_author, service, kind, parts, value):
    make_definition("fact", TYPES[kind])
    page = f"/services/{service.pk}/facts/"
    response = save(as_author, page, **sent("fact", parts))
    assert "1件の事実を保存しました。" in response.content.decode()
    fact = Fact.objects.get()
    assert (fact.value, fact.service) == (value, service)
    assert "変更はありませんでした。" in save(as_author, page).content.decode()  # as it stands
    assert Fact.objects.get().value == value


@pytest.mark.parametrize(("kind", "parts", "sentence"), BAD)
def test_bad_input_is_told_at_its_field_and_nothing_is_lost(as_author, service, kind, parts, sentence):
    make_definition("fact", TYPES[kind])
    make_definition("other", {"kind": "text"})
    page = f"/services/{service.pk}/facts/"
    html = save(as_author, page, **sent("fact", parts), f_other="ほかの値").content.decode()
    assert "保存していません" in html
    _before, _id, after = html.partition('id="id_f_fact_error"')
    assert sentence in after[:300]
    assert "id_f_fact_error" in html.partition("aria-describedby=")[2]
    again = controls(html)
    kept = {name: again.getlist(name) for name in sent("fact", parts)}
    assert again["f_other"] == "ほかの値"
    if kind not in {"bool", "choice", "choices", "duration"}:  # what no option stands for cannot be shown
        assert kept == {name: [value] for name, value in sent("fact", parts).items()}
    assert not Fact.objects.exists()


def test_the_kinds_above_are_all_kinds():
    assert {TYPES[kind]["kind"] for kind, _parts, _value in SOUND} == kinds.KINDS
    assert {TYPES[kind]["kind"] for kind, _parts, _value in BAD} == kinds.KINDS


_words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30).filter(str.strip)
RAW = {
    "bool": st.one_of(st.booleans(), st.fixed_dictionaries({"value": st.booleans(), "detail": _words})),
    "choice": st.one_of(
        st.sampled_from(["free", "paid"]),
        st.fixed_dictionaries({"value": st.sampled_from(["free", "paid"]), "detail": _words}),
    ),
    "choices": st.lists(st.sampled_from(["daily", "weekly", "monthly"]), min_size=1, max_size=3),
    "duration": st.one_of(
        st.just("unlimited"),
        st.fixed_dictionaries({"value": st.integers(1, 10**12), "unit": st.sampled_from(["day", "month"])}),
    ),
    "number": st.integers(1, 10**12),
    "percent": st.decimals(0, 100, places=6, allow_nan=False).map(float),
    "date": st.dates(),
    "text": _words,
    "long text": _words,
    "url": st.from_regex(r"https://[a-z]{1,9}\.example/[a-zA-Z0-9?=&%'/._~-]{0,20}", fullmatch=True),
    "list": st.lists(_words, min_size=1, max_size=6),
    "table": st.lists(st.dictionaries(st.sampled_from(["country", "use"]), _words, min_size=1), min_size=1, max_size=6),
    "reference": st.one_of(
        st.fixed_dictionaries({"document": _words}, optional={"url": st.just("https://example.jp/?a=1&b='")}),
        st.fixed_dictionaries({"section": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", fullmatch=True)}),
    ),
}


@pytest.mark.parametrize("kind", TYPES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_form_sent_as_it_stands_changes_nothing(kind, data):
    type_ = TYPES[kind]
    try:
        value = kinds.parse(type_, data.draw(RAW[kind]))
    except kinds.InvalidFact:  # a noncharacter among the words
        return
    definition = FactDefinition(name="fact", type=type_, label_ja="事実", help_ja="説明")
    slot = Slot(definition, None, Fact(name="fact", value=value, source_note="1行目\n2行目"), None)
    ((inputs, _places),) = FactsForm([slot]).inputs()
    form = FactsForm([slot], controls(f"{inputs.marks}{inputs.control}{inputs.note}"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["f_fact"] == value
    assert form.changes() == []


@pytest.mark.parametrize("kind", TYPES)
def test_an_empty_fact_stays_empty(kind):
    definition = FactDefinition(name="fact", type=TYPES[kind], label_ja="事実", help_ja="")
    slot = Slot(definition, None, None, None)
    ((inputs, _places),) = FactsForm([slot]).inputs()
    form = FactsForm([slot], controls(f"{inputs.marks}{inputs.control}{inputs.note}"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["f_fact"] is None
    assert form.changes() == []


def test_the_order_of_choices_is_kept(as_author, provider, service):
    make_definition("fact", TYPES["choices"])
    make_fact(provider, "fact", ["monthly", "daily"], service=service)
    save(as_author, f"/services/{service.pk}/facts/", f_fact=["monthly", "daily", "weekly"])
    assert Fact.objects.get().value == ["monthly", "daily", "weekly"]


def test_the_shipped_definitions_are_all_shown_and_sent_as_they_stand(as_author, provider, service):
    make_catalog()
    sheet = FactSheet(provider, service)
    slots = [slot for group in sheet.groups for each in group.definitions for slot in sheet.slots(each)]
    assert len(slots) == FactDefinition.objects.newest().count()
    inputs = [main for main, _places in FactsForm(slots).inputs()]
    form = FactsForm(slots, controls("".join(f"{each.marks}{each.control}{each.note}" for each in inputs)))
    assert form.is_valid(), form.errors
    assert form.changes() == []
    html = as_author.get(f"/services/{service.pk}/facts/").content.decode()
    assert all(f"{group.number} {group.title}" in html for group in sheet.groups)


# --- defaults, notes, confirmation -----------------------------------------------------------------------------------


def test_the_common_value_stands_beside_an_empty_field(as_author, provider, service, page):
    make_fact(provider, "retention", WEEK)
    html = as_author.get(page).content.decode()
    assert "共通：7日" in html
    assert "共通の値" in html
    assert "変更はありませんでした。" in save(as_author, page).content.decode()
    assert Fact.objects.get().service is None


def test_an_emptied_field_falls_back(as_author, provider, service, page):
    make_fact(provider, "retention", WEEK)
    make_fact(provider, "retention", MONTH, service=service)
    html = save(as_author, page, f_retention="").content.decode()
    assert "1件を未記入に戻しました。" in html
    assert Fact.objects.get().value == WEEK


def test_the_provider_states_what_its_services_use(as_author, provider, page):
    html = save(as_author, "/p/aozora/facts/", f_retention="7").content.decode()
    assert "1件の事実を保存しました。" in html
    fact = Fact.objects.get()
    assert (fact.service, fact.value, fact.confirmed_by.name) == (None, WEEK, "山田 花子")


def test_a_note_is_kept_beside_the_value(as_author, provider, service, page):
    save(as_author, page, f_retention="7", n_retention="手順書 3.2\r\n2頁")
    assert Fact.objects.get().source_note == "手順書 3.2\n2頁"
    assert "変更はありませんでした。" in save(as_author, page).content.decode()
    html = save(as_author, page, n_retention="契約書").content.decode()
    assert "1件の事実を保存しました。" in html
    assert (Fact.objects.get().value, Fact.objects.get().source_note) == (WEEK, "契約書")


def test_a_note_without_a_value_is_told(as_author, page):
    html = save(as_author, page, n_retention="手順書").content.decode()
    assert "根拠メモは、値を入力すると保存できます。" in html
    assert controls(html)["n_retention"] == "手順書"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\u202e", "\uffff"])
def test_control_characters_in_a_note_are_told_at_their_field(as_author, page, character):
    html = save(as_author, page, f_retention="7", n_retention=f"手順書\n3.2{character}").content.decode()
    assert "保存していません" in html
    assert "文字" in html.partition('id="id_n_retention"')[2][:900]
    assert not Fact.objects.exists()


def test_a_table_names_the_column_that_is_wrong_as_its_head_does(as_author, service):
    make_definition("fact", TYPES["table"])
    html = save(as_author, f"/services/{service.pk}/facts/", **{"f_fact-0-use": "あ" * 2001}).content.decode()
    assert "1行目の「用途」：2,000文字以内で入力してください。" in html


def test_a_reference_is_chosen_from_what_there_is(as_author, provider, service):
    make_definition("fact", TYPES["reference"], control_number="12.3.1")
    page = f"/services/{service.pk}/facts/"
    html = as_author.get(page).content.decode()
    assert '<optgroup label="管理策の節"><option value="12.3.1">12.3.1' in html
    save(as_author, page, **{"f_fact-section": "12.3.1"})
    assert Fact.objects.get().value == {"section": "12.3.1"}
    assert '<option value="12.3.1" selected>' in as_author.get(page).content.decode()


def test_a_reference_to_what_is_not_there_is_kept(as_author, provider, service):
    make_definition("fact", TYPES["reference"])
    make_fact(provider, "fact", {"section": "split"}, service=service)
    page = f"/services/{service.pk}/facts/"
    assert "split（一覧にない節）" in as_author.get(page).content.decode()
    assert "変更はありませんでした。" in save(as_author, page).content.decode()
    assert Fact.objects.get().value == {"section": "split"}


def test_confirming_one_fact(as_author, provider, service, page, author):
    make_fact(provider, "retention", WEEK, service=service)
    assert "未確認" in as_author.get(page).content.decode()
    html = save(as_author, page, c_retention="on").content.decode()
    assert "1件を確認済みにしました。" in html
    assert "山田 花子さんが確認" in html
    assert Fact.objects.get().confirmed_by == author


def test_confirming_all_of_a_page_saves_it_too(as_author, provider, service, page):
    make_definition("other", {"kind": "text"})
    make_definition("empty", {"kind": "text"})
    make_fact(provider, "retention", WEEK, service=service)
    html = save(as_author, page, f_other="値", confirm_all="1").content.decode()
    assert "1件の事実を保存しました。1件を確認済みにしました。" in html
    assert Fact.objects.filter(confirmed_at=None).count() == 0


def test_a_value_that_no_longer_fits_is_shown_and_left_alone(as_author, provider, service, page):
    make_fact(provider, "retention", "一週間くらい", service=service)
    html = as_author.get(page).content.decode()
    assert "保存されている値「一週間くらい」は、今の定義に合いません。" in html
    assert "変更はありませんでした。" in save(as_author, page).content.decode()
    assert Fact.objects.get().value == "一週間くらい"
    save(as_author, page, f_retention="7")
    assert Fact.objects.get().value == WEEK


def test_each_location_may_have_its_own_value(as_author, provider, service):
    make_definition("retention", owner="location")
    tokyo = Location.objects.create(provider=provider, name="東京リージョン")
    service.locations.add(tokyo)
    Location.objects.create(provider=provider, name="別の拠点")
    page = f"/services/{service.pk}/facts/"
    html = as_author.get(page).content.decode()
    assert "拠点ごとの値（1か所）" in html
    assert "別の拠点" not in html
    save(as_author, page, **{"f_retention": "7", f"f_retention__{tokyo.pk}": "14"})
    assert set(Fact.objects.values_list("location", "value__value")) == {(None, 7), (tokyo.pk, 14)}
    save(as_author, page, **{f"f_retention__{tokyo.pk}": ""})
    assert "サービス全体：7日" in as_author.get(page).content.decode()


# --- finding ----------------------------------------------------------------------------------------------------------


def test_one_control_is_open_at_a_time(as_author, page):
    make_definition("lead", control_number="12.1.2", label_ja="予告期間")
    assert "f_retention" in shown(as_author, page)
    data = shown(as_author, f"{page}?group=12.1.2")
    assert "f_lead" in data
    assert "f_retention" not in data
    assert "f_retention" in shown(as_author, f"{page}?group=99")  # unknown: the first


def test_saving_can_lead_to_the_next_control(as_author, page):
    make_definition("lead", control_number="12.1.2")
    assert save(as_author, page, then="next").redirect_chain[0][0] == f"{page}?group=12.1.2"
    assert save(as_author, page).redirect_chain[0][0] == f"{page}?group=12.3.1"


def test_a_search_finds_by_label_and_number_across_controls(as_author, page):
    make_definition("lead", control_number="12.1.2", label_ja="予告期間", help_ja="")
    make_definition("owner", control_number="8.1.1", label_ja="管理者", help_ja="")
    data = shown(as_author, f"{page}?q=期間")
    assert {"f_lead", "f_retention"} < set(data)
    assert "f_owner" not in data
    assert "f_owner" in shown(as_author, f"{page}?q=8.1.1　管理")
    assert "当てはまる事実はありません" in as_author.get(f"{page}?q=<script>").content.decode()


def test_saving_a_search_stays_in_it(as_author, page):
    response = save(as_author, f"{page}?q=保持", f_retention="7")
    assert response.redirect_chain[0][0] == f"{page}?q=%E4%BF%9D%E6%8C%81"


def test_only_what_is_missing(as_author, provider, service, page):
    make_definition("other", {"kind": "text"})
    make_fact(provider, "retention", WEEK)  # applies to the service too
    data = shown(as_author, f"{page}?only=missing")
    assert "f_other" in data
    assert "f_retention" not in data
    html = save(as_author, f"{page}?only=missing", f_other="値").content.decode()
    assert "未記入の事実はありません" in html


def test_what_somebody_fills_meanwhile_does_not_vanish_from_a_filtered_page(as_author, provider, service, page):
    data = shown(as_author, f"{page}?only=missing")
    make_fact(provider, "retention", MONTH, service=service)
    html = save(as_author, f"{page}?only=missing", data, f_retention="7").content.decode()
    assert "先に変更しました" in html
    assert controls(html)["f_retention"] == "7"


def test_only_what_nobody_confirmed_for_a_year(as_author, provider, service, page):
    make_definition("other", {"kind": "text"})
    make_fact(provider, "retention", WEEK, service=service, confirmed_at=timezone.now() - datetime.timedelta(days=400))
    make_fact(provider, "other", "値", service=service, confirmed_at=timezone.now())
    data = shown(as_author, f"{page}?only=stale")
    assert "f_retention" in data
    assert "f_other" not in data


def test_without_a_catalog_the_page_says_so(as_author, service):
    assert "まだ読み込まれていません" in as_author.get(f"/services/{service.pk}/facts/").content.decode()


# --- two people at once -------------------------------------------------------------------------------------------------


def test_two_people_saving_different_facts_keep_both(as_author, page):
    make_definition("other", {"kind": "text"})
    mine, theirs = shown(as_author, page), shown(as_author, page)
    save(as_author, page, theirs, f_other="かれらの値")
    save(as_author, page, mine, f_retention="7")
    assert dict(Fact.objects.values_list("name", "value")) == {"retention": WEEK, "other": "かれらの値"}


def test_the_second_of_two_sees_both_values_and_decides(as_author, provider, service, page):
    make_definition("other", {"kind": "text"})
    mine = shown(as_author, page)
    save(as_author, page, f_retention="14", n_retention="手順書")
    html = save(as_author, page, mine, f_retention="7", f_other="ほかの値").content.decode()
    assert "山田 花子さんが先に変更しました。" in html
    assert "今の値：<strong>14日</strong>" in html
    assert controls(html)["f_retention"] == "7"
    assert not Fact.objects.filter(name="other").exists()
    save(as_author, page, controls(html))
    fact = Fact.objects.get(name="retention")
    assert (fact.value, fact.source_note) == (WEEK, "手順書")  # their note was not mine to change
    assert Fact.objects.get(name="other").value == "ほかの値"


def test_the_second_of_two_may_take_the_first_ones_value(as_author, provider, service, page):
    mine = shown(as_author, page)
    save(as_author, page, f_retention="14")
    html = save(as_author, page, mine, f_retention="7").content.decode()
    assert "変更はありませんでした。" in save(as_author, page, controls(html), k_retention="on").content.decode()
    assert Fact.objects.get().value["value"] == 14


def test_what_was_retracted_meanwhile_is_told_too(as_author, provider, service, page):
    make_fact(provider, "retention", WEEK, service=service)
    mine = shown(as_author, page)
    save(as_author, page, f_retention="")
    html = save(as_author, page, mine, c_retention="on").content.decode()
    assert "ほかの人が先に未記入に戻しました。" in html
    save(as_author, page, controls(html))
    assert Fact.objects.get().value == WEEK


def test_a_confirmation_is_of_what_was_seen(as_author, provider, service, page, author):
    fact = make_fact(provider, "retention", WEEK, service=service)
    mine = shown(as_author, page)
    Fact.objects.update(value=MONTH)
    html = save(as_author, page, mine, c_retention="on").content.decode()
    assert "先に変更しました" in html
    save(as_author, page, controls(html))  # having seen it
    fact.refresh_from_db()
    assert (fact.value, fact.confirmed_by) == (MONTH, author)


# --- speed ----------------------------------------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow_with_facts_or_locations(as_author, provider, service):
    make_definition("one", {"kind": "text"}, owner="location")
    page = f"/services/{service.pk}/facts/"
    as_author.get(page)
    with CaptureQueriesContext(connection) as few:
        as_author.get(page)
    for number in range(5):
        make_definition(f"fact{number}", {"kind": "text"}, owner="location")
        location = Location.objects.create(provider=provider, name=f"拠点{number}")
        service.locations.add(location)
        make_fact(provider, f"fact{number}", "値")
        make_fact(provider, f"fact{number}", "値", service=service)
        make_fact(make_provider(), f"fact{number}", "値")
    with CaptureQueriesContext(connection) as many:
        as_author.get(page)
    assert len(many) == len(few)


def test_nothing_of_another_provider_is_shown(as_author, service, page):
    other = make_provider()
    make_fact(other, "retention", {"value": 99, "unit": "day"})
    make_fact(other, "retention", {"value": 99, "unit": "day"}, service=make_service(other))
    assert "99" not in as_author.get(page).content.decode().replace("99999", "")
