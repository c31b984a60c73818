"""YAML files as entries whose fields are taken one by one with their types; what is left over is an error."""

import re
from collections.abc import Collection, Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

from .catalog import CannotLoad

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MISSING = object()
_SLUG = re.compile(r"[a-z][a-z0-9_-]*")


class _StrictLoader(_Loader):
    """Refuses a key that stands twice in one mapping: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "キーに使えない値です", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} が2回あります", key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def read_yaml(path: Path, name: str) -> Any:
    """The data of one file. Raises :class:`CannotLoad` when it is missing or is no YAML."""
    try:
        # The loader is a SafeLoader.
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 # nosec B506
    except (OSError, UnicodeDecodeError) as error:
        raise CannotLoad(name, "", f"ファイルを読めません：{error}") from error
    except yaml.MarkedYAMLError as error:
        line = f"{error.problem_mark.line + 1}行目" if error.problem_mark else ""
        raise CannotLoad(name, line, f"YAMLとして読めません：{error.problem}") from error
    except yaml.YAMLError as error:
        raise CannotLoad(name, "", f"YAMLとして読めません：{error}") from error


class Entry:
    """One mapping of a file. Every method raises :class:`CannotLoad` with its place."""

    def __init__(self, file: str, place: str, raw: object) -> None:
        self.file, self.place = file, place
        if not isinstance(raw, dict):
            raise self.error("項目名と値の組で書いてください。")
        self._rest = dict(raw)

    def error(self, sentence: str, name: str = "") -> CannotLoad:
        return CannotLoad(self.file, self._inside(name) if name else self.place, sentence)

    def _inside(self, name: str) -> str:
        return f"{self.place} › {name}" if self.place else name

    def _take(self, name: str, default: Any = _MISSING) -> Any:
        value = self._rest.pop(name, default)
        if value is _MISSING:
            raise self.error(f"{name} がありません。")
        return value

    def has(self, name: str) -> bool:
        return name in self._rest

    def keys(self) -> Iterator[str]:
        """The keys not taken yet."""
        return iter(list(self._rest))

    def done(self) -> None:
        if self._rest:
            raise self.error(f"{next(iter(self._rest))} という項目は使えません。")

    def text(self, name: str, *, limit: int, default: Any = _MISSING) -> str:
        value = self._take(name, default)
        if not isinstance(value, str) or (default is _MISSING and not value.strip()):
            raise self.error("1文字以上の文字列で書いてください。", name)
        if len(value) > limit:
            raise self.error(f"{limit}文字以内で書いてください。", name)
        return value.strip()

    def slug(self, name: str) -> str:
        value = self.text(name, limit=60)
        if not _SLUG.fullmatch(value):
            raise self.error(
                f"{value} は識別名ではありません(英小文字で始め、英小文字、数字、_、- で書いてください)。",
                name,
            )
        return value

    def one_of(self, name: str, allowed: Collection[str], default: Any = _MISSING) -> str:
        value = self._take(name, default)
        if value not in allowed:
            raise self.error(f"{value!r} は使えません。使えるのは {'、'.join(sorted(allowed))} です。", name)
        return str(value)

    def number(self, name: str) -> int:
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error("整数で書いてください。", name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise self.error("true か false で書いてください。", name)
        return value

    def texts(self, name: str, *, limit: int, default: Any = _MISSING) -> tuple[str, ...]:
        values = self._take(name, default)
        if not isinstance(values, (list, tuple)):
            raise self.error("一覧で書いてください。", name)
        for value in values:
            if not isinstance(value, str) or not value.strip() or len(value) > limit:
                raise self.error(
                    f"{value!r} は{limit}文字以内の文字列ではありません(数字には引用符を付けてください)。",
                    name,
                )
            if values.count(value) > 1:
                raise self.error(f"{value} が2回あります。", name)
        return tuple(values)

    def bilingual(self, name: str, *, limit_ja: int, limit_en: int) -> tuple[str, str]:
        entry = self.entry(name)
        words = entry.text("ja", limit=limit_ja), entry.text("en", limit=limit_en)
        entry.done()
        return words

    def entry(self, name: str, default: Any = _MISSING) -> "Entry":
        return Entry(self.file, self._inside(name), self._take(name, default))

    def entries(self, name: str, default: Any = _MISSING, *, named: str = "key") -> list["Entry"]:
        values = self._take(name, default)
        if not isinstance(values, list):
            raise self.error("一覧で書いてください。", name)
        return [Entry(self.file, self._inside(_label(name, i, each, named)), each) for i, each in enumerate(values, 1)]

    def rest(self) -> dict[str, Any]:
        """Whatever was not taken, raw."""
        rest, self._rest = self._rest, {}
        return rest

    def unique(self, what: str, value: str, seen: set[str]) -> str:
        if value in seen:
            raise self.error(f"{what} {value} が2回あります。")
        seen.add(value)
        return value


def _label(name: str, place: int, raw: object, named: str) -> str:
    known = raw.get(named) if isinstance(raw, dict) else None
    return f"{name} {known or f'{place}番目'}"
