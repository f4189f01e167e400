"""Moments, spans, clocks and maps as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from gridward.web.ui import assets, maps, words
from gridward.web.ui.icons import ICONS

NOW = datetime(2026, 11, 20, 7, 4, tzinfo=UTC)  # 15:04 in Jiangmen's zone


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(days=1, hours=2, minutes=5), "1天2小时", "1 d 2 h"),
        (timedelta(hours=3), "3小时", "3 h"),
        (timedelta(minutes=61), "1小时1分钟", "1 h 1 min"),
        (timedelta(seconds=5), "1分钟", "1 min"),
        (timedelta(days=2, minutes=7), "2天", "2 d"),
    ],
)
def test_a_span_shows_its_two_largest_parts(span: timedelta, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert words.span_words(span) == zh
    with translation.override("en"):
        assert words.span_words(span) == en


def test_a_moment_stands_in_the_towns_own_zone_and_names_another_year() -> None:
    with translation.override("zh-hans"):
        assert words.moment_words(NOW, now=NOW) == "11月20日15:04"
        assert words.moment_words(NOW.replace(year=2025), now=NOW) == "2025年11月20日15:04"
    with translation.override("en"):
        assert words.moment_words(NOW, now=NOW) == "20 Nov 15:04"


@pytest.mark.parametrize(
    ("hours", "kind", "light", "text"),
    [
        (26, "left", "yellow", "还剩 1天2小时"),
        (2, "today", "yellow", "今天 17:04 到期"),
        (-3, "late", "red", "已超期 3小时"),
    ],
)
def test_a_clock_says_what_is_left_when_it_ends_today_and_how_late_it_is(
    hours: int, kind: str, light: str, text: str
) -> None:
    with translation.override("zh-hans"):
        pill = words.clock_pill(
            due=NOW + timedelta(hours=hours), warn_at=NOW - timedelta(hours=1), now=NOW
        )

    assert (pill.kind, pill.light, pill.text) == (kind, light, text)


def test_a_stopped_clock_says_so() -> None:
    with translation.override("zh-hans"):
        assert words.clock_pill(due=NOW, paused=True, now=NOW).text == "暂停计时"


def test_a_receipt_is_shown_in_groups_of_four() -> None:
    assert words.receipt_words("000123456784") == "0001 2345 6784"


def test_a_pixel_of_the_picture_map_and_its_point_are_each_others_inverse() -> None:
    window = maps.window_of((113.10, 22.60, 113.12, 22.62))

    lng, lat = window.point(123, 45)
    x, y = window.pixel(lng, lat)

    assert (round(x, 6), round(y, 6)) == (123, 45)
    corners = [window.pixel(113.10, 22.62), window.pixel(113.12, 22.60)]
    assert all(0 <= cx <= maps.WIDTH and 0 <= cy <= maps.HEIGHT for cx, cy in corners)


@pytest.mark.parametrize("key", ["", "1,2", "a,b,c", "nan,1,1", "1,2,inf", "500,1,1", "1,1,0"])
def test_a_window_that_no_page_gave_is_none(key: str) -> None:
    assert maps.window_from(key) is None


def test_the_built_files_are_found_and_named_once() -> None:
    found = assets.assets()

    if found.styles or found.scripts:  # not built: pages work without
        assert len(found.styles) == len(found.scripts) == 1


def test_every_icon_has_an_outline() -> None:
    assert all(paths and all(path[0] in "Mm" for path in paths) for paths in ICONS.values())
