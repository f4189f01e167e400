"""Phones, masks and limits of the vault: pure."""

import re
from datetime import timedelta

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
LONG_SIDE = 3200
"""Kept photos are at most so long; enough to read the letters on a manhole cover."""
THUMB_SIDE = 480
MAX_MEDIA_BYTES = 50 * 1024 * 1024
VIDEO_S = 30
VOICE_S = 60
VIDEO_LONG_SIDE = 960
"""Kept films are at most so wide or high."""
MAX_FRAME_PIXELS = 9_000_000
MAX_FRAMES_PER_S = 240
STAGED_FOR = timedelta(hours=24)
"""How long an upload waits to be linked before the reaper takes it."""

_WIDE = str.maketrans("０１２３４５６７８９＋－（）　", "0123456789+-() ")
_PHONE_SIGNS = re.compile(r"[\s\-().·—–_/]+")
_NUMBER_RUN = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?[0-9](?:[ -]?[0-9]){6,17}[0-9Xx]?(?![0-9A-Za-z])"
)


def normal_phone(text: str) -> str:
    """The telephone number as it is compared: digits only, without the country code of China.

    A mobile number in any spelling gives its 11 digits, a landline its area code with the 0; other
    countries keep their code. An extension (转, ext, #, x) is left out. Empty when `text` holds
    fewer than 3 or more than 15 digits, or letters.
    """
    plain = text.translate(_WIDE).strip().lower()
    plain = re.split(r"转|ext\.?|#|x|分机", plain, maxsplit=1)[0]
    plain = _PHONE_SIGNS.sub("", plain)
    international = plain.startswith(("+", "00"))
    digits = plain.lstrip("+")
    if not digits.isascii() or not digits.isdigit():
        return ""
    if plain.startswith("00"):
        digits = digits[2:]
    if digits.startswith("86") and (international or len(digits) == 13):
        digits = digits[2:]
        if not _is_mobile(digits) and not digits.startswith("0") and len(digits) >= 9:
            digits = "0" + digits
    elif len(digits) == 12 and digits.startswith("01") and _is_mobile(digits[1:]):
        digits = digits[1:]  # a mobile number dialled with the long-distance 0
    return digits if 3 <= len(digits) <= 15 else ""


def is_dialable(text: str) -> bool:
    """Whether somebody may be called back on it: neither a short number of a service nor one with a
    digit too few or too many, as a mobile number is easily mistyped."""
    digits = normal_phone(text)
    return len(digits) == 11 if digits.startswith("1") else len(digits) >= 7


def _is_mobile(digits: str) -> bool:
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789"


def masked_phone(phone: str) -> str:
    """A number as those see it who may not: 138****5678."""
    digits = normal_phone(phone)
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def masked_numbers(text: str) -> str:
    """`text` with telephone and identity numbers in it masked but for their ends."""

    def mask(found: re.Match[str]) -> str:
        run = found.group()
        plain = re.sub(r"[ -]", "", run)
        return f"{plain[:3]}{'*' * (len(plain) - 5)}{plain[-2:]}"

    return _NUMBER_RUN.sub(mask, text)


def is_grounds(code: str) -> bool:
    """Whether this may stand as the grounds of an erasure: a code, never a sentence."""
    return bool(re.fullmatch(r"[a-z][a-z0-9_.-]{1,39}", code))


def has_lookup(kind: str) -> bool:
    """Whether texts of this kind are found again by telephone number."""
    return kind.rsplit(".", 1)[-1] == "phone"


def megabytes(count: int) -> str:
    """A size for people: whole megabytes, rounded up to one decimal below 10."""
    size = count / (1024 * 1024)
    return f"{size:.0f}" if size >= 10 else f"{size:.1f}"


# --- what a file is, by its first bytes -----------------------------------------------------------

HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}
)
FILM_NAMES = (".mp4", ".mov", ".webm", ".m4v", ".3gp", ".avi", ".mkv")
SOUND_NAMES = (".m4a", ".mp3", ".ogg", ".oga", ".opus", ".amr", ".aac", ".wav", ".webm")


def is_heif(head: bytes) -> bool:
    """Whether this is a photo as some telephones save it, which browsers cannot show."""
    return head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS


def is_photo(head: bytes) -> bool:
    """Whether this begins like a photo that can be decoded."""
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    )


def container_of(head: bytes) -> str:
    """The container of a film or a voice note that begins so; empty when it is none."""
    if head[4:8] in (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip"):
        return "" if is_heif(head) else "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith(b"OggS"):
        return "ogg"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head.startswith(b"#!AMR"):
        return "amr"
    if head.startswith(b"ID3") or (
        len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6)
    ):
        return "mp3"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    return ""


def says_media(name: str) -> bool:
    """Whether a file's name promises a film or a voice note."""
    return name.lower().endswith((*FILM_NAMES, *SOUND_NAMES))
