"""Photos, films and voice notes at the door: read with a limit, made anew in a child process."""

import atexit
import math
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
    MediaBroken,
    MediaBusy,
    MediaNotTaken,
    MediaTooBig,
    MediaUnknown,
    PhotoBroken,
    PhotoBusy,
    PhotoEmpty,
    PhotoHeic,
    PhotosOnly,
    PhotoTooBig,
    PhotoTooLarge,
    PhotoUnknown,
    VideoTooLarge,
    VideoTooLong,
    VoiceTooLong,
)

PATIENCE_S = 20.0
"""How long one photo may take before its decoder is killed."""

FILM_PATIENCE_S = 150.0
"""How long a film may take; it waits for its turn no longer than that either."""

PHOTOS_PER_DECODER = 200
DECODERS = 2


@dataclass(frozen=True, slots=True)
class Photo:
    """A clean JPEG and its small picture."""

    image: bytes
    thumb: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Media:
    """A clean film (MP4) with the picture it begins with, or a clean voice note (M4A)."""

    kind: str
    data: bytes
    poster: bytes
    width: int
    height: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in. container: empty for a photo."""

    data: bytes
    container: str


def read_upload(
    upload: IO[bytes],
    name: str = "",
    *,
    photos_only: bool = False,
    photo_bytes: int = rules.MAX_PHOTO_BYTES,
) -> Upload:
    """The bytes of an upload, having read no more than its kind may have.

    name: as the browser says; only decides with which sentence something unknown is refused;
    photo_bytes: of a photo, at most
    Raises PhotoTooBig, MediaTooBig, PhotoEmpty, PhotoHeic, PhotoUnknown, MediaUnknown, PhotosOnly.
    """
    said = getattr(upload, "size", None)
    head = upload.read(64)
    if not head:
        raise PhotoEmpty()
    container = rules.container_of(head)
    limit = rules.MAX_MEDIA_BYTES if container else photo_bytes
    too_big = MediaTooBig if container else PhotoTooBig
    if container and photos_only:
        raise PhotosOnly()
    if isinstance(said, int) and said > limit:
        raise too_big(size=rules.megabytes(said), max=limit >> 20)
    data = head + upload.read(limit + 1 - len(head))
    if len(data) > limit:
        raise too_big(size=rules.megabytes(max(said or 0, len(data))), max=limit >> 20)
    if rules.is_heif(head):
        raise PhotoHeic()
    if not container and not rules.is_photo(head):
        raise MediaUnknown() if rules.says_media(name) and not photos_only else PhotoUnknown()
    return Upload(data, container)


_one_film = threading.BoundedSemaphore(1)


def transcode(upload: Upload, *, film_s: float, voice_s: float) -> Media:
    """A film or voice note made anew from what can be seen and heard; nothing else is kept.

    One at a time in a process, each in a child of its own. film_s, voice_s: how long they may
    play; 0 takes none of that kind
    Raises VideoTooLong, VoiceTooLong, VideoTooLarge, MediaNotTaken, MediaUnknown, MediaBroken,
    MediaBusy.
    """
    if not _one_film.acquire(timeout=FILM_PATIENCE_S):
        raise MediaBusy()
    try:
        answer = _play(upload, film_s, voice_s)
    finally:
        _one_film.release()
    try:
        kind, width, height, seconds, first, second = struct.unpack(">BIIdII", answer[:25])
    except struct.error:
        raise MediaBroken() from None  # it took too much memory or time: a bomb, or damaged
    data, poster = answer[25 : 25 + first], answer[25 + first : 25 + first + second]
    if (kind in (0, 2) and not film_s) or (kind in (1, 3) and not voice_s):
        raise MediaNotTaken()
    if kind in (0, 1) and len(data) == first:
        return Media("video" if kind == 0 else "voice", data, poster, width, height, seconds)
    if kind == 2:
        raise VideoTooLong(n=math.ceil(seconds), max=int(film_s))
    if kind == 3:
        raise VoiceTooLong(n=math.ceil(seconds), max=int(voice_s))
    if kind == 4:
        raise VideoTooLarge(size=-(-width * height // 1_000_000))
    raise MediaUnknown() if kind == 5 else MediaBroken()


def _play(upload: Upload, film_s: float, voice_s: float) -> bytes:
    command = [
        sys.executable,
        "-s",
        "-m",
        "gridward.vault.transcoder",
        upload.container,
        str(film_s),
        str(voice_s),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own command, no shell
            command,
            input=upload.data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            close_fds=True,
            start_new_session=True,
            timeout=FILM_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    except OSError:
        raise MediaBusy() from None
    return done.stdout


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


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
        try:
            self.child = subprocess.Popen(
                [sys.executable, "-s", "-m", "gridward.vault.decoder"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
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
