"""Whether a body can stand in its paper: what its placeholders name must be there. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from .text import PlacedPlaceholder, placeholders, too_wide_rows

_CONTROL = re.compile(r"(?:A[.-]?|CLD[.-]?)?[0-9]+(?:[.-][0-9]+)*", re.IGNORECASE)


class _Definition(Protocol):
    @property
    def type(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class BodyContext:
    """What the placeholders of a paper may name."""

    facts: Mapping[str, _Definition]  # by name
    keys: Collection[str]  # of sections
    controls: Mapping[str, int]  # control number → how many sections answer it
    figures: Collection[str]  # keys


def looks_like_a_control(key: str) -> bool:
    return _CONTROL.fullmatch(unicodedata.normalize("NFKC", key)) is not None


def right_number(number: str, known: Container[str]) -> str:
    """The control that another spelling means (A.5.1.1, CLD6.3.1, １２．３．１), "" when ``known`` has none."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", number)).upper().replace("-", ".").strip(".")
    right = re.sub(r"^CLD(?=\d)", "CLD.", re.sub(r"^A\.?(?=\d)", "", text))
    return right if right != number and right in known else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """「title」のことですか。, or nothing when nothing that is known looks like ``name``."""
    similar = get_close_matches(name[:100], list(known), 1, 0.75)
    return f"「{similar[0]}」のことですか。" if similar else ""


def problems_in_body(body: str, context: BodyContext) -> Iterator[str]:
    """A sentence for everything in ``body`` that cannot be printed. Raises InvalidText at a broken placeholder."""
    for line in too_wide_rows(body):
        yield f"{line}行目の表の行に、見出しより多くの列があります。列の数をそろえてください。"
    for placed in placeholders(body):
        if sentence := _problem(placed, context):
            yield f"{placed.line}行目の差し込み「{placed.placeholder}」：{sentence}"


def _problem(placed: PlacedPlaceholder, context: BodyContext) -> str:
    name = placed.placeholder.name
    match placed.placeholder.kind:
        case "figure":
            if name not in context.figures:
                return "この名前の図はありません。"
            return "" if placed.alone else "図は、ほかの文字のない行に置いてください。"
        case "ref":
            return _reference_problem(name, context)
    if name not in context.facts:
        return f"この名前の事実は定義されていません。{did_you_mean(name, context.facts)}"
    is_table = context.facts[name].type["kind"] == "table"
    return "表の事実は、ほかの文字のない行に置いてください。" if is_table and not placed.alone else ""


def _reference_problem(name: str, context: BodyContext) -> str:
    if name in context.keys:
        return ""
    times = context.controls.get(name, 0)
    if times > 1:
        return "この管理策に答える節が複数あります。節の参照名（key）で指定してください。"
    if times:
        return ""
    right = right_number(name, context.controls)
    return f"参照先の節がありません。「{right}」と書いてください。" if right else "参照先の節がありません。"
