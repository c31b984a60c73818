"""Adds, changes and deletes the figures of a paper. Pictures are decoded and written anew before they are kept."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.characters import InvalidText, check
from accounts.models import User
from audit.log import log

from .compose import answer_of
from .importing.pictures import CleanPicture, InvalidPicture, reencode
from .locking import why_locked
from .models import Figure, Section, Whitepaper
from .subjects import of_paper
from .text import placeholders
from .validating import looks_like_a_control

MAX_FIGURES = 200  # as many as a file may bring
MAX_LAYERS = 20
MAX_PARTIES = 4  # each has a colour of its own
MAX_WORDS = 100  # letters in the name of a layer or a party
MAX_UPLOAD = 5 * 1024 * 1024
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


class CannotFigure(Exception):
    """Nothing was changed. ``problems`` has a sentence for people per field; "" is the form as a whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(self.problems.values()))


@dataclass(frozen=True, slots=True)
class FigureContent:
    """What a person says about a figure. ``layers`` (name, party) are of a responsibility figure, top first."""

    key: str
    caption: str = ""
    alt: str = ""
    layers: Sequence[tuple[str, str]] = field(default=())


@transaction.atomic
def add_figure(paper: Whitepaper, content: FigureContent, *, upload: bytes | None = None, by: User) -> Figure:
    """A new figure: of responsibilities, or with ``upload`` (the bytes of a PNG or JPEG file) a picture. CannotFigure."""
    paper = _locked(paper)
    if paper.figures.count() >= MAX_FIGURES:
        raise CannotFigure({"": _("図は%(limit)s個までにしてください。") % {"limit": MAX_FIGURES}})
    kind = Figure.Kind.RESPONSIBILITY if upload is None else Figure.Kind.IMAGE
    last = paper.figures.order_by("position").last()
    figure = Figure(whitepaper=paper, kind=kind, position=last.position + 1 if last else 0)
    figure = _written(figure, content, upload)
    _tell("figure.added", figure, by)
    return figure


@transaction.atomic
def change_figure(figure: Figure, content: FigureContent, *, upload: bytes | None = None, by: User) -> Figure:
    """Says something else about a figure, or shows another picture. CannotFigure, also when a section would lose it."""
    figure = _current(figure)
    if content.key != figure.key:
        _guard_unused(figure, "key", _("参照名を変えるときは、先に次の節の本文から外してください：%(sections)s"))
    figure = _written(figure, content, upload)
    _tell("figure.changed", figure, by)
    return figure


@transaction.atomic
def delete_figure(figure: Figure, *, by: User) -> None:
    """CannotFigure while a section of the paper shows it."""
    figure = _current(figure)
    _guard_unused(figure, "", _("この図は次の節で使われています。本文から外してから削除してください：%(sections)s"))
    figure.delete()
    _tell("figure.removed", figure, by)


def _tell(action: str, figure: Figure, by: User) -> None:
    paper = figure.whitepaper
    log(action, of_paper(paper), by=by, provider=paper.service.provider_id, figure=str(figure), key=figure.key)


def sections_with(paper: Whitepaper) -> dict[str, list[Section]]:
    """Key of a figure → the sections whose own or inherited text shows it, those left out of the paper included."""
    found: dict[str, list[Section]] = {}
    rows = paper.sections.select_related("standard_answer").prefetch_related("section_controls__control")
    for section in rows.in_outline_order():
        for key in _shown(answer_of(section)[0]):
            found.setdefault(key, []).append(section)
    return found


def heading_of(section: Section) -> str:
    """The heading as it is printed, without its number: the section's own or its first control's."""
    return section.title or next((link.control.title_ja for link in section.section_controls.all()), str(section))


def _shown(body: str) -> set[str]:
    if "figure" not in body:
        return set()
    try:
        return {each.placeholder.name for each in placeholders(body) if each.placeholder.kind == "figure"}
    except InvalidText:  # of a text from before; nothing in it can be shown
        return set()


def _locked(paper: Whitepaper) -> Whitepaper:
    """Keys are one per paper: whoever gives one waits for the others."""
    locked = Whitepaper.objects.select_for_update(no_key=True).get(pk=paper.pk)
    if why := why_locked(locked):
        raise CannotFigure({"": why})
    return locked


def _current(figure: Figure) -> Figure:
    paper = _locked(figure.whitepaper)
    current = paper.figures.filter(pk=figure.pk).first()
    if current is None:
        raise CannotFigure({"": _("この図はすでに削除されています。")})
    current.whitepaper = paper
    return current


def _guard_unused(figure: Figure, field_name: str, sentence: str) -> None:
    if sections := sections_with(figure.whitepaper).get(figure.key):
        raise CannotFigure({field_name: sentence % {"sections": "、".join(map(heading_of, sections))}})


def _written(figure: Figure, content: FigureContent, upload: bytes | None) -> Figure:
    problems = _problems(figure, content)
    picture: CleanPicture | None = None
    if figure.kind == Figure.Kind.IMAGE and upload is not None:
        try:
            picture, figure.media_type = _picture(upload)
        except InvalidPicture as error:
            problems["upload"] = str(error)
    if problems:
        raise CannotFigure(problems)
    figure.key, figure.caption, figure.alt = content.key, content.caption, content.alt
    if figure.kind == Figure.Kind.RESPONSIBILITY:
        figure.layers = [{"name": name, "party": party} for name, party in content.layers]
    if picture:
        figure.image, figure.width, figure.height = picture.data, picture.width, picture.height
    figure.save()
    return figure


def _picture(upload: bytes) -> tuple[CleanPicture, str]:
    if len(upload) > MAX_UPLOAD:
        raise InvalidPicture(_("画像のファイルは%(limit)sMBまでにしてください。") % {"limit": MAX_UPLOAD // 1024**2})
    media_type = next((type_ for signature, type_ in _SIGNATURES if upload.startswith(signature)), "")
    if not media_type:
        raise InvalidPicture(_("PNG又はJPEGの画像を選んでください。"))
    picture = reencode(base64.b64encode(upload).decode(), media_type)
    if len(picture.data) > 2 * MAX_UPLOAD:  # written without tricks, a picture may be much larger than it came
        raise InvalidPicture(_("画像が大きすぎます。縦横の画素数を減らしてください。"))
    return picture, media_type


def _problems(figure: Figure, content: FigureContent) -> dict[str, str]:
    problems: dict[str, str] = {}
    values: dict[str, Any] = {"key": content.key, "caption": content.caption, "alt": content.alt}
    values["layers"] = [text for layer in content.layers for text in layer]
    for name, value in values.items():
        try:
            check(value)
        except InvalidText as error:
            problems[name] = str(error)
    if not content.key:
        problems["key"] = _("参照名を入力してください。")
    elif not _KEY.fullmatch(content.key):
        problems["key"] = _("参照名は、半角の英数字、ハイフン、下線を使い、60文字以内で入力してください。")
    elif looks_like_a_control(content.key):
        problems["key"] = _("管理策番号と紛らわしい参照名は使えません。")
    elif figure.whitepaper.figures.exclude(pk=figure.pk).filter(key=content.key).exists():
        problems["key"] = _("この参照名は、ほかの図で使われています。")
    for name, limit in (("caption", 300), ("alt", 1000)):
        if len(values[name]) > limit:
            problems[name] = _("%(limit)s文字以内で入力してください。") % {"limit": f"{limit:,}"}
    if figure.kind == Figure.Kind.RESPONSIBILITY:
        if sentence := _problem_of_layers(content.layers):
            problems.setdefault("layers", sentence)
    elif not content.alt:
        problems["alt"] = _("代替テキストを入力してください。画像を見られない読者に読み上げられます。")
    return problems


def _problem_of_layers(layers: Sequence[tuple[str, str]]) -> str:
    for place, (name, party) in enumerate(layers, start=1):
        if not name or not party:
            return _("%(place)s行目の層と責任を負う者の両方を入力してください。") % {"place": place}
        if max(len(name), len(party)) > MAX_WORDS:
            return _("%(place)s行目を%(limit)s文字以内にしてください。") % {"place": place, "limit": MAX_WORDS}
    if len(layers) > MAX_LAYERS:
        return _("層は%(limit)s行までにしてください。") % {"limit": MAX_LAYERS}
    if not 2 <= len({party for _, party in layers}) <= MAX_PARTIES:
        return _("責任を負う者は2者から4者までにしてください。")
    return ""
