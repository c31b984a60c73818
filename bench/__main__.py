"""Compose, HTML and PDF of the sample paper, beside the smallest page of the machine, WeasyPrint as it comes and Chromium.

    python -m bench [--rounds 7]

Prints one table and whether the targets hold; ends with 1 when one does not. All are medians; what is compared is timed
in turns, PDFs in a warm process each. Ratios are of processor time, which a busy machine disturbs less; on an idle one
it is the time that passes. Needs fonts-noto-cjk, chromium and libharfbuzz-subset0 (apt-get install).
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "whitepapers" / "sample" / "shiokaze-storage.json"
COMPOSE, HTML, WARM = 20, 40, 0.8  # the targets: times the smallest page, times the same, of WeasyPrint as it comes
COLD_ROUNDS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each measure, at least 5")
    rounds = max(5, parser.parse_args().rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = _rows(folder, rounds)
        missing = _missing()
        engines = [engine for engine in ("hakusho", "weasyprint", "chromium") if engine not in missing]
        pdf = _pdf(folder, engines, rounds)
    _report(rows, pdf, missing)
    return _verdict(rows, pdf)


# --- Rows to HTML, in this process --------------------------------------------------------------------------------


def _rows(folder: Path, rounds: int) -> dict[str, float]:
    """Milliseconds of the smallest page, of composing and of HTML. Leaves what the engines print in ``folder``."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}"}
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client, override_settings

    from whitepapers.compose import compose
    from whitepapers.document import Imprint
    from whitepapers.models import Whitepaper
    from whitepapers.rendering.html import render_html
    from whitepapers.rendering.pdf import print_html

    from .engines import write_pages

    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        call_command("migrate", verbosity=0)
        call_command("load_catalog")
        call_command("import_paper", str(SAMPLE))
    paper = Whitepaper.objects.get()
    document = compose(paper)
    imprint = Imprint(date="2026-11-20")
    (folder / "document.json").write_text(document.to_json(), encoding="utf-8")
    (folder / "date").write_text(imprint.date)
    write_pages(print_html(document, imprint), folder)
    with override_settings(ROOT_URLCONF="bench.page", ALLOWED_HOSTS=["testserver"], DEBUG=False):
        client = Client()
        measures: dict[str, Callable[[], object]] = {
            "page": lambda: client.get("/"),
            "compose": lambda: compose(Whitepaper.objects.get(pk=paper.pk)),
            "html": lambda: render_html(document, imprint),
        }
        times: dict[str, list[float]] = {name: [] for name in measures}
        for _ in range(rounds):
            for name, measure in measures.items():
                measure()  # what came between is forgotten
                times[name] += [_timed(measure, time.process_time) for _ in range(10)]
    controls = len({control.number for meta in document.meta.sections for control in meta.controls})
    sections = sum(1 for _ in document.walk())
    return {name: 1000 * median(values) for name, values in times.items()} | {
        "controls": controls,
        "sections": sections,
    }


def _timed(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    begin = clock()
    call()
    return clock() - begin


# --- PDF, a process for each engine -------------------------------------------------------------------------------


def _missing() -> dict[str, str]:
    """Engine → why it is left out."""
    from .engines import CHROMIUM, SYSTEM_FONT

    found: dict[str, str] = {}
    if SYSTEM_FONT not in subprocess.run(["fc-list"], capture_output=True, text=True, check=False).stdout:
        found["weasyprint"] = "apt-get install fonts-noto-cjk"
    if not Path(CHROMIUM).exists():
        found["chromium"] = "apt-get install chromium"
    return found


def _pdf(folder: Path, engines: list[str], rounds: int) -> dict[str, dict[str, float]]:
    cold: dict[str, list[float]] = {engine: [] for engine in engines}
    for _ in range(COLD_ROUNDS):
        for engine in engines:
            cold[engine].append(_timed(lambda engine=engine: _once(engine, folder)))
    workers = {engine: _start(engine, folder) for engine in engines}
    said: dict[str, list[dict[str, float]]] = {engine: [] for engine in engines}
    for worker in workers.values():
        _answer(worker)  # the first is the cold one
    for _ in range(rounds):
        for engine, worker in workers.items():
            worker.stdin.write("again\n")
            worker.stdin.flush()
            said[engine].append(_answer(worker))
    for worker in workers.values():
        worker.stdin.close()
        worker.wait()
    return {
        engine: {
            "cold": median(cold[engine]),
            "warm": median(answer["seconds"] for answer in said[engine]),
            "cpu": median(answer["cpu"] for answer in said[engine]),
            "megabytes": said[engine][-1]["megabytes"],
            "size": said[engine][-1]["size"] / 1024,
            "pages": _pages(folder / f"{engine}.pdf"),
        }
        for engine in engines
    }


def _start(engine: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.engines", engine, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _once(engine: str, folder: Path) -> None:
    worker = _start(engine, folder)
    worker.stdin.close()
    _answer(worker)
    worker.wait()


def _answer(worker: subprocess.Popen[str]) -> dict[str, float]:
    line = worker.stdout.readline()
    if not line:
        raise SystemExit(f"{' '.join(map(str, worker.args))} ended without a PDF")
    return json.loads(line)


def _pages(path: Path) -> int:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


# --- Saying it ----------------------------------------------------------------------------------------------------

LABELS = {"hakusho": "Hakusho", "weasyprint": "WeasyPrint as it comes", "chromium": "Chromium's print"}


def _report(rows: dict[str, float], pdf: dict[str, dict[str, float]], missing: dict[str, str]) -> None:
    print(f"Sample paper: {rows['controls']:.0f} controls, {rows['sections']:.0f} sections\n")
    for name, label in (
        ("page", "smallest page, 20 rows"),
        ("compose", "rows to Document"),
        ("html", "Document to HTML"),
    ):
        print(f"{label:24} {rows[name]:8.2f} ms {rows[name] / rows['page']:8.1f} ×")
    print(f"\n{'PDF':24} {'cold s':>8} {'warm s':>8} {'cpu s':>8} {'peak MB':>8} {'KB':>8} {'pages':>6}")
    for engine, values in pdf.items():
        times = " ".join(f"{values[name]:8.2f}" for name in ("cold", "warm", "cpu"))
        print(f"{LABELS[engine]:24} {times} {values['megabytes']:8.0f} {values['size']:8.0f} {values['pages']:6.0f}")
    for engine, command in missing.items():
        print(f"{LABELS[engine]:24} not there: {command}")
    print(f"\nload average {os.getloadavg()[0]:.1f}; the processor time of a browser is not its own process's")


def _verdict(rows: dict[str, float], pdf: dict[str, dict[str, float]]) -> int:
    checked = [
        ("compose, times the smallest page", rows["compose"] / rows["page"], COMPOSE),
        ("HTML, times the smallest page", rows["html"] / rows["page"], HTML),
    ]
    if "weasyprint" in pdf:
        checked.append(("warm PDF, of WeasyPrint as it comes", pdf["hakusho"]["cpu"] / pdf["weasyprint"]["cpu"], WARM))
    for label, value, most in checked:
        print(f"{'holds' if value <= most else 'MISSED':7} {label}: {value:.2f} (at most {most:g})")
    return int(any(value > most for _, value, most in checked))


if __name__ == "__main__":
    sys.exit(main())
