"""Layouts (体裁) as data: how a new paper is built. One YAML file per layout, read once; ``drafting.py`` makes the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Plan:
    """A place in a layout's outline: a section, or (with ``controls`` or ``topics``) many."""

    title: str = ""
    kind: str = "prose"
    numbering: str = "decimal"
    key: str = ""
    body: str = ""  # a text of texts.yaml
    controls: str = (
        ""  # flat, by_clause or by_category: the edition's controls stand here, below this section if titled
    )
    numbering_of_groups: str = "decimal"
    numbering_of_controls: str = "decimal"
    topics: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (heading, control numbers)
    children: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    key: str
    label: str
    description: str
    editions: tuple[str, ...]  # slugs it is made for
    outline: tuple[Plan, ...]
    second_edition: str = ""
    paper: dict[str, Any] = field(default_factory=dict)  # fields of Whitepaper
    figures: tuple[str, ...] = ()  # of texts.yaml


@cache
def layouts() -> dict[str, Layout]:
    """All layouts by key, in the order in which they are offered."""
    found = (_layout(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(_FOLDER.glob("[0-9]*.yaml")))
    return {layout.key: layout for layout in found}


@cache
def texts() -> dict[str, Any]:
    """The prose and figures that a new paper begins with, as phrases still to be filled."""
    loaded: dict[str, Any] = yaml.safe_load((_FOLDER / "texts.yaml").read_text(encoding="utf-8"))
    return loaded


def _layout(data: dict[str, Any]) -> Layout:
    return Layout(
        **data
        | {
            "editions": tuple(data["editions"]),
            "figures": tuple(data.get("figures", ())),
            "outline": tuple(_plan(plan) for plan in data["outline"]),
        }
    )


def _plan(data: dict[str, Any]) -> Plan:
    topics = tuple((topic["title"], tuple(str(n) for n in topic["controls"])) for topic in data.get("topics", ()))
    return Plan(**data | {"topics": topics, "children": tuple(_plan(child) for child in data.get("children", ()))})
