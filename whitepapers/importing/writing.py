"""A checked file → rows: provider, service, facts and the paper with its sections, figures and history."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.utils.text import slugify

from accounts.models import Provider, User
from audit.log import Event, log_all

from ..interchange import Problem
from ..models import Fact, Figure, HistoryRow, Section, SectionControl, Service, Whitepaper
from ..subjects import of_paper, stated_anew
from ..text import InvalidText, clean
from .checking import Checked, outline
from .pictures import CleanPicture
from .reading import CannotImport

_DEFAULTS: dict[str, Any] = {
    "subtitle": "", "document_number": "", "language": "ja", "version_label": "第{number}版",
    "date_label": "{year}年{month}月{day}日", "toc_depth": 2, "control_prefix": "", "number_suffix": "",
    "reference_line": "", "classification": "", "header": "", "colophon": [], "notices": [],
}  # fmt: skip


def write(checked: Checked, provider_slug: str | None, new_service: str | None, *, by: User | None) -> Whitepaper:
    """The new paper. Raises CannotImport when something of that name or kind is there already."""
    provider = _provider(checked.data["provider"], provider_slug)
    service = _service(provider, checked.data["service"], new_service)
    paper = _paper(checked, service)
    stated = _write_facts(checked, provider, service)
    _write_sections(paper, checked)
    _write_figures(paper, checked)
    _write_history(paper, checked)
    event = Event("paper.imported", of_paper(paper), {"service": service.pk})
    log_all([event, *stated_anew(stated)], by=by, provider=provider)
    return paper


def _provider(described: dict[str, Any], slug: str | None) -> Provider:
    if slug is not None:
        found = Provider.objects.filter(slug=slug).first()
        if found is None:
            raise CannotImport(Problem("--provider", f"「{slug}」という提供者は登録されていません。"))
        return found
    name = described["name"].strip()
    found = Provider.objects.filter(name=name).order_by("pk").first()
    if found is not None:
        return found
    style = {
        key: described[key] for key in ("self_reference", "customer_term", "conjunction", "address") if key in described
    }
    return Provider.objects.create(name=name, slug=_free_slug(name), **style)


def _free_slug(name: str) -> str:
    """A slug for a name that may have no Latin letter: the same name gives the same one while it is free."""
    stem = slugify(name)[:40] or "p-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    taken = set(Provider.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for n in range(len(taken) + 1) if (slug := stem if n == 0 else f"{stem}-{n + 1}") not in taken)


def _service(provider: Provider, described: dict[str, Any], new_name: str | None) -> Service:
    name = described["name"].strip() if new_name is None else _new_name(new_name)
    existing = Service.objects.filter(provider=provider, name=name).first()
    if existing is not None and new_name is not None:
        sentence = f"サービス「{name}」は既に登録されています。別の名前を指定してください。"
        raise CannotImport(Problem("--new-service", sentence))
    fields = {key: described[key] for key in ("alias", "model") if key in described}
    return existing or Service.objects.create(provider=provider, name=name, **fields)


def _new_name(text: str) -> str:
    try:
        name = clean(text).strip()
    except InvalidText as error:
        raise CannotImport(Problem("--new-service", str(error))) from error
    if not 0 < len(name) <= 200:
        raise CannotImport(Problem("--new-service", "サービス名は1文字から200文字までで指定してください。"))
    return name


def _paper(checked: Checked, service: Service) -> Whitepaper:
    described = {**_DEFAULTS, **checked.data["whitepaper"]}
    same = service.whitepapers.filter(edition__slug=checked.edition.slug, language=described["language"])
    if same.exists():
        sentence = (
            f"サービス「{service.name}」には、この版のペーパーが既にあります。"
            "別のサービスとして取り込むときは --new-service で名前を指定してください。"
        )
        raise CannotImport(Problem("service.name", sentence))
    planned = described.get("planned", {})
    return Whitepaper.objects.create(
        service=service,
        edition=checked.edition,
        second_edition=checked.second_edition,
        **{key: described[key] for key in ("title", *_DEFAULTS)},
        planned_number=planned.get("number", ""),
        planned_date=_date(planned.get("date", "")),
        **_history_fields(checked),
    )


def _history_fields(checked: Checked) -> dict[str, Any]:
    stands_in_outline = any(section["kind"] == Section.Kind.HISTORY for _, section in outline(checked.data))
    given = {f"history_{key}": value for key, value in checked.data["whitepaper"].get("history", {}).items()}
    return {"history_place": "outline" if stands_in_outline else "front", **given}


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _write_facts(checked: Checked, provider: Provider, service: Service) -> list[Fact]:
    """The file's facts as values of this service; the new ones. A value that is there already is never
    replaced silently."""
    present = {fact.name: fact.value for fact in Fact.objects.filter(service=service, location=None)}
    differing = [name for name, value in checked.facts.items() if name in present and present[name] != value]
    if differing:
        raise CannotImport(
            *(Problem(f"facts.{name}", f"サービス「{service.name}」には、既に別の値があります。") for name in differing)
        )
    return Fact.objects.bulk_create(
        Fact(provider=provider, service=service, name=name, value=value)
        for name, value in checked.facts.items()
        if name not in present
    )


def _write_sections(paper: Whitepaper, checked: Checked) -> None:
    """One bulk insert per level of the outline."""
    level: list[tuple[Section | None, int, dict[str, Any]]] = [
        (None, n, section) for n, section in enumerate(checked.data["sections"])
    ]
    links: list[SectionControl] = []
    while level:
        rows = Section.objects.bulk_create(_section(paper, parent, n, section) for parent, n, section in level)
        below: list[tuple[Section | None, int, dict[str, Any]]] = []
        for row, (_, _, section) in zip(rows, level, strict=True):
            below += [(row, n, child) for n, child in enumerate(section.get("children", ()))]
            links += [
                SectionControl(section=row, control=checked.controls[number], position=n)
                for n, number in enumerate(section.get("controls", ()))
            ]
        level = below
    SectionControl.objects.bulk_create(links)


def _section(paper: Whitepaper, parent: Section | None, position: int, section: dict[str, Any]) -> Section:
    body = section.get("body", "")
    return Section(
        whitepaper=paper,
        parent=parent,
        position=position,
        kind=section["kind"],
        numbering=section.get("numbering", Section.Numbering.DECIMAL),
        title=section.get("title", "").strip(),
        key=section.get("key", ""),
        body=body,
        stances=[
            {"stance": stance["stance"], "scope": stance.get("scope", "")} for stance in section.get("stances", ())
        ],
        answered_points=section.get("answered_points", []),
        progress=Section.Progress.WRITING if body.strip() else Section.Progress.OPEN,
    )


def _write_figures(paper: Whitepaper, checked: Checked) -> None:
    Figure.objects.bulk_create(
        _figure(paper, n, figure, checked.pictures.get(figure["key"]))
        for n, figure in enumerate(checked.data.get("figures", ()))
    )


def _figure(paper: Whitepaper, position: int, figure: dict[str, Any], picture: CleanPicture | None) -> Figure:
    return Figure(
        whitepaper=paper,
        position=position,
        key=figure["key"],
        kind=figure["kind"],
        caption=figure.get("caption", ""),
        alt=figure.get("alt", ""),
        layers=figure.get("layers", []) if picture is None else [],
        media_type=figure["media_type"] if picture else "",
        image=picture.data if picture else b"",
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
    )


def _write_history(paper: Whitepaper, checked: Checked) -> None:
    HistoryRow.objects.bulk_create(
        HistoryRow(
            whitepaper=paper,
            position=n,
            number=row["number"],
            date=_date(row.get("date", "")),
            summary=row.get("summary", ""),
            note=row.get("note", ""),
            author=row.get("author", ""),
        )
        for n, row in enumerate(checked.data.get("history", ()))
    )
