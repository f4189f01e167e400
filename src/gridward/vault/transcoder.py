"""The child that plays one film or voice note and writes it anew: no database, no settings, little
memory, little time.

Reads the upload from standard input until it ends. Arguments: its container, the most seconds of a
film, the most seconds of a voice note. Answers with one frame: kind, width, height, seconds, length
of the film or sound, length of the poster, then both.

kind: 0 a film, 1 a voice note, 2 a film that is too long, 3 a voice note that is too long, 4 too
many pixels, 5 nothing to be played, 6 damaged
"""

from __future__ import annotations

import io
import os
import resource
import struct
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from PIL import Image

from gridward.vault.rules import (
    MAX_FRAME_PIXELS,
    MAX_FRAMES_PER_S,
    THUMB_SIDE,
    VIDEO_LONG_SIDE,
)

MEMORY = 1800 * 1024 * 1024
CPU_S = 150
OPEN_FILES = 32
SLACK_S = 0.9
"""A film that a telephone calls 30 seconds may hold a few frames more."""

VIDEO_CODECS = {"h264", "hevc", "vp8", "vp9", "mpeg4", "h263", "av1", "mjpeg"}
SOUND_CODECS = {
    "aac", "mp3", "mp3float", "opus", "libopus", "vorbis", "amrnb", "amrwb", "amr_nb", "amr_wb",
    "libopencore_amrnb", "libopencore_amrwb", "alac", "flac", "pcm_s16le", "pcm_s16be", "pcm_u8",
    "pcm_s24le", "pcm_f32le", "pcm_mulaw", "pcm_alaw",
}  # fmt: skip

FILM, VOICE, FILM_LONG, VOICE_LONG, TOO_LARGE, NOTHING, BROKEN = range(7)
FPS = 30
COPIED_LONG_SIDE = 1920
COPIED_BITS_PER_S = 5_000_000
SOUND_RATE = 44100


@dataclass
class Answer:
    """What goes back."""

    kind: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    film: bytes = b""
    poster: bytes = b""


class _TooLong(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def main(container: str, film_s: float, voice_s: float) -> None:
    """Answers once."""
    source = os.fdopen(0, "rb")
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall into the answer
    av.logging.set_level(av.logging.PANIC)
    Image.preinit()
    _limit()
    answer = look(source.read(), container, film_s, voice_s)
    target.write(
        struct.pack(
            ">BIIdII",
            answer.kind,
            answer.width,
            answer.height,
            answer.seconds,
            len(answer.film),
            len(answer.poster),
        )
    )
    target.write(answer.film)
    target.write(answer.poster)
    target.flush()


def look(data: bytes, container: str, film_s: float, voice_s: float) -> Answer:
    """The film or voice note made anew, or why it cannot be."""
    try:
        # the container is named: nothing that refers to other files or addresses is ever opened
        with av.open(io.BytesIO(data), format=container, metadata_errors="ignore") as found:
            film = next((s for s in found.streams.video if _is_film(s)), None)
            sound = next((s for s in found.streams.audio if _codec(s) in SOUND_CODECS), None)
            if film is None and sound is None:
                return Answer(NOTHING)
            if film is None:
                return _voice(found, sound, voice_s)
            if film.width * film.height > MAX_FRAME_PIXELS:
                return Answer(TOO_LARGE, film.width, film.height)
            said = _said_seconds(found, film)
            if said > film_s + SLACK_S:
                return Answer(FILM_LONG, seconds=said)
            if _is_web_ready(film, sound, len(data), said):
                return _copied(found, film, sound, film_s)
            return _film(found, film, sound, film_s)
    except _TooLong as long:
        return Answer(FILM_LONG, seconds=long.seconds)
    except (av.error.InvalidDataError, av.error.EOFError):
        return Answer(BROKEN)
    except Exception:  # any codec may raise anything on a damaged file; nothing else runs here
        return Answer(BROKEN)


def _codec(stream: Any) -> str:
    return stream.codec_context.name if stream.codec_context is not None else ""


def _is_film(stream: Any) -> bool:
    """A moving picture; the cover of a song is none."""
    cover = bool(stream.disposition & av.stream.Disposition.attached_pic)
    return _codec(stream) in VIDEO_CODECS and not cover


def _said_seconds(found: Any, stream: Any) -> float:
    """How long it says to be; a file may lie, so what is played is counted too."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return float(found.duration or 0) / av.time_base


def _sides(width: int, height: int) -> tuple[int, int]:
    """Even sides, the longer at most VIDEO_LONG_SIDE."""
    factor = min(1.0, VIDEO_LONG_SIDE / max(width, height))
    return max(2, int(width * factor) // 2 * 2), max(2, int(height * factor) // 2 * 2)


def _is_web_ready(film: Any, sound: Any, size: int, seconds: float) -> bool:
    """Whether every browser plays it as it is, and it is small enough to be sent to telephones."""
    context = film.codec_context
    return (
        context.name == "h264"
        and context.pix_fmt in ("yuv420p", "yuvj420p")
        and max(film.width, film.height) <= COPIED_LONG_SIDE
        and seconds > 0
        and size * 8 / seconds <= COPIED_BITS_PER_S
        and (sound is None or _codec(sound) == "aac")
    )


def _copied(found: Any, film: Any, sound: Any, film_s: float) -> Answer:
    """The pictures and the sound as they are, in a container that says nothing else: no place, no
    device, no further tracks. Key frames are decoded, which proves that it can be played."""
    out = io.BytesIO()
    poster = b""
    longest = 0.0
    begin: float | None = None
    film.codec_context.skip_frame = "NONKEY"
    with av.open(out, "w", format="mp4") as made:
        ways = {film: made.add_stream_from_template(film)}
        if sound is not None:
            ways[sound] = made.add_stream_from_template(sound)
        for packet in found.demux(list(ways)):
            if packet.stream is film:
                for frame in packet.decode():
                    if not poster:
                        poster = _poster(_turned(_upright(film, frame), frame))
            if packet.dts is None or packet.pts is None:
                continue
            at = float(packet.pts * packet.time_base)
            begin = at if begin is None else min(begin, at)
            longest = max(longest, at - begin)
            if longest > film_s + SLACK_S:
                raise _TooLong(longest)
            packet.stream = ways[packet.stream]
            made.mux(packet)
    if not poster:
        return Answer(BROKEN)
    return Answer(FILM, film.width, film.height, max(longest, 1 / FPS), out.getvalue(), poster)


def _film(found: Any, film: Any, sound: Any, film_s: float) -> Answer:
    film.thread_count = 1
    out = io.BytesIO()
    poster = b""
    longest = 0.0
    width = height = 0
    encoder: Any = None
    voice: Any = None
    graph: Any = None
    resampler = av.AudioResampler("fltp", "mono", SOUND_RATE)
    count = 0
    last = -1
    begin: float | None = None
    with av.open(out, "w", format="mp4") as made:
        for packet in found.demux([stream for stream in (film, sound) if stream is not None]):
            if packet.stream is film:
                for frame in packet.decode():
                    count += 1
                    if count > (film_s + 2) * MAX_FRAMES_PER_S:
                        raise _TooLong(film_s + 2)
                    at = float(frame.time or 0.0)
                    begin = at if begin is None else begin
                    at = max(0.0, at - begin)
                    if at > film_s + SLACK_S:
                        raise _TooLong(at)
                    slot = int(at * FPS + 0.5)
                    if slot <= last:
                        continue
                    last, longest = slot, max(longest, at)
                    if frame.width * frame.height > MAX_FRAME_PIXELS:
                        return Answer(TOO_LARGE, frame.width, frame.height)
                    if encoder is None:
                        graph = _upright(film, frame)
                        first = _turned(graph, frame)
                        width, height = _sides(first.width, first.height)
                        encoder = _encoder(made, width, height)
                        if sound is not None:
                            voice = made.add_stream("aac", rate=SOUND_RATE, layout="mono")
                            voice.bit_rate = 64_000
                        poster = _poster(first)
                        shown = first
                    else:
                        shown = _turned(graph, frame)
                    clean = shown.reformat(width, height, "yuv420p")
                    clean.pts, clean.time_base = slot, Fraction(1, FPS)
                    clean.pict_type = 0
                    made.mux(encoder.encode(clean))
            elif voice is not None:
                for frame in packet.decode():
                    if frame.time is not None and frame.time - (begin or 0) > film_s + SLACK_S:
                        break
                    _sound(made, voice, resampler, frame)
        if encoder is None:
            return Answer(BROKEN)
        if voice is not None:
            _sound(made, voice, resampler, None)
            made.mux(voice.encode(None))
        made.mux(encoder.encode(None))
    return Answer(FILM, width, height, max(longest, 1 / FPS), out.getvalue(), poster)


def _encoder(made: Any, width: int, height: int) -> Any:
    encoder = made.add_stream("libx264", rate=FPS)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.codec_context.time_base = Fraction(1, FPS)
    encoder.options = {"preset": "superfast", "crf": "26", "threads": "1", "maxrate": "2500k",
                       "bufsize": "5000k"}  # fmt: skip
    return encoder


def _sound(made: Any, voice: Any, resampler: Any, frame: Any) -> None:
    for each in resampler.resample(frame):
        each.pts = None
        made.mux(voice.encode(each))


def _upright(film: Any, frame: Any) -> Any:
    """A filter that turns frames as the camera said they are to be seen; None when they stand."""
    turned = int(getattr(frame, "rotation", 0) or 0) % 360
    # a display matrix counts against the clock
    ways = {90: ["cclock"], 180: ["clock", "clock"], 270: ["clock"]}.get(turned)
    if ways is None:
        return None
    graph = av.filter.Graph()
    node = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=film.time_base,
    )
    for way in ways:
        following = graph.add("transpose", way)
        node.link_to(following)
        node = following
    sink = graph.add("buffersink")
    node.link_to(sink)
    graph.configure()
    return graph


def _turned(graph: Any, frame: Any) -> Any:
    if graph is None:
        return frame
    graph.push(frame)
    return graph.pull()


def _poster(frame: Any) -> bytes:
    picture = frame.to_image().convert("RGB")
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    clean = Image.frombytes("RGB", picture.size, picture.tobytes())
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=78, optimize=True)
    return out.getvalue()


def _voice(found: Any, sound: Any, voice_s: float) -> Answer:
    said = _said_seconds(found, sound)
    if said > voice_s + SLACK_S:
        return Answer(VOICE_LONG, seconds=said)
    out = io.BytesIO()
    samples = 0
    resampler = av.AudioResampler("fltp", "mono", SOUND_RATE)
    with av.open(out, "w", format="mp4") as made:
        voice = made.add_stream("aac", rate=SOUND_RATE, layout="mono")
        voice.bit_rate = 48_000
        for packet in found.demux(sound):
            for frame in packet.decode():
                for each in resampler.resample(frame):
                    samples += each.samples
                    if samples > (voice_s + SLACK_S) * SOUND_RATE:
                        return Answer(VOICE_LONG, seconds=samples / SOUND_RATE)
                    each.pts = None
                    made.mux(voice.encode(each))
        if not samples:
            return Answer(BROKEN)
        _sound(made, voice, resampler, None)
        made.mux(voice.encode(None))
    return Answer(VOICE, seconds=samples / SOUND_RATE, film=out.getvalue())


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    try:
        main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
