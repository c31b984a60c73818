"""Filling phrases: the style, what is known, and what a body may not do. No database."""

import pytest

from controls import phrases
from controls.phrases import BrokenPhrase, Style, fill

STYLE = Style(self_reference="弊社", customer_term="お客さま", service="例示ストレージ", conjunction="および")
FACTS = {
    "performed": "performed",
    "targets": ["log", "data"],
    "offsite": True,
    "review": {"value": False, "detail": "準備中"},
    "retention": {"value": 11, "unit": "day"},
    "nothing": None,
}


def filled(body: str, **facts: object) -> str:
    return fill(body, style=STYLE, facts={**FACTS, **facts})  # type: ignore[dict-item]


def test_the_style_of_the_provider_is_printed() -> None:
    body = "<< self_reference >>は、<< customer_term >><< oyobi >><< service >>のために行います。"
    assert filled(body) == "弊社は、お客さまおよび例示ストレージのために行います。"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("known.performed", True),
        ("known.nothing", False),
        ("not known.nothing", True),
        ('fact.performed == "performed"', True),
        ('fact.performed != "performed"', False),
        ('fact.nothing == "performed"', False),
        ('fact.nothing != "performed"', True),
        ('"log" in fact.targets', True),
        ('"vm" in fact.targets', False),
        ('"vm" not in fact.targets', True),
        ('"log" in fact.nothing', False),
        ('"log" not in fact.nothing', True),
        ("fact.offsite", True),
        ("fact.review", False),
        ("known.review", True),
        ("fact.nothing", False),
        ('known.performed and (fact.nothing or "log" in fact.targets)', True),
    ],
)
def test_conditions_ask_what_is_known(condition: str, holds: bool) -> None:
    assert filled(f"<% if {condition} %>はい<% else %>いいえ<% endif %>") == ("はい" if holds else "いいえ")


def test_a_false_fact_is_known() -> None:
    assert filled("<% if known.offsite %>既知<% endif %><% if fact.offsite %>真<% endif %>", offsite=False) == "既知"


def test_live_placeholders_survive_byte_for_byte() -> None:
    body = "保持期間は{{ backup_retention_days }}です。{{ ref: 6.1.1 }}を参照してください。{{  x|y }} {% z %} {# c #}"
    assert filled(body) == body


def test_lines_with_only_a_condition_leave_nothing() -> None:
    body = "前\n\n<% if known.performed %>\n- 甲\n<% endif %>\n<% if known.nothing %>\n- 乙\n<% endif %>\n\n\n\n後\n"
    assert filled(body) == "前\n\n- 甲\n\n後"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # A tag at the end of a line of text takes nothing with it.
        ("前<% if known.performed %>甲<% endif %>\n後", "前甲\n後"),
        ("前<% if known.nothing %>甲<% endif %>\n\n後", "前\n\n後"),
        ("前<% if known.performed %>：\n\n- 甲<% endif %>\n\n後", "前：\n\n- 甲\n\n後"),
        ("<% if known.performed %>甲<% endif %>\n<% if known.offsite %>乙<% endif %>", "甲\n乙"),
        ("前<# 覚え書き #>\n後", "前\n後"),
        # A line of tags alone leaves nothing behind, whatever stands around the tags.
        ("前\n  <% if known.performed %>  \n- 甲\n  <% endif %> <# 終わり #>\n後", "前\n- 甲\n後"),
        ("前\n<% if known.performed\n      or known.nothing %>\n- 甲\n<% endif %>\n後", "前\n- 甲\n後"),
        ("前\n<% if known.nothing %><% endif %>\n後\n<% if known.performed %>\n<% endif %>", "前\n後"),
        # The indent of a nested bullet stays.
        ("- 甲\n  <% if known.performed %>- 乙<% endif %>\n  - 丙", "- 甲\n  - 乙\n  - 丙"),
    ],
)
def test_only_a_line_of_tags_alone_leaves_no_line_behind(body: str, text: str) -> None:
    assert filled(body) == text


def test_a_message_counts_lines_as_the_author_sees_them() -> None:
    with pytest.raises(BrokenPhrase, match="4行目"):
        filled("甲\n<% if known.performed %>\n<% endif %>\n<% for x in y %>\n<% endfor %>")


def test_elif_and_nesting_work() -> None:
    body = "<% if known.nothing %>甲<% elif known.performed %><% if fact.offsite %>乙<% endif %><% else %>丙<% endif %>"
    assert filled(body) == "乙"


def test_a_fact_without_a_definition_is_an_error() -> None:
    with pytest.raises(BrokenPhrase, match="elsewhere"):
        filled("<% if known.elsewhere %>x<% endif %>")


@pytest.mark.parametrize(
    "name", ["{{ backup }}", "<b>会社</b>", "**会社**", "[会社](x)", "a\nb", "`x`", "_x_", "\\", "a|b"]
)
def test_a_providers_name_stays_text_whatever_is_in_it(name: str) -> None:
    style = Style(name, "お客様", "本サービス", "及び")
    text = fill("<< self_reference >>です。", style=style, facts={})
    assert "{{" not in text
    assert "\n" not in text
    plain = text.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    assert plain == " ".join(name.split()) + "です。"


def test_an_ordinary_name_is_left_alone() -> None:
    style = Style("Example Cloud (日本) & Co., Ltd. - my_company #1", "お客様", "本サービス", "及び")
    assert fill("<< self_reference >>", style=style, facts={}) == style.self_reference


def test_template_syntax_in_a_name_is_not_executed() -> None:
    style = Style("<< service >><% if x %>", "お客様", "本サービス", "及び")
    text = fill("<< self_reference >>です。", style=style, facts={})
    assert "本サービス" not in text


@pytest.mark.parametrize(
    "body",
    [
        # attributes and calls
        "<< self_reference.__class__ >>",
        "<< self_reference.upper() >>",
        "<< fact.performed >>",
        "<< known >>",
        "<% if fact %>x<% endif %>",
        "<% if fact.__class__ %>x<% endif %>",
        "<% if known._x %>x<% endif %>",
        "<% if fact.performed.upper %>x<% endif %>",
        "<% if fact['performed'] %>x<% endif %>",
        "<% if fact.performed() %>x<% endif %>",
        "<% if fact.targets[0] %>x<% endif %>",
        "<% if self_reference.performed %>x<% endif %>",
        # other names
        "<< range >>",
        "<< lipsum() >>",
        "<< cycler >>",
        "<< namespace >>",
        "<< config >>",
        "<< request >>",
        "<< self >>",
        "<< 当社 >>",
        "<< oyobi ~ service >>",
        "<< 'x' >>",
        "<< 1 + 1 >>",
        "<< [1] >>",
        "<< service if known.performed else oyobi >>",
        # filters and tests
        "<< service|upper >>",
        "<< service|attr('x') >>",
        "<% if known.performed is defined %>x<% endif %>",
        "<% if fact.performed|length %>x<% endif %>",
        # statements
        "<% for x in fact.targets %>x<% endfor %>",
        "<% set x = 1 %>",
        "<% include 'x' %>",
        "<% import 'x' as y %>",
        "<% from 'x' import y %>",
        "<% extends 'x' %>",
        "<% block x %><% endblock %>",
        "<% macro x() %><% endmacro %>",
        "<% call x() %><% endcall %>",
        "<% filter upper %>x<% endfilter %>",
        "<% raw %>x<% endraw %><< x >>",
        "<% with %><% endwith %>",
        "<% autoescape true %><% endautoescape %>",
        "<% do x %>",
        # constants and comparisons
        "<% if 1 %>x<% endif %>",
        "<% if fact.performed == 1 %>x<% endif %>",
        "<% if fact.performed == none %>x<% endif %>",
        "<% if fact.performed == true %>x<% endif %>",
        "<% if fact.performed < 'x' %>x<% endif %>",
        "<% if fact.performed in ['x'] %>x<% endif %>",
        "<% if fact.performed in ('x', 'y') %>x<% endif %>",
        "<% if fact.performed ~ 'x' %>x<% endif %>",
        "<% if -fact.performed %>x<% endif %>",
        "<% if 2 ** 99999999 %>x<% endif %>",
        # broken
        "<% if known.performed %>",
        "<% endif %>",
        "<< service",
        "<< >>",
        "<% %>",
    ],
)
def test_what_is_not_on_the_list_is_refused(body: str) -> None:
    with pytest.raises(BrokenPhrase):
        filled(body)


def test_comments_leave_nothing() -> None:
    assert filled("前<# 覚え書き #>後") == "前後"


def test_a_sample_shows_labels_for_facts_and_numbers_for_references() -> None:
    body = "<< self_reference >>は{{ retention }}保持します。<% if known.nothing %>場所：{{ nothing }}<% endif %>{{ ref: 6.1.1 }}"
    labels = {"retention": "保持期間", "nothing": "保管場所"}
    assert phrases.sample(body, labels) == "当社は〔保持期間〕保持します。場所：〔保管場所〕〔6.1.1〕"


def test_references_can_be_led_elsewhere() -> None:
    body = "{{ ref: 6.1.1 }}と{{ ref: CLD.8.1.5 }}を参照してください。{{ retention }}"
    assert phrases.references(body) == ["6.1.1", "CLD.8.1.5"]
    led = phrases.with_references(body, {"6.1.1": "5.2", "CLD.8.1.5": "8.10"})
    assert led == "{{ ref: 5.2 }}と{{ ref: 8.10 }}を参照してください。{{ retention }}"
    assert phrases.placeholders(body) == {"retention"}
