"""The figures of a paper: responsibility figures by rows of inputs, pictures decoded and written anew."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from controls.models import Control
from tests.factories import make_paper, make_user, prose
from whitepapers.compose import compose, draft_imprint
from whitepapers.figuring import MAX_UPLOAD, CannotFigure, FigureContent, add_figure, change_figure, delete_figure
from whitepapers.models import StandardAnswer, Whitepaper
from whitepapers.rendering.html import render_fragment

pytestmark = pytest.mark.django_db

TWO = [("保存データ", "お客様"), ("アプリケーション", "当社")]


@pytest.fixture
def paper(provider) -> Whitepaper:
    paper = make_paper(prose("責任分界点", "次の図のとおりです。"))
    paper.service.provider = provider
    paper.service.save()
    return paper


@pytest.fixture
def as_author(author) -> Client:
    client = Client()
    client.force_login(author)
    return client


def picture(format_: str = "PNG", size: tuple[int, int] = (40, 20)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#8899aa").save(written, format_, comment="secret") if format_ == "JPEG" else Image.new(
        "RGB", size, "#8899aa"
    ).save(written, format_)
    return written.getvalue()


def posted(layers=TWO, **fields: str) -> dict[str, object]:
    rows = {"layer_name": [name for name, _ in layers], "layer_party": [party for _, party in layers]}
    return {"key": "split", "caption": "責任分界点", "alt": "", **rows, **fields}


def new(paper: Whitepaper, kind: str) -> str:
    return reverse("whitepapers:new_figure", args=[paper.pk, kind])


def test_a_responsibility_figure_is_added_shown_and_printed(paper, as_author):
    response = as_author.post(new(paper, "responsibility"), posted([*TWO, ("", "")]), follow=True)
    assert response.redirect_chain
    page = response.content.decode()
    assert "{{ figure: split }}" in page
    assert "どの節でも使われていません" in page
    paper.sections.update(body="{{ figure: split }}")
    html = render_fragment(compose(paper), draft_imprint(paper))
    assert "保存データ" in html
    assert "図1　責任分界点" in html


def test_rows_are_moved_added_and_removed_without_saving(paper, as_author):
    layers = [("一", "甲"), ("二", "乙"), ("三", "丙")]

    def rows(action: str) -> list[str]:
        page = as_author.post(new(paper, "responsibility"), posted(layers, row=action))
        return [name for name, _ in page.context["layers"].rows]

    assert rows("up-2") == ["一", "三", "二"]
    assert rows("down-0") == ["二", "一", "三"]
    assert rows("up-0") == ["一", "二", "三"]
    assert rows("remove-1") == ["一", "三"]
    assert rows("add") == ["一", "二", "三", ""]
    assert rows("up-99") == ["一", "二", "三"]
    assert not paper.figures.exists()


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ([("保存データ", "")], "1行目の層と責任を負う者の両方"),
        ([("保存データ", "当社")], "2者から4者まで"),
        ([(f"層{n}", f"者{n}") for n in range(5)], "2者から4者まで"),
        ([("あ" * 101, "当社"), ("い", "お客様")], "1行目を100文字以内"),
        ([(f"層{n}", f"者{n % 2}") for n in range(21)], "20行まで"),
        ([("保存\u202eデータ", "当社"), ("い", "お客様")], "U+202E"),
    ],
)
def test_layers_that_cannot_be_drawn_get_a_sentence(paper, as_author, layers, sentence):
    response = as_author.post(new(paper, "responsibility"), posted(layers))
    assert sentence in response.content.decode()
    assert not paper.figures.exists()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [("12.3.1", "半角"), ("12-3", ""), ("図", "半角"), ("_x", "半角"), ("", "必須"), ("a\u202eb", "U+202E")],
)
def test_keys_that_a_body_could_not_name_are_refused(paper, as_author, key, sentence):
    response = as_author.post(new(paper, "responsibility"), posted(key=key))
    if sentence:
        assert response.status_code == 200
        assert not paper.figures.exists()
        assert sentence in response.content.decode() or "入力" in response.content.decode()


def test_a_key_is_one_per_paper(paper):
    add_figure(paper, FigureContent("split", layers=TWO), by=make_user())
    with pytest.raises(CannotFigure, match="ほかの図"):
        add_figure(paper, FigureContent("split", layers=TWO), by=make_user())


@pytest.mark.parametrize(("format_", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_is_written_anew(paper, as_author, format_, media_type):
    file = SimpleUploadedFile("whatever.exe", picture(format_), content_type="text/html")
    response = as_author.post(new(paper, "image"), {"key": "net", "caption": "構成", "alt": "構成の図", "upload": file})
    assert response.status_code == 302
    figure = paper.figures.get()
    assert (figure.media_type, figure.width, figure.height) == (media_type, 40, 20)
    assert b"secret" not in bytes(figure.image)
    page = as_author.get(reverse("whitepapers:figure_list", args=[paper.pk])).content.decode()
    assert f"data:{media_type};base64," in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"GIF89a" + b"\0" * 50, "PNG又はJPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG又はJPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNGの画像として読めません"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * MAX_UPLOAD, "5MBまで"),
    ],
)
def test_what_is_no_picture_is_refused(paper, as_author, content, sentence):
    file = SimpleUploadedFile("a.png", content, content_type="image/png")
    response = as_author.post(new(paper, "image"), {"key": "net", "alt": "図", "upload": file})
    assert sentence in response.content.decode()
    assert not paper.figures.exists()


def test_a_picture_needs_a_file_and_an_alternative_text(paper, as_author):
    page = as_author.post(new(paper, "image"), {"key": "net"}).content.decode()
    assert page.count("invalid-feedback") >= 2
    with pytest.raises(CannotFigure, match="代替テキスト"):
        add_figure(paper, FigureContent("net"), upload=picture(), by=make_user())


def test_a_picture_stays_when_only_its_words_change(paper, as_author):
    figure = add_figure(paper, FigureContent("net", alt="図"), upload=picture(), by=make_user())
    url = reverse("whitepapers:edit_figure", args=[paper.pk, figure.pk])
    assert as_author.post(url, {"key": "net", "caption": "新しい題名", "alt": "図"}).status_code == 302
    again = paper.figures.get()
    assert (again.caption, bytes(again.image)) == ("新しい題名", bytes(figure.image))


def test_a_figure_in_use_is_neither_deleted_nor_renamed(paper, as_author):
    figure = add_figure(paper, FigureContent("split", layers=TWO), by=make_user())
    paper.sections.update(body="{{ figure: split }}")
    with pytest.raises(CannotFigure, match="責任分界点"):
        delete_figure(figure, by=make_user())
    with pytest.raises(CannotFigure, match="責任分界点"):
        change_figure(figure, FigureContent("other", layers=TWO), by=make_user())
    response = as_author.post(reverse("whitepapers:remove_figure", args=[paper.pk, figure.pk]), follow=True)
    assert "本文から外してから削除してください" in response.content.decode()
    paper.sections.update(body="")
    as_author.post(reverse("whitepapers:remove_figure", args=[paper.pk, figure.pk]))
    assert not paper.figures.exists()


def test_a_figure_in_an_inherited_answer_is_in_use(paper):
    figure = add_figure(paper, FigureContent("split", layers=TWO), by=make_user())
    control = Control.objects.get(edition=paper.edition, number="12.3.1")
    shared = StandardAnswer.objects.create(provider=paper.service.provider, control=control, body="{{ figure: split }}")
    paper.sections.update(standard_answer=shared)
    with pytest.raises(CannotFigure):
        delete_figure(figure, by=make_user())


def test_a_figure_of_another_paper_is_not_found(paper, as_author, provider):
    other = make_paper(prose("別の節"))
    figure = add_figure(other, FigureContent("split", layers=TWO), by=make_user())
    for name in ("edit_figure", "remove_figure"):
        assert as_author.post(reverse(f"whitepapers:{name}", args=[paper.pk, figure.pk])).status_code == 404
    assert as_author.get(new(paper, "unknown")).status_code == 404


def test_the_list_asks_the_same_for_many_figures(paper, as_author):
    url = reverse("whitepapers:figure_list", args=[paper.pk])

    def queries() -> int:
        as_author.get(url)
        with CaptureQueriesContext(connection) as captured:
            as_author.get(url)
        return len(captured)

    add_figure(paper, FigureContent("one", layers=TWO), by=make_user())
    few = queries()
    for n in range(8):
        add_figure(paper, FigureContent(f"more{n}", layers=TWO), by=make_user())
    assert queries() == few
