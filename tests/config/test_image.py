"""The container image and its services name what the repository has."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


def pinned(name: str) -> dict[str, str]:
    """The packages of a requirement file with their versions."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_image_holds_every_package(package: str):
    assert f"COPY {package} {package}\n" in (ROOT / "Dockerfile").read_text()


def test_an_image_with_object_storage_has_the_same_versions_and_boto3():
    runtime, s3 = pinned("runtime"), pinned("s3")
    assert runtime.items() <= s3.items()
    assert {"boto3", "django-storages"} <= s3.keys() - runtime.keys()


def test_the_tests_run_with_the_versions_that_are_installed():
    assert pinned("s3").items() <= pinned("dev").items()


def test_the_services_run_commands_that_exist():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    written = str([service.get("command") for service in services.values()])
    commands = re.findall(r"manage\.py ([a-z_]+)", written)
    assert {"migrate", "send_reminders", "verify", "sweep_artefacts"} <= set(commands) <= set(get_commands())
