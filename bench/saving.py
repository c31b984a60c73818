"""Saving a section beside the smallest Django view that writes the same rows behind the same middleware.

    python -m bench.saving [--rounds 40]

On the database of DATABASE_URL, else on SQLite in a temporary file; what it makes is rolled back. Processor time, medians,
timed in turns; ends with 1 when saving takes more than the target.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

TARGET = 2.5
BODY = "本サービスのデータは、毎日バックアップを取得し、14日間保持しています。（{}）"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.saving")
    rounds = parser.add_argument("--rounds", type=int, default=40) and parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import transaction

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        with transaction.atomic():
            saving, smallest = _measured(rounds)
            transaction.set_rollback(True)
    ratio = saving / smallest
    print(f"saving a section {saving:.2f} ms, smallest view {smallest:.2f} ms: {ratio:.2f} times (target {TARGET})")
    return int(ratio > TARGET)


def _measured(rounds: int) -> tuple[float, float]:
    from django.test import Client, override_settings

    from accounts.roles import Role
    from tests.factories import answer, make_member, make_paper

    paper = make_paper(*(answer(number) for number in ("12.3.1", "12.4.1", "12.4.3")))
    section = paper.sections.first()
    client = Client()
    client.force_login(make_member(paper.service.provider, Role.AUTHOR))
    addresses = {
        "saving": f"/papers/{paper.pk}/sections/{section.pk}/",
        "smallest": f"/smallest/{section.pk}/",
    }
    times: dict[str, list[float]] = {name: [] for name in addresses}
    counter = 0
    with override_settings(ROOT_URLCONF="bench.saving_urls", ALLOWED_HOSTS=["testserver"], DEBUG=False):
        for number in range(rounds + 3):
            for name, address in addresses.items():
                data = {
                    "body": BODY.format(f"{number}{name}"),
                    "counter": counter,
                    "controls": "12.3.1",
                    "progress": "writing",
                    "included": "on",
                    "numbering": "decimal",
                    "stances-TOTAL_FORMS": "1",
                    "stances-INITIAL_FORMS": "0",
                    "stances-0-stance": "provided",
                }
                begin = time.process_time()
                response = client.post(address, data)
                spent = time.process_time() - begin
                assert response.status_code == 302, response.status_code
                counter += 1
                if number >= 3:
                    times[name].append(spent * 1000)
    return median(times["saving"]), median(times["smallest"])


if __name__ == "__main__":
    sys.exit(main())
