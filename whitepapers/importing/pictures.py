"""Uploaded pictures, which are hostile until they have been decoded and written anew."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from dataclasses import dataclass

from PIL import Image

MAX_PIXELS = 25_000_000
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}


class InvalidPicture(ValueError):
    """The data is not a picture that can be printed; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    data: bytes
    width: int  # pixels
    height: int


def reencode(encoded: str, media_type: str) -> CleanPicture:
    """The picture in base64 ``encoded``, decoded and written anew without its metadata. Raises InvalidPicture."""
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidPicture("base64として読めません。") from error
    name = _FORMATS[media_type]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[name]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise InvalidPicture("画像が大きすぎます。2,500万画素までにしてください。")
                picture.load()
                plain = picture.convert(_mode(picture, name))
    except (
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        if isinstance(error, InvalidPicture):
            raise
        raise InvalidPicture(f"{name}の画像として読めません。") from error
    written = io.BytesIO()
    if name == "PNG":
        plain.save(written, name, optimize=False)
    else:
        plain.save(written, name, quality=90, optimize=False)
    return CleanPicture(written.getvalue(), plain.width, plain.height)


def _mode(picture: Image.Image, name: str) -> str:
    if name == "JPEG":
        return "L" if picture.mode == "L" else "RGB"
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    return "RGBA" if has_alpha else "RGB"
