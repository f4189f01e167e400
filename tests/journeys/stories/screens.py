"""People in front of a real browser, with script or without: what they see, fill in, press."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from PIL import Image
from tests.journeys.conftest import PICTURED, axe_faults, jpeg

from gridward.web.cli.demo.scenes import painted

IMAGES = Path(__file__).parents[3] / "docs" / "images" / "stories"
IMAGE_BYTES = 250_000
PHONE_WIDE, DESK_WIDE = 390, 1200  # of a picture, in pixels
UPWARD = """(at) => {
    const found = at && document.querySelector(at)
    window.scrollTo(0, found ? found.getBoundingClientRect().top + window.scrollY - 72 : 0)
}"""


def settle(page: Any, at: str) -> None:
    """Waits until photos and maps are drawn, with this part of the page near the upper edge."""
    page.wait_for_load_state()
    page.evaluate(UPWARD, at)
    page.evaluate("document.activeElement && document.activeElement.blur()")
    low = page.viewport_size["height"] - 80
    for ground in page.locator(".gw-map").all():
        box = ground.bounding_box()  # a map out of sight is not drawn
        if box and box["y"] < low and box["y"] + box["height"] > 0:
            ground.and_(page.locator("[data-map-ready]")).wait_for(timeout=90_000)
            page.wait_for_timeout(1_000)
    for _try in range(100):
        if page.evaluate("[...document.images].every(one => one.complete)"):
            break
        page.wait_for_timeout(200)


def keep(name: str, png: bytes) -> None:
    """Writes a screenshot for the documentation, small and in few colours."""
    shot = Image.open(io.BytesIO(png)).convert("RGB")
    wide = PHONE_WIDE if shot.width < shot.height else DESK_WIDE
    shot = shot.resize((wide, round(shot.height * wide / shot.width)), Image.Resampling.LANCZOS)
    kept = io.BytesIO()
    shot.quantize(192).save(kept, "PNG", optimize=True)
    assert len(kept.getvalue()) < IMAGE_BYTES, name
    IMAGES.mkdir(parents=True, exist_ok=True)
    (IMAGES / f"{name}.png").write_bytes(kept.getvalue())


class Screen:
    """A page in the hands of one person. script: whether the browser runs any."""

    def __init__(self, page: Any, *, script: bool = True) -> None:
        self.page, self.script = page, script

    def opens(self, address: str) -> Screen:
        self.page.goto(address)
        return self

    def follows(self, part: str) -> Screen:
        """The first link with this in its words, or in its address where it begins with /."""
        links = self.page.locator("main")
        named = links.locator(f"a[href*='{part}']" if part[0] == "/" else "a")
        (named if part[0] == "/" else named.filter(has_text=part)).first.click()
        self.page.wait_for_load_state()
        return self

    def sees(self, *words: str) -> None:
        said = self.page.locator("main").inner_text()
        for each in words:
            assert each in said, f"{each!r} is not on {self.page.url}: {said[:400]}"

    def is_sound(self) -> None:
        """Axe finds nothing wrong with the page."""
        if self.script:
            assert axe_faults(self.page) == [], self.page.url

    def fills(self, form: Any, **given: Any) -> None:
        """Fields by name; a choice by its words, photos by their colour."""
        for name, value in given.items():
            field = form.locator(f"[name={name}]")
            kind = field.first.evaluate("one => one.type") if self.script else _kind(field.first)
            if kind in ("radio", "checkbox"):
                for each in value if isinstance(value, list) else [value]:
                    form.locator("label", has_text=each).first.click()
            elif kind.startswith("select"):
                option = field.locator("option", has_text=value).first
                field.select_option(option.get_attribute("value"))
            elif kind == "file":
                field.set_input_files([_file(value)])
            else:
                field.fill(value)

    def form(self, key: str) -> Any:
        """The form of a step, opened."""
        step = self.page.locator(f"#step-{key}")
        if step.get_attribute("open") is None:
            step.locator("summary").first.click()
        return step

    def takes(self, key: str, **given: Any) -> None:
        """Fills in the form of a step and presses its button."""
        form = self.form(key)
        self.fills(form, **given)
        self.presses(form)

    def presses(self, form: Any) -> None:
        with self.page.expect_navigation():
            form.locator("button:not([type=button])").last.click()
        self.page.wait_for_load_state()

    def state(self) -> str:
        """The state that a page of an event shows."""
        return str(self.page.locator(".gw-case-top .gw-badge").first.inner_text()).strip()

    def points_at_the_first_grid(self) -> None:
        """A tap near the upper left corner of the map: of the drawn one, or of the picture."""
        if self.script:
            self.page.locator("#place").scroll_into_view_if_needed()
            ground = self.page.locator(".gw-map[data-map-ready]")
            ground.wait_for(timeout=60_000)
        else:
            ground = self.page.locator("input[type=image]:visible")
        ground.scroll_into_view_if_needed()
        box = ground.bounding_box()
        side = min(box["width"], box["height"]) - 32
        at = {"x": box["width"] / 2 - 0.35 * side, "y": box["height"] / 2 - 0.35 * side}
        ground.click(position=at)
        self.page.locator("[data-place-target=found] span").wait_for()

    def is_pictured(self, name: str, at: str = "") -> None:
        """Kept for the documentation, when it is asked for. at: what stands near the upper edge"""
        if not self.script or not PICTURED:
            return
        settle(self.page, at)
        keep(name, self.page.screenshot())


def _file(colour: str) -> dict[str, Any]:
    """A photo of this colour; in the documentation's pictures, of a cover before or after."""
    made = jpeg(colour)
    if PICTURED:
        drawn = io.BytesIO()
        painted("cover", 4, fixed=colour == "green").save(drawn, "JPEG")
        made["buffer"] = drawn.getvalue()
    return made


def _kind(field: Any) -> str:
    """What kind of field it is, read from the page as it is written."""
    tag = next(
        (each for each in ("select", "textarea") if field.and_(field.page.locator(each)).count()),
        "",
    )
    return tag or str(field.get_attribute("type") or "text")


def number_and_code(words: str) -> tuple[str, str]:
    """What the resident is to be told, as it stands in the message."""
    found = re.search(r"(\d{4} \d{4} \d{4}).*?([A-Z0-9]{6})", words, re.DOTALL)
    assert found is not None, words
    return found[1].replace(" ", ""), found[2]
