"""Garbage sent to every address of a paper's life, by somebody who may do everything: never a broken page, and what was
issued, decided and logged stays whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from audit.models import Entry
from whitepapers.commenting import About, add
from whitepapers.models import Decision, Review, Version, Whitepaper
from whitepapers.verifying import verify

from .factories import answer, decide, make_issued, make_member, make_paper, make_provider, make_review, prose

pytestmark = pytest.mark.django_db

SHARP = ("", "x", "-1", "9" * 19, "1\x00", "\ud800", "9999-12-31", "https://evil.example/", "あ" * 21_000)
GARBAGE = (
    *SHARP,
    *(" ", "0", "1.5", "１", "٣", "9" * 400, "1e9", "NaN", "None", "[]", "\x00", "\u202e", "\ufffe", "- " * 300),
    *("<script>alert(1)</script>", "=1+1", "../../etc/passwd", "0001-01-01", "2026-02-30", "//evil.example/"),
)
TODAY = timezone.localdate().isoformat()


@dataclass
class World:
    """A paper with an issue, an approved round and one that waits, beside another paper of another provider."""

    client: Client
    paper: Whitepaper
    waiting: Review
    approved: Review
    elsewhere: Review

    def url(self, name: str, *args: object) -> str:
        return reverse(f"whitepapers:{name}", args=[self.paper.pk, *args])


@pytest.fixture
def world() -> World:
    provider = make_provider("aozora")
    admin = make_member(provider, Role.ADMIN)
    author, approver = make_member(provider, Role.AUTHOR), make_member(provider, Role.APPROVER)
    sections = [
        prose("はじめに", "本文です。"),
        answer("12.4.1", body="記録します。", stances=[{"stance": "on_request"}]),
    ]
    paper = make_paper(*sections, provider={"name": provider.name})
    make_issued(paper, "1.0", by=approver)
    add(paper, "コメント", about=About(), by=author)
    paper.waivers.create(check_id="c", sentence="指摘。", reason="理由。", by=author, by_name="名")
    plan(paper, "2.0")
    waiting = make_review(paper, by=author, approver=admin, checks=(make_member(provider, Role.REVIEWER),))
    other = make_paper(*sections, provider={"name": provider.name})
    plan(other, "1.0")
    approved = make_review(other, by=author, approver=approver)
    decide(approved, approver)
    strange = make_paper(prose("はじめに"), provider={"name": make_provider("yugure").name})
    plan(strange, "1.0")
    elsewhere = make_review(strange, by=admin, approver=admin)
    client = Client(raise_request_exception=False)
    client.force_login(admin)
    return World(client, paper, waiting, approved, elsewhere)


def plan(paper: Whitepaper, number: str) -> None:
    paper.planned_number, paper.planned_summary = number, "改訂しました。"
    paper.save()


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.pdf", b"%PDF-1.7\nxref\nstartxref\n9\n%%EOF", "application/pdf")


def submit(world: World) -> tuple[str, dict[str, Any]]:
    Review.objects.filter(pk=world.waiting.pk).update(closed_at=timezone.now(), outcome="recalled")
    people = {name: world.waiting.seats.get(capacity=name).user_id for name in ("check", "approve")}
    return world.url("submit"), {
        "number": "2.0", "date": TODAY, "summary": "- 改訂", "message": "", "seen": "", "drafted": "", "more": "1",
        "checks-TOTAL_FORMS": "1", "checks-INITIAL_FORMS": "0", "checks-0-user": people["check"], "checks-0-deputy": "",
        "checks-0-due": TODAY, "approver-user": people["approve"], "approver-deputy": "", "approver-due": "",
    }  # fmt: skip


def submit_for_good(world: World) -> tuple[str, dict[str, Any]]:
    url, data = submit(world)
    del data["more"]
    return url, data


def decision(world: World) -> tuple[str, dict[str, Any]]:
    data = {"digest": world.waiting.digest, "verdict": "approve", "comment": "", "show": "mine"}
    return world.url("decide", world.waiting.pk), data


def seat(world: World) -> tuple[str, dict[str, Any]]:
    row = world.waiting.seats.get(capacity="check")
    data = {"user": row.user_id, "deputy": "", "due": TODAY}
    return world.url("seat", world.waiting.pk, row.pk), data


def comment(world: World) -> tuple[str, dict[str, Any]]:
    anchor = f"s{world.paper.sections.first().pk}"
    data = {
        "anchor": anchor,
        "quote": "本文",
        "body": "一言",
        "review": world.waiting.pk,
        "back": "review",
        "show": "mine",
    }
    return world.url("comments"), data


def on_comment(name: str) -> Callable[[World], tuple[str, dict[str, Any]]]:
    return lambda world: (
        world.url(name, world.paper.comments.get().pk),
        {"body": "返信", "back": "section", "show": "mine"},
    )


def waive(world: World) -> tuple[str, dict[str, Any]]:
    data = {"check": "c", "anchor": "", "subject": "", "sentence": "", "reason": "理由"}
    return world.url("waive"), data


def issue(world: World) -> tuple[str, dict[str, Any]]:
    paper = world.approved.whitepaper
    url = reverse("whitepapers:issue", args=[paper.pk, world.approved.pk])
    return url, {"date": (timezone.localdate() + timedelta(days=400)).isoformat(), "approval_block": "on"}


def attach(world: World) -> tuple[str, dict[str, Any]]:
    return world.url("attach"), {"number": "0.9", "date": "2020-01-01", "file": pdf()}


def leave(world: World) -> tuple[str, dict[str, Any]]:
    provider = world.paper.service.provider
    member = Membership.objects.get(provider=provider, role=Role.AUTHOR)
    return reverse("whitepapers:remove_member", args=[provider.slug, member.pk]), {"to": ""}


ADDRESSES: dict[str, Callable[[World], tuple[str, dict[str, Any]]]] = {
    "submit, with another line": submit,
    "submit": submit_for_good,
    "decide": decision,
    "recall": lambda world: (world.url("recall", world.waiting.pk), {"any": ""}),
    "seat": seat,
    "comments": comment,
    "answer_comment": on_comment("answer_comment"),
    "resolve_comment": on_comment("resolve_comment"),
    "reopen_comment": on_comment("reopen_comment"),
    "waive": waive,
    "end_waiver": lambda world: (world.url("end_waiver", world.paper.waivers.get().pk), {"any": ""}),
    "issue": issue,
    "withdraw": lambda world: (world.url("withdraw", "1.0"), {"reason": "誤り"}),
    "attach": attach,
    "recheck": lambda world: (world.url("recheck"), {"date": TODAY, "note": ""}),
    "remove_member": leave,
    "notices": lambda _world: (reverse("accounts:notices"), {"mail_digest": "on"}),
}


def encoded(data: dict[str, Any]) -> bytes:
    return "&".join(
        f"{quote_plus(name)}={quote_plus(str(value).encode(errors='surrogatepass'))}" for name, value in data.items()
    ).encode()


def posts(url: str, data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is sent: each field spoilt while the rest holds, all at once, none at all, and bodies of other kinds."""
    form = "application/x-www-form-urlencoded"
    texts = {name: value for name, value in data.items() if not isinstance(value, SimpleUploadedFile)}
    for name in texts:
        for value in SHARP:
            yield f"{name}={value[:20]!r}", {"data": encoded(texts | {name: value}), "content_type": form}
        rest = {other: value for other, value in texts.items() if other != name}
        yield f"without {name}", {"data": encoded(rest), "content_type": form}
        yield f"{name} twice", {"data": encoded(texts) + b"&" + encoded({name: "x"}), "content_type": form}
    for value in GARBAGE:
        yield f"all {value[:20]!r}", {"data": encoded(dict.fromkeys(texts, value)), "content_type": form}
    yield "nothing", {"data": b"", "content_type": form}
    yield "JSON", {"data": b'{"a": [1]}', "content_type": "application/json"}
    yield "bytes", {"data": b"\xff\xfe\x00&=%zz", "content_type": form}
    yield "no boundary", {"data": b"--x\r\n", "content_type": "multipart/form-data"}
    yield "torn", {"data": b"--x\r\nContent-Disposition: form-data", "content_type": "multipart/form-data; boundary=x"}
    yield "other charset", {"data": b"a=1", "content_type": f"{form}; charset=utf-16"}
    yield "a file for a text", {"data": {name: pdf() for name in data}}


def integrity() -> tuple[object, ...]:
    """What may only grow."""
    return (
        list(Version.objects.order_by("pk").values_list("pk", "digest", "imprint_digest")),
        list(Decision.objects.order_by("pk").values_list("pk", "digest", "verdict")),
        list(Entry.objects.order_by("pk").values_list("pk", "digest")),
    )


@pytest.mark.parametrize("name", ADDRESSES)
def test_garbage_is_answered_with_a_page_and_breaks_nothing(world, name):
    url, data = ADDRESSES[name](world)
    before = integrity()
    for what, sent in posts(url, data):
        point = transaction.savepoint()
        response = world.client.post(url, **sent)
        assert response.status_code < 500, f"{name}: {what}: {response.status_code}"
        assert "evil.example" not in response.get("Location", ""), f"{name}: {what}"
        for kept, now in zip(before, integrity(), strict=True):
            assert now[: len(kept)] == kept, f"{name}: {what}"
        if response.status_code < 400 and response.status_code != 200:  # something was done
            assert list(verify()) == [], f"{name}: {what}"
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("name", [name for name in ADDRESSES if name not in ("notices", "remove_member")])
def test_rows_of_somebody_else_are_not_reached_through_ones_own_paper(world, name):
    url, data = ADDRESSES[name](world)
    strange = url
    for mine in (world.paper.pk, world.approved.whitepaper_id):
        strange = strange.replace(f"/papers/{mine}/", f"/papers/{world.elsewhere.whitepaper_id}/")
    assert world.client.post(strange, data).status_code == 404
    url = url.replace(f"/reviews/{world.waiting.pk}/", f"/reviews/{world.elsewhere.pk}/")
    url = url.replace(f"/reviews/{world.approved.pk}/", f"/reviews/{world.elsewhere.pk}/")
    if "/reviews/" in url:
        assert world.client.post(url, data).status_code == 404
    if "review" in data:
        assert world.client.post(url, data | {"review": world.elsewhere.pk}).status_code == 404


QUERIES = {
    "review": ("show", "comment"),
    "comments": ("review",),
    "differences": ("from", "to"),
    "differences_pdf": ("from", "to"),
    "waive": ("check", "anchor", "subject"),
    "as_of": ("control", "date"),
    "audit": ("person", "group", "paper", "first", "last", "page", "verify"),
    "audit_csv": ("person", "group", "paper", "first", "last"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_garbage_in_the_question_is_answered_with_a_page(world, name):
    slug = world.paper.service.provider.slug
    if name.startswith("audit"):
        url = reverse(f"accounts:{name}", args=[slug])
    elif name == "as_of":
        url = reverse("whitepapers:as_of", args=[slug])
    else:
        url = world.url(name, *([world.waiting.pk] if name == "review" else []))
    for value in GARBAGE:
        for key in QUERIES[name]:
            rest = {"date": TODAY} if name == "as_of" and key != "date" else {}
            response = world.client.get(f"{url}?{encoded(rest | {key: value[:1_000]}).decode()}")
            assert response.status_code < 500, f"{key}={value[:20]!r}"
            if response.streaming:
                assert b"".join(response.streaming_content)


@pytest.mark.parametrize("number", ["%00", "1.0%00", "%ED%A0%80", "x", "9" * 300, "1.00", "%2e%2e", "1.0%0d%0aX: y"])
def test_garbage_for_a_version_is_not_found(world, number):
    for path in (f"{number}/", f"{number}/pdf/", f"1.0/{number}/", f"{number}/withdraw/"):
        assert world.client.get(world.url("versions") + path).status_code == 404


@pytest.mark.parametrize("pk", [0, 10**18, 10**19, 10**400])
def test_numbers_of_rows_that_cannot_be_are_not_found(world, pk):
    at = {"mine": world.paper.pk, "round": world.waiting.pk, "slug": world.paper.service.provider.slug}
    for path in (
        *("papers/{pk}/versions/", "papers/{pk}/reviews/{round}/", "papers/{mine}/reviews/{pk}/"),
        *("papers/{mine}/reviews/{round}/seats/{pk}/", "papers/{mine}/versions/earlier/{pk}/"),
        *("papers/{mine}/reviews/{pk}/issue/", "p/{slug}/people/{pk}/remove/"),
    ):
        assert world.client.get("/" + path.format(pk=pk, **at)).status_code == 404, path
    for path in ("comments/{pk}/answer/", "comments/{pk}/resolve/", "checks/waivers/{pk}/end/"):
        status = world.client.post(f"/papers/{at['mine']}/{path.format(pk=pk)}", {"body": "返信"}).status_code
        assert status in (302, 404), path  # a waiver that is gone is told on the page of the checks
