"""What is wrong with a pack is said by file, line, what was expected and what stood there."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from tests.catalog.folders import faults_in, told, write_pack

from gridward.catalog import registry
from gridward.catalog.compiled import Content
from gridward.catalog.loader import compile_packs, packs_root
from gridward.catalog.registry import Kind


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


MATTER = """\
groups:
  - { key: test, title: { zh: 测试, en: Test }, icon: dots }

matters:
  - key: lamp
    title: { zh: 灯, en: Lamp }
    group: test
    class: event
    process: event
    conditions: [lamp.out]
    default_condition: lamp.out
"""
CONDITION = """\
- key: lamp.out
  matter: lamp
  title: { zh: 不亮, en: Out }
  limit: { amount: 2, unit: working_day }
  closing: { zh: 已亮, en: Lit }
"""
RULE = """\
- key: lamps
  matter: lamp
  level: street
  lead: SAN
  because: { zh: 测试, en: Test }
"""


def pack(root: Path, **files: str) -> Path:
    given = {"matters": MATTER, "filing_conditions": CONDITION, "responsibility": RULE, **files}
    return write_pack(root, "mine", **{name: text for name, text in given.items() if text})


def test_a_pack_without_fault_adds_to_what_lies_below(tmp_path: Path) -> None:
    content = compile_packs([pack(tmp_path)])

    assert content.stack == ("base@1", "urban-grid@1", "mine@1")
    assert [matter.key for matter in content.matters][-1] == "lamp"
    assert content.origins["matters/lamp"] == "mine@1"
    assert content.origins["matters/manhole"] == "urban-grid@1"


@pytest.mark.parametrize(
    ("file", "before", "after", "expected"),
    [
        ("matters", "group: test", "group: tset",
         "mine/matters.yaml:7: expected a known group, found tset"),
        ("matters", "process: event", "process: evnt",
         "mine/matters.yaml:9: expected a known process, found evnt"),
        ("matters", "conditions: [lamp.out]", "conditions: [lamp.out, lamp.off]",
         "mine/matters.yaml:10: expected a known filing condition, found lamp.off"),
        ("matters", "conditions: [lamp.out]", "conditions: [lamp.out, tree.prune]",
         "mine/matters.yaml:10: expected a filing condition of lamp, found tree.prune of tree"),
        ("matters", "zh: 灯, en: Lamp", "zh: 灯",
         "mine/matters.yaml:6: expected title.en, found nothing"),
        ("matters", "class: event", "clas: event",
         "mine/matters.yaml:8: expected only known fields, found clas"),
        ("matters", "default_condition: lamp.out", "default_condition: lamp.off",
         "mine/matters.yaml:5: expected default_condition must be one of conditions, "),
        ("filing_conditions", "matter: lamp", "matter: lmap",
         "mine/filing_conditions.yaml:2: expected a known matter, found lmap"),
        ("filing_conditions", "unit: working_day", "unit: workday",
         "mine/filing_conditions.yaml:4: expected limit.unit: Input should be "),
        ("filing_conditions", "amount: 2", "amount: 0",
         "mine/filing_conditions.yaml:4: expected limit: amount must lie between 1 and 100000, "),
        ("responsibility", "lead: SAN", "lead: SUN",
         "mine/responsibility.yaml:4: expected a known department, found SUN"),
        ("responsibility", "matter: lamp", "matter: lmap",
         "mine/responsibility.yaml:2: expected a known matter, found lmap"),
        ("responsibility", "matter: lamp", "group: tset",
         "mine/responsibility.yaml:2: expected a known group, found tset"),
        ("responsibility", "matter: lamp", "matter: lamp\n  condition: lamp.off",
         "mine/responsibility.yaml:3: expected a condition of lamp, found lamp.off"),
        ("responsibility", "matter: lamp", "matter: lamp\n  group: test",
         "mine/responsibility.yaml:1: expected name exactly one of matter, matters or group, "),
    ],
)  # fmt: skip
def test_a_wrong_name_is_found_on_its_line(
    tmp_path: Path, file: str, before: str, after: str, expected: str
) -> None:
    text = {"matters": MATTER, "filing_conditions": CONDITION, "responsibility": RULE}[file]
    assert before in text

    faults = told(pack(tmp_path, **{file: text.replace(before, after)}))

    assert any(fault.startswith(expected) for fault in faults), faults


def test_a_condition_that_its_matter_does_not_offer_is_a_fault(tmp_path: Path) -> None:
    more = CONDITION + CONDITION.replace("lamp.out", "lamp.dim")

    expected = "expected lamp.dim among the matter's conditions, found it missing"
    assert told(pack(tmp_path, filing_conditions=more)) == [
        f"mine/filing_conditions.yaml:7: {expected}"
    ]


def test_two_rules_that_fit_alike_are_a_fault(tmp_path: Path) -> None:
    twice = RULE + RULE.replace("key: lamps", "key: lamps-again").replace("SAN", "MUN")

    expected = "expected one rule to decide for lamp, found lamps and lamps-again alike"
    assert told(pack(tmp_path, responsibility=twice)) == [f"mine/responsibility.yaml:6: {expected}"]


def test_a_matter_that_nobody_is_responsible_for_is_a_fault(tmp_path: Path) -> None:
    only_in_parks = RULE + "  area_kind: park\n"

    assert told(pack(tmp_path, responsibility=only_in_parks)) == [
        (
            "mine/matters.yaml:5: expected a responsibility rule that always fits,"
            " or why none does, found none"
        )
    ]


def test_a_key_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    assert told(pack(tmp_path, filing_conditions=CONDITION + CONDITION)) == [
        "mine/filing_conditions.yaml:6: expected every key once, found lamp.out again"
    ]


def test_a_field_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    doubled = CONDITION.replace("  matter: lamp\n", "  matter: lamp\n  matter: lamp\n")

    assert told(pack(tmp_path, filing_conditions=doubled)) == [
        "mine/filing_conditions.yaml:3: expected every key once, found matter again"
    ]


def test_a_file_that_is_not_yaml_is_the_only_fault(tmp_path: Path) -> None:
    faults = faults_in(pack(tmp_path, responsibility="- key: [lamps\n  matter: lamp\n"))

    assert [(fault.file, fault.expected) for fault in faults] == [
        ("mine/responsibility.yaml", "well-formed YAML")
    ]


def test_a_file_that_nobody_reads_is_a_fault(tmp_path: Path) -> None:
    faults = faults_in(pack(tmp_path, maters="groups: []"))

    assert [(fault.file, fault.found) for fault in faults] == [
        ("mine/maters.yaml", "a file nobody reads")
    ]


def test_all_faults_are_told_in_one_go(tmp_path: Path) -> None:
    faults = told(
        pack(
            tmp_path,
            matters=MATTER.replace("group: test", "group: tset"),
            responsibility=RULE.replace("SAN", "SUN"),
        )
    )

    assert faults == [
        "mine/matters.yaml:7: expected a known group, found tset",
        "mine/responsibility.yaml:4: expected a known department, found SUN",
    ]


def test_a_pack_that_needs_itself_by_a_detour_is_a_fault(tmp_path: Path) -> None:
    one = write_pack(tmp_path, "one", needs="two")
    write_pack(tmp_path, "two", needs="one")

    assert told(one) == ["two/pack.yaml:4: expected no cycle in needs, found one → two → one"]


def test_a_needed_pack_that_is_not_there_is_the_only_fault(tmp_path: Path) -> None:
    assert told(write_pack(tmp_path, "one", needs="nothing-here")) == [
        "one/pack.yaml:4: expected a pack that is there, found nothing-here"
    ]


def test_a_language_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    folder = pack(tmp_path)
    head = folder / "pack.yaml"
    head.write_text(head.read_text().replace("[zh, en]", "[zh]"))

    assert told(folder) == ["mine/pack.yaml:5: expected en among languages, found it missing"]


def test_words_that_look_like_truths_or_times_stay_words(tmp_path: Path) -> None:
    quoted = CONDITION.replace("zh: 不亮, en: Out", "zh: no, en: 14:30")

    content = compile_packs([pack(tmp_path, filing_conditions=quoted)])

    title = content.conditions[-1].title
    assert (title.zh, title.en) == ("no", "14:30")


# --- later packs ------------------------------------------------------------------------------


def manhole(content: Content) -> tuple[int, int, str]:
    found = next(matter for matter in content.matters if matter.key == "manhole")
    return (found.radius_m, found.window_days, content.origins["matters/manhole"])


def test_a_later_pack_changes_named_fields(tmp_path: Path) -> None:
    changed = write_pack(
        tmp_path, "mine", matters="matters:\n  - { extends: manhole@1, radius_m: 80 }\n"
    )

    assert manhole(compile_packs(["urban-grid"])) == (50, 14, "urban-grid@1")
    assert manhole(compile_packs([changed])) == (80, 14, "mine@1")


def test_an_extension_of_another_version_is_a_fault(tmp_path: Path) -> None:
    changed = write_pack(
        tmp_path, "mine", matters="matters:\n  - { extends: manhole@2, radius_m: 80 }\n"
    )

    assert told(changed) == ["mine/matters.yaml:2: expected manhole@1, found manhole@2"]


def test_an_extension_of_nothing_is_a_fault(tmp_path: Path) -> None:
    changed = write_pack(tmp_path, "mine", matters="matters:\n  - { extends: dragon@1 }\n")

    assert told(changed) == [
        "mine/matters.yaml:2: expected an entry of a pack below, found dragon@1"
    ]


def test_a_fault_in_an_extension_is_told_where_it_was_written(tmp_path: Path) -> None:
    changed = write_pack(
        tmp_path, "mine", matters="matters:\n  - extends: manhole@1\n    group: nowhere\n"
    )

    assert told(changed) == ["mine/matters.yaml:3: expected a known group, found nowhere"]


def test_a_later_pack_replaces_an_entry_whole(tmp_path: Path) -> None:
    whole = CONDITION.replace("lamp.out", "street_lamp.out").replace("lamp\n", "street_lamp\n")
    changed = write_pack(tmp_path, "mine", filing_conditions=whole)

    content = compile_packs([changed])

    found = next(each for each in content.conditions if each.key == "street_lamp.out")
    assert (found.limit.amount, found.promise, found.title.en) == (2, None, "Out")


def test_a_later_pack_replaces_single_settings(tmp_path: Path) -> None:
    changed = write_pack(tmp_path, "mine", settings="photos_max: 3\n")

    settings = compile_packs([changed]).settings

    assert (settings.photos_max, settings.rating_days) == (3, 7)


def test_a_wrong_setting_is_found_on_its_line(tmp_path: Path) -> None:
    callback = "callback:\n  normal: { amount: 1, unit: day }\n"
    changed = write_pack(tmp_path, "mine", settings=f"photos_max: 3\n{callback}")

    faults = faults_in(changed)

    assert ("mine/settings.yaml", 3) in {(fault.file, fault.line) for fault in faults}


# --- processes ---------------------------------------------------------------------------------


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A copy of the shipped packs; faults name it like the original."""
    shutil.copytree(packs_root() / "base", tmp_path / "base")
    return tmp_path / "base"


def changed(base: Path, before: str, after: str, file: str = "processes/event.yaml") -> list[str]:
    path = base / file
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    return told(base)


def line_of(base: Path, words: str, file: str = "processes/event.yaml") -> int:
    lines = (base / file).read_text().splitlines()
    return next(i for i, line in enumerate(lines, 1) if words in line)


@pytest.mark.parametrize(
    ("before", "after", "words", "expected"),
    [
        ("guards: [is_lead]", "guards: [is_led]", "is_led", "a known guard, found is_led"),
        ("effects: [decide_return, keep_lead", "effects: [decide_return, kep_lead", "kep_lead",
         "a known effect, found kep_lead"),
        ("by: [case.void]", "by: [case.vod]", "case.vod",
         "a known capability, reporter, worker or system, found case.vod"),
        ("verb: case.voided", "verb: case.vided", "case.vided",
         "a declared journal verb, found case.vided"),
        ("to: voided", "to: vided", "to: vided",
         "a state of this process, same or before, found vided"),
        ("from: [callback_pending]", "from: [callback]", "from: [callback]",
         "a state of this process, found callback"),
        ("start: submitted", "start: begun", "start: begun",
         "a state of this process, found begun"),
        ("stage: accepted", "stage: excepted", "stage: excepted",
         "a known stage, found excepted"),
        ("side: returned", "side: turned", "side: turned", "a known side state, found turned"),
        ("pauses_in: [need_info, pre_verifying]", "pauses_in: [asking]", "pauses_in: [asking]",
         "a state of this process, found asking"),
        ("stops: [answer_info", "stops: [answered", "stops: [answered",
         "a step of this process, found answered"),
        ("from: settings.need_info", "from: settings.need_ifo", "settings.need_ifo",
         "a pace of the settings, found settings.need_ifo"),
    ],
)  # fmt: skip
def test_a_process_that_names_what_is_not_there_is_a_fault(
    base: Path, before: str, after: str, words: str, expected: str
) -> None:
    faults = changed(base, before, after)

    line = line_of(base, words)
    assert f"base/processes/event.yaml:{line}: expected {expected}" in faults


def test_a_state_that_no_step_reaches_is_a_fault(base: Path) -> None:
    lonely = (
        "states:\n  - key: lonely\n    title: { zh: 孤, en: Lonely }\n"
        "    group: open\n    holder: desk\n    stage: submitted\n"
    )

    faults = changed(base, "states:\n", lonely)

    line = line_of(base, "- key: lonely")
    assert faults == [
        f"base/processes/event.yaml:{line}: expected a state that some step reaches, found lonely"
    ]


def test_an_open_state_with_no_way_to_an_end_is_a_fault(base: Path) -> None:
    trap = (
        "states:\n  - key: trap\n    title: { zh: 陷, en: Trap }\n"
        "    group: open\n    holder: desk\n    stage: submitted\n"
    )
    changed(base, "states:\n", trap)

    faults = changed(base, "    to: declined\n", "    to: trap\n")

    line = line_of(base, "- key: trap")
    assert (
        f"base/processes/event.yaml:{line}: expected a way from here to a closed state, found trap"
        in faults
    )


def test_an_open_state_that_nobody_holds_is_a_fault(base: Path) -> None:
    faults = changed(base, "holder: caller", "holder: none")

    assert any("an open state needs a holder" in fault for fault in faults)


def test_a_step_that_stands_twice_is_a_fault(base: Path) -> None:
    faults = changed(base, "key: uphold", "key: rule")

    assert any(fault.endswith("expected every key once, found rule again") for fault in faults)


def test_a_role_cannot_invent_a_capability(base: Path) -> None:
    faults = changed(base, "audit.read", "audit.raed", "roles.yaml")

    line = line_of(base, "audit.raed", "roles.yaml")
    assert faults == [f"base/roles.yaml:{line}: expected a known capability, found audit.raed"]


def test_settings_that_name_no_calendar_are_a_fault(base: Path) -> None:
    faults = changed(base, "desk: cn-mainland", "desk: cn-mainlnd", "settings.yaml")

    line = line_of(base, "cn-mainlnd", "settings.yaml")
    assert faults == [f"base/settings.yaml:{line}: expected a known calendar, found cn-mainlnd"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("- 2024-06-10", "- 2025-06-10", "2025-06-10 does not lie in 2024"),
        ("- 2024-02-04", "- 2024-02-12", "2024-02-12 is both a holiday and a workday"),
        ("zone: Asia/Shanghai", "zone: Asia/Shanghia", "'Asia/Shanghia' is not a time zone"),
        ('to: "12:00"', 'to: "15:00"', "windows must ascend"),
        ("2024-05-01..2024-05-05", "2024-05-05..2024-05-01", "must run forward"),
    ],
)
def test_a_calendar_that_cannot_be_counted_is_a_fault(
    base: Path, before: str, after: str, expected: str
) -> None:
    faults = changed(base, before, after, "calendars/cn-mainland.yaml")

    assert any(expected in fault for fault in faults), faults


def test_without_the_rooms_that_declare_names_no_process_loads() -> None:
    with registry.only(capability=registry.names(Kind.CAPABILITY)):
        faults = faults_in(packs_root() / "base")

    assert {fault.expected for fault in faults} >= {"a known guard", "a known effect"}
