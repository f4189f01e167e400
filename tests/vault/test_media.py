"""Films and voice notes at the door: what comes in, what is kept, what is refused."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from gridward.vault import intake, queries, rules
from gridward.vault.actions import stage_upload
from gridward.vault.errors import (
    MediaBroken,
    MediaTooBig,
    MediaUnknown,
    PhotoEmpty,
    PhotosOnly,
    PhotoUnknown,
    VideoTooLarge,
    VideoTooLong,
    VoiceTooLong,
)
from gridward.vault.models import File

pytestmark = pytest.mark.django_db


def film(
    seconds: float = 1.0,
    *,
    size: tuple[int, int] = (320, 240),
    fps: int = 10,
    container: str = "mp4",
    codec: str = "libx264",
    sound: bool = True,
    rotated: int = 0,
) -> bytes:
    """A film as a telephone makes it, with the place and the maker written into it."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        made.metadata["location"] = "+22.5700+113.0800/"
        made.metadata["com.apple.quicktime.make"] = "Invented Phones"
        picture: Any = made.add_stream(codec, rate=fps)
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        voice: Any = None
        if sound:
            voice = made.add_stream("aac" if container != "webm" else "libopus", rate=48000)
            voice.layout = "mono"
        for n in range(round(seconds * fps)):
            shade = np.full((size[1], size[0], 3), (n * 7) % 255, dtype=np.uint8)
            shade[:, : size[0] // 2] = (200, 20, 20)
            frame = av.VideoFrame.from_ndarray(shade, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, fps)
            made.mux(picture.encode(frame))
        if voice is not None:
            for n in range(round(seconds * 50)):
                made.mux(voice.encode(tone(n, 960, 48000)))
            made.mux(voice.encode(None))
        made.mux(picture.encode(None))
    return out.getvalue()


def tone(n: int, samples: int, rate: int) -> av.AudioFrame:
    wave = (np.sin((np.arange(samples) + n * samples) * 0.05) * 0.3).astype(np.float32)[None, :]
    frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, n * samples, Fraction(1, rate)
    return frame


def voice_note(seconds: float = 1.0, *, container: str = "mp4", codec: str = "aac") -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        made.metadata["artist"] = "Zhang the Owner"
        stream: Any = made.add_stream(codec, rate=48000)
        stream.layout = "mono"
        resampler = av.AudioResampler(stream.codec_context.format or "fltp", "mono", 48000)
        for n in range(round(seconds * 50)):
            for frame in resampler.resample(tone(n, 960, 48000)):
                made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


def stage(data: bytes, name: str = "film.mp4", **more: Any) -> queries.StoredFile:
    return stage_upload(io.BytesIO(data), name, "session-1", **more)


def played(id: Any) -> tuple[queries.OpenedFile, Any]:
    opened = queries.open_file(id)
    return opened, av.open(io.BytesIO(opened.data))


# --- kept -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("container", "codec", "name"),
    [
        ("mp4", "libx264", "a.mp4"),
        ("mov", "mpeg4", "a.mov"),
        ("webm", "libvpx", "a.webm"),
        ("mp4", "libx265", "hevc.mp4"),
    ],
)
def test_a_film_becomes_one_that_every_browser_plays(container: str, codec: str, name: str) -> None:
    kept = stage(film(container=container, codec=codec), name)

    opened, found = played(kept.id)
    assert (kept.media, opened.media_type) == ("video", "video/mp4")
    assert kept.seconds == pytest.approx(1.0, abs=0.25)
    assert found.streams.video[0].codec_context.name == "h264"
    assert found.streams.audio[0].codec_context.name == "aac"
    assert sum(1 for _ in found.decode(video=0)) >= 9


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_nothing_of_place_and_device_is_left(codec: str) -> None:
    source = film(codec=codec, container="mov")
    assert b"+22.5700" in source

    kept = stage(source, "a.mov")

    opened, found = played(kept.id)
    for left in (b"+22.5700", b"113.08", b"Invented"):
        assert left not in opened.data
    assert "location" not in found.metadata


def test_a_film_has_a_picture_to_begin_with() -> None:
    kept = stage(film())

    poster = queries.open_file(kept.id, thumb=True)

    picture = Image.open(io.BytesIO(poster.data)).convert("RGB")
    red = picture.getpixel((40, 120))
    assert (poster.media_type, picture.size) == ("image/jpeg", (320, 240))
    assert isinstance(red, tuple) and red[0] > 150 and red[1] < 80


def test_a_large_film_is_made_smaller() -> None:
    kept = stage(film(0.5, size=(2560, 1440), codec="libx264"))

    _, found = played(kept.id)

    assert (kept.width, kept.height) == (960, 540)
    assert found.streams.video[0].width == 960


@pytest.mark.parametrize(
    ("container", "codec", "name"),
    [
        ("mp4", "aac", "a.m4a"),
        ("ogg", "libopus", "a.ogg"),
        ("mp3", "libmp3lame", "a.mp3"),
        ("webm", "libopus", "a.webm"),
        ("wav", "pcm_s16le", "a.wav"),
    ],
)
def test_a_voice_note_becomes_one_that_every_browser_plays(
    container: str, codec: str, name: str
) -> None:
    kept = stage(voice_note(2, container=container, codec=codec), name)

    opened, found = played(kept.id)
    assert (kept.media, opened.media_type) == ("voice", "audio/mp4")
    assert kept.seconds == pytest.approx(2.0, abs=0.2)
    assert found.streams.audio[0].codec_context.name == "aac"
    assert b"Zhang" not in opened.data


# --- refused --------------------------------------------------------------------------------------


def refusal(data: bytes, name: str, problem: type[Exception], **more: Any) -> str:
    with pytest.raises(problem) as said:
        stage(data, name, **more)
    assert not File.objects.exists()
    return str(said.value)


def test_a_film_of_more_than_thirty_seconds_is_refused_with_its_length() -> None:
    said = refusal(film(35, fps=2, sound=False), "long.mp4", VideoTooLong)

    assert "35" in said or "34" in said
    assert "30" in said


def test_how_long_is_for_the_place_to_say() -> None:
    refusal(film(3, fps=5), "a.mp4", VideoTooLong, film_s=2)


def test_a_voice_note_of_more_than_a_minute_is_refused() -> None:
    refusal(voice_note(63), "a.m4a", VoiceTooLong)


@pytest.mark.parametrize("name", ["film.mp4", "talk.m4a", "x.webm"])
def test_an_executable_by_another_name_is_no_film(name: str) -> None:
    refusal(b"\x7fELF" + b"\x00" * 5000, name, MediaUnknown)
    refusal(b"MZ\x90\x00" + b"\x00" * 5000, name, MediaUnknown)


def test_an_executable_called_a_photo_is_no_photo() -> None:
    refusal(b"\x7fELF" + b"\x00" * 5000, "photo.jpg", PhotoUnknown)


def test_an_empty_file_is_refused() -> None:
    refusal(b"", "film.mp4", PhotoEmpty)


def test_a_damaged_film_is_refused() -> None:
    whole = film()

    refusal(whole[: len(whole) // 3], "film.mp4", MediaBroken)
    refusal(b"\x00\x00\x00\x20ftypisom" + b"\x01" * 3000, "film.mp4", MediaBroken)


def test_a_list_of_addresses_is_not_followed() -> None:
    refusal(b"#EXTM3U\nhttp://127.0.0.1/secret.mp4\n", "a.mp4", MediaUnknown)
    refusal(b"ffconcat version 1.0\nfile /etc/passwd\n", "a.webm", MediaUnknown)


def test_a_film_is_not_read_further_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_MEDIA_BYTES", 20_000)

    class Endless(io.RawIOBase):
        given = 0

        def read(self, count: int = -1) -> bytes:
            begin = b"\x00\x00\x00\x20ftypisom" if not self.given else b""
            self.given += count
            return (begin + b"\x00" * count)[:count]

    source = Endless()
    with pytest.raises(MediaTooBig):
        stage_upload(source, "film.mp4", "session-1")  # type: ignore[arg-type]
    assert source.given <= 20_001


def test_a_picture_too_large_for_any_screen_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal(film(0.2, size=(4096, 2400), sound=False), "film.mp4", VideoTooLarge)


def test_where_only_photos_belong_a_film_is_refused_before_it_is_read() -> None:
    refusal(film(), "film.mp4", PhotosOnly, photos_only=True)


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "FILM_PATIENCE_S", 0.05)

    refusal(film(), "film.mp4", MediaBroken)
