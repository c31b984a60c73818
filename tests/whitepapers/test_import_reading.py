"""Whether a file is one of ours at all: bytes, encoding, JSON, keys, numbers (importing/reading.py, interchange.py)."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import answer, paper_data, prose
from whitepapers.importing.reading import CannotImport, read

FIGURE = {"key": "a", "kind": "responsibility", "layers": [{"name": "x", "party": p} for p in ("当社", "お客様")]}


def data(**changes):
    whole = paper_data(
        prose("A", children=[answer("12.3.1", stances=[{"stance": "provided"}])]),
        facts={"backup_generations": 3},
        figures=[deepcopy(FIGURE)],
        history=[{"number": "1.0", "date": "2021-11-05"}],
        whitepaper={
            "planned": {"number": "1.1"},
            "history": {"columns": [["number", "版数"]]},
            "colophon": [["a", "b"]],
        },
    )
    return {**whole, **changes}


def changed(path, value):
    """The file with ``value`` at ``path``; a callable value changes what is there."""
    whole = data()
    here = whole
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = value
    return whole


def refused(content) -> str:
    """What is said about a file, given as bytes, text or JSON value."""
    if not isinstance(content, str | bytes):
        content = json.dumps(content, ensure_ascii=False)
    with pytest.raises(CannotImport) as caught:
        read(content.encode(errors="surrogatepass") if isinstance(content, str) else content)
    sentence = str(caught.value)
    assert sentence.isprintable() or "\n" in sentence
    return sentence


def test_a_whole_file_is_read():
    assert read(json.dumps(data()).encode())["facts"] == {"backup_generations": 3}


def test_a_byte_order_mark_is_no_fault():
    assert read(b"\xef\xbb\xbf" + json.dumps(data()).encode())


# --- Bytes and JSON -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "1行目1文字目：JSONとして読めません。"),
        (b"{", "1行目2文字目：JSONとして読めません。"),
        (b'{"a": 1,\n "b" 2}', "2行目6文字目：JSONとして読めません。"),
        (b"{} {}", "1行目4文字目：JSONとして読めません。"),
        (b"{'a': 1}", "1行目2文字目：JSONとして読めません。"),
        (b'{"a": 1,}', "1行目9文字目：JSONとして読めません。"),
        (b'{"a": "\n"}', "1行目8文字目：JSONとして読めません。"),
        (b'{"a": "\\x"}', "JSONとして読めません。"),
        (b"<html></html>", "1行目1文字目：JSONとして読めません。"),
        (b"%PDF-1.7", "1行目1文字目：JSONとして読めません。"),
        (b"PK\x03\x04", "JSONとして読めません。"),
        (b"{\n" + "題".encode("cp932"), "2行目：UTF-8として読めません。"),
        (json.dumps({"a": "あ"}).encode("utf-16"), "1行目：UTF-8として読めません。"),
        (json.dumps({"a": "あ"}).encode("utf-16-le"), "JSONとして読めません。"),
        (b"[]", "JSONのオブジェクトではありません。"),
        (b"null", "JSONのオブジェクトではありません。"),
        (b"1", "JSONのオブジェクトではありません。"),
        (b'"hakusho/1"', "JSONのオブジェクトではありません。"),
        (b"[" * 10_000, "JSONとして読めません。"),
        (b"[" * 100_000 + b"]" * 100_000, "JSONとして読めません。"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "JSONとして読めません。"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_place(content, sentence):
    assert sentence in refused(content)


@pytest.mark.parametrize(
    ("foreign", "sentence"),
    [
        ({}, "format：この形式のファイルには対応していません。"),
        ({"openapi": "3.0.0", "info": None}, "format：この形式のファイルには対応していません。"),
        ({"format": "hakusho/2"}, "format：「hakusho/2」には対応していません。"),
        ({"format": "hakusho-document/1"}, "format：「hakusho-document/1」には対応していません。"),
        ({"format": None}, "format：この形式のファイルには対応していません。"),
        ({"format": 1}, "format：この形式のファイルには対応していません。"),
        ({"format": ["hakusho/1"]}, "format：この形式のファイルには対応していません。"),
        ({"format": "\x1b[31m"}, "format：「\ufffd[31m」には対応していません。"),
    ],
)
def test_foreign_json_is_refused_in_one_sentence(foreign, sentence):
    said = refused(foreign)
    assert sentence in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"format":"hakusho/1","format":"hakusho/1"}', "format"),
        ('{"format":"hakusho/1","provider":{"name":"a","name":"b"}}', "provider.name"),
        ('{"format":"hakusho/1","sections":[{"kind":"prose"},{"a":{"b":1,"c":2,"b":3}}]}', "sections[1].a.b"),
        ('{"format":"hakusho/1","facts":{"x":{"value":1,"value":1}}}', "facts.x.value"),
    ],
)
def test_a_key_that_comes_twice_is_refused_at_any_depth(text, place):
    assert f"{place}：同じ項目が2回書かれています。" in refused(text)


def test_many_keys_that_come_twice_take_no_time():
    pairs = ",".join(f'"k{n}":1' for n in range(100_000))
    assert "facts.k0：同じ項目が2回" in refused(f'{{"format":"hakusho/1","facts":{{{pairs},{pairs}}}}}')


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("service",), "service"),
        (("whitepaper", "subtitle"), "whitepaper.subtitle"),
        (("sections", 0, "children", 0, "body"), "sections[0].children[0].body"),
        (("facts", "backup_generations"), "facts.backup_generations"),
        (("history", 0, "date"), "history[0].date"),
        (("whitepaper", "colophon", 0, 1), "whitepaper.colophon[0][1]"),
    ],
)
def test_null_is_refused_at_any_depth(path, place):
    assert f"{place}：null は使えません。" in refused(changed(path, None))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_numbers_without_a_value_are_refused(number):
    text = json.dumps(changed(("facts", "x"), 77)).replace("77", number)
    assert "facts.x：NaNや無限大、大きすぎる数値は使えません。" in refused(text)


def test_a_number_of_ten_thousand_digits_is_refused():
    assert "数値が大きすぎます" in refused(json.dumps(changed(("facts", "x"), 77)).replace("77", "7" * 10_000))


def test_a_number_of_a_thousand_digits_is_out_of_range():
    said = refused(json.dumps(changed(("whitepaper", "toc_depth"), 77)).replace("77", "7" * 1_000))
    assert "whitepaper.toc_depth：777" in said
    assert len(said) < 200


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\u202e", "\ud800", "\uffff"], ids=ascii)
@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("provider", "name"), "provider.name"),
        (("service", "name"), "service.name"),
        (("whitepaper", "title"), "whitepaper.title"),
        (("whitepaper", "colophon", 0, 0), "whitepaper.colophon[0][0]"),
        (("sections", 0, "title"), "sections[0].title"),
        (("sections", 0, "children", 0, "body"), "sections[0].children[0].body"),
        (("facts", "backup_method"), "facts.backup_method"),
        (("figures", 0, "layers", 0, "name"), "figures[0].layers[0].name"),
        (("history", 0, "note"), "history[0].note"),
    ],
)
def test_control_characters_are_refused_by_name_and_place(path, place, character):
    said = refused(json.dumps(changed(path, f"a{character}b")))
    assert f"{place}：" in said
    assert f"使用できない制御文字（U+{ord(character):04X}）" in said


@pytest.mark.parametrize("character", ["\n", "\t", "\r", "\u2028"], ids=ascii)
def test_line_ends_are_refused_where_a_text_is_one_line(character):
    said = refused(json.dumps(changed(("whitepaper", "title"), f"a{character}b")))
    assert "whitepaper.title：使用できない制御文字" in said


def test_line_ends_become_one_where_a_text_has_lines():
    whole = changed(("sections", 0, "body"), "a\r\nb\rc")
    whole["whitepaper"]["notices"] = ["a\r\nb"]
    whole["history"][0] |= {"summary": "a\u2028b", "note": "a\rb"}
    found = read(json.dumps(whole).encode())
    assert found["sections"][0]["body"] == "a\nb\nc"
    assert found["whitepaper"]["notices"] == ["a\nb"]
    assert (found["history"][0]["summary"], found["history"][0]["note"]) == ("a\nb", "a\nb")


@pytest.mark.parametrize("key", ["\x1b[31m", "\ud800", "a\nb"], ids=ascii)
def test_control_characters_in_a_key_are_refused_and_not_repeated(key):
    said = refused(json.dumps(changed(("facts", key), 1)))
    assert "使用できない制御文字" in said
    assert key not in said


def test_a_long_key_is_not_repeated_whole():
    assert len(refused(changed(("facts", "k" * 100_000), None))) < 200


@pytest.mark.parametrize("value", [[], {}], ids=["arrays", "objects"])
def test_deep_nesting_is_refused_with_its_place(value):
    nested = value
    for _ in range(400):
        nested = [nested] if isinstance(value, list) else {"a": nested}
    said = refused(changed(("facts", "x"), nested))
    assert said.startswith("facts.x")
    assert "入れ子が深すぎます。" in said


def test_ten_thousand_levels_of_sections_are_refused():
    levels = '{"kind":"prose","title":"A","children":[' * 10_000 + "]}" * 10_000
    assert "JSONとして読めません。入れ子が深すぎる" in refused(f'{{"format":"hakusho/1","sections":[{levels}]}}')


# --- The schema ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("extra",), 1, "extra：この形式にない項目です。"),
        (("section",), 1, "section：この形式にない項目です。「sections」のことですか。"),
        (("provider", "slug"), "a", "provider.slug：この形式にない項目です。"),
        (("service", "nmae"), "a", "service.nmae：この形式にない項目です。「name」のことですか。"),
        (("whitepaper", "sub_title"), "a", "whitepaper.sub_title：この形式にない項目です。「subtitle」のことですか。"),
        (("whitepaper", "history", "x"), "a", "whitepaper.history.x：この形式にない項目です。"),
        (("whitepaper", "planned", "x"), "a", "whitepaper.planned.x：この形式にない項目です。"),
        (("sections", 0, "level"), 1, "sections[0].level：この形式にない項目です。"),
        (("sections", 0, "children", 0, "stances", 0, "x"), 1, "sections[0].children[0].stances[0].x：この形式に"),
        (("figures", 0, "x"), 1, "figures[0].x：この形式にない項目です。"),
        (("figures", 0, "layers", 0, "x"), 1, "figures[0].layers[0].x：この形式にない項目です。"),
        (("figures", 0, "data"), "AAAA", "figures[0].data：この種類（kind）には書けない項目です。"),
        (("history", 0, "x"), 1, "history[0].x：この形式にない項目です。"),
        (("whitepaper",), [], "whitepaper：オブジェクトで書いてください。"),
        (("sections",), {}, "sections：配列で書いてください。"),
        (("sections", 0), "A", "sections[0]：オブジェクトで書いてください。"),
        (("sections", 0, "title"), 1, "sections[0].title：文字列で書いてください。"),
        (("sections", 0, "body"), ["a"], "sections[0].body：文字列で書いてください。"),
        (("whitepaper", "toc_depth"), "2", "whitepaper.toc_depth：整数で書いてください。"),
        (("whitepaper", "toc_depth"), True, "whitepaper.toc_depth：整数で書いてください。"),
        (("whitepaper", "toc_depth"), 1.5, "whitepaper.toc_depth：整数で書いてください。"),
        (("whitepaper", "toc_depth"), 5, "whitepaper.toc_depth：5 は範囲外です。4 以下にしてください。"),
        (("whitepaper", "toc_depth"), -1, "whitepaper.toc_depth：-1 は範囲外です。0 以上にしてください。"),
        (("whitepaper", "language"), "en", "whitepaper.language：「en」は使えません。ja のどれか"),
        (("whitepaper", "history", "place"), "top", "whitepaper.history.place：「top」は使えません。front、back"),
        (("whitepaper", "history", "style"), "x", "whitepaper.history.style：「x」は使えません。table、list"),
        (("whitepaper", "history", "columns"), [["x", "y"]], "whitepaper.history.columns[0][0]：「x」は使えません。"),
        (("whitepaper", "history", "columns"), [["number"]], "whitepaper.history.columns[0]：2個以上が必要です。"),
        (("whitepaper", "colophon", 0), ["a", "b", "c"], "whitepaper.colophon[0]：多すぎます（3個）。2個まで"),
        (("service", "model"), "saas", "service.model：「saas」は使えません。SaaS、PaaS、IaaS、other のどれか"),
        (("sections", 0, "kind"), "chapter", "sections[0].kind：「chapter」は使えません。prose、control、history"),
        (("sections", 0, "numbering"), "1", "sections[0].numbering：「1」は使えません。decimal、control、none"),
        (("sections", 0, "key"), "責任", "sections[0].key：「責任」の形が正しくありません。英数字と - _"),
        (("sections", 0, "key"), "-a", "sections[0].key：「-a」の形が正しくありません。"),
        (("sections", 0, "title"), "", "sections[0].title：空にはできません。"),
        (("sections", 0, "title"), "　 ", "sections[0].title：空にはできません。"),
        (("whitepaper", "title"), " ", "whitepaper.title：空にはできません。"),
        (("provider", "name"), "", "provider.name：空にはできません。"),
        (("sections", 0, "children", 0, "stances", 0, "stance"), "yes", "stances[0].stance：「yes」は使えません。provided"),
        (("figures", 0, "kind"), "chart", "figures[0].kind：「chart」は使えません。responsibility、image"),
        (("history", 0, "number"), "初版", "history[0].number：「初版」の形が正しくありません。1.0 のような数字"),
        (("history", 0, "number"), "1.0.0.0", "history[0].number：「1.0.0.0」の形が正しくありません。"),
        (("history", 0, "date"), "2021-11", "history[0].date：「2021-11」の形が正しくありません。2024-05-07 のように年月日"),
        (("history", 0, "date"), "2021/11/05", "history[0].date：「2021/11/05」の形が正しくありません。2024-05-07"),
        (("whitepaper", "planned", "date"), "2024-05", "whitepaper.planned.date：「2024-05」の形が正しくありません。2024-05-07"),
        (("whitepaper", "planned", "number"), "v1", "whitepaper.planned.number：「v1」の形が正しくありません。1.0 のような"),
    ],
)  # fmt: skip
def test_what_the_schema_does_not_allow_is_refused_with_its_place(path, value, sentence):
    assert sentence in refused(changed(path, value))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("provider",), "provider"),
        (("service",), "service"),
        (("whitepaper",), "whitepaper"),
        (("sections",), "sections"),
        (("provider", "name"), "provider.name"),
        (("service", "name"), "service.name"),
        (("whitepaper", "title"), "whitepaper.title"),
        (("whitepaper", "edition"), "whitepaper.edition"),
        (("sections", 0, "kind"), "sections[0].kind"),
        (("sections", 0, "title"), "sections[0].title"),
        (("figures", 0, "key"), "figures[0].key"),
        (("figures", 0, "layers"), "figures[0].layers"),
        (("history", 0, "number"), "history[0].number"),
    ],
)
def test_a_required_key_that_is_missing_is_named(path, place):
    whole = data()
    here = whole
    for part in path[:-1]:
        here = here[part]
    del here[path[-1]]
    assert f"{place}：必須の項目がありません。" in refused(whole)


def test_every_missing_key_is_named_once():
    said = refused({"format": "hakusho/1"}).split("\n")
    assert said == [f"{key}：必須の項目がありません。" for key in ("provider", "service", "whitepaper", "sections")]


def test_the_first_twenty_problems_are_told_and_the_others_counted():
    said = refused(changed(("sections",), [{"kind": "x"} for _ in range(50)])).split("\n")
    assert len(said) == 21
    assert said[-1] == "ほかに30件の問題があります。"


@given(st.data())
def test_whatever_is_changed_in_a_file_there_is_no_crash(drawn):
    """Any value put anywhere is taken or refused with a sentence."""
    whole = data()
    here, place = whole, []
    while isinstance(here, dict | list) and here and (not place or drawn.draw(st.booleans())):
        key = drawn.draw(st.sampled_from(list(here) if isinstance(here, dict) else list(range(len(here)))))
        parent, here = here, here[key]
        place.append(key)
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(deepcopy(here)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
    parent[key] = drawn.draw(values)
    with suppress(CannotImport):
        read(json.dumps(whole).encode())


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail(content):
    with pytest.raises(CannotImport):
        read(content)
