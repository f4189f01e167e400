"""Every route says who may enter, and nobody else gets in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from ninja import NinjaAPI

from gridward.web.entrance import MEANING

pytestmark = pytest.mark.guard

SAMPLES = {
    "uuid": str(uuid.UUID(int=7 << 76 | 2 << 62)),
    "int": "1",
    "str": "x",
    "slug": "x",
    "path": "x",
}


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """(route, view) of everything the product answers, API operations left to their own guard."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        else:
            yield from routes(entry, route)


def is_api(view: Any) -> bool:
    return str(getattr(view, "__module__", "")).startswith("ninja")


def test_every_route_says_who_may_enter() -> None:
    silent = [
        route
        for route, view in routes()
        if not route.startswith("api/") and getattr(view, "entrance", None) not in MEANING
    ]

    assert not silent, "\n".join(silent)


def test_nobody_enters_where_staff_works(client: Client, db: None) -> None:
    open_doors = []
    for route, view in routes():
        if getattr(view, "entrance", "") not in ("staff", "account"):
            continue
        path = "/" + re.sub(
            r"<(?:(\w+):)?\w+>", lambda m: SAMPLES.get(m.group(1) or "str", "x"), route
        )
        for method in (client.get, client.post):
            status = method(path).status_code
            if status not in (302, 401, 403, 404, 405):
                open_doors.append(f"{path}: {status}")

    assert not open_doors, "\n".join(open_doors)


def test_every_operation_of_the_api_says_who_may_call_it() -> None:
    api = next((v for r, v in routes() if is_api(v)), None)
    if api is None:
        return
    from gridward.web.api import urls

    found = next(v for v in vars(urls).values() if isinstance(v, NinjaAPI))
    silent = []
    for prefix, router in found._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                who = getattr(operation.view_func, "entrance", None)
                if who not in MEANING:
                    silent.append(f"{operation.methods} {prefix}{path}")

    assert not silent, "\n".join(silent)
