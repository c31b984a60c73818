"""The preview leads to the sections and shows their findings; the settings hold everything that describes a paper."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from markupsafe import Markup

from controls.models import Edition
from tests.factories import answer, make_edition, make_paper, make_service, make_user, prose
from whitepapers.compose import compose, draft_imprint
from whitepapers.describing import CannotDescribe, change_paper, columns_of
from whitepapers.drafting import CannotDraft, draft_paper
from whitepapers.forms.papers import NewPaperForm, PaperForm
from whitepapers.forms.services import ServiceForm
from whitepapers.layouts import layouts
from whitepapers.models import Whitepaper
from whitepapers.offering import CannotOffer, add_service, change_service
from whitepapers.rendering.html import render_fragment
from whitepapers.rendering.remarks import with_remarks

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(provider) -> Whitepaper:
    paper = make_paper(prose("はじめに", "本文です。"), answer("12.3.1"))
    paper.service.provider = provider
    paper.service.save()
    return paper


@pytest.fixture
def as_author(author) -> Client:
    client = Client()
    client.force_login(author)
    return client


def page(name: str, paper: Whitepaper) -> str:
    return reverse(f"whitepapers:{name}", args=[paper.pk])


# --- Preview


def test_each_section_has_a_link_to_its_page_and_its_findings(paper, as_author):
    html = as_author.get(page("preview", paper)).content.decode()
    for section in paper.sections.all():
        assert f'href="{reverse("whitepapers:section", args=[paper.pk, section.pk])}"' in html
    assert re.search(r"指摘 \d+件<span", html)
    assert "要対応" in html


def test_a_viewer_gets_no_way_to_edit(paper, viewer):
    client = Client()
    client.force_login(viewer)
    assert "edit-section" not in client.get(page("preview", paper)).content.decode()


def test_the_paper_itself_is_shown_exactly_as_composed(paper, as_author):
    html = as_author.get(page("preview", paper)).content.decode()
    without = re.sub(r'<div class="remarks">.*?</div>', "", html, flags=re.DOTALL)
    assert str(render_fragment(compose(paper), draft_imprint(paper))).strip() in without.replace("\r", "")


def test_what_people_wrote_cannot_look_like_a_heading(paper):
    paper.sections.update(body='<h2 id="s1">x</h2>')
    fragment = render_fragment(compose(paper), draft_imprint(paper))
    anchors = [f"s{pk}" for pk in paper.sections.values_list("pk", flat=True)]
    remarked = with_remarks(fragment, dict.fromkeys([*anchors, "s1"], "REMARK"))
    assert remarked.count("REMARK") == len(anchors)
    assert with_remarks(Markup("<p>x</p>"), {}) == Markup("<p>x</p>")


def test_the_preview_asks_the_same_for_many_sections(provider, as_author):
    def queries(n: int) -> int:
        paper = make_paper(*[prose(f"節{i}", "文。") for i in range(n)], answer("12.3.1"))
        paper.service.provider = provider
        paper.service.save()
        as_author.get(page("preview", paper))
        with CaptureQueriesContext(connection) as captured:
            as_author.get(page("preview", paper))
        return len(captured)

    assert queries(2) == queries(20)


def test_the_pdf_link_stays_a_plain_download(paper, as_author):
    html = as_author.get(page("preview", paper)).content.decode()
    assert f'data-download href="{page("pdf", paper)}"' in html
    response = as_author.get(page("pdf", paper))
    assert response["Content-Type"] == "application/pdf"


# --- Settings


def settings_of(paper: Whitepaper, client: Client, **changes: object) -> dict[str, object]:
    form = client.get(page("paper_settings", paper)).context["form"]
    data: dict[str, object] = {}
    for bound in form:
        value = bound.value()
        if bound.name == "history_columns":
            data |= {f"history_columns_{n}": text for n, text in enumerate(value)}
        else:
            data[bound.name] = "" if value is None else form.fields[bound.name].prepare_value(value)
    return data | changes


def test_settings_saved_as_they_are_change_nothing(paper, as_author):
    before = compose(paper).to_json()
    response = as_author.post(page("paper_settings", paper), settings_of(paper, as_author))
    assert response.status_code == 302
    assert compose(Whitepaper.objects.get(pk=paper.pk)).to_json() == before


def test_history_columns_and_labels_are_changed(paper, as_author):
    columns = {"history_columns_0": "date", "history_columns_1": "改訂日", "history_columns_2": "number"}
    columns |= {"history_columns_3": "", "history_columns_4": "", "history_columns_5": ""}
    data = settings_of(paper, as_author, history_number_label="Ver.{number}", history_date_label="{year}年") | columns
    assert as_author.post(page("paper_settings", paper), data).status_code == 302
    paper.refresh_from_db()
    assert columns_of(paper) == [["date", "改訂日"], ["number", "版数"]]
    assert (paper.history_number_label, paper.history_date_label) == ("Ver.{number}", "{year}年")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"history_columns_0": "date", "history_columns_2": "date"}, "同じ内容の列"),
        ({"history_columns_0": "", "history_columns_1": "見出しだけ"}, "列の内容を選んでください"),
        ({f"history_columns_{n}": "" for n in range(10)}, "列を1つ以上"),
        ({"history_columns_0": "elsewhere"}, "列の内容を選び直して"),
        ({"history_number_label": "{x}"}, "使えるのは"),
        ({"history_date_label": "{number"}, "使えるのは"),
        ({"colophon": "発行：株式\u202e会社"}, "1行目に使用できない制御文字（U+202E）"),
        ({"notices": "よい\nわる\u2066い"}, "2行目に使用できない制御文字（U+2066）"),
        ({"title": "題\u202e名"}, "U+202E"),
    ],
)
def test_settings_that_cannot_be_printed_get_a_sentence(paper, as_author, changes, sentence):
    response = as_author.post(page("paper_settings", paper), settings_of(paper, as_author, **changes))
    assert response.status_code == 200
    assert sentence in response.content.decode()


def test_a_second_edition_is_chosen_and_the_reference_line_hinted_at(paper, as_author):
    second = Edition.objects.newest().get(slug="iso27002-2022")
    response = as_author.post(
        page("paper_settings", paper),
        settings_of(paper, as_author, second_edition=second.pk, reference_line="項番：{ids}"),
        follow=True,
    )
    assert "{mapped} がないため" in response.content.decode()
    again = as_author.post(
        page("paper_settings", paper),
        settings_of(paper, as_author, reference_line="項番：{ids}[（新：{mapped}）]"),
    )
    assert again.status_code == 302, again.context["form"].errors
    printed = compose(Whitepaper.objects.get(pk=paper.pk)).to_json()
    assert "項番：12.3.1（新：8.13）" in printed


def test_the_paper_s_own_edition_is_not_its_second_one(paper, as_author):
    response = as_author.post(
        page("paper_settings", paper), settings_of(paper, as_author, second_edition=paper.edition_id)
    )
    assert response.status_code == 200
    with pytest.raises(CannotDescribe, match="別の版"):
        change_paper(paper, {"second_edition": paper.edition}, by=make_user())


# --- Characters (tests/accounts/test_characters.py has the forms of accounts)


@pytest.mark.parametrize("character", ["\u202e", "\x07"])
def test_every_text_field_of_papers_and_services_refuses_control_characters(paper, character):
    bad = f"名{character}前"
    for form, names in (
        (ServiceForm(), {"name", "alias", "locations"}),
        (NewPaperForm(service=paper.service), {"title"}),
        (PaperForm(instance=paper), {"title", "subtitle", "header", "classification", "document_number"}),
    ):
        for name in names:
            with pytest.raises(Exception, match="U\\+"):
                form.fields[name].clean(bad)


def test_the_verbs_refuse_control_characters_too(provider, author):
    with pytest.raises(CannotOffer, match=r"U\+202E"):
        add_service(provider, name="サービ\u202eス", by=make_user())
    with pytest.raises(CannotOffer, match=r"U\+202E"):
        add_service(provider, name="サービス", locations=["東京\u202e"], by=make_user())
    service = make_service(provider)
    with pytest.raises(CannotOffer, match=r"U\+0000"):
        change_service(service, name="名\0前", alias="本サービス", model="SaaS", locations=[], by=make_user())
    with pytest.raises(CannotDraft, match=r"U\+202E"):
        draft_paper(service, make_edition(), layouts()["flat-topics"], title="題\u202e名", by=author)


def test_an_archived_paper_makes_room_for_a_new_one(provider, author, paper):
    from django.utils import timezone

    service, edition = make_service(provider), make_edition()
    first = draft_paper(service, edition, layouts()["flat-topics"], title="一", by=author)
    with pytest.raises(CannotDraft):
        draft_paper(service, edition, layouts()["flat-topics"], title="二", by=author)
    first.archived_at = timezone.now()
    first.save()
    draft_paper(service, edition, layouts()["flat-topics"], title="二", by=author)
