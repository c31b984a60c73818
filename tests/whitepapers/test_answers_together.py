"""Many people at one standard answer at the same moment: no lost text, no error."""

import threading

import pytest
from django.db import connections

from accounts.roles import Role
from tests.factories import make_edition, make_member, make_provider, make_service
from whitepapers.answering import AnswerContent, CannotAnswer, Seen, save_answer, share_text, take_newer
from whitepapers.drafting import draft_paper
from whitepapers.layouts import layouts
from whitepapers.models import Section, StandardAnswer

TIMES = 6

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works) -> list[str]:
    """What each gets that begin together: "" or its sentence."""
    barrier = threading.Barrier(len(works))
    outcomes: list[str] = []

    def run(work) -> None:
        barrier.wait()
        try:
            work()
            outcomes.append("")
        except CannotAnswer as error:
            outcomes.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_many_who_make_the_same_answer_one_makes_it_and_the_others_are_told():
    provider, control = make_provider(), make_edition().controls.get(number="12.3.1")
    author = make_member(provider, Role.AUTHOR)
    first, *others = together(
        *[
            lambda n=n: save_answer(provider, control, AnswerContent(f"文章{n}", []), counter=0, by=author)
            for n in range(TIMES)
        ]
    )
    assert first == ""
    assert len(others) == TIMES - 1
    assert all("先に保存しました" in said for said in others)
    answer = StandardAnswer.objects.get()
    assert [revision.body for revision in answer.revisions.all()] == [answer.body]


def test_taking_and_sharing_at_once_leaves_one_of_the_two():
    provider, edition = make_provider(), make_edition()
    author = make_member(provider, Role.AUTHOR)
    control = edition.controls.get(number="12.3.1")
    answer = save_answer(provider, control, AnswerContent("古い共通文", []), counter=0, by=author)
    paper = draft_paper(make_service(provider), edition, layouts()["own-two-levels"], title="紙", by=author)
    section = paper.sections.get(controls__number="12.3.1")
    Section.objects.filter(pk=section.pk).update(body="この節の文", departed_from=answer.revisions.get())
    answer = save_answer(provider, control, AnswerContent("新しい共通文", []), counter=1, by=author, answer=answer)
    seen = Seen(section.counter, answer.counter)
    outcomes = together(
        lambda: take_newer(section, seen=seen, by=author), lambda: share_text(section, seen=seen, by=author)
    )
    assert outcomes[0] == ""
    assert outcomes[1] != ""
    section.refresh_from_db()
    answer.refresh_from_db()
    assert section.departed_from is None
    assert answer.body in ("新しい共通文", "この節の文")
