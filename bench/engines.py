"""The ways to a PDF, each in a process of its own: ``python -m bench.engines NAME FOLDER``.

A worker makes one PDF, says so with a line of JSON, and makes another one for each line that it reads. Nobody else works
meanwhile, so that the workers can be timed in turns.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SYSTEM_FONT = "Noto Sans CJK JP"
CHROMIUM = "/usr/bin/chromium"


@contextmanager
def hakusho(folder: Path) -> Iterator[Callable[[], bytes]]:
    """This project, from a Document."""
    from whitepapers.document import Document, Imprint
    from whitepapers.rendering.pdf import render_pdf

    document = Document.from_json((folder / "document.json").read_text(encoding="utf-8"))
    imprint = Imprint(date=(folder / "date").read_text())
    yield lambda: render_pdf(document, imprint)


@contextmanager
def weasyprint(folder: Path) -> Iterator[Callable[[], bytes]]:
    """WeasyPrint as it comes: the same HTML and style sheets, system fonts, its own options."""
    import weasyprint as library

    html = (folder / "system.html").read_text(encoding="utf-8")
    yield lambda: library.HTML(string=html).write_pdf(pdf_variant="pdf/a-3a")


@contextmanager
def chromium(folder: Path) -> Iterator[Callable[[], bytes]]:
    """Headless Chromium's print of the same HTML. It knows neither leaders nor page numbers in the contents."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def print_() -> bytes:
            page = browser.new_page()
            page.goto((folder / "own.html").as_uri(), wait_until="load")
            data = page.pdf(prefer_css_page_size=True, tagged=True, outline=True)
            page.close()
            return data

        yield print_
        browser.close()


ENGINES = {"hakusho": hakusho, "weasyprint": weasyprint, "chromium": chromium}


def write_pages(html: str, folder: Path) -> None:
    """system.html for WeasyPrint as it comes, own.html for the browser: the style sheets inside, all else the same."""
    from whitepapers.rendering.environment import ASSETS

    css = "".join((ASSETS / name).read_text(encoding="utf-8") for name in ("paper.css", "print.css"))
    own = css.replace('url("fonts/', f'url("{(ASSETS / "fonts").as_uri()}/')
    (folder / "own.html").write_text(html.replace("</head>", f"<style>{own}</style></head>"), encoding="utf-8")
    system = re.sub(r"@font-face \{.*?\}\n", "", css)
    system = system.replace('"Hakusho Gothic", "Hakusho Gothic Rare"', f'"{SYSTEM_FONT}"')
    html = html.replace("Hakusho Gothic, Hiragino Sans, Yu Gothic, Noto Sans CJK JP", SYSTEM_FONT)
    if "Hakusho Gothic" in system + html:
        raise SystemExit("The style sheets name the fonts in a new way: teach it to bench/engines.py.")
    (folder / "system.html").write_text(html.replace("</head>", f"<style>{system}</style></head>"), encoding="utf-8")


def _megabytes() -> int:
    """The most that this process, or all of a browser's, ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return peak + sum(_peak_of(pid) for pid in _children())


def _children() -> list[str]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[stat.parent.name] = stat.read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
    found, waiting = [], [str(Path("/proc/self").resolve().name)]
    while waiting:
        parent = waiting.pop()
        children = [pid for pid, of in parents.items() if of == parent]
        found += children
        waiting += children
    return found


def _peak_of(pid: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    peak = re.search(r"VmHWM:\s+(\d+)", status)
    return int(peak[1]) // 1024 if peak else 0


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    with ENGINES[name](folder) as make:
        while True:
            begin, cpu = time.perf_counter(), time.process_time()
            data = make()
            seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
            (folder / f"{name}.pdf").write_bytes(data)
            said = {"seconds": seconds, "cpu": cpu, "size": len(data), "megabytes": _megabytes()}
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()
            if not sys.stdin.readline():
                return


if __name__ == "__main__":
    main()
