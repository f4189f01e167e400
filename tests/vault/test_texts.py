"""Texts under people's keys."""

import sqlite3
import threading
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.databases import Space

from gridward.core import jurisdiction, keyfiles
from gridward.core.ids import new_id
from gridward.journal.rules import COMMITMENT
from gridward.vault import actions, queries, rules
from gridward.vault.actions import Text, new_subject, seal_texts
from gridward.vault.errors import BadPhone, KeysMissing, SubjectUnknown
from gridward.vault.keyring import Keyring, keyring
from gridward.vault.models import Secret

WORDS = "夜里过车井盖咣当响"
PHONE = "+86 138-0013-8000"


@pytest.mark.django_db
class TestKept:
    def test_a_text_comes_back_for_who_holds_the_key(self) -> None:
        subject, entry = new_subject(), new_id()

        words, phone = seal_texts(
            [Text(subject, "report.words", WORDS, entry), (subject, "contact.phone", PHONE)]
        )

        assert queries.open_texts([phone.id, words.id]) == {phone.id: PHONE, words.id: WORDS}
        assert queries.open_text(words.id) == WORDS
        assert queries.open_text(phone.id) == PHONE
        assert queries.open_text(None) is None
        (found,) = queries.texts_of_entries([entry])[entry]
        assert (found.kind, found.text, found.subject_id) == ("report.words", WORDS, subject)

    def test_what_is_not_there_is_none(self) -> None:
        unknown = new_id()

        assert queries.open_texts([unknown, None]) == {unknown: None}

    def test_the_row_holds_no_plain_word(self) -> None:
        subject = new_subject()

        (kept,) = seal_texts([(subject, "contact.phone", "13800138000")])

        row = Secret.objects.get(id=kept.id)
        assert b"13800138000" not in bytes(row.ciphertext)
        assert row.lookup is not None
        assert len(row.lookup) == 32
        assert "13800138000" not in row.lookup

    def test_the_commitment_can_be_made_again_from_what_is_kept(self) -> None:
        subject = new_subject()

        one, other = seal_texts([(subject, "step.words", "same"), (subject, "step.words", "same")])

        assert COMMITMENT.match(one.commitment)
        assert one.commitment != other.commitment
        assert queries.commitment_of(one.id) == one.commitment

    def test_a_ciphertext_moved_to_another_row_does_not_open(self) -> None:
        subject = new_subject()
        one, other = seal_texts([(subject, "step.words", "a"), (subject, "step.words", "b")])

        Secret.objects.filter(id=other.id).update(
            ciphertext=Secret.objects.get(id=one.id).ciphertext
        )

        assert queries.open_texts([one.id, other.id]) == {one.id: "a", other.id: None}

    def test_texts_belong_to_things(self) -> None:
        subject = new_subject()
        reference = f"report:{new_id()}"

        seal_texts([Text(subject, "report.words", WORDS, None, reference)])

        assert [t.text for t in queries.texts_of_references([reference])[reference]] == [WORDS]
        assert [t.text for t in queries.texts_of_subjects([subject])] == [WORDS]

    def test_nobody_seals_for_a_person_without_a_key(self) -> None:
        with pytest.raises(SubjectUnknown):
            seal_texts([(new_id(), "report.words", WORDS)])
        assert Secret.objects.count() == 0

    def test_writing_is_one_statement_and_reading_is_one(self) -> None:
        subjects = actions.new_subjects(30)
        texts = [(subject, "report.words", WORDS) for subject in subjects]
        connection = connections[jurisdiction.current().database]

        with CaptureQueriesContext(connection) as writing:
            sealed = seal_texts(texts)
        with CaptureQueriesContext(connection) as reading:
            assert set(queries.open_texts([s.id for s in sealed]).values()) == {WORDS}

        assert len([q for q in writing.captured_queries if "SAVEPOINT" not in q["sql"]]) == 1
        assert len(reading) == 1


@pytest.mark.django_db
class TestPhones:
    def test_a_person_is_found_by_the_number_in_any_spelling(self) -> None:
        one, other, third = actions.new_subjects(3)
        seal_texts(
            [
                (one, "contact.phone", "13800138000"),
                (other, "contact.phone", "+86 138 0013 8000"),
                (third, "contact.phone", "13900139000"),
            ]
        )

        assert set(queries.subjects_by_phone("138-0013-8000")) == {one, other}
        assert queries.subjects_by_phone("13900139001") == []
        assert queries.subjects_by_phone("not a number") == []
        assert queries.subjects_by_phones(["１３９ 0013 9000", "110"]) == {
            "１３９ 0013 9000": [third]
        }

    def test_what_is_not_a_number_is_refused(self) -> None:
        with pytest.raises(BadPhone):
            seal_texts([(new_subject(), "contact.phone", "call me")])

    def test_texts_that_are_no_phones_are_not_looked_up(self) -> None:
        subject = new_subject()
        seal_texts([(subject, "report.words", "13800138000")])

        assert queries.subjects_by_phone("13800138000") == []

    @pytest.mark.parametrize(
        ("written", "compared"),
        [
            ("13800138000", "13800138000"),
            ("+8613800138000", "13800138000"),
            ("0086 138 0013 8000", "13800138000"),
            ("8613800138000", "13800138000"),
            ("013800138000", "13800138000"),
            ("１３８-００１３-８０００", "13800138000"),
            ("（0750）3288888", "07503288888"),
            ("+86 750 328 8888", "07503288888"),
            ("0750-3288888转8001", "07503288888"),
            ("0750-3288888 ext. 12", "07503288888"),
            ("3288888", "3288888"),
            ("12345", "12345"),
            ("+852 2345 6789", "85223456789"),
            ("", ""),
            ("12", ""),
            ("call me", ""),
            ("1" * 16, ""),
        ],
    )
    def test_spellings(self, written: str, compared: str) -> None:
        assert rules.normal_phone(written) == compared

    @given(st.text(max_size=30))
    def test_what_is_compared_is_compared_the_same_again(self, text: str) -> None:
        once = rules.normal_phone(text)
        assert once == "" or once.isdigit()
        if len(once) == 11 and once.startswith("1"):
            assert rules.normal_phone(once) == once

    def test_numbers_are_masked_for_who_may_not_see_them(self) -> None:
        assert rules.masked_phone(PHONE) == "138****8000"
        assert rules.masked_phone("110") == "***"
        said = "张三 138 0013 8000，身份证44070319900101123X，3栋1201"
        assert rules.masked_numbers(said) == "张三 138******00，身份证440*************3X，3栋1201"


@pytest.mark.django_db
class TestTokens:
    def test_tokens_say_nothing_and_are_the_same_again(self) -> None:
        one, other = queries.keyed_tokens(["井盖", "manhole"])

        assert one == queries.keyed_tokens(["井盖"])[0]
        assert one != other
        assert len(one) == 11
        assert one[0] == "k"
        assert one.isalnum()
        assert one.islower()

    def test_another_jurisdiction_has_other_tokens_and_other_lookups(
        self, two_spaces: tuple[Space, Space]
    ) -> None:
        one, other = two_spaces
        with one.entered():
            tokens, lookup = queries.keyed_tokens(["井盖"]), keyring().lookup("13800138000")
        with other.entered():
            assert queries.keyed_tokens(["井盖"]) != tokens
            assert keyring().lookup("13800138000") != lookup


class TestKeyring:
    def test_keys_are_on_disk_before_they_are_handed_out(self, tmp_path: Path) -> None:
        ring = Keyring(tmp_path)

        (subject,) = ring.new_subjects()

        assert set(Keyring(tmp_path).keys_of([subject])) == {subject}
        assert ring.keys_of([subject]) == Keyring(tmp_path).keys_of([subject])

    def test_the_file_holds_wrapped_keys_only(self, tmp_path: Path) -> None:
        ring = Keyring(tmp_path)
        subjects = ring.new_subjects(100)
        keys = ring.keys_of(subjects)
        ring.scrub()

        stored = b"".join(p.read_bytes() for p in tmp_path.glob("keyring*"))

        assert len(set(keys.values())) == 100
        assert not any(key in stored for key in keys.values())

    def test_without_its_master_key_it_does_not_open(self, tmp_path: Path) -> None:
        Keyring(tmp_path).new_subjects()
        (tmp_path / "master.key").unlink()

        with pytest.raises(KeysMissing):
            Keyring(tmp_path)

    def test_with_another_master_key_it_does_not_open(self, tmp_path: Path) -> None:
        Keyring(tmp_path).new_subjects()
        (tmp_path / "master.key").write_bytes(b"x" * 32)

        with pytest.raises(KeysMissing):
            Keyring(tmp_path)

    def test_many_threads_get_different_people(self, tmp_path: Path) -> None:
        ring = Keyring(tmp_path)
        found: list[UUID] = []

        def work() -> None:
            for _ in range(40):
                (one,) = ring.new_subjects()
                assert ring.keys_of([one])
                found.append(one)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(found) == len(set(found)) == 240

    def test_many_people_at_once_are_one_transaction(self, tmp_path: Path) -> None:
        ring = Keyring(tmp_path)

        subjects = ring.new_subjects(5000)

        assert len(ring.keys_of(subjects)) == 5000
        with sqlite3.connect(tmp_path / "keyring.sqlite3") as link:
            assert link.execute("SELECT count(*) FROM subject").fetchone() == (5000,)

    @pytest.mark.django_db
    def test_files_are_for_the_owner_alone(self) -> None:
        new_subject()

        for path in keyfiles.folder().iterdir():
            assert path.stat().st_mode & 0o077 == 0, path.name


@pytest.mark.django_db
def test_a_replaced_text_can_be_dropped() -> None:
    subject = new_subject()
    old, new = seal_texts(
        [(subject, "contact.phone", "13800138000"), (subject, "contact.phone", "13900139000")]
    )

    assert actions.drop_texts([old.id]) == 1

    assert queries.open_texts([old.id, new.id]) == {old.id: None, new.id: "13900139000"}
    assert queries.subjects_by_phone("13800138000") == []


@pytest.mark.parametrize(
    ("written", "dialable"),
    [
        ("138 0013 8000", True),
        ("+86 13800138000", True),
        ("0999-7654321", True),
        ("87654321", True),
        ("+1 415 555 2671", True),
        ("1380013800", False),  # a digit too few
        ("138001380000", False),  # one too many
        ("139", False),
        ("12345", False),
        ("", False),
    ],
)
def test_a_number_to_be_called_back_on_has_all_its_digits(written: str, dialable: bool) -> None:
    assert rules.is_dialable(written) is dialable
