"""Settings that would be unsafe in production are refused with a sentence; each case is a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAFE = {
    "DEBUG": "false",
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "hakusho.example",
    "DATABASE_URL": "sqlite://:memory:",
}


def start(statement: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", statement],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": "config.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
    ],
)
def test_production_with_an_unsafe_setting_does_not_start(changes, named):
    done = start("from django.conf import settings; settings.DEBUG", **(SAFE | changes))
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {named}" in done.stderr


def test_safe_settings_start_the_production_application():
    done = start("import config.wsgi", **SAFE)
    assert done.returncode == 0, done.stderr


def test_a_production_server_refuses_to_run_with_debug_on():
    done = start("import config.wsgi", **(SAFE | {"DEBUG": "true"}))
    assert done.returncode != 0
    assert "DEBUG=true" in done.stderr


def test_behind_https_cookies_are_secure_and_http_is_redirected():
    statement = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
    done = start(statement, **(SAFE | {"SITE_URL": "https://hakusho.example"}))
    assert done.stdout.split() == ["True", "True", "True"]


def test_sqlite_takes_the_write_lock_when_a_transaction_begins():
    statement = "from django.conf import settings as s; print(s.DATABASES['default']['OPTIONS']['transaction_mode'])"
    assert start(statement).stdout.strip() == "IMMEDIATE"


def test_postgresql_is_reached_through_a_pool():
    statement = "from django.conf import settings as s; print('pool' in s.DATABASES['default']['OPTIONS'])"
    assert start(statement, **(SAFE | {"DATABASE_URL": "postgres://hakusho@db/hakusho"})).stdout.strip() == "True"
