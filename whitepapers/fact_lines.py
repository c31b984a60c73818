"""How a revision line tells that a fact changed, or the answer to a whole control. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .diff import FactChange, SectionChange

_SHORT = 30  # characters of a value that a line prints
_SENTENCE_END = re.compile(r"[ぁ-ん。）]$")
_ADDRESS = re.compile(r"https?://")
# Labels of facts are read below their control. Elsewhere they need to say what they are about; the names tell it.
_SUBJECTS = {
    "admin_log": "作業ログ",
    "backup": "バックアップ",
    "capacity": "容量・能力",
    "change": "変更",
    "deletion": "データ",
    "evidence": "証拠",
    "incident": "インシデント",
    "log": "ログ",
    "media_disposal": "装置",
    "monitoring": "監視",
    "operation_manual": "操作手順書",
    "records": "記録",
    "training": "教育",
    "vuln": "脆弱性",
}
# As the pages call them; told to readers without Django.
STANCES = {
    "provided": "提供・実施している",
    "partly": "一部",
    "option": "オプション",
    "not_provided": "提供していない",
    "customer": "お客様の責任",
    "upstream": "基盤事業者による",
    "not_applicable": "対象外",
    "see_section": "他の節を参照",
    "see_document": "文書を参照",
    "on_request": "要問合せ",
}


def fact_text(fact: FactChange, *, after: str = "", place: str = "") -> str:
    """「バックアップの保持期間を7日から11日に変更」. ``after``: the name of the fact that the line tells before this one;
    ``place``: the title that the line begins with, if it does."""
    label = _label(fact, after, place)
    if fact.kind != "changed":
        return f"{label}を追記" if fact.kind == "stated" else f"{label}の記載を削除"
    if behind := _items_text(fact):
        return f"{label}{behind}"
    is_short = max(len(fact.before), len(fact.after)) <= _SHORT and "\n" not in fact.before + fact.after
    if not is_short or _ADDRESS.match(fact.after) or _is_rows(fact.after_value):
        return f"{label}を変更"
    old, new = (f"「{text}」" if _is_quoted(fact) else text for text in (fact.before, fact.after))
    return f"{label}を{old}から{new}に変更"


def _items_text(fact: FactChange) -> str:
    """What came and went of a list or of the rows of a table; nothing when that does not tell it in a few words."""
    came, went = _items(fact.after_value, fact.after), _items(fact.before_value, fact.before)
    if came is None or went is None:
        return ""
    added, removed = _but(came, went), _but(went, came)
    if (cells := _one_cell(fact)) and _fits(cells):
        return f"の{cells[0]}を{cells[1]}に変更"
    is_partly = len(added) < len(came) and not _is_rows(fact.after_value)
    if not _fits([*added, *removed]) or (added and removed and not is_partly):
        return ""
    if added and removed:
        return f"に{'、'.join(added)}を追加し、{'、'.join(removed)}を削除"
    if added or removed:
        return f"に{'、'.join(added)}を追加" if added else f"から{'、'.join(removed)}を削除"
    return ""


def _is_quoted(fact: FactChange) -> bool:
    """Whether the values read as sentences or as several things. What is counted does not: 1年ごと."""
    texts = (fact.before, fact.after)
    if all(fact.units):
        return False
    return any(_SENTENCE_END.search(text) or "、" in text for text in texts)


def _label(fact: FactChange, told: str, place: str) -> str:
    subject = _subject(fact.name)
    is_clear = subject in fact.label + place or (told and _subject(told) == subject)
    return fact.label if not subject or is_clear else f"{subject}の{fact.label}"


def _subject(name: str) -> str:
    return next((subject for start, subject in _SUBJECTS.items() if name.startswith(f"{start}_")), "")


def _items(value: Any, display: str) -> list[str] | None:
    """The items of a list as printed; of a table its rows, each by what tells it from the others."""
    if not isinstance(value, list) or not value:
        return None
    if _is_rows(value):
        rows = [tuple(str(cell) for cell in row.values()) for row in value]
        return [" / ".join(row) for row in rows]
    printed = display.split("、")
    return printed if len(printed) == len(value) else None


def _one_cell(fact: FactChange) -> list[str]:
    """The cell that alone differs between two tables, before and after."""
    was, becomes = fact.before_value, fact.after_value
    if not _is_rows(was) or not _is_rows(becomes) or len(was) != len(becomes):
        return []
    pairs = [
        (row.get(key, ""), other.get(key, "")) for row, other in zip(was, becomes, strict=True) for key in row | other
    ]
    found = [[str(old), str(new)] for old, new in pairs if old != new]
    return found[0] if len(found) == 1 and all(found[0]) else []


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _but(items: Sequence[str], others: Sequence[str]) -> list[str]:
    """Those of ``items`` that ``others`` lack; of a row only the cells that no other row has."""
    known = {cell for row in others for cell in row.split(" / ")}
    found = []
    for item in items:
        if item not in others:
            cells = item.split(" / ")
            found.append(" / ".join([cell for cell in cells if cell not in known] or cells))
    return found


def _fits(items: Sequence[str]) -> bool:
    return len("、".join(items)) <= _SHORT and not any(map(_ADDRESS.search, items))


# --- Stances ----------------------------------------------------------------------------------------------------------


def stance_text(change: SectionChange) -> str:
    """What is told of another answer to the whole control; one in parts is left to the words."""
    if not change.has_new_stances or not all(len(stances) == 1 for stances in change.stances):
        return ""
    (old,), (new,) = change.stances
    if old.scope or new.scope:
        return ""
    return f"対応を「{STANCES[old.stance]}」から「{STANCES[new.stance]}」に変更"
