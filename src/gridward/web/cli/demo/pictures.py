"""The demonstration's photos, staged as uploads are. What they show is drawn by `scenes`."""

from __future__ import annotations

import io
from functools import lru_cache
from uuid import UUID

from PIL import Image

from gridward.vault import actions as vault
from gridward.web.cli.demo import scenes

THUMB = 320
PLACES = 12  # of each subject; the same place looks the same before and after
NOTHING = "none"
COUNTER = "counter"  # of what leaves no trace: the desk where it was settled


def staged_scene(subject: str, spot: tuple[float | None, float | None], *, fixed: bool) -> UUID:
    """A drawn photo of the subject, staged as an upload is; its id. spot: where it lies"""
    lng, lat = spot
    place = round(((lng or 0.0) + (lat or 0.0)) * 1e6) % PLACES
    shown = COUNTER if subject == NOTHING else subject
    jpeg, thumb = _photo(shown, place, fixed)
    return vault.stage_picture(jpeg, thumb, scenes.WIDTH, scenes.HEIGHT, "demo")


@lru_cache(maxsize=400)
def _photo(subject: str, place: int, fixed: bool) -> tuple[bytes, bytes]:
    """The photo and its small copy."""
    photo = scenes.painted(subject, place, fixed=fixed)
    small = photo.copy()
    small.thumbnail((THUMB, THUMB))
    return _jpeg(photo, 82), _jpeg(small, 78)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
