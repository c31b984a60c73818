"""A file's bytes → JSON that keeps to the schema of ``hakusho/1``, or every reason why not. Writes nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ..text import InvalidText, clean

MAX_FILE = 20 * 1024 * 1024  # bytes
MAX_LEVELS = 6
MAX_SECTIONS = 2_000
_MAX_NESTING = 2 * MAX_LEVELS + 12  # of JSON itself, checked before anything walks it recursively
_SCHEMA = Path(__file__).resolve().parent.parent / "interchange.schema.json"
_SHOWN = 20  # problems told at once

# Where a line break is part of the text.
_MULTILINE = frozenset({"body", "summary", "note", "notices", "colophon"})


@dataclass(frozen=True, slots=True)
class Problem:
    place: str  # sections[3].children[0].body, "" for the file as a whole
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}：{self.sentence}" if self.place else self.sentence


class CannotImport(Exception):
    """The file is not taken; the message tells every problem with its place, and nothing has been written."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        lines = [str(problem) for problem in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            lines.append(f"ほかに{len(problems) - _SHOWN}件の問題があります。")
        super().__init__("\n".join(lines))


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys came twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.doubles = sorted({key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(pairs) if len({key for key, _ in pairs}) == len(pairs) else _Object(pairs)


def read(content: bytes) -> dict[str, Any]:
    """The file as JSON that fits the schema. Raises CannotImport."""
    if len(content) > MAX_FILE:
        raise CannotImport(Problem("", "ファイルが大きすぎます。20MBまでのファイルを指定してください。"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CannotImport(
            Problem(f"{line}行目", "UTF-8として読めません。文字コードをUTF-8にしてください。")
        ) from error
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=lambda _: math.nan)
    except json.JSONDecodeError as error:
        where = f"{error.lineno}行目{error.colno}文字目"
        raise CannotImport(Problem(where, "JSONとして読めません。")) from error
    except (RecursionError, ValueError) as error:
        raise CannotImport(Problem("", "JSONとして読めません。入れ子が深すぎるか、数値が大きすぎます。")) from error
    if not isinstance(data, dict):
        raise CannotImport(Problem("", "JSONのオブジェクトではありません。hakusho/1形式のファイルを指定してください。"))
    if problems := list(_walk(data)):
        raise CannotImport(*problems)
    if problems := [*_outline(data), *_against_schema(data)]:
        raise CannotImport(*problems)
    return data


def _walk(data: dict[str, Any]) -> Iterator[Problem]:
    """What no schema can say: doubled keys, null, NaN, control characters, nesting without end."""
    waiting: list[tuple[str, Any, int, bool]] = [("", data, 0, False)]
    while waiting:
        place, value, depth, multiline = waiting.pop()
        if depth > _MAX_NESTING:
            yield Problem(place, "入れ子が深すぎます。節は6階層までです。")
        elif isinstance(value, dict):
            if isinstance(value, _Object):
                yield from (Problem(join(place, key), "同じ項目が2回書かれています。") for key in value.doubles)
            for key, item in reversed(value.items()):
                if problem := _unclean(join(place, "（項目名）"), key, multiline=False):
                    yield problem
                else:
                    waiting.append((join(place, key), item, depth + 1, multiline or key in _MULTILINE))
        elif isinstance(value, list):
            waiting += [(f"{place}[{n}]", item, depth + 1, multiline) for n, item in reversed(list(enumerate(value)))]
        elif value is None:
            yield Problem(place, "null は使えません。値がないときは項目ごと省いてください。")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Problem(place, "NaNや無限大は使えません。")
        elif isinstance(value, str) and (problem := _unclean(place, value, multiline=multiline)):
            yield problem


def _unclean(place: str, text: str, *, multiline: bool) -> Problem | None:
    try:
        clean(text, multiline=multiline)
    except InvalidText as error:
        return Problem(place, str(error))
    return None


def join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _outline(data: dict[str, Any]) -> Iterator[Problem]:
    """The limits of the outline, without recursion."""
    count = 0
    waiting = [("sections", data.get("sections"), 1)]
    while waiting:
        place, sections, level = waiting.pop()
        if not isinstance(sections, list):
            continue
        if level > MAX_LEVELS and sections:
            yield Problem(place, f"節の階層が深すぎます。{MAX_LEVELS}階層までにしてください。")
            continue
        count += len(sections)
        for number, section in enumerate(sections):
            if isinstance(section, dict):
                waiting.append((f"{place}[{number}].children", section.get("children"), level + 1))
    if count > MAX_SECTIONS:
        yield Problem("sections", f"節が{count}個あります。{MAX_SECTIONS}個までにしてください。")


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _against_schema(data: dict[str, Any]) -> Iterator[Problem]:
    for error in _validator().iter_errors(data):
        place = ""
        for part in error.absolute_path:
            place = f"{place}[{part}]" if isinstance(part, int) else join(place, part)
        yield from _sentences(place, error)


_TYPES = {
    "string": "文字列",
    "object": "オブジェクト",
    "array": "配列",
    "integer": "整数",
    "number": "数値",
    "boolean": "true か false",
}


def _sentences(place: str, error: ValidationError) -> Iterator[Problem]:
    limit: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "required":
            missing = [key for key in limit if key not in value]
            yield from (Problem(join(place, key), "必須の項目がありません。") for key in missing[:1])
        case "additionalProperties":
            known = error.schema["properties"] if isinstance(error.schema, dict) else {}
            yield from (Problem(join(place, key), "この形式にない項目です。") for key in value if key not in known)
        case "type":
            yield Problem(place, f"{_TYPES.get(str(limit), str(limit))}で書いてください。")
        case "enum":
            yield Problem(place, f"「{_short(value)}」は使えません。{'、'.join(limit)} のどれかを書いてください。")
        case "const":
            yield Problem(place, f"「{_short(value)}」には対応していません。「{limit}」だけを読み込めます。")
        case "maxLength":
            yield Problem(place, f"長すぎます（{len(value):,}文字）。{limit:,}文字までにしてください。")
        case "minLength" | "pattern" if not str(value).strip():
            yield Problem(place, "空にはできません。")
        case "pattern" | "anyOf":
            yield Problem(place, f"「{_short(value)}」の形が正しくありません。{_FORMS.get(str(limit), '')}".strip())
        case "maxItems" | "maxProperties":
            yield Problem(place, f"多すぎます（{len(value):,}個）。{limit:,}個までにしてください。")
        case "minItems":
            yield Problem(place, f"{limit}個以上が必要です。")
        case "minimum" | "maximum":
            yield Problem(
                place,
                f"{value} は範囲外です。{limit} {'以上' if error.validator == 'minimum' else '以下'}にしてください。",
            )
        case _:
            yield Problem(place, "値が正しくありません。")


_FORMS = {
    "^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$": "英数字と - _ で60文字までにしてください。",
    "^[0-9]+(\\.[0-9]+){0,2}$": "1.0 のような数字で書いてください。",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "2024-05-07 のような日付で書いてください。",
}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"
