"""Issues a review in a process of its own, which dies, or whose disk is full, at the point that it is told.

``python -m tests.whitepapers.issuing_child REVIEW POINT``: the product knows nothing of these points; what it calls there
is wrapped here.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

import django


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, turn: int = 1) -> None:
    """Dies when ``owner.name`` is called for the ``turn``-th time."""
    wrapped: Callable[..., Any] = getattr(owner, name)
    calls = count(1)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == turn:
            die()
        return wrapped(*args, **kwargs)

    setattr(owner, name, dying)


def prepare(point: str) -> None:
    from django.db import connection

    from whitepapers import issuing, storing

    points = {
        "before storing": (storing, "keep", 1),
        "between files": (storing, "keep", 3),
        "while a file is written": (storing.os, "fsync", 2),
        "before the transaction": (storing, "hold", 1),
        "after the version": (issuing, "_artefact", 1),
        "after the files": (issuing, "_add_history_row", 1),
        "before the entry": (issuing, "_log", 1),
        "at the commit": (connection, "commit", 1),
    }
    if point in points:
        before(*points[point])
    if point == "a full disk":
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def main(review_id: int, point: str) -> None:
    django.setup()
    from django.utils import timezone

    from whitepapers.issuing import CannotIssue, issue
    from whitepapers.models import Review

    review = Review.objects.get(pk=review_id)
    by = review.submitted_by
    prepare(point)
    try:
        issue(review, date=timezone.localdate(), by=by)
    except CannotIssue as error:
        print(error)  # noqa: T201
        return
    if point == "after the commit":
        die()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
