"""Photos at the door: what comes in, what is kept, what is refused."""

import io
import os
import struct
import time
import zlib
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext
from PIL import Image

from gridward.core import jurisdiction
from gridward.core.ids import new_id
from gridward.vault import actions, intake, queries, storage
from gridward.vault.actions import adopt_files, stage_upload
from gridward.vault.errors import (
    FileGone,
    PhotoBroken,
    PhotoEmpty,
    PhotoHeic,
    PhotoTooBig,
    PhotoTooLarge,
    PhotoUnknown,
)
from gridward.vault.models import File

pytestmark = pytest.mark.django_db
TOKEN = "session-1"


def encoded(picture: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def camera_photo(width: int = 640, height: int = 480) -> bytes:
    """A JPEG as a telephone writes it: place, owner, orientation, a small picture, a comment."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "Invented Phones"
    exif[0x013B] = "Zhang the Owner"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (22.0, 34.0, 30.5)
    return encoded(picture, "JPEG", exif=exif, comment=b"taken at home")


def stage(data: bytes) -> queries.StoredFile:
    return stage_upload(io.BytesIO(data), "photo.jpg", TOKEN)


def bare_png(width: int, height: int) -> bytes:
    """A PNG whose head promises more than anybody would draw."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


class TestKept:
    def test_a_photo_is_turned_upright_and_loses_what_the_camera_wrote(self) -> None:
        source = camera_photo()

        kept = stage(source)

        opened = queries.open_file(kept.id)
        picture = Image.open(io.BytesIO(opened.data))
        assert opened.media_type == "image/jpeg"
        assert (picture.format, picture.size) == ("JPEG", (480, 640))
        assert (kept.width, kept.height, kept.bytes) == (480, 640, len(opened.data))
        assert dict(picture.getexif()) == {}
        assert "exif" not in picture.info
        assert "comment" not in picture.info
        for trace in (b"Exif", b"Zhang", b"Invented", b"at home"):
            assert trace in source
            assert trace not in opened.data

    def test_there_is_a_small_picture(self) -> None:
        kept = stage(camera_photo(1600, 1200))

        small = Image.open(io.BytesIO(queries.open_file(kept.id, thumb=True).data))

        assert small.size == (360, 480)

    def test_a_very_wide_photo_is_made_smaller(self) -> None:
        kept = stage(encoded(Image.new("RGB", (6400, 3200), "green"), "JPEG"))

        assert (kept.width, kept.height) == (3200, 1600)

    @pytest.mark.parametrize("format", ["PNG", "WEBP", "GIF"])
    def test_other_formats_become_jpeg_on_white(self, format: str) -> None:
        kept = stage(encoded(Image.new("RGBA", (40, 30), (0, 0, 0, 0)), format))

        picture = Image.open(io.BytesIO(queries.open_file(kept.id).data))
        assert (picture.format, picture.mode) == ("JPEG", "RGB")
        if format != "GIF":
            assert picture.getpixel((20, 15)) == (255, 255, 255)

    def test_only_the_first_picture_of_many_is_kept(self) -> None:
        frames = [Image.new("RGB", (40, 30), shade) for shade in ("white", "black")]
        out = io.BytesIO()
        frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])

        kept = stage(out.getvalue())

        assert Image.open(io.BytesIO(queries.open_file(kept.id).data)).getpixel((1, 1)) == (
            255,
            255,
            255,
        )

    def test_the_file_on_disk_is_encrypted_and_named_by_its_digest(self) -> None:
        kept = stage(camera_photo())

        row = File.objects.get(id=kept.id)
        path = storage.path_of(row.digest)
        assert path.parts[-3:] == ("files", row.digest[:2], row.digest)
        assert b"\xff\xd8\xff" not in path.read_bytes()[:64]
        assert path.stat().st_mode & 0o077 == 0

    def test_the_same_photo_twice_is_two_files(self) -> None:
        one, other = stage(camera_photo()), stage(camera_photo())

        assert File.objects.get(id=one.id).digest != File.objects.get(id=other.id).digest


class TestLinking:
    def test_staged_photos_are_linked_by_who_staged_them(self) -> None:
        one, other = stage(camera_photo()), stage(camera_photo())
        person, reference = actions.new_subject(), f"report:{new_id()}"

        assert adopt_files(
            [one.id, other.id], staged_by=TOKEN, reference=reference, person=person
        ) == [one.id, other.id]

        assert [f.id for f in queries.files_of([reference])[reference]] == [one.id, other.id]
        assert queries.staged_files(TOKEN) == []
        assert queries.files([one.id])[one.id].state == "linked"

    @pytest.mark.parametrize("case", ["another's", "linked already", "unknown"])
    def test_otherwise_none_is_linked(self, case: str) -> None:
        mine, other = stage(camera_photo()), stage(camera_photo())
        second: UUID = other.id
        if case == "another's":
            File.objects.filter(id=other.id).update(staged_by="session-2")
        elif case == "linked already":
            adopt_files([other.id], reference="report:x")
        else:
            second = new_id()

        with pytest.raises(FileGone):
            adopt_files([mine.id, second], staged_by=TOKEN, reference="report:y")

        assert queries.files([mine.id])[mine.id].state == "staged"

    def test_linking_is_one_statement_and_nothing_to_link_is_none(self) -> None:
        photos = [stage(camera_photo()).id for _ in range(3)]
        connection = connections[jurisdiction.current().database]

        with CaptureQueriesContext(connection) as seen:
            adopt_files(photos, staged_by=TOKEN, reference="report:z")
        with CaptureQueriesContext(connection) as nothing:
            assert adopt_files([], staged_by=TOKEN, reference="report:z") == []

        assert [
            q["sql"].split()[0] for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]
        ] == ["UPDATE"]
        assert [q for q in nothing.captured_queries if "SAVEPOINT" not in q["sql"]] == []


class TestRefused:
    """Whatever is sent, the server goes on, says what to do, and keeps nothing."""

    def refused(self, data: bytes, problem: type[Exception]) -> Exception:
        with pytest.raises(problem) as refusal:
            stage(data)
        assert File.objects.count() == 0
        assert list(storage.every()) == []
        assert stage(camera_photo()).width == 480
        return refusal.value

    def test_too_many_bytes(self) -> None:
        said = str(self.refused(b"\xff\xd8\xff" + b"\0" * (14 << 20), PhotoTooBig))

        assert "10" in said

    def test_too_many_bytes_are_not_even_read(self) -> None:
        upload = SimpleUploadedFile("big.jpg", b"x")
        upload.size = 14 * 1024 * 1024 + 1

        with pytest.raises(PhotoTooBig) as refusal:
            stage_upload(upload, "big.jpg", TOKEN)

        assert refusal.value.params == {"size": "14", "max": 10}

    def test_an_empty_file(self) -> None:
        self.refused(b"", PhotoEmpty)

    @pytest.mark.parametrize(
        "data",
        [
            b"\x7fELF\x02\x01\x01" + b"\0" * 200,
            b"MZ\x90\x00" + b"\0" * 200,
            b"#!/bin/sh\nrm -rf /\n",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"%PDF-1.7\n",
            b"GIF89a<script>alert(1)</script>",
            b"\xff\xd8\xff\xe0 not really a photo",
            b"RIFF\0\0\0\0WEBPVP8 nothing",
        ],
        ids=["elf", "exe", "script", "svg", "pdf", "gif-html", "jpeg-head", "webp-head"],
    )
    def test_what_is_no_photo(self, data: bytes) -> None:
        self.refused(data, (PhotoUnknown, PhotoBroken))  # type: ignore[arg-type]

    @pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
    def test_the_photos_of_some_phones(self, brand: bytes) -> None:
        said = self.refused(b"\0\0\0\x18ftyp" + brand + b"\0" * 100, PhotoHeic)

        assert "HEIC" in str(said)

    def test_a_picture_of_200_megapixels(self) -> None:
        said = self.refused(bare_png(20_000, 10_000), PhotoTooLarge)

        assert isinstance(said, PhotoTooLarge)
        assert said.params == {"size": 200, "max": 40}

    def test_a_head_that_promises_the_universe(self) -> None:
        self.refused(bare_png(2**31 - 1, 2**31 - 1), (PhotoTooLarge, PhotoBroken))  # type: ignore[arg-type]

    def test_a_bomb_of_forty_megapixels_in_a_few_bytes_is_only_a_photo(self) -> None:
        flat = encoded(Image.new("RGB", (8000, 5000), "white"), "PNG")
        assert len(flat) < 300_000

        assert stage(flat).width == 3200

    def test_a_photo_cut_short(self) -> None:
        noise = encoded(Image.effect_noise((400, 400), 90).convert("RGB"), "JPEG")

        self.refused(noise[: len(noise) // 2], PhotoBroken)

    def test_text_chunks_that_swell(self) -> None:
        picture = bare_png(10, 10)
        text = zlib.compress(b"\0" * (80 << 20), 9)
        data = b"k\0\0" + text
        chunk = (
            struct.pack(">I", len(data))
            + b"zTXt"
            + data
            + struct.pack(">I", zlib.crc32(b"zTXt" + data))
        )

        self.refused(picture[:33] + chunk + picture[33:], (PhotoBroken, PhotoUnknown))  # type: ignore[arg-type]


class TestDecoder:
    def test_a_decoder_that_dies_is_replaced(self) -> None:
        stage(camera_photo())
        for decoder in intake._waiting:
            decoder.child.kill()
            decoder.child.wait()

        assert stage(camera_photo()).width == 480

    def test_a_decoder_that_hangs_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(intake, "PATIENCE_S", 0.3)
        stage(camera_photo())
        os.kill(intake._waiting[-1].child.pid, 19)  # stopped: it answers nothing

        started = time.monotonic()
        with pytest.raises(PhotoBroken):
            stage(camera_photo())

        assert time.monotonic() - started < 5
        monkeypatch.setattr(intake, "PATIENCE_S", 20.0)
        assert stage(camera_photo()).width == 480

    def test_a_warm_decoder_is_used_again(self) -> None:
        stage(camera_photo())
        before = [decoder.child.pid for decoder in intake._waiting]

        stage(camera_photo())

        assert [decoder.child.pid for decoder in intake._waiting] == before
