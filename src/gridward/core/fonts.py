"""The Chinese font of the pages as one plain file, for what is drawn or printed by the server.

The front end brings Noto Sans SC (SIL Open Font License) as some hundred variable pieces for
browsers. Pillow and PDF writers want one font with one weight: it is put together once, in a child
process because it takes ten seconds and memory, and kept in GRIDWARD_VAR.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gridward.core.errors import Problem

FAMILY = "Gridward Sans SC"
PIECES = Path(__file__).parents[1] / "web" / "ui" / "static" / "gridward" / "assets"
WEIGHT = 400
MAKING = "2"  # of the font put together here: another number, another file
PATIENCE_S = 180

_lock = threading.Lock()


class FontMissing(Problem):
    code = "font_missing"
    status = 503
    text = _("The Chinese font is not there. Build the front end: python hatch_build.py")


def chinese_font() -> Path:
    """A TrueType file with the Chinese, Latin and common signs, family `FAMILY`, regular weight.

    Made on first use, then only looked up. Raises FontMissing when the front end was not built.
    """
    pieces = sorted(PIECES.glob("noto-sans-sc-*.woff2"))
    if not pieces:
        raise FontMissing()
    # the build puts a digest of the content into each name
    content = "".join([MAKING, *(each.name for each in pieces)])
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    folder = getattr(settings, "GRIDWARD_FONTS", "") or Path(settings.GRIDWARD_VAR, "fonts")
    made = Path(folder, f"gridward-sans-sc-{digest}.ttf")
    if made.is_file():
        return made
    with _lock:
        if not made.is_file():
            _make(made)
    return made


def _make(made: Path) -> None:
    made.parent.mkdir(parents=True, exist_ok=True)
    beside = made.with_name(f".{os.getpid()}-{made.name}")
    command = [sys.executable, "-m", "gridward.core.fonts", str(PIECES), str(beside)]
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        command, capture_output=True, timeout=PATIENCE_S, check=False
    )
    if done.returncode != 0:
        beside.unlink(missing_ok=True)
        raise FontMissing()
    beside.replace(made)


def _put_together(pieces: list[Path], target: Path) -> None:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    glyphs: dict[str, Any] = {}
    widths: dict[str, tuple[int, int]] = {}
    signs: dict[int, str] = {}
    first: Any = None
    for piece in pieces:
        font = instancer.instantiateVariableFont(TTFont(piece), {"wght": WEIGHT}, inplace=True)
        first = first or font
        shapes, measures = font["glyf"], font["hmtx"]
        known: dict[str, str] = {}

        def take(
            name: str,
            shapes: Any = shapes,
            measures: Any = measures,
            known: dict[str, str] = known,
        ) -> str:
            if name in known:
                return known[name]
            given = ".notdef" if name == ".notdef" else f"g{len(glyphs)}"
            known[name] = given
            if given in glyphs:
                return given
            shape = glyphs[given] = shapes[name]
            shape.expand(shapes)
            if shape.isComposite():
                for part in shape.components:
                    part.glyphName = take(part.glyphName)
            shape.removeHinting()
            widths[given] = measures[name]
            return given

        take(".notdef")
        for sign, name in font.getBestCmap().items():
            if sign not in signs:
                signs[sign] = take(name)
    names = first["name"]
    builder = FontBuilder(first["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder([".notdef", *(name for name in glyphs if name != ".notdef")])
    builder.setupCharacterMap(signs)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(widths)
    builder.setupHorizontalHeader(ascent=first["hhea"].ascent, descent=first["hhea"].descent)
    builder.setupNameTable(
        {
            "familyName": FAMILY,
            "styleName": "Regular",
            # PDF writers pass a font by that has none
            "psName": FAMILY.replace(" ", "") + "-Regular",
            "copyright": str(names.getDebugName(0) or ""),
            "licenseDescription": str(names.getDebugName(13) or ""),
        }
    )
    sizes = first["OS/2"]
    builder.setupOS2(
        sTypoAscender=sizes.sTypoAscender,
        sTypoDescender=sizes.sTypoDescender,
        usWinAscent=sizes.usWinAscent,
        usWinDescent=sizes.usWinDescent,
    )
    builder.setupPost(keepGlyphNames=False)
    builder.save(target)


if __name__ == "__main__":
    folder, written = Path(sys.argv[1]), Path(sys.argv[2])
    _put_together(sorted(folder.glob("noto-sans-sc-*.woff2")), written)
