import pytest
from benchmarks.wire import statements
from tests.cases.walking import *
from gridward.journal.queries import remembered_generations

def test_counts(space):
    with space.entered():
        town = case_town()
        for _ in range(3):
            submit()
        with statements() as s:
            r = submit()
        print("CREATE", len(s)); print(s.shown())
        v = town.viewer("S001")
        with statements() as s, remembered_generations():
            queries.list_page(v)
        print("LIST", len(s)); print(s.shown())
        c = walk(town, "closed")
        with statements() as s, remembered_generations():
            queries.case_page(v, c.id)
        print("CASE", len(s)); print(s.shown())
