"""Tags and filters of the templates: icons, built files, moments in words."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from gridward.web.ui import words
from gridward.web.ui.assets import assets
from gridward.web.ui.icons import ICONS

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A line icon, drawn inline and hidden from screen readers: `{% icon "map-pin" %}`."""
    if name not in ICONS:
        raise KeyError(f"no icon {name!r} in gridward.web.ui.icons")
    paths = "".join(f'<path d="{data}"/>' for data in ICONS[name])
    return format_html(
        '<svg class="gw-icon {}" width="20" height="20" viewBox="0 0 24 24" aria-hidden="true" '
        'focusable="false">{}</svg>',
        extra,
        mark_safe(paths),  # noqa: S308 - our own table of outlines
    )


@register.simple_tag
def styles() -> SafeString:
    """The link elements of the built style sheets."""
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(name),) for name in assets().styles)
    )


@register.simple_tag
def scripts() -> SafeString:
    """The script elements of the built front end; modules wait for the page by themselves."""
    return format_html_join(
        "\n",
        '<script type="module" src="{}"></script>',
        ((static(name),) for name in assets().scripts),
    )


@register.simple_tag
def basemap() -> str:
    """What a map in the page is told of the base map, as JSON; empty when none is configured."""
    found = settings.GRIDWARD_MAP
    return json.dumps(found.for_page(), ensure_ascii=False) if found.is_there else ""


@register.filter
def moment(value: datetime | None) -> str:
    """11月26日17:30"""
    return words.moment_words(value) if value else ""


@register.filter
def day(value: datetime | None) -> str:
    """11月26日"""
    return words.day_words(value) if value else ""


@register.filter
def receipt(value: str) -> str:
    """0000 1234 5678 1234"""
    return words.receipt_words(value)


@register.filter
def phone_link(value: str) -> SafeString:
    """A telephone number that is dialled by a tap."""
    return format_html('<a class="gw-num" href="tel:{}">{}</a>', value.replace(" ", ""), value)


@register.filter
def machine_time(value: datetime | None) -> str:
    """The moment for <time datetime>."""
    return value.isoformat(timespec="seconds") if value else ""


@register.filter
def item(mapping: Any, key: str) -> Any:
    """mapping[key], or nothing."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def clock_time(value: datetime | None) -> str:
    """17:30"""
    return words.time_words(value) if value else ""
