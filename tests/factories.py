"""Plain functions that make rows, one section per app. Tiny: what a test is about it says itself."""

import json
from functools import cache
from itertools import count

from accounts.models import Membership, Provider, User
from accounts.roles import Role
from controls.catalog import Catalog
from controls.loading import CATALOGS, store
from controls.models import Edition, FactDefinition, Release
from controls.reading import read
from whitepapers.importing.interchange import import_paper
from whitepapers.models import Fact, Service, Whitepaper

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
    return import_paper(json.dumps(data, ensure_ascii=False).encode(), **options)


def make_paper(*sections: dict, whitepaper: dict | None = None, **parts: object) -> Whitepaper:
    """A paper of the shipped catalog, from what ``paper_data`` takes."""
    make_catalog()
    return import_data(paper_data(*sections, whitepaper=whitepaper, **parts))
