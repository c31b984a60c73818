"""What every response carries."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_nothing_but_our_own_files_may_run_or_be_loaded():
    policy = Client().get("/accounts/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_no_page_may_be_framed_or_sniffed():
    response = Client().get("/accounts/login/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_health_page_answers_without_signing_in():
    response = Client().get("/health")
    assert (response.status_code, response.content) == (200, b"ok")


def test_other_pages_lead_to_signing_in():
    assert Client().get("/").headers["Location"].startswith("/accounts/login/")
