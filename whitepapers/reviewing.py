"""Rounds of review: submitting freezes a paper, people decide on what was frozen, a round ends returned or recalled here
and issued in ``issuing.py``.

Every verb locks the paper's row first, then its review; submitting also locks all sections, so that whoever is about to
save one waits, and is then refused; then the memberships of those who are asked.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import hold_members
from accounts.models import Provider, User
from audit.log import log

from . import notifying
from .checks import Finding, check
from .compose import compose
from .contributing import contributors, may_self_approve
from .document import Document
from .in_force import ordinal
from .locking import locked, why_locked, why_out_of_use
from .models import Capacity, Decision, Review, Seat, Whitepaper
from .proposals import Candidates, candidates, highest_taken, without_plan
from .subjects import of_paper
from .text import InvalidText, clean, to_blocks, written
from .waiving import judge

MAX_SUMMARY = 20_000
MAX_MESSAGE = 2_000
MAX_COMMENT = 5_000
_LIMITS = {"summary": MAX_SUMMARY, "note": 2_000, "author": 100, "message": MAX_MESSAGE}


class CannotReview(Exception):
    """Nothing was changed. The message is a sentence for people; ``problems`` has one per field, "" is the form."""

    def __init__(self, problems: Mapping[str, str] | str) -> None:
        self.problems = {"": problems} if isinstance(problems, str) else dict(problems)
        super().__init__("\n".join(self.problems.values()))


class FindingsLeft(CannotReview):
    """Blocking findings are neither mended nor accepted."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        super().__init__(_("要対応の指摘が残っています。直すか、例外として承認されてから提出してください。"))


class ContentMoved(CannotReview):
    """The paper is not what the submitter saw."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "この画面を開いた後に、ペーパーの内容が変わりました。変更点と改訂内容を確かめて、もう一度提出してください。"
            )
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Who is to decide as what."""

    capacity: str
    user: int
    deputy: int | None = None
    due: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a submission fixes beside the content."""

    number: str
    summary: str  # revision lines, in the Markdown subset
    seats: Sequence[Place]
    note: str = ""
    author: str = ""
    date: datetime.date | None = None
    message: str = ""


# --- Submitting -----------------------------------------------------------------------------------------------------


@transaction.atomic
def submit(paper: Whitepaper, plan: Plan, *, by: User, seen: str = "") -> Review:
    """Freezes the paper with number and revision lines, and asks the people of ``plan.seats``.

    ``seen`` is the digest of ``proposals.Proposal`` on the page that was sent; "" asks for none. CannotReview, with a
    sentence per field, when the paper is locked, number, texts or people are refused; FindingsLeft; ContentMoved.
    """
    paper = locked(paper)
    if why := why_locked(paper) or why_out_of_use(paper):
        raise CannotReview(why)
    list(paper.sections.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    problems = _problems(paper, plan)
    if not problems:
        for name in ("number", "summary", "note", "author", "date"):
            value = getattr(plan, name)
            setattr(paper, f"planned_{name}", value if name == "date" else _tidy(value))
        paper.save(update_fields=[f"planned_{name}" for name in ("number", "summary", "note", "author", "date")])
    document = compose(paper)
    if seen and without_plan(document).digest != seen:
        raise ContentMoved
    if problems:
        raise CannotReview(problems)
    if left := judge(paper, check(document)).blocking:
        raise FindingsLeft(left)
    provider = paper.service.provider
    _hold(provider, plan.seats)
    barred = contributors(paper, document)
    barred.setdefault(by.pk, [_("このペーパーを提出")])
    _guard_seats(plan.seats, candidates(provider, barred))
    review = _freeze(paper, document, plan, by)
    Seat.objects.bulk_create(
        Seat(review=review, capacity=each.capacity, user_id=each.user, deputy_id=each.deputy, due=each.due)
        for each in plan.seats
    )
    notifying.ask_for_decisions(review, by=by)
    _log("review.submitted", review, by, digest=review.digest)
    return review


def _freeze(paper: Whitepaper, document: Document, plan: Plan, by: User) -> Review:
    text = document.to_json()
    try:
        with transaction.atomic():
            return Review.objects.create(
                whitepaper=paper,
                number=paper.planned_number,
                document=text,
                digest=hashlib.sha256(text.encode()).hexdigest(),
                message=_tidy(plan.message),
                submitted_by=by,
                submitted_by_name=str(by),
                submitted_at=timezone.now(),  # after composing: what was changed before it is what was frozen
            )
    except IntegrityError as error:
        raise CannotReview(_("このペーパーは、すでにレビュー中です。")) from error


def _problems(paper: Whitepaper, plan: Plan) -> dict[str, str]:
    problems: dict[str, str] = {}
    for name, limit in _LIMITS.items():
        try:
            missing = _("改訂内容を入力してください。") if name == "summary" else ""
            text = written(getattr(plan, name), most=limit, missing=missing, multiline=name != "author")
            if name == "summary":
                to_blocks(text)
        except InvalidText as error:
            problems[name] = str(error)
    try:
        number = ordinal(plan.number.strip())
    except ValueError:
        return problems | {"number": _("版数は 1.0 のような数字で入力してください。")}
    highest = highest_taken(paper)
    if highest and number <= highest:
        last = ".".join(map(str, highest)).removesuffix(".0")
        problems["number"] = _("版数は、これまでの版（%(last)s）より大きくしてください。") % {"last": last}
    return problems


def _tidy(text: str) -> str:
    return clean(text.strip(), multiline=True)


# --- Seats ----------------------------------------------------------------------------------------------------------


def _hold(provider: Provider, seats: Sequence[Place]) -> None:
    hold_members(provider, {person for each in seats for person in (each.user, each.deputy) if person is not None})


def _guard_seats(seats: Sequence[Place], asked: Candidates) -> None:
    if any(each.capacity not in Capacity.values for each in seats):
        raise CannotReview({"seats": _("立場を選び直してください。")})
    if [each.capacity for each in seats].count(Capacity.APPROVE) != 1:
        raise CannotReview({"approver": _("承認する人を1人選んでください。")})
    people = [person for each in seats for person in (each.user, each.deputy) if person is not None]
    if len(set(people)) < len(people):
        raise CannotReview({"seats": _("同じ人を2回選ぶことはできません。")})
    for each in seats:
        _guard_seat(each, asked)


def _guard_seat(place: Place, asked: Candidates) -> None:
    """CannotReview unless these people may decide as that on this content."""
    field = "approver" if place.capacity == Capacity.APPROVE else "seats"
    for pk in (place.user, place.deputy):
        if pk is None:
            continue
        person = asked.people[place.capacity].get(pk)
        if person is None:
            raise CannotReview({field: _("選んだ人は、この立場では判定できません。選び直してください。")})
        is_self = place.capacity == Capacity.APPROVE and pk == asked.self_approver
        if pk in asked.barred and not is_self:
            raise CannotReview({field: _barred(person, asked.barred[pk])})
    if place.due and place.due < timezone.localdate():
        raise CannotReview({field: _("期限には、今日以降の日付を選んでください。")})


def _barred(person: User, reasons: Sequence[str]) -> str:
    told = "、".join(reasons[:3]) + (_("など") if len(reasons) > 3 else "")
    return _("%(name)sさんは、この内容を書いた人のため判定できません（%(reasons)s）。") % {
        "name": person,
        "reasons": told,
    }


@transaction.atomic
def replace_seat(seat: Seat, place: Place, *, by: User) -> Seat:
    """Other people, or another due date, for a seat that has not decided. CannotReview when it has, the round is over,
    or these people may not."""
    review = _locked_review(seat.review)
    row = review.seats.select_related("user").filter(pk=seat.pk).first()
    if row is None or Decision.objects.filter(seat=row).exists():
        raise CannotReview(_("判定の済んだ席は替えられません。"))
    paper = review.whitepaper
    taken = set(review.decisions.values_list("by", flat=True))
    for user, deputy in review.seats.exclude(pk=row.pk).values_list("user", "deputy"):
        taken |= {user, deputy}
    if {place.user, place.deputy} - {None} & taken or place.user == place.deputy:
        raise CannotReview(_("同じ人を2回選ぶことはできません。"))
    _hold(paper.service.provider, [place])
    barred = contributors(paper, review.frozen, until=review.submitted_at)
    new = Place(row.capacity, place.user, place.deputy, place.due)
    keeps_date = place.due == row.due  # one that has passed may stay
    _guard_seat(
        new if not keeps_date else Place(new.capacity, new.user, new.deputy), candidates(paper.service.provider, barred)
    )
    before = str(row.user)
    row.user_id, row.deputy_id, row.due = new.user, new.deputy, new.due
    try:
        with transaction.atomic():
            row.save(update_fields=["user", "deputy", "due"])
    except IntegrityError as error:
        raise CannotReview(_("同じ人を2回選ぶことはできません。")) from error
    notifying.ask_for_decisions(review, by=by)
    row = Seat.objects.select_related("user", "review").get(pk=row.pk)
    _log("review.seat_changed", review, by, before=before, after=str(row.user), seat=row.pk)
    return row


# --- Deciding -------------------------------------------------------------------------------------------------------


@transaction.atomic
def decide(review: Review, verdict: str, *, digest: str, comment: str = "", by: User) -> Decision:
    """Approves or returns the content with this digest, for the seat of ``by`` or one whose deputy they are.

    Returning ends the round. CannotReview when the round is over, the content is another, it is not their turn or they
    wrote it.
    """
    review = _locked_review(review)
    if digest != review.digest or hashlib.sha256(review.document.encode()).hexdigest() != review.digest:
        raise CannotReview(_("判定する内容が、画面に表示した内容と異なります。画面を開き直してください。"))
    if verdict not in Decision.Verdict.values:
        raise CannotReview(_("承認か差戻しを選んでください。"))
    seat = _seat_of(review, by)
    _guard_turn(review, seat)
    is_self = _guard_distance(review, seat, by)
    comment = _comment(comment, required=verdict == Decision.Verdict.RETURN)
    decision = _keep(review, seat, verdict, comment, by, is_self)
    if verdict == Decision.Verdict.RETURN:
        _close(review, Review.Outcome.RETURNED)
    notifying.tell_of_decision(decision)
    action = "returned" if verdict == Decision.Verdict.RETURN else "approved"
    if action == "approved" and seat.capacity == Capacity.CHECK:
        action = "checked"
    told = {"digest": review.digest, "capacity": seat.capacity, "self_approved": is_self, "for": seat.user_id}
    _log(f"review.{action}", review, by, comment=comment, **told)
    return decision


def _keep(review: Review, seat: Seat, verdict: str, comment: str, by: User, is_self: bool) -> Decision:  # noqa: PLR0913, PLR0917
    try:
        with transaction.atomic():
            return Decision.objects.create(
                review=review,
                seat=seat,
                capacity=seat.capacity,
                verdict=verdict,
                by=by,
                by_name=str(by),
                digest=review.digest,
                comment=comment,
                self_approved=is_self,
                at=timezone.now(),
            )
    except IntegrityError as error:
        raise CannotReview(_("この席の判定は、すでに済んでいます。")) from error


def _seat_of(review: Review, by: User) -> Seat:
    """The undecided seat for which this person decides: their own before one whose deputy they are."""
    seats = list(review.seats.select_related("user", "deputy", "decision"))
    if any(hasattr(seat, "decision") and seat.decision.by_id == by.pk for seat in seats):
        raise CannotReview(_("このレビューの判定は、すでに済ませています。"))
    own = [seat for seat in seats if seat.user_id == by.pk] + [seat for seat in seats if seat.deputy_id == by.pk]
    if not own:
        raise CannotReview(_("このレビューの判定者に選ばれていません。"))
    waiting = [seat for seat in own if not hasattr(seat, "decision")]
    if not waiting:
        raise CannotReview(_("この席の判定は、すでに済んでいます。"))
    return waiting[0]


def _guard_turn(review: Review, seat: Seat) -> None:
    if seat.capacity != Capacity.APPROVE:
        return
    approved = {Decision.Verdict.APPROVE}
    checks = review.seats.filter(capacity=Capacity.CHECK)
    if checks.exclude(decision__verdict__in=approved).exists():
        raise CannotReview(_("確認がすべて済むまで、承認も差戻しもできません。"))


def _guard_distance(review: Review, seat: Seat, by: User) -> bool:
    """CannotReview when ``by`` may not decide as that, or wrote the content; whether it is a permitted self-approval."""
    provider = review.whitepaper.service.provider
    barred = contributors(review.whitepaper, review.frozen, until=review.submitted_at)
    asked = candidates(provider, barred)
    if by.pk not in asked.people[seat.capacity]:
        raise CannotReview(_("今の役割では、この判定はできません。"))
    if by.pk not in barred:
        return False
    if seat.capacity == Capacity.APPROVE and may_self_approve(provider):
        return True
    raise CannotReview(_barred(by, barred[by.pk]))


def _comment(comment: str, *, required: bool) -> str:
    try:
        return written(comment, most=MAX_COMMENT, missing=_("差し戻す理由を入力してください。") if required else "")
    except InvalidText as error:
        raise CannotReview({"comment": str(error)}) from error


# --- Ending ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def recall(review: Review, *, by: User) -> Review:
    """Ends the round, also after it was approved: the approval is then void. CannotReview when it is over."""
    review = _locked_review(review)
    decided = review.decisions.filter(verdict=Decision.Verdict.APPROVE)
    voided = list(decided.order_by("pk").values_list("by_name", flat=True))
    _close(review, Review.Outcome.RECALLED)
    notifying.tell_of_recall(review, by=by)
    _log("review.recalled", review, by, voided=voided)
    return review


def _close(review: Review, outcome: str) -> None:
    review.outcome, review.closed_at = outcome, timezone.now()
    review.save(update_fields=["outcome", "closed_at"])


def _locked_review(review: Review) -> Review:
    """The review as it is now, its paper and itself locked. CannotReview when the round is over."""
    paper = locked(review.whitepaper)
    row = Review.objects.select_for_update(of=("self",), no_key=True).order_by("pk").get(pk=review.pk)
    row.whitepaper = paper
    if row.closed_at is not None:
        ended = {
            Review.Outcome.RETURNED: _("このレビューは、差し戻されて終わりました。"),
            Review.Outcome.RECALLED: _("このレビューは、取り下げられて終わりました。"),
            Review.Outcome.ISSUED: _("このレビューの内容は、すでに発行されています。"),
        }
        raise CannotReview(ended[Review.Outcome(row.outcome)])
    return row


def _log(action: str, review: Review, by: User, **data: object) -> None:
    paper = review.whitepaper
    subject = of_paper(paper, "review", review.pk)
    log(action, subject, by=by, provider=paper.service.provider, number=review.number, **data)
