import sys
from benchmarks.deployment import *
d=Deployment(sys.argv[1], sys.argv[2]); d.enter()
from gridward.cases.actions import audit_clocks
from gridward.cases.models import *
from gridward.journal.queries import verify
import random
ids=list(Case.objects.values_list("id",flat=True)); random.Random(1).shuffle(ids)
a=audit_clocks(case_ids=ids[:1000]); print("audit",a.clocks,a.pending,len(a.faults),a.faults[:3])
r=verify(); print("verify",r.entries,r.seals,r.pending,dict(r.counts),r.faults[:3])
from collections import Counter
print(Counter(Case.objects.values_list("state",flat=True)))
from django.db import connection
c=connection.cursor()
for t in "cases_submission cases_case cases_report cases_clock cases_assignment cases_round cases_answer cases_casefile cases_searchdoc vault_secret vault_file journal_entry".split():
    c.execute(f"select count(*) from {t}"); print(t,c.fetchone())
if connection.vendor=="sqlite":
    c.execute("pragma foreign_key_check"); print("fk",c.fetchmany(5)); c.execute("pragma integrity_check"); print(c.fetchone())
