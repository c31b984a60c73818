"""Plain functions that make rows, one section per app. Tiny: what a test is about it says itself."""

import json
from datetime import date
from functools import cache
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import Membership, Provider, User
from accounts.roles import Role
from controls.catalog import Catalog
from controls.loading import CATALOGS, store
from controls.models import Edition, FactDefinition, Release
from controls.reading import read
from whitepapers.canonical import to_json
from whitepapers.compose import compose
from whitepapers.document import Imprint
from whitepapers.importing.interchange import import_paper
from whitepapers.in_force import ordinal
from whitepapers.issuing import issue
from whitepapers.models import Artefact, Capacity, Decision, Fact, Review, Seat, Service, Version, Whitepaper
from whitepapers.storing import keep

# --- accounts -------------------------------------------------------------------------------------------

_number = count(1)


def make_provider(slug: str = "", **fields: str) -> Provider:
    slug = slug or f"provider-{next(_number)}"
    return Provider.objects.create(slug=slug, **{"name": f"{slug}株式会社", **fields})


def make_user(email: str = "", *, password: str | None = None, **fields: object) -> User:
    """Without a password the account is for ``client.force_login`` only, and made fast."""
    return User.objects.create_user(
        email or f"person-{next(_number)}@example.com", password, **{"name": "山田 花子", **fields}
    )


def make_member(provider: Provider, role: str = Role.AUTHOR, **user_fields: object) -> User:
    """A new user with ``role`` in ``provider``."""
    user = make_user(**user_fields)  # type: ignore[arg-type]
    Membership.objects.create(provider=provider, user=user, role=role)
    return user


# --- controls -----------------------------------------------------------------------------------------------


@cache
def _shipped() -> Catalog:
    return read(CATALOGS)


def make_catalog() -> Release:
    """The shipped catalog, loaded (a tenth of a second; nothing when it is loaded already)."""
    return store(_shipped())


def make_edition(slug: str = "iso27017-2015") -> Edition:
    """An edition of the shipped catalog, which is loaded when it is not yet."""
    make_catalog()
    return Edition.objects.newest().get(slug=slug)


# --- whitepapers: services, facts -----------------------------------------------------------------------------


def make_service(provider: Provider, name: str = "", **fields: object) -> Service:
    return Service.objects.create(provider=provider, name=name or f"サービス{next(_number)}", **fields)


def make_fact(provider: Provider, name: str, value: object, **place: object) -> Fact:
    """The provider's value, or that of the ``service`` or ``location`` named."""
    return Fact.objects.create(provider=provider, name=name, value=value, **place)


def make_definition(name: str = "retention", type_: object = None, **fields: object) -> FactDefinition:
    """A definition of the newest release, which is made, with nothing else in it, when there is none."""
    release = Release.objects.order_by("-number").first() or Release.objects.create(number=1)
    Release.objects.filter(pk=release.pk).update(digest=f"small-{next(_number)}")  # other content, other digest
    return FactDefinition.objects.create(
        release=release,
        name=name,
        type=type_ or {"kind": "duration", "units": ["day", "month"]},
        **{
            "position": next(_number),
            "control_number": "12.3.1",
            "label_ja": "保持期間",
            "help_ja": "日数を入力してください。",
            "owner": "service",
            **fields,
        },
    )


# --- whitepapers: papers --------------------------------------------------------------------------------------


def prose(title: str, body: str = "", **fields: object) -> dict:
    """A prose section in the interchange format."""
    return {"kind": "prose", "title": title, "body": body, **fields}


def answer(*controls: str, body: str = "", **fields: object) -> dict:
    """A control section in the interchange format; the catalog's title unless one is given."""
    return {"kind": "control", "controls": list(controls), "body": body, **fields}


def paper_data(*sections: dict, whitepaper: dict | None = None, **parts: object) -> dict:
    """A paper in the interchange format. ``whitepaper`` adds to its own fields, ``parts`` are other keys of the file."""
    return {
        "format": "hakusho/1",
        "provider": {"name": "株式会社例示クラウド"},
        "service": {"name": f"例示サービス{next(_number)}"},
        "whitepaper": {"title": "セキュリティホワイトペーパー", "edition": "iso27017-2015", **(whitepaper or {})},
        "sections": list(sections),
        **parts,
    }


def import_data(data: dict, **options: str) -> Whitepaper:
    return import_paper(json.dumps(data, ensure_ascii=False).encode(), by=None, **options)


def make_paper(*sections: dict, whitepaper: dict | None = None, **parts: object) -> Whitepaper:
    """A paper of the shipped catalog, from what ``paper_data`` takes."""
    make_catalog()
    return import_data(paper_data(*sections, whitepaper=whitepaper, **parts))


# --- whitepapers: reviews ---------------------------------------------------------------------------------------


def make_review(
    paper: Whitepaper, *, by: User, approver: User, checks: tuple[User, ...] = (), **fields: object
) -> Review:
    """An open round of the paper as it stands, without the guards of ``reviewing.submit``; ``due`` is every seat's."""
    due = fields.pop("due", None)
    document = compose(paper)
    review = Review.objects.create(
        whitepaper=paper,
        document=document.to_json(),
        digest=document.digest,
        submitted_by=by,
        submitted_by_name=by.name,
        submitted_at=timezone.now(),
        **{"number": paper.planned_number or "1.0", **fields},
    )
    for user in checks:
        Seat.objects.create(review=review, capacity=Capacity.CHECK, user=user, due=due)
    Seat.objects.create(review=review, capacity=Capacity.APPROVE, user=approver, due=due)
    return review


def decide(review: Review, user: User, verdict: str = "approve", comment: str = "") -> Decision:
    """The decision of ``user`` on their seat, without the guards of ``reviewing.decide``."""
    seat = review.seats.get(user=user)
    return Decision.objects.create(
        review=review,
        seat=seat,
        capacity=seat.capacity,
        verdict=verdict,
        by=user,
        by_name=user.name,
        digest=review.digest,
        comment=comment,
        at=timezone.now(),
    )


# --- whitepapers: versions ------------------------------------------------------------------------------------------


def make_approved(
    paper: Whitepaper, number: str = "1.0", *, by: User, approver: User, checks: tuple[User, ...] = (), **planned: Any
) -> Review:
    """An open round of the paper as it stands, approved by everybody who was asked."""
    for name, value in {"number": number, "summary": f"{number}版の内容", **planned}.items():
        setattr(paper, f"planned_{name}", value)
    paper.save()
    review = make_review(paper, by=by, approver=approver, checks=checks)
    for user in (*checks, approver):
        decide(review, user)
    return review


def make_issued(paper: Whitepaper, number: str = "1.0", *, by: User, on: date | None = None, **fields: Any) -> Version:
    """A version with one small file as its PDF, by plain rows: nothing is rendered, nothing logged."""
    now, (major, minor, patch) = timezone.now(), ordinal(number)
    paper.planned_number = number
    review = make_review(paper, by=by, approver=by)
    decide(review, by)
    imprint = Imprint(date=(on or timezone.localdate()).isoformat())
    version = Version.objects.create(
        whitepaper=paper, review=review, number=number, major=major, minor=minor, patch=patch,
        document=review.document, digest=review.digest, imprint=to_json(imprint), imprint_digest=imprint.digest,
        date=on or timezone.localdate(), issued_by=by, issued_by_name=by.name, issued_at=now, **fields,
    )  # fmt: skip
    Review.objects.filter(pk=review.pk).update(closed_at=now, outcome=Review.Outcome.ISSUED)
    file = keep(f"%PDF-{paper.pk}-{number}".encode())
    Artefact.objects.create(
        version=version, format="pdf", media_type="application/pdf", name=f"{paper.title}_{number}.pdf",
        sha256=file.sha256, size=file.size, path=file.path,
    )  # fmt: skip
    paper.refresh_from_db()
    return version


def make_version(paper: Whitepaper, number: str = "1.0", *, by: User, date: date | None = None) -> Version:
    """The paper as it stands, issued by ``by``, who approved it too."""
    paper.refresh_from_db()
    return issue(make_approved(paper, number, by=by, approver=by), date=date or timezone.localdate(), by=by)
