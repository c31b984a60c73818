"""The shipped data holds what its form promises: every phrase fills, and prints the facts it must. No database."""

import random
import re
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from controls import facts, phrases
from controls.catalog import Catalog, Disclosure, PhraseEntry
from controls.facts import Value
from controls.loading import CATALOGS
from controls.reading import DISCLOSED, read
from controls.stances import Stance

STYLE = phrases.Style("弊社", "お客さま", "例示ストレージ", "および")
PRINTING = {"provided", "partly", "option"}


@cache
def catalog() -> Catalog:
    return read(CATALOGS)


def types() -> dict[str, Any]:
    return {fact.name: fact.type for fact in catalog().facts}


def values(last: bool) -> dict[str, Value | None]:
    """A plausible value for every fact: the first of what can be chosen, or the last."""
    place = -1 if last else 0

    def example(type_: Any) -> object:  # noqa: PLR0911
        match type_["kind"]:
            case "bool":
                return not last
            case "choice":
                return type_["options"][place]["key"]
            case "choices":
                return [option["key"] for option in type_["options"]][: None if last else 1]
            case "duration":
                options = type_.get("options")
                return options[0]["key"] if last and options else {"value": 30, "unit": type_["units"][place]}
            case "table":
                return [{column["key"]: f"{column['ja']}の例" for column in type_["columns"]}]
            case "number":
                return 3
            case "percent":
                return 99.9
            case "date":
                return "2024-04-01"
            case "url":
                return "https://example.jp/"
            case "list":
                return ["例その一", "例その二"]
            case _:
                return "例示の語句"

    return {name: facts.parse(type_, example(type_)) for name, type_ in types().items()}


def states() -> list[dict[str, Value | None]]:
    return [dict.fromkeys(types()), values(last=False), values(last=True)]


def shipped() -> list[tuple[str, Disclosure, PhraseEntry]]:
    return [
        (number, disclosure, phrase)
        for number, disclosure in catalog().disclosures[DISCLOSED].items()
        for phrase in disclosure.phrases
    ]


def test_every_phrase_of_every_edition_fills_and_leaves_no_template() -> None:
    for slug, disclosures in catalog().disclosures.items():
        for number, disclosure in disclosures.items():
            for phrase in disclosure.phrases:
                for state in states():
                    text = phrases.fill(phrase.body, style=STYLE, facts=state)
                    assert text, (slug, number, phrase.key)
                    assert not re.search(r"<<|>>|<%|%>|<#|#>", text), (slug, number, phrase.key)


def test_a_phrase_that_says_yes_prints_the_key_fact_of_every_required_point() -> None:
    for number, disclosure, phrase in shipped():
        if phrase.stance not in PRINTING:
            continue
        needed = {point.facts[0] for point in disclosure.points if point.required}
        for state in states():
            printed = phrases.placeholders(phrases.fill(phrase.body, style=STYLE, facts=state))
            assert needed <= printed, (number, phrase.key, needed - printed)


def test_a_table_stands_alone_in_its_paragraph() -> None:
    for number, _, phrase in shipped():
        for state in states():
            for paragraph in phrases.fill(phrase.body, style=STYLE, facts=state).split("\n\n"):
                for name in phrases.placeholders(paragraph):
                    if types()[name]["kind"] == "table":
                        assert paragraph == f"{{{{ {name} }}}}", (number, phrase.key)


def test_the_words_of_the_style_are_never_written_out() -> None:
    for number, _, phrase in shipped():
        assert not re.search("当社|弊社|お客様|お客さま|本サービス|及び|および", phrase.body), (number, phrase.key)


def test_every_control_of_a_whitepaper_can_be_answered_with_yes_and_otherwise() -> None:
    for number, disclosure in catalog().disclosures[DISCLOSED].items():
        stances = {phrase.stance for phrase in disclosure.phrases}
        assert "provided" in stances, number
        assert len(stances) >= 2, number
        assert stances <= set(Stance.values)


def some_known(seed: str) -> dict[str, Value | None]:
    chance = random.Random(seed)
    return {name: value if chance.random() < 0.5 else None for name, value in values(last=False).items()}


def shape(line: str) -> str:
    """Of which kind of list or table a line is part; nothing for running text."""
    marks = {r"\s*- ": "bullet", r"\s*\d+\. ": "number", r"\|": "row", "※": "note"}
    return next((name for mark, name in marks.items() if re.match(mark, line)), "")


def test_paragraphs_lists_and_tables_stay_apart_whatever_is_known() -> None:
    for number, _, phrase in shipped():
        for state in [*states(), *(some_known(f"{number} {phrase.key} {n}") for n in range(4))]:
            text = phrases.fill(phrase.body, style=STYLE, facts=state)
            assert "\n\n\n" not in text
            assert not re.search("。。|、。|、、|[ \u3000]$|：$(?!\n\n)", text, re.MULTILINE), (
                number,
                phrase.key,
                text,
            )
            lines = text.split("\n")
            for above, below in pairwise(lines):
                if above and below:  # no empty line between them: items of one list, rows of one table
                    assert shape(above) == shape(below) != "", (number, phrase.key, above, below)
            for above, between, below in zip(lines, lines[1:], lines[2:], strict=False):
                if not between:  # a list is not torn apart
                    assert shape(above) != shape(below) or shape(above) == "", (number, phrase.key, above, below)


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("policy_staff_access_to_customer_data", "障害対応時のみ", "incident_only"),
        ("deletion_trigger", "契約終了+希望", "end_and_request"),
        ("labelling_function", "代替あり", "alternative"),
        ("labelling_function", "提供", "provided"),
        ("admin_auth_methods", ["ID/PW", "OTP/MFA"], ["password", "otp_mfa"]),
        ("mfa_provided", "強制可", "enforceable"),
        ("session_timeout", "お客様", "customer_setting"),
        ("session_timeout", 30, {"value": 30, "unit": "minute"}),
        ("tenant_isolation_method", {"value": "論理", "detail": "VLAN"}, {"value": "logical", "detail": "VLAN"}),
        ("key_custodian", "お客様", "customer"),
        ("at_rest_encryption", "なし", "not_applied"),
        ("change_notice_lead", "事前", "in_advance"),
        ("backup_performed", "未実施（お客様）", "not_performed"),
        ("backup_targets", "DB、ログ", ["database", "log"]),
        ("backup_retention_days", "11", {"value": 11, "unit": "day"}),
        ("log_retention", "無期限", "unlimited"),
        ("log_kinds", ["アクセス", "操作"], ["access", "operation"]),
        ("timezone", "JST", "jst"),
        ("timezone", "太平洋標準時", {"value": "other", "detail": "太平洋標準時"}),
        ("training_frequency", "定期的", "periodically"),
        ("vuln_scan_interval", "定期", "regular"),
        ("incident_notice_criterion", "重大な影響", "serious_impact"),
        ("incident_notice_criterion", "24時間を超える停止", {"value": "other", "detail": "24時間を超える停止"}),
        ("incident_notice_target", "90分", {"value": 90, "unit": "minute"}),
        ("customer_technical_check", "お客様", True),
        ("escrow", "有", "in_place"),
        ("customer_selectable_region", "可", True),
    ],
)
def test_the_short_words_people_write_are_accepted(name: str, word: object, value: object) -> None:
    assert facts.parse(types()[name], word) == value


def test_options_name_the_customer_as_the_style_can_replace() -> None:
    for fact in catalog().facts:
        for option in [*fact.type.get("options", ()), *fact.type.get("words", {}).values()]:
            assert not re.search("契約者|顧客|お客さま", option["ja"]), fact.name
        assert not re.search("契約者|顧客|お客さま|サーバ(?!ー)|ぜい弱", fact.ja + fact.help_ja), fact.name


@pytest.mark.parametrize("lead", ["30日", "事前"])
def test_the_notice_period_reads_well_as_days_and_as_in_advance(lead: str) -> None:
    for number, _, phrase in shipped():
        for state in states() if number == "12.1.2" else ():
            text = phrases.fill(phrase.body, style=STYLE, facts=state)
            assert f"{lead}前" not in text.replace("{{ change_notice_lead }}", lead), phrase.key


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_shipped_type_prints_its_values(language: str) -> None:
    for state in states()[1:]:
        for name, value in state.items():
            assert value is not None
            printed = facts.display(types()[name], value, language)
            assert printed
            assert facts.parse(types()[name], value) == value
            if language == "ja" and types()[name]["kind"] in {"bool", "choice", "date"}:
                assert facts.parse(types()[name], printed) == value, name


def test_words_of_yes_and_no_are_predicates_without_a_full_stop() -> None:
    for fact in catalog().facts:
        for word in fact.type.get("words", {}).values():
            assert not word["ja"].endswith("。"), fact.name
            assert re.search("(す|せん)$", word["ja"]), fact.name
