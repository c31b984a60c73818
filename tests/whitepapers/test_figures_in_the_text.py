"""``{{ figure: key }}`` alone in its line prints a figure with its number."""

import base64
import io

import pytest
from PIL import Image

from tests.factories import make_paper, prose
from whitepapers.compose import compose
from whitepapers.document import Figure, Layer, Missing, inlines_of

pytestmark = pytest.mark.django_db

LAYERS = [{"name": "データ", "party": "お客様"}, {"name": "基盤", "party": "当社"}]


def layers_figure(key, **fields):
    return {"key": key, "kind": "responsibility", "layers": LAYERS, **fields}


def png():
    written = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def figures(paper):
    return [b for section in compose(paper).walk() for b in section.blocks if isinstance(b, Figure)]


def test_figures_are_numbered_in_the_order_of_the_text():
    paper = make_paper(
        prose("A", "{{ figure: second }}", children=[prose("B", "前\n{{ figure: third }}\n後")]),
        prose("C", "{{ figure: first }}"),
        figures=[layers_figure(key) for key in ("first", "second", "third", "unused")],
    )
    assert [(figure.key, figure.number) for figure in figures(paper)] == [("second", 1), ("third", 2), ("first", 3)]


def test_a_figure_shown_twice_keeps_its_number():
    paper = make_paper(prose("A", "{{ figure: a }}\n{{ figure: a }}"), figures=[layers_figure("a")])
    assert [figure.number for figure in figures(paper)] == [1, 1]


def test_layers_and_parties_and_what_they_say_to_who_cannot_see_them():
    paper = make_paper(prose("A", "{{ figure: a }}"), figures=[layers_figure("a", caption="分界点")])
    (figure,) = figures(paper)
    assert figure.layers == (Layer("データ", "お客様"), Layer("基盤", "当社"))
    assert figure.parties == ("お客様", "当社")
    assert (figure.caption, figure.alt) == ("分界点", "データ：お客様、基盤：当社")


def test_a_picture():
    picture = {
        "key": "a",
        "kind": "image",
        "media_type": "image/png",
        "data": png(),
        "caption": "構成",
        "alt": "赤い図",
    }
    (figure,) = figures(make_paper(prose("A", "{{ figure: a }}"), figures=[picture]))
    assert (figure.picture.media_type, figure.picture.width, figure.picture.height) == ("image/png", 4, 3)
    assert figure.alt == "赤い図"


def test_a_figure_that_is_gone_is_missing():
    paper = make_paper(prose("A", "{{ figure: a }}"), figures=[layers_figure("a")])
    paper.figures.all().delete()
    (missing,) = inlines_of(compose(paper).printed.sections[0].blocks)
    assert missing == Missing("figure", "a", "a")


def test_a_figure_inside_a_line_is_missing_rather_than_lost():
    paper = make_paper(prose("A", "x"), figures=[layers_figure("a")])
    paper.sections.update(body="図は{{ figure: a }}です。")
    assert Missing("figure", "a", "a") in inlines_of(compose(paper).printed.sections[0].blocks)
