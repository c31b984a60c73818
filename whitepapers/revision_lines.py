"""The lines of the revision history, drafted from a difference in the paper's own numbers and words. Pure.

A person edits them. One line tells one thing, in the order of the paper:

- a term that the whole paper writes otherwise: 全体の「お客さま」の表記を「お客様」に統一
- a fact, with every section that prints it: 8.3、9.1 バックアップの保持期間を7日から11日に変更
- a section: 8.6 クロックの同期を追加 · 2.2 …を4.2に移動 · 2.1、2.2 の記載を更新
- what stands around the sections: 表紙の副題を変更

Neither numbers that moved on nor the parts of a chapter that is new or gone as a whole have a line of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from .diff import ADDED, MOVED, REMOVED, Changes, SectionChange, compare
from .diff_blocks import BlockChange, FigureChange, Line, TableChange, lines_of
from .diff_words import after_text, before_text
from .document import Document, Section
from .fact_lines import fact_text
from .terms import changed_terms, with_terms

FIRST = "初版"
_MAX_NAMED = 3  # sections named by their titles in one line; more are named by their numbers alone
_EVERYWHERE = 3  # sections from which on a reference line of another form is told once
_VERBS = {
    ADDED: "を追加",
    REMOVED: "を削除",
    "reworded": "の記載を更新",
    "restyled": "の体裁を変更",
}


def draft_lines(changes: Changes | None, before: Document | None, after: Document) -> list[str]:
    """The lines for the version ``after``. Without an earlier one it is the first."""
    if before is None or changes is None:
        return [FIRST]
    terms = changed_terms(changes, after)
    if terms:
        before = with_terms(before, terms)
        changes = compare(before, after)
    lines = [f"全体の「{old}」の表記を「{new}」に統一" for old, new in terms]
    front, back = _around(changes)
    return [*lines, *front, *_joined(_Drafter(changes, before, after).items()), *back]


# --- Numbers ----------------------------------------------------------------------------------------------------------


def propose_number(before_number: str, changes: Changes | None) -> str:
    """The number of the next version, in as many parts as the paper counts: 1.0 → 1.1 or 2.0, 3 → 4.

    The first part grows when a reader must judge the service anew: another edition of the standard, a control answered
    newly or no longer, another stance (提供していない → 提供している), other responsibilities in the figure. Else the second
    one does; where there is a third, it tells of what only corrects: titles, terms, looks, the cover.
    """
    if not before_number:
        return "1.0"
    parts = [int(part) for part in before_number.split(".")]
    place = min(len(parts) - 1, _size(changes))
    grown = [*parts[:place], parts[place] + 1, *(0 for _ in parts[place + 1 :])]
    return ".".join(map(str, grown))


def _size(changes: Changes | None) -> int:
    """0: to be judged anew; 1: content; 2: corrections."""
    if changes is None:
        return 1
    if any(field.part == "edition" for field in changes.fields) or any(map(_is_judged_anew, changes.sections)):
        return 0
    has_content = changes.facts or any(change.has_new_text or MOVED in change.kinds for change in changes.sections)
    return 1 if has_content or changes.of_kind(ADDED) or changes.of_kind(REMOVED) else 2


def _is_judged_anew(change: SectionChange) -> bool:
    if change.before is None or change.after is None:
        return any(change.controls) and not change.kin
    roles = any(isinstance(block, FigureChange) and block.mark != "kept" and block.rows for block in change.blocks)
    return change.has_new_stances or roles


# --- Lines ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Item:
    """``kind``: neighbours of one kind are told in one line; those without one have their own ``text``."""

    section: Section
    text: str = ""
    kind: str = ""


def _joined(items: Iterable[_Item]) -> Iterator[str]:
    for kind, group in groupby(items, key=lambda item: item.kind):
        together = list(group)
        if kind:
            yield _one_line(_VERBS[kind], kind in (ADDED, REMOVED), [item.section for item in together])
        else:
            yield from (item.text for item in together)


def _one_line(verb: str, is_named: bool, sections: Sequence[Section]) -> str:
    if len(sections) == 1 or (is_named and len(sections) <= _MAX_NAMED):
        return f"{'、'.join(map(named, sections))}{verb}"
    return f"{_spaced(_numbers(sections))}{verb}"


def named(section: Section) -> str:
    """Number and title as printed; a title alone in quotation marks."""
    return section.heading if section.number else f"「{section.title}」"


def _number(section: Section) -> str:
    return section.number.rstrip(".") or f"「{section.title}」"


def _numbers(sections: Iterable[Section]) -> str:
    """8.1、8.3、9.1～9.4: three or more that follow each other are a stretch."""
    runs: list[list[str]] = []
    for name in map(_number, sections):
        if runs and _follows(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return "、".join(f"{run[0]}～{run[-1]}" if len(run) > 2 else "、".join(run) for run in runs)


def _follows(one: str, other: str) -> bool:
    (head, _, last), (other_head, _, next_) = one.rpartition("."), other.rpartition(".")
    return head == other_head and last.isdigit() and next_.isdigit() and int(next_) == int(last) + 1


def _spaced(name: str) -> str:
    return name if name.endswith("」") else f"{name} "


class _Drafter:
    def __init__(self, changes: Changes, before: Document, after: Document) -> None:
        self.changes = changes
        self.sections: Mapping[str, Section] = {section.anchor: section for section in (*before.walk(), *after.walk())}
        whole = [change.section for change in changes.sections if change.kinds in ((ADDED,), (REMOVED,))]
        self.below = {child.anchor for section in whole for child in list(section.walk())[1:]}
        self.facts = self._told_facts({section.anchor for section in whole})
        self.lone_references = [change.anchor for change in changes.sections if _has_only_new_reference(change)]

    def _told_facts(self, whole: set[str]) -> dict[tuple[str, ...], list[str]]:
        """The sections that print them → what is told of facts. What came or went with the words around it is told by
        the section."""
        only_facts = {change.anchor for change in self.changes.sections if change.is_facts_only}
        found: dict[tuple[str, ...], list[str]] = {}
        names: dict[tuple[str, ...], str] = {}
        for fact in self.changes.facts:
            is_told = fact.kind == "changed" and not whole.issuperset(fact.anchors)
            if fact.before == fact.after or not (is_told or only_facts.intersection(fact.anchors)):
                continue
            text = fact_text(fact, after=names.get(fact.anchors, ""))
            names[fact.anchors] = fact.name
            texts = found.setdefault(fact.anchors, [])
            if texts and texts[-1].endswith("に変更") and text.endswith("に変更"):
                texts[-1] = texts[-1].removesuffix("変更")
            texts.append(text)
        return found

    def items(self) -> Iterator[_Item]:
        if len(self.lone_references) >= _EVERYWHERE:
            first = self.sections[self.lone_references[0]]
            yield _Item(first, "全体の規格の項番の表記を変更")
        for change in self.changes.sections:
            told = [anchors for anchors in self.facts if change.anchor == anchors[0]]
            is_reworded = _is_reworded(change)
            for anchors in told:
                sections = [self.sections[anchor] for anchor in anchors]
                name = sections[0].number if len(sections) == 1 and sections[0].number else _numbers(sections)
                text = f"{_spaced(name)}{'、'.join(self.facts[anchors])}"
                if is_reworded and len(sections) == 1 and len(told) == 1 and not change.has_new_title:
                    text, is_reworded = f"{text}、記載を更新", False
                yield _Item(change.section, text)
            if change.anchor not in self.below:
                yield from self._of_section(change, is_reworded=is_reworded)

    def _of_section(self, change: SectionChange, *, is_reworded: bool) -> Iterator[_Item]:
        section = change.section
        if change.before is None or change.after is None:
            yield self._whole(change)
            return
        also = "、記載を更新" if is_reworded else ""
        if MOVED in change.kinds:
            yield _Item(section, _moved(change) + ("し、記載を更新" if is_reworded else ""))
            also, is_reworded = "", False
        if change.has_new_title:
            old, new = before_text(change.title), after_text(change.title)
            yield _Item(section, f"{_spaced(_number(section))}{_renamed(old, new)}{also}")
            is_reworded = False
        if change.controls[0] != change.controls[1]:
            old, new = ("、".join(numbers) or "なし" for numbers in change.controls)
            yield _Item(section, f"{_spaced(_number(section))}の対応する管理策を{old}から{new}に変更")
        elif change.has_new_reference and len(self.lone_references) < _EVERYWHERE:
            yield _Item(section, f"{_spaced(_number(section))}の規格の項番の表記を変更")
        for figure in change.blocks:
            if isinstance(figure, FigureChange) and figure.mark != "kept":
                yield _Item(section, f"{_spaced(_number(section))}{_redrawn(figure)}")
        if is_reworded:
            yield _Item(section, kind="reworded")
        elif change.is_restyled and not change.has_new_text:
            yield _Item(section, kind="restyled")

    def _whole(self, change: SectionChange) -> _Item:
        section = change.section
        kin = self.sections.get(change.kin)
        if kin is None:
            return _Item(section, kind=change.kinds[0])
        if change.after:
            return _Item(section, f"{named(section)}を{_number(kin)}から分割")
        return _Item(section, f"{named(section)}を{_number(kin)}に統合")


def _renamed(old: str, new: str) -> str:
    if not old or not new:
        return f"に見出し「{new}」を追加" if new else f"の見出し「{old}」を削除"
    return f"の見出しを「{old}」から「{new}」に変更"


def _moved(change: SectionChange) -> str:
    old, new = change.before, change.after
    if old is None or new is None:
        raise ValueError("a section that is only in one paper has not moved")
    if new.number and new.number != old.number:
        return f"{named(old)}を{_number(new)}に移動"
    if change.parents[0] != change.parents[1] and change.parents[1]:
        return f"{named(old)}を「{change.parents[1]}」に移動"
    return f"{named(old)}の位置を変更"


def _redrawn(figure: FigureChange) -> str:
    name = f"{after_text(figure.caption) or before_text(figure.caption)}の図"
    if figure.mark in ("inserted", "deleted"):
        return f"{name}を{'追加' if figure.mark == 'inserted' else '削除'}"
    other = [row for row in figure.rows if row.mark in ("inserted", "deleted")]
    shifted = [
        row for row in figure.rows if row.mark == "changed" and before_text(row.cells[0]) == after_text(row.cells[0])
    ]
    pairs = {(before_text(row.cells[1]), after_text(row.cells[1])) for row in shifted}
    if other or len(pairs) != 1:
        return f"{name}を更新"
    names = "、".join(after_text(row.cells[0]) for row in shifted)
    old, new = pairs.pop()
    return f"{name}で、{names}の責任を{old}から{new}に変更"


# --- What a section says otherwise ------------------------------------------------------------------------------------


def _is_reworded(change: SectionChange) -> bool:
    """Whether its words changed other than by facts, figures, and lines that went to a section of their own."""
    if change.is_facts_only or change.before is None or change.after is None:
        return False
    names = {fact.name for fact in change.facts if fact.before != fact.after}
    return any(_is_news(block, names, change.anchor) for block in change.blocks)


def _is_news(block: BlockChange, names: set[str], anchor: str) -> bool:
    if block.mark == "kept" or isinstance(block, FigureChange):
        return False
    if isinstance(block, Line) and block.moved and block.moved != anchor:
        return False
    if isinstance(block, TableChange) and block.fact in names and block.mark == "changed":
        return False
    return any(span.mark != "kept" and span.fact not in names for line in lines_of(block) for span in line)


def _has_only_new_reference(change: SectionChange) -> bool:
    """Another form of the line below the heading, with the same controls."""
    return bool(
        change.has_new_reference and change.before and change.after and change.controls[0] == change.controls[1]
    )


# --- Around the sections ----------------------------------------------------------------------------------------------


def _around(changes: Changes) -> tuple[list[str], list[str]]:
    """Lines for the cover and for what stands behind the sections. The document number may count the issues, and looks
    are no content."""
    front, back = [], []
    for field in changes.fields:
        old, new = field.before, field.after
        if field.part == "edition":
            front.append("準拠する規格の版を変更")
        elif field.part == "cover" and field.label not in ("文書番号", "ヘッダー"):
            is_short = old and new and len(old) + len(new) <= 60
            front.append(
                f"表紙の{field.label}を「{old}」から「{new}」に変更" if is_short else f"表紙の{field.label}を変更"
            )
        elif field.part in ("notices", "colophon"):
            back.append(f"{field.label}を{'変更' if old and new else '追加' if new else '削除'}")
        elif field.part == "history":
            back.append(f"{field.label} の記載を訂正")
    return front, back
