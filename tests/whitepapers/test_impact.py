"""What a change of facts is announced to change is exactly what it changes."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import answer, import_data, make_fact, make_paper, make_provider, make_service, paper_data, prose
from whitepapers.checks import check
from whitepapers.compose import compose
from whitepapers.facts import definitions
from whitepapers.impact import impact_of, uses_of
from whitepapers.models import Location, Section, StandardAnswer, Whitepaper
from whitepapers.sentences import changed_sections
from whitepapers.stating import Change, state_many

pytestmark = pytest.mark.django_db

DAYS, COUNT, TABLE = "backup_retention_days", "backup_generations", "data_locations"
GUIDE = "backup_defined_in"


def days(number):
    return {"value": number, "unit": "day"}


BODY = (
    "毎日行います。保管は{{ backup_retention_days }}、{{ backup_generations }}です。\n\n"
    "{{ data_locations }}\n\n- 世代：{{ backup_generations }}\n- 手順：{{ backup_defined_in }}\n\n"
    "| 対象 | 期間 |\n|---|---|\n| データ | {{ backup_retention_days }} |\n| ログ | 1年 |\n\n"
    "\\{{ backup_generations }} は文字です。"
)


def another(paper, name, *sections, **fields):
    """A paper of another service of the same provider."""
    data = paper_data(*sections, service={"name": name}, provider={"name": paper.service.provider.name}, **fields)
    return import_data(data, provider_slug=paper.service.provider.slug)


@pytest.fixture
def paper():
    return make_paper(answer("12.3.1", body=BODY), prose("前書き", "事実はありません。"))


@pytest.fixture
def provider(paper):
    """With services that inherit everything, override some, differ by location, and are put away."""
    provider = paper.service.provider
    own = another(paper, "独自", answer("12.3.1", body=BODY))
    make_fact(provider, COUNT, 9, service=own.service)
    placed = another(paper, "拠点", answer("12.3.1", body=BODY), answer("12.4.1", body="{{ backup_generations }}"))
    tokyo = Location.objects.create(provider=provider, name="東京")
    placed.service.locations.add(tokyo, Location.objects.create(provider=provider, name="大阪"))
    make_fact(provider, DAYS, days(3), location=tokyo)
    make_fact(provider, DAYS, days(7))
    make_fact(provider, COUNT, 2)
    another(paper, "無関係", prose("前書き", "backup_generations のことは書きません。"))
    archived = another(paper, "保管", answer("12.3.1", body=BODY))
    type(archived.service).objects.filter(pk=archived.service_id).update(archived_at=timezone.now())
    return provider


def announced(provider, changes, service=None):
    return {each.paper.pk: each for each in impact_of(provider, changes, service=service).papers}


VALUES = {
    DAYS: st.sampled_from([None, days(7), days(30), {"value": 1, "unit": "month"}]),
    COUNT: st.sampled_from([None, 2, 5]),
    TABLE: st.sampled_from([None, [{"country": "日本"}], [{"country": "日本", "region": "東京"}, {"country": "米国"}]]),
    GUIDE: st.sampled_from(
        [None, {"section": "12.3.1"}, {"section": "nowhere"}, {"document": "規約"}]
        + [{"document": "規約", "url": f"https://example.jp/{path}"} for path in ("a?b=1&c", "x")]
    ),
}


@given(st.data())
@settings(max_examples=25, deadline=None)
def _exactly(provider, by, data):
    services = [None, *provider.services.active()]
    service = data.draw(st.sampled_from(services))
    place = st.sampled_from([None, *(service or provider).locations.all()])
    names = data.draw(st.sets(st.sampled_from(sorted(VALUES)), min_size=1))
    changes = [Change(name, data.draw(place), data.draw(VALUES[name])) for name in sorted(names)]
    papers = list(Whitepaper.objects.of(provider))
    before = {paper.pk: compose(paper) for paper in papers}
    told = announced(provider, changes, service)
    with transaction.atomic():
        state_many(provider, changes, service=service, by=by)
        after = {paper.pk: compose(Whitepaper.objects.get(pk=paper.pk)) for paper in papers}
        transaction.set_rollback(True)
    for paper in papers:
        was, becomes = before[paper.pk], after[paper.pk]
        differing = [
            new.anchor for old, new in zip(was.walk(), becomes.walk(), strict=True) if old.blocks != new.blocks
        ]
        if paper.pk not in told:
            assert was.printed == becomes.printed
            continue
        assert [section.anchor for section in told[paper.pk].sections] == differing
        assert told[paper.pk].sections == changed_sections(was, becomes)
        assert set(told[paper.pk].findings) == set(check(becomes)) - set(check(was))


def inherit(section, body):
    """Gives the section a standard answer to its control."""
    section.standard_answer = StandardAnswer.objects.create(
        provider=section.whitepaper.service.provider, control=section.controls.get(), part=f"{section.pk}", body=body
    )
    section.save()


def test_what_is_announced_is_exactly_what_changes(provider, paper, author):
    first, second = (
        answer("12.3.1", body=body) for body in ("{{ backup_retention_days }}", "{{ backup_generations }}")
    )
    another(
        paper, "二節", prose("章", children=[first]), prose("別", "{{ ref: aside }}", key="aside", children=[second])
    )
    inheriting = another(paper, "共通", first, second, answer("12.4.1", stances=[{"stance": "customer"}]))
    inherit(inheriting.sections.first(), BODY)
    _exactly(provider, author)


def test_every_sentence_is_shown_before_and_after(provider, paper):
    impact = impact_of(provider, [Change(COUNT, value=5)])
    told = {each.paper.service.name: each for each in impact.papers}
    assert set(told) == {paper.service.name, "拠点"}
    (section,) = told[paper.service.name].sections
    assert section.heading.endswith("情報のバックアップ")
    assert [(each.before, each.after) for each in section.sentences] == [
        ("保管は7日、2世代です。", "保管は7日、5世代です。"),
        ("世代：2世代", "世代：5世代"),
    ]
    assert [section.heading for section in told["拠点"].sections][1].endswith("イベントログ取得")
    assert (impact.section_count, impact.sentence_count) == (3, 5)


def test_a_retracted_value_brings_a_finding(provider, paper):
    (told, *_others) = [each for each in impact_of(provider, [Change(COUNT, value=None)]).papers if each.paper == paper]
    assert "世代：〔未記入：" in told.sections[0].sentences[1].after
    assert [finding.id for finding in told.findings if "未記入" in finding.sentence] == ["completeness.unknown_fact"]


def test_a_point_that_another_section_of_the_control_still_answers_is_no_finding(paper):
    make_fact(paper.service.provider, DAYS, days(7))
    change = [Change(DAYS, value=None)]
    own = paper.sections.get(kind="control")

    def found():
        (told,) = impact_of(paper.service.provider, change).papers
        return [finding.id for finding in told.findings]

    assert found() == ["completeness.unanswered_point", "completeness.unknown_fact"]
    other = Section.objects.create(whitepaper=paper, kind="control", position=9, stances=[{"stance": "customer"}])
    other.section_controls.create(control=own.controls.get(), position=0)
    assert found() == ["completeness.unknown_fact"]


def test_of_many_changes_only_those_that_are_printed_are_announced(provider, paper):
    quiet = [f.name for f in definitions(paper.edition).values() if f.type["kind"] == "text" and f.name not in BODY][:9]
    one = impact_of(provider, [Change(COUNT, value=5)])
    many = impact_of(provider, [Change(COUNT, value=5), *(Change(name, value="値") for name in quiet)])
    assert (many, many.digest, len(quiet)) == (one, one.digest, 9)


def test_a_service_changes_its_own_papers_only(provider, paper):
    assert set(announced(provider, [Change(COUNT, value=5)], paper.service)) == {paper.pk}


def test_a_note_or_a_confirmation_changes_nothing(provider):
    assert not impact_of(provider, [Change(COUNT, source_note="手順書"), Change(DAYS, confirm=True)])


def test_the_text_of_a_standard_answer_counts_where_it_is_inherited(provider, paper):
    inherit(paper.sections.get(kind="control"), "共通：{{ backup_generations }}")
    (section,) = announced(provider, [Change(COUNT, value=5)])[paper.pk].sections
    assert [(each.before, each.after) for each in section.sentences] == [("共通：2世代", "共通：5世代")]


def test_sections_and_papers_that_are_out_are_not_announced(provider, paper):
    paper.sections.filter(kind="control").update(included=False)
    assert paper.pk not in announced(provider, [Change(COUNT, value=5)])


def test_nothing_of_another_provider_is_read(provider, paper):
    stranger = make_provider("yugure")
    make_service(stranger)
    assert not impact_of(stranger, [Change(COUNT, value=5)])
    assert uses_of(stranger, COUNT) == []


def test_the_digest_is_of_what_is_announced(provider, paper):
    first, again = (impact_of(provider, [Change(COUNT, value=5)]).digest for _ in range(2))
    assert first == again != impact_of(provider, [Change(COUNT, value=6)]).digest


def test_uses_are_the_papers_and_sections_that_print_a_fact(provider, paper):
    uses = {use.paper.service.name: use for use in uses_of(provider, COUNT)}
    assert set(uses) == {paper.service.name, "独自", "拠点"}
    assert (uses["独自"].display, uses[paper.service.name].display) == ("9世代", "2世代")
    assert len(uses["拠点"].sections) == 2
    assert [use.paper for use in uses_of(provider, COUNT, service=paper.service)] == [paper]


@pytest.mark.parametrize("ask", [lambda p: impact_of(p, [Change(COUNT, value=5)]), lambda p: uses_of(p, COUNT)])
def test_the_number_of_queries_does_not_grow_with_papers_or_facts(provider, paper, ask):
    inherit(paper.sections.get(kind="control"), BODY)
    with CaptureQueriesContext(connection) as few:
        assert ask(provider)
    for number in range(4):
        other = another(paper, f"ほか{number}", answer("12.3.1", body=BODY), answer("12.4.1", body=BODY))
        inherit(other.sections.get(controls__number="12.4.1"), f"{number}：{{{{ backup_generations }}}}")
        make_fact(provider, DAYS, days(50 + number), service=other.service)
    with CaptureQueriesContext(connection) as many:
        assert ask(provider)
    assert len(many) == len(few) <= 12
