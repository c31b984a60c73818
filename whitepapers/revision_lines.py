"""The lines of the revision history, drafted from a difference in the paper's own numbers and words. Pure.

A person edits them. One line tells one thing, in the order of the paper:

- a term that the whole paper writes otherwise: 全体の「お客さま」の表記を「お客様」に統一
- a fact, with every section that prints it: 8.3、9.1 バックアップの保持期間を7日から11日に変更
- a section: 8.6 クロックの同期を追加 · 2.2 …を4.2に移動 · 4 …と5 …の順序を入れ替え · 2.1、2.2 の記載を更新
- another stance whose words changed with it: 10.1.2 鍵管理の対応を「提供していない」から「オプション」に変更
- what stands around the sections: 表紙の副題を変更

Neither numbers that moved on nor the parts of a chapter that is new or gone as a whole have a line of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from .diff import ADDED, MOVED, REMOVED, Changes, SectionChange, compare
from .diff_blocks import BlockChange, FigureChange, Line, TableChange, lines_of
from .diff_words import after_text, before_text
from .document import Document, Section
from .fact_lines import fact_text, stance_text
from .terms import changed_terms, with_terms

FIRST = "初版"
REWORDED, EXTENDED, SHORTENED = "reworded", "extended", "shortened"  # sentences changed, only came, only went
_MAX_NAMED = 3  # sections named by their titles in one line; more are named by their numbers alone
_EVERYWHERE = 3  # sections from which on a reference line of another form is told once
_MANY = 12  # reworded sections from which on most of a paper is the whole of it
_SENTENCE = re.compile(r"(?<=[。\n])")
_VERBS = {
    ADDED: "を追加",
    REMOVED: "を削除",
    REWORDED: "の記載を更新",
    EXTENDED: "の記載を追加",
    SHORTENED: "の記載を一部削除",
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
    has_other_edition = any(field.part == "edition" for field in changes.fields)
    if has_other_edition or changes.controls or any(map(_is_judged_anew, changes.sections)):
        return 0
    has_content = changes.facts or any(change.has_new_text or MOVED in change.kinds for change in changes.sections)
    return 1 if has_content or changes.of_kind(ADDED) or changes.of_kind(REMOVED) else 2


def _is_judged_anew(change: SectionChange) -> bool:
    roles = any(isinstance(block, FigureChange) and block.mark != "kept" and block.rows for block in change.blocks)
    is_in_both = change.before is not None and change.after is not None
    return roles or (is_in_both and change.has_new_stances)


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
        self.order = {section.anchor: place for place, section in enumerate(before.walk())}
        whole = [change.section for change in changes.sections if change.kinds in ((ADDED,), (REMOVED,))]
        self.below = {child.anchor for section in whole for child in list(section.walk())[1:]}
        self.facts = self._told_facts({section.anchor for section in whole})
        self.lone_references = [change.anchor for change in changes.sections if _has_only_new_reference(change)]
        self.news = self._found_news()
        self.is_rewritten = len(self.news) >= _MANY and 3 * len(self.news) >= 2 * sum(1 for _ in after.walk())

    def _found_news(self) -> dict[str, str]:
        """What a merged section brought, or a split one took along, is told by that section."""
        brought = {
            (change.kin, EXTENDED if change.before else SHORTENED) for change in self.changes.sections if change.kin
        }
        found = {change.anchor: _news(change) for change in self.changes.sections}
        return {anchor: news for anchor, news in found.items() if news and (anchor, news) not in brought}

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
            first = self.sections[fact.anchors[0]]
            place = "" if first.number else first.title
            text = fact_text(fact, after=names.get(fact.anchors, ""), place=place)
            names[fact.anchors] = fact.name
            texts = found.setdefault(fact.anchors, [])
            if texts and texts[-1].endswith("に変更") and text.endswith("に変更"):
                texts[-1] = texts[-1].removesuffix("変更")
            texts.append(text)
        return found

    def items(self) -> Iterator[_Item]:
        if len(self.lone_references) >= _EVERYWHERE:
            yield _Item(self.sections[self.lone_references[0]], "全体の規格の項番の表記を変更")
        if self.is_rewritten:
            yield _Item(self.sections[next(iter(self.news))], "全体の記載を更新")
        for change in self.changes.sections:
            news = "" if self.is_rewritten else self.news.get(change.anchor, "")
            told = [anchors for anchors in self.facts if change.anchor == anchors[0]]
            for anchors in told:
                sections = [self.sections[anchor] for anchor in anchors]
                name = sections[0].number if len(sections) == 1 and sections[0].number else _numbers(sections)
                text = f"{name} {'、'.join(self.facts[anchors])}"
                if news and len(sections) == 1 and len(told) == 1 and not change.has_new_title:
                    stance = "" if text.endswith("」に変更") else stance_text(change)  # the fact says it already
                    text, news = f"{text}、{stance or _noun(news)}", ""
                yield _Item(change.section, text)
            if change.anchor not in self.below:
                yield from self._of_section(change, news)

    def _of_section(self, change: SectionChange, news: str) -> Iterator[_Item]:
        section = change.section
        if change.before is None or change.after is None:
            yield self._whole(change)
            return
        said = (stance_text(change) or _noun(news)) if news else ""
        if change.partner and self._is_first_of_two(change.before, change.partner):
            yield _Item(section, self._exchanged(change.before, change.partner))
        elif MOVED in change.kinds and not change.partner:
            yield _Item(section, _moved(change) + (f"し、{said}" if said else ""))
            said = ""
        if change.has_new_title:
            renamed = _renamed(before_text(change.title), after_text(change.title))
            yield _Item(section, f"{_spaced(_number(section))}{renamed}{'、' if said else ''}{said}")
            said = ""
        yield from self._of_standard(change)
        for figure in change.blocks:
            if isinstance(figure, FigureChange) and figure.mark != "kept":
                yield _Item(section, f"{_number(section)} {_redrawn(figure)}")
        if said and stance_text(change):
            yield _Item(section, f"{named(section)}の{said}")
        elif said:
            yield _Item(section, kind=news)
        elif change.is_restyled and not change.has_new_text:
            yield _Item(section, kind="restyled")

    def _is_first_of_two(self, before: Section, partner: Section) -> bool:
        """Whether the two, of which one or both moved, are told here."""
        moved = {change.before.anchor for change in self.changes.sections if change.before and change.partner}
        return partner.anchor not in moved or self.order[before.anchor] < self.order[partner.anchor]

    def _exchanged(self, before: Section, partner: Section) -> str:
        one, other = sorted((before, partner), key=lambda section: self.order[section.anchor])
        return f"{named(one)}と{named(other)}の順序を入れ替え"

    def _of_standard(self, change: SectionChange) -> Iterator[_Item]:
        section = change.section
        place = _spaced(_number(section))
        if change.controls[0] != change.controls[1]:
            old, new = change.controls
            kin = [other for other in self.changes.sections if other.kin == change.anchor]
            taken = {number for other in kin for numbers in other.controls for number in numbers}
            came, went = ([number for number in one if number not in other] for one, other in ((new, old), (old, new)))
            if not kin or not taken.issuperset((*came, *went)):
                yield _Item(section, f"{place}に対応する管理策{_put_and_taken(came, went)}")
        elif change.has_new_reference and len(self.lone_references) < _EVERYWHERE:
            yield _Item(section, f"{place}の規格の項番の表記を変更")

    def _whole(self, change: SectionChange) -> _Item:
        section = change.section
        kin = self.sections.get(change.kin)
        if kin is None:
            return _Item(section, kind=change.kinds[0])
        if change.after:
            return _Item(section, f"{named(section)}を{_number(kin)}から分割")
        return _Item(section, f"{named(section)}を{_number(kin)}に統合")


def _put_and_taken(came: Sequence[str], went: Sequence[str]) -> str:
    """Behind a word for what has items."""
    if came and went:
        return f"を{'、'.join(went)}から{'、'.join(came)}に変更"
    if came or went:
        return f"に{'、'.join(came)}を追加" if came else f"から{'、'.join(went)}を削除"
    return "の順序を変更"


def _noun(news: str) -> str:
    return _VERBS[news].removeprefix("の")


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


def _news(change: SectionChange) -> str:
    """Whether its words changed, and how, other than by facts, figures, and lines that went to a section of their own."""
    if change.is_facts_only or change.before is None or change.after is None:
        return ""
    names = {fact.name for fact in change.facts if fact.before != fact.after}
    news = [block for block in change.blocks if _is_news(block, names, change.anchor)]
    if not news:
        return ""
    came, went = ([new for block in news for new in _sentences(block, names, mark)] for mark in ("inserted", "deleted"))
    if _is_within(went, came):
        return EXTENDED
    return SHORTENED if _is_within(came, went) else REWORDED


def _is_news(block: BlockChange, names: set[str], anchor: str) -> bool:
    if block.mark == "kept" or isinstance(block, FigureChange):
        return False
    if isinstance(block, Line) and block.moved and block.moved != anchor:
        return False
    if isinstance(block, TableChange) and block.fact in names and block.mark == "changed":
        return False
    return any(span.mark != "kept" and span.fact not in names for line in lines_of(block) for span in line)


def _sentences(block: BlockChange, names: set[str], mark: str) -> Iterator[str]:
    """Those of what was kept and what came (``mark``: inserted), or of what was kept and what went. Facts that are told by
    themselves stand for themselves."""
    for line in lines_of(block):
        texts = [f"<{span.fact}>" if span.fact in names else span.text for span in line if span.mark in ("kept", mark)]
        yield from filter(None, _SENTENCE.split("".join(texts)))


def _is_within(some: Sequence[str], others: Iterable[str]) -> bool:
    """Whether ``others`` has all of ``some`` in that order."""
    rest = iter(others)
    return all(one in rest for one in some)


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
