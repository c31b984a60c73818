"""``{{ fact }}`` prints the most specific value of a fact in its display form."""

import pytest

from tests.factories import make_fact, make_paper, prose
from tests.whitepapers.reading_blocks import section_called, values
from whitepapers.compose import compose
from whitepapers.document import FactMeta
from whitepapers.models import Location

pytestmark = pytest.mark.django_db

TOKYO = {"provider": "例示", "country": "日本", "region": "東京"}
OSAKA = {"country": "日本", "region": "大阪"}


def paper_with(body, **parts):
    return make_paper(prose("本文", body), **parts)


def printed(paper):
    return values(section_called(compose(paper), "本文"))


def facts(paper):
    return compose(paper).meta.sections[0].facts


def days(number):
    return {"value": number, "unit": "day"}


def make_location(paper, name, **values_by_name):
    provider = paper.service.provider
    location = Location.objects.create(provider=provider, name=name)
    paper.service.locations.add(location)
    for fact, value in values_by_name.items():
        make_fact(provider, fact, value, service=paper.service, location=location)
    return location


def test_with_its_unit_and_with_name_value_unit_and_display_in_the_meta_part():
    paper = paper_with("保持期間は{{ backup_retention_days }}です。", facts={"backup_retention_days": 11})
    assert printed(paper) == ["保持期間は11日です。"]
    assert facts(paper) == (FactMeta("backup_retention_days", "保持期間", days(11), "day", "11日"),)


def test_an_unknown_one_is_missing_by_its_label():
    paper = paper_with("{{ backup_retention_days }}")
    assert printed(paper) == ["〔未記入：保持期間〕"]
    assert facts(paper) == ()


def test_the_services_value_wins_over_the_providers():
    paper = paper_with("{{ backup_retention_days }}")
    make_fact(paper.service.provider, "backup_retention_days", days(1))
    assert printed(paper) == ["1日"]
    make_fact(paper.service.provider, "backup_retention_days", days(2), service=paper.service)
    assert printed(paper) == ["2日"]


def test_a_locations_value_wins_over_the_services():
    paper = paper_with("{{ backup_retention_days }}", facts={"backup_retention_days": 11})
    tokyo = make_location(paper, "東京")
    make_fact(paper.service.provider, "backup_retention_days", days(3), location=tokyo)
    assert printed(paper) == ["3日"]
    make_fact(paper.service.provider, "backup_retention_days", days(4), service=paper.service, location=tokyo)
    assert printed(paper) == ["4日"]


def test_locations_that_differ_are_printed_each_with_its_name():
    paper = paper_with("{{ backup_retention_days }}", facts={"backup_retention_days": 11})
    make_location(paper, "大阪", backup_retention_days=days(7))
    make_location(paper, "東京")
    assert printed(paper) == ["大阪：7日、東京：11日"]
    (fact,) = facts(paper)
    assert fact.value == [{"location": "大阪", "value": days(7)}, {"location": "東京", "value": days(11)}]
    assert fact.unit == ""


def test_locations_that_agree_are_printed_as_one():
    paper = paper_with("{{ backup_retention_days }}")
    for name in ("大阪", "東京"):
        make_location(paper, name, backup_retention_days=days(7))
    assert printed(paper) == ["7日"]


def test_a_location_of_another_service_does_not_matter():
    paper = paper_with("{{ backup_retention_days }}", facts={"backup_retention_days": 11})
    elsewhere = Location.objects.create(provider=paper.service.provider, name="福岡")
    make_fact(paper.service.provider, "backup_retention_days", days(99), location=elsewhere)
    assert printed(paper) == ["11日"]


def test_the_value_of_another_provider_does_not_matter():
    paper = paper_with("{{ backup_retention_days }}")
    other = paper_with("x", provider={"name": "他社"}, facts={"backup_retention_days": 11})
    assert other.service.provider != paper.service.provider
    assert printed(paper) == ["〔未記入：保持期間〕"]


@pytest.mark.parametrize(
    "body", ["{{ data_locations }}", "所在地\n{{ data_locations }}\n以上", "- {{ data_locations }}"]
)
def test_a_table_alone_in_its_line_is_a_table(body):
    paper = paper_with(body, facts={"data_locations": [TOKYO, OSAKA]})
    table = ("table", ["事業者", "国・地域", "リージョン"], ["例示", "日本", "東京"], ["", "日本", "大阪"])
    assert table in printed(paper) or ("ul", table) in printed(paper)
    assert [fact.name for fact in facts(paper)] == ["data_locations"]


def test_a_table_that_differs_by_location_has_a_column_for_it():
    paper = paper_with("{{ data_locations }}")
    make_location(paper, "A棟", data_locations=[OSAKA])
    make_location(paper, "B棟", data_locations=[TOKYO])
    assert printed(paper) == [
        (
            "table",
            ["拠点", "事業者", "国・地域", "リージョン"],
            ["A棟", "", "日本", "大阪"],
            ["B棟", "例示", "日本", "東京"],
        )
    ]


def test_an_address_in_a_table_is_a_link():
    paper = paper_with("{{ data_locations }}", facts={"data_locations": [{"url": "https://e.com/"}]})
    assert printed(paper) == [("table", ["参照URL"], ["<a https://e.com/>https://e.com/</a>"])]


def test_an_address_links_to_itself():
    paper = paper_with("{{ isms_policy_url }}", facts={"isms_policy_url": "https://e.com/policy"})
    (fact,) = compose(paper).printed.sections[0].blocks[0].children
    assert (fact.text, fact.url) == ("https://e.com/policy", "https://e.com/policy")


def test_a_reference_to_a_document_prints_its_name():
    value = {"document": "サービス利用規約", "url": "https://e.com/tos"}
    paper = paper_with("{{ responsibility_defined_in }}に定めます。", facts={"responsibility_defined_in": value})
    assert printed(paper) == ["「サービス利用規約」に定めます。"]


@pytest.mark.parametrize("target", ["split", "12.3.1"])
def test_a_reference_to_a_section_prints_its_number_and_title(target):
    paper = make_paper(
        prose("本文", "{{ responsibility_defined_in }}"),
        {"kind": "control", "controls": ["12.3.1"], "title": "分担", "key": "split"},
        facts={"responsibility_defined_in": {"section": target}},
    )
    anchor = section_called(compose(paper), "分担").anchor
    assert printed(paper) == [f"<a #{anchor}>2 分担</a>"]
    assert [fact.name for fact in facts(paper)] == ["responsibility_defined_in"]


def test_a_reference_to_a_section_that_is_gone_is_missing_and_answers_nothing():
    paper = make_paper(
        prose("本文", "{{ responsibility_defined_in }}"),
        prose("分担", key="split"),
        facts={"responsibility_defined_in": {"section": "split"}},
    )
    paper.sections.filter(key="split").delete()
    assert printed(paper) == ["〔参照先なし：split〕"]
    assert facts(paper) == ()


def test_the_words_of_an_option_follow_the_style_of_the_provider():
    style = {"name": "例示", "customer_term": "お客さま"}
    paper = paper_with("{{ restore_service }}", provider=style, facts={"restore_service": "customer"})
    assert printed(paper) == ["お客さまの操作で実施できます"]
    (fact,) = facts(paper)
    assert (fact.value, fact.display) == ("customer", "お客さまの操作で実施できます")


def test_so_do_the_words_that_stand_for_a_duration():
    paper = paper_with(
        "{{ session_timeout }}、{{ backup_retention_days }}",
        provider={"name": "例示", "customer_term": "お客さま"},
        facts={"session_timeout": "customer_setting", "backup_retention_days": days(7)},
    )
    assert printed(paper) == ["お客さまが設定した時間、7日"]


def test_text_that_a_provider_entered_is_printed_as_it_was_entered():
    style = {"name": "例示", "customer_term": "お客さま"}
    paper = paper_with("{{ backup_method }}", provider=style, facts={"backup_method": "お客様ごとの複製"})
    assert printed(paper) == ["お客様ごとの複製"]


def test_marks_in_a_value_are_no_marks():
    paper = paper_with("{{ backup_method }}", facts={"backup_method": "**x** {{ y }} <b>"})
    assert printed(paper) == ["**x** {{ y }} <b>"]


def test_a_fact_that_is_not_defined_any_more_is_missing_by_its_name():
    paper = paper_with("x")
    paper.sections.update(body="{{ no_such_fact }}")
    assert printed(paper) == ["〔未記入：no_such_fact〕"]
