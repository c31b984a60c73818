"""What the page of a review shows one person."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from accounts.models import User
from accounts.roles import may

from ..access import role_of
from ..checks import check
from ..commenting import Thread, still_open, threads
from ..compose import compose, draft_imprint
from ..contributing import contributors, may_self_approve
from ..diff import Changes, compare
from ..document import Document, Imprint
from ..life import is_approved, waiting_seats
from ..models import Capacity, Comment, Decision, Review, Seat, Version
from ..rendering.html import render_fragment, render_history
from ..rendering.remarks import with_remarks
from ..waiving import Judged, judge

# As templates/whitepapers/difference_section.html writes a section's heading; what people wrote is escaped there.
_CHANGED = re.compile(r'<h3 id="(?P<anchor>s[0-9]+)-heading">.*?</h3>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Base:
    """What the content may be compared with."""

    key: str  # mine or issued
    label: str
    column: str  # what its column is called
    document: Document


class ReviewDesk:
    def __init__(self, review: Review, user: User) -> None:
        self.review, self.paper, self.user = review, review.whitepaper, user

    # --- What it is compared with

    @cached_property
    def bases(self) -> list[Base]:
        """The content of this person's last decision, and the last issue before this round; those that there are."""
        found = []
        decisions = Decision.objects.filter(review__whitepaper=self.paper, review__lt=self.review.pk, by=self.user)
        mine = decisions.select_related("review").order_by("-review").first()
        if mine:
            label = _("前回の自分の判定（%(number)s版、%(day)s）から") % {
                "number": mine.review.number,
                "day": timezone.localtime(mine.at).strftime("%Y-%m-%d"),
            }
            found.append(Base("mine", label, _("前回の判定"), mine.review.frozen))
        issued = Version.objects.filter(whitepaper=self.paper, review__lt=self.review.pk)
        last = issued.not_withdrawn().in_order().first() or issued.in_order().first()
        if last:
            words = {"number": last.number}
            found.append(
                Base("issued", _("発行した%(number)s版から") % words, _("発行した%(number)s版") % words, last.frozen)
            )
        return found

    def base(self, show: str) -> Base | None:
        """The one asked for, or the first; None for the whole paper."""
        if show == "whole":
            return None
        return next((base for base in self.bases if base.key == show), self.bases[0] if self.bases else None)

    # --- People

    @cached_property
    def seats(self) -> list[Seat]:
        order = {Capacity.CHECK: 0, Capacity.APPROVE: 1}
        seats = self.review.seats.select_related("user", "deputy", "decision").order_by("pk")
        return sorted(seats, key=lambda seat: order[Capacity(seat.capacity)])

    @cached_property
    def waiting(self) -> set[int]:
        return {seat.pk for seat in waiting_seats(self.review)} if self.review.closed_at is None else set()

    def my_seat(self) -> Seat | None:
        """The seat for which this person may decide, now or later; None when they have decided already."""
        if self.review.closed_at is not None or any(
            hasattr(seat, "decision") and seat.decision.by_id == self.user.pk for seat in self.seats
        ):
            return None
        left = [seat for seat in self.seats if not hasattr(seat, "decision")]
        own = [seat for seat in left if seat.user_id == self.user.pk]
        return next(iter([*own, *(seat for seat in left if seat.deputy_id == self.user.pk)]), None)

    def why_not(self, seat: Seat | None) -> str:
        """Why this person, who has the seat, may not decide now; "" when they may."""
        if seat is None:
            return ""
        if seat.pk not in self.waiting:
            return _("確認がすべて済むと、承認できます。")
        verb = "approve" if seat.capacity == Capacity.APPROVE else "check"
        if not may(role_of(self.paper), verb):
            return _("今の役割では、この判定はできません。")
        barred = contributors(self.paper, self.review.frozen, until=self.review.submitted_at)
        if self.user.pk in barred and not self.is_self_approval(seat, barred):
            return _("この内容を書いた人は判定できません（%(reasons)s）。") % {
                "reasons": "、".join(barred[self.user.pk][:3])
            }
        return ""

    def is_self_approval(self, seat: Seat, barred: Any) -> bool:
        provider = self.paper.service.provider
        return seat.capacity == Capacity.APPROVE and self.user.pk in barred and may_self_approve(provider)

    # --- The page

    def context(self, show: str) -> dict[str, Any]:
        review, seat, base = self.review, self.my_seat(), self.base(show)
        found = threads(Comment.objects.filter(whitepaper=self.paper, review=review))
        judged = judge(self.paper, check(review.frozen))
        is_open = review.closed_at is None
        rounds = list(Review.objects.of(self.paper))
        remarks = self.remarks(found, judged, base.key if base else "whole")
        return {
            "review": review,
            "round": sum(each.pk <= review.pk for each in rounds),
            "rounds": rounds,
            "seats": [
                {
                    "seat": each,
                    "decision": getattr(each, "decision", None),
                    "waits": each.pk in self.waiting,
                    "is_overdue": each.due is not None and each.due < timezone.localdate() and each.pk in self.waiting,
                }
                for each in self.seats
            ],
            "my_seat": seat,
            "why_not": self.why_not(seat),
            "is_approved": is_approved(review),
            "bases": self.bases,
            "shown": base.key if base else "whole",
            "base": base,
            "html": self.difference(base, remarks) if base else self.whole(remarks),
            "planned": self.planned(),
            "newer": self.newer() if is_open else None,
            "judged": judged,
            "threads": sorted(found, key=lambda thread: not thread.is_open),
            "open_threads": len(still_open(found)),
            "others_open": self.others_open(),
        }

    def planned(self) -> Any:
        """The row that the revision history gains, as it is printed; "" when there is none."""
        history = self.review.frozen.printed.history
        rows = tuple(entry for entry in history.entries if entry.this_version)
        return render_history(self.review.frozen, replace(history, entries=rows)) if rows else ""

    def others_open(self) -> int:
        """Comments of the draft and of earlier rounds that nobody has resolved."""
        others = Comment.objects.filter(whitepaper=self.paper, parent=None, resolved_at=None)
        return others.exclude(review=self.review).count()

    def newer(self) -> Changes | None:
        """What shared facts and standard answers say by now, where it is not what was frozen."""
        now = compose(self.paper)
        if now.digest == self.review.digest:
            return None
        return compare(self.review.frozen, now) or None

    def whole(self, remarks: Mapping[str, str]) -> Markup:
        """The paper as the preview shows it."""
        is_open = self.review.closed_at is None
        imprint = draft_imprint(self.paper) if is_open else Imprint(draft=True)
        return with_remarks(render_fragment(self.review.frozen, imprint), remarks)

    def difference(self, base: Base, remarks: Mapping[str, str]) -> Markup:
        """What changed since ``base``; "" when nothing did."""
        changes = compare(base.document, self.review.frozen)
        if not changes:
            return Markup("")
        labels = {"before_label": base.column, "after_label": _("この内容")}
        html = render_to_string("whitepapers/difference_body.html", {"changes": changes, **labels})
        return Markup(_CHANGED.sub(lambda match: match[0] + remarks.get(match["anchor"], ""), html))  # noqa: S704 - escaped by it

    def remarks(self, found: Sequence[Thread], judged: Judged, shown: str) -> dict[str, str]:
        """Anchor of a section → what stands below its heading: what is said and found about it, the way to comment."""
        said, findings = defaultdict(list), defaultdict(list)
        for thread in still_open(found):
            said[thread.comment.anchor].append(thread)
        for finding in judged.left:
            findings[finding.anchor].append(finding)
        template = get_template("whitepapers/review_remarks.html")
        may_comment = may(role_of(self.paper), "comment")
        remarks = {}
        for section in self.review.frozen.walk():
            context = {
                "section": section,
                "shown": shown,
                "threads": said[section.anchor],
                "findings": findings[section.anchor],
                "may_comment": may_comment,
            }
            remarks[section.anchor] = template.render(context).strip()
        return remarks
