"""The font that the server draws and prints with."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import ImageFont

from gridward.core import fonts
from gridward.core.fonts import FontMissing, chinese_font


def test_the_font_holds_chinese_latin_and_the_signs_of_a_stamp() -> None:
    found = ImageFont.truetype(str(chinese_font()), 24)

    missing = found.getmask("\U000f0000").getbbox()
    for sign in "龘井盖街道社区网格·，。：（）0Ag":
        drawn = found.getmask(sign)
        assert drawn.getbbox() is not None, sign
        if sign not in "·，。：":
            assert (drawn.getbbox(), bytes(drawn)) != (missing, b""), sign
    assert found.getname() == (fonts.FAMILY, "Regular")


def test_the_second_call_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = chinese_font()

    def never(*args: Any, **more: Any) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(fonts, "_make", never)

    assert chinese_font() == first


def test_without_a_built_front_end_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(fonts, "PIECES", tmp_path)

    with pytest.raises(FontMissing) as said:
        chinese_font()

    assert "hatch_build.py" in said.value.message
