"""A file's bytes → JSON that keeps to the schema of ``hakusho/1``, or every reason why not. Writes nothing."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..interchange import FORMAT, Problem, against_schema, placed, short
from ..text import InvalidText, clean

MAX_FILE = 20 * 1024 * 1024  # bytes
MAX_LEVELS = 6
MAX_SECTIONS = 2_000
_MAX_NESTING = 2 * MAX_LEVELS + 12  # of JSON itself
_SHOWN = 20  # problems told at once
_COUNTED = 500  # problems after which nobody needs to know how many there are

# Where a line break is part of the text.
_MULTILINE = frozenset({"body", "summary", "note", "notices", "colophon"})


class CannotImport(Exception):
    """The file is not taken; the message tells every problem with its place, and nothing has been written."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if (more := len(self.problems) - _SHOWN) > 0:
            lines.append(f"ほかに{more}件{'以上' if len(problems) >= _COUNTED else ''}の問題があります。")
        super().__init__("\n".join(lines))


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys came twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.doubles = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else _Object(pairs)


def read(content: bytes) -> dict[str, Any]:
    """The file as JSON that fits the schema, line ends made LF. Raises CannotImport."""
    if len(content) > MAX_FILE:
        raise CannotImport(Problem("", "ファイルが大きすぎます。20MBまでのファイルを指定してください。"))
    data = _parsed(_decoded(content))
    if not isinstance(data, dict):
        raise CannotImport(Problem("", f"JSONのオブジェクトではありません。{FORMAT}形式のファイルを指定してください。"))
    if data.get("format") != FORMAT:
        given = f"「{short(data['format'])}」" if isinstance(data.get("format"), str) else "この形式のファイル"
        sentence = f"{given}には対応していません。format が「{FORMAT}」のファイルを指定してください。"
        raise CannotImport(Problem("format", "".join(c if c.isprintable() else "\ufffd" for c in sentence)))
    for problems in (_outline(data), _walk(data, ()), against_schema(data)):
        if found := list(islice(problems, _COUNTED)):
            raise CannotImport(*found)
    return data


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        sentence = "UTF-8として読めません。文字コードをUTF-8にしてください。"
        raise CannotImport(Problem(f"{line}行目", sentence)) from error


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=lambda _: math.nan)
    except json.JSONDecodeError as error:
        where = f"{error.lineno}行目{error.colno}文字目"
        raise CannotImport(Problem(where, "JSONとして読めません。")) from error
    except (RecursionError, ValueError) as error:
        raise CannotImport(Problem("", "JSONとして読めません。入れ子が深すぎるか、数値が大きすぎます。")) from error


def _walk(
    container: dict[str, Any] | list[Any], path: tuple[str | int, ...], *, multiline: bool = False
) -> Iterator[Problem]:
    """Cleans every text in place; tells what no schema can say: doubled keys, null, NaN, control characters."""
    if isinstance(container, _Object):
        yield from (Problem(placed((*path, key)), "同じ項目が2回書かれています。") for key in container.doubles)
    entries: Any = container.items() if isinstance(container, dict) else enumerate(container)
    into: Any = container
    for key, value in entries:
        here = (*path, key)
        may_break = multiline or key in _MULTILINE
        try:
            if isinstance(key, str):
                clean(key)
            if isinstance(value, str):
                into[key] = clean(value, multiline=may_break)
        except InvalidText as error:
            yield Problem(placed(here), str(error))
        if isinstance(value, dict | list) and len(here) > _MAX_NESTING:
            yield Problem(placed(here), f"入れ子が深すぎます。節は{MAX_LEVELS}階層までです。")
        elif isinstance(value, dict | list):
            yield from _walk(value, here, multiline=may_break)
        elif value is None:
            yield Problem(placed(here), "null は使えません。値がないときは項目ごと省いてください。")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Problem(placed(here), "NaNや無限大、大きすぎる数値は使えません。")


def _outline(data: dict[str, Any]) -> Iterator[Problem]:
    """The limits of the outline."""
    count = 0
    waiting: list[tuple[tuple[str | int, ...], Any, int]] = [(("sections",), data.get("sections"), 1)]
    while waiting:
        path, sections, level = waiting.pop()
        if not isinstance(sections, list):
            continue
        if level > MAX_LEVELS and sections:
            yield Problem(placed(path), f"節の階層が深すぎます。{MAX_LEVELS}階層までにしてください。")
            continue
        count += len(sections)
        for number, section in enumerate(sections):
            if isinstance(section, dict):
                waiting.append(((*path, number, "children"), section.get("children"), level + 1))
    if count > MAX_SECTIONS:
        yield Problem("sections", f"節が{count:,}個あります。{MAX_SECTIONS:,}個までにしてください。")
