"""The figures of a paper: list, add, change, delete."""

from __future__ import annotations

import base64

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from accounts.access import user_of
from accounts.models import User
from accounts.roles import may

from .. import document
from ..access import paper_for, role_of
from ..figuring import CannotFigure, add_figure, change_figure, delete_figure, heading_of, sections_with
from ..forms.figures import FigureForm, Layers, PictureForm
from ..models import Figure, Whitepaper
from ..rendering.figure import responsibility_svg


@require_safe
def figure_list(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "read")
    shown_in = sections_with(paper)
    figures = [
        (figure, _drawing(figure), [(section, heading_of(section)) for section in shown_in.get(figure.key, ())])
        for figure in paper.figures.all()
    ]
    return render(request, "whitepapers/figure_list.html", _context(paper) | {"figures": figures})


@require_http_methods(["GET", "POST"])
def new_figure(request: HttpRequest, paper_id: int, kind: str) -> HttpResponse:
    """``kind`` is one of Figure.Kind."""
    paper = paper_for(request, paper_id, "write")
    if kind not in Figure.Kind.values:
        raise Http404
    return _edit(request, paper, Figure(whitepaper=paper, kind=kind))


@require_http_methods(["GET", "POST"])
def edit_figure(request: HttpRequest, paper_id: int, figure_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "write")
    return _edit(request, paper, get_object_or_404(paper.figures, pk=figure_id))


@require_POST
def remove_figure(request: HttpRequest, paper_id: int, figure_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "write")
    try:
        delete_figure(get_object_or_404(paper.figures, pk=figure_id), by=user_of(request))
    except CannotFigure as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("図を削除しました。"))
    return redirect("whitepapers:figure_list", paper.pk)


def _edit(request: HttpRequest, paper: Whitepaper, figure: Figure) -> HttpResponse:
    is_picture = figure.kind == Figure.Kind.IMAGE
    # The form writes what was typed into its instance, right or wrong: the drawing and the verb want the row as it is.
    drawing, key = _drawing(figure) if figure.pk else "", figure.key
    form = (PictureForm if is_picture else FigureForm)(request.POST or None, request.FILES or None, instance=figure)
    layers = Layers.posted(request.POST) if request.method == "POST" else Layers.of(figure if figure.pk else None)
    action = request.POST.get("row", "")
    if action:
        layers = layers.moved(action)
    elif request.method == "POST" and form.is_valid():
        try:
            _save(paper, figure, form, layers, by=user_of(request))
        except CannotFigure as error:
            layers.error = error.problems.pop("layers", "")
            for field, sentence in error.problems.items():
                form.add_error(field or None, sentence)
        else:
            messages.success(request, _("図を保存しました。"))
            return redirect("whitepapers:figure_list", paper.pk)
    context = {"form": form, "figure": figure, "figure_key": key, "drawing": drawing, "layers": layers}
    context |= {"is_picture": is_picture}
    return render(request, "whitepapers/figure_form.html", _context(paper) | context)


def _save(paper: Whitepaper, figure: Figure, form: FigureForm, layers: Layers, *, by: User) -> None:
    upload = form.picture() if isinstance(form, PictureForm) else None
    content = form.content(layers.filled)
    if figure.pk:
        change_figure(figure, content, upload=upload, by=by)
    else:
        add_figure(paper, content, upload=upload, by=by)


def _drawing(figure: Figure) -> Markup:
    """The figure as the paper shows it."""
    if figure.kind == Figure.Kind.IMAGE:
        data = base64.b64encode(bytes(figure.image)).decode()
        return Markup('<img src="data:{};base64,{}" width="{}" height="{}" alt="{}">').format(
            figure.media_type, data, figure.width, figure.height, figure.alt
        )
    layers = tuple(document.Layer(layer["name"], layer["party"]) for layer in figure.layers)
    alt = figure.alt or "、".join(f"{layer.name}：{layer.party}" for layer in layers)
    return responsibility_svg(document.Figure(figure.key, 1, figure.caption, alt, layers, None))


def _context(paper: Whitepaper) -> dict[str, object]:
    return {
        "paper": paper,
        "service": paper.service,
        "provider": paper.service.provider,
        "may_write": may(role_of(paper), "write"),
    }
