"""Requests that bring too much end in a page with a sentence, and change nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.factories import make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_author(author) -> Client:
    client = Client()
    client.force_login(author)
    return client


def test_too_many_fields(as_author, provider, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    url = reverse("whitepapers:new_service", args=[provider.slug])
    response = as_author.post(url, {f"field-{n}": "x" for n in range(20)})
    assert response.status_code == 400
    assert "項目の数が多すぎる" in response.content.decode()


def test_too_much_text(as_author, provider, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    url = reverse("whitepapers:new_service", args=[provider.slug])
    response = as_author.post(url, {"name": "x" * 5000})
    assert response.status_code == 413
    page = response.content.decode()
    assert "大きすぎる" in page
    assert "413" in page


def test_too_large_a_file(as_author, provider, settings):
    settings.UPLOAD_MAX_SIZE = 1000
    url = reverse("whitepapers:edit_service", args=[make_service(provider).pk])
    response = as_author.post(url, {"file": SimpleUploadedFile("a.png", b"x" * 5000)})
    assert response.status_code == 413
    assert "ファイルを小さくしてください" in response.content.decode()


def test_other_refusals_keep_the_usual_sentence(client):
    response = client.get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "アドレスや送られた内容が正しくありません" in response.content.decode()
