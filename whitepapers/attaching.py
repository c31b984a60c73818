"""Keeps the files of issues from before Hakusho, as they are. They come from anywhere: nothing in them is drawn or run."""

from __future__ import annotations

import logging
from datetime import date as Date  # noqa: N812 - ``date`` is what everybody calls the argument
from io import BytesIO

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.reader import PdfFileReader

from accounts.access import membership_for
from accounts.models import User
from accounts.roles import may
from audit.log import log

from . import storing
from .in_force import ordinal
from .locking import locked
from .models import EarlierIssue, Whitepaper
from .storing import CannotStore, Kept
from .subjects import of_paper

MAX_SIZE = 15 * 1024 * 1024

logger = logging.getLogger(__name__)


class CannotAttach(Exception):
    """Nothing was attached; the message is a sentence for people."""


def attach_earlier_issue(  # noqa: PLR0913 - what the row holds
    paper: Whitepaper, *, number: str, date: Date | None, name: str, content: bytes, by: User
) -> EarlierIssue:
    """Keeps the PDF of an issue from before Hakusho, byte for byte as it is. CannotAttach when it is no PDF, or the number
    is not lower than every version that was issued here."""
    membership = membership_for(by, paper.service.provider)
    if membership is None or not may(membership.role, "submit"):
        raise CannotAttach(_("この操作をする役割がありません。"))
    if len(content) > MAX_SIZE:
        raise CannotAttach(_("ファイルが大きすぎます。%(n)sMBまでです。") % {"n": MAX_SIZE // 1024 // 1024})
    if not is_pdf(content):
        raise CannotAttach(_("PDFとして読み取れません。発行したPDFのファイルを選んでください。"))
    try:
        place = ordinal(number)
    except ValueError as error:
        raise CannotAttach(_("版数は 1.0 のような数字で入力してください。")) from error
    if date and date > timezone.localdate():
        raise CannotAttach(_("発行日に、先の日付は入力できません。"))
    file_name = storing.file_name(name.rpartition(".")[0] or paper.title, number) + ".pdf"
    try:
        return _attach(paper, number, place, date=date, name=file_name, file=storing.keep(content), by=by)
    except (CannotStore, DatabaseError, OSError) as error:
        logger.exception("An earlier issue could not be kept")
        raise CannotAttach(
            _("ファイルを保存できませんでした。もう一度試しても続くときは、システム管理者に知らせてください。")
        ) from error


@transaction.atomic(durable=True)
def _attach(  # noqa: PLR0913 - what the row holds
    paper: Whitepaper, number: str, place: tuple[int, int, int], *, date: Date | None, name: str, file: Kept, by: User
) -> EarlierIssue:
    storing.hold([file])
    paper = locked(paper)
    if paper.archived_at:
        raise CannotAttach(_("保管したペーパーは変更できません。元に戻してから登録してください。"))
    first = paper.versions.order_by("major", "minor", "patch").first()
    if first and place >= first.ordinal:
        raise CannotAttach(
            _("ここで発行した最初の版（%(number)s）より小さい版数にしてください。") % {"number": first.number}
        )
    major, minor, patch = place
    if paper.earlier_issues.filter(major=major, minor=minor, patch=patch).exists():
        raise CannotAttach(_("%(number)s版のファイルは、すでに登録されています。") % {"number": number})
    row = EarlierIssue.objects.create(
        whitepaper=paper, number=number, major=major, minor=minor, patch=patch, date=date,
        media_type="application/pdf", name=name, sha256=file.sha256, size=file.size, path=file.path,
        by=by, by_name=str(by)[:100], at=timezone.now(),
    )  # fmt: skip
    subject = of_paper(paper, "version", row.pk)
    log("version.attached", subject, by=by, provider=paper.service.provider, number=number, sha256=file.sha256)
    return row


def is_pdf(content: bytes) -> bool:
    """Whether it begins as a PDF does and a reader finds its pages."""
    if not content.startswith(b"%PDF-"):
        return False
    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        return reader.encrypted or "/Pages" in reader.root
    except Exception:  # a reader may fail over a hostile file in any way
        return False
