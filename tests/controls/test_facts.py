"""The kinds of facts: what is accepted, what it becomes, how it is printed. No database."""

import datetime
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controls.facts import (
    KINDS,
    InvalidFact,
    InvalidType,
    address,
    bare,
    check_type,
    describe,
    detail,
    display,
    is_web_address,
    parse,
    section,
    table_cells,
    unit,
)

WORDS = {
    "yes": {"ja": "実施しています", "en": "Performed"},
    "no": {"ja": "実施していません", "en": "Not performed"},
}
FREQUENCIES = [
    {"key": "daily", "ja": "日次", "en": "Daily"},
    {"key": "weekly", "ja": "週次", "en": "Weekly"},
    {"key": "vm", "ja": "仮想環境/VM", "en": "Virtual machines"},
]
BOOL = {"kind": "bool", "words": WORDS}
BOOL_DETAIL = {**BOOL, "detail": True}
CHOICE = {"kind": "choice", "options": FREQUENCIES}
CHOICE_DETAIL = {**CHOICE, "detail": True}
CHOICES = {"kind": "choices", "options": FREQUENCIES}
PARTY = {
    "kind": "choice",
    "options": [
        {"key": "customer", "ja": "お客様が実施します", "en": "By the customer", "also": ["お客様", "未実施(お客様)"]},
        {"key": "provider", "ja": "サービス提供者が実施します", "en": "By the provider", "also": ["提供者"]},
    ],
}
LAW = {
    "kind": "choice",
    "options": [
        {"key": "japan", "ja": "日本法", "en": "Japanese law"},
        {"key": "other", "ja": "その他", "en": "Other"},
    ],
    "detail": True,
}
ASKED = {"kind": "bool", "words": {"yes": {**WORDS["yes"], "also": ["お客様"]}, "no": WORDS["no"]}}
TEXT = {"kind": "text"}
SHORT = {"kind": "text", "max_length": 5}
URL = {"kind": "url"}
NUMBER = {"kind": "number", "minimum": 1, "unit": {"ja": "世代", "en": "generations"}}
PERCENT = {"kind": "percent", "minimum": 0, "maximum": 100}
DURATION = {"kind": "duration", "units": ["day", "hour", "month"], "minimum": 1}
NOTICE = {
    "kind": "duration",
    "units": ["day", "week"],
    "options": [{"key": "in_advance", "ja": "事前", "en": "In advance"}],
}
EVERY = {"kind": "duration", "units": ["year", "month"], "every": True}
DATE = {"kind": "date"}
LIST = {"kind": "list"}
TABLE = {
    "kind": "table",
    "columns": [
        {"key": "provider", "ja": "事業者", "en": "Provider"},
        {"key": "country", "ja": "国", "en": "Country"},
        {"key": "url", "ja": "URL", "en": "URL"},
    ],
}
REFERENCE = {"kind": "reference"}

TYPES: list[dict[str, Any]] = [
    *(BOOL, BOOL_DETAIL, ASKED, CHOICE, CHOICE_DETAIL, CHOICES, PARTY, LAW, TEXT, SHORT, URL, NUMBER, PERCENT),
    *(DURATION, NOTICE, EVERY, DATE, LIST, TABLE, REFERENCE),
]


def test_every_kind_is_tested() -> None:
    assert {each["kind"] for each in TYPES} == KINDS
    for each in TYPES:
        check_type(each)


@pytest.mark.parametrize(
    ("type_", "raw", "value", "printed"),
    [
        (BOOL, True, True, "実施しています"),
        (BOOL, "false", False, "実施していません"),
        (BOOL, "実施しています", True, "実施しています"),
        (BOOL, {"value": False}, False, "実施していません"),
        (BOOL_DETAIL, {"value": True, "detail": ""}, True, "実施しています"),
        (
            BOOL_DETAIL,
            {"value": True, "detail": " 年1回 "},
            {"value": True, "detail": "年1回"},
            "実施しています（年1回）",
        ),
        (CHOICE, "daily", "daily", "日次"),
        (CHOICE, "日次", "daily", "日次"),
        (CHOICE, " WEEKLY ", "weekly", "週次"),
        (CHOICE, "仮想環境／ＶＭ", "vm", "仮想環境/VM"),
        (CHOICE_DETAIL, {"value": "週次", "detail": "日曜"}, {"value": "weekly", "detail": "日曜"}, "週次（日曜）"),
        (ASKED, "お客様", True, "実施しています"),
        (ASKED, "有", True, "実施しています"),
        (ASKED, "なし", False, "実施していません"),
        (PARTY, "お客様", "customer", "お客様が実施します"),
        (PARTY, "お客さま", "customer", "お客様が実施します"),
        (PARTY, "未実施（お客様）", "customer", "お客様が実施します"),
        (PARTY, " 提供者", "provider", "サービス提供者が実施します"),
        (LAW, "その他", "other", "その他"),
        (LAW, "シンガポール法", {"value": "other", "detail": "シンガポール法"}, "シンガポール法"),
        (LAW, {"value": "その他", "detail": "英国法"}, {"value": "other", "detail": "英国法"}, "英国法"),
        (LAW, {"value": "japan", "detail": "国内"}, {"value": "japan", "detail": "国内"}, "日本法（国内）"),
        (CHOICES, "日次", ["daily"], "日次"),
        (CHOICES, "週次、日次", ["weekly", "daily"], "週次、日次"),
        (CHOICES, ["daily", "週次", "daily"], ["daily", "weekly"], "日次、週次"),
        (TEXT, "  差分バックアップ ", "差分バックアップ", "差分バックアップ"),
        (TEXT, "<b>𠮷野家</b> 👨‍👩‍👧 {{ x }}", "<b>𠮷野家</b> 👨‍👩‍👧 {{ x }}", "<b>𠮷野家</b> 👨‍👩‍👧 {{ x }}"),
        (URL, "https://example.jp/方針?a=1#b", "https://example.jp/方針?a=1#b", "https://example.jp/方針?a=1#b"),
        (NUMBER, 3, 3, "3世代"),
        (NUMBER, "３", 3, "3世代"),
        (NUMBER, "3世代", 3, "3世代"),
        (NUMBER, "1,000", 1000, "1000世代"),
        (PERCENT, 99.9, 99.9, "99.9%"),
        (PERCENT, "99.90％", 99.9, "99.9%"),
        (PERCENT, 100, 100, "100%"),
        (PERCENT, 100.0, 100, "100%"),
        (PERCENT, 0.000001, 0.000001, "0.000001%"),
        (DURATION, 11, {"value": 11, "unit": "day"}, "11日"),
        (DURATION, "11", {"value": 11, "unit": "day"}, "11日"),
        (DURATION, "24 hours", {"value": 24, "unit": "hour"}, "24時間"),
        (DURATION, "２４時間", {"value": 24, "unit": "hour"}, "24時間"),
        (DURATION, "3ヶ月", {"value": 3, "unit": "month"}, "3か月"),
        (DURATION, "3ヵ月間", {"value": 3, "unit": "month"}, "3か月"),
        (DURATION, {"value": 3, "unit": "months"}, {"value": 3, "unit": "month"}, "3か月"),
        (DURATION, {"value": "3", "unit": "か月"}, {"value": 3, "unit": "month"}, "3か月"),
        (DURATION, {"value": 3}, {"value": 3, "unit": "day"}, "3日"),
        (NOTICE, "in_advance", "in_advance", "事前"),
        (NOTICE, "事前", "in_advance", "事前"),
        (NOTICE, "2週間", {"value": 2, "unit": "week"}, "2週間"),
        (NOTICE, "2週", {"value": 2, "unit": "week"}, "2週間"),
        (EVERY, 1, {"value": 1, "unit": "year"}, "1年ごと"),
        (EVERY, "6か月ごと", {"value": 6, "unit": "month"}, "6か月ごと"),
        (DATE, "2024-04-01", "2024-04-01", "2024年4月1日"),
        (DATE, "２０２４年４月１日", "2024-04-01", "2024年4月1日"),
        (DATE, datetime.date(2024, 4, 1), "2024-04-01", "2024年4月1日"),
        (LIST, "電子メール", ["電子メール"], "電子メール"),
        (LIST, ["電子メール", " 電話 "], ["電子メール", "電話"], "電子メール、電話"),
        (TABLE, [{"country": "日本", "url": ""}], [{"country": "日本"}], "日本"),
        (REFERENCE, "利用規約", {"document": "利用規約"}, "「利用規約」"),
        (REFERENCE, {"document": "利用規約", "url": ""}, {"document": "利用規約"}, "「利用規約」"),
        (REFERENCE, {"section": "6.1.1"}, {"section": "6.1.1"}, "6.1.1"),
        (REFERENCE, {"section": "split"}, {"section": "split"}, "split"),
    ],
)
def test_what_is_entered_becomes_one_canonical_value(
    type_: dict[str, Any], raw: object, value: object, printed: str
) -> None:
    found = parse(type_, raw)
    assert found == value
    assert type(found) is type(value)
    assert parse(type_, found) == value
    assert display(type_, found) == printed


@pytest.mark.parametrize(
    ("type_", "raw"),
    [
        *((each, None) for each in TYPES),
        *((each, float("nan")) for each in TYPES),
        *((each, float("inf")) for each in TYPES),
        *((each, "") for each in TYPES),
        *((each, " \u3000") for each in TYPES),
        *((each, []) for each in TYPES),
        *((each, {}) for each in TYPES),
        *((each, object()) for each in TYPES),
        *((each, "a\x00b") for each in TYPES),
        *((each, "一行目\n二行目") for each in TYPES),
        *((each, "a\ud800") for each in TYPES),
        (BOOL, 1),
        (BOOL, "たぶん"),
        (BOOL, {"value": True, "detail": "年1回"}),
        (BOOL_DETAIL, {"value": True, "note": "x"}),
        (BOOL_DETAIL, {"detail": "年1回"}),
        (BOOL_DETAIL, {"value": {"value": True}}),
        (BOOL_DETAIL, {"value": True, "detail": "二\n行"}),
        (CHOICE, "monthly"),
        (PARTY, "第三者"),
        (ASKED, "提供者"),
        (LAW, {"value": "シンガポール法", "detail": "x"}),
        (CHOICE, ["daily"]),
        (CHOICE, {"value": "daily", "detail": "x"}),
        (CHOICES, ["daily", "monthly"]),
        (CHOICES, [["daily"]]),
        (CHOICES, "日次、月次"),
        (TEXT, 5),
        (TEXT, "あ" * 2001),
        (TEXT, "a\tb"),
        (TEXT, "a\u2028b"),
        (TEXT, "a\u0085b"),
        (TEXT, "a\uffffb"),
        (SHORT, "あいうえおか"),
        (URL, "ftp://example.jp/"),
        (URL, "javascript:alert(1)"),
        (URL, "data:text/html,x"),
        (URL, "//example.jp/"),
        (URL, "https://"),
        (URL, "https://user:secret@example.jp/"),
        (URL, "https://example.jp/a b"),
        (URL, 'https://example.jp/"onclick="'),
        (URL, "https://[::1"),
        (URL, "https://example.jp:99999/"),
        (URL, "https://example.jp/" + "a" * 2000),
        (NUMBER, True),
        (NUMBER, 3.0),
        (NUMBER, 0),
        (NUMBER, "-1"),
        (NUMBER, "三"),
        (NUMBER, "٣"),
        (NUMBER, "1" * 5000),
        (NUMBER, 10**13),
        (PERCENT, True),
        (PERCENT, 100.1),
        (PERCENT, "-1"),
        (PERCENT, "99.9999999"),
        (PERCENT, "1e1"),
        (DURATION, True),
        (DURATION, 1.5),
        (DURATION, 0),
        (DURATION, "11年"),
        (DURATION, "三日"),
        (DURATION, "11日ごと"),
        (DURATION, {"value": 11, "unit": "year"}),
        (DURATION, {"value": True, "unit": "day"}),
        (DURATION, {"value": 11, "unit": 5}),
        (DURATION, {"value": 11, "unit": "day", "x": 1}),
        (DURATION, {"unit": "day"}),
        (DURATION, "事前"),
        (DATE, "2024-02-30"),
        (DATE, "2024"),
        (DATE, 20240401),
        (DATE, "0000-01-01"),
        (LIST, [""]),
        (LIST, [1]),
        (LIST, ["a"] * 101),
        (LIST, ["a\nb"]),
        (TABLE, {"country": "日本"}),
        (TABLE, ["日本"]),
        (TABLE, [{"country": ""}]),
        (TABLE, [{"city": "東京"}]),
        (TABLE, [{1: "東京"}]),
        (TABLE, [{"country": True}]),
        (TABLE, [{"country": "a\nb"}]),
        (TABLE, [{"country": ["日本"]}]),
        (TABLE, [{"country": "日本"}] * 201),
        (REFERENCE, {"document": ""}),
        (REFERENCE, {"url": "https://example.jp/"}),
        (REFERENCE, {"document": "規約", "url": "javascript:alert(1)"}),
        (REFERENCE, {"section": "6.1.1", "document": "規約"}),
        (REFERENCE, {"section": "a b"}),
        (REFERENCE, {"section": "}}"}),
        (REFERENCE, ["規約"]),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(type_: dict[str, Any], raw: object) -> None:
    if raw == [] and type_["kind"] == "text":
        raw = ["x"]
    with pytest.raises(InvalidFact) as caught:
        parse(type_, raw)
    assert caught.value.sentence
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize(
    ("type_", "value", "printed"),
    [
        (BOOL_DETAIL, {"value": True, "detail": "yearly"}, "Performed (yearly)"),
        (CHOICES, ["daily", "weekly"], "Daily, Weekly"),
        (NUMBER, 3, "3 generations"),
        (DURATION, {"value": 1, "unit": "day"}, "1 day"),
        (DURATION, {"value": 11, "unit": "day"}, "11 days"),
        (EVERY, {"value": 1, "unit": "year"}, "every year"),
        (EVERY, {"value": 6, "unit": "month"}, "every 6 months"),
        (NOTICE, "in_advance", "In advance"),
        (DATE, "2024-04-01", "1 April 2024"),
        (LIST, ["mail", "phone"], "mail, phone"),
        (REFERENCE, {"document": "Terms"}, "“Terms”"),
        (PERCENT, 99.9, "99.9%"),
    ],
)
def test_values_are_printed_in_english_too(type_: dict[str, Any], value: Any, printed: str) -> None:
    assert display(type_, value, "en") == printed


def test_a_table_has_headers_and_rows_without_empty_columns() -> None:
    value = parse(TABLE, [{"provider": "例示社", "country": "日本"}, {"country": "米国", "url": "  "}])
    assert table_cells(TABLE, value) == (["事業者", "国"], [["例示社", "日本"], ["", "米国"]])
    assert table_cells(TABLE, value, "en")[0] == ["Provider", "Country"]
    with pytest.raises(ValueError, match="no cells"):
        table_cells(TEXT, "x")


def test_a_number_in_a_cell_becomes_text() -> None:
    assert parse(TABLE, [{"country": 5}]) == [{"country": "5"}]


def test_the_place_of_a_wrong_cell_is_told() -> None:
    with pytest.raises(InvalidFact, match="2行目の「国」"):
        parse(TABLE, [{"country": "日本"}, {"country": "a\nb"}])


def test_what_a_value_links_to_and_what_it_counts() -> None:
    assert address(URL, "https://example.jp/") == "https://example.jp/"
    assert address(REFERENCE, {"document": "規約", "url": "https://example.jp/"}) == "https://example.jp/"
    assert address(REFERENCE, {"document": "規約"}) == ""
    assert section(REFERENCE, {"section": "6.1.1"}) == "6.1.1"
    assert section(REFERENCE, {"document": "規約"}) == ""
    assert unit(DURATION, {"value": 11, "unit": "day"}) == "day"
    assert unit(NOTICE, "in_advance") == ""
    assert unit(NUMBER, 3) == "世代"
    assert unit(PERCENT, 99.9) == "%"
    assert unit(TEXT, "x") == ""


def test_the_remark_beside_a_value_is_told_apart_from_it() -> None:
    value = {"value": False, "detail": "準備中"}
    assert bare(value) is False
    assert detail(value) == "準備中"
    assert (bare("daily"), detail("daily")) == ("daily", "")
    assert bare({"value": 11, "unit": "day"}) == {"value": 11, "unit": "day"}


def test_a_type_is_described_in_a_few_words() -> None:
    assert describe(BOOL) == "二択（実施しています、実施していません）"
    assert describe(NOTICE) == "期間（日、週間、事前）"
    assert describe(NUMBER) == "整数（世代）"
    assert describe(TEXT) == "文字列"
    assert describe(TABLE, "en") == "table (Provider, Country, URL)"


@pytest.mark.parametrize(
    "text", ["http://example.jp", "https://example.jp:8443/a?b=c#d", "https://日本語.jp/", "https://[::1]/"]
)
def test_complete_addresses_may_become_links(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize("text", ["", "example.jp", "https://a b", "JAVASCRIPT:x", "https://x/\u3000", "mailto:a@b.jp"])
def test_other_text_may_not(text: str) -> None:
    assert not is_web_address(text)


def test_a_type_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InvalidType):
        check_type({"kind": "money"})


# --- Properties ---------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["value", "unit", "detail", "document", "url", "section", "country"]) | st.text(max_size=3),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
lines = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=30).filter(str.strip)
keys = st.sampled_from([option["key"] for option in FREQUENCIES])
amounts = st.integers(1, 10**6)


def durations(type_: dict[str, Any]) -> st.SearchStrategy[Any]:
    whole = st.fixed_dictionaries({"value": amounts, "unit": st.sampled_from(type_["units"])})
    options = [option["key"] for option in type_.get("options", ())]
    return whole | st.sampled_from(options) if options else whole


def with_detail(bare_values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return bare_values | st.fixed_dictionaries({"value": bare_values, "detail": lines})


addresses = st.builds("https://example.jp/{}".format, st.integers(0, 10**6))
plausible: list[tuple[dict[str, Any], st.SearchStrategy[Any]]] = [
    (BOOL, st.booleans()),
    (BOOL_DETAIL, with_detail(st.booleans())),
    (CHOICE, keys),
    (CHOICE_DETAIL, with_detail(keys)),
    (CHOICES, st.lists(keys, min_size=1, max_size=5)),
    (TEXT, lines),
    (URL, addresses),
    (NUMBER, amounts),
    (PERCENT, st.integers(0, 10**8).map(lambda n: n / 10**6)),
    (DURATION, durations(DURATION)),
    (NOTICE, durations(NOTICE)),
    (EVERY, durations(EVERY)),
    (DATE, st.dates().map(datetime.date.isoformat)),
    (LIST, st.lists(lines, min_size=1, max_size=5)),
    (TABLE, st.lists(st.dictionaries(st.sampled_from(["provider", "country"]), lines, min_size=1), min_size=1)),
    (REFERENCE, st.fixed_dictionaries({"document": lines}, optional={"url": addresses})),
]


@settings(deadline=None)
@given(st.sampled_from(plausible).flatmap(lambda pair: st.tuples(st.just(pair[0]), pair[1])))
def test_a_parsed_value_stays_the_same_is_json_and_prints(pair: tuple[dict[str, Any], Any]) -> None:
    type_, raw = pair
    value = parse(type_, raw)
    assert parse(type_, value) == value
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    for language in ("ja", "en"):
        printed = display(type_, value, language)
        assert printed
        assert "\n" not in printed
        if type_["kind"] == "table":
            headers, rows = table_cells(type_, value, language)
            assert all(len(row) == len(headers) for row in rows)
    assert isinstance(unit(type_, value), str)
    assert isinstance(address(type_, value), str)


@settings(deadline=None)
@given(st.sampled_from(TYPES), json_values)
def test_any_json_is_parsed_or_refused(type_: dict[str, Any], raw: object) -> None:
    try:
        value = parse(type_, raw)
    except InvalidFact:
        return
    assert parse(type_, value) == value
    assert display(type_, value)
    json.dumps(value, allow_nan=False).encode()
