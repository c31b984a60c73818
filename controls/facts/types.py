"""Which types of facts are sound: the keys each kind takes, the units of durations."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

FactType: TypeAlias = Mapping[str, Any]
Value: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any]

UNIT_WORDS: dict[str, dict[str, str]] = {
    "minute": {"ja": "分", "en": "minute"},
    "hour": {"ja": "時間", "en": "hour"},
    "day": {"ja": "日", "en": "day"},
    "week": {"ja": "週間", "en": "week"},
    "month": {"ja": "か月", "en": "month"},
    "year": {"ja": "年", "en": "year"},
}

# What people write for a unit, after NFKC and case folding.
UNIT_SPELLINGS: dict[str, str] = {
    **{key: key for key in UNIT_WORDS},
    **{f"{key}s": key for key in UNIT_WORDS},
    **{words["ja"]: key for key, words in UNIT_WORDS.items()},
    "分間": "minute",
    "日間": "day",
    "週": "week",
    "年間": "year",
    "か年": "year",
    "カ年": "year",
    **{f"{letter}月{tail}": "month" for letter in ("", *"かヶケカヵ箇個") for tail in ("", "間")},
}

# What anybody may write for yes and no, whatever the words of the fact.
YES = frozenset({"true", "yes", "はい", "有", "有り", "あり", "可", "可能"})
NO = frozenset({"false", "no", "いいえ", "無", "無し", "なし", "不可"})

# kind → (keys it must have, keys it may have besides)
_KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "bool": (frozenset({"words"}), frozenset({"detail"})),
    "choice": (frozenset({"options"}), frozenset({"detail"})),
    "choices": (frozenset({"options"}), frozenset()),
    "text": (frozenset(), frozenset({"max_length"})),
    "url": (frozenset(), frozenset()),
    "number": (frozenset(), frozenset({"unit", "minimum"})),
    "percent": (frozenset(), frozenset({"minimum", "maximum"})),
    "duration": (frozenset({"units"}), frozenset({"minimum", "every", "options"})),
    "date": (frozenset(), frozenset()),
    "list": (frozenset(), frozenset()),
    "table": (frozenset({"columns"}), frozenset()),
    "reference": (frozenset(), frozenset()),
}
KINDS = frozenset(_KEYS)
KIND_WORDS: dict[str, dict[str, str]] = {
    "bool": {"ja": "二択", "en": "yes or no"},
    "choice": {"ja": "1つ選択", "en": "one of"},
    "choices": {"ja": "複数選択", "en": "any of"},
    "text": {"ja": "文字列", "en": "text"},
    "url": {"ja": "URL", "en": "URL"},
    "number": {"ja": "整数", "en": "integer"},
    "percent": {"ja": "百分率", "en": "percentage"},
    "duration": {"ja": "期間", "en": "duration"},
    "date": {"ja": "日付", "en": "date"},
    "list": {"ja": "一覧", "en": "list"},
    "table": {"ja": "表", "en": "table"},
    "reference": {"ja": "文書又は節への参照", "en": "reference to a document or section"},
}
# The kinds whose values are option keys, or may be.
CHOOSING = frozenset({"choice", "choices", "duration"})
# The option of a choice whose remark is the whole answer.
OTHER = "other"

_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


class InvalidType(Exception):
    """A definition whose type makes no sense. The message is a Japanese sentence."""


def localized(words: Mapping[str, Any], lang: str) -> str:
    return str(words.get(lang) or words["ja"])


def folded(text: str) -> str:
    """``text`` as it is compared: width, case and outer spaces do not matter, nor whether お客様 is お客さま."""
    return unicodedata.normalize("NFKC", text).strip().casefold().replace("お客さま", "お客様")


def plain(number: int | float) -> str:
    """Decimal digits, never an exponent; ``nan`` and ``inf`` come out as words that no pattern accepts."""
    return format(Decimal(repr(number)), "f")


def check_type(type_: Mapping[str, Any]) -> None:
    """Raises :class:`InvalidType` unless ``parse`` and ``display`` understand the type."""
    kind = type_.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidType(f"kind が {kind!r} です。使えるのは {'、'.join(sorted(KINDS))} です。")
    _check_keys(kind, set(type_) - {"kind"})
    for flag in ("detail", "every"):
        if flag in type_ and type_[flag] is not True:
            raise InvalidType(f"{flag} に書けるのは true だけです。")
    if "options" in type_:
        _check_entries("options", type_["options"], may_have=frozenset({"also"}))
        _check_also([(option["key"], option) for option in type_["options"]])
    if "columns" in type_:
        _check_entries("columns", type_["columns"])
    if "words" in type_:
        _check_words(type_["words"])
    if "unit" in type_:
        _check_bilingual("unit", type_["unit"])
    if "units" in type_:
        _check_units(type_["units"])
    for name in ("minimum", "maximum", "max_length"):
        if name in type_:
            _check_number(name, type_[name])


def _check_keys(kind: str, given: set[str]) -> None:
    needed, allowed = _KEYS[kind]
    if missing := needed - given:
        raise InvalidType(f"{kind} に {'、'.join(sorted(missing))} がありません。")
    if unknown := given - needed - allowed:
        raise InvalidType(f"{kind} に {'、'.join(sorted(unknown))} という項目は使えません。")


def _check_entries(name: str, entries: object, may_have: frozenset[str] = frozenset()) -> None:
    if not isinstance(entries, Sequence) or isinstance(entries, str) or not entries:
        raise InvalidType(f"{name} は1つ以上の一覧で書いてください。")
    seen: dict[str, set[str]] = {"key": set(), "ja": set(), "en": set()}
    for entry in entries:
        if not isinstance(entry, Mapping) or set(entry) - may_have != {"key", "ja", "en"}:
            raise InvalidType(f"{name} の各要素には key、ja、en の3つを書いてください：{entry!r}")
        if not isinstance(entry["key"], str) or not _KEY.fullmatch(entry["key"]):
            raise InvalidType(f"{name} の key {entry['key']!r} は英小文字で始まる識別名にしてください。")
        _check_bilingual(name, {"ja": entry["ja"], "en": entry["en"]})
        for part, values in seen.items():
            if entry[part] in values:
                raise InvalidType(f"{name} に {part} の {entry[part]!r} が2回あります。")
            values.add(entry[part])


def _check_words(words: object) -> None:
    if not isinstance(words, Mapping) or set(words) != {"yes", "no"}:
        raise InvalidType('words には "yes" と "no" を書いてください(引用符が必要です)。')
    for answer in ("yes", "no"):
        bilingual = words[answer]
        if isinstance(bilingual, Mapping):
            bilingual = {name: word for name, word in bilingual.items() if name != "also"}
        _check_bilingual(f"words.{answer}", bilingual)
    _check_also([("yes", words["yes"]), ("no", words["no"])])
    for answer, meaning_the_other in (("yes", NO), ("no", YES)):
        for word in words[answer].get("also", ()):
            if folded(word) in meaning_the_other:
                raise InvalidType(f"words.{answer} の also の {word!r} は、反対の答えの言葉です。")


def _check_also(answers: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """The other words that are accepted for an answer: each must lead to one answer, and to no other."""
    taken = {folded(each[name]): key for key, each in answers for name in ("ja", "en")}
    taken |= {folded(key): key for key, _ in answers}
    for key, each in answers:
        if "also" not in each:
            continue
        others = each["also"]
        if not isinstance(others, Sequence) or isinstance(others, str) or not others:
            raise InvalidType(f"{key} の also は1つ以上の一覧で書いてください。")
        for word in others:
            if not isinstance(word, str) or not folded(word):
                raise InvalidType(f"{key} の also の {word!r} は文字列ではありません。")
            if folded(word) in taken:
                raise InvalidType(f"{key} の also の {word!r} は、{taken[folded(word)]} の言葉として既にあります。")
            taken[folded(word)] = key


def _check_bilingual(name: str, words: object) -> None:
    if not isinstance(words, Mapping) or set(words) != {"ja", "en"}:
        raise InvalidType(f"{name} には ja と en を書いてください。")
    for language in ("ja", "en"):
        if not isinstance(words[language], str) or not words[language].strip():
            raise InvalidType(f"{name} の {language} が空です。")


def _check_number(name: str, number: object) -> None:
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
        raise InvalidType(f"{name} は数値で書いてください。")


def _check_units(units: object) -> None:
    if not isinstance(units, Sequence) or isinstance(units, str) or not units:
        raise InvalidType("units は1つ以上の一覧で書いてください。")
    for unit in units:
        if not isinstance(unit, str) or unit not in UNIT_WORDS:
            raise InvalidType(f"単位 {unit!r} は使えません。使えるのは {'、'.join(UNIT_WORDS)} です。")
    if len(set(units)) != len(units):
        raise InvalidType("units に同じ単位が2回あります。")
