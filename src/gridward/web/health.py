"""Is it alive, is it ready: two addresses for machines. They tell no secrets and need no login."""

from __future__ import annotations

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gridward.core import jurisdiction
from gridward.web.entrance import entrance

_migrated: set[str] = set()


@entrance("machine")
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"ok": True})


@entrance("machine")
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every jurisdiction's database answers and has its tables; else 503 and which not."""
    told = {}
    for here in jurisdiction.every():
        told[here.key] = database_state(here.database)
    ok = all(state == "ok" for state in told.values())
    return JsonResponse({"ok": ok, "databases": told}, status=200 if ok else 503)


def database_state(alias: str) -> str:
    """`ok`, `unreachable` or `not migrated`."""
    connection = connections[alias]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if alias not in _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "not migrated"
            _migrated.add(alias)
    except DatabaseError:
        return "unreachable"
    return "ok"
