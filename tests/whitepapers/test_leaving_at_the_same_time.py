"""Somebody who leaves at the moment when they are asked to decide or to write: either they stay, or nobody asks them."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from accounts.models import Membership
from accounts.roles import Role
from tests.factories import import_data, make_catalog, make_member, make_provider, paper_data, prose
from whitepapers.assigning import Assignment, CannotAssign, assign
from whitepapers.leaving import CannotLeave, leave
from whitepapers.models import Seat, Section
from whitepapers.reviewing import CannotReview, Place, Plan, replace_seat, submit


@pytest.fixture
def cast(transactional_db):
    make_catalog()
    provider = make_provider("aozora")
    paper = import_data(paper_data(prose("はじめに", "本文です。")), provider_slug=provider.slug)
    return paper, {role: make_member(provider, role) for role in Role}


def one_in_the_middle_of(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """Runs ``second`` while what ``first`` did is not committed yet; what each was refused with."""
    outcomes = ["", ""]

    def run(number: int, verb: Callable[[], object]) -> None:
        try:
            verb()
        except (CannotLeave, CannotReview, CannotAssign) as refusal:
            outcomes[number] = str(refusal)
        except BaseException as error:  # a thread's error must reach the test
            outcomes[number] = f"ERROR {error!r}"

    def other() -> None:
        run(1, second)
        connections.close_all()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        run(0, first)
        thread.start()
        time.sleep(0.5)  # it comes as far as it can
    thread.join()
    assert not [outcome for outcome in outcomes if outcome.startswith("ERROR")], outcomes
    return outcomes


def asked(paper, people) -> Callable[[], object]:
    seats = [Place("check", people["reviewer"].pk), Place("approve", people["approver"].pk)]
    return lambda: submit(paper, Plan(number="1.0", summary="初版", seats=seats), by=people["author"])


def replaced(paper, people) -> Callable[[], object]:
    other = make_member(paper.service.provider, Role.REVIEWER)
    seats = [Place("check", other.pk), Place("approve", people["approver"].pk)]
    review = submit(paper, Plan(number="1.0", summary="初版", seats=seats), by=people["author"])
    seat = review.seats.get(capacity="check")
    return lambda: replace_seat(seat, Place("check", people["reviewer"].pk), by=people["author"])


def assigned(paper, people) -> Callable[[], object]:
    section = paper.sections.get()
    return lambda: assign(paper, [section.pk], Assignment(assignee=people["reviewer"]), by=people["author"])


def held(user) -> bool:
    return Seat.objects.filter(user=user).exists() or Section.objects.filter(assignee=user).exists()


@pytest.mark.parametrize("ask", [asked, replaced, assigned])
@pytest.mark.parametrize("leaves_first", [True, False])
def test_whoever_is_asked_is_still_there(cast, ask, leaves_first):
    paper, people = cast
    leaver = people["reviewer"]
    membership = Membership.objects.get(user=leaver)
    verbs = [lambda: leave(membership, to=None, by=people["admin"]), ask(paper, people)]
    first, second = one_in_the_middle_of(*(verbs if leaves_first else verbs[::-1]))
    assert first == ""
    assert second or ask is assigned  # a section that they were to write may pass on
    assert Membership.objects.filter(user=leaver).exists() or not held(leaver)
