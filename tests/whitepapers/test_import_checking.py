"""What a file names must be there: editions, controls, facts, sections, figures, dates (importing/checking.py)."""

from __future__ import annotations

import pytest
from django.apps import apps

from tests.factories import answer, import_data, make_catalog, make_paper, paper_data, prose
from whitepapers.importing.reading import CannotImport

pytestmark = pytest.mark.django_db


def rows() -> dict[str, int]:
    """How many rows every table of ours has."""
    models = [model for app in ("accounts", "whitepapers") for model in apps.get_app_config(app).get_models()]
    return {model.__name__: model.objects.count() for model in models}


def refused(*sections, **parts) -> str:
    """The sentence; nothing may have been written."""
    make_catalog()
    before = rows()
    with pytest.raises(CannotImport) as caught:
        import_data(paper_data(*sections, **parts))
    assert rows() == before
    return str(caught.value)


# --- Editions -----------------------------------------------------------------------------------------------------


def test_an_unknown_edition_is_refused_and_the_known_ones_are_named():
    said = refused(prose("A"), whitepaper={"edition": "iso27017-2016"})
    assert "whitepaper.edition：「iso27017-2016」という版はありません。" in said
    assert "iso27017-2015" in said


def test_an_edition_that_is_only_the_base_of_another_is_refused():
    assert "whitepaper.edition：" in refused(prose("A"), whitepaper={"edition": "iso27002-2013"})


def test_before_the_catalog_is_loaded_that_is_said(nothing_loaded):
    with pytest.raises(CannotImport, match="load_catalog が必要です"):
        import_data(paper_data(prose("A")))


def test_an_unknown_second_edition_is_refused():
    said = refused(prose("A"), whitepaper={"second_edition": "iso9001"})
    assert said == "whitepaper.second_edition：「iso9001」という版はありません。"


def test_the_same_edition_twice_is_refused():
    said = refused(prose("A"), whitepaper={"second_edition": "iso27017-2015"})
    assert said == "whitepaper.second_edition：edition と同じ版は併記できません。"


# --- The paper's own fields ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["version_label", "date_label", "reference_line"])
def test_a_pattern_with_other_braces_is_refused(field):
    assert refused(prose("A"), whitepaper={field: "{oops}"}).startswith(f"whitepaper.{field}：使えるのは")


@pytest.mark.parametrize("field", ["number_label", "date_label"])
def test_a_pattern_of_the_history_with_other_braces_is_refused(field):
    said = refused(prose("A"), whitepaper={"history": {field: "{version}"}})
    assert said.startswith(f"whitepaper.history.{field}：使えるのは")


@pytest.mark.parametrize("day", ["2024-02-30", "2023-02-29", "2024-13-01", "0000-01-01"])
def test_a_day_that_does_not_exist_is_refused(day):
    said = refused(prose("A"), whitepaper={"planned": {"date": day}}, history=[{"number": "1.0", "date": day}])
    assert said.split("\n") == [
        f"whitepaper.planned.date：「{day}」という日付はありません。",
        f"history[0].date：「{day}」という日付はありません。",
    ]


def test_a_column_of_the_history_twice_is_refused():
    said = refused(prose("A"), whitepaper={"history": {"columns": [["number", "a"], ["number", "b"]]}})
    assert said == "whitepaper.history.columns：列「number」が2回書かれています。"


def test_a_number_of_the_history_twice_is_refused():
    said = refused(prose("A"), history=[{"number": "1.0"}, {"number": "1.1"}, {"number": "1.0"}])
    assert said == "history[2].number：版数 1.0 が2回書かれています。"


def test_a_history_in_the_outline_needs_a_section():
    said = refused(prose("A"), whitepaper={"history": {"place": "outline"}})
    assert said == "whitepaper.history.place：outline にするには、kind が history の節が必要です。"


# --- Controls and keys --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("99.9.9", ""),
        ("8.13", ""),
        ("A.12.3.1", "「12.3.1」と書いてください。"),
        ("A12.3.1", "「12.3.1」と書いてください。"),
        ("１２．３．１", "「12.3.1」と書いてください。"),
        ("12-3-1", "「12.3.1」と書いてください。"),
        ("12.3.1.", "「12.3.1」と書いてください。"),
        ("CLD6.3.1", "「CLD.6.3.1」と書いてください。"),
        ("CLD-6.3.1", "「CLD.6.3.1」と書いてください。"),
        ("CLD 6.3.1", "「CLD.6.3.1」と書いてください。"),
        ("cld.6.3.1", "「CLD.6.3.1」と書いてください。"),
        ("A.CLD.6.3.1", ""),
        ("<b>", ""),
    ],
)
def test_an_unknown_control_is_refused_and_the_right_spelling_is_named(number, hint):
    said = refused(prose("A", children=[answer("12.3.1"), answer(number)]))
    assert said == f"sections[0].children[1].controls：「{number}」という管理策は、この版にありません。{hint}"


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (answer("12.3.1", "12.3.1"), "sections[0].controls：「12.3.1」が2回書かれています。"),
        (prose("A", controls=["12.3.1"]), "sections[0].controls：管理策を書けるのは kind が control の節だけです。"),
        (answer(), "sections[0].title：見出しがありません。title か controls を書いてください。"),
        (answer(title=" 　"), "sections[0].title：見出しがありません。title か controls を書いてください。"),
        (prose("A", numbering="control"), "sections[0].numbering：番号を管理策番号にするには、controls が必要です。"),
        (answer(title="A", numbering="control"), "sections[0].numbering：番号を管理策番号にするには、controls が必要"),
        (prose("A", key="12-3-1"), "sections[0].key：「12-3-1」は管理策番号と紛らわしいため使えません。"),
        (prose("A", key="CLD-6"), "sections[0].key：「CLD-6」は管理策番号と紛らわしいため使えません。"),
        (prose("A", key="A5"), "sections[0].key：「A5」は管理策番号と紛らわしいため使えません。"),
    ],
)
def test_a_section_that_cannot_stand_is_refused(section, sentence):
    assert sentence in refused(section)


def test_a_key_twice_is_refused_at_both_places():
    said = refused(prose("A", key="split"), prose("B", children=[prose("C", key="split")]))
    assert said.split("\n") == [
        "sections[0].key：「split」がほかの節でも使われています。",
        "sections[1].children[0].key：「split」がほかの節でも使われています。",
    ]


# --- Placeholders -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        "{{",
        "{{ }}",
        "{{ 7*7 }}",
        "{{ a b }}",
        "{{ ref: }}",
        "{{ fact: x }}",
        "{{ ref: 責任 }}",
        "{{{ x }}}",
        "\\\\{{ x y",
    ],
)
def test_a_broken_placeholder_is_refused_with_its_line(broken):
    said = refused(prose("A", children=[prose("B", f"一行目\n二行目 {broken}")]))
    assert said.startswith("sections[0].children[0].body：2行目の差し込み「{{")
    assert "の書き方が正しくありません。" in said


@pytest.mark.parametrize("body", ["\\{{ x", "} }}", "{ {x}}", "}}", "{% if x %}", "<< x >>", "{x}"])
def test_other_braces_are_text(body):
    assert make_paper(prose("A", body)).sections.get().body == body


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{{ no_such_fact }}", "1行目の差し込み「{{ no_such_fact }}」：この名前の事実は定義されていません。"),
        (
            "{{ backup_retention_day }}",
            "1行目の差し込み「{{ backup_retention_day }}」：この名前の事実は定義されていません。"
            "「backup_retention_days」のことですか。",
        ),
        ("a\n\n- {{ ref: nowhere }}", "3行目の差し込み「{{ ref: nowhere }}」：参照先の節がありません。"),
        ("{{ ref: 12.4.1 }}", "1行目の差し込み「{{ ref: 12.4.1 }}」：参照先の節がありません。"),
        (
            "{{ ref: A.12.3.1 }}",
            "1行目の差し込み「{{ ref: A.12.3.1 }}」：参照先の節がありません。「12.3.1」と書いてください。",
        ),
        (
            "{{ ref: CLD6.3.1 }}",
            "1行目の差し込み「{{ ref: CLD6.3.1 }}」：参照先の節がありません。「CLD.6.3.1」と書いてください。",
        ),
        (
            "{{ ref: 12.1.2 }}",
            "1行目の差し込み「{{ ref: 12.1.2 }}」：この管理策に答える節が複数あります。節の参照名（key）で指定してください。",
        ),
        ("{{ figure: nowhere }}", "1行目の差し込み「{{ figure: nowhere }}」：この名前の図はありません。"),
        ("図{{ figure: a }}", "1行目の差し込み「{{ figure: a }}」：図は、ほかの文字のない行に置いてください。"),
        (
            "所在地は{{ data_locations }}です。",
            "1行目の差し込み「{{ data_locations }}」：表の事実は、ほかの文字のない行に置いてください。",
        ),
        ("|a|\n|-|\n|1|2|", "3行目の表の行に、見出しより多くの列があります。列の数をそろえてください。"),
    ],
)
def test_a_placeholder_that_leads_nowhere_is_refused_with_its_place(body, sentence):
    layers = [{"name": "x", "party": party} for party in ("当社", "お客様")]
    said = refused(
        prose("A", body),
        answer("12.3.1"),
        answer("CLD.6.3.1"),
        answer("12.1.2", title="B"),
        answer("12.1.2", title="C"),
        figures=[{"key": "a", "kind": "responsibility", "layers": layers}],
    )
    assert said == f"sections[0].body：{sentence}"


def test_a_section_of_another_providers_paper_cannot_be_named():
    make_paper(prose("分担", key="split"), provider={"name": "他社"})
    assert "参照先の節がありません。" in refused(prose("A", "{{ ref: split }}"))


def test_a_figure_of_another_providers_paper_cannot_be_named():
    layers = [{"name": "x", "party": party} for party in ("当社", "お客様")]
    make_paper(
        prose("A"), provider={"name": "他社"}, figures=[{"key": "a", "kind": "responsibility", "layers": layers}]
    )
    assert "この名前の図はありません。" in refused(prose("A", "{{ figure: a }}"))


# --- Facts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("no_such_fact", 1, "facts.no_such_fact：この名前の事実は定義されていません。"),
        ("backup_generation", 1, "facts.backup_generation：この名前の事実は定義されていません。「backup_generations」の"),
        ("backup_generations", "三", "facts.backup_generations：世代数：整数で入力してください。"),
        ("backup_generations", 1.5, "facts.backup_generations：世代数：整数で入力してください。"),
        ("backup_generations", 10**30, "facts.backup_generations：世代数：数が大きすぎます。"),
        ("backup_generations", True, "facts.backup_generations：世代数：整数で入力してください。"),
        ("backup_generations", [3], "facts.backup_generations：世代数：整数で入力してください。"),
        ("backup_generations", {}, "facts.backup_generations：世代数：整数で入力してください。"),
        ("backup_retention_days", {"value": 1, "unit": "fortnight"}, "facts.backup_retention_days：保持期間：期間は"),
        ("backup_performed", "maybe", "facts.backup_performed：提供者によるバックアップ：次の中から1つ"),
        ("isms_policy_url", "javascript:alert(1)", "facts.isms_policy_url："),
        ("availability_target", 1e308, "facts.availability_target："),
        ("availability_target", 101, "facts.availability_target："),
        ("backup_method", "a\nb", "facts.backup_method：使用できない制御文字"),
        ("backup_method", "a" * 2_001, "facts.backup_method：方式・データ形式：2,000文字以内"),
        ("data_locations", [{"planet": "地球"}], "facts.data_locations：データの所在地：1行目：planet という列はありません。"),
        ("responsibility_defined_in", {"section": "nowhere"}, "facts.responsibility_defined_in：参照先の節「nowhere」が"),
    ],
)  # fmt: skip
def test_a_fact_that_does_not_fit_is_refused(name, value, sentence):
    said = refused(prose("A"), facts={name: value})
    assert said.startswith(sentence.split("：")[0])
    assert sentence.split("：")[-1] in said


# --- Figures ------------------------------------------------------------------------------------------------------


def figure(*parties, **fields):
    layers = [{"name": f"層{n}", "party": party} for n, party in enumerate(parties)]
    return {"key": "a", "kind": "responsibility", "layers": layers, **fields}


@pytest.mark.parametrize("parties", [("当社",), ("当社", "当社"), tuple("ABCDE")])
def test_layers_need_two_to_four_parties(parties):
    said = refused(prose("A"), figures=[figure(*parties)])
    assert said == "figures[0].layers：責任を負う者（party）は2者から4者までにしてください。"


def test_a_figure_key_twice_is_refused():
    said = refused(prose("A"), figures=[figure("当社", "お客様"), figure("当社", "お客様")])
    assert said == "figures[1].key：「a」は既に使われています。"


# --- All at once --------------------------------------------------------------------------------------------------


def test_every_problem_is_told_at_once():
    said = refused(
        prose("A", "{{ nope }}"),
        answer("99.9.9"),
        whitepaper={"date_label": "{x}"},
        facts={"nope": 1},
        history=[{"number": "1.0"}, {"number": "1.0"}],
    )
    places = [line.partition("：")[0] for line in said.split("\n")]
    assert places == [
        "whitepaper.date_label",
        "history[1].number",
        "facts.nope",
        "sections[0].body",
        "sections[1].controls",
    ]
