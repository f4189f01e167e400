"""Answering with a part of something large: films that are wound on, tiles out of one file."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
MOST_BYTES = 4 << 20  # one answer; whoever wants more asks again


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte that a Range header asks for, cut to what is there; None for no range.

    Raises ValueError when nothing of it is there. Several ranges at once count as none (RFC 9110
    §14.2 lets a server leave the header out of account).
    """
    found = ONE_RANGE.match(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:  # the last so many bytes
        length = int(found[2])
        if length == 0 or size == 0:
            raise ValueError("an empty end")
        return max(0, size - length), size - 1
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if first > last:
        raise ValueError("behind the end")
    return first, last


def ranged(
    request: HttpRequest,
    *,
    size: int,
    read: Callable[[int, int], bytes],
    content_type: str,
    etag: str,
    cache: str,
) -> HttpResponse:
    """The whole or the part that was asked for: 200, 206, 304 or 416.

    size: bytes in all; read(first, length) gives bytes; etag: quoted, changes with the content
    """
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Cache-Control": cache}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    wanted = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        wanted = ""
    try:
        part = asked_range(wanted, size)
    except ValueError:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if part is None:
        return HttpResponse(read(0, size), content_type=content_type, headers=headers)
    first, last = part[0], min(part[1], part[0] + MOST_BYTES - 1)
    return HttpResponse(
        read(first, last - first + 1),
        status=206,
        content_type=content_type,
        headers={**headers, "Content-Range": f"bytes {first}-{last}/{size}"},
    )
