"""Each fault in the data is refused with its file, its place and a sentence. No database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controls.catalog import CannotLoad
from controls.reading import read

from .small_catalog import small_catalog, write

EDITION = "iso27017-2015.yaml"
BASE = "iso27002-2013.yaml"
LATER = "iso27002-2022.yaml"
CROSSWALK = "crosswalk-2013-2022.yaml"
CLAUSE = "disclosures/clause-12.yaml"

Data = dict[str, Any]


def backup(data: Data) -> Data:
    return data[CLAUSE]["12.3.1"]


def retention(data: Data) -> Data:
    return backup(data)["facts"][0]


def targets(data: Data) -> Data:
    return backup(data)["facts"][1]


def manual(data: Data) -> Data:
    return data[CLAUSE]["CLD.12.1.5"]["facts"][0]


def kept(data: Data) -> Data:
    return backup(data)["phrases"][0]


def point(data: Data) -> Data:
    return backup(data)["points"][0]


def body(text: str) -> Callable[[Data], object]:
    return lambda data: kept(data).update(body=text)


FAULTS: list[tuple[str, Callable[[Data], object], str, str]] = [
    # editions
    (
        "an unknown key of an edition",
        lambda d: d[EDITION].update(colour="red"),
        EDITION,
        "colour という項目は使えません",
    ),
    ("no title", lambda d: d[EDITION].pop("title_en"), EDITION, "title_en がありません"),
    ("an unknown status", lambda d: d[EDITION].update(status="old"), EDITION, "status"),
    ("a year that is text", lambda d: d[EDITION].update(year="2015"), EDITION, "整数"),
    ("a year that is a boolean", lambda d: d[EDITION].update(year=True), EDITION, "整数"),
    ("a flag that is text", lambda d: d[BASE].update(for_papers="no"), BASE, "true か false"),
    ("a slug that differs from the file", lambda d: d[LATER].update(edition="iso"), LATER, "ファイル名と同じ"),
    ("the same place twice", lambda d: d[LATER].update(position=1), EDITION, "position 1 が2回あります"),
    ("an unknown base", lambda d: d[EDITION].update(based_on="iso1"), EDITION, "iso1 という版はありません"),
    ("the same control twice", lambda d: d[LATER]["controls"].append(d[LATER]["controls"][2]), LATER, "8.14 が2回"),
    ("an unknown category", lambda d: d[LATER]["controls"][0].update(category="9"), LATER, "category"),
    ("an unknown key of a control", lambda d: d[LATER]["controls"][0].update(x=1), LATER, "x という項目"),
    ("an unknown confidence", lambda d: d[LATER]["controls"][0].update(confidence="sure"), LATER, "confidence"),
    ("a number that is no text", lambda d: d[LATER]["controls"][0].update(id=8.12), LATER, "文字列"),
    ("an empty title", lambda d: d[LATER]["controls"][0].update(ja=" "), LATER, "1文字以上"),
    ("a title that is too long", lambda d: d[LATER]["controls"][0].update(ja="あ" * 201), LATER, "200文字以内"),
    ("controls out of order", lambda d: d[EDITION]["controls"].reverse(), EDITION, "区分の順"),
    ("the same clause twice", lambda d: d[EDITION]["clauses"].append(d[EDITION]["clauses"][0]), EDITION, "12 が2回"),
    ("the same category twice", lambda d: d[LATER]["categories"].append(d[LATER]["categories"][0]), LATER, "8 が2回"),
    ("a variant twice", lambda d: d[LATER]["controls"][0].update(variants=["甲", "甲"]), LATER, "甲 が2回"),
    # crosswalks
    ("an unknown edition", lambda d: d[CROSSWALK].update(target="iso1"), CROSSWALK, "target"),
    ("an unknown source", lambda d: d[CROSSWALK]["forward"].update({"1.1.1": ["8.12"]}), CROSSWALK, "管理策 1.1.1 は"),
    ("an unknown target", lambda d: d[CROSSWALK]["forward"].update({"12.1.1": ["9.9"]}), CROSSWALK, "管理策 9.9 は"),
    ("a cloud control in the base", lambda d: d[CROSSWALK].update(dropped=["CLD.12.1.5"]), CROSSWALK, "CLD.12.1.5"),
    ("a new control with a source", lambda d: d[CROSSWALK].update(new=["8.13"]), CROSSWALK, "新設ではありません"),
    (
        "a dropped control with a target",
        lambda d: d[CROSSWALK].update(dropped=["12.1.1"]),
        CROSSWALK,
        "廃止ではありません",
    ),
    (
        "related and forward at once",
        lambda d: d[CROSSWALK].update(related={"12.1.1": ["8.12"]}),
        CROSSWALK,
        "forward にも",
    ),
    (
        "a reverse that is not",
        lambda d: d[CROSSWALK]["reverse"].update({"8.14": ["12.1.1"]}),
        CROSSWALK,
        "逆になっていません",
    ),
    ("an unknown key of a crosswalk", lambda d: d[CROSSWALK].update(x=1), CROSSWALK, "x という項目"),
    # disclosures
    ("no disclosure of a whitepaper control", lambda d: d[CLAUSE].pop("CLD.12.1.5"), "disclosures", "CLD.12.1.5"),
    ("an unknown control", lambda d: d[CLAUSE].update({"1.1.1": {}}), CLAUSE, "管理策 1.1.1 はありません"),
    (
        "points without the mark",
        lambda d: d[EDITION]["controls"][1].pop("whitepaper"),
        CLAUSE,
        "ホワイトペーパーで答える",
    ),
    ("no guidance", lambda d: backup(d).pop("guidance"), CLAUSE, "guidance がありません"),
    ("guidance without English", lambda d: backup(d)["guidance"].pop("en"), CLAUSE, "en がありません"),
    ("guidance in a third language", lambda d: backup(d)["guidance"].update(fr="oui"), CLAUSE, "fr"),
    ("an unknown key of a control's entry", lambda d: backup(d).update(notes=[]), CLAUSE, "notes という項目"),
    ("an unknown fact in a point", lambda d: point(d)["facts"].append("nothing"), CLAUSE, "nothing という事実"),
    ("a point without facts", lambda d: point(d).update(facts=[]), CLAUSE, "1つ以上の事実"),
    ("a point's fact twice", lambda d: point(d)["facts"].append("backup_targets"), CLAUSE, "backup_targets が2回"),
    ("an unknown key of a point", lambda d: point(d).update(note="x"), CLAUSE, "note という項目"),
    ("a point key that is no slug", lambda d: point(d).update(key="Backup!"), CLAUSE, "識別名"),
    ("a point key used twice", lambda d: point(d).update(key="manuals"), CLAUSE, "manuals が2回"),
    ("a fact defined twice", lambda d: manual(d).update(name="backup_targets"), CLAUSE, "backup_targets が2回"),
    ("an unknown owner", lambda d: retention(d).update(owner="document"), CLAUSE, "owner"),
    ("no help", lambda d: retention(d).pop("help"), CLAUSE, "help がありません"),
    ("a label without Japanese", lambda d: retention(d)["label"].pop("ja"), CLAUSE, "ja がありません"),
    ("an unknown kind", lambda d: retention(d).update(kind="money"), CLAUSE, "money"),
    ("a kind that is no text", lambda d: retention(d).update(kind=["duration"]), CLAUSE, "kind"),
    ("an unknown key of a fact", lambda d: retention(d).update(unit="day"), CLAUSE, "unit という項目"),
    ("no units", lambda d: retention(d).pop("units"), CLAUSE, "units がありません"),
    ("an unknown unit", lambda d: retention(d).update(units=["fortnight"]), CLAUSE, "fortnight"),
    ("a unit that is no text", lambda d: retention(d).update(units=[["day"]]), CLAUSE, "単位"),
    ("a unit twice", lambda d: retention(d).update(units=["day", "day"]), CLAUSE, "2回"),
    ("a minimum that is text", lambda d: retention(d).update(minimum="1"), CLAUSE, "数値"),
    ("a minimum without end", lambda d: retention(d).update(minimum=float("inf")), CLAUSE, "数値"),
    ("every: false", lambda d: retention(d).update(every=False), CLAUSE, "true だけ"),
    ("an option key twice", lambda d: targets(d)["options"][1].update(key="log"), CLAUSE, "2回"),
    ("an option word twice", lambda d: targets(d)["options"][1].update(ja="ログ"), CLAUSE, "2回"),
    ("an option without English", lambda d: targets(d)["options"][0].pop("en"), CLAUSE, "key、ja、en"),
    (
        "an option key that YAML took for a boolean",
        lambda d: targets(d)["options"][0].update(key=True),
        CLAUSE,
        "識別名",
    ),
    ("no other words", lambda d: targets(d)["options"][0].update(also=[]), CLAUSE, "1つ以上"),
    ("another word that is no text", lambda d: targets(d)["options"][0].update(also=[5]), CLAUSE, "文字列"),
    ("other words that are no list", lambda d: targets(d)["options"][0].update(also="記録"), CLAUSE, "一覧"),
    ("another word twice", lambda d: targets(d)["options"][0].update(also=["DB", "ＤＢ"]), CLAUSE, "既に"),
    ("the word of another option", lambda d: targets(d)["options"][0].update(also=["ﾃﾞｰﾀ"]), CLAUSE, "data の言葉"),
    ("the key of another option", lambda d: targets(d)["options"][0].update(also=["data"]), CLAUSE, "data の言葉"),
    (
        "the same other word of two options",
        lambda d: [each.update(also=["記録"]) for each in targets(d)["options"]],
        CLAUSE,
        "log の言葉",
    ),
    ("yes and no in the same word", lambda d: manual(d)["words"]["no"].update(also=["提供しています"]), CLAUSE, "yes"),
    ("a yes that says no", lambda d: manual(d)["words"]["yes"].update(also=["無"]), CLAUSE, "反対の答え"),
    ("another word of a unit", lambda d: manual(d)["words"].update(also=["有"]), CLAUSE, "words"),
    ("no options", lambda d: targets(d).update(options=[]), CLAUSE, "1つ以上"),
    ("words that YAML took for booleans", lambda d: manual(d).update(words={True: {}, False: {}}), CLAUSE, "引用符"),
    ("an empty word", lambda d: manual(d)["words"]["no"].update(ja=""), CLAUSE, "空です"),
    ("no phrases", lambda d: backup(d).update(phrases=[]), CLAUSE, "1つ以上の文例"),
    ("a phrase key twice", lambda d: backup(d)["phrases"][1].update(key="kept"), CLAUSE, "kept が2回"),
    ("an unknown stance", lambda d: kept(d).update(stance="maybe"), CLAUSE, "stance"),
    ("an unknown key of a phrase", lambda d: kept(d).update(note="x"), CLAUSE, "note という項目"),
    ("a phrase that does not compile", body("<% if known.backup_targets %>"), CLAUSE, "文例の書き方"),
    ("a phrase with a loop", body("<% for x in fact.backup_targets %><% endfor %>"), CLAUSE, "構文"),
    ("a phrase asking for an unknown fact", body("<% if known.nothing %>x<% endif %>"), CLAUSE, "nothing"),
    ("a phrase printing an unknown fact", body("{{ nothing }}"), CLAUSE, "nothing"),
    ("a tag that swallows what is around it", body("甲\n<% if known.backup_targets -%>\n乙<% endif %>"), CLAUSE, "-%>"),
    ("a tag that keeps its line", body("甲<% if known.backup_targets +%>\n乙<% endif %>"), CLAUSE, "+%>"),
    ("a placeholder without spaces", body("{{backup_targets}}"), CLAUSE, "プレースホルダー"),
    ("a placeholder that is not closed", body("{{ backup_targets }"), CLAUSE, "対応が取れていません"),
    ("a reference to another control", body("{{ ref: 12.1.1 }}"), CLAUSE, "12.1.1"),
    (
        "an option that does not exist",
        body('<% if "cd" in fact.backup_targets %>x<% endif %>'),
        CLAUSE,
        "cd という選択肢",
    ),
    ("equality with a list", body('<% if fact.backup_targets == "log" %>x<% endif %>'), CLAUSE, "比較はできません"),
    (
        "a comparison of two facts",
        body("<% if fact.backup_targets == fact.backup_targets %>x<% endif %>"),
        CLAUSE,
        "比較は",
    ),
]


@pytest.mark.parametrize(("fault", "file", "words"), [pytest.param(*rest, id=name) for name, *rest in FAULTS])
def test_a_fault_is_named_with_its_file_and_a_sentence(
    tmp_path: Path, fault: Callable[[Data], object], file: str, words: str
) -> None:
    data = small_catalog()
    fault(data)
    with pytest.raises(CannotLoad) as caught:
        read(write(tmp_path, data))
    assert caught.value.file == file
    assert words in str(caught.value)


def test_the_place_of_a_fault_leads_to_the_line(tmp_path: Path) -> None:
    data = small_catalog()
    retention(data)["help"].pop("en")
    with pytest.raises(CannotLoad) as caught:
        read(write(tmp_path, data))
    assert caught.value.place == "12.3.1 › facts backup_retention_days › help"
    assert str(caught.value) == (
        "disclosures/clause-12.yaml（12.3.1 › facts backup_retention_days › help）：en がありません。"
    )


def test_the_small_catalog_itself_is_sound(tmp_path: Path) -> None:
    catalog = read(write(tmp_path, small_catalog()))
    assert [edition.slug for edition in catalog.editions] == ["iso27017-2015", "iso27002-2022", "iso27002-2013"]
    assert [fact.name for fact in catalog.facts] == [
        "backup_retention_days",
        "backup_targets",
        "operation_manual_provided",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2\n", "'a' が2回あります"),
        ("a: [1\n", "YAMLとして読めません"),
        ("- 1\n", "管理策番号"),
        ("", "管理策番号"),
        ("12.3: {}\n", "引用符"),
        ("? [a, b]\n: 1\n", "YAMLとして読めません"),
        ("!!python/object/apply:os.system ['true']\n", "YAMLとして読めません"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(tmp_path: Path, text: str, words: str) -> None:
    folder = write(tmp_path, small_catalog())
    (folder / CLAUSE).write_text(text, encoding="utf-8")
    with pytest.raises(CannotLoad, match=words) as caught:
        read(folder)
    assert caught.value.file == CLAUSE


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, small_catalog())
    (folder / CLAUSE).write_bytes("あ".encode("shift_jis"))
    with pytest.raises(CannotLoad, match="ファイルを読めません"):
        read(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotLoad, match="ファイルがありません"):
        read(tmp_path)


def test_a_control_in_two_files_is_refused(tmp_path: Path) -> None:
    data = small_catalog()
    data["disclosures/clause-13.yaml"] = {"12.3.1": backup(data)}
    with pytest.raises(CannotLoad, match=r"管理策 12\.3\.1 が2回あります"):
        read(write(tmp_path, data))


def test_comments_do_not_change_the_digest_but_data_does(tmp_path: Path) -> None:
    folder = write(tmp_path, small_catalog())
    before = read(folder).digest
    path = folder / CLAUSE
    path.write_text("# a remark\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert read(folder).digest == before
    data = small_catalog()
    backup(data)["guidance"]["ja"] = "別の説明です。"
    assert read(write(tmp_path, data)).digest != before
