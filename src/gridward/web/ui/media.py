"""Photos, films and voice notes: in by one door, out of the encrypted store whole or in parts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gridward.catalog.queries import catalogue
from gridward.core.errors import Problem
from gridward.vault import actions as intake
from gridward.vault import queries as vault
from gridward.vault.rules import MAX_MEDIA_BYTES
from gridward.web.ui.pages import Photo
from gridward.web.ui.ranges import ranged

MEDIA_MB_MAX = MAX_MEDIA_BYTES >> 20


def take_in(
    upload: UploadedFile[Any], staged_by: str, *, photos_only: bool = False
) -> vault.StoredFile:
    """An upload of any page or of the API, staged within what the settings in force allow: size
    of a photo, seconds of a film and of a voice note.

    staged_by: the token under which it is linked later. Not to be called inside an action.
    Raises whatever `stage_upload` refuses.
    """
    settings = catalogue().settings
    return intake.stage_upload(
        upload,
        upload.name or "",
        staged_by,
        film_s=settings.video_seconds,
        voice_s=settings.voice_seconds,
        photo_bytes=settings.photo_mb_max << 20,
        photos_only=photos_only or not (settings.video_seconds or settings.voice_seconds),
    )


def said_again(request: HttpRequest, problem: Problem) -> str:
    """Why a step was refused; where files came with it, that they have to be chosen again, because
    a browser cannot be given them back."""
    if not any(request.FILES.values()):
        return problem.message
    return f"{problem.message} {_('Please choose the photos again.')}"


def file_answer(
    request: HttpRequest, file_id: UUID, *, thumb: bool, cache: str = "private, max-age=600"
) -> HttpResponse:
    """The file, or its small picture; parts of it for whoever winds a film on.

    Whether the asker may see it was decided before. Raises FileGone.
    """
    opened = vault.open_file(file_id, thumb=thumb)
    answer = ranged(
        request,
        size=len(opened.data),
        read=lambda first, length: opened.data[first : first + length],
        content_type=opened.media_type,
        etag=f'"{file_id.hex}-{"s" if thumb else "w"}"',
        cache=cache,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def picture_of(
    address: str, *, media: str = "photo", seconds: float | None = None, caption: str = ""
) -> Photo:
    """A file of a case as pages draw it; its small picture stands at ?small=1."""
    small = "" if media == "voice" else f"{address}?small=1"
    length = "" if seconds is None else f"0:{round(seconds):02d}" if seconds < 59.5 else "1:00"
    return Photo(address, small, caption, media, length)
