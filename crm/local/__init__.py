"""The default set-up: a virtual environment, PostgreSQL and Valkey that need nothing installed beforehand."""
