"""A new paper from service, edition and layout: its whole outline, with phrases filled from the facts that are known."""

import pytest

from accounts.models import Provider
from whitepapers.compose import compose
from whitepapers.drafting import CannotDraft, draft_paper
from whitepapers.layouts import layouts
from whitepapers.models import Fact, Section, Service, StandardAnswer, StandardAnswerRevision, Whitepaper

from ..factories import make_edition

pytestmark = pytest.mark.django_db

COMBINATIONS = [(layout.key, edition) for layout in layouts().values() for edition in layout.editions]


@pytest.fixture
def service(provider: Provider) -> Service:
    return Service.objects.create(provider=provider, name="あおぞらストレージ")


def draft(service: Service, layout: str, author, edition: str = "iso27017-2015") -> Whitepaper:
    paper = draft_paper(
        service, make_edition(edition), layouts()[layout], title="セキュリティホワイトペーパー", by=author
    )
    return Whitepaper.objects.get(pk=paper.pk)


def section_of(paper: Whitepaper, number: str) -> Section:
    return paper.sections.get(controls__number=number)


@pytest.mark.parametrize(("layout", "edition"), COMBINATIONS)
def test_every_layout_answers_every_whitepaper_control_of_its_edition_once(service, author, layout, edition):
    paper = draft(service, layout, author, edition)
    answered = sorted(control.number for section in paper.sections.all() for control in section.controls.all())
    assert answered == sorted(paper.edition.controls.filter(in_whitepapers=True).values_list("number", flat=True))


@pytest.mark.parametrize(("layout", "edition"), COMBINATIONS)
def test_a_paper_of_every_layout_composes(service, author, layout, edition):
    document = compose(draft(service, layout, author, edition))
    assert all(section.title for section in document.walk())
    numbers = [section.number for section in document.walk() if section.number]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("layout", "edition", "heading", "reference"),
    [
        ("control-id-prefixed", "iso27017-2015", "A.12.3.1 情報のバックアップ", ""),
        ("control-id-bare", "iso27017-2015", "12.3.1 情報のバックアップ", ""),
        ("own-two-levels", "iso27017-2015", "8.4 情報のバックアップ", "ISO/IEC 27017 項番：12.3.1"),
        (
            "own-flat-two-editions",
            "iso27017-2015",
            "23. 情報のバックアップ",
            "ISO/IEC 27017:2015 A.12.3.1（ISO/IEC 27001:2022 管理策 8.13）",
        ),
        ("own-three-levels", "iso27017-2015", "9.2.1 情報のバックアップ", ""),
        ("new-ids-lead", "iso27002-2022", "8.13 情報のバックアップ", "（ISO/IEC 27001:2013 A.12.3.1）"),
        ("flat-topics", "iso27017-2015", "11. バックアップ", "ISO/IEC 27017：12.3.1"),
    ],
)
def test_each_layout_numbers_the_backup_section_in_its_own_way(service, author, layout, edition, heading, reference):
    document = compose(draft(service, layout, author, edition))
    backup = next(s for s in document.walk() if s.kind == "control" and "バックアップ" in s.title)
    assert (backup.heading, backup.reference_line) == (heading, reference)


def test_with_nothing_known_no_control_is_answered_for_the_provider(service, author):
    paper = draft(service, "own-two-levels", author)
    assert not paper.sections.filter(kind="control").exclude(body="").exists()


def test_a_known_key_fact_brings_a_phrase_that_prints_it(service, author, provider):
    make_edition()
    Fact.objects.create(provider=provider, service=service, name="capacity_monitoring", value=True)
    section = section_of(draft(service, "own-two-levels", author), "12.1.3")
    assert "{{ capacity_monitoring }}" in section.body
    assert section.stances == [{"stance": "provided", "scope": ""}]
    assert section.progress == Section.Progress.WRITING


def test_a_key_fact_that_says_not_provided_brings_the_phrase_that_says_so(service, author, provider):
    make_edition()
    Fact.objects.create(provider=provider, service=service, name="labelling_function", value="not_provided")
    section = section_of(draft(service, "own-two-levels", author), "8.2.2")
    assert section.stances == [{"stance": "not_provided", "scope": ""}]


def test_phrases_are_written_in_the_providers_own_words(author, provider):
    make_edition()
    provider.self_reference, provider.customer_term = "弊社", "お客さま"
    provider.save()
    service = Service.objects.create(provider=provider, name="あおぞら帳票", alias="本帳票サービス")
    bodies = "".join(draft(service, "own-two-levels", author).sections.values_list("body", flat=True))
    assert "弊社" in bodies
    assert "お客さま" in bodies
    assert "本帳票サービス" in bodies
    assert not any(word in bodies for word in ("当社", "お客様", "<<", "<%"))


def test_a_standard_answer_is_inherited_and_not_copied(service, author, provider):
    control = make_edition().controls.get(number="12.4.4")
    answer = StandardAnswer.objects.create(provider=provider, control=control, body="NTPで同期しています。")
    StandardAnswerRevision.objects.create(answer=answer, body=answer.body)
    section = section_of(draft(service, "own-two-levels", author), "12.4.4")
    assert section.standard_answer == answer
    assert section.body == ""


def test_the_standard_answer_of_another_provider_is_not_inherited(service, author, stranger):
    other = stranger.memberships.get().provider
    StandardAnswer.objects.create(provider=other, control=make_edition().controls.get(number="12.4.4"), body="秘密")
    assert section_of(draft(service, "own-two-levels", author), "12.4.4").standard_answer is None


def test_a_second_paper_for_the_same_edition_is_refused_with_a_sentence(service, author):
    draft(service, "own-two-levels", author)
    with pytest.raises(CannotDraft, match="既にあります"):
        draft(service, "control-id-bare", author)
    assert Whitepaper.objects.count() == 1


def test_a_layout_that_is_not_for_the_edition_is_refused(service, author):
    with pytest.raises(CannotDraft, match="この版では使えません"):
        draft(service, "flat-topics", author, "iso27002-2005")
    assert not Whitepaper.objects.exists()


def test_an_archived_service_gets_no_new_paper(service, author, django_user_model):
    service.archived_at = service.created_at
    service.save()
    with pytest.raises(CannotDraft, match="保管した"):
        draft(service, "own-two-levels", author)


def test_names_with_template_marks_stay_the_text_they_are(author, provider):
    make_edition()
    provider.name = "<< service >> <% if %> {{ 7*7 }} 株式会社"
    provider.save()
    service = Service.objects.create(provider=provider, name="<script>ストレージ</script>")
    document = compose(draft(service, "own-two-levels", author))
    assert document.printed.cover.service == "<script>ストレージ</script>"
