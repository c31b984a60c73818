"""Frozen dataclasses ↔ canonical JSON: equal values give equal strings, and only what fits the classes comes back."""

from __future__ import annotations

import json
import math
import sys
import types
import typing
from dataclasses import fields, is_dataclass
from functools import cache

Json: typing.TypeAlias = typing.Any


def to_json(value: object) -> str:
    """Keys sorted, no spaces, UTF-8 text. Raises ValueError for NaN and infinities."""
    return json.dumps(_encoded(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def from_json(text: str, class_: type) -> Json:
    """The ``class_`` that ``to_json`` wrote. Raises ValueError for anything else."""
    try:
        return _decoded(json.loads(text, parse_constant=_no_constant, parse_float=_finite), class_)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_constant(name: str) -> typing.NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"{digits:.40} is too large")
    return number


def _encoded(value: typing.Any) -> Json:
    if isinstance(value, tuple | list):
        return [_encoded(item) for item in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return {"type": type(value).__name__} | {f.name: _encoded(getattr(value, f.name)) for f in fields(value)}


def _decoded(value: Json, hint: typing.Any) -> typing.Any:
    if hint is typing.Any:
        return value
    if typing.get_origin(hint) is tuple:
        return _decoded_tuple(value, typing.get_args(hint))
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return _decoded(value, _member(value, typing.get_args(hint)))
    if not (isinstance(hint, type) and is_dataclass(hint)):
        if type(value) is not hint:
            raise ValueError(f"{value!r:.40} is no {hint.__name__}")
        return value
    hints = _hints(hint)
    if not isinstance(value, dict) or value.keys() != {"type", *hints} or value["type"] != hint.__name__:
        raise ValueError(f"{value!r:.40} is no {hint.__name__}")
    return hint(**{name: _decoded(value[name], hints[name]) for name in hints})


def _decoded_tuple(value: Json, hints: tuple[typing.Any, ...]) -> tuple[typing.Any, ...]:
    if not isinstance(value, list) or (hints[-1] is not ... and len(value) != len(hints)):
        raise ValueError(f"{value!r:.40} is no list of the right length")
    each = hints[:1] * len(value) if hints[-1] is ... else hints
    return tuple(_decoded(item, hint) for item, hint in zip(value, each, strict=True))


def _member(value: Json, members: tuple[typing.Any, ...]) -> typing.Any:
    name = value.get("type") if isinstance(value, dict) else type(value).__name__
    for member in members:
        if member.__name__ == name:
            return member
    raise ValueError(f"{value!r:.40} is none of {', '.join(member.__name__ for member in members)}")


@cache
def _hints(class_: type) -> dict[str, typing.Any]:
    return typing.get_type_hints(class_, vars(sys.modules[class_.__module__]))
