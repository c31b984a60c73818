"""Hashes again whatever was issued, submitted or decided, and says what differs. Reads one row at a time; changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db import connection
from django.db.models import F

from audit import verifying as audit

from . import canonical, storing
from .document import Document, Imprint
from .immutability import missing_triggers
from .models import Artefact, Decision, EarlierIssue, Review, Version

_CHUNK = 20  # rows at a time
_ONE = 1  # of those with a Document: one with pictures has megabytes


def verify() -> Iterator[str]:
    """A sentence for each thing that is not as it was when it was issued, submitted, decided or logged."""
    yield from _triggers()
    yield from _reviews()
    yield from _decisions()
    yield from _versions()
    yield from _files()
    yield from audit.verify()


def _triggers() -> Iterator[str]:
    for name in missing_triggers(connection):
        yield f"変更を拒むトリガー {name} がありません。manage.py migrate を実行してください。"


def _reviews() -> Iterator[str]:
    for review in Review.objects.order_by("pk").iterator(chunk_size=_ONE):
        if problem := _document_problem(review.document, review.digest, review.number):
            yield f"レビュー {review.pk}（ペーパー {review.whitepaper_id}、{review.number}版）：{problem}"


def _decisions() -> Iterator[str]:
    differing = Decision.objects.exclude(digest=F("review__digest")).order_by("pk")
    for pk, review in differing.values_list("pk", "review"):
        yield f"判定 {pk}（レビュー {review}）：判定したダイジェストが、提出された内容と一致しません。"


def _versions() -> Iterator[str]:
    versions = Version.objects.select_related("review").defer("review__document").order_by("pk")
    for version in versions.iterator(chunk_size=_ONE):
        for problem in _version_problems(version):
            yield f"{_name(version)}：{problem}"
    without = Version.objects.filter(artefacts=None).order_by("pk").defer("document", "imprint")
    for version in without.iterator(chunk_size=_CHUNK):
        yield f"{_name(version)}：ファイルの記録がありません。"


def _version_problems(version: Version) -> Iterator[str]:
    review = version.review
    if _hash(version.document) != version.digest:  # what the digest stands for, the review has been read for
        yield "内容のハッシュがダイジェストと一致しません。"
    if (version.digest, version.number, version.whitepaper_id) != (review.digest, review.number, review.whitepaper_id):
        yield "承認された内容と一致しません。"
    if not review.decisions.filter(capacity="approve", verdict="approve", digest=version.digest).exists():
        yield "この内容の承認の記録がありません。"
    if review.outcome != Review.Outcome.ISSUED:
        yield "レビューが発行済みになっていません。"
    if _hash(version.imprint) != version.imprint_digest:
        yield "発行日と承認欄のハッシュが一致しません。"
    elif (date := _imprint_date(version.imprint)) != version.date.isoformat():
        yield f"発行日（{version.date.isoformat()}）が、印刷された日付（{date}）と一致しません。"


def _imprint_date(text: str) -> str:
    try:
        imprint: Imprint = canonical.from_json(text, Imprint)
    except ValueError:
        return "読み取れません"
    return imprint.date


def _document_problem(text: str, digest: str, number: str) -> str:
    if _hash(text) != digest:
        return "内容のハッシュがダイジェストと一致しません。"
    try:
        document = Document.from_json(text)
    except ValueError:
        return "内容を読み取れません。"
    return "" if document.meta.number == number else "内容の版数が記録と一致しません。"


def _files() -> Iterator[str]:
    artefacts = Artefact.objects.select_related("version").defer("version__document", "version__imprint").order_by("pk")
    for artefact in artefacts.iterator(chunk_size=_CHUNK):
        if problem := _file_problem(artefact):
            yield f"{_name(artefact.version)}：ファイル「{artefact.name}」：{problem}"
    for issue in EarlierIssue.objects.order_by("pk").iterator(chunk_size=_CHUNK):
        if problem := _file_problem(issue):
            yield f"ペーパー {issue.whitepaper_id} の以前の版 {issue.number}：ファイル「{issue.name}」：{problem}"


def _file_problem(row: Artefact | EarlierIssue) -> str:
    try:
        content = storing.read(row.path, row.sha256)
    except storing.CannotStore as error:
        return str(error)
    return "" if len(content) == row.size else "大きさが記録と一致しません。"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _name(version: Version) -> str:
    return f"ペーパー {version.whitepaper_id} の{version.number}版"
