"""Plates for grids and minimal units: a QR code that opens the report at the place, who looks
after it and the duty desk's number, as PDF in A4 or A6. Only what is published is printed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import segno
import typst
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.core import fonts
from gridward.core.errors import Problem
from gridward.directory import grounds
from gridward.territory import queries as territory
from gridward.territory.rules import AreaView
from gridward.web.ui.staff import name_of

SIZES = {"a4": (210, 297), "a6": (105, 148)}
MOST = 2000


class NoAddress(Problem):
    code = "no_portal_address"
    status = 422
    text = gettext_lazy(
        "The QR codes need the portal's address. Set GRIDWARD_ADDRESS, or give --address."
    )


class TooManyPlates(Problem):
    code = "too_many_plates"
    status = 422
    text = gettext_lazy(
        "%(count)s plates are too many for one file; the limit is %(most)s. Print street by street."
    )


class NoPlates(Problem):
    code = "no_plates"
    status = 422
    text = gettext_lazy("There is no grid or minimal unit in %(area)s to print a plate for.")


def plate_areas(area_id: int) -> list[AreaView]:
    """The areas that get a plate: the area itself when it is a grid or smaller, else every grid
    and minimal unit in it, each grid before its units. Raises NoSuchArea, NoPlates."""
    here = territory.ground()
    area = here.area(area_id)
    first = _first_level()
    if area.level >= first:
        return [area]
    found: list[AreaView] = []
    line = list(reversed(here.children(area_id)))
    while line:
        one = line.pop()
        if one.level >= first:
            found.append(one)
        line.extend(reversed(here.children(one.id)))
    if not found:
        raise NoPlates(area=area.name)
    return found


def plates_pdf(areas: Sequence[AreaView], *, size: str, address: str) -> bytes:
    """A PDF with one plate a page. size: a4 or a6; address: of the portal, without a slash.

    Chinese first, English below. Raises NoAddress, TooManyPlates, FontMissing.
    """
    if not address:
        raise NoAddress()
    if len(areas) > MOST:
        raise TooManyPlates(count=len(areas), most=MOST)
    font = fonts.chinese_font()
    contacts = grounds.public_contacts([area.id for area in areas])
    files: dict[str, bytes] = {}
    plates = []
    for n, area in enumerate(areas):
        link = address + reverse("portal:at", args=[area.code])
        drawn = io.BytesIO()
        segno.make(link, error="q", micro=False).save(
            drawn, kind="svg", border=0, xmldecl=False, omitsize=True
        )
        files[f"qr{n}.svg"] = drawn.getvalue()
        plates.append(_words(area, contacts[area.id], link) | {"qr": f"qr{n}.svg"})
    width, height = SIZES[size]
    files["plates.json"] = json.dumps(
        {"width": width, "height": height, "small": size == "a6", "plates": plates},
        ensure_ascii=False,
    ).encode()
    files["main"] = TEMPLATE.encode()
    made: bytes = typst.compile(  # type: ignore[call-overload]  # files by name are not in its stubs
        files, font_paths=[font.parent], ignore_system_fonts=True, format="pdf"
    )
    return made


def portal_address(fallback: str = "") -> str:
    """Where residents reach the portal: as set, else as whoever asks reached it."""
    return str(settings.GRIDWARD_ADDRESS or fallback).rstrip("/")


def _first_level() -> int:
    """From which level on areas get plates: grids, or what a scheme without grids has lowest."""
    scheme = territory.scheme()
    found = [level.number for level in scheme.levels if level.key == "grid"]
    return found[0] if found else scheme.deepest


def _words(area: AreaView, contact: grounds.PublicContact, link: str) -> dict[str, object]:
    duty = contact.desk_phone or contact.duty_phone
    said: dict[str, object] = {"code": area.code, "link": link, "synthetic": area.synthetic}
    for language, key in (("zh-hans", "zh"), ("en", "en")):
        with translation.override(language):
            lines = []
            if contact.worker_name or contact.worker_phone:
                who = " ".join(p for p in (contact.worker_name, contact.worker_phone) if p)
                lines.append([_("Grid worker"), who])
            if duty:
                lines.append([_("Duty desk"), duty])
            said[key] = {
                "tagline": _("Every matter settled, every voice answered"),
                "name": territory.chain_names([area.id])[0],
                "path": territory.path_name(area.parent_id) if area.parent_id else "",
                "level": territory.level_title(area.level),
                "scan": _("Scan to report a problem here"),
                "lines": lines,
                "desk": name_of(contact.desk),
                "danger": _("In danger? First call 110 (police), 119 (fire) or 120 (ambulance)."),
                "generated": _(
                    "These boundaries were generated; they are not administrative lines."
                ),
            }
    return said


TEMPLATE = """
#let d = json("plates.json")
#let k = if d.small { 1.0 } else { 2.0 }
#set page(width: d.width * 1mm, height: d.height * 1mm, margin: 0mm)
#set text(font: "Gridward Sans SC", size: 8pt * k, fill: rgb("#1c2b29"), lang: "zh")
#set par(leading: 0.55em, spacing: 0.7em)
#let plate(p) = {
  block(width: 100%, height: 100%, {
    block(width: 100%, fill: rgb("#0f5c53"), inset: (x: 8mm * k, y: 5mm * k), spacing: 0pt, {
      set text(fill: white)
      text(size: 11pt * k, p.zh.tagline)
      linebreak()
      text(size: 6.5pt * k, p.en.tagline)
    })
    block(width: 100%, inset: (x: 8mm * k, y: 4mm * k), spacing: 0pt, {
      set align(center)
      let long = p.zh.name.clusters().len() > 12
      text(size: (if long { 12pt } else { 16pt }) * k, p.zh.name)
      linebreak()
      text(size: 7pt * k, fill: rgb("#51615f"), p.zh.path)
      if p.en.name != p.zh.name {
        linebreak()
        text(size: 6pt * k, fill: rgb("#51615f"), p.en.name)
      }
      v(2mm * k)
      image(p.qr, width: 46mm * k)
      v(1.5mm * k)
      text(size: 12pt * k, p.zh.scan)
      linebreak()
      text(size: 7pt * k, fill: rgb("#51615f"), p.en.scan)
      v(1.5mm * k)
      line(length: 100%, stroke: 0.4pt + rgb("#b9c7c4"))
      v(1mm * k)
      for (zh, en) in p.zh.lines.zip(p.en.lines) {
        grid(columns: (auto, 1fr), column-gutter: 3mm * k, align: (left + horizon, right + horizon),
          {
            text(size: 9pt * k, zh.at(0))
            text(size: 6pt * k, fill: rgb("#51615f"), "  " + en.at(0))
          },
          text(size: 11pt * k, zh.at(1)))
        v(0.6mm * k)
      }
    })
    place(bottom, block(width: 100%, inset: (x: 8mm * k, y: 4mm * k), {
      set text(size: 6.5pt * k)
      set par(leading: 0.45em, spacing: 0.5em)
      text(fill: rgb("#a8211a"), p.zh.danger)
      linebreak()
      text(size: 5.5pt * k, fill: rgb("#a8211a"), p.en.danger)
      v(0.5mm * k)
      text(size: 5.5pt * k, fill: rgb("#51615f"), p.code + "  ·  " + p.link)
      if p.synthetic {
        linebreak()
        text(size: 5pt * k, fill: rgb("#51615f"), p.zh.generated)
      }
    }))
  })
}
#for (n, p) in d.plates.enumerate() {
  if n > 0 { pagebreak() }
  plate(p)
}
"""
