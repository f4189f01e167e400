"""The search index: FTS5 over the documents on SQLite, a generated tsvector with GIN on PostgreSQL."""

from django.db import migrations

SQLITE = [
    "CREATE VIRTUAL TABLE cases_searchdoc_fts USING fts5("
    "tokens, content='cases_searchdoc', content_rowid='id', detail='none')",
    "CREATE TRIGGER cases_searchdoc_insert AFTER INSERT ON cases_searchdoc BEGIN "
    "INSERT INTO cases_searchdoc_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER cases_searchdoc_delete AFTER DELETE ON cases_searchdoc BEGIN "
    "INSERT INTO cases_searchdoc_fts(cases_searchdoc_fts, rowid, tokens) "
    "VALUES ('delete', old.id, old.tokens); END",
    "CREATE TRIGGER cases_searchdoc_update AFTER UPDATE OF tokens ON cases_searchdoc BEGIN "
    "INSERT INTO cases_searchdoc_fts(cases_searchdoc_fts, rowid, tokens) "
    "VALUES ('delete', old.id, old.tokens); "
    "INSERT INTO cases_searchdoc_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
]
SQLITE_BACK = [
    "DROP TRIGGER cases_searchdoc_update",
    "DROP TRIGGER cases_searchdoc_delete",
    "DROP TRIGGER cases_searchdoc_insert",
    "DROP TABLE cases_searchdoc_fts",
]
POSTGRESQL = [
    "ALTER TABLE cases_searchdoc ADD COLUMN vector tsvector "
    # tokens are lexemes already: nothing to parse
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED",
    "CREATE INDEX cases_searchdoc_vector ON cases_searchdoc USING gin (vector)",
]
POSTGRESQL_BACK = ["ALTER TABLE cases_searchdoc DROP COLUMN vector"]


def _run(sqlite, postgresql):
    def run(apps, schema_editor):
        made = postgresql if schema_editor.connection.vendor == "postgresql" else sqlite
        for statement in made:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunPython(
            _run(SQLITE, POSTGRESQL), _run(SQLITE_BACK, POSTGRESQL_BACK)
        )
    ]
