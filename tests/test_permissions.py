"""Who may open and change what: every address of ours × role → status. An address that is not in the table fails."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from controls.models import Control
from whitepapers.drafting import draft_paper
from whitepapers.layouts import layouts
from whitepapers.models import Review, Service

from .factories import make_edition, make_issued, make_member, make_provider, make_review

pytestmark = pytest.mark.django_db

ANYBODY = "anybody"  # also without signing in
SIGNED_IN = "signed in"  # every signed-in user, strangers too: there is nothing of a provider on it

# url name → (lowest role that may GET, lowest role that may POST; None: no such method)
TABLE: dict[str, tuple[str | None, str | None]] = {
    "home": (SIGNED_IN, None),
    "accounts:notices": (SIGNED_IN, SIGNED_IN),  # everybody's own
    "controls:edition_list": (SIGNED_IN, None),
    "controls:search": (SIGNED_IN, None),
    "controls:edition": (SIGNED_IN, None),
    "controls:control": (SIGNED_IN, None),
    "accounts:people": (Role.ADMIN, Role.ADMIN),
    "accounts:provider_settings": (Role.ADMIN, Role.ADMIN),
    "accounts:change_member_role": (None, Role.ADMIN),
    "accounts:audit": (Role.ADMIN, None),
    "accounts:audit_csv": (Role.ADMIN, None),
    "whitepapers:remove_member": (Role.ADMIN, Role.ADMIN),
    "whitepapers:service_list": (Role.VIEWER, None),
    "whitepapers:new_service": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:edit_service": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:archive_service": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:provider_facts": (Role.VIEWER, Role.AUTHOR),
    "whitepapers:service_facts": (Role.VIEWER, Role.AUTHOR),
    "whitepapers:paper_list": (Role.VIEWER, None),
    "whitepapers:new_paper": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:outline": (Role.VIEWER, None),
    "whitepapers:paper_settings": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:preview": (Role.VIEWER, None),
    "whitepapers:checks": (Role.VIEWER, None),
    "whitepapers:pdf": (Role.VIEWER, None),
    "whitepapers:html": (Role.VIEWER, None),
    "whitepapers:text": (Role.VIEWER, None),
    "whitepapers:section": (Role.VIEWER, Role.AUTHOR),
    "whitepapers:section_draft": (None, Role.AUTHOR),
    "whitepapers:section_autosave": (None, Role.AUTHOR),
    "whitepapers:section_presence": (None, Role.AUTHOR),
    # Standard answers and the matrix
    "whitepapers:answers": (Role.VIEWER, None),
    "whitepapers:answer": (Role.VIEWER, Role.AUTHOR),
    "whitepapers:matrix": (Role.VIEWER, None),
    "whitepapers:control_matrix": (Role.VIEWER, None),
    "whitepapers:take_answer": (None, Role.AUTHOR),
    "whitepapers:return_to_answer": (None, Role.AUTHOR),
    "whitepapers:keep_own_answer": (None, Role.AUTHOR),
    "whitepapers:share_answer": (None, Role.AUTHOR),
    # search, figures
    "whitepapers:search": (Role.VIEWER, None),
    "whitepapers:figure_list": (Role.VIEWER, None),
    "whitepapers:new_figure": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:edit_figure": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:remove_figure": (None, Role.AUTHOR),
    # facts
    "whitepapers:provider_fact_uses": (Role.VIEWER, None),
    "whitepapers:service_fact_uses": (Role.VIEWER, None),
    # outline and history
    "whitepapers:archived_papers": (Role.VIEWER, None),
    "whitepapers:copy_paper": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:archive_paper": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:assign_paper": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:arrange": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:add_section": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:remove_section": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:split_section": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:merge_section": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:assign_section": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:section_history": (Role.VIEWER, Role.AUTHOR),
    # differences
    "whitepapers:differences": (Role.VIEWER, None),
    "whitepapers:differences_pdf": (Role.VIEWER, None),
    # reviews
    "whitepapers:submit": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:review": (Role.VIEWER, None),
    "whitepapers:decide": (None, Role.REVIEWER),
    "whitepapers:recall": (None, Role.AUTHOR),
    "whitepapers:seat": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:comments": (Role.VIEWER, Role.AUTHOR),
    "whitepapers:answer_comment": (None, Role.AUTHOR),
    "whitepapers:resolve_comment": (None, Role.AUTHOR),
    "whitepapers:reopen_comment": (None, Role.AUTHOR),
    "whitepapers:waive": (Role.REVIEWER, Role.REVIEWER),
    "whitepapers:end_waiver": (None, Role.REVIEWER),
    # versions
    "whitepapers:issue": (Role.APPROVER, Role.APPROVER),
    "whitepapers:versions": (Role.VIEWER, None),
    "whitepapers:attach": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:earlier_file": (Role.VIEWER, None),
    "whitepapers:version": (Role.VIEWER, None),
    "whitepapers:withdraw": (Role.APPROVER, Role.APPROVER),
    "whitepapers:version_file": (Role.VIEWER, None),
    "whitepapers:recheck": (Role.AUTHOR, Role.AUTHOR),
    "whitepapers:as_of": (Role.VIEWER, None),
    "whitepapers:current_zip": (Role.VIEWER, None),
}
# Tested where they belong, since what they answer depends on more than a role.
ELSEWHERE = {
    "accounts:accept_invitation": "tests/accounts: the token decides",
    "accounts:resend_invitation": "tests/accounts: needs an open invitation",
    "accounts:withdraw_invitation": "tests/accounts: needs an open invitation",
    "accounts:switch_provider": "tests/accounts: chooses among one's own providers",
}


def our_names() -> Iterator[str]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                below = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, below)
            elif pattern.name:
                yield prefix + pattern.name

    for name in walk(get_resolver().url_patterns, ""):
        if not name.startswith(("admin:", "account_")):
            yield name


def test_every_address_is_in_the_table():
    assert set(our_names()) == set(TABLE) | set(ELSEWHERE)


@pytest.fixture
def world():
    """Two providers with a paper each; the arguments that lead to the rows of the first one."""
    edition = make_edition()
    provider = make_provider("aozora")
    other = make_provider("yugure")
    by = make_member(provider, Role.ADMIN)
    service = Service.objects.create(provider=provider, name="あおぞらストレージ")
    paper = draft_paper(service, edition, layouts()["flat-topics"], title="ペーパー", by=by)
    member = Membership.objects.create(provider=provider, user=make_member(other, Role.VIEWER), role=Role.VIEWER)
    figure = paper.figures.create(key="in-use", position=90, kind="responsibility")  # asked to go, it stays
    paper.sections.filter(kind="prose").update(body="{{ figure: in-use }}")
    review = make_review(paper, by=by, approver=make_member(provider, Role.APPROVER))
    Review.objects.filter(pk=review.pk).update(outcome="recalled", closed_at=timezone.now())  # nothing is locked
    number = Control.objects.filter(edition=edition).first().number  # of a control, and of a version: both are numbers
    file = make_issued(paper, number, by=make_member(provider, Role.ADMIN)).artefacts.get()
    earlier = paper.earlier_issues.create(
        number="0.1", major=0, minor=1, name="0.1.pdf", media_type="application/pdf", sha256=file.sha256,
        size=file.size, path=file.path, by=by, by_name=str(by), at=timezone.now(),
    )  # fmt: skip
    waiver = paper.waivers.create(check_id="c", sentence="指摘。", reason="理由。", by=by, by_name="名")
    arguments = {
        "review_id": review.pk,
        "seat_id": review.seats.get().pk,
        "comment_id": paper.comments.create(body="コメント", by=by, by_name=str(by)).pk,
        "waiver_id": waiver.pk,
        "figure_id": figure.pk,
        "kind": "responsibility",
        "provider_slug": provider.slug,
        "service_id": service.pk,
        "paper_id": paper.pk,
        "section_id": paper.sections.filter(kind="control").first().pk,
        "membership_id": member.pk,
        "slug": edition.slug,
        "edition_slug": edition.slug,
        "number": number,
        "format_name": "pdf",
        "earlier_id": earlier.pk,
        "fact_name": "backup_generations",
    }
    return provider, other, arguments


def address(name: str, arguments: dict[str, object]) -> str:
    resolver = get_resolver()
    *namespaces, last = name.split(":")
    for part in namespaces:
        resolver = resolver.namespace_dict[part][1]
    wanted = resolver.reverse_dict.getlist(last)[0][0][0][1]
    return reverse(name, kwargs={key: arguments[key] for key in wanted if key in arguments})


def status(user: User | None, method: str, url: str) -> int:
    client = Client(raise_request_exception=True)
    if user is not None:
        client.force_login(user)
    return getattr(client, method)(url).status_code


def expected(role: str, lowest: str | None) -> set[int]:
    if lowest is None:
        return {405}
    if lowest == SIGNED_IN:
        return {200, 302}
    return {200, 302} if list(Role).index(Role(role)) >= list(Role).index(Role(lowest)) else {403}


@pytest.mark.parametrize("name", TABLE)
def test_each_role_may_do_exactly_what_the_table_says(world, name):
    provider, _, arguments = world
    url = address(name, arguments)
    for role in Role:
        user = make_member(provider, role)
        for method, lowest in zip(("get", "post"), TABLE[name], strict=True):
            assert status(user, method, url) in expected(role, lowest), f"{method} {url} as {role}"


@pytest.mark.parametrize("name", [name for name, (get, _) in TABLE.items() if get != SIGNED_IN])
def test_a_stranger_finds_nothing(world, name):
    _, other, arguments = world
    url = address(name, arguments)
    stranger = make_member(other, Role.ADMIN)
    for method, lowest in zip(("get", "post"), TABLE[name], strict=True):
        assert status(stranger, method, url) == (405 if lowest is None else 404), f"{method} {url}"


@pytest.mark.parametrize("name", TABLE)
def test_nobody_gets_in_without_signing_in(world, name):
    _, _, arguments = world
    url = address(name, arguments)
    client = Client()
    for method in ("get", "post"):
        response = getattr(client, method)(url)
        assert response.status_code in (302, 405)
        if response.status_code == 302:
            assert response["Location"].startswith(reverse("account_login"))


def test_a_section_is_not_found_under_another_paper(world):
    provider, _, arguments = world
    author = make_member(provider, Role.AUTHOR)
    service = Service.objects.create(provider=provider, name="あおぞら帳票")
    paper = draft_paper(service, make_edition(), layouts()["flat-topics"], title="別のペーパー", by=author)
    url = reverse("whitepapers:section", args=[paper.pk, arguments["section_id"]])
    assert status(author, "get", url) == 404
