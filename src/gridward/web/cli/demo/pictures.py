"""The demonstration's photos: street scenes drawn by code. Nobody's photo, no place that exists."""

from __future__ import annotations

import io
import random
from functools import cache
from uuid import UUID

from PIL import Image, ImageDraw

from gridward.vault import actions as vault

WIDTH, HEIGHT, THUMB = 960, 640, 320
SCENES = 40
SUBJECTS = ("cover", "hole", "bags", "lamp", "tree")


def staged_scene(lot: random.Random) -> UUID:
    """A drawn scene, staged as an upload is; its id."""
    jpeg, thumb = _scene(lot.randrange(SCENES))
    return vault.stage_picture(jpeg, thumb, WIDTH, HEIGHT, "demo")


@cache
def _scene(number: int) -> tuple[bytes, bytes]:
    """The picture and its small copy: sky, houses, a road and what was reported there."""
    lot = random.Random(number)  # noqa: S311 - a picture, not a secret
    picture = Image.new("RGB", (WIDTH, HEIGHT), (196 + lot.randrange(30), 214, 224))
    pen = ImageDraw.Draw(picture)
    _houses(pen, lot)
    pen.rectangle([0, 340, WIDTH, 390], fill=(176, 170, 160))
    pen.rectangle([0, 390, WIDTH, HEIGHT], fill=(92, 96, 100))
    for stripe in range(0, WIDTH, 120):
        pen.rectangle([stripe, 500, stripe + 60, 508], fill=(224, 224, 214))
    _subject(pen, lot, SUBJECTS[number % len(SUBJECTS)])
    small = picture.copy()
    small.thumbnail((THUMB, THUMB))
    return _jpeg(picture, 80), _jpeg(small, 75)


def _houses(pen: ImageDraw.ImageDraw, lot: random.Random) -> None:
    x = 0
    while x < WIDTH:
        wide, tall = lot.randrange(80, 170), lot.randrange(140, 300)
        shade = lot.randrange(150, 205)
        pen.rectangle([x, 340 - tall, x + wide - 8, 340], fill=(shade, shade - 8, shade - 22))
        for wx in range(x + 14, x + wide - 24, 30):
            for wy in range(360 - tall, 320, 42):
                pen.rectangle([wx, wy, wx + 14, wy + 20], fill=(120, 140, 150))
        x += wide


def _subject(pen: ImageDraw.ImageDraw, lot: random.Random, what: str) -> None:
    x, y = lot.randrange(260, 700), lot.randrange(540, 590)
    if what == "cover":
        pen.ellipse([x - 70, y - 28, x + 70, y + 28], fill=(58, 60, 62), outline=(30, 30, 30))
        pen.ellipse([x - 52, y - 19, x + 52, y + 19], outline=(96, 98, 100), width=3)
    elif what == "hole":
        pen.ellipse([x - 120, y - 34, x + 90, y + 34], fill=(64, 58, 52))
        pen.ellipse([x - 70, y - 16, x + 50, y + 18], fill=(104, 112, 118))
    elif what == "bags":
        for n in range(6):
            left, top = x + n * 34 - 100, y - 40 - lot.randrange(24)
            pen.ellipse([left, top, left + 62, top + 70], fill=(40 + n * 12, 44 + n * 10, 48))
    elif what == "lamp":
        pen.rectangle([x, 120, x + 12, 400], fill=(70, 74, 78))
        pen.rectangle([x - 80, 112, x + 12, 124], fill=(70, 74, 78))
        pen.ellipse([x - 96, 116, x - 52, 140], fill=(150, 150, 140))
    else:
        pen.rectangle([x, 330, x + 26, 430], fill=(96, 76, 56))
        pen.ellipse([x - 90, 190, x + 120, 350], fill=(86, 124, 74))
        pen.line([x + 80, 330, x + 190, 470], fill=(96, 76, 56), width=14)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
