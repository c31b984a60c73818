"""Search over what a provider has written: who sees what, how words are found, and what it costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from controls.models import Control
from tests.factories import answer, make_edition, make_fact, make_paper, make_service, prose
from whitepapers.models import Section, StandardAnswer
from whitepapers.searching import MAX_HITS, CannotSearch, Words, search, spellings

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    return make_paper(
        prose("はじめに", "本書は**クラウド**の安全対策を説明します。お問い合わせは窓口へ。", key="intro"),
        answer("12.3.1", body="ﾊﾞｯｸｱｯﾌﾟは{{ backup_retention_days }}保存します。ＡＥＳで暗号化します。"),
        whitepaper={"title": "例示ペーパー"},
    )


@pytest.fixture
def owner(paper):
    return paper.service.provider


def found(provider, query: str, *, notes: bool = True) -> dict[str, list]:
    return {group.key: list(group.hits) for group in search(provider, query, notes=notes).groups}


def marked(pieces) -> list[str]:
    return [text for text, is_hit in pieces if is_hit]


def whole(pieces) -> str:
    return "".join(text for text, _ in pieces)


@pytest.mark.parametrize("query", ["暗号", "ＡＥＳ", "aes", "バックアップ", "ﾊﾞｯｸｱｯﾌﾟ", "暗号　AES", "保存"])
def test_two_characters_widths_and_cases_are_found(owner, query):
    (hit,) = found(owner, query)["sections"]
    assert hit.row.section_controls.get().control.number == "12.3.1"


def test_the_sentence_around_the_hit_is_shown_and_marked(owner):
    (hit,) = found(owner, "aes")["sections"]
    assert whole(hit.text) == "ＡＥＳで暗号化します。"
    assert marked(hit.text) == ["ＡＥＳ"]
    (hit,) = found(owner, "バックアップは")["sections"]
    assert marked(hit.text) == ["ﾊﾞｯｸｱｯﾌﾟは"]


def test_marks_and_names_of_placeholders_are_not_text(owner):
    assert "sections" not in found(owner, "retention_days")
    (hit,) = found(owner, "クラウド 安全")["sections"]
    assert whole(hit.text) == "本書はクラウドの安全対策を説明します。"


def test_a_heading_of_the_catalog_is_found_and_the_number(owner):
    assert [hit.row.title for hit in found(owner, "情報のバックアップ")["sections"]] == [""]
    for query in ("12.3.1", "A.12.3.1", "12.3", "１２．３"):
        (hit,) = found(owner, query)["sections"]
        assert whole(hit.title).startswith("12.3.1 ")
    assert "sections" not in found(owner, "2.3")


def test_facts_by_label_and_by_what_is_printed(owner, paper):
    make_fact(owner, "backup_retention_days", {"value": 14, "unit": "day"})
    other = make_service(owner, "別のサービス")
    make_fact(owner, "backup_retention_days", {"value": 21, "unit": "day"}, service=other)
    assert [hit.row.service for hit in found(owner, "14日")["facts"]] == [None]
    assert [hit.row.service for hit in found(owner, "２１日")["facts"]] == [other]
    assert len(found(owner, "保持期間")["facts"]) == 2
    other.archived_at = timezone.now()
    other.save()
    assert len(found(owner, "保持期間")["facts"]) == 1


def test_a_section_is_found_by_the_standard_answer_it_inherits(owner, paper):
    control = Control.objects.get(edition=paper.edition, number="12.3.1")
    shared = StandardAnswer.objects.create(provider=owner, control=control, body="遠隔地にも保管しています。")
    section = paper.sections.get(controls=control)
    assert "sections" not in found(owner, "遠隔地")
    section.standard_answer = shared
    section.save()
    (hit,) = found(owner, "遠隔地")["sections"]
    assert hit.is_inherited
    assert hit.row == section
    assert [each.row for each in found(owner, "遠隔地")["answers"]] == [shared]
    assert "sections" not in found(owner, "ＡＥＳ"), "its own text is not printed while it inherits"


def test_papers_are_found_by_title_and_service(owner, paper):
    assert [hit.row for hit in found(owner, "例示ペーパー")["papers"]] == [paper]
    assert [hit.row for hit in found(owner, paper.service.name)["papers"]] == [paper]
    paper.archived_at = timezone.now()
    paper.save()
    assert "papers" not in found(owner, "例示ペーパー")
    assert "sections" not in found(owner, "暗号")


def test_notes_are_for_those_who_write(owner, paper):
    paper.sections.filter(key="intro").update(internal_note="来月の監査までに直す")
    make_fact(owner, "backup_retention_days", {"value": 14, "unit": "day"}, source_note="監査の報告書")
    assert len(found(owner, "監査")["notes"]) == 2
    assert "notes" not in found(owner, "監査", notes=False)


def test_a_viewer_sees_no_note_and_an_author_sees_it_marked(provider, viewer, author):
    paper = make_paper(prose("序", "本文"))
    paper.service.provider = provider
    paper.service.save()
    paper.sections.update(internal_note="内密の連絡先")
    url = reverse("whitepapers:search", args=[provider.slug])
    client = Client()
    client.force_login(viewer)
    assert "見つかりませんでした" in client.get(url, {"q": "内密"}).content.decode()
    client.force_login(author)
    page = client.get(url, {"q": "内密"}).content.decode()
    assert "<mark>内密</mark>の連絡先" in page
    assert "内部メモ</span>" in page


def test_nothing_of_another_provider_is_found(owner, paper, provider):
    make_fact(owner, "backup_retention_days", {"value": 14, "unit": "day"}, source_note="監査の報告書")
    control = Control.objects.get(edition=paper.edition, number="12.3.1")
    StandardAnswer.objects.create(provider=owner, control=control, body="監査を受けています。")
    paper.sections.update(internal_note="監査")
    for query in ("監査", "例示ペーパー", "暗号", "14日", paper.service.name):
        assert found(provider, query) == {}, query


def test_what_people_wrote_is_escaped(provider, viewer):
    paper = make_paper(prose("<b>題</b>", "<script>alert(1)</script>と書いた。"))
    paper.service.provider = provider
    paper.service.save()
    client = Client()
    client.force_login(viewer)
    page = client.get(reverse("whitepapers:search", args=[provider.slug]), {"q": "<script>"}).content.decode()
    assert "<mark>&lt;script&gt;</mark>alert(1)" in page
    assert "&lt;b&gt;題&lt;/b&gt;" in page


@pytest.mark.parametrize("query", ["%", "_", "100%", "\\", "'", '"', "*", "(", "[a-"])
def test_signs_of_pattern_languages_are_just_signs(owner, query):
    assert found(owner, query) == {}


@pytest.mark.parametrize("query", ["あ" * 101, "a b c d e f g h i", "監\0査", "監\u202e査"])
def test_a_query_that_is_none_gets_a_sentence(owner, query, provider, viewer):
    with pytest.raises(CannotSearch):
        search(owner, query, notes=False)
    client = Client()
    client.force_login(viewer)
    response = client.get(reverse("whitepapers:search", args=[provider.slug]), {"q": query})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_blank_queries_find_nothing(owner):
    assert not search(owner, " 　", notes=True)


def test_long_lists_are_cut_and_say_so(provider, viewer):
    paper = make_paper(*[prose(f"節{n}", "同じ文です。") for n in range(MAX_HITS + 5)])
    paper.service.provider = provider
    paper.service.save()
    (group,) = [group for group in search(provider, "同じ", notes=False).groups if group.key == "sections"]
    assert (len(group.hits), group.is_cut) == (MAX_HITS, True)
    client = Client()
    client.force_login(viewer)
    page = client.get(reverse("whitepapers:search", args=[provider.slug]), {"q": "同じ"}).content.decode()
    assert f"はじめの{MAX_HITS}件" in page


def test_long_sentences_are_shortened_around_the_hit(owner):
    words = Words.of("中心")
    text = whole(words.sentence("あ" * 500 + "中心" + "い" * 500))
    assert text.startswith("…")
    assert text.endswith("…")
    assert len(text) < 200


def test_spellings_are_few():
    assert "Ａｗｓ" in spellings("aws", "aws")
    assert spellings("暗号", "暗号") == ["暗号"]
    assert all(len(spellings(word, word)) <= 7 for word in ("AWSリージョン", "ガード", "x"))


def test_the_number_of_queries_does_not_grow(provider, author):
    make_edition()
    client = Client()
    client.force_login(author)
    url = reverse("whitepapers:search", args=[provider.slug])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url, {"q": "保持"}).status_code == 200
        return len(captured)

    def write(n: int) -> None:
        paper = make_paper(*[answer("12.3.1", body="保持します。") for _ in range(n)])
        paper.service.provider = provider
        paper.service.save()
        paper.sections.update(internal_note="保持")
        make_fact(provider, "backup_retention_days", {"value": n, "unit": "day"}, service=paper.service)

    write(2)
    queries()
    few = queries()
    write(15)
    assert Section.objects.filter(whitepaper__service__provider=provider).count() == 17
    assert queries() == few
    assert few <= 20
