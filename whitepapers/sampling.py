"""Makes the sample provider: two services with their papers, and one person for each role. For trying and for pictures."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from accounts.models import Membership, Provider, User
from accounts.roles import Role
from audit.log import Subject, log
from controls.models import FactDefinition

from .importing.interchange import import_paper
from .models import Fact, Section, Service

FOLDER = Path(__file__).resolve().parent / "sample"
SLUG = "shiokaze"
DOMAIN = "shiokaze-cloud.example"
PASSWORD = "shiokaze-sample"  # noqa: S105 - printed by `make run`; the command refuses to run without DEBUG
PEOPLE = (
    ("admin", "潮 美咲", Role.ADMIN),
    ("approver", "浜田 健一", Role.APPROVER),
    ("reviewer", "磯部 直子", Role.REVIEWER),
    ("author", "風間 翔太", Role.AUTHOR),
    ("viewer", "波多野 葵", Role.VIEWER),
)


def sample_provider() -> Provider | None:
    return Provider.objects.filter(slug=SLUG).first()


@transaction.atomic
def make_sample(*, by: User | None) -> Provider:
    """The sample provider with everything that belongs to it. Raises IntegrityError when it is there already."""
    provider = Provider.objects.create(
        slug=SLUG, name="しおかぜクラウド株式会社", address="〒100-0000 東京都千代田区架空町一丁目2番3号"
    )
    for name, full_name, role in PEOPLE:
        user = User.objects.create_user(f"{name}@{DOMAIN}", PASSWORD, name=full_name)
        Membership.objects.create(provider=provider, user=user, role=role)
    papers = [
        import_paper((FOLDER / name).read_bytes(), provider_slug=SLUG, by=by)
        for name in ("shiokaze-storage.json", "shiokaze-forms.json")
    ]
    _state_once([paper.service for paper in papers])
    Section.objects.filter(whitepaper=papers[0]).exclude(body="").update(progress=Section.Progress.DONE)
    subject = Subject("provider", provider.pk, provider.name)
    log("provider.set_up", subject, by=by, provider=provider, admin=PEOPLE[0][1])
    return provider


def _state_once(services: list[Service]) -> None:
    """Facts of the company that all services state alike become the company's own: entered once, printed in every paper."""
    owned = FactDefinition.objects.newest().filter(owner=FactDefinition.Owner.PROVIDER).values_list("name", flat=True)
    first, *others = ({fact.name: fact for fact in service.facts.filter(name__in=owned)} for service in services)
    for name, fact in first.items():
        same = [other[name] for other in others if name in other and other[name].value == fact.value]
        if len(same) == len(others):
            Fact.objects.filter(pk__in=[each.pk for each in same]).delete()
            Fact.objects.filter(pk=fact.pk).update(service=None)
