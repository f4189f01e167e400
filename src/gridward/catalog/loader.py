"""Packs from their folders: read with line numbers, stacked, checked, compiled.

Every fault that can be found is found in one go, with file, line and what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from pydantic import BaseModel, ValidationError

from gridward.catalog import checks
from gridward.catalog.compiled import Content
from gridward.catalog.definitions import (
    Admitted,
    AdmittedGroup,
    CalendarDefinition,
    Department,
    DeskKind,
    District,
    FilingCondition,
    Group,
    LevelScheme,
    Matter,
    NoticeDefinition,
    PackHead,
    PrivacyNotice,
    Process,
    ResponsibilityRule,
    RetentionClass,
    Role,
    Settings,
)
from gridward.catalog.errors import Fault, PackFaulty
from gridward.catalog.yamlfile import Document, Place, read_yaml

# section of the content -> (file or folder in the pack, model of one entry)
SECTIONS: dict[str, tuple[str, type[BaseModel]]] = {
    "groups": ("matters.yaml", Group),
    "matters": ("matters.yaml", Matter),
    "conditions": ("filing_conditions.yaml", FilingCondition),
    "responsibility": ("responsibility.yaml", ResponsibilityRule),
    "departments": ("departments.yaml", Department),
    "admitted_groups": ("admitted.yaml", AdmittedGroup),
    "admitted": ("admitted.yaml", Admitted),
    "calendars": ("calendars", CalendarDefinition),
    "roles": ("roles.yaml", Role),
    "level_schemes": ("levels.yaml", LevelScheme),
    "processes": ("processes", Process),
    "notices": ("notices", NoticeDefinition),
    "privacy": ("privacy.yaml", PrivacyNotice),
    "retention": ("retention.yaml", RetentionClass),
}
_LISTS = {
    "filing_conditions.yaml": "conditions",
    "responsibility.yaml": "responsibility",
    "departments.yaml": "departments",
    "roles.yaml": "roles",
    "levels.yaml": "level_schemes",
    "privacy.yaml": "privacy",
    "retention.yaml": "retention",
}
_LIST_FOLDERS = {"notices": "notices"}  # each file holds a list
# files of two lists: what a part is called there -> section
_PARTS = {
    "matters.yaml": {"groups": "groups", "matters": "matters"},
    "admitted.yaml": {"groups": "admitted_groups", "admitted": "admitted"},
}
_FOLDERS = {"calendars": "calendars", "processes": "processes"}


@dataclass
class RawEntry:
    """An entry as it stands in a pack, before it is checked against its model.

    spots: place inside the entry -> (file, line)
    """

    section: str
    key: str
    data: Any
    spots: dict[Place, tuple[str, int]]
    pack: str  # key@version

    def spot(self, place: Place = ()) -> tuple[str, int]:
        """File and line of a place inside the entry, or of the nearest thing around it."""
        known: Place = ()
        for step in place:  # a model's path may name things the file does not have
            if (*known, step) in self.spots:
                known = (*known, step)
        return self.spots[known]


@dataclass
class Pack:
    """A pack as read; not whole when one of its files, or a pack it needs, could not be."""

    head: PackHead
    folder: Path
    head_document: Document
    entries: list[RawEntry] = field(default_factory=list)
    is_whole: bool = True

    @property
    def name(self) -> str:
        """key@version"""
        return f"{self.head.key}@{self.head.version}"


def packs_root() -> Path:
    """The folder with the packs that came with the product."""
    return Path(django_settings.GRIDWARD_PACKS)


def compile_packs(packs: Iterable[str | Path], roots: Sequence[Path] = ()) -> Content:
    """The content of a stack of packs, with what they need below them.

    packs: folders, or keys of packs in `roots` or among the product's own
    Raises PackFaulty with every fault.
    """
    faults: list[Fault] = []
    stack = _read_stack(packs, [*roots, packs_root()], faults)
    # what could not be read at all would make everything above it look wrong
    is_whole = bool(stack) and all(pack.is_whole for pack in stack)
    content = _stacked(stack, faults) if is_whole else None
    if faults or content is None:
        raise PackFaulty(sorted(set(faults), key=lambda fault: (fault.file, fault.line)))
    return content


def read_district(pack: str | Path) -> tuple[District, Path]:
    """The place a pack describes, and the path of its outline. Raises PackFaulty."""
    faults: list[Fault] = []
    folder = _folder_of(pack, [packs_root()])
    found = _district(folder, folder.name, faults) if folder else None
    if folder is None:
        faults.append(Fault(str(pack), 1, "a pack", "no such folder"))
    elif found is None and not faults:
        faults.append(Fault(folder.name, 1, "district.yaml", "no such file"))
    if faults or found is None or folder is None:
        raise PackFaulty(faults)
    return found, folder / found.outline


def read_entry(path: Path, model: type[Any]) -> tuple[Any, Callable[[Place], tuple[str, int]]]:
    """A YAML file outside any pack as one entry, and where its parts stand (file, line).

    Raises PackFaulty with every fault.
    """
    faults: list[Fault] = []
    if not path.is_file():
        raise PackFaulty([Fault(path.name, 1, "a file", "no such file")])
    document = read_yaml(path, path.name, faults)
    if document is None:
        raise PackFaulty(faults)
    entry = _whole("", "", document, "")
    made = _valid(model, entry, faults)
    if faults:
        raise PackFaulty(faults)
    return made, entry.spot


# --- reading ------------------------------------------------------------------------------


def _folder_of(pack: str | Path, roots: Sequence[Path]) -> Path | None:
    given = Path(pack)
    folders = [given, *(root / given for root in roots)]
    found = next((folder for folder in folders if (folder / "pack.yaml").is_file()), None)
    return (found or given).resolve() if found or given.is_dir() else None


def _read_stack(
    packs: Iterable[str | Path], roots: Sequence[Path], faults: list[Fault]
) -> list[Pack]:
    done: dict[str, Pack] = {}

    def take(wanted: str | Path, path: tuple[str, ...], asked: tuple[str, int]) -> bool:
        folder = _folder_of(wanted, roots)
        if folder is None:
            faults.append(Fault(*asked, "a pack that is there", str(wanted)))
            return False
        name = folder.name
        if name in path:
            faults.append(Fault(*asked, "no cycle in needs", " → ".join((*path, name))))
            return False
        if name in done:
            return True
        pack = _read_pack(folder, faults)
        if pack is None:
            return False
        for i, need in enumerate(pack.head.needs):
            line = pack.head_document.line(("needs", i))
            beside = folder.parent / need
            own = beside if (beside / "pack.yaml").is_file() else need
            pack.is_whole &= take(own, (*path, name), (f"{name}/pack.yaml", line))
        done[name] = pack
        return True

    found = [take(pack, (), (str(pack), 1)) for pack in packs]
    if not all(found):
        for each in done.values():
            each.is_whole = False
    return list(done.values())


def _read_pack(folder: Path, faults: list[Fault]) -> Pack | None:
    name = folder.name
    path = folder / "pack.yaml"
    if not path.is_file():
        faults.append(Fault(f"{name}/pack.yaml", 1, "a pack.yaml", "no such file"))
        return None
    document = read_yaml(path, f"{name}/pack.yaml", faults)
    if document is None:
        return None
    head = _valid(PackHead, _whole("pack", name, document, ""), faults)
    if head is None:
        return None
    if head.key != name:
        faults.append(Fault(document.file, document.line(("key",)), f"key: {name}", head.key))
    for language in ("zh", "en"):
        if language not in head.languages:
            line = document.line(("languages",))
            faults.append(Fault(document.file, line, f"{language} among languages", "it missing"))
    pack = Pack(head, folder, document)
    for file in sorted(folder.rglob("*.y*ml")):
        inside = file.relative_to(folder)
        if str(inside) in ("pack.yaml", "district.yaml"):
            continue
        read = read_yaml(file, f"{name}/{inside}", faults)
        if read is None:
            pack.is_whole = False
        else:
            pack.entries += _entries_of(inside, read, pack.name, faults)
    if (folder / "district.yaml").is_file():
        _district(folder, name, faults)
    return pack


def _entries_of(
    inside: Path, document: Document, pack: str, faults: list[Fault]
) -> Iterator[RawEntry]:
    if len(inside.parts) == 2 and inside.parts[0] in _FOLDERS:
        yield _whole(_FOLDERS[inside.parts[0]], _key_of(document.data), document, pack)
    elif len(inside.parts) == 2 and inside.parts[0] in _LIST_FOLDERS:
        yield from _listed(
            _LIST_FOLDERS[inside.parts[0]], (), document.data, document, pack, faults
        )
    elif str(inside) in _LISTS:
        yield from _listed(_LISTS[str(inside)], (), document.data, document, pack, faults)
    elif str(inside) in _PARTS:
        parts = _PARTS[str(inside)]
        for part, value in _mapping(document, faults).items():
            if part in parts:
                yield from _listed(parts[part], (part,), value, document, pack, faults)
            else:
                line = document.line((part,))
                faults.append(Fault(document.file, line, " or ".join(parts), str(part)))
    elif str(inside) in ("desks.yaml", "settings.yaml"):
        for key, value in _mapping(document, faults).items():
            yield RawEntry(inside.stem, key, value, _spots(document, (key,)), pack)
    else:
        folders = [f"{each}/…" for each in (*_FOLDERS, *_LIST_FOLDERS)]
        known = [*_LISTS, *_PARTS, "desks.yaml", "settings.yaml", *folders]
        faults.append(Fault(document.file, 1, ", ".join(known), "a file nobody reads"))


def _mapping(document: Document, faults: list[Fault]) -> Mapping[Any, Any]:
    if isinstance(document.data, dict):
        return document.data
    faults.append(Fault(document.file, 1, "a mapping", _short(document.data)))
    return {}


def _listed(
    section: str, at: Place, data: Any, document: Document, pack: str, faults: list[Fault]
) -> Iterator[RawEntry]:
    if not isinstance(data, list):
        faults.append(Fault(document.file, document.line(at), "a list", _short(data)))
        return
    for i, value in enumerate(data):
        place = (*at, i)
        if not isinstance(value, dict):
            line = document.line(place)
            faults.append(Fault(document.file, line, "an entry with a key", _short(value)))
            continue
        yield RawEntry(section, _key_of(value), value, _spots(document, place), pack)


def _whole(section: str, key: str, document: Document, pack: str) -> RawEntry:
    return RawEntry(section, key, document.data, _spots(document, ()), pack)


def _key_of(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    if "key" not in value and "extends" in value:
        return str(value["extends"]).partition("@")[0]
    return str(value.get("key", ""))


def _spots(document: Document, at: Place) -> dict[Place, tuple[str, int]]:
    spots = {place[len(at) :]: (document.file, line) for place, line in document.under(at)}
    spots.setdefault((), (document.file, document.line(at)))
    return spots


def _district(folder: Path, name: str, faults: list[Fault]) -> District | None:
    path = folder / "district.yaml"
    document = read_yaml(path, f"{name}/district.yaml", faults) if path.is_file() else None
    if document is None:
        return None
    district: District | None = _valid(District, _whole("district", name, document, ""), faults)
    if district is None:
        return None
    if not (folder / district.outline).is_file():
        line = document.line(("outline",))
        faults.append(Fault(document.file, line, "a file beside this one", district.outline))
    counted = sum(each.grids for street in district.streets for each in street.communities)
    if counted != district.grids:
        line = document.line(("grids",))
        faults.append(
            Fault(document.file, line, f"the communities' {counted}", str(district.grids))
        )
    return district


# --- stacking -----------------------------------------------------------------------------


def _stacked(stack: Sequence[Pack], faults: list[Fault]) -> Content | None:
    table: dict[str, dict[str, RawEntry]] = {
        section: {} for section in [*SECTIONS, "desks", "settings"]
    }
    for pack in stack:
        own: set[tuple[str, str]] = set()
        for entry in pack.entries:
            if (entry.section, entry.key) in own:
                faults.append(Fault(*entry.spot(("key",)), "every key once", f"{entry.key} again"))
                continue
            own.add((entry.section, entry.key))
            placed = _extended(entry, table[entry.section], faults)
            if placed is not None:
                table[entry.section][entry.key] = placed
    found = _content(stack, table, faults)
    if found is None:
        return None

    def spot(section: str, key: str, place: Place) -> tuple[str, int]:
        entry = table.get(section, {}).get(key)
        return entry.spot(place) if entry else ("pack.yaml", 1)

    faults += checks.faults_of(found, spot)
    return found


def _extended(
    entry: RawEntry, below: Mapping[str, RawEntry], faults: list[Fault]
) -> RawEntry | None:
    if not isinstance(entry.data, dict) or "extends" not in entry.data:
        return entry
    spot = entry.spot(("extends",))
    key, _, version = str(entry.data["extends"]).partition("@")
    base = below.get(key)
    if base is None or key != entry.key:
        faults.append(Fault(*spot, "an entry of a pack below", str(entry.data["extends"])))
        return None
    standing = base.pack.partition("@")[2]
    if version != standing:
        faults.append(Fault(*spot, f"{key}@{standing}", str(entry.data["extends"])))
        return None
    named = {name: value for name, value in entry.data.items() if name != "extends"}
    spots = {place: at for place, at in base.spots.items() if not place or place[0] not in named}
    spots |= {place: at for place, at in entry.spots.items() if place and place[0] in named}
    return RawEntry(entry.section, key, {**base.data, **named, "key": key}, spots, entry.pack)


def _content(
    stack: Sequence[Pack], table: Mapping[str, Mapping[str, RawEntry]], faults: list[Fault]
) -> Content | None:
    before = len(faults)
    parts: dict[str, Any] = {}
    for section, (_, model) in SECTIONS.items():
        made = [_valid(model, entry, faults) for entry in table[section].values()]
        parts[section] = tuple(entry for entry in made if entry is not None)
    parts["desks"] = _desks(table["desks"], faults)
    parts["settings"] = _settings(table["settings"], stack, faults)
    schemes = [pack for pack in stack if pack.head.level_scheme]
    if not schemes:
        faults.append(Fault(_top(stack), 1, "a pack that names its level_scheme", "none"))
    if len(faults) > before:
        return None
    return Content(
        stack=tuple(pack.name for pack in stack),
        sample=any(pack.head.sample for pack in stack),
        level_scheme=schemes[-1].head.level_scheme,
        origins={
            f"{section}/{key}": entry.pack
            for section, entries in sorted(table.items())
            for key, entry in entries.items()
        },
        **parts,
    )


def _top(stack: Sequence[Pack]) -> str:
    return stack[-1].head_document.file if stack else "pack.yaml"


def _desks(entries: Mapping[str, RawEntry], faults: list[Fault]) -> dict[DeskKind, tuple[str, ...]]:
    desks: dict[DeskKind, tuple[str, ...]] = {}
    for key, entry in entries.items():
        if key not in set(DeskKind):
            faults.append(Fault(*entry.spot(), ", ".join(DeskKind), key))
        elif not isinstance(entry.data, list) or not all(isinstance(x, str) for x in entry.data):
            faults.append(Fault(*entry.spot(), "a list of department codes", _short(entry.data)))
        else:
            desks[DeskKind(key)] = tuple(entry.data)
    return desks


def _settings(
    entries: Mapping[str, RawEntry], stack: Sequence[Pack], faults: list[Fault]
) -> Settings | None:
    data = {key: entry.data for key, entry in entries.items()}
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        for each in error.errors():
            name = str(each["loc"][0])
            entry = entries.get(name)
            if entry is not None:
                spot = entry.spot(tuple(each["loc"][1:]))
            else:
                spot = next(iter(entries.values())).spot() if entries else (_top(stack), 1)
            faults.append(_fault(spot, each, tuple(each["loc"])))
        return None


def _valid(model: type[Any], entry: RawEntry, faults: list[Fault]) -> Any:
    try:
        return model.model_validate(entry.data)
    except ValidationError as error:
        for each in error.errors():
            faults.append(_fault(entry.spot(tuple(each["loc"])), each, tuple(each["loc"])))
        return None


def _fault(spot: tuple[str, int], error: Any, place: Place) -> Fault:
    named = ".".join(str(step) for step in place)
    if error["type"] == "missing":
        return Fault(*spot, named, "nothing")
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return Fault(*spot, "only known fields", named)
    said = str(error["msg"]).removeprefix("Value error, ")
    return Fault(*spot, f"{named}: {said}" if named else said, _short(error.get("input")))


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) or value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
