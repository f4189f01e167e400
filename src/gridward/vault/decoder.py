"""The child that looks at photos: no database, no settings, little memory, little time.

Reads frames from standard input (4 bytes length, data) and answers each with one frame: kind,
width, height, length of the photo, length of the small picture, then both.

kind: 0 done, 1 too many pixels, 2 not a photo, 3 damaged
"""

import io
import os
import resource
import struct
import sys
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from gridward.vault.rules import LONG_SIDE, MAX_PIXELS, THUMB_SIDE

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MEMORY = 1200 * 1024 * 1024
CPU_S = 15
OPEN_FILES = 32

DONE, TOO_LARGE, UNKNOWN, BROKEN = 0, 1, 2, 3


def main() -> None:
    """Answers until standard input ends."""
    source = os.fdopen(0, "rb", buffering=1 << 16)
    # what a library prints must not fall into the answers
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Image.preinit()
    Image.init()
    _limit()
    while len(head := source.read(4)) == 4:
        data = source.read(struct.unpack(">I", head)[0])
        _allow_cpu()
        kind, width, height, image, thumb = look(data)
        _answer(target, kind, width, height, image, thumb)
        del data, image, thumb


def look(data: bytes) -> tuple[int, int, int, bytes, bytes]:
    """kind, width, height, photo, small picture; the last two empty unless the kind is 0."""
    width = height = 0
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as found:
            width, height = found.size
            if width * height > MAX_PIXELS:
                return TOO_LARGE, width, height, b"", b""
            if found.format == "JPEG":
                found.draft("RGB", (LONG_SIDE, LONG_SIDE))  # lets the codec skip most of the work
            found.seek(0)
            picture = _flat(ImageOps.exif_transpose(found))
    except UnidentifiedImageError:
        return UNKNOWN, width, height, b"", b""
    except Exception:  # any codec may raise anything on a damaged file; nothing else runs here
        return BROKEN, width, height, b"", b""
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    image = _jpeg(picture, quality=85)
    width, height = picture.size
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return DONE, width, height, image, _jpeg(picture, quality=78)


def _flat(found: Image.Image) -> Image.Image:
    """Plain RGB on white: no palette, no transparency, no profile, no comment."""
    if found.mode in ("RGBA", "LA", "PA") or "transparency" in found.info:
        layered = found.convert("RGBA")
        flat = Image.new("RGB", layered.size, "white")
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    return found.convert("RGB")


def _jpeg(picture: Image.Image, *, quality: int) -> bytes:
    clean = Image.frombytes("RGB", picture.size, picture.tobytes())
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def _answer(
    target: BinaryIO, kind: int, width: int, height: int, image: bytes, thumb: bytes
) -> None:
    target.write(struct.pack(">BIIII", kind, width, height, len(image), len(thumb)))
    target.write(image)
    target.write(thumb)
    target.flush()


def _limit() -> None:
    Image.MAX_IMAGE_PIXELS = None  # `look` asks before anything is drawn, and says how many
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_S, hard))


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
