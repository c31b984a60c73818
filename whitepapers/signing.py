"""Signs the PDF of an issue (PAdES), when the installation has a key for it; without one nothing changes."""

from __future__ import annotations

import logging
from functools import cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

FIELD = "HakushoIssue"

logger = logging.getLogger(__name__)


class CannotSign(Exception):
    """The PDF was not signed; the message is a sentence for people, the log has the reason."""


def signs() -> bool:
    """Whether this installation signs what it issues."""
    return bool(settings.SIGNING_PKCS12 or settings.SIGNING_KEY)


def sign(pdf: bytes) -> bytes:
    """The PDF with an invisible signature added to its end; what was there stays byte for byte. As it was, when the
    installation does not sign. Raises CannotSign."""
    if not signs():
        return pdf
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    field = fields.SigFieldSpec(FIELD, readable_field_name=_("発行者の電子署名"))
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        signer = signers.PdfSigner(metadata, signer=_signer(), new_field_spec=field)
        return bytes(signer.sign_pdf(writer).getvalue())
    except CannotSign:
        raise
    except Exception as error:
        logger.exception("The PDF could not be signed")
        raise CannotSign(
            _("PDFに署名できませんでした。システム管理者に、署名鍵の設定を確かめてもらってください。")
        ) from error


def check() -> None:
    """Raises ImproperlyConfigured with a sentence when the installation is to sign and its key cannot be read."""
    try:
        if signs():
            _signer()
    except CannotSign as error:
        raise ImproperlyConfigured(str(error)) from error


def _signer() -> signers.Signer:
    return _loaded(
        settings.SIGNING_PKCS12, settings.SIGNING_KEY, settings.SIGNING_CERTIFICATE, settings.SIGNING_PASSWORD
    )


@cache
def _loaded(pkcs12: str, key: str, certificate: str, password: str) -> signers.Signer:
    """Read once for a process. pyHanko tells the log why a key cannot be read, and returns None."""
    for path in filter(None, (pkcs12, key, certificate)):
        if not Path(path).is_file():
            logger.error("The signing key %s is not there", path)
            raise CannotSign(
                _("署名鍵のファイルがありません。システム管理者に、SIGNING_ で始まる設定を確かめてもらってください。")
            )
    passphrase = password.encode() or None
    if pkcs12:
        signer = signers.SimpleSigner.load_pkcs12(pkcs12, passphrase=passphrase)
    else:
        signer = signers.SimpleSigner.load(key, certificate, key_passphrase=passphrase)
    if signer is None:
        raise CannotSign(
            _("署名鍵を読み込めません。システム管理者に、SIGNING_ で始まる設定を確かめてもらってください。")
        )
    return signer
