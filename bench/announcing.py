"""Announcing a fact that 199 papers print, beside composing each of these papers once.

    python -m bench.announcing [--rounds 5]

200 services with the 44-control sample paper, each with a text of its own; all but one print the provider's value. On the
database of DATABASE_URL, else on SQLite in a temporary file; what it makes is rolled back. Processor time, medians, timed
in turns, texts parsed anew each time; ends with 1 when announcing takes more than the target.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

TARGET = 0.25  # of composing every paper that it announces
SERVICES, FACT = 200, "log_retention"
SAMPLE = Path(__file__).resolve().parent.parent / "whitepapers" / "sample" / "shiokaze-storage.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.announcing")
    rounds = parser.add_argument("--rounds", type=int, default=5) and parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import transaction

        call_command("migrate", verbosity=0)
        with transaction.atomic():
            papers, announcing, composing = _measured(_fill(), rounds)
            transaction.set_rollback(True)
    ratio = announcing / (papers * composing)
    told = f"announcing {papers} papers {announcing:.2f} s, composing one {1000 * composing:.1f} ms"
    print(f"{told}: {ratio:.2f} of composing them all (target {TARGET})")
    return int(ratio > TARGET)


def _fill():
    """The provider. One service states everything for itself."""
    from tests.factories import import_data, make_catalog
    from whitepapers.models import Fact, Section

    make_catalog()
    data = json.loads(SAMPLE.read_text(encoding="utf-8"))
    name = data["service"]["name"]
    first = import_data(data)
    provider = first.service.provider
    for number in range(1, SERVICES):
        import_data({**data, "service": {**data["service"], "name": f"{name}{number}"}}, provider_slug=provider.slug)
    value = first.service.facts.get(name=FACT).value
    Fact.objects.filter(name=FACT).exclude(service=first.service).delete()
    Fact.objects.create(provider=provider, name=FACT, value=value)
    rows = list(Section.objects.filter(whitepaper__service__provider=provider).exclude(body=""))
    for row in rows:
        row.body += f"\n\n{row.whitepaper_id}"
    Section.objects.bulk_update(rows, ["body"], batch_size=500)
    return provider


def _measured(provider, rounds: int) -> tuple[int, float, float]:
    """How many papers are announced, the seconds for all of them, and for composing one."""
    from whitepapers.compose import compose
    from whitepapers.impact import impact_of
    from whitepapers.markdown import parse
    from whitepapers.models import Whitepaper
    from whitepapers.stating import Change

    change = Change(FACT, value={"value": 400, "unit": "day"})
    papers = [paper.paper.pk for paper in impact_of(provider, [change]).papers]
    measures = {
        "announcing": lambda: impact_of(provider, [change]),
        "composing": lambda: [compose(Whitepaper.objects.get(pk=pk)) for pk in papers[:10]],
    }
    times: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            parse.cache_clear()
            begin = time.process_time()
            measure()
            times[name].append(time.process_time() - begin)
    return len(papers), median(times["announcing"]), median(times["composing"]) / 10


if __name__ == "__main__":
    sys.exit(main())
