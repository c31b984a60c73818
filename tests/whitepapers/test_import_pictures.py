"""Pictures are decoded and written anew before they are kept (importing/pictures.py)."""

from __future__ import annotations

import base64
import io
import random
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from tests.factories import make_paper, prose
from whitepapers.importing.pictures import InvalidPicture, reencode
from whitepapers.importing.reading import CannotImport

GRADIENT = Image.linear_gradient("L").resize((64, 32))


def written(image, format_name="PNG", **options) -> bytes:
    content = io.BytesIO()
    image.save(content, format_name, **options)
    return content.getvalue()


def kept(content: bytes, media_type="image/png"):
    return reencode(base64.b64encode(content).decode(), media_type)


def opened(picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


def refusal(content: bytes | str, media_type="image/png") -> str:
    encoded = content if isinstance(content, str) else base64.b64encode(content).decode()
    with pytest.raises(InvalidPicture) as caught:
        reencode(encoded, media_type)
    return str(caught.value)


JPEG = written(GRADIENT.convert("RGB"), "JPEG", quality=75)
PNG = written(GRADIENT.convert("RGB"))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_kind_is_kept(mode):
    image = GRADIENT.convert("I").convert("I;16") if mode == "I;16" else GRADIENT.convert("RGBA").convert(mode)
    picture = kept(written(image))
    assert (picture.width, picture.height) == (64, 32)
    assert opened(picture).mode in ("L", "RGB", "RGBA")


def test_transparency_is_kept():
    assert opened(kept(written(Image.new("P", (4, 4)), transparency=0))).getpixel((0, 0))[3] == 0


def test_sixteen_bits_of_grey_do_not_turn_white():
    image = GRADIENT.convert("I").point(lambda grey: grey * 256).convert("I;16")
    low, high = opened(kept(written(image))).getextrema()
    assert low < 16
    assert 200 < high < 256


def test_the_first_picture_of_an_animation_is_kept():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    content = written(frames[0], save_all=True, append_images=frames[1:])
    assert b"acTL" in content
    picture = kept(content)
    assert b"acTL" not in picture.data
    assert opened(picture).getpixel((0, 0)) == (255, 0, 0)


def test_a_jpeg_in_four_colours_becomes_one_in_three():
    picture = opened(kept(written(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), "image/jpeg"))
    assert picture.mode == "RGB"
    red, green, blue = picture.getpixel((1, 1))
    assert red > 240
    assert max(green, blue) < 20


@pytest.mark.parametrize(("format_name", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_nothing_but_the_picture_is_kept(format_name, media_type):
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    options = {"exif": exif, "icc_profile": b"secret profile" * 20}
    if format_name == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", "secret comment")
    else:
        options["comment"] = b"secret comment"
    content = written(GRADIENT.convert("RGB"), format_name, **options)
    assert b"secret" in content
    assert b"secret" not in kept(content, media_type).data
    assert b"secret" not in kept(content + b"secret tail", media_type).data
    assert not opened(kept(content, media_type)).info.keys() & {"exif", "icc_profile", "comment", "Comment"}


def test_a_photograph_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    picture = kept(written(GRADIENT.convert("RGB"), "JPEG", exif=exif), "image/jpeg")
    assert (picture.width, picture.height) == (32, 64)


@pytest.mark.parametrize(("content", "media_type"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_the_same_picture_gives_the_same_bytes_and_they_are_kept_as_they_are(content, media_type):
    first = kept(content, media_type)
    assert kept(content, media_type) == first
    assert kept(first.data, media_type) == first


def test_what_is_hidden_in_a_file_of_ours_is_not_kept():
    ours = kept(JPEG, "image/jpeg").data
    hidden = ours[:-2] + b"\xff\xfe\x00\x08secret" + b"\xff\xd9"
    assert b"secret" not in kept(hidden, "image/jpeg").data
    assert b"secret" not in kept(ours + b"secret\xff\xd9", "image/jpeg").data


def test_what_is_no_base64_is_refused():
    for encoded in ("@@@@", "AAA", "あ", "A A A A", "data:image/png;base64,AAAA"):
        assert refusal(encoded) == "base64として読めません。"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"%PDF-1.7", SVG, PNG[:60], PNG[:8], JPEG, written(GRADIENT, "GIF"), written(GRADIENT, "BMP"),
     written(GRADIENT, "TIFF"), written(GRADIENT, "WEBP")],
    ids=["nothing", "x", "PDF", "SVG", "cut off", "signature", "JPEG", "GIF", "BMP", "TIFF", "WebP"],
)  # fmt: skip
def test_what_is_no_png_is_refused(content):
    assert refusal(content) == "PNGの画像として読めません。"


@pytest.mark.parametrize("content", [b"", PNG, JPEG[:200], b"\xff\xd8\xff\xd9"])
def test_what_is_no_jpeg_is_refused(content):
    assert refusal(content, "image/jpeg") == "JPEGの画像として読めません。"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(5_001, 5_000), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_is_too_large_is_refused_before_it_is_unpacked(size):
    assert refusal(bomb(*size)) == "画像が大きすぎます。2,500万画素までにしてください。"


def test_damaged_pictures_are_refused_or_kept_but_never_crash():
    """Whatever a decoder stumbles over."""
    chance = random.Random(27017)
    for content, media_type in ((PNG, "image/png"), (JPEG, "image/jpeg")):
        for _ in range(300):
            damaged = bytearray(content)
            for _ in range(chance.randint(1, 5)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                kept(bytes(damaged[: chance.randint(len(damaged) // 2, len(damaged))]), media_type)
            except InvalidPicture as error:
                assert str(error).endswith("。")  # noqa: PT017 - most, not all of them


@pytest.mark.django_db
def test_a_picture_that_is_refused_is_named_by_its_place():
    picture = {"key": "a", "kind": "image", "media_type": "image/png", "data": "AAAA"}
    with pytest.raises(CannotImport, match=r"figures\[0\]\.data：PNGの画像として読めません。"):
        make_paper(prose("A"), figures=[picture])
