"""The pages of standard answers and the buttons beside a section, as people use them."""

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_fact, make_service
from tests.whitepapers.browser_form import controls
from tests.whitepapers.test_answers import backup, changed, draft, edition, section_of, seen, shared, text_of, write
from tests.whitepapers.test_hostile_text import HOSTILE
from whitepapers.matrix import answer_state
from whitepapers.models import Section, StandardAnswer

__all__ = ["backup", "edition"]
pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_author(author) -> Client:
    return signed_in(author)


@pytest.fixture
def list_url(provider) -> str:
    return reverse("whitepapers:answers", args=[provider.slug])


@pytest.fixture
def url(provider, edition) -> str:
    return reverse("whitepapers:answer", args=[provider.slug, edition.slug, "12.3.1"])


def press(client: Client, name: str, section: Section, **sent) -> str:
    """The page after the button; ``sent`` replaces what the page would send."""
    counters = seen(section)
    data = {"section": counters.section, "seen": counters.answer, **sent}
    address = reverse(f"whitepapers:{name}", args=[section.whitepaper_id, section.pk])
    response = client.post(address, data, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def partial(section: Section, *, may_write: bool = True) -> str:
    section = Section.objects.select_related("standard_answer__control__edition", "whitepaper__service__provider").get(
        pk=section.pk
    )
    context = {
        "answer_state": answer_state(section),
        "section": section,
        "paper": section.whitepaper,
        "provider": section.whitepaper.service.provider,
        "may_write": may_write,
    }
    return render_to_string("whitepapers/section_answer.html", context, request=RequestFactory().get("/"))


# --- The list -------------------------------------------------------------------------------------------------------


def test_the_list_says_of_every_control_what_inherits_overrides_or_has_none(
    as_author, list_url, provider, author, edition, backup
):
    shared(provider, backup, "毎日{{ backup_retention_days }}取得します。", by=author)
    draft(provider, edition, author)
    write(section_of(draft(provider, edition, author)), author, "この節だけ。")
    make_service(provider)
    html = as_author.get(list_url).content.decode()
    row = html[html.index("12.3.1") :][:4000]
    assert "毎日〔" in row
    for word in ("共通 1", "上書き 1", "節なし 1"):
        assert word in row


def test_the_list_shows_the_44_controls_that_papers_answer_or_all_of_them(as_author, list_url, edition):
    assert len(as_author.get(list_url).context["rows"]) == 44
    assert len(as_author.get(list_url, {"controls": "all"}).context["rows"]) == edition.controls.count()
    twelve = [row.control.number for row, _ in as_author.get(list_url, {"clause": "12"}).context["rows"]]
    assert twelve
    assert all(number.removeprefix("CLD.").startswith("12.") for number in twelve)


def test_the_list_is_filtered_by_whether_there_is_an_answer_or_a_newer_one_waits(
    as_author, list_url, provider, author, edition, backup
):
    answer = shared(provider, backup, by=author)
    write(section_of(draft(provider, edition, author)), author, "この節だけ。")

    def numbers(only):
        return [row.control.number for row, _ in as_author.get(list_url, {"only": only}).context["rows"]]

    assert numbers("with") == ["12.3.1"]
    assert len(numbers("without")) == 43
    assert numbers("newer") == []
    changed(answer, "新しい文。", by=author)
    assert numbers("newer") == ["12.3.1"]


def test_answers_of_archived_papers_and_other_providers_are_not_counted(
    as_author, list_url, provider, author, edition, backup, stranger
):
    shared(provider, backup, by=author)
    paper = draft(provider, edition, author)
    type(paper).objects.update(archived_at=paper.created_at)
    other = stranger.memberships.get().provider
    shared(other, backup, "よその秘密の回答", by=stranger)
    draft(other, edition, stranger)
    response = as_author.get(list_url)
    assert "よその秘密" not in response.content.decode()
    row = next(row for row, _ in response.context["rows"] if row.control.number == "12.3.1")
    assert [(state.value, n) for state, n in row.tally] == [("absent", 1)]


def test_the_list_asks_the_same_number_of_questions_whatever_there_is(
    as_author, list_url, provider, author, edition, django_assert_num_queries
):
    as_author.get(list_url)
    with CaptureQueriesContext(connection) as few:
        as_author.get(list_url)
    for number in ("12.3.1", "12.4.1", "12.4.4"):
        shared(provider, edition.controls.get(number=number), by=author)
    for _ in range(3):
        draft(provider, edition, author)
    with django_assert_num_queries(len(few)):
        as_author.get(list_url)


# --- One answer -------------------------------------------------------------------------------------------------------


def test_an_answer_is_written_with_the_form_of_its_page(as_author, url):
    data = controls(as_author.get(url).content.decode())
    data["body"] = "毎日取得します。"
    data["stances-0-stance"] = "provided"
    response = as_author.post(url, data, follow=True)
    assert "共通回答を保存しました。" in response.content.decode()
    answer = StandardAnswer.objects.get()
    assert (answer.body, answer.stances) == ("毎日取得します。", [{"stance": "provided", "scope": ""}])


def test_a_preview_shows_what_changes_with_the_facts_of_a_service_and_saves_nothing(
    as_author, url, provider, author, edition, backup
):
    answer = shared(provider, backup, "毎日取得します。", by=author)
    paper = draft(provider, edition, author, "あおぞらストレージ")
    make_fact(provider, "backup_generations", 3, service=paper.service)
    data = controls(as_author.get(url).content.decode())
    data["body"] = "毎日取得します。{{ backup_generations }}保管します。{{ backup_method }}で取得します。"
    data["preview"] = "1"
    response = as_author.post(url, data)
    assert [(piece.kind, piece.text) for piece in response.context["changes"]] == [
        ("same", "毎日取得します。"),
        ("added", "3世代保管します。〔未記入：方式・データ形式〕で取得します。"),
    ]
    assert "1件の節に印刷される文章が変わります" in response.content.decode()
    answer.refresh_from_db()
    assert answer.body == "毎日取得します。"


def test_the_second_of_two_editors_sees_both_texts_and_can_save_the_merged_one(
    as_author, url, provider, author, backup
):
    answer = shared(provider, backup, by=author)
    data = controls(as_author.get(url).content.decode())
    changed(answer, "先に保存された文章。", by=author)
    data["body"] = "自分の文章。"
    html = as_author.post(url, data).content.decode()
    assert "先に保存された文章。" in html
    assert "自分の文章。" in html
    merged = controls(html)
    merged["body"] = "先に保存された文章。自分の文章。"
    as_author.post(url, merged)
    answer.refresh_from_db()
    assert answer.body == "先に保存された文章。自分の文章。"


def test_an_unknown_fact_is_told_and_what_was_typed_stays(as_author, url):
    data = controls(as_author.get(url).content.decode())
    data["body"] = "{{ no_such_fact }}"
    html = as_author.post(url, data).content.decode()
    assert "定義されていません" in html
    assert "{{ no_such_fact }}" in html
    assert not StandardAnswer.objects.exists()


def test_parts_have_pages_of_their_own(as_author, url, provider, author, backup):
    shared(provider, backup, by=author)
    part = shared(provider, backup, "お客様の作業です。", by=author, part="お客様環境")
    assert "お客様の作業です。" in as_author.get(f"{url}?part={part.pk}").content.decode()
    assert as_author.get(f"{url}?part=new").context["answer"] is None
    assert as_author.get(f"{url}?part=999999").status_code == 404


def test_a_viewer_reads_an_answer_and_finds_nothing_to_press(viewer, url, list_url, provider, author, backup):
    shared(provider, backup, by=author)
    client = signed_in(viewer)
    html = client.get(url).content.decode()
    assert "共通の回答です。" in html
    assert '<form method="post" action="/p/' not in html
    assert client.get(list_url).status_code == 200
    assert client.post(url, {"body": "x", "counter": 1}).status_code == 403


def test_a_control_or_edition_that_is_not_there_is_not_found(as_author, provider, edition):
    for slug, number in ((edition.slug, "99.9"), ("iso9", "12.3.1"), (edition.slug, "12%00")):
        assert as_author.get(f"/p/{provider.slug}/answers/{slug}/{number}/").status_code == 404


def test_the_page_asks_the_same_number_of_questions_for_one_and_many_services(
    as_author, url, provider, author, edition, backup, django_assert_num_queries
):
    shared(provider, backup, by=author)
    draft(provider, edition, author)
    as_author.get(url)
    with CaptureQueriesContext(connection) as few:
        as_author.get(url)
    for _ in range(3):
        draft(provider, edition, author)
    with django_assert_num_queries(len(few)):
        as_author.get(url)


@pytest.mark.parametrize("text", [*HOSTILE, "\\{{ x }}"])
def test_hostile_text_stays_text_on_every_page(as_author, url, list_url, provider, author, edition, backup, text):
    shared(provider, backup, f"共通{text}", by=author)
    service = make_service(provider, f"サービス{text}")
    section = section_of(draft(provider, edition, author))
    write(section, author, f"個別{text}", stances=[{"stance": "partly", "scope": text[:100]}])
    pages = [
        as_author.get(address).content.decode()
        for address in (
            url, list_url, reverse("whitepapers:matrix", args=[provider.slug]),
            reverse("whitepapers:control_matrix", args=[provider.slug, edition.slug, "12.3.1"]),
        )
    ]  # fmt: skip
    pages.append(partial(section))
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<svg onload" not in html
    assert service.name


# --- The buttons beside a section ------------------------------------------------------------------------------------------


@pytest.fixture
def answer(provider, author, backup) -> StandardAnswer:
    return shared(provider, backup, by=author)


@pytest.fixture
def override(provider, author, edition, answer) -> Section:
    return write(section_of(draft(provider, edition, author)), author, "この節だけの回答です。")


def test_the_section_shows_the_difference_and_takes_the_newer_text_with_one_click(as_author, override, answer, author):
    assert "共通回答に戻す" in partial(override)
    changed(answer, "新しい共通の回答です。", by=author)
    html = partial(override)
    assert "新しい共通回答を取り込む" in html
    assert "<del>" in html
    data = controls(html[html.index("<section") : html.index("</form>")])
    address = html.split('action="')[1].split('"')[0]
    assert address.endswith("/answer/take/")
    response = as_author.post(address, data, follow=True)
    assert "新しい共通回答を取り込みました。" in response.content.decode()
    assert text_of(override) == "新しい共通の回答です。"


def test_the_section_returns_keeps_and_takes_with_plain_forms(as_author, override, answer, author, provider, edition):
    changed(answer, "新しい共通の回答です。", by=author)
    assert "この節の文章のままにしました。" in press(as_author, "keep_own_answer", override)
    assert "共通回答を使うようにしました。" in press(as_author, "return_to_answer", override)
    assert text_of(override) == "新しい共通の回答です。"
    assert "本文か回答区分を変更して保存すると" in partial(override)


def test_sharing_a_new_text_is_done_at_once_and_replacing_one_is_asked_first(
    as_author, override, answer, author, provider, edition
):
    fresh = write(section_of(override.whitepaper, "12.4.1"), author, "記録しています。")
    assert "この文章を共通回答にする" in partial(fresh)
    assert "この節の文章を共通回答にしました。" in press(as_author, "share_answer", fresh)
    inheriting = section_of(draft(provider, edition, author, "ほかのサービス"))
    html = press(as_author, "share_answer", override)
    assert "次の1件の節の文章が変わります" in html
    assert "ほかのサービス" in html
    assert text_of(inheriting) == "共通の回答です。"
    press(as_author, "share_answer", override, confirmed="1")
    assert text_of(inheriting) == "この節だけの回答です。"


def test_a_section_without_an_answer_is_offered_the_one_of_its_control(as_author, provider, author, edition, backup):
    section = write(section_of(draft(provider, edition, author)), author, "個別の回答です。")
    answer = shared(provider, backup, by=author)
    assert "共通回答を使う" in partial(section)
    press(as_author, "return_to_answer", section, seen=answer.counter, answer=answer.pk)
    assert text_of(section) == "共通の回答です。"


def test_an_old_button_says_why_and_changes_nothing(as_author, override, answer, author):
    changed(answer, "新しい共通の回答です。", by=author)
    assert "共通回答が変更されました" in press(as_author, "take_answer", override, seen=1)
    assert "操作を選び直してください" in press(as_author, "take_answer", override, seen="x")
    assert text_of(override) == "この節だけの回答です。"


def test_the_answer_of_another_provider_cannot_be_taken(
    as_author, override, author, edition, backup, stranger, provider
):
    theirs = shared(stranger.memberships.get().provider, backup, "よその秘密", by=stranger)
    section = write(section_of(draft(provider, edition, author), "12.4.1"), author, "個別です。")
    html = press(as_author, "return_to_answer", section, seen=1, answer=theirs.pk)
    assert "よその秘密" not in html
    assert text_of(section) == "個別です。"


def test_a_viewer_sees_the_state_without_buttons(override, viewer):
    html = partial(override, may_write=False)
    assert "上書き" in html
    assert "<form" not in html
    client = signed_in(viewer)
    for name in ("take_answer", "return_to_answer", "keep_own_answer", "share_answer"):
        address = reverse(f"whitepapers:{name}", args=[override.whitepaper_id, override.pk])
        assert client.post(address).status_code == 403
