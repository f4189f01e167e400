"""The stories together meet every step of the process of events; each proves its own list.

`Story.ends` and the stories in browsers hold their lists against the journal, entry by entry.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

HERE = Path(__file__).parent
PAGES = HERE.parents[2] / "docs" / "tutorial" / "stories"
STORIES = sorted(path.stem for path in HERE.glob("test_[0-9]_*.py"))


def steps_of(story: str) -> tuple[str, ...]:
    return tuple(importlib.import_module(f"tests.journeys.stories.{story}").STEPS)


def test_the_stories_together_meet_every_step() -> None:
    text = Path(settings.GRIDWARD_PACKS, "base", "processes", "event.yaml").read_text("utf-8")
    wanted = {step["key"] for step in yaml.safe_load(text)["steps"]}

    met = {step for story in STORIES for step in steps_of(story)}

    assert len(STORIES) == 8
    assert wanted - met == set()
    assert met - wanted == set()


@pytest.mark.parametrize("story", STORIES)
def test_the_page_of_a_story_names_its_steps_and_how_to_replay_it(story: str) -> None:
    (page,) = PAGES.glob(f"{story.split('_')[1]}-*.md")
    text = page.read_text("utf-8")

    named = re.findall(r"`([a-z_]+)`", text.split("## Steps", 1)[1].split("## ", 1)[0])
    assert named == list(steps_of(story))
    assert f".venv/bin/pytest tests/journeys/stories/{story}.py" in text
