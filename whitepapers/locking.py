"""Why a paper's own rows may not be changed now. Verbs ask after they have locked the row they are about to change:
submitting locks the paper and all its sections first, so nothing slips in between the question and the change."""

from __future__ import annotations

from django.utils.translation import gettext as _

from .models import Review, Whitepaper


def locked(paper: Whitepaper) -> Whitepaper:
    """The paper as it is now, with its provider and editions at hand, until the transaction ends. One query."""
    papers = Whitepaper.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    return papers.select_related("service__provider", "edition__release", "second_edition").get(pk=paper.pk)


def why_out_of_use(paper: Whitepaper) -> str:
    """A sentence when the paper's service is put away, and nothing goes out in its name; "" when not."""
    if paper.service.archived_at:
        return _(
            "保管したサービスのペーパーは、提出も発行も最終確認もできません。サービスを元に戻してから実行してください。"
        )
    return ""


def why_locked(paper: Whitepaper) -> str:
    """A sentence when the paper is put away or under review; "" when it may be changed. One query, of the reviews:
    that it is put away is read from ``paper`` itself."""
    if paper.archived_at:
        return _("保管したペーパーは変更できません。元に戻してから変更してください。")
    if Review.objects.open().filter(whitepaper=paper.pk).exists():
        return _("レビュー中のペーパーは変更できません。変更するときは、提出を取り下げるか、差戻しを依頼してください。")
    return ""
