"""What a command needs besides servers when nobody configured it: the settings of a local instance."""

import os

from crm.local.home import Home

NOWHERE = "127.0.0.1:1"


def export_local_settings(home: Home) -> None:
    """Export the settings of a local instance; what is set already stays."""
    defaults = {
        "KEZHI_HOME": str(home.path),
        "SECRET_KEY": home.secret("secret-key"),
        "MASTER_KEYS": f"local:{home.secret('master-key')}",
        "BLIND_INDEX_KEY": home.secret("blind-index-key"),
        "SECURE": "0",  # plain http on the loopback interface
        "SECOND_FACTOR_FOR": "",  # whoever tries the product has no app at hand; they may set one up
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    # Where collected static files would be: WhiteNoise complains at every start about a folder that is missing.
    (home.path / "static").mkdir(exist_ok=True)


def export_no_servers() -> None:
    """Export addresses where nothing listens, for commands that only need the settings to load."""
    os.environ.setdefault("DATABASE_URL", f"postgres://kezhi@{NOWHERE}/kezhi")
    os.environ.setdefault("REDIS_URL", f"redis://{NOWHERE}/0")
