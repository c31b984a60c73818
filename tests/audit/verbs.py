"""Every verb there is, ready to be called: name of the function → how to set it up, and what it is expected to log."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone

import accounts
import whitepapers
from accounts import changing_members, inviting, setting_up
from accounts.models import Invitation, Membership, Provider, User
from accounts.roles import Role
from controls.models import Control
from tests import factories
from tests.factories import answer, make_member, make_paper, make_service, paper_data, prose
from whitepapers import (
    answering,
    assigning,
    attaching,
    commenting,
    copying,
    describing,
    dividing,
    drafting,
    figuring,
    issuing,
    leaving,
    offering,
    outlining,
    reviewing,
    sampling,
    stating,
    waiving,
)
from whitepapers.checks import check
from whitepapers.compose import compose
from whitepapers.importing.interchange import import_paper
from whitepapers.layouts import layouts
from whitepapers.models import Capacity, Review, Section, Whitepaper

# Functions that take a person and are no verbs of their own.
NO_VERBS = {
    "whitepapers.attending.attend": "presence, of seconds",
    "whitepapers.attending.leave": "presence, of seconds",
    "whitepapers.editing.save_section": "a plain edit is a SectionRevision",
    "whitepapers.undoing.undo": "a plain edit is a SectionRevision",
    "whitepapers.importing.writing.write": "import_paper calls it",
    "whitepapers.outlining.record": "a part of verbs",
    "whitepapers.outlining.tell": "a part of verbs",
    "whitepapers.outlining.write": "a part of verbs",
}
NOT_LOOKED_AT = (".migrations", ".models", ".views", ".forms", ".management", ".checks", ".rendering", ".notifying")


def functions() -> Iterator[str]:
    """The names of all public functions outside of pages and commands that are told who asks (``by``)."""
    for package in (accounts, whitepapers):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if any(part in found.name for part in NOT_LOOKED_AT) or found.name.startswith("accounts.sign_in"):
                continue
            module = importlib.import_module(found.name)
            for name, function in vars(module).items():
                is_own = inspect.isfunction(function) and function.__module__ == module.__name__
                if is_own and not name.startswith("_") and "by" in inspect.signature(function).parameters:
                    yield f"{module.__name__}.{name}"


class World:
    """A provider with a paper, made when somebody asks."""

    @cached_property
    def paper(self) -> Whitepaper:
        return make_paper(
            prose("A", "一。\n\n二。"),
            prose("B", "乙。"),
            answer("12.3.1", body="お客様のデータを守ります。", stances=[{"stance": "provided"}]),
        )

    @cached_property
    def provider(self) -> Provider:
        return self.paper.service.provider

    @cached_property
    def by(self) -> User:
        return make_member(self.provider, Role.ADMIN, name="佐藤 管理")

    @cached_property
    def other(self) -> User:
        return make_member(self.provider, Role.APPROVER, name="鈴木 承認")

    def membership(self, user: User) -> Membership:
        return Membership.objects.get(user=user, provider=self.provider)

    def section(self, title: str = "A") -> Section:
        return self.paper.sections.get(title=title)

    @property
    def control_section(self) -> Section:
        return self.paper.sections.get(kind="control")

    @cached_property
    def invitation(self) -> Invitation:
        return Invitation.objects.create(
            provider=self.provider,
            email="new@example.com",
            role=Role.AUTHOR,
            token_hash=inviting.hash_of("token"),
            expires_at=timezone.now() + inviting.VALID_FOR,
        )

    @cached_property
    def review(self) -> Review:
        return factories.make_review(self.paper, by=self.by, approver=self.other)

    def override(self, body: str = "新しい共通回答。") -> tuple[Section, answering.Seen]:
        """A section that departed from its standard answer, of which there is newer text."""
        control = Control.objects.get(edition=self.paper.edition, number="12.3.1")
        say = answering.AnswerContent
        first = answering.save_answer(self.provider, control, say("共通回答。", []), counter=0, by=self.by)
        Section.objects.filter(pk=self.control_section.pk).update(
            standard_answer=first, departed_from=first.revisions.get()
        )
        newer = answering.save_answer(self.provider, control, say(body, []), counter=1, answer=first, by=self.by)
        section = self.control_section
        return section, answering.Seen(section.counter, newer.counter)


@dataclass(frozen=True)
class Verb:
    actions: tuple[str, ...]
    set_up: Callable[[World], Callable[[], Any]]


VERBS: dict[str, Verb] = {}


def verb(name: str, *actions: str) -> Callable[[Callable[[World], Callable[[], Any]]], None]:
    def add(set_up: Callable[[World], Callable[[], Any]]) -> None:
        VERBS[name] = Verb(actions, set_up)

    return add


SPLIT = figuring.FigureContent("split", layers=[("データ", "お客様"), ("基盤", "当社")])
DAYS = {"count": 7, "unit": "day"}

# --- accounts


@verb("accounts.inviting.invite", "member.invited")
def _(w: World):
    w.by  # noqa: B018 - a person that must be there beforehand
    return lambda: inviting.invite(w.provider, email="new@example.com", role="author", by=w.by)


@verb("accounts.inviting.resend", "member.reinvited")
def _(w: World):
    invitation, by = w.invitation, w.by
    return lambda: inviting.resend(invitation, by=by)


@verb("accounts.inviting.withdraw", "member.uninvited")
def _(w: World):
    invitation, by = w.invitation, w.by
    return lambda: inviting.withdraw(invitation, by=by)


@verb("accounts.inviting.accept", "member.joined")
def _(w: World):
    user = factories.make_user(w.invitation.email)
    return lambda: inviting.accept("token", user=user)


@verb("accounts.inviting.accept_with_new_account", "member.joined")
def _(w: World):
    w.invitation  # noqa: B018
    return lambda: inviting.accept_with_new_account("token", name="新田", password="kumo-no-ue-no-27017")


@verb("accounts.changing_members.change_role", "member.role_changed")
def _(w: World):
    member, by = w.membership(w.other), w.by
    return lambda: changing_members.change_role(member, role=Role.AUTHOR, by=by)


@verb("accounts.changing_members.remove", "member.removed")
def _(w: World):
    member, by = w.membership(w.other), w.by
    return lambda: changing_members.remove(member, by=by)


@verb("accounts.setting_up.set_up_admin", "provider.set_up")
def _(w: World):
    return lambda: setting_up.set_up_admin(
        email="first@example.com", provider_name="新会社", password="kumo-no-ue-no-27017", by=None
    )


@verb("accounts.setting_up.change_settings", "provider.changed")
def _(w: World):
    provider, by = w.provider, w.by
    return lambda: setting_up.change_settings(provider, name="新しい社名", self_reference="当社", by=by)


# --- services, facts, answers


@verb("whitepapers.offering.add_service", "service.added")
def _(w: World):
    provider, by = w.provider, w.by
    return lambda: offering.add_service(provider, name="新サービス", locations=["東京"], by=by)


@verb("whitepapers.offering.change_service", "service.changed")
def _(w: World):
    service, by = w.paper.service, w.by
    return lambda: offering.change_service(
        service, name="新しい名前", alias=service.alias, model=service.model, locations=[], by=by
    )


@verb("whitepapers.offering.archive_service", "service.archived")
def _(w: World):
    service, by = w.paper.service, w.by
    return lambda: offering.archive_service(service, by=by)


@verb("whitepapers.offering.restore_service", "service.restored")
def _(w: World):
    service, by = offering.archive_service(w.paper.service, by=w.by), w.by
    return lambda: offering.restore_service(service, by=by)


@verb("whitepapers.stating.state", "fact.stated")
def _(w: World):
    service, by = w.paper.service, w.by
    return lambda: stating.state(w.provider, "backup_generations", 7, service=service, by=by)


@verb("whitepapers.stating.retract", "fact.retracted")
def _(w: World):
    by = w.by
    factories.make_fact(w.provider, "backup_generations", 7)
    return lambda: stating.retract(w.provider, "backup_generations", by=by)


@verb("whitepapers.stating.confirm", "fact.confirmed")
def _(w: World):
    by = w.by
    factories.make_fact(w.provider, "backup_generations", 7)
    return lambda: stating.confirm(w.provider, "backup_generations", by=by)


@verb("whitepapers.stating.state_many", "fact.stated", "fact.annotated")
def _(w: World):
    by = w.by
    factories.make_fact(w.provider, "backup_generations", 7)
    changes = [
        stating.Change("backup_generations", value=8),
        stating.Change("backup_generations", source_note="メモ"),
    ]
    return lambda: [stating.state_many(w.provider, [change], by=by) for change in changes]


@verb("whitepapers.answering.save_answer", "answer.added")
def _(w: World):
    control, by = Control.objects.get(edition=w.paper.edition, number="12.3.1"), w.by
    content = answering.AnswerContent("共通回答。", [])
    return lambda: answering.save_answer(w.provider, control, content, counter=0, by=by)


@verb("whitepapers.answering.take_newer", "section.took_newer")
def _(w: World):
    section, seen = w.override()
    return lambda: answering.take_newer(section, seen=seen, by=w.by)


@verb("whitepapers.answering.return_to_shared", "section.returned")
def _(w: World):
    section, seen = w.override()
    return lambda: answering.return_to_shared(section, seen=seen, by=w.by)


@verb("whitepapers.answering.keep_own", "section.kept_own")
def _(w: World):
    section, seen = w.override()
    return lambda: answering.keep_own(section, seen=seen, by=w.by)


@verb("whitepapers.answering.share_text", "answer.shared")
def _(w: World):
    section, seen = w.override()
    return lambda: answering.share_text(section, seen=seen, by=w.by)


# --- papers


@verb("whitepapers.drafting.draft_paper", "paper.drafted")
def _(w: World):
    service, edition, by = make_service(w.provider), w.paper.edition, w.by
    return lambda: drafting.draft_paper(service, edition, layouts()["flat-topics"], title="新", by=by)


@verb("whitepapers.copying.copy_paper", "paper.copied", "fact.stated")
def _(w: World):
    factories.make_fact(w.provider, "backup_generations", 7, service=w.paper.service)
    target, by = make_service(w.provider), w.by
    return lambda: copying.copy_paper(w.paper, target, title="写し", by=by)


@verb("whitepapers.copying.archive_paper", "paper.archived")
def _(w: World):
    paper, by = w.paper, w.by
    return lambda: copying.archive_paper(paper, by=by)


@verb("whitepapers.copying.restore_paper", "paper.restored")
def _(w: World):
    paper, by = copying.archive_paper(w.paper, by=w.by), w.by
    return lambda: copying.restore_paper(paper, by=by)


@verb("whitepapers.importing.interchange.import_paper", "paper.imported", "fact.stated")
def _(w: World):
    data = paper_data(prose("A"), service={"name": "別の"}, facts={"backup_generations": 7})
    slug, by = w.provider.slug, w.by
    return lambda: import_paper(json.dumps(data).encode(), provider_slug=slug, by=by)


@verb("whitepapers.sampling.make_sample", "paper.imported", "fact.stated", "provider.set_up")
def _(w: World):
    w.paper  # noqa: B018 - loads the catalog
    return lambda: sampling.make_sample(by=None)


@verb("whitepapers.describing.change_paper", "paper.described")
def _(w: World):
    paper, by = w.paper, w.by
    return lambda: describing.change_paper(
        paper, {"title": "新しい題名", "header": paper.header, "colophon": [["a", "b"]]}, by=by
    )


@verb("whitepapers.figuring.add_figure", "figure.added")
def _(w: World):
    paper, by = w.paper, w.by
    return lambda: figuring.add_figure(paper, SPLIT, by=by)


@verb("whitepapers.figuring.change_figure", "figure.changed")
def _(w: World):
    figure, by = figuring.add_figure(w.paper, SPLIT, by=w.by), w.by
    return lambda: figuring.change_figure(
        figure, figuring.FigureContent("other", caption="題", layers=SPLIT.layers), by=by
    )


@verb("whitepapers.figuring.delete_figure", "figure.removed")
def _(w: World):
    figure, by = figuring.add_figure(w.paper, SPLIT, by=w.by), w.by
    return lambda: figuring.delete_figure(figure, by=by)


# --- outline


@verb("whitepapers.outlining.move", "section.moved")
def _(w: World):
    a, by = w.section().pk, w.by
    return lambda: outlining.move(w.paper, a, "down", by=by)


@verb("whitepapers.outlining.place", "section.moved")
def _(w: World):
    a, b, by = w.section().pk, w.section("B").pk, w.by
    return lambda: outlining.place(w.paper, a, parent_id=b, position=0, by=by)


@verb("whitepapers.outlining.add", "section.added")
def _(w: World):
    paper, by = w.paper, w.by
    return lambda: outlining.add(paper, kind="prose", title="C", by=by)


@verb("whitepapers.outlining.remove", "section.removed")
def _(w: World):
    a, by = w.section().pk, w.by
    return lambda: outlining.remove(w.paper, a, by=by)


@verb("whitepapers.outlining.restore", "section.restored")
def _(w: World):
    a, by = w.section().pk, w.by
    outlining.remove(w.paper, a, by=by)
    return lambda: outlining.restore(w.paper, a, by=by)


@verb("whitepapers.dividing.split", "section.split")
def _(w: World):
    a, by = w.section().pk, w.by
    return lambda: dividing.split(w.paper, a, line=3, title="後半", counter=0, by=by)


@verb("whitepapers.dividing.merge", "section.merged")
def _(w: World):
    a, by = w.section().pk, w.by
    return lambda: dividing.merge(w.paper, a, by=by)


@verb("whitepapers.assigning.assign", "paper.assigned")
def _(w: World):
    a, by = w.section().pk, w.by
    task = assigning.Assignment(by, timezone.localdate(), "done", confirmed=True)
    return lambda: assigning.assign(w.paper, [a], task, by=by)


@verb("whitepapers.leaving.leave", "member.removed", "member.handed_over")
def _(w: World):
    member, by = w.membership(w.other), w.by
    w.paper.sections.update(assignee=w.other)
    return lambda: leaving.leave(member, to=by, by=by)


# --- reviews


@verb("whitepapers.reviewing.submit", "review.submitted")
def _(w: World):
    places = [reviewing.Place(Capacity.APPROVE, w.other.pk)]
    plan, by = reviewing.Plan(number="1.0", summary="初版", seats=places), w.by
    for finding in check(compose(w.paper)):
        if finding.blocks:
            waiving.waive(w.paper, finding, reason="試験", by=by)
    return lambda: reviewing.submit(w.paper, plan, by=by)


@verb("whitepapers.reviewing.decide", "review.approved")
def _(w: World):
    review = w.review
    return lambda: reviewing.decide(review, "approve", digest=review.digest, by=w.other)


@verb("whitepapers.reviewing.replace_seat", "review.seat_changed")
def _(w: World):
    seat = w.review.seats.get()
    someone = make_member(w.provider, Role.APPROVER, name="別の承認者")
    return lambda: reviewing.replace_seat(seat, reviewing.Place(seat.capacity, someone.pk), by=w.by)


@verb("whitepapers.reviewing.recall", "review.recalled")
def _(w: World):
    review, by = w.review, w.by
    return lambda: reviewing.recall(review, by=by)


@verb("whitepapers.commenting.add", "comment.added")
def _(w: World):
    paper, by = w.paper, w.by
    return lambda: commenting.add(paper, "気になります。", about=commenting.About(), by=by)


@verb("whitepapers.commenting.answer", "comment.added")
def _(w: World):
    comment = commenting.add(w.paper, "気になります。", about=commenting.About(), by=w.by)
    return lambda: commenting.answer(comment, "直しました。", by=w.by)


@verb("whitepapers.commenting.resolve", "comment.resolved")
def _(w: World):
    comment = commenting.add(w.paper, "気になります。", about=commenting.About(), by=w.by)
    return lambda: commenting.resolve(comment, by=w.by)


@verb("whitepapers.commenting.reopen", "comment.reopened")
def _(w: World):
    comment = commenting.add(w.paper, "気になります。", about=commenting.About(), by=w.by)
    commenting.resolve(comment, by=w.by)
    return lambda: commenting.reopen(comment, by=w.by)


def _a_finding(w: World):
    return next(finding for finding in check(compose(w.paper)) if waiving.may_be_waived(finding))


@verb("whitepapers.waiving.waive", "finding.waived")
def _(w: World):
    finding, by = _a_finding(w), w.by
    return lambda: waiving.waive(w.paper, finding, reason="理由", by=by)


@verb("whitepapers.waiving.withdraw_waiver", "finding.waiver_ended")
def _(w: World):
    waiver = waiving.waive(w.paper, _a_finding(w), reason="理由", by=w.by)
    return lambda: waiving.withdraw_waiver(w.paper, waiver.pk, by=w.by)


# --- versions


@verb("whitepapers.issuing.issue", "version.issued")
def _(w: World):
    review = factories.make_approved(w.paper, by=w.by, approver=w.other)
    return lambda: issuing.issue(review, date=timezone.localdate(), by=w.other)


@verb("whitepapers.issuing.withdraw", "version.withdrawn")
def _(w: World):
    version = factories.make_version(w.paper, by=w.by)
    return lambda: issuing.withdraw(version, reason="誤り", by=w.by)


@verb("whitepapers.issuing.recheck", "version.rechecked")
def _(w: World):
    factories.make_version(w.paper, by=w.by)
    return lambda: issuing.recheck(w.paper, date=timezone.localdate(), note="", by=w.by)


@verb("whitepapers.attaching.attach_earlier_issue", "version.attached")
def _(w: World):
    paper, by, content = w.paper, w.by, one_page()
    return lambda: attaching.attach_earlier_issue(
        paper, number="0.9", date=None, name="以前.pdf", content=content, by=by
    )


def one_page() -> bytes:
    from io import BytesIO

    import pikepdf

    file = BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(file)
    return file.getvalue()
