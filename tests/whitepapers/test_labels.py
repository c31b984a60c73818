"""Version and date labels, reference lines: the patterns a paper prints (labels.py)."""

from datetime import date

import pytest

from whitepapers.labels import InvalidLabel, check_label, check_reference_line, label, reference_line, with_prefix

DAY = date(2024, 5, 7)


@pytest.mark.parametrize(
    ("pattern", "printed"),
    [
        ("第{number}版", "第1.3版"),
        ("第 {number} 版", "第 1.3 版"),
        ("{number}版", "1.3版"),
        ("Ver.{number}", "Ver.1.3"),
        ("{year}年{month}月{day}日", "2024年5月7日"),
        ("{year}年{month}月発行", "2024年5月発行"),
        ("{year}/{month:02}/{day:02}", "2024/05/07"),
        ("{year}年{month}月 第{number}版", "2024年5月 第1.3版"),
        ("初版", "初版"),
        ("", ""),
        ("{number:02}", "1.3"),
    ],
)
def test_a_label_prints_its_values(pattern, printed):
    check_label(pattern)
    assert label(pattern, number="1.3", day=DAY) == printed


@pytest.mark.parametrize("pattern", ["第{number}版", "{year}年", "{number} {year}"])
def test_a_label_whose_value_is_missing_prints_nothing(pattern):
    assert label(pattern) == ""


@pytest.mark.parametrize(
    "pattern", ["{", "}", "{version}", "{number:03}", "{{number}}", "{number!r}", "{number.__class__}", "{0}", "{}"]
)
def test_other_braces_in_a_label_are_refused(pattern):
    with pytest.raises(InvalidLabel, match="使えるのは"):
        check_label(pattern)


@pytest.mark.parametrize(
    ("pattern", "ids", "mapped", "printed"),
    [
        ("ISO/IEC27017 項番：{ids}", ["12.3.1"], [], "ISO/IEC27017 項番：12.3.1"),
        ("ISO/IEC27017 項番：{ids}", ["9.2.1", "9.2.2"], [], "ISO/IEC27017 項番：9.2.1、9.2.2"),
        ("{ids:A.}", ["6.1.1", "CLD.6.3.1"], [], "A.6.1.1、CLD.6.3.1"),
        (
            "ISO/IEC 27017:2015 {ids:A.}[（ISO/IEC 27001:2022 管理策 {mapped}）]",
            ["12.3.1"],
            ["8.13"],
            "ISO/IEC 27017:2015 A.12.3.1（ISO/IEC 27001:2022 管理策 8.13）",
        ),
        (
            "ISO/IEC 27017:2015 {ids:A.}[（ISO/IEC 27001:2022 管理策 {mapped}）]",
            ["CLD.6.3.1"],
            [],
            "ISO/IEC 27017:2015 CLD.6.3.1",
        ),
        ("（[27001:2013] {mapped:A.}）", ["5.1"], ["5.1.1", "5.1.2"], "（[27001:2013] A.5.1.1、A.5.1.2）"),
        ("（[27001:2013] {mapped:A.}）", ["5.38"], [], ""),
        ("[{mapped}]", ["5.1"], [], ""),
        ("[{ids}][ / {mapped}]", ["5.1"], ["5.1.1"], "5.1 / 5.1.1"),
        ("[{ids}[ / {mapped}]]", ["5.1"], [], "5.1"),
        ("[{ids}[ / {mapped}]]", ["5.1"], ["6.1"], "5.1 / 6.1"),
        ("{ids}]", ["5.1"], [], "5.1]"),
        ("[{ids}", ["5.1"], [], "[5.1"),
        ("本節に対応する管理策はありません", ["5.1"], [], "本節に対応する管理策はありません"),
        ("", ["5.1"], ["6.1"], ""),
    ],
)
def test_a_reference_line_prints_the_ids(pattern, ids, mapped, printed):
    check_reference_line(pattern)
    assert reference_line(pattern, ids=ids, mapped=mapped) == printed


@pytest.mark.parametrize("pattern", ["{", "{id}", "{ids", "{ids:{x}}", "{{ids}}", "{number}"])
def test_other_braces_in_a_reference_line_are_refused(pattern):
    with pytest.raises(InvalidLabel, match="使えるのは"):
        check_reference_line(pattern)


def test_many_brackets_take_no_time():
    assert reference_line("[" * 150 + "{ids}" + "]" * 150, ids=["5.1"], mapped=[])


def test_an_id_with_letters_of_its_own_takes_no_prefix():
    assert [with_prefix(number, "A.") for number in ("5.1.1", "CLD.6.3.1")] == ["A.5.1.1", "CLD.6.3.1"]
