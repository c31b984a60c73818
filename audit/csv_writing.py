"""Entries as CSV that a spreadsheet program opens without taking a cell for a formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Entry

# What spreadsheet programs begin a formula with, the full-width forms too, or skip on the way to one.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "\ufeff"  # so that they read it as UTF-8


def safe(cell: str) -> str:
    """The cell as text: one that would be a formula gets an apostrophe."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def rows(entries: Iterable[Entry]) -> Iterator[list[str]]:
    yield [
        *(_("番号"), _("日時"), _("実行者"), _("分類"), _("内容"), _("対象"), _("操作")),
        *(_("ペーパーの番号"), _("詳細"), _("ダイジェスト")),
    ]
    for entry in entries:
        at = timezone.localtime(entry.at).isoformat(timespec="seconds")
        data = json.dumps(entry.data, ensure_ascii=False, sort_keys=True)
        paper = "" if entry.paper_id is None else str(entry.paper_id)
        yield [
            *(str(entry.number), at, entry.by_name, entry.group(), entry.sentence(), entry.subject, entry.action),
            *(paper, data, entry.digest),
        ]


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """The file, a line at a time."""
    writer = csv.writer(_Echo())
    yield _MARK
    for row in rows(entries):
        yield writer.writerow([safe(cell) for cell in row])


class _Echo:
    """Gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
