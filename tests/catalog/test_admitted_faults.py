"""What is wrong with admitted work is said by file and line."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from tests.catalog.folders import told, write_pack

from gridward.catalog.compiled import Catalogue, digest_of
from gridward.catalog.loader import compile_packs

WORK = """\
groups:
  - { key: M, title: { zh: 测试, en: Test } }

admitted:
  - key: M01
    title: { zh: 清点, en: Counting }
    group: M
    lead: [URB, VCM]
    limits: [{ every: week }]
    batch: 3
    basis: { zh: 会议, en: A meeting }
"""


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_admitted_work_without_fault_adds_to_what_lies_below(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path,
        "mine",
        admitted=WORK,
        matters="matters:\n  - { extends: bikes@1, codes: { admitted: [M01, B07] } }\n",
    )

    content = compile_packs([pack])
    book = Catalogue(1, content, digest_of(content.canonical()))

    assert book.admitted("M01").lead == ("URB", "VCM")
    assert book.admitted("M01").is_in_force(date(2026, 11, 20))
    assert [matter.key for matter in book.matters_admitted_as("M01")] == ["bikes"]
    assert content.origins["admitted/M01"] == "mine@1"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "group: M",
            "group: Z",
            "mine/admitted.yaml:7: expected a known group of this list, found Z",
        ),
        (
            "[URB, VCM]",
            "[URB, XYZ]",
            "mine/admitted.yaml:8: expected a known department, found XYZ",
        ),
        ("[URB, VCM]", "[URB, URB]", "mine/admitted.yaml:8: expected every lead once, found URB"),
        (
            "key: M01",
            "key: M1",
            "mine/admitted.yaml:5: expected key: String should match",
        ),
        (
            "every: week",
            "every: day",
            (
                "mine/admitted.yaml:9: expected limits.0.every: Input should be 'week', 'month',"
                " 'quarter', 'request' or 'campaign', found 'day'"
            ),
        ),
        (
            "{ every: week }",
            "{ every: week, limit: { amount: 1, unit: working_day } }",
            "mine/admitted.yaml:9: expected limits.0: say either limit or every, found",
        ),
        (
            "    batch: 3\n",
            "",
            "mine/admitted.yaml:5: expected admitted work names its lead, limits and batch, found",
        ),
        (
            "    batch: 3\n",
            "    state: rejected\n",
            (
                "mine/admitted.yaml:5: expected work that is not admitted for good says its reason,"
                " found"
            ),
        ),
        (
            "    batch: 3\n",
            "    state: temporary\n    reason: { zh: 临时, en: For now }\n",
            "mine/admitted.yaml:5: expected until belongs to temporary work, and only to it, found",
        ),
        (
            "groups:",
            "chapters:",
            "mine/admitted.yaml:1: expected groups or admitted, found chapters",
        ),
    ],
)
def test_a_fault_is_told_on_its_line(
    tmp_path: Path, before: str, after: str, expected: str
) -> None:
    assert before in WORK

    faults = told(write_pack(tmp_path, "mine", admitted=WORK.replace(before, after)))

    assert any(fault.startswith(expected) for fault in faults), faults


def test_a_matter_that_names_no_known_work_is_a_fault(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path,
        "mine",
        matters="matters:\n  - extends: bikes@1\n    codes:\n      admitted: [B07, Z99]\n",
    )

    assert told(pack) == [
        "mine/matters.yaml:4: expected a code of the list of admitted work, found Z99"
    ]


def test_a_rule_for_a_matter_left_to_its_desk_is_a_fault(tmp_path: Path) -> None:
    rule = """\
    - key: conduct
      matter: staff_conduct
      level: district
      lead: CMD
      because: { zh: 测试, en: Test }
    """

    assert told(write_pack(tmp_path, "mine", responsibility=rule)) == [
        (
            "mine/responsibility.yaml:1: expected no rule for staff_conduct, which is unassigned,"
            " found conduct"
        )
    ]
