"""A report from a form: the same reading, staging and drawing for residents and grid workers.

Without script every press of the picture map sends the form; nothing typed and no photo is lost
by that, because photos are staged at once and everything else is drawn again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases import actions as cases
from gridward.cases import errors
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core.errors import Problem
from gridward.core.ids import new_id
from gridward.territory import queries as territory
from gridward.territory.rules import AreaView, Ground
from gridward.vault import queries as files
from gridward.vault import rules as vault_rules
from gridward.web.ui import maps, words
from gridward.web.ui.media import MEDIA_MB_MAX, take_in
from gridward.web.ui.pages import Choice, Photo, ReportForm
from gridward.web.ui.views import place_name

TEXTS = ("words", "place_words", "datum", "area", "matter", "phone", "name")


@dataclass(frozen=True, slots=True)
class Asked:
    """What came with the form. pick: the pixel pressed on the picture map; window: of that map;
    left_out: a photo that was received before was taken out."""

    client_id: str
    values: dict[str, str] = field(default_factory=dict)
    point: tuple[float, float] | None = None
    window: maps.Window | None = None
    pick: tuple[float, float] | None = None
    staged: tuple[UUID, ...] = ()
    left_out: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def goes_on(self) -> bool:
        """Whether the form is only to be drawn again: whoever fills it in has not sent it yet."""
        return self.pick is not None or self.left_out

    @property
    def token(self) -> str:
        """Who staged the photos of this form."""
        return f"form:{self.client_id}"


def notice_version() -> str:
    """The version of what reporters are told of their data, as the packs have it."""
    notice = catalogue().privacy_for("reporter")
    return notice.version if notice is not None else ""


def blank() -> Asked:
    """A form that nobody has touched."""
    return Asked(client_id=new_id().hex)


def read(request: HttpRequest) -> Asked:
    """The form that was sent, its photos staged; faults stand in `errors`, nothing is raised."""
    post = request.POST
    asked = Asked(
        client_id=_client_id(post.get("client_id", "")),
        values={name: post.get(name, "").strip() for name in TEXTS},
        point=_point(post),
        window=maps.window_from(post.get("window", "")),
        pick=_pixel(post),
    )
    return _with_point(_with_photos(asked, request))


def read_point(request: HttpRequest) -> Asked:
    """What the form says so far of words, matter and place; nothing is staged."""
    post = request.POST
    return Asked(
        client_id="",
        values={name: post.get(name, "").strip() for name in TEXTS},
        point=_point(post),
    )


def _client_id(text: str) -> str:
    return text if text.isalnum() and 16 <= len(text) <= 64 else new_id().hex


def _point(post: QueryDict) -> tuple[float, float] | None:
    try:
        lng, lat = float(post.get("lng", "")), float(post.get("lat", ""))
    except ValueError:
        return None
    return (lng, lat) if math.isfinite(lng) and math.isfinite(lat) else None


def _pixel(post: QueryDict) -> tuple[float, float] | None:
    """The pixel pressed, on the picture's own scale. A phone shows it smaller, as `small`."""
    for name, shown in (("pick", maps.WIDTH), ("small", maps.SMALL_WIDTH)):
        x, y = post.get(f"{name}.x", ""), post.get(f"{name}.y", "")
        if x.isdecimal() and y.isdecimal() and len(x + y) < 9:
            scale = maps.WIDTH / shown
            return int(x) * scale, int(y) * scale
    return None


def _with_photos(asked: Asked, request: HttpRequest) -> Asked:
    """The photos received before, and the new ones staged."""
    out = request.POST.get("leave_out", "")
    kept = [UUID(one) for one in request.POST.getlist("staged") if _is_uuid(one) and one != out]
    known = {one.id: one for one in files.staged_files(asked.token)} if kept else {}
    staged = [one for one in kept if one in known]
    said = dict(asked.errors)
    most = catalogue().settings.photos_max
    media = {one for one in staged if known[one].media != "photo"}
    for upload in request.FILES.getlist("photos"):
        if len(staged) - len(media) >= most:
            said["photos"] = _("No more than %(n)s photos; the first %(n)s are kept.") % {"n": most}
            break
        try:
            staged.append(take_in(upload, asked.token, photos_only=True).id)
        except Problem as problem:
            said["photos"] = problem.message
    for upload in request.FILES.getlist("media")[:1]:
        try:
            if media:
                raise errors.OneFilm()
            staged.append(take_in(upload, asked.token).id)
        except Problem as problem:
            said["media"] = problem.message
    return replace(asked, staged=tuple(staged), left_out=bool(out), errors=said)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _with_point(asked: Asked) -> Asked:
    """A press on the picture map becomes a point and a closer look."""
    if asked.pick is None:
        return asked
    window = asked.window or whole_window()
    if window is None:
        return asked
    lng, lat = window.point(*asked.pick)
    values = asked.values | {"datum": "wgs84"}
    point = (round(lng, 6), round(lat, 6))
    return replace(asked, values=values, point=point, window=window.around(*point))


def whole_window() -> maps.Window | None:
    """The picture of everything; None before any area was drawn."""
    bounds = maps.bounds_of(maps.top_areas())
    return maps.window_of(bounds) if bounds else None


def send(
    asked: Asked,
    *,
    channel: cases.Channel,
    by: Viewer | None = None,
    settled: cases.Settled | None = None,
    join: UUID | None = None,
) -> tuple[cases.Receipt | None, Asked]:
    """Submit what was asked; the receipt, or the form with what has to be mended.

    settled: what the reporter (a member of staff) settled on the spot; told in the same act;
    join: the open case nearby that it is the same as
    """
    asked = mended(asked)
    if asked.errors:
        return None, asked
    values = asked.values
    told = _told(asked)
    try:
        if settled is not None and by is not None:
            receipt = cases.report_and_settle(
                replace(told, matter=settled_matter(settled.condition) or told.matter),
                settled,
                by=by,
                channel=channel,
                client_id=asked.client_id,
                staged_by=asked.token,
            )
            return receipt, asked
        receipt = cases.submit_report(
            [told],
            contact=cases.Contact(phone=values.get("phone", ""), name=values.get("name", "")),
            channel=channel,
            client_id=asked.client_id,
            staged_by=asked.token,
            by=by,
            join=join,
        )
    except Problem as problem:
        if settled is None:
            raise
        return None, replace(asked, errors={"settled": problem.message})
    return receipt, asked


def mended(asked: Asked) -> Asked:
    """The form with what still has to be mended in it, looked at before anything is asked back."""
    if asked.errors:
        return asked
    phone = asked.values.get("phone", "")
    if phone and not vault_rules.is_dialable(phone):
        said = _("This is not a phone number. Please check it, or leave it empty.")
        return replace(asked, errors={"phone": said})
    try:
        cases.checked(_told(asked))
    except (errors.NothingSaid, errors.WordsTooLong) as problem:
        return replace(asked, errors={"words": problem.message})
    except errors.PlaceOutOfRange as problem:
        return replace(asked, point=None, errors={"place": problem.message})
    return asked


def _told(asked: Asked) -> cases.Told:
    values = asked.values
    lng, lat = asked.point or (None, None)
    return cases.Told(
        words=values.get("words", ""),
        place=cases.Place(
            lng=lng,
            lat=lat,
            datum=values.get("datum") or "wgs84",
            words=values.get("place_words", ""),
            area=known_area(values.get("area", "")) if asked.point is None else None,
        ),
        matter=values.get("matter", ""),
        photos=asked.staged,
    )


def known_area(text: str) -> int | None:
    """The area in force that was chosen; anything else chooses none."""
    if not text.isdecimal() or len(text) > 18:
        return None
    known = territory.ground().areas.get(int(text))
    return known.id if known is not None and known.closed_on is None else None


def settled_matter(condition: str) -> str:
    """The matter that a filing condition belongs to; empty when there is no such condition."""
    found = catalogue().conditions.get(condition)
    return found.matter if found is not None else ""


def form_of(
    asked: Asked, *, staged_photo: str, problem: str = "", usual: Sequence[str] = ()
) -> ReportForm:
    """The form as it is drawn. staged_photo: name of the route that shows a staged photo; usual:
    matters that stand first once more, because they are chosen most."""
    book = catalogue()
    window = asked.window or whole_window()
    values = dict(asked.values)
    picture = found = ""
    if asked.point is not None:
        values |= {"lng": f"{asked.point[0]:.6f}", "lat": f"{asked.point[1]:.6f}"}
        found = place_name(*asked.point)
    if window is not None:
        given = {"window": window.key}
        if asked.point is not None:
            given["pin"] = f"{asked.point[0]:.6f},{asked.point[1]:.6f}"
        picture = f"{reverse('ui:map-picture')}?{urlencode(given)}"
    lng, lat = asked.point or (None, None)
    stored = files.files(asked.staged) if asked.staged else {}
    kinds = {one: stored[one].media for one in asked.staged if one in stored}
    has_film = any(media != "photo" for media in kinds.values())
    return ReportForm(
        client_id=asked.client_id,
        values=values,
        errors=asked.errors,
        areas=area_choices(values.get("area", "")),
        matters=(*usual_choices(usual), *matter_choices()),
        map=maps.map_of(reverse("ui:map-areas"), picture, lng=lng, lat=lat),
        picture=picture,
        picture_window=window.key if window else "",
        found=found,
        staged=tuple(
            (str(one), Photo(reverse(staged_photo, args=[asked.client_id, one]), media=media))
            for one, media in kinds.items()
        ),
        photos_left=max(
            0, book.settings.photos_max - sum(media == "photo" for media in kinds.values())
        ),
        film_s=0 if has_film else book.settings.video_seconds,
        voice_s=0 if has_film else book.settings.voice_seconds,
        film_mb=MEDIA_MB_MAX,
        notice_version=notice_version(),
        problem=problem,
    )


def blank_at(area_id: int) -> Asked:
    """A form with the place filled in: an area, by its name in words too."""
    values = {"area": str(area_id), "place_words": territory.path_name(area_id)}
    return replace(blank(), values=values)


def blank_about(matter: str) -> Asked:
    """A form with the matter chosen, where it is one that is offered to everybody."""
    if matter not in {choice.value for choice in matter_choices()}:
        return blank()
    return replace(blank(), values={"matter": matter})


def area_choices(chosen: str = "") -> tuple[Choice, ...]:
    """Communities under their streets, for readers who choose from a list; and a smaller area
    that was filled in already."""
    language = get_language() or "zh"
    ground = territory.ground()
    level = min(3, len(ground.scheme.levels)) if ground.scheme else 0
    if not level:
        return ()
    areas = list(ground.of_level(level))
    if chosen.isdecimal() and len(chosen) < 18:
        known = ground.areas.get(int(chosen))
        if known is not None and known.closed_on is None and known.level > level:
            within = known.chain[level - 1]
            at = next((n for n, area in enumerate(areas) if area.id == within), len(areas) - 1)
            areas.insert(at + 1, known)
    return tuple(
        Choice(
            str(area.id),
            area.name_in(language),
            group=_group_of(ground, area, level, language),
        )
        for area in areas
    )


def _group_of(ground: Ground, area: AreaView, level: int, language: str) -> str:
    above = area.chain[level - 2] if level > 1 else None
    return ground.area(above).name_in(language) if above is not None else ""


def matter_choices(*, restricted: bool = False) -> tuple[Choice, ...]:
    """Matters in plain words under their groups; restricted ones only where they are asked for."""
    book = catalogue()
    return tuple(
        Choice(matter.key, str(matter.title), group=str(group.title))
        for group in book.groups.values()
        for matter in book.matters_of(group.key)
        if restricted or matter.sensitivity < Sensitivity.RESTRICTED
    )


def usual_choices(keys: Sequence[str]) -> tuple[Choice, ...]:
    """Some matters under a heading of their own."""
    book = catalogue()
    title = _("Reported most")
    return tuple(
        Choice(key, str(book.matters[key].title), group=title)
        for key in keys
        if key in book.matters and not book.matters[key].is_restricted
    )


def grouped(receipt: str) -> str:
    """A receipt as it is read aloud."""
    return words.receipt_words(receipt)
