"""Many people at once: one chain, without gaps, on both databases."""

import threading

from django.db import connections, transaction

from audit.log import Subject, log
from audit.models import Chain, Entry
from audit.verifying import verify
from tests.factories import make_provider, make_user

THREADS, TURNS = 6, 10


class Changed(Exception):
    pass


def test_the_chain_holds(transactional_db):
    providers = [make_provider(), make_provider()]
    by = make_user()
    barrier = threading.Barrier(THREADS)
    errors: list[str] = []
    verified: list[list[str]] = []

    def work(number: int) -> None:
        barrier.wait()
        try:
            for turn in range(TURNS):
                try:
                    with transaction.atomic():
                        subject = Subject("paper", number, f"白書{turn}", paper=number)
                        log("paper.archived", subject, by=by, provider=providers[turn % 2])
                        if turn % 5 == 4:
                            raise Changed
                except Changed:  # what is rolled back leaves no gap
                    verified.append(verify())
        except BaseException as error:  # a thread's error must reach the test
            errors.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert verify() == []
    assert all(differences == [] for differences in verified), "others were adding meanwhile"
    kept = THREADS * TURNS * 4 // 5
    assert Entry.objects.count() == kept
    assert sum(Chain.objects.values_list("length", flat=True)) == kept
    for provider in providers:
        numbers = Entry.objects.filter(provider=provider).order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, len(numbers) + 1))
