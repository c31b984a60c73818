"""Pairs of papers with the lines that a person wrote: twelve before the drafter existed, ten (from 21 on) by someone else
who had not seen the drafter, when it was done. The README beside the pairs tells how those came out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from controls.stances import Stance
from tests.documents import make_document, section
from tests.factories import make_catalog
from whitepapers.compose import compose
from whitepapers.diff import compare
from whitepapers.document import ControlMeta, Document, FactMeta, FactValue, Paragraph, SectionMeta, StanceMeta, Text
from whitepapers.fact_lines import STANCES
from whitepapers.importing.interchange import import_paper
from whitepapers.models import Section
from whitepapers.revision_lines import draft_lines, propose_number

pytestmark = pytest.mark.django_db

PAIRS = Path(__file__).resolve().parent / "revision_pairs"
DIFFERENT: list[str] = []  # the pairs whose lines differ from the person's
NAMES = sorted(path.name for path in PAIRS.iterdir() if path.is_dir())
JUDGED = [name for name in NAMES if name >= "21"]


def composed(path: Path, *, by_key: bool) -> Document:
    """The paper's Document. ``by_key``: a section has the same anchor in both papers, as two issues of one paper have;
    else they have nothing in common, as two papers that were imported."""
    make_catalog()
    paper = import_paper(path.read_bytes(), by=None, new_service=f"{path.parent.name} {path.stem} {by_key}")
    provider = paper.service.provider
    provider.customer_term = json.loads(path.read_bytes())["provider"]["customer_term"]  # imports leave it as it was
    provider.save()
    document = compose(paper)
    text = document.to_json()
    for row in Section.objects.filter(whitepaper=paper):
        if by_key:
            text = text.replace(f'"s{row.pk}"', f'"k-{row.key}"')
    return Document.from_json(text)


def pair(name: str, *, by_key: bool = True) -> tuple[Document, Document]:
    before = composed(PAIRS / name / "before.json", by_key=by_key)
    after = composed(PAIRS / name / "after.json", by_key=by_key)
    service = before.printed.cover.service  # both were imported as services of their own
    return before, replace(after, printed=replace(after.printed, cover=replace(after.printed.cover, service=service)))


def drafted(name: str, *, by_key: bool) -> list[str]:
    before, after = pair(name, by_key=by_key)
    return draft_lines(compare(before, after), before, after)


@pytest.mark.parametrize("by_key", [True, False], ids=["one paper", "two papers"])
@pytest.mark.parametrize("names", [NAMES[:12], JUDGED], ids=["written before", "written by a judge"])
def test_nine_of_ten_pairs_have_the_lines_that_a_person_wrote(names, by_key):
    wanted = {name: (PAIRS / name / "expected.txt").read_text(encoding="utf-8").splitlines() for name in names}
    differing = {name: lines for name in names if (lines := drafted(name, by_key=by_key)) != wanted[name]}
    assert len(names) >= 10
    assert len(differing) * 10 <= len(names), "\n".join(
        f"{name}:\n  drafted {lines}\n  wanted  {wanted[name]}" for name, lines in differing.items()
    )
    assert sorted(differing) == [name for name in DIFFERENT if name in names]


def test_the_first_version_has_one_line():
    _, after = pair(NAMES[0])
    assert draft_lines(None, None, after) == ["初版"]


def test_nothing_changed_gives_no_line():
    before, _ = pair(NAMES[0])
    assert draft_lines(compare(before, before), before, before) == []


@pytest.mark.parametrize(
    ("name", "was", "becomes"),
    [
        ("01-fact-in-one-section", "1.0", "1.1"),
        ("01-fact-in-one-section", "3", "4"),
        ("01-fact-in-one-section", "1.9", "1.10"),
        ("01-fact-in-one-section", "1.1.3", "1.2.0"),
        ("03-control-added", "1.2", "2.0"),
        ("04-control-removed", "1.2", "2.0"),
        ("05-moved-to-another-chapter", "1.2", "1.3"),
        ("07-title-corrected", "1.2", "1.3"),
        ("07-title-corrected", "1.1.0", "1.1.1"),
        ("09-responsibility", "1.1.0", "2.0.0"),
        ("23-location-added", "1", "2"),
        ("25-section-merged", "1.0", "1.1"),
        ("28-stance-to-option", "1.4", "2.0"),
        ("29-address-and-addition", "1.1.0", "1.2.0"),
        ("", "", "1.0"),
    ],
)
def test_the_number_grows_by_the_size_of_the_change(name, was, becomes):
    changes = compare(*pair(name)) if name else None
    assert propose_number(was, changes) == becomes


def test_another_stance_is_judged_anew():
    before, _ = pair("07-title-corrected")
    metas = tuple(replace(meta, stances=()) for meta in before.meta.sections)
    changes = compare(before, replace(before, meta=replace(before.meta, sections=metas)))
    assert propose_number("1.4", changes) == "2.0"
    assert draft_lines(changes, before, before) == []


# --- One rule at a time -----------------------------------------------------------------------------------------------


def paper(*sections, **metas) -> Document:
    """``metas``: anchor → controls, stances, facts."""
    document = make_document(section("x"))
    found = []
    for each in sections:
        given = metas.get(each.anchor, {})
        controls = tuple(ControlMeta(number, number, ()) for number in given.get("controls", ()))
        stances = tuple(StanceMeta(*stance) for stance in given.get("stances", ()))
        found.append(SectionMeta(each.anchor, controls, stances, tuple(given.get("facts", ())), ()))
    printed = replace(document.printed, sections=sections)
    return replace(document, printed=printed, meta=replace(document.meta, sections=tuple(found)))


def lines(before: Document, after: Document) -> list[str]:
    return draft_lines(compare(before, after), before, after)


def ordered(*names: str) -> Document:
    return paper(
        *(section(name, f"{name}の記載です。", number=f"{n}", anchor=name) for n, name in enumerate(names, start=1))
    )


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("乙甲丙丁", ["1 甲と2 乙の順序を入れ替え"]),
        ("丙乙甲丁", ["1 甲と3 丙の順序を入れ替え"]),
        ("丁乙丙甲", ["1 甲と4 丁の順序を入れ替え"]),
        ("乙甲丁丙", ["1 甲と2 乙の順序を入れ替え", "3 丙と4 丁の順序を入れ替え"]),
        ("乙丙丁甲", ["1 甲を4に移動"]),
    ],
)
def test_two_sections_that_changed_places_are_told_together(order, told):
    assert lines(ordered(*"甲乙丙丁"), ordered(*order)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("毎日取得します。暗号化します。別に保管します。", "2 複製の記載を追加"),
        ("毎日取得します。", "2 複製の記載を一部削除"),
        ("毎日取得します。別に保管します。", "2 複製の記載を更新"),
        ("毎日2回取得します。暗号化します。", "2 複製の記載を更新"),
    ],
)
def test_sentences_that_only_came_or_only_went_are_told_as_such(text, told):
    before, after = (
        paper(section("複製", body, number="2", anchor="a")) for body in ("毎日取得します。暗号化します。", text)
    )
    assert lines(before, after) == [told]


def test_another_stance_is_told_when_the_words_changed_with_it():
    def answered(text: str, *stances: tuple[str, str]) -> Document:
        return paper(section("鍵管理", text, number="3", anchor="a"), a={"controls": ["10.1.2"], "stances": stances})

    before = answered("提供していません。", ("not_provided", ""))
    assert lines(before, answered("有償で提供しています。", ("option", ""))) == [
        "3 鍵管理の対応を「提供していない」から「オプション」に変更"
    ]
    assert lines(before, answered("提供していません。", ("option", ""))) == []
    in_parts = answered("一部は有償です。", ("option", "専用の環境"), ("provided", "その他"))
    assert lines(before, in_parts) == ["3 鍵管理の記載を更新"]


def test_stances_are_called_as_on_the_pages():
    assert dict(Stance.choices) == STANCES


def printing(value, display: str, unit: str = "", *, title: str = "", name: str = "tls_versions", label: str = "版"):
    fact = FactMeta(name, label, value, unit, display)
    text = Paragraph((FactValue(name, display, ""), Text("です。")))
    return paper(section(title or "暗号", text, number="" if title else "6", anchor="a"), a={"facts": [fact]})


def test_a_list_tells_what_came_and_what_went():
    before = printing(["1.1", "1.2"], "1.1、1.2")
    assert lines(before, printing(["1.2", "1.3"], "1.2、1.3")) == ["6 版に1.3を追加し、1.1を削除"]
    assert lines(before, printing(["1.3"], "1.3")) == ["6 版を「1.1、1.2」から「1.3」に変更"]


def test_what_is_counted_stands_without_quotation_marks():
    fact = {"name": "vuln_scan_interval", "label": "脆弱性診断の頻度"}
    before, after = printing(1, "1年ごと", "year", **fact), printing(6, "6か月ごと", "month", **fact)
    assert lines(before, after) == ["6 脆弱性診断の頻度を1年ごとから6か月ごとに変更"]


def test_a_title_that_says_what_a_fact_is_about_is_not_repeated():
    fact = {"name": "change_notice_lead", "label": "事前通知の時期"}
    told = lines(*(printing(days, f"{days}日", "day", title="変更のお知らせ", **fact) for days in (7, 14)))
    assert told == ["「変更のお知らせ」 事前通知の時期を7日から14日に変更"]
    assert lines(*(printing(days, f"{days}日", "day", **fact) for days in (7, 14))) == [
        "6 変更の事前通知の時期を7日から14日に変更"
    ]


def test_a_paper_that_is_rewritten_has_one_line_for_it():
    before, after = (
        paper(*(section(f"節{n}", f"{n}番目を{verb}。", anchor=f"a{n}") for n in range(15)))
        for verb in ("記す", "示す")
    )
    assert lines(before, after) == ["全体の記載を更新"]


def test_a_second_section_for_a_control_that_was_answered_is_no_new_answer():
    one, other = (
        section("記録", "残します。", number="1", anchor="a"),
        section("提供", "渡します。", number="2", anchor="b"),
    )
    before = paper(one, a={"controls": ["12.4.1"]})
    after = paper(one, other, a={"controls": ["12.4.1"]}, b={"controls": ["12.4.1"]})
    assert propose_number("1.0", compare(before, after)) == "1.1"
    assert propose_number("1.0", compare(before, paper(one, a={"controls": ["12.4.1", "12.4.2"]}))) == "2.0"


def test_a_merged_section_is_found_by_its_first_control_in_papers_of_different_rows():
    old = [
        section(t, f"{t}を{t}の手順で、毎月一度行います。", number=f"{n}", anchor=f"{n}")
        for n, t in ((1, "登録"), (2, "付与"))
    ]
    before = paper(*old, **{"1": {"controls": ["9.2.1"]}, "2": {"controls": ["9.2.2"]}})
    whole = section("管理", *(block for each in old for block in each.blocks), number="2", anchor="z")
    after = paper(section("序", "新しく述べます。", number="1", anchor="y"), whole, z={"controls": ["9.2.1", "9.2.2"]})
    assert lines(before, after) == [
        "1 序を追加",
        "2 の見出しを「登録」から「管理」に変更",
        "2 付与を2に統合",
    ]
