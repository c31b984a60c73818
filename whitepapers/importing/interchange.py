"""A paper in the interchange format → rows. Everything is checked before anything is written."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import Provider
from controls import facts as kinds
from controls.models import Control, Edition

from .. import labels
from ..facts import definitions
from ..models import Fact, Figure, HistoryRow, Section, SectionControl, Service, Whitepaper
from ..text import InvalidText
from ..validating import BodyContext, looks_like_a_control, problems_in_body
from .pictures import CleanPicture, InvalidPicture, reencode
from .reading import CannotImport, Problem, read

_DEFAULTS: Mapping[str, Any] = {
    "subtitle": "", "document_number": "", "language": "ja", "version_label": "第{number}版",
    "date_label": "{year}年{month}月{day}日", "toc_depth": 2, "control_prefix": "", "number_suffix": "",
    "reference_line": "", "classification": "", "header": "", "colophon": [], "notices": [],
}  # fmt: skip


def import_paper(content: bytes, *, provider_slug: str | None = None, new_service: str | None = None) -> Whitepaper:
    """The paper that the file describes, written as new rows in one transaction.

    ``provider_slug`` names the provider to import into; without it the provider of the file's name is used or made.
    ``new_service`` gives the service another name than the file's. Raises CannotImport with every problem found.
    """
    data = read(content)
    with transaction.atomic():
        checked = _check(data)
        provider = _provider(data["provider"], provider_slug)
        service = _service(provider, data["service"], new_service)
        try:
            with transaction.atomic():
                return _write(checked, provider, service)
        except IntegrityError as error:  # somebody imported the same paper at this very moment
            raise CannotImport(Problem("", "同じペーパーが同時に登録されました。もう一度お試しください。")) from error


# --- Checking -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Checked:
    """The file's content with what it names looked up."""

    data: dict[str, Any]
    edition: Edition
    second_edition: Edition | None
    controls: Mapping[str, Control]
    facts: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, CleanPicture] = field(default_factory=dict)


def _check(data: dict[str, Any]) -> _Checked:
    paper = data["whitepaper"]
    edition = Edition.objects.for_papers().filter(slug=paper["edition"]).first()
    if edition is None:
        slugs = "、".join(Edition.objects.for_papers().values_list("slug", flat=True)) or "（load_catalog が必要です）"
        raise CannotImport(
            Problem("whitepaper.edition", f"「{paper['edition']}」という版はありません。使える版：{slugs}")
        )
    second, problems = _second_edition(paper)
    checked = _Checked(data, edition, second, {c.number: c for c in edition.controls.all()})
    problems += [*_check_paper(paper), *_check_history(data), *_check_facts(checked)]
    problems += [*_check_figures(checked), *_check_sections(checked)]
    if problems:
        raise CannotImport(*problems)
    return checked


def _second_edition(paper: dict[str, Any]) -> tuple[Edition | None, list[Problem]]:
    slug = paper.get("second_edition", "")
    if not slug:
        return None, []
    edition = Edition.objects.newest().filter(slug=slug).first()
    if edition is None:
        return None, [Problem("whitepaper.second_edition", f"「{slug}」という版はありません。")]
    if slug == paper["edition"]:
        return None, [Problem("whitepaper.second_edition", "edition と同じ版は併記できません。")]
    return edition, []


def _check_paper(paper: dict[str, Any]) -> Iterator[Problem]:
    history = paper.get("history", {})
    patterns: list[tuple[str, str, Callable[[str], None]]] = [
        ("whitepaper.version_label", paper.get("version_label", ""), labels.check_label),
        ("whitepaper.date_label", paper.get("date_label", ""), labels.check_label),
        ("whitepaper.history.number_label", history.get("number_label", ""), labels.check_label),
        ("whitepaper.history.date_label", history.get("date_label", ""), labels.check_label),
        ("whitepaper.reference_line", paper.get("reference_line", ""), labels.check_reference_line),
    ]
    for place, pattern, check in patterns:
        try:
            check(pattern)
        except labels.InvalidLabel as error:
            yield Problem(place, str(error))
    yield from _check_date("whitepaper.planned.date", paper.get("planned", {}).get("date", ""))
    columns = Counter(key for key, _ in history.get("columns", ()))
    yield from (
        Problem("whitepaper.history.columns", f"列「{key}」が2回書かれています。")
        for key, n in columns.items()
        if n > 1
    )


def _check_date(place: str, text: str) -> Iterator[Problem]:
    try:
        if text:
            date.fromisoformat(text)
    except ValueError:
        yield Problem(place, f"「{text}」という日付はありません。")


def _check_history(data: dict[str, Any]) -> Iterator[Problem]:
    numbers: set[str] = set()
    for place, row in enumerate(data.get("history", ())):
        yield from _check_date(f"history[{place}].date", row.get("date", ""))
        if row["number"] in numbers:
            yield Problem(f"history[{place}].number", f"版数 {row['number']} が2回書かれています。")
        numbers.add(row["number"])


def _check_facts(checked: _Checked) -> Iterator[Problem]:
    by_name = definitions(checked.edition)
    for name, raw in checked.data.get("facts", {}).items():
        definition = by_name.get(name)
        if definition is None:
            yield Problem(f"facts.{name}", "この名前の事実は定義されていません。")
            continue
        try:
            checked.facts[name] = kinds.parse(definition.type, raw)
        except kinds.InvalidFact as error:
            yield Problem(f"facts.{name}", f"{definition.label_ja}：{error}")


def _check_figures(checked: _Checked) -> Iterator[Problem]:
    keys: set[str] = set()
    for number, figure in enumerate(checked.data.get("figures", ())):
        place = f"figures[{number}]"
        if figure["key"] in keys:
            yield Problem(f"{place}.key", f"「{figure['key']}」は既に使われています。")
        keys.add(figure["key"])
        if figure["kind"] == Figure.Kind.IMAGE:
            try:
                checked.pictures[figure["key"]] = reencode(figure["data"], figure["media_type"])
            except InvalidPicture as error:
                yield Problem(f"{place}.data", str(error))
        elif not 2 <= len({layer["party"] for layer in figure["layers"]}) <= 4:
            yield Problem(f"{place}.layers", "責任を負う者（party）は2者から4者までにしてください。")


def _check_sections(checked: _Checked) -> Iterator[Problem]:
    placed = list(_placed("sections", checked.data["sections"]))
    keys = Counter(section["key"] for _, section in placed if "key" in section)
    by_name = definitions(checked.edition)
    context = BodyContext(
        facts=by_name,
        keys=frozenset(keys),
        controls=Counter(number for _, section in placed for number in section.get("controls", ())),
        figures=frozenset(figure["key"] for figure in checked.data.get("figures", ())),
    )
    for place, section in placed:
        yield from _check_section(place, section, keys, checked.controls)
        try:
            yield from (
                Problem(f"{place}.body", sentence) for sentence in problems_in_body(section.get("body", ""), context)
            )
        except InvalidText as error:
            yield Problem(f"{place}.body", str(error))
    for name, value in checked.facts.items():
        target = kinds.section(by_name[name].type, value)
        if target and target not in keys and context.controls[target] != 1:
            yield Problem(f"facts.{name}", f"参照先の節「{target}」がありません。")


def _check_section(
    place: str, section: dict[str, Any], keys: Counter[str], controls: Mapping[str, Control]
) -> Iterator[Problem]:
    numbers = section.get("controls", [])
    key = section.get("key", "")
    if key and looks_like_a_control(key):
        yield Problem(f"{place}.key", f"「{key}」は管理策番号と紛らわしいため使えません。")
    elif key and keys[key] > 1:
        yield Problem(f"{place}.key", f"「{key}」がほかの節でも使われています。")
    for number, times in Counter(numbers).items():
        if number not in controls:
            yield Problem(f"{place}.controls", f"「{number}」という管理策は、この版にありません。")
        elif times > 1:
            yield Problem(f"{place}.controls", f"「{number}」が2回書かれています。")
    if section["kind"] != Section.Kind.CONTROL and numbers:
        yield Problem(f"{place}.controls", "管理策を書けるのは kind が control の節だけです。")
    if not section.get("title", "").strip() and not numbers:
        yield Problem(f"{place}.title", "見出しがありません。title か controls を書いてください。")
    if section.get("numbering") == Section.Numbering.CONTROL and not numbers:
        yield Problem(f"{place}.numbering", "番号を管理策番号にするには、controls が必要です。")


def _placed(place: str, sections: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, section in enumerate(sections):
        yield f"{place}[{number}]", section
        yield from _placed(f"{place}[{number}].children", section.get("children", []))


# --- Writing ------------------------------------------------------------------------------------------------------


def _provider(described: dict[str, Any], slug: str | None) -> Provider:
    if slug is not None:
        found = Provider.objects.filter(slug=slug).first()
        if found is None:
            raise CannotImport(Problem("--provider", f"「{slug}」という提供者は登録されていません。"))
        return found
    found = Provider.objects.filter(name=described["name"]).order_by("pk").first()
    if found is not None:
        return found
    style = {
        key: described[key] for key in ("self_reference", "customer_term", "conjunction", "address") if key in described
    }
    return Provider.objects.create(name=described["name"], slug=_free_slug(described["name"]), **style)


def _free_slug(name: str) -> str:
    """A slug for a name that may have no Latin letter: the same name gives the same one while it is free."""
    stem = slugify(name)[:40] or "p-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    taken = set(Provider.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for n in range(len(taken) + 1) if (slug := stem if n == 0 else f"{stem}-{n + 1}") not in taken)


def _service(provider: Provider, described: dict[str, Any], new_name: str | None) -> Service:
    name = described["name"] if new_name is None else new_name.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise CannotImport(Problem("--new-service", "サービス名は1文字から200文字までで指定してください。"))
    existing = Service.objects.filter(provider=provider, name=name).first()
    if existing is not None:
        if new_name is not None:
            raise CannotImport(
                Problem("--new-service", f"サービス「{name}」は既に登録されています。別の名前を指定してください。")
            )
        return existing
    fields = {key: described[key] for key in ("alias", "model") if key in described}
    return Service.objects.create(provider=provider, name=name, **fields)


def _write(checked: _Checked, provider: Provider, service: Service) -> Whitepaper:
    data, described = checked.data, {**_DEFAULTS, **checked.data["whitepaper"]}
    same = service.whitepapers.filter(edition__slug=checked.edition.slug, language=described["language"])
    if same.exists():
        raise CannotImport(
            Problem(
                "service.name",
                f"サービス「{service.name}」には、この版のペーパーが既にあります。"
                "別のサービスとして取り込むときは --new-service で名前を指定してください。",
            )
        )
    _write_facts(checked, provider, service)
    paper = Whitepaper.objects.create(
        service=service,
        edition=checked.edition,
        second_edition=checked.second_edition,
        **{key: described[key] for key in ("title", *_DEFAULTS)},
        planned_number=described.get("planned", {}).get("number", ""),
        planned_date=_date(described.get("planned", {}).get("date", "")),
        **_history_fields(described.get("history", {}), data["sections"]),
    )
    _write_sections(paper, checked)
    Figure.objects.bulk_create(
        _figure(paper, n, figure, checked.pictures.get(figure["key"]))
        for n, figure in enumerate(data.get("figures", ()))
    )
    HistoryRow.objects.bulk_create(
        HistoryRow(
            whitepaper=paper,
            position=n,
            number=row["number"],
            date=_date(row.get("date", "")),
            summary=row.get("summary", ""),
            note=row.get("note", ""),
            author=row.get("author", ""),
        )  # fmt: skip
        for n, row in enumerate(data.get("history", ()))
    )
    return paper


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _history_fields(history: dict[str, Any], sections: list[dict[str, Any]]) -> dict[str, Any]:
    stands_in_outline = any(section["kind"] == Section.Kind.HISTORY for _, section in _placed("", sections))
    given = {f"history_{key}": value for key, value in history.items()}
    return {"history_place": "outline" if stands_in_outline else "front", **given}


def _write_facts(checked: _Checked, provider: Provider, service: Service) -> None:
    """The file's facts as values of this service. A value that is there already is never replaced silently."""
    present = {fact.name: fact.value for fact in Fact.objects.filter(service=service, location=None)}
    differing = [name for name, value in checked.facts.items() if name in present and present[name] != value]
    if differing:
        raise CannotImport(
            *(Problem(f"facts.{name}", f"サービス「{service.name}」には、既に別の値があります。") for name in differing)
        )
    Fact.objects.bulk_create(
        Fact(provider=provider, service=service, name=name, value=value)
        for name, value in checked.facts.items()
        if name not in present
    )


def _write_sections(paper: Whitepaper, checked: _Checked) -> None:
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
    body = section.get("body", "").replace("\r\n", "\n").replace("\r", "\n")
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
