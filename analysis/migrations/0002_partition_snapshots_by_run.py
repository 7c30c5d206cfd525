from django.db import migrations


class Migration(migrations.Migration):
    """A run's rows are written into a table of their own, which becomes a partition when the run is published."""

    dependencies = [("analysis", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE analysis_customersnapshot_by_run (LIKE analysis_customersnapshot INCLUDING ALL)
                PARTITION BY LIST (run_id);
            DROP TABLE analysis_customersnapshot;
            ALTER TABLE analysis_customersnapshot_by_run RENAME TO analysis_customersnapshot;
            ALTER INDEX analysis_customersnapshot_by_run_pkey RENAME TO analysis_customersnapshot_pkey;
            """,
            """
            CREATE TABLE analysis_customersnapshot_of_all (LIKE analysis_customersnapshot INCLUDING ALL);
            INSERT INTO analysis_customersnapshot_of_all SELECT * FROM analysis_customersnapshot;
            DROP TABLE analysis_customersnapshot;
            ALTER TABLE analysis_customersnapshot_of_all RENAME TO analysis_customersnapshot;
            ALTER INDEX analysis_customersnapshot_of_all_pkey RENAME TO analysis_customersnapshot_pkey;
            """,
        ),
    ]
