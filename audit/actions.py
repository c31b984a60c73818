"""Everything that an entry may tell: action → the sentence that tells it. The vocabulary is closed.

``{subject}`` is the name of what it happened to; every other name in braces must be given to ``log`` as data. More data
may be given; it is kept, and shown in the CSV.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

# group → its name on screen
GROUPS: dict[str, str] = {
    "paper": "ペーパー",
    "section": "節と構成",
    "figure": "図",
    "fact": "事実",
    "answer": "共通回答",
    "service": "サービス",
    "review": "レビュー",
    "comment": "コメント",
    "finding": "点検",
    "version": "版",
    "member": "利用者",
    "provider": "提供者",
}

# Facts that hold another value afterwards; ``data`` has the fact's ``name`` and its ``service`` (an id, or None).
FACT_CHANGES = ("fact.stated", "fact.retracted")

# action → sentence; what stands before the point is its group
ACTIONS: dict[str, str] = {
    "paper.drafted": "ペーパー「{subject}」を作成しました。",
    "paper.copied": "「{source}」をコピーして、ペーパー「{subject}」を作成しました。",
    "paper.imported": "ペーパー「{subject}」を取り込みました。",
    "paper.described": "ペーパー「{subject}」の設定（{fields}）を変更しました。",
    "paper.archived": "ペーパー「{subject}」を保管しました。",
    "paper.restored": "ペーパー「{subject}」を元に戻しました。",
    "paper.assigned": "ペーパー「{subject}」の{count}個の節の担当や期限を変更しました。",
    "section.moved": "「{subject}」の節「{section}」を移動しました。",
    "section.added": "「{subject}」に節「{section}」を追加しました。",
    "section.removed": "「{subject}」の節「{section}」をペーパーから外しました。",
    "section.deleted": "「{subject}」の空の節「{section}」を削除しました。",
    "section.restored": "「{subject}」の節「{section}」をペーパーに戻しました。",
    "section.split": "「{subject}」の節「{section}」を分割し、節「{new}」を作成しました。",
    "section.merged": "「{subject}」の節「{section}」に節「{other}」を結合しました。",
    "section.took_newer": "節「{subject}」に新しい共通回答を取り込みました。",
    "section.returned": "節「{subject}」の文章を共通回答に戻しました。",
    "section.kept_own": "節「{subject}」で、新しい共通回答を使わずに節の文章を残しました。",
    "figure.added": "「{subject}」に図「{figure}」を追加しました。",
    "figure.changed": "「{subject}」の図「{figure}」を変更しました。",
    "figure.removed": "「{subject}」の図「{figure}」を削除しました。",
    "fact.stated": "事実「{subject}」を「{before}」から「{after}」に変更しました。",
    "fact.annotated": "事実「{subject}」の根拠メモを変更しました。",
    "fact.retracted": "事実「{subject}」の値「{before}」を取り消しました。",
    "fact.confirmed": "事実「{subject}」の値「{after}」が今も正しいことを確認しました。",
    "answer.added": "管理策 {subject} の共通回答を作成しました。",
    "answer.changed": "管理策 {subject} の共通回答を変更しました。",
    "answer.shared": "節「{section}」の文章を、管理策 {subject} の共通回答にしました。",
    "service.added": "サービス「{subject}」を登録しました。",
    "service.changed": "サービス「{subject}」の登録内容を変更しました。",
    "service.archived": "サービス「{subject}」を保管しました。",
    "service.restored": "サービス「{subject}」を元に戻しました。",
    "review.submitted": "「{subject}」{number}版をレビューに提出しました。",
    "review.recalled": "「{subject}」{number}版をレビューから取り下げました。",
    "review.checked": "「{subject}」{number}版を確認しました。",
    "review.approved": "「{subject}」{number}版を承認しました。",
    "review.returned": "「{subject}」{number}版を差し戻しました。",
    "review.seat_changed": "「{subject}」{number}版のレビューの担当を、{before}さんから{after}さんに替えました。",
    "comment.added": "「{subject}」にコメントしました。",
    "comment.resolved": "「{subject}」のコメントを解決済みにしました。",
    "comment.reopened": "「{subject}」のコメントを未解決に戻しました。",
    "finding.waived": "「{subject}」の指摘「{finding}」を、理由「{reason}」により例外として承認しました。",
    "finding.waiver_ended": "「{subject}」の指摘「{finding}」の例外承認を取り消しました。",
    "version.issued": "「{subject}」{number}版を発行しました。",
    "version.withdrawn": "「{subject}」{number}版を、理由「{reason}」により廃止しました。",
    "version.attached": "「{subject}」に、導入前に発行した{number}版のファイルを登録しました。",
    "version.rechecked": "「{subject}」{number}版に変更がないことを確認しました（最終確認日 {date}）。",
    "member.invited": "{subject} を「{role}」として招待しました。",
    "member.reinvited": "{subject} に招待を再送しました。",
    "member.uninvited": "{subject} への招待を取り消しました。",
    "member.joined": "{subject}さんが「{role}」として参加しました。",
    "member.role_changed": "{subject}さんの役割を「{before}」から「{after}」に変更しました。",
    "member.removed": "{subject}さんを利用者から外しました。",
    "member.handed_over": "{subject}さんが担当していた{sections}個の節の担当者を、「{to}」にしました。",
    "provider.set_up": "提供者「{subject}」の管理者を{admin}さんに設定しました。",
    "provider.changed": "提供者「{subject}」の設定（{fields}）を変更しました。",
}

_SHOWN = 120  # letters of one value in a sentence; all of it is in the data


class UnknownAction(ValueError):
    """A mistake of the caller: an action that is not in the vocabulary, or data that its sentence lacks."""


def check(action: str, data: Mapping[str, Any]) -> None:
    """UnknownAction unless the sentence of ``action`` can be told with ``data``."""
    if missing := names_in(action) - {"subject"} - data.keys():
        raise UnknownAction(f"{action} needs {', '.join(sorted(missing))}")


def names_in(action: str) -> set[str]:
    """The names in braces in the sentence of ``action``. UnknownAction when there is no such action."""
    if action not in ACTIONS:
        raise UnknownAction(f"{action} is no action")
    return {name for _text, name, _spec, _conversion in Formatter().parse(ACTIONS[action]) if name}


def group_of(action: str) -> str:
    return action.partition(".")[0]


def actions_of(group: str) -> list[str]:
    return [action for action in ACTIONS if group_of(action) == group]


def sentence(action: str, subject: str, data: Mapping[str, Any]) -> str:
    """What happened, for people. Of an action from another release of the program, its key."""
    if action not in ACTIONS:
        return f"{action} {subject}"
    words = {name: _word(data.get(name)) for name in names_in(action)}
    return ACTIONS[action].format(**{**words, "subject": _word(subject)})


def _word(value: Any) -> str:
    if value is None or value == "":
        return "（なし）"
    if isinstance(value, list):
        return "、".join(map(str, value))
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
