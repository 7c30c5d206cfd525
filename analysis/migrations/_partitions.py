"""An operation that several migrations share."""

from django.db import migrations


def partition_by_run(table: str) -> migrations.RunSQL:
    """Turn a table that has just been made, and is empty, into one that is partitioned by run."""
    return migrations.RunSQL(
        f"""
        CREATE TABLE {table}_by_run (LIKE {table} INCLUDING ALL) PARTITION BY LIST (run_id);
        DROP TABLE {table};
        ALTER TABLE {table}_by_run RENAME TO {table};
        ALTER INDEX {table}_by_run_pkey RENAME TO {table}_pkey;
        """,
        f"""
        CREATE TABLE {table}_of_all (LIKE {table} INCLUDING ALL);
        INSERT INTO {table}_of_all SELECT * FROM {table};
        DROP TABLE {table};
        ALTER TABLE {table}_of_all RENAME TO {table};
        ALTER INDEX {table}_of_all_pkey RENAME TO {table}_pkey;
        """,  # noqa: S608 - names of our own
    )
