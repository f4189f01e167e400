"""A sample of a generated deployment held against the proofs: clocks audited, journal verified.

    .venv/bin/python -m benchmarks.check --engine sqlite --name 1m [--sample 1000]

The whole journal is verified up to a hundred thousand cases; above, the seals that hold entries of
the sample are, each with all its entries.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from benchmarks.deployment import DEFAULT_FOLDER, ENGINES, Deployment

WHOLE = 2_000_000  # entries


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--name", default="1k")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--sample", type=int, default=1000)
    given = parser.parse_args()
    Deployment(given.engine, given.name, given.folder).enter()
    from django.db.models import Max

    from gridward.cases.actions import audit_clocks
    from gridward.cases.models import Case, SearchDoc
    from gridward.journal import verification
    from gridward.journal.models import Entry, Seal

    last = SearchDoc.objects.aggregate(last=Max("id"))["last"]
    lot = random.Random(1)
    documents = {lot.randrange(1, last + 1) for _ in range(given.sample * 2)}
    ids = list(
        SearchDoc.objects.filter(id__in=sorted(documents)).values_list("case_id", flat=True)
    )[: given.sample]
    audit = audit_clocks(case_ids=ids)
    total = Seal.objects.aggregate(last=Max("total"))["last"]
    if total <= WHOLE:
        report = verification.verify()
        entries, faults = report.entries, sum(report.counts.values())
    else:
        subjects = [str(id_) for id_ in ids[:40]]
        numbers = sorted(
            set(Entry.objects.filter(subject_id__in=subjects).values_list("seal_id", flat=True))
        )
        report = verification.Report()
        key = verification.keys.known_entry_key()
        chain = verification._Chain(report)
        for seal in Seal.objects.order_by("number"):
            chain.judge(seal)
        for seal in Seal.objects.filter(number__in=numbers):
            rows = list(verification._entries_of(seal.number, seal.number))
            verification._judge_entries(report, seal, rows, key)
        entries, faults = report.entries, sum(report.counts.values())
    print(
        json.dumps(
            {
                "cases": Case.objects.filter(id__in=ids).count(),
                "clocks": audit.clocks,
                "clock_faults": len(audit.faults),
                "entries": entries,
                "seals": report.seals,
                "journal_faults": faults,
            }
        )
    )


if __name__ == "__main__":
    main()
