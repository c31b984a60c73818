"""Uploaded pictures, which are hostile until they have been decoded and written anew."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps

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
    """The picture in base64 ``encoded``, decoded, turned upright and written anew without its metadata.

    What was written here before comes back unchanged. Raises InvalidPicture.
    """
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise InvalidPicture("base64として読めません。") from error
    name = _FORMATS[media_type]
    plain = _decoded(content, name)
    written = io.BytesIO()
    if name == "PNG":
        plain.save(written, name, optimize=False)
    else:
        plain.save(written, name, quality=90, optimize=False)
    data = written.getvalue()
    if name == "JPEG" and _is_plain(content, data):
        data = content
    return CleanPicture(data, plain.width, plain.height)


def _decoded(content: bytes, name: str) -> Image.Image:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint's import allows them for the whole process
    try:
        with Image.open(io.BytesIO(content), formats=[name]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InvalidPicture(_TOO_LARGE)
            upright = ImageOps.exif_transpose(picture)
            if upright.mode.startswith("I"):  # 16 bits of grey, which convert() would cut off at white
                upright = upright.convert("I").point(lambda grey: grey * (1 / 256))
            plain = upright.convert(_mode(upright, name))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidPicture(_TOO_LARGE) from error
    except InvalidPicture:
        raise
    except Exception as error:  # decoders raise whatever they stumble over
        raise InvalidPicture(f"{name}の画像として読めません。") from error
    plain.info.clear()  # comments and profiles, which save() would write again
    return plain


_TOO_LARGE = "画像が大きすぎます。2,500万画素までにしてください。"


def _mode(picture: Image.Image, name: str) -> str:
    if name == "PNG" and ("A" in picture.getbands() or "transparency" in picture.info):
        return "RGBA"
    return "L" if picture.mode in ("1", "L", "I") else "RGB"


def _is_plain(content: bytes, written: bytes) -> bool:
    """Whether a JPEG is made as we write them, with no other segment: writing it again would only lose quality."""
    head = written[: written.index(b"\xff\xda")]
    scan = content[len(head) + 2 : -2]
    is_whole = content.startswith(head) and content.endswith(b"\xff\xd9")
    return is_whole and re.search(rb"\xff[^\x00\xd0-\xd7]", scan) is None
