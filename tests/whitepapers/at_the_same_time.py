"""Verbs in threads that begin at the same moment."""

import threading
from collections.abc import Callable

from django.db import connections


def together(*verbs: Callable[[], object], refusals: tuple[type[Exception], ...]) -> list[str]:
    """Begins all at once; what each was refused with, "" when it was done. Any other error fails the test."""
    barrier = threading.Barrier(len(verbs))
    outcomes: list[str] = [""] * len(verbs)

    def run(number: int, verb: Callable[[], object]) -> None:
        barrier.wait()
        try:
            verb()
        except refusals as refusal:
            outcomes[number] = str(refusal)
        except BaseException as error:  # a thread's error must reach the test
            outcomes[number] = f"ERROR {error!r}"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not [outcome for outcome in outcomes if outcome.startswith("ERROR")], outcomes
    return outcomes
