"""Issued files in object storage: a bucket of moto's, and servers that refuse, over HTTP."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import botocore.session
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from moto import mock_aws

from tests.factories import make_approved, make_paper, make_version, prose
from whitepapers.issuing import CannotIssue, issue
from whitepapers.models import Artefact, Version
from whitepapers.storing import CannotStore, keep, read, storage_at, sweep
from whitepapers.verifying import verify

from .test_storing import CONTENT, SHA256, place

BUCKET, PREFIX = "hakusho-issues", "papers/issued"
MINIO = "http://minio.example:9000"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def descriptions_read_once():
    """Every session of boto3 reads the description of S3 again, a tenth of a second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(settings):
    with mock_aws():
        found = boto3.resource("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
        )
        place(settings, f"s3://{BUCKET}/{PREFIX}")
        yield found


def keys(bucket) -> list[str]:
    return sorted(found.key for found in bucket.objects.all())


# --- What is kept -----------------------------------------------------------------------------------------------------


def test_what_was_kept_is_read(bucket):
    kept = keep(CONTENT)
    assert read(kept.path, kept.sha256) == CONTENT
    assert keys(bucket) == [f"{PREFIX}/{SHA256}"]
    assert storages["artefacts"].size(kept.path) == len(CONTENT)


def test_what_is_there_already_is_not_written_again(bucket):
    keep(CONTENT)
    written = bucket.Object(f"{PREFIX}/{SHA256}")
    written.copy_from(
        CopySource={"Bucket": BUCKET, "Key": written.key}, Metadata={"mark": "first"}, MetadataDirective="REPLACE"
    )
    keep(CONTENT)
    assert bucket.Object(written.key).metadata == {"mark": "first"}


def test_what_a_broken_write_left_is_written_anew(bucket):
    storages["artefacts"].save(SHA256, ContentFile(CONTENT[:3]))
    keep(CONTENT)
    assert read(SHA256, SHA256) == CONTENT
    assert keys(bucket) == [f"{PREFIX}/{SHA256}"]


def test_a_large_file_is_kept_whole(bucket):
    content = bytes(range(256)) * 40_000  # 10 MB: boto3 writes and reads it in parts
    kept = keep(content)
    assert read(kept.path, kept.sha256) == content


def test_a_file_that_is_gone_is_a_sentence(bucket):
    with pytest.raises(CannotStore, match="見つかりません"):
        read(SHA256, SHA256)


def test_a_file_that_differs_is_not_given_out(bucket):
    bucket.put_object(Key=f"{PREFIX}/{SHA256}", Body=b"something else")
    with pytest.raises(CannotStore, match="違っています"):
        read(SHA256, SHA256)


def test_nothing_in_the_bucket_is_public(bucket):
    kept = keep(CONTENT)
    grants = bucket.Object(f"{PREFIX}/{kept.path}").Acl().grants
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]
    with pytest.raises(NotImplementedError):
        storages["artefacts"].url(kept.path)


def test_orphans_are_swept_after_their_grace_and_nothing_else(bucket):
    keep(CONTENT)
    bucket.put_object(Key=f"{PREFIX}/README", Body=b"ours? no")
    bucket.put_object(Key=SHA256, Body=b"beside the prefix")
    assert sweep() == 0
    assert sweep(older_than=timedelta(seconds=-60)) == 1
    assert keys(bucket) == [SHA256, f"{PREFIX}/README"]


def test_a_bucket_may_be_used_without_a_prefix(bucket, settings):
    place(settings, f"s3://{BUCKET}")
    keep(CONTENT)
    assert keys(bucket) == [SHA256]
    assert sweep(older_than=timedelta(seconds=-60)) == 1


def test_an_issue_lies_in_the_bucket_and_verify_reads_it_there(bucket, admin):
    paper = make_paper(prose("はじめに", "本文です。"))
    paper.service.provider.memberships.create(user=admin, role="admin")
    make_version(paper, "1.0", by=admin)
    assert keys(bucket) == sorted({f"{PREFIX}/{path}" for path in Artefact.objects.values_list("path", flat=True)})
    assert sweep(older_than=timedelta(seconds=-60)) == 0
    assert list(verify()) == []
    pdf = Artefact.objects.get(format="pdf")
    bucket.Object(f"{PREFIX}/{pdf.path}").delete()
    assert [sentence for sentence in verify() if pdf.name in sentence and "見つかりません" in sentence]


# --- Where it lies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["s3://", "s3:///prefix", "s3://key:secret@bucket/prefix", "s3://bucket:9000/x", "s3://バケット/x"]
)
def test_an_address_names_a_bucket_and_no_secret(address):
    with pytest.raises(ImproperlyConfigured, match="ARTEFACT_STORAGE") as refused:
        storage_at(address)
    assert "secret" not in str(refused.value)


def test_credentials_come_from_the_environment_with_their_session(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "temporary")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    credentials = storage_at(f"s3://{BUCKET}/{PREFIX}").connection.meta.client._get_credentials()
    assert (credentials.access_key, credentials.token) == ("temporary", "session")


def test_another_service_is_named_by_the_environment(settings, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", MINIO)
    monkeypatch.setenv("MOTO_S3_CUSTOM_ENDPOINTS", MINIO)
    asked = []
    with mock_aws():
        boto3.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
        )
        place(settings, f"s3://{BUCKET}/{PREFIX}")
        events = storages["artefacts"].connection.meta.client.meta.events
        events.register_first("before-send.s3", lambda request, **_: asked.append(request.url))
        keep(CONTENT)
        assert read(SHA256, SHA256) == CONTENT
    assert {url.partition("?")[0] for url in asked} == {f"{MINIO}/{BUCKET}/{PREFIX}/{SHA256}"}


# --- What goes wrong --------------------------------------------------------------------------------------------------


@contextmanager
def answering(status: int, code: str) -> Iterator[str]:
    """A service that has nothing and refuses whatever is written to it; its address."""
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>no</Message></Error>'.encode()

    class Refusing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # answers boto3's "Expect: 100-continue", which waits a second otherwise

        def do_PUT(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(status, body)

        def do_HEAD(self):
            self.answer(404, b"")

        def do_GET(self):
            self.answer(200, b'<?xml version="1.0"?><ListBucketResult/>')

        def do_DELETE(self):
            self.answer(204, b"")

        def answer(self, number, said):
            self.send_response(number)
            self.send_header("Content-Length", str(len(said)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def refused(settings, monkeypatch, admin, endpoint: str) -> str:
    """What issuing says when the files cannot be kept at ``endpoint``; nothing must have been issued."""
    paper = make_paper(prose("はじめに", "本文です。"))
    paper.service.provider.memberships.create(user=admin, role="admin")
    review = make_approved(paper, "1.0", by=admin, approver=admin)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    place(settings, f"s3://{BUCKET}/{PREFIX}")
    try:
        with pytest.raises(CannotIssue) as said:
            issue(review, date=timezone.localdate(), by=admin)
    finally:
        storages["artefacts"].connection.meta.client.close()
    assert not Version.objects.exists()
    review.refresh_from_db()
    assert review.closed_at is None
    return str(said.value)


def test_a_full_service_is_a_sentence_and_nothing_is_issued(settings, monkeypatch, admin):
    with answering(507, "XMinioStorageFull") as endpoint:
        assert "空き容量がなくなりました" in refused(settings, monkeypatch, admin, endpoint)


def test_a_service_that_refuses_is_a_sentence_and_nothing_is_issued(settings, monkeypatch, admin):
    with answering(403, "AccessDenied") as endpoint:
        assert "保存に失敗しました" in refused(settings, monkeypatch, admin, endpoint)


@pytest.mark.parametrize(
    ("status", "code", "number"),
    [(403, "QuotaExceeded", errno.ENOSPC), (403, "AccessDenied", errno.EACCES), (500, "InternalError", errno.EIO)],
)
def test_what_goes_wrong_is_an_error_of_a_disk(settings, monkeypatch, status, code, number):
    with answering(status, code) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        place(settings, f"s3://{BUCKET}/{PREFIX}")
        with pytest.raises(OSError, match=code) as raised:
            keep(CONTENT)
        storages["artefacts"].connection.meta.client.close()
    assert raised.value.errno == number


def test_a_file_that_cannot_be_read_now_is_not_called_missing(settings, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    place(settings, f"s3://{BUCKET}/{PREFIX}")
    with pytest.raises(CannotStore, match="読み取れません"):
        read(SHA256, SHA256)


def test_a_missing_bucket_is_an_error_of_a_disk(bucket, settings):
    place(settings, "s3://another-bucket/x")
    with pytest.raises(OSError, match="NoSuchBucket"):
        keep(CONTENT)
