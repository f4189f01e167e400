"""A page that the test's own client got, shown in a real browser: a picture for the documentation.

The browser asks for what the page names (styles, photos, drawn maps), and the test answers with the
same client: nothing is served, and the story's moment stays what it is.
"""

from __future__ import annotations

from contextvars import copy_context
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from tests.journeys.stories.screens import PICTURED, keep, settle
from tests.serving import DESK, PHONE

from gridward.core import clock

ADDRESS = "http://story.test"


class Camera:
    """Takes pictures in this browser; without one it takes none."""

    browser: Any = None

    def take(
        self,
        name: str,
        client: Client,
        html: str,
        *,
        moment: datetime,
        wide: bool,
        at: str,
    ) -> None:
        """The page with this html, as whoever holds the client sees it."""
        if self.browser is None:
            return
        shape = DESK if wide else PHONE
        context = self.browser.new_context(base_url=ADDRESS, locale="zh-CN", maps=True, **shape)

        with clock.frozen(moment):
            here = copy_context()  # the browser calls from another one

        def answer(route: Any) -> None:
            asked = urlsplit(route.request.url)
            if asked.path == "/story":
                route.fulfill(body=html, content_type="text/html; charset=utf-8")
                return
            if route.request.is_navigation_request():
                route.abort()
                return
            address = asked.path + (f"?{asked.query}" if asked.query else "")
            got = here.run(client.get, address)

            body = b"".join(got.streaming_content) if got.streaming else got.content
            route.fulfill(
                status=got.status_code, body=body, content_type=got.headers.get("Content-Type", "")
            )

        try:
            page = context.new_page()
            page.clock.set_fixed_time(moment)  # else it would sign out who was idle for so long
            page.route("**/*", answer)
            page.goto(f"{ADDRESS}/story")
            settle(page, at)
            keep(name, page.screenshot())
        finally:
            context.close()


camera = Camera()

__all__ = ["PICTURED", "camera"]
