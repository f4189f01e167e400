"""The notices of the shipped packs: short, without links, and checked with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from gridward.catalog import loader, messages
from gridward.catalog.compiled import Content
from gridward.catalog.errors import PackFaulty

FORBIDDEN = {"place", "address", "party", "name", "words"}


@pytest.fixture(scope="module")
def content() -> Content:
    return loader.compile_packs(["base", "urban-grid"])


def test_no_text_of_a_notice_to_reporters_can_name_an_address_or_a_party(content: Content) -> None:
    assert not FORBIDDEN & set(messages.REPORTER)
    for notice in content.notices:
        for text in [*notice.texts, *([notice.brief] if notice.brief else [])]:
            for words in (text.zh, text.en):
                assert not messages.has_link(words), words
                if notice.to == "reporter":
                    assert not FORBIDDEN & set(messages.placeholders(words)), notice.key


def test_with_ordinary_values_every_chinese_text_is_one_message(content: Content) -> None:
    told = [notice for notice in content.notices if notice.to == "reporter"]

    lengths = {
        notice.key: max(len(messages.sample(text.zh)) for text in notice.texts) for notice in told
    }

    assert len(told) == 13
    assert max(lengths.values()) <= 70, lengths


def test_every_matter_has_a_text_of_every_notice_that_is_one_message(content: Content) -> None:
    from gridward.cases.notices import _said

    too_long = []
    for notice in content.notices:
        if notice.to != "reporter":
            continue
        for matter in content.matters:
            values = {**messages.REPORTER, "item": matter.title.zh}
            said = _said(notice.texts, values, "zh")
            if said is None or len(said) > 70:
                too_long.append((notice.key, matter.key, said))

    assert too_long == []


def test_every_text_that_is_said_last_can_always_be_filled(content: Content) -> None:
    for notice in content.notices:
        for words in (notice.texts[-1].zh, notice.texts[-1].en):
            assert set(messages.placeholders(words)) <= messages.ALWAYS, notice.key


NOTICE: dict[str, Any] = {
    "key": "notice.x",
    "title": {"zh": "某", "en": "x"},
    "after": [{"verb": "case.closed"}],
    "to": "reporter",
    "channels": ["sms"],
    "text": {"zh": "【{sign}】{item}", "en": "[{sign}] {item}"},
    "brief": {"zh": "{item}", "en": "{item}"},
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": {"zh": "见 www.x.cn {item}", "en": "{item}"}}, "a message without links"),
        ({"text": {"zh": "{place}", "en": "{item}"}}, "place"),
        ({"text": {"zh": "{item}" + "很" * 70, "en": "{item}"}}, "at most 70 signs"),
        ({"text": {"zh": "{due}", "en": "{item}"}}, "an otherwise with only"),
        ({"after": [{"verb": "case.archived"}]}, "a verb that notices may follow"),
        ({"after": [{"verb": "case.closed", "where": {"x": [1]}}]}, "a detail of case.closed"),
        ({"after": [{"verb": "case.closed", "without": ["x.y"]}]}, "a declared journal verb"),
        ({"channels": ["inbox"]}, "by sms alone"),
        ({"to": "desk"}, "inbox, email or wecom"),
        ({"brief": None}, "needs a brief"),
    ],
)
def test_a_fault_is_said_with_file_and_line(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    import json

    pack = tmp_path / "ours"
    (pack / "notices").mkdir(parents=True)
    (pack / "pack.yaml").write_text(
        "key: ours\nversion: 1\ntitle: { zh: 我, en: Ours }\nneeds: [base]\n", "utf-8"
    )
    text = json.dumps([{**NOTICE, **change}], ensure_ascii=False, indent=1)  # JSON is YAML
    (pack / "notices" / "ours.yaml").write_text(text, "utf-8")

    with pytest.raises(PackFaulty) as refused:
        loader.compile_packs([pack], [Path(settings.GRIDWARD_PACKS)])

    faults = [f for f in refused.value.faults if f.file == "ours/notices/ours.yaml"]
    assert faults and all(f.line >= 1 for f in faults)
    assert any(says in f"{f.expected} {f.found}" for f in faults), faults


def test_words_of_staff_lose_their_links() -> None:
    assert messages.without_links("见 https://a.cn/x 和 www.b.com 谢谢") == "见 和 谢谢"
    assert messages.has_link("请点 t.cn/abc")
    assert not messages.has_link("11月26日17:30，0999-0000000")
