"""The checks: three lines each, on Documents built by hand."""

from whitepapers.checks import Severity, check
from whitepapers.document import (
    ControlMeta,
    Cover,
    Document,
    History,
    Meta,
    Missing,
    Paragraph,
    PointMeta,
    Printed,
    Section,
    SectionMeta,
    Text,
)

BODY = (Paragraph((Text("日次で取得しています。"),)),)


def section(
    anchor: str = "s1", *, title: str = "情報のバックアップ", kind: str = "control", blocks=BODY, children=()
) -> Section:
    return Section(anchor, kind, 1, "8.3", title, "", blocks, children)


def document(
    *sections: Section, points=(), number: str = "1.0", history: str = "front", title: str = "ペーパー"
) -> Document:
    control = ControlMeta("12.3.1", "情報のバックアップ", ("バックアップ",))
    metas = tuple(
        SectionMeta(s.anchor, (control,) if s.kind == "control" else (), (), (), tuple(points)) for s in sections
    )
    return Document(
        printed=Printed(
            language="ja",
            cover=Cover(title, "", "サービス", "会社", "", "", "", ""),
            header="",
            toc_depth=2,
            history=History("改訂履歴", history, "table", "", (), ()),
            sections=sections,
            colophon=(),
            notices=(),
        ),
        meta=Meta("iso27017-2015", 1, "", number, metas),
    )


def ids(doc: Document) -> list[str]:
    return [finding.id for finding in check(doc)]


def point(*, required: bool = True, answered: bool = False) -> PointMeta:
    return PointMeta("12.3.1", "backup_scope", "範囲と周期", required, answered)


def test_a_complete_paper_has_no_finding():
    assert check(document(section())) == []


def test_a_control_without_an_answer_stops_the_issue():
    (finding,) = check(document(section(blocks=())))
    assert (finding.id, finding.severity, finding.place) == (
        "completeness.empty_section",
        Severity.BLOCKING,
        "8.3 情報のバックアップ",
    )


def test_prose_without_text_is_pointed_out_but_a_group_is_not():
    group = section("s1", kind="prose", blocks=(), children=(section("s2", kind="prose"),))
    assert ids(document(group)) == []
    assert [f.blocks for f in check(document(section(kind="prose", blocks=())))] == [False]


def test_an_unanswered_required_point_stops_the_issue_once_for_its_control():
    findings = check(document(section("s1"), section("s2"), points=[point()]))
    assert [(f.id, f.subject, f.blocks) for f in findings] == [("completeness.unanswered_point", "backup_scope", True)]


def test_answered_and_optional_points_are_fine():
    assert ids(document(section(), points=[point(answered=True), point(required=False)])) == []


def test_an_unknown_fact_is_named_by_its_label():
    blocks = (Paragraph((Missing("fact", "backup_retention_days", "保持期間"),)),)
    (finding,) = check(document(section(blocks=blocks)))
    assert (finding.id, finding.subject) == ("completeness.unknown_fact", "backup_retention_days")
    assert "保持期間" in finding.sentence


def test_a_reference_or_figure_that_is_gone_stops_the_issue():
    blocks = (Paragraph((Missing("reference", "split", "split"), Missing("figure", "fig", "fig"))),)
    assert ids(document(section(blocks=blocks))) == ["references.missing_reference", "references.missing_figure"]


def test_a_title_that_differs_from_the_standard_is_pointed_out_and_variants_are_not():
    assert ids(document(section(title="バックアップの取得"))) == ["titles.differing_title"]
    assert ids(document(section(title="バックアップ"))) == []
    assert ids(document(section(title="情報の バックアップ"))) == []


def test_a_character_that_cannot_be_printed_is_named_with_its_section():
    blocks = (Paragraph((Text("進捗は😀です。"),)),)
    (finding,) = check(document(section(blocks=blocks)))
    assert finding.blocks
    assert (finding.id, finding.place) == ("glyphs.missing_glyph", "8.3 情報のバックアップ")
    assert "U+1F600" in finding.sentence


def test_a_paper_without_a_planned_number_is_pointed_out():
    assert ids(document(section(), number="")) == ["completeness.planned_version"]


def test_a_history_that_stands_nowhere_is_pointed_out():
    assert ids(document(section(), history="outline")) == ["references.history_without_place"]
    assert ids(document(section(kind="history", blocks=()))) == ["references.history_without_place"]


def test_findings_come_in_the_order_of_the_paper():
    doc = document(section("s1", blocks=()), section("s2", title="別の題名"), section("s3", blocks=()), number="")
    assert [f.anchor for f in check(doc)] == ["", "s1", "s2", "s3"]
