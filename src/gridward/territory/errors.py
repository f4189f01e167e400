"""Every way the territory refuses."""

from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import Problem


class NoSuchArea(Problem):
    code = "no_such_area"
    status = 404
    text = _("There is no area %(area)s today. Look the code up with “territory check”.")


class NoSuchLevel(Problem):
    code = "no_such_level"
    status = 404
    text = _("There is no level “%(level)s”. Choose one of: %(known)s.")


class WiderFirst(Problem):
    code = "wider_level_first"
    status = 409
    text = _("Nothing is drawn yet above “%(level)s”. Begin with the widest: next is “%(next)s”.")


class BadLevels(Problem):
    code = "bad_levels"
    status = 422
    text = _(
        "The level scheme “%(key)s” has %(count)s levels; it needs 2 to 6, numbered from 1, "
        "each with a key of its own."
    )


class OtherLevels(Problem):
    code = "other_levels"
    status = 409
    text = _("This territory already stands in the levels %(known)s. Draw into those.")


class BadKind(Problem):
    code = "bad_area_kind"
    status = 422
    text = _("“%(kind)s” cannot be a kind of area. Use small letters, digits and underscores.")


class BadCode(Problem):
    code = "bad_area_code"
    status = 422
    text = _("“%(code)s” cannot be an area's code. Use up to 40 letters, digits and hyphens.")


class CodesExhausted(Problem):
    code = "codes_exhausted"
    status = 409
    text = _("No code is left under %(code)s: codes are never used twice. Open a new parent area.")


class CodeTaken(Problem):
    code = "area_code_taken"
    status = 409
    text = _("The code %(code)s has been given before and is never used again. Choose another.")


class BadOutline(Problem):
    code = "bad_outline"
    status = 422
    text = _("The outline cannot be used: %(why)s")


class CannotDraw(Problem):
    code = "cannot_draw"
    status = 422
    text = _("This cannot be drawn: %(why)s")


class AlreadyDrawn(Problem):
    code = "already_drawn"
    status = 409
    text = _("%(area)s is already cut into %(count)s areas. Redraw those, or choose another area.")


class NotCovering(Problem):
    code = "not_covering"
    status = 422
    text = _("The new boundaries leave %(count)s faults; nothing was changed. First: %(first)s")


class CannotChange(Problem):
    code = "cannot_change_areas"
    status = 422
    text = _("The areas were not changed: %(why)s")


class GroundsNeeded(Problem):
    code = "grounds_needed"
    status = 422
    text = _(
        "%(count)s posts and organisations stand on an area that ends (%(first)s). Say for each "
        "where it goes on; nothing was changed."
    )


class BoundariesMoved(Problem):
    code = "boundaries_moved"
    status = 409
    text = _(
        "The boundaries have changed since this was prepared (version %(was)s, now %(now)s). "
        "Look at the preview once more."
    )


class SinceTooLate(Problem):
    code = "since_in_the_future"
    status = 422
    text = _("Boundaries change today or on a past day, not on %(day)s. Come back on that day.")


class SinceTooEarly(Problem):
    code = "since_before_the_area"
    status = 422
    text = _("%(area)s has been there since %(day)s only. Choose that day or a later one.")


class FaultyFile(Problem):
    """Nothing was imported. `faults` holds the rules.FeatureFault values."""

    faults: tuple[Any, ...] = ()

    code = "faulty_territory_file"
    status = 422
    text = _("%(count)s faults in the file; nothing was changed. Mend them and try again.")

    def naming(self, faults: tuple[Any, ...]) -> Self:
        """The refusal with what is wrong, feature by feature."""
        self.faults = faults
        return self


class UnreadableMap(Problem):
    code = "unreadable_territory_file"
    status = 422
    text = _("%(name)s cannot be read: %(why)s")


class BadShare(Problem):
    code = "bad_crosswalk"
    status = 422
    text = _("Line %(line)s of the cross-walk: %(why)s Nothing was changed.")


class NotDrawnYet(Problem):
    code = "no_territory"
    status = 409
    text = _("No area has been drawn yet. Begin with “gridward territory draw”.")


class NotAPlace(Problem):
    code = "not_a_place"
    status = 422
    text = _("%(lng)s, %(lat)s is not a longitude and latitude in degrees.")


# Why something cannot be drawn: what stands for %(why)s above.
NO_SUCH_METHOD = _("“%(method)s” is no method; take one of %(known)s.")
NOTHING_TO_CUT = _("there is nothing to cut, or no number of cells.")
WRONG_SHARES = _("%(shares)s shares for %(areas)s areas; every area needs one, of at least 1.")
TOO_FEW_CELLS = _("%(cells)s cells cannot fill %(areas)s areas one level up.")
TOO_THIN = _("an area is too thin to be cut.")
NO_ROOM = _("a cell has no ground. Ask for fewer cells.")
OTHER_AREAS = _("the areas to cut are not those of the drawing.")
ONE_WHOLE = _("there can be one widest area only.")

# Why an outline cannot be used.
NOT_A_POLYGON = _("it is %(shape)s, not a polygon.")
EMPTY_OR_INFINITE = _("it is empty or holds numbers that are not finite.")
NOT_IN_DEGREES = _("it is not in degrees of longitude and latitude.")
# Kinds of shapes, as GeoJSON and GEOS name them, in words.
SHAPES = {
    "Point": _("a point"),
    "MultiPoint": _("several points"),
    "LineString": _("a line"),
    "LinearRing": _("a line"),
    "MultiLineString": _("several lines"),
    "GeometryCollection": _("a collection of shapes"),
}
# GEOS's reasons, as it says them, in words.
BROKEN = {
    "Self-intersection": _("its border crosses itself"),
    "Ring Self-intersection": _("its border touches itself"),
    "Hole lies outside shell": _("a hole lies outside it"),
    "Holes are nested": _("a hole lies inside another"),
    "Nested shells": _("one part lies inside another"),
    "Interior is disconnected": _("a hole cuts it apart"),
    "Duplicate Rings": _("a border is there twice"),
    "Too few points in geometry component": _("a border has too few points"),
}


def no_polygon(shape: str) -> str:
    """Why a shape of this kind (GEOS's name for it) is no outline, in words."""
    return str(NOT_A_POLYGON) % {"shape": SHAPES.get(shape, shape)}


def broken(reason: str) -> str:
    """A reason of GEOS, such as “Self-intersection[113.1 22.6]”, in words and with its place."""
    what, _open, rest = reason.partition("[")
    said = str(BROKEN.get(what.strip()) or _("its border is broken"))
    return f"{said} ({rest.rstrip(']')})" if rest else said


FAULT_KINDS = {
    "gap": _("gap"),
    "overlap": _("overlap"),
    "overhang": _("beyond its parent"),
    "sliver": _("sliver"),
    "orphan": _("orphan"),
    "duplicate": _("duplicate"),
    "no_boundary": _("no boundary"),
    "broken_boundary": _("broken boundary"),
    "wrong_chain": _("wrong chain"),
    "altered": _("altered"),
}

CROSSES_ITSELF = _("it is not a simple shape (%(reason)s).")
TOO_SMALL = _("it is smaller than a millimetre.")
NOT_GEOJSON = _("it is not a GeoJSON polygon.")
TOO_FEW_POINTS = _("fewer than three different points were given.")

# What the proof of cover says beside a fault.
NO_PARENT = _("no parent")
PARENT_NOT_IN_FORCE = _("its parent is not an area in force")
PARENT_AT_OTHER_LEVEL = _("its parent %(code)s stands at level %(level)s")
TOP_HAS_PARENT = _("the widest level has no parent")
SECOND_TOP = _("a second widest area beside %(code)s")
CODE_TWICE = _("the code %(code)s stands %(count)s times")
GROUND_TWICE = _("the same ground twice")
CHAIN_ASTRAY = _("its chain columns are not its parents")
METRES_WIDE = _("%(metres)s m wide")
LABEL_OUTSIDE = _("its label lies outside its boundary")
OTHER_SIZE = _("its size on record is %(size)s m²")
OTHER_THAN_DATED = _("its code or parent is not the one on record")
VERSION_ALTERED = _("the boundaries of version %(number)s are not those that were drawn")
NOT_CUT = _("not cut into level %(level)s, where others are")

# Why areas cannot be changed.
NOT_THE_WHOLE = _("the widest area cannot be split.")
TWO_PARTS = _("name at least two parts.")
NAMELESS_PART = _("every new area needs a name.")
ONE_REST = _("only one part may be what the others leave; draw the rest or choose areas for them.")
NOT_INSIDE_ONCE = _("%(area)s does not lie in it, or was given to two parts.")
IN_NO_PART = _("%(area)s lies in none of the parts.")
EMPTY_PART = _("“%(part)s” would have no ground.")
NOTHING_INSIDE = _("%(area)s is not cut further; draw the parts instead of choosing areas in it.")
OUTSIDE_THE_AREA = _("“%(part)s” lies outside the area, or under another part.")
LEAVES_A_REST = _("%(size)s m² would belong to nobody.")
TAKES_FROM_OTHERS = _("%(size)s m² belong to areas that were not named; name those too.")
TWO_TO_MERGE = _("choose at least two areas.")
OTHER_PARENTS = _("only areas of one parent can be merged.")
NOT_TOUCHING = _("they do not all lie beside each other.")
REDRAW_SMALLEST = _("%(area)s is cut further; redraw the areas in it, and it follows.")
NO_FILE = _("choose a GeoJSON file.")
TWO_TO_REDRAW = _("a line lies between two areas; give both.")
NO_LINE = _("draw the new line, or write at least two of its points.")
NO_POINT = _("“%(line)s” is no point; write longitude and latitude, such as 113.1234, 22.5678.")
NOT_BESIDE = _("%(one)s and %(other)s do not lie beside each other.")
LINE_PARTS_NOTHING = _(
    "the line does not cut the two areas apart; begin and end it at their outer border."
)
LINE_TANGLED = _("the line crosses the border too often; draw a simpler one.")

# What is wrong with a feature of a file.
NO_PROPERTY = _("No feature has a property “%(name)s” (%(option)s). There are: %(known)s")
NO_FEATURES = _("The file holds no features.")
NO_GEOMETRY = _("It has no shape.")
NO_NAME_IN = _("It has no name (property “%(property)s”). Say which property with --name-property.")
NO_CODE_IN = _("It has no code (property “%(property)s”).")
CODE_OF_OTHER = _("The code %(code)s stands at feature %(feature)s already.")
CODE_GIVEN = _("The code %(code)s has been given before and is never used again.")
SWAPPED = _("Longitude and latitude are swapped. Export the file as longitude, latitude.")
NO_SUCH_PARENT = _("There is no area %(code)s one level up. Import that level first.")
IN_OTHER_PARENT = _("It says %(code)s, but most of it lies in %(lies)s.")
OUTSIDE_ALL = _("It lies outside every area one level up. Check the datum (--datum).")
OTHER_DATUM = _(
    "The file does not fit the ground in %(said)s; in %(better)s it does. Try --datum %(better)s."
)
HOLE = _("It has a hole of %(size)s m² that no other feature fills.")
COVER_FAULTS = {
    "gap": _("%(size)s m² belong to nobody. Beside: %(beside)s"),
    "overlap": _("%(size)s m² belong to two areas. Beside: %(beside)s"),
    "overhang": _("%(size)s m² lie beyond its parent. Beside: %(beside)s"),
    "sliver": _("A piece of %(size)s m² is too thin to be ground. Beside: %(beside)s"),
    "orphan": _("It has no parent (%(size)s m²). Beside: %(beside)s"),
    "duplicate": _("The same ground stands twice (%(size)s m²): %(beside)s"),
    "no_boundary": _("It has no boundary (%(size)s m²). Beside: %(beside)s"),
    "broken_boundary": _("Its boundary is not a simple shape (%(size)s m²). Beside: %(beside)s"),
}

# Why a file of areas cannot be read.
NO_READER = _(
    "this kind of file needs the extra packages: install gridward[import]. GeoJSON works without."
)
NO_GEOJSON_FEATURES = _("it is no GeoJSON collection of features.")
NOT_READ_HERE = _("it is no file of areas that is read here (GeoJSON, SHP, GPKG, KML).")
SHP_PARTS = _(
    "%(missing)s is missing: a shapefile is several files of one name. "
    "Put .shp, .shx, .dbf and .prj beside each other."
)
CUT_HEADING = _(
    "its headings or texts are cut within a character (a shapefile's headings hold ten bytes). "
    "Export it as GeoJSON or GPKG, or with short Latin headings."
)
NOT_JSON = _("it is not JSON.")
TOO_LARGE = _("it is larger than 20 MB.")
NO_LAYER = _("no layer of areas was found in it.")
NO_COLUMN = _("it has no column %(columns)s.")
NOT_UTF8 = _("it is not UTF-8. Save it as CSV in UTF-8.")

# Why a line of a cross-walk is not taken.
NO_FORMER_CODE = _("it has no former code.")
NO_AREA_OF_CODE = _("there is no area %(code)s.")
SHARE_RANGE = _("the share is a number above 0 and at most 1.")
SHARES_OVER = _("the shares of %(code)s make more than 1.")
