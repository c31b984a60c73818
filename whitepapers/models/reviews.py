from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q

from audit.frozen import FrozenQuerySet

from ..document import Document
from .papers import Section, Whitepaper


class Capacity(models.TextChoices):
    """As what somebody decides."""

    CHECK = "check", "確認"
    APPROVE = "approve", "承認"


class ReviewQuerySet(models.QuerySet["Review"]):
    def open(self) -> "ReviewQuerySet":
        """Neither returned nor recalled nor issued; at most one per paper."""
        return self.filter(closed_at=None)

    def of(self, paper: Whitepaper) -> "ReviewQuerySet":
        """The rounds of a paper, the newest first, without their long texts."""
        return self.filter(whitepaper=paper).defer("document").order_by("-pk")


class Review(models.Model):
    """One round: a frozen Document and its digest (レビュー). What was frozen never changes (immutability.py)."""

    class Outcome(models.TextChoices):
        OPEN = "", "レビュー中"
        RETURNED = "returned", "差戻し"
        RECALLED = "recalled", "取下げ"
        ISSUED = "issued", "発行"

    whitepaper = models.ForeignKey(Whitepaper, models.PROTECT, related_name="reviews")
    number = models.CharField("版数", max_length=20)
    document = models.TextField()  # canonical JSON of a document.Document
    digest = models.CharField("ダイジェスト", max_length=64)
    message = models.TextField("レビュー担当への連絡", blank=True, max_length=2000)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_by_name = models.CharField("提出者", max_length=100)
    submitted_at = models.DateTimeField("提出日時")
    closed_at = models.DateTimeField("終了日時", null=True, blank=True)
    outcome = models.CharField("結果", max_length=8, choices=Outcome.choices, default=Outcome.OPEN, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "レビュー"
        verbose_name_plural = "レビュー"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["whitepaper"], condition=Q(closed_at=None), name="one_open_review_per_paper"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="a_closed_review_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.whitepaper_id} {self.number}"

    @cached_property
    def frozen(self) -> Document:
        """The content under review."""
        return Document.from_json(self.document)


class Seat(models.Model):
    """Who must decide on a review, and as what (席). A deputy may decide in their place."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="seats")
    capacity = models.CharField("立場", max_length=7, choices=Capacity.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="担当者")
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代理"
    )
    due = models.DateField("期限", null=True, blank=True)

    class Meta:
        ordering = ["review_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="one_seat_per_person_and_review"),
            models.UniqueConstraint(fields=["review"], condition=Q(capacity="approve"), name="one_approver_per_review"),
            models.CheckConstraint(condition=Q(capacity__in=Capacity.values), name="seat_capacity_is_known"),
            models.CheckConstraint(
                condition=Q(deputy=None) | ~Q(deputy=models.F("user")), name="a_deputy_is_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.get_capacity_display()}"


class Decision(models.Model):
    """Approve 承認 or return 差戻し, by whom, as what, on which digest (判定). Never changed."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", "承認"
        RETURN = "return", "差戻し"

    review = models.ForeignKey(Review, models.PROTECT, related_name="decisions")
    seat = models.OneToOneField(Seat, models.PROTECT, related_name="decision")
    capacity = models.CharField("立場", max_length=7, choices=Capacity.choices)
    verdict = models.CharField("判定", max_length=7, choices=Verdict.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField("判定者", max_length=100)
    digest = models.CharField("ダイジェスト", max_length=64)
    comment = models.TextField("コメント", blank=True, max_length=5000)
    self_approved = models.BooleanField("本人による承認", default=False)
    at = models.DateTimeField("判定日時")

    objects = FrozenQuerySet.as_manager()

    class Meta:
        verbose_name = "判定"
        verbose_name_plural = "判定"
        ordering = ["review_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "by"], name="one_decision_per_person_and_review"),
            models.UniqueConstraint(fields=["review"], condition=Q(verdict="return"), name="one_return_per_review"),
            models.UniqueConstraint(
                fields=["review"], condition=Q(capacity="approve"), name="one_approver_decision_per_review"
            ),
            models.CheckConstraint(condition=Q(verdict="approve") | ~Q(comment=""), name="a_return_says_why"),
            models.CheckConstraint(
                condition=Q(verdict__in=["approve", "return"], capacity__in=Capacity.values),
                name="decision_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by_name} {self.get_verdict_display()}"


class Comment(models.Model):
    """A word on a section, or on a sentence of it, of a review or a draft (コメント). Answers have a parent."""

    whitepaper = models.ForeignKey(Whitepaper, models.CASCADE, related_name="comments")
    review = models.ForeignKey(Review, models.PROTECT, null=True, blank=True, related_name="comments")
    section = models.ForeignKey(Section, models.SET_NULL, null=True, blank=True, related_name="comments")
    anchor = models.CharField(max_length=100, blank=True)  # of the section in the Document; "" is the whole paper
    heading = models.CharField(max_length=400, blank=True)  # of the section, as it was
    quote = models.TextField("対象の文", blank=True, max_length=1000)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="answers")
    body = models.TextField("コメント", max_length=5000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "コメント"
        verbose_name_plural = "コメント"
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="a_comment_says_something")]

    def __str__(self) -> str:
        return self.body[:40]


class Waiver(models.Model):
    """A finding accepted with a reason (例外承認). ``check_id``, ``anchor`` and ``subject`` are the finding's."""

    whitepaper = models.ForeignKey(Whitepaper, models.CASCADE, related_name="waivers")
    check_id = models.CharField(max_length=100)
    anchor = models.CharField(max_length=100, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    sentence = models.TextField()  # what was accepted, as the finding said it
    reason = models.TextField("理由", max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "例外承認"
        verbose_name_plural = "例外承認"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["whitepaper", "check_id", "anchor", "subject"], name="one_waiver_per_finding"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.sentence[:40]
