"""A copy of what is kept of a person, as one file to be handed to that person."""

from __future__ import annotations

import io
import json
import zipfile

from django.utils.translation import gettext_lazy as _

from gridward.cases.queries.data_requests import PersonCopy
from gridward.core.errors import Problem

FIRST = (1980, 1, 1, 0, 0, 0)


class FileThere(Problem):
    code = "file_there"
    status = 409
    text = _("%(file)s is there already. Choose a name that is free.")


def zip_of(made: PersonCopy) -> bytes:
    """data.json and the files beside it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        text = json.dumps(made.data, ensure_ascii=False, indent=2)
        packed.writestr(zipfile.ZipInfo("data.json", FIRST), text)
        for name, data in made.files.items():
            packed.writestr(zipfile.ZipInfo(name, FIRST), data)
    return out.getvalue()
