"""The JSON Schema of ``hakusho/1``, and what is wrong with a file as sentences for people. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from .validating import did_you_mean

FORMAT = "hakusho/1"
_SCHEMA = Path(__file__).resolve().with_name("interchange.schema.json")


@dataclass(frozen=True, slots=True)
class Problem:
    place: str  # sections[3].children[0].body, "" for the file as a whole
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}：{self.sentence}" if self.place else self.sentence


def placed(path: Sequence[str | int]) -> str:
    """``("sections", 3, "body")`` → ``sections[3].body``; what no terminal should see is left out of keys."""
    place = ""
    for part in path:
        if isinstance(part, int):
            place += f"[{part}]"
        else:
            place += ("." if place else "") + short("".join(c if c.isprintable() else "\ufffd" for c in part))
    return place


def short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"


def against_schema(data: dict[str, Any]) -> Iterator[Problem]:
    """Everything in ``data`` that the format does not know or allow."""
    for error in _validator().iter_errors(data):
        yield from _problems(list(error.absolute_path), error)


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _problems(path: list[str | int], error: ValidationError) -> Iterator[Problem]:
    """One problem, or one for each key that is missing or unknown."""
    value: Any = error.instance
    keys: Any = error.validator_value
    if error.validator == "required":
        missing = [key for key in keys if key not in value]
        yield from (Problem(placed([*path, key]), "必須の項目がありません。") for key in missing)
    elif error.validator == "additionalProperties":
        known = list(error.schema["properties"]) if isinstance(error.schema, dict) else []
        for key in value:
            if key not in known:
                yield Problem(placed([*path, key]), f"この形式にない項目です。{did_you_mean(key, known)}")
    else:
        yield Problem(placed(path), _sentence(error))


_TYPES = {
    "string": "文字列",
    "object": "オブジェクト",
    "array": "配列",
    "integer": "整数",
    "number": "数値",
    "boolean": "true か false",
}


def _sentence(error: ValidationError) -> str:  # noqa: PLR0911 - one return for each keyword of the schema
    limit: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "type":
            return f"{_TYPES.get(str(limit), str(limit))}で書いてください。"
        case "enum":
            return f"「{short(value)}」は使えません。{'、'.join(limit)} のどれかを書いてください。"
        case "const":
            return f"「{short(value)}」には対応していません。「{limit}」だけを読み込めます。"
        case "maxLength":
            return f"長すぎます（{len(value):,}文字）。{limit:,}文字までにしてください。"
        case "minLength" | "pattern" if not str(value).strip():
            return "空にはできません。"
        case "pattern":
            return f"「{short(value)}」の形が正しくありません。{_FORMS.get(str(limit), '')}"
        case "anyOf":  # the dates of the history, which may be empty
            return f"「{short(value)}」の形が正しくありません。{_DATE_FORM}"
        case "maxItems" | "maxProperties":
            return f"多すぎます（{len(value):,}個）。{limit:,}個までにしてください。"
        case "minItems":
            return f"{limit}個以上が必要です。"
        case "minimum" | "maximum":
            return f"{short(value)} は範囲外です。{limit} {'以上' if error.validator == 'minimum' else '以下'}にしてください。"
        case "not":
            return "この種類（kind）には書けない項目です。"
    return "値が正しくありません。"


_DATE_FORM = "2024-05-07 のように年月日を書いてください。"
_FORMS = {
    "^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$": "英数字と - _ で60文字までにしてください。",
    "^[0-9]+(\\.[0-9]+){0,2}$": "1.0 のような数字で書いてください。",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": _DATE_FORM,
    "^[a-z0-9_-]{1,60}$": "開示事項の識別名を書いてください。",
}
