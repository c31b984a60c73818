"""Whether a file's paper can stand: what it names must be there, in the catalog and in the paper. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from controls import facts as kinds
from controls.models import Control, Edition, FactDefinition

from .. import labels
from ..facts import definitions
from ..interchange import Problem
from ..models import Figure, Section, Whitepaper
from ..text import InvalidText
from ..validating import BodyContext, did_you_mean, looks_like_a_control, problems_in_body, right_number
from .pictures import CleanPicture, InvalidPicture, reencode
from .reading import CannotImport


@dataclass(slots=True)
class Checked:
    """The file's content with what it names looked up."""

    data: dict[str, Any]
    edition: Edition
    second_edition: Edition | None
    controls: Mapping[str, Control]  # of the edition, by number
    definitions: Mapping[str, FactDefinition]  # by name
    facts: dict[str, Any] = field(default_factory=dict)  # canonical values by name
    pictures: dict[str, CleanPicture] = field(default_factory=dict)  # by the figure's key


def check(data: dict[str, Any]) -> Checked:
    """Raises CannotImport with every problem found."""
    paper = data["whitepaper"]
    edition = Edition.objects.for_papers().filter(slug=paper["edition"]).first()
    if edition is None:
        slugs = "、".join(Edition.objects.for_papers().values_list("slug", flat=True)) or "（load_catalog が必要です）"
        sentence = f"「{paper['edition']}」という版はありません。使える版：{slugs}"
        raise CannotImport(Problem("whitepaper.edition", sentence))
    second, problems = _second_edition(paper)
    controls = {control.number: control for control in edition.controls.all()}
    checked = Checked(data, edition, second, controls, definitions(edition))
    problems += [*_check_paper(data), *_check_history(data), *_check_facts(checked)]
    problems += [*_check_figures(checked), *_check_sections(checked)]
    if problems:
        raise CannotImport(*problems)
    return checked


def outline(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every section of the file with its place, in the order of the paper."""
    return _placed("sections", data["sections"])


def _placed(place: str, sections: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, section in enumerate(sections):
        yield f"{place}[{number}]", section
        yield from _placed(f"{place}[{number}].children", section.get("children", []))


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


def _check_paper(data: dict[str, Any]) -> Iterator[Problem]:
    paper = data["whitepaper"]
    history = paper.get("history", {})
    patterns: list[tuple[str, str, Callable[[str], None]]] = [
        ("whitepaper.version_label", paper.get("version_label", ""), labels.check_label),
        ("whitepaper.date_label", paper.get("date_label", ""), labels.check_label),
        ("whitepaper.history.number_label", history.get("number_label", ""), labels.check_label),
        ("whitepaper.history.date_label", history.get("date_label", ""), labels.check_label),
        ("whitepaper.reference_line", paper.get("reference_line", ""), labels.check_reference_line),
    ]
    for place, pattern, check_pattern in patterns:
        try:
            check_pattern(pattern)
        except labels.InvalidLabel as error:
            yield Problem(place, str(error))
    yield from _check_date("whitepaper.planned.date", paper.get("planned", {}).get("date", ""))
    for column, times in Counter(key for key, _ in history.get("columns", ())).items():
        if times > 1:
            yield Problem("whitepaper.history.columns", f"列「{column}」が2回書かれています。")
    has_section = any(section["kind"] == Section.Kind.HISTORY for _, section in outline(data))
    if history.get("place") == Whitepaper.HistoryPlace.OUTLINE and not has_section:
        yield Problem("whitepaper.history.place", "outline にするには、kind が history の節が必要です。")


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


def _check_facts(checked: Checked) -> Iterator[Problem]:
    for name, raw in checked.data.get("facts", {}).items():
        definition = checked.definitions.get(name)
        if definition is None:
            hint = did_you_mean(name, list(checked.definitions))
            yield Problem(f"facts.{name}", f"この名前の事実は定義されていません。{hint}")
            continue
        try:
            checked.facts[name] = kinds.parse(definition.type, raw)
        except kinds.InvalidFact as error:
            yield Problem(f"facts.{name}", f"{definition.label_ja}：{error}")


def _check_figures(checked: Checked) -> Iterator[Problem]:
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


def _check_sections(checked: Checked) -> Iterator[Problem]:
    sections = list(outline(checked.data))
    keys = Counter(section["key"] for _, section in sections if "key" in section)
    context = BodyContext(
        facts=checked.definitions,
        keys=frozenset(keys),
        controls=Counter(number for _, section in sections for number in section.get("controls", ())),
        figures=frozenset(figure["key"] for figure in checked.data.get("figures", ())),
    )
    for place, section in sections:
        yield from _check_section(place, section, keys, checked.controls)
        try:
            yield from (
                Problem(f"{place}.body", sentence) for sentence in problems_in_body(section.get("body", ""), context)
            )
        except InvalidText as error:
            yield Problem(f"{place}.body", str(error))
    for name, value in checked.facts.items():
        target = kinds.section(checked.definitions[name].type, value)
        if target and target not in keys and context.controls.get(target, 0) != 1:
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
            right = right_number(number, controls)
            hint = f"「{right}」と書いてください。" if right else ""
            yield Problem(f"{place}.controls", f"「{number}」という管理策は、この版にありません。{hint}")
        elif times > 1:
            yield Problem(f"{place}.controls", f"「{number}」が2回書かれています。")
    if section["kind"] != Section.Kind.CONTROL and numbers:
        yield Problem(f"{place}.controls", "管理策を書けるのは kind が control の節だけです。")
    if not section.get("title", "").strip() and not numbers:
        yield Problem(f"{place}.title", "見出しがありません。title か controls を書いてください。")
    if section.get("numbering") == Section.Numbering.CONTROL and not numbers:
        yield Problem(f"{place}.numbering", "番号を管理策番号にするには、controls が必要です。")
