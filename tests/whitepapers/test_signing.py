"""With a key the PDF of an issue is signed (PAdES); without one nothing changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.core.checks import run_checks
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from accounts.roles import Role
from tests.factories import make_approved, make_member, make_paper, prose
from whitepapers import signing, storing
from whitepapers.issuing import CannotIssue, issue
from whitepapers.models import Version

pytestmark = pytest.mark.django_db
PASSWORD = "鍵のpassword"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A key and its certificate as PKCS#12 and as PEM."""
    folder = tmp_path_factory.mktemp("keys")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "例示クラウド")])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    encryption = serialization.BestAvailableEncryption(PASSWORD.encode())
    (folder / "both.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, encryption))
    pem = serialization.Encoding.PEM
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, encryption))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return folder


@pytest.fixture(params=["pkcs12", "pem"])
def with_a_key(request, settings, keys):
    if request.param == "pkcs12":
        settings.SIGNING_PKCS12 = str(keys / "both.p12")
    else:
        settings.SIGNING_KEY, settings.SIGNING_CERTIFICATE = str(keys / "key.pem"), str(keys / "certificate.pem")
    settings.SIGNING_PASSWORD = PASSWORD


@pytest.fixture
def review():
    paper = make_paper(prose("はじめに", "本文です。"))
    admin = make_member(paper.service.provider, Role.ADMIN)
    return make_approved(paper, by=admin, approver=admin)


def issued_pdf(review) -> bytes:
    version = issue(review, date=review.submitted_at.date(), by=review.submitted_by)
    artefact = version.artefacts.get(format="pdf")
    return storing.read(artefact.path, artefact.sha256)


def status(pdf: bytes, keys):
    trusted = load_cert_from_pemder(str(keys / "certificate.pem"))
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[trusted]))


def test_without_a_key_there_is_no_signature(review):
    assert not PdfFileReader(BytesIO(issued_pdf(review))).embedded_signatures


def test_the_issued_pdf_is_signed_and_valid(with_a_key, keys, review):
    found = status(issued_pdf(review), keys)
    assert found.bottom_line
    assert found.intact
    assert found.signing_cert.subject.human_friendly == "Common Name: 例示クラウド"


def test_the_signature_covers_all_and_is_added_to_the_same_bytes(with_a_key, keys, review):
    pdf = issued_pdf(review)
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    signature.compute_integrity_info()
    assert signature.coverage.name == "ENTIRE_FILE"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_tampering_shows(with_a_key, keys, review):
    pdf = bytearray(issued_pdf(review))
    place = pdf.index(b"stream") + 40
    pdf[place] ^= 1
    assert not status(bytes(pdf), keys).intact


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"SIGNING_PKCS12": "/nowhere/key.p12"}, "ありません"),
        ({"SIGNING_PASSWORD": "wrong"}, "読み込めません"),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_issue_with_a_sentence(settings, keys, review, change, words):
    settings.SIGNING_PKCS12, settings.SIGNING_PASSWORD = str(keys / "both.p12"), PASSWORD
    for name, value in change.items():
        setattr(settings, name, value)
    with pytest.raises(CannotIssue, match=words):
        issued_pdf(review)
    assert not Version.objects.exists()
    assert "whitepapers.E002" in {message.id for message in run_checks()}


def test_a_failing_signature_stops_the_issue(with_a_key, review, monkeypatch):
    monkeypatch.setattr(signing.signers.PdfSigner, "sign_pdf", lambda *_args: 1 / 0)
    with pytest.raises(CannotIssue, match="署名できません"):
        issued_pdf(review)
    assert not Version.objects.exists()
