"""The documentation tells the truth where a machine can tell: settings, links, pictures, commands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/**/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
COMMAND = re.compile(r"manage\.py\s+([a-z_]+)")
TARGET = re.compile(r"\bmake\s+([a-z]+)\b")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def variables_read() -> set[str]:
    """The environment variables that settings.py asks for: the first argument of every ``env.…()``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / "config/settings.py").read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="env")) | ast.Name(id="env"), args=[ast.Constant(value=str(v)), *_]
            ):
                found.add(v)
    return found


def variables_listed() -> list[str]:
    """The first column of the table below "Settings" in docs/operations.md."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    chapter = page.split("\n## Settings\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([A-Z0-9_]+)` \|", chapter, re.MULTILINE)


def compose_passes() -> set[str]:
    """The variables that docker-compose.yml hands to the application."""
    page = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    block = page.split("environment: &environment\n", 1)[1].split("    ports:", 1)[0]
    return set(re.findall(r"^ +([A-Z_]+):", block, re.MULTILINE))


def links() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        text = CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
        yield from ((name(page), target) for target in LINK.findall(text))


def test_operations_lists_every_setting_once_and_no_other():
    listed = variables_listed()
    assert len(listed) == len(set(listed))
    assert set(listed) == variables_read()


def test_compose_passes_only_settings_that_exist():
    assert compose_passes() <= variables_read()


def test_the_documentation_is_found():
    assert {"README.md", "README.ja.md", "CONTRIBUTING.md", "docs/operations.md", "docs/security.md"} <= {
        name(page) for page in PAGES
    }
    assert len(list(links())) > 20


@pytest.mark.parametrize(("page", "target"), sorted(set(links())))
def test_every_relative_link_and_picture_exists(page: str, target: str):
    if re.match(r"[a-z]+:", target) or target.startswith("#"):
        return
    path = (ROOT / page).parent / unquote(target.partition("#")[0])
    assert path.is_file(), f"{page}: {target}"


@pytest.mark.parametrize("page", [name(page) for page in PAGES])
def test_every_command_exists(page: str):
    commands = set(COMMAND.findall((ROOT / page).read_text(encoding="utf-8")))
    assert commands <= set(get_commands()), page


@pytest.mark.parametrize("page", [name(page) for page in PAGES])
def test_every_make_target_exists(page: str):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        target
        for code in [*CODE.findall((ROOT / page).read_text(encoding="utf-8")), *indented(ROOT / page)]
        for target in TARGET.findall(code)
    }
    assert named <= targets, page


def indented(page: Path) -> list[str]:
    """The lines of code blocks."""
    return [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("    ")]


def test_every_picture_is_used_and_small():
    used = {(ROOT / page).parent.joinpath(target).resolve() for page, target in links() if target.endswith(".png")}
    for picture in (ROOT / "docs/pictures").glob("*.png"):
        assert picture.resolve() in used, picture.name
        assert picture.stat().st_size < 300_000, picture.name
