"""Time, place and number printed below a proof photo, so that nobody needs a special camera."""

from __future__ import annotations

import io
from collections.abc import Sequence
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont

from gridward.cases import queries
from gridward.cases.actions.files import keep_stamped
from gridward.core import jurisdiction
from gridward.core.fonts import chinese_font
from gridward.journal import queries as journal
from gridward.vault import actions as vault
from gridward.vault import queries as files
from gridward.vault.errors import FileGone

THUMB_SIDE = 480
LETTERS_A_LINE = 34
BAND = (250, 249, 245)
INK = (38, 50, 56)
STAGER = "stamp"


def stamp(entry_id: UUID) -> None:
    """Draws what an entry's case asks for: a stamped copy of each proof that has none yet.

    May be called again; what is stamped stays, and a photo erased meanwhile is passed over.
    """
    line = journal.entry(entry_id)
    if line is None:
        return
    for proof in queries.proofs_to_stamp(UUID(line.subject_id)):
        try:
            original = files.open_file(proof.file)
        except FileGone:
            continue
        at = proof.taken_at.astimezone(jurisdiction.current().tz)
        lines = [
            f"{at:%Y-%m-%d %H:%M}  {proof.number}",
            *([proof.place] if proof.place else []),
            *([proof.organisation] if proof.organisation else []),
        ]
        drawn = vault.stage_picture(*stamped(original.data, lines), STAGER)
        keep_stamped(proof.id, drawn)


def stamped(jpeg: bytes, lines: Sequence[str]) -> tuple[bytes, bytes, int, int]:
    """The picture with the lines in a band below it: JPEG, its small picture, width, height.

    Nothing of the picture itself is covered. Raises FontMissing.
    """
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    size = max(12, picture.width // LETTERS_A_LINE)
    font = ImageFont.truetype(str(chinese_font()), size)
    shown = [part for line in lines for part in _wrapped(line, font, picture.width - size)]
    height = round(size * 1.45)
    band = height * len(shown) + size
    made = Image.new("RGB", (picture.width, picture.height + band), BAND)
    made.paste(picture, (0, 0))
    draw = ImageDraw.Draw(made)
    for number, line in enumerate(shown):
        draw.text((size // 2, picture.height + size // 2 + number * height), line, INK, font)
    width, whole = made.size
    small = made.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return _jpeg(made, 88), _jpeg(small, 78), width, whole


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for sign in text:
        if lines[-1] and font.getlength(lines[-1] + sign) > width:
            lines.append("")
        lines[-1] += sign
    return lines


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
