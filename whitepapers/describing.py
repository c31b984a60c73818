"""Changes what describes a paper: its cover, labels, editions, the form of its revision history, colophon and notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.characters import InvalidText, check
from accounts.models import User
from audit.log import log
from controls.models import Edition

from . import labels
from .compose import DEFAULT_COLUMNS
from .locking import why_locked
from .models import Whitepaper
from .subjects import of_paper

PAPER_FIELDS = (
    "title", "subtitle", "document_number", "classification", "header", "version_label", "date_label",
    "planned_number", "planned_date", "toc_depth", "control_prefix", "number_suffix", "second_edition", "reference_line",
    "history_heading", "history_place", "history_style", "history_number_label", "history_date_label", "history_columns",
    "colophon", "notices",
)  # fmt: skip

# What a column of the revision history may show, and what it is headed unless the author says otherwise.
HISTORY_COLUMNS = dict(DEFAULT_COLUMNS) | {"note": "備考", "author": "作成者"}
MAX_HEADING = 100


class CannotDescribe(Exception):
    """Nothing was changed. ``problems`` has a sentence for people per field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(self.problems.values()))


def second_editions(paper: Whitepaper) -> list[Edition]:
    """The editions whose numbers a paper may print beside its own."""
    return list(Edition.objects.filter(release=paper.edition.release_id).exclude(pk=paper.edition_id))


def columns_of(paper: Whitepaper) -> list[list[str]]:
    """The columns of the revision history as they are printed: [["number", "版数"], …]."""
    return [list(column) for column in paper.history_columns or DEFAULT_COLUMNS]


@transaction.atomic
def change_paper(paper: Whitepaper, values: Mapping[str, Any], *, by: User) -> Whitepaper:
    """Changes fields of PAPER_FIELDS. Raises CannotDescribe with a sentence per field, also while it is under review."""
    paper = Whitepaper.objects.select_for_update(no_key=True).get(pk=paper.pk)
    if why := why_locked(paper):
        raise CannotDescribe({"": why})
    if problems := _problems(paper, values):
        raise CannotDescribe(problems)
    before = {field: getattr(paper, field) for field in PAPER_FIELDS if field in values}
    for field in before:
        setattr(paper, field, values[field])
    paper.save()
    _tell(paper, [field for field in before if getattr(paper, field) != before[field]], before, by)
    return paper


# The names on screen of those fields whose columns have none.
_NAMES = {
    "history_number_label": "改訂履歴の版数の表記",
    "history_date_label": "改訂履歴の日付の表記",
    "history_columns": "改訂履歴の列",
    "colophon": "奥付",
    "notices": "注記",
}


def _tell(paper: Whitepaper, changed: list[str], before: Mapping[str, Any], by: User) -> None:
    if not changed:
        return

    def plain(value: Any) -> Any:
        return value if value is None or isinstance(value, int | str | list) else str(value)

    log(
        "paper.described",
        of_paper(paper),
        by=by,
        provider=paper.service.provider_id,
        fields=[
            _NAMES.get(column.name, str(column.verbose_name))
            for column in Whitepaper._meta.concrete_fields
            if column.name in changed
        ],
        before={field: plain(before[field]) for field in changed},
        after={field: plain(getattr(paper, field)) for field in changed},
    )


_PATTERNS = {
    "version_label": labels.check_label,
    "date_label": labels.check_label,
    "history_number_label": labels.check_label,
    "history_date_label": labels.check_label,
    "reference_line": labels.check_reference_line,
}


def _problems(paper: Whitepaper, values: Mapping[str, Any]) -> dict[str, str]:
    problems: dict[str, str] = {}
    for field, check_pattern in _PATTERNS.items():
        try:
            check_pattern(values.get(field, ""))
        except labels.InvalidLabel as error:
            problems[field] = str(error)
    for field, value in values.items():
        try:
            check(value)
        except InvalidText as error:
            problems[field] = str(error)
    second = values.get("second_edition")
    if second is not None and (second.pk == paper.edition_id or second.release_id != paper.edition.release_id):
        problems["second_edition"] = "併記する版は、このペーパーと同じ発行の、別の版から選んでください。"
    if sentence := _problem_of_columns(values.get("history_columns", ())):
        problems["history_columns"] = sentence
    return problems


def _problem_of_columns(columns: Any) -> str:
    keys = [key for key, _ in columns]
    if len(set(keys)) < len(keys):
        return "同じ内容の列が2つあります。"
    if not set(keys) <= set(HISTORY_COLUMNS):
        return "列の内容を選び直してください。"
    if any(not heading.strip() or len(heading) > MAX_HEADING for _, heading in columns):
        return f"列の見出しを{MAX_HEADING}文字以内で入力してください。"
    return ""
