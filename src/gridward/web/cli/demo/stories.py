"""What the demonstration's residents report: words by matter, the answer, and how it was settled.

Written for the demonstration in `words.yaml`; places and names are invented.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Matter, Sensitivity

WORDS = Path(__file__).with_name("words.yaml")


@dataclass(frozen=True)
class Story:
    """matter and condition: keys of the catalogue; said: the reporter's words with {place};
    done, reply: what the organisation writes; picture: what photos of it show."""

    matter: str
    condition: str
    said: tuple[str, ...]
    done: str
    reply: str
    picture: str


@dataclass(frozen=True)
class Talk:
    """What is said on the way about a group's matters.

    details: by the reporter; progress: by who handles it; still: at a check that is not passed;
    again: by the reporter, later; grounds: of a return
    """

    details: tuple[str, ...]
    progress: tuple[str, ...]
    still: tuple[str, ...]
    again: str
    grounds: str


def story_by_lot(book: Catalogue, lot: random.Random, number: int) -> Story:
    """A story by lot: every other one of what is reported each day, the others through the whole
    catalogue in turn."""
    if number % 2:
        often = [
            (key, told["often"]) for key, told in _written()["stories"].items() if "often" in told
        ]
        key = lot.choices([key for key, _often in often], [often for _key, often in often])[0]
        condition = book.conditions.get(key)
        if condition is not None:
            return story_of(book, condition.matter, condition.key)
        return story_of(book, key, "")
    matters = [each for each in book.matters.values() if _is_told(each)]
    matter = matters[number // 2 % len(matters)]
    return story_of(book, matter.key, lot.choice(matter.conditions))


def restricted_story(book: Catalogue, lot: random.Random) -> Story:
    """What few may know of: no account of what happened, only that somebody asks to be rung."""
    return story_of(book, lot.choice(("family_violence", "harm_lead")), "")


@cache
def _told(matter: str, condition: str) -> Story:
    written = _written()["stories"]
    told = written.get(condition) or written[matter]
    return Story(
        matter, condition, tuple(told["said"]), told["done"], told["reply"], told["picture"]
    )


def story_of(book: Catalogue, matter: str, condition: str) -> Story:
    """What is said and written about this matter; without a condition, about its usual one."""
    return _told(matter, condition or book.matter(matter).default_condition)


def told_in(book: Catalogue, words: str) -> tuple[str, str] | None:
    """The matter and condition whose story begins with these words of a reporter; None for what
    nobody of the demonstration has said."""
    for key, told in _written()["stories"].items():
        condition = book.conditions.get(key)
        matter = condition.matter if condition is not None else key
        if matter in book.matters and any(_is_said(said, words) for said in told["said"]):
            return matter, condition.key if condition is not None else ""
    return None


def _is_said(said: str, words: str) -> bool:
    before, _place, after = said.partition("{place}")
    return len(words) > len(said) / 2 and words.startswith(before) and words.endswith(after)


@cache
def talk_about(group: str) -> Talk:
    """What is said on the way about the matters of a group."""
    found = _written()["groups"][group]
    return Talk(
        tuple(found["details"]),
        tuple(found["progress"]),
        tuple(found["still"]),
        found["again"],
        found["grounds"],
    )


@cache
def _written() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    written: dict[str, Any] = yaml.load(WORDS.read_text("utf-8"), Loader=loader)  # noqa: S506
    return written


def _is_told(matter: Matter) -> bool:
    return matter.sensitivity < Sensitivity.RESTRICTED


# --- places -------------------------------------------------------------------------------------

ROADS = (
    "荔华路", "榕荫街", "澄江大道", "苇岸路", "桑园二街", "汀兰路", "禾丰路", "砚池街",
    "舟山里", "鹭影路", "茗香街", "棠苑路", "澜湾大道", "杉林路", "穗安街", "沛恩路",
)  # fmt: skip
# {c} the community, {s} its short name, {r} a road near it, {n} a number
SPOTS = {
    "rural": (
        "{c}村口牌坊下", "{c}文化室门前", "{c}{n}队晒谷场旁", "{c}祠堂前", "{c}鱼塘边",
        "{c}{n}巷口", "{c}卫生站旁", "{c}通往{r}的路口", "{s}桥头", "{c}小学门口",
    ),
    "park": (
        "{s}产业园{n}号厂房旁", "{s}产业园东门", "{s}产业园一路与二路交叉口", "{s}产业园食堂门口",
        "{s}产业园公交站旁", "{s}产业园宿舍{n}栋楼下", "{s}产业园停车场出口",
    ),
    "urban_community": (
        "{r}与{s}路交叉口", "{r}{n}号门前", "{r}{n}号对面", "{r}公交站旁", "{s}小学门口",
        "{s}市场后巷", "{s}公园北门", "{s}花园{n}栋楼下", "{s}路{n}巷口", "{s}桥头",
        "{s}幼儿园围墙外", "{r}便利店门口", "{s}停车场出口",
    ),
}  # fmt: skip


def place_by_lot(lot: random.Random, community: str, kind: str, near: int) -> str:
    """Words for a place in a community. near: the area whose roads run there"""
    short = community.removesuffix("社区").removesuffix("村").removesuffix("产业园")
    roads = [ROADS[(near * 3 + n) % len(ROADS)] for n in range(4)]
    spot = lot.choice(SPOTS.get(kind, SPOTS["urban_community"]))
    return spot.format(c=community, s=short, r=lot.choice(roads), n=lot.randrange(1, 40))


__all__ = [
    "Story",
    "Talk",
    "place_by_lot",
    "restricted_story",
    "story_by_lot",
    "story_of",
    "talk_about",
    "told_in",
]
