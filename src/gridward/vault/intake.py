"""Photos at the door: read with a limit, decoded and re-encoded in a child process."""

import atexit
import os
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from gridward.core.errors import Problem
from gridward.vault import rules
from gridward.vault.errors import (
    PhotoBroken,
    PhotoBusy,
    PhotoEmpty,
    PhotoHeic,
    PhotoTooBig,
    PhotoTooLarge,
    PhotoUnknown,
)

PATIENCE_S = 20.0
"""How long one photo may take before its decoder is killed."""

PHOTOS_PER_DECODER = 200
DECODERS = 2


@dataclass(frozen=True, slots=True)
class Photo:
    """A clean JPEG and its small picture."""

    image: bytes
    thumb: bytes
    width: int
    height: int


def read_upload(upload: IO[bytes]) -> bytes:
    """The bytes of an upload. Raises PhotoTooBig (having read no more than the limit), PhotoEmpty,
    PhotoHeic, PhotoUnknown."""
    said = getattr(upload, "size", None)
    limit = rules.MAX_PHOTO_BYTES
    if isinstance(said, int) and said > limit:
        raise PhotoTooBig(size=rules.megabytes(said), max=limit >> 20)
    data = upload.read(limit + 1)
    if len(data) > limit:
        raise PhotoTooBig(size=rules.megabytes(max(said or 0, len(data))), max=limit >> 20)
    if not data:
        raise PhotoEmpty()
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        raise PhotoHeic()
    if not _looks_like_photo(data):
        raise PhotoUnknown()
    return data


_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}


def _looks_like_photo(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )


def reencode(data: bytes) -> Photo:
    """A photo made anew from what can be seen in `data`; nothing else of it is kept.

    Raises PhotoTooLarge, PhotoUnknown, PhotoBroken, PhotoBusy.
    """
    with _free:
        decoder = _take()
        try:
            answer = decoder.ask(data)
        except _DecoderGone:
            decoder.kill()
            raise PhotoBroken() from None  # it took too much memory or time: a bomb, or damaged
        except BaseException:
            decoder.kill()
            raise
        _put_back(decoder)
    return answer


class _DecoderGone(Exception):
    """The child died, hung, or answered nonsense."""


class _Decoder:
    """One warm child: a frame in (length, bytes), a frame out (see `decoder`)."""

    def __init__(self) -> None:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            self.child = subprocess.Popen(
                [sys.executable, "-s", "-m", "gridward.vault.decoder"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                close_fds=True,
                start_new_session=True,  # Ctrl-C goes to the server, which ends its children
            )
        except OSError:
            raise PhotoBusy() from None
        self.pid = os.getpid()
        self.count = 0

    @property
    def is_fit(self) -> bool:
        alive = self.child.poll() is None
        return alive and self.count < PHOTOS_PER_DECODER and self.pid == os.getpid()

    def ask(self, data: bytes) -> Photo:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.count += 1
        watch = threading.Timer(PATIENCE_S, self.child.kill)
        watch.daemon = True
        watch.start()
        try:
            self.child.stdin.write(struct.pack(">I", len(data)) + data)
            self.child.stdin.flush()
            kind, width, height, first, second = struct.unpack(">BIIII", self._read(17))
            image, thumb = self._read(first), self._read(second)
        except (OSError, struct.error):
            raise _DecoderGone from None
        finally:
            watch.cancel()
        if kind == 0:
            return Photo(image, thumb, width, height)
        refusal: Problem
        if kind == 1:
            limit = rules.MAX_PIXELS // 1_000_000
            refusal = PhotoTooLarge(size=-(-width * height // 1_000_000), max=limit)
        elif kind == 2:
            refusal = PhotoUnknown()
        elif kind == 3:
            refusal = PhotoBroken()
        else:
            raise _DecoderGone
        _put_back(self)
        raise refusal

    def _read(self, count: int) -> bytes:
        assert self.child.stdout is not None
        data = self.child.stdout.read(count)
        if len(data) != count:
            raise _DecoderGone
        return data

    def kill(self) -> None:
        with suppress(OSError):
            self.child.kill()
        for pipe in (self.child.stdin, self.child.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self.child.wait(5)


_free = threading.BoundedSemaphore(DECODERS)
_lock = threading.Lock()
_waiting: list[_Decoder] = []


def _take() -> _Decoder:
    with _lock:
        while _waiting:
            found = _waiting.pop()
            if found.is_fit:
                return found
            if found.pid == os.getpid():
                found.kill()
    return _Decoder()


def _put_back(decoder: _Decoder) -> None:
    with _lock:
        if decoder not in _waiting:
            _waiting.append(decoder)


@atexit.register
def end_decoders() -> None:
    """Ends the warm children of this process."""
    with _lock:
        while _waiting:
            found = _waiting.pop()
            if found.pid == os.getpid():
                found.kill()
