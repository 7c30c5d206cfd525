"""manage.py from inside the virtual environment: the servers that a command needs, then the command."""

import os
import sys

from crm.local.defaults import export_local_settings, export_no_servers
from crm.local.home import Home
from crm.local.server import LocalServerError
from crm.local.servers import local_servers

# Everything else may touch the database, or look whether it agrees with the code.
WITHOUT_SERVERS = frozenset(
    {
        "",
        "help",
        "--help",
        "-h",
        "version",
        "--version",
        "check",
        "collectstatic",
        "compilemessages",
        "makemessages",
    }
)
# These look at migrations themselves, or run them.
WITHOUT_TABLES = frozenset({"demo", "makemigrations", "migrate", "showmigrations", "sqlmigrate"})
INTERRUPTED = 130  # what shells report after Ctrl-C


def run_command(arguments: list[str]) -> int:
    """Run one management command (`arguments` without the program's name) and return the exit code."""
    command = arguments[0] if arguments else ""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    home = Home.from_environment()
    try:
        if command == "test":
            return _run_tests(arguments[1:])
        # With a database given, this is somebody's own set-up: no setting is made up.
        if not os.environ.get("DATABASE_URL"):
            export_local_settings(home)
        if _needs_no_server(command, arguments):
            export_no_servers()
            _execute(arguments)
        else:
            with local_servers(home) as servers:
                if servers.members and command not in WITHOUT_TABLES:
                    _make_tables()
                _execute(arguments)
    except LocalServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _needs_no_server(command: str, arguments: list[str]) -> bool:
    if {"-h", "--help"} & set(arguments):
        return True
    return command in WITHOUT_SERVERS and "--database" not in arguments  # `check --database default`


def _run_tests(arguments: list[str]) -> int:
    from crm.local.testing import run_tests  # pytest is there only after `manage.py test` has installed it

    return run_tests(arguments)


def _make_tables() -> None:
    """Migrate the embedded database if it is new, so that any command can be a newcomer's first."""
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    if "django_migrations" not in connection.introspection.table_names():
        sys.stderr.write("Making the tables of a new database …\n")
        call_command("migrate", verbosity=0, interactive=False)


def _execute(arguments: list[str]) -> None:
    import django
    from django.core.management import execute_from_command_line
    from django.utils import translation

    django.setup()
    translation.activate(_language_of_the_terminal())
    execute_from_command_line(["manage.py", *arguments])


def _language_of_the_terminal() -> str:
    """Chinese where the locale is Chinese, English everywhere else: pages have a choice of their own."""
    locale = next(
        (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), ""
    )
    return "zh-hans" if locale.lower().startswith("zh") else "en"
