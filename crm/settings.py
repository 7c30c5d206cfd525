"""Settings, all read from the environment, typed, and failing loudly.

docs/operations/settings.md names every variable; a test holds that page and this module together.
"""

import os
import re
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

env = environ.Env()

# Before numpy is imported: its linear algebra would start a thread per core for sums that take microseconds, and
# they hinder each other; workers have a process per core already.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def flag(name: str, *, default: bool) -> bool:
    """Read a boolean, and refuse what is neither: a misspelt SECURE must not mean "no"."""
    text = env.str(name, default=str(default)).strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {text!r}.")


KEY_BYTES = 32
FEWEST_DIFFERENT_BYTES = 12


def read_key(name: str, text: str) -> bytes:
    """Read a key of 32 random bytes in hexadecimal; raises ImproperlyConfigured for a weak one, never showing it."""
    advice = "Make one with: openssl rand -hex 32"
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be hexadecimal. {advice}") from None
    if len(key) != KEY_BYTES or len(set(key)) < FEWEST_DIFFERENT_BYTES:
        raise ImproperlyConfigured(f"{name} must be {KEY_BYTES} random bytes in hexadecimal. {advice}")
    return key


def read_master_keys(written: list[str]) -> dict[str, bytes]:
    """Read ``id:hex`` pairs; the first key wraps what is new, the others open what is old."""
    keys: dict[str, bytes] = {}
    for each in written:
        pair = re.fullmatch(r"([A-Za-z0-9._-]{1,40}):([0-9a-fA-F]+)", each.strip())
        if pair is None or pair[1] in keys:
            raise ImproperlyConfigured("MASTER_KEYS must be id:hexadecimal pairs, each id once.")
        keys[pair[1]] = read_key("MASTER_KEYS", pair[2])
    if not keys:
        raise ImproperlyConfigured(
            "MASTER_KEYS must name at least one key, as id:hexadecimal. Make one with: openssl rand -hex 32"
        )
    return keys


BASE_DIR = Path(__file__).resolve().parent.parent

# Where local state lives: embedded servers, uploaded and exported files, logs, the demo's secrets.
KEZHI_HOME = Path(env.str("KEZHI_HOME", default=str(BASE_DIR / ".local"))).absolute()

DEBUG = flag("DEBUG", default=False)
# HTTPS-only cookies and HSTS. The demo serves plain http on the loopback interface and turns it off.
SECURE = flag("SECURE", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SECRET_KEY_MIN_LENGTH = 50
if len(SECRET_KEY) < SECRET_KEY_MIN_LENGTH:
    raise ImproperlyConfigured(
        f"SECRET_KEY must be set to at least {SECRET_KEY_MIN_LENGTH} random characters. "
        "`python3 manage.py demo` and `python3 manage.py test` make one by themselves."
    )

# What seals sensitive values: kept here, outside the database, so that a copy of the database opens none of them.
MASTER_KEYS = read_master_keys(env.list("MASTER_KEYS", default=[]))
BLIND_INDEX_KEY = read_key("BLIND_INDEX_KEY", env.str("BLIND_INDEX_KEY", default=""))
if BLIND_INDEX_KEY in MASTER_KEYS.values():
    raise ImproperlyConfigured("BLIND_INDEX_KEY must be a key of its own, not one of MASTER_KEYS.")

# --- The company whose customers these are ---------------------------------------------------------

COMPANY_NAME = env.str("COMPANY_NAME", default="客知贸易 Kezhi Trading")
# Every figure is in this currency; windows are days of this time zone.
COMPANY_CURRENCY = env.str("COMPANY_CURRENCY", default="CNY").upper()
COMPANY_TIME_ZONE = env.str("COMPANY_TIME_ZONE", default="Asia/Shanghai")
# Phone numbers that are written without a country are of this one.
COMPANY_COUNTRY = env.str("COMPANY_COUNTRY", default="CN").upper()
if len(COMPANY_CURRENCY) != 3 or not COMPANY_CURRENCY.isalpha():
    raise ImproperlyConfigured(
        f"COMPANY_CURRENCY must be an ISO 4217 code such as CNY, not {COMPANY_CURRENCY!r}."
    )
if COMPANY_COUNTRY not in SUPPORTED_REGIONS:
    raise ImproperlyConfigured(
        f"COMPANY_COUNTRY must be an ISO 3166 code such as CN, not {COMPANY_COUNTRY!r}."
    )
try:
    ZoneInfo(COMPANY_TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError) as error:
    raise ImproperlyConfigured(
        f"COMPANY_TIME_ZONE must be an IANA name such as Asia/Shanghai, not {COMPANY_TIME_ZONE!r}."
    ) from error

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "crm",
    "customers",
    "analysis",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "pghistory",
    "pgtrigger",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "crm.middleware.KnownMethodsMiddleware",
    "crm.middleware.FormsInUtf8Middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.accounts.sessions.SessionLimitsMiddleware",
    "crm.accounts.tokens.TokenMiddleware",
    "crm.middleware.AccountLanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "crm.accounts.sessions.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "crm.middleware.PrivatePagesMiddleware",
    "crm.middleware.RememberingMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.context_processors.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Data -----------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"].update(
    {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
)

REDIS_URL = env.str("REDIS_URL")

# Limits and throttles are kept here, in PostgreSQL: with the broker down, people must still sign in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "crm_cache",
        # Room for the limits of many addresses: evicting one would forget the attempts it counts.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

SESSION_ENGINE = "django.contrib.sessions.backends.db"
# A sign-in ends so long after it began, and so long after it was last used.
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_HOURS", default=3) * 3600
if min(SESSION_COOKIE_AGE, SESSION_IDLE_SECONDS) < 3600:
    raise ImproperlyConfigured("SESSION_HOURS and SESSION_IDLE_HOURS must be 1 or more.")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Jobs -----------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = env.int("JOB_TIME_LIMIT_SECONDS", default=3000)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
}
CELERY_TIMEZONE = COMPANY_TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# A job whose worker fell silent for this long is taken over by another.
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=60)
JOB_SWEEP_SECONDS = env.int("JOB_SWEEP_SECONDS", default=15)
# When the nightly analysis starts, in the company's time zone.
ANALYSIS_HOUR = env.int("ANALYSIS_HOUR", default=2)
if ANALYSIS_HOUR not in range(24):
    raise ImproperlyConfigured(f"ANALYSIS_HOUR must be an hour from 0 to 23, not {ANALYSIS_HOUR}.")
# How many customers a worker takes at a time of a measure that several workers share.
ANALYSIS_SHARD_CUSTOMERS = env.int("ANALYSIS_SHARD_CUSTOMERS", default=250_000)
if ANALYSIS_SHARD_CUSTOMERS < 1:
    raise ImproperlyConfigured(f"ANALYSIS_SHARD_CUSTOMERS must be 1 or more, not {ANALYSIS_SHARD_CUSTOMERS}.")
# How long every run's rows are kept; of older ones, only the last of each month.
ANALYSIS_KEEP_DAYS = env.int("ANALYSIS_KEEP_DAYS", default=92)
if ANALYSIS_KEEP_DAYS < 1:
    raise ImproperlyConfigured(f"ANALYSIS_KEEP_DAYS must be 1 or more, not {ANALYSIS_KEEP_DAYS}.")
# When the digests go out, in the company's time zone.
DIGEST_HOUR = env.int("DIGEST_HOUR", default=7)
if DIGEST_HOUR not in range(24):
    raise ImproperlyConfigured(f"DIGEST_HOUR must be an hour from 0 to 23, not {DIGEST_HOUR}.")
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "crm.tasks.sweep_jobs", "schedule": float(JOB_SWEEP_SECONDS)},
    "digests": {
        "task": "customers.tasks.send_digests",
        "schedule": crontab(hour=str(DIGEST_HOUR), minute="5,25,45"),
    },
    "sweep-uploads": {"task": "customers.tasks.sweep_uploads", "schedule": crontab(hour="4", minute="10")},
    "clear-sign-ins": {"task": "crm.tasks.clear_sign_ins", "schedule": crontab(hour="4", minute="20")},
    "sweep-imports": {"task": "customers.tasks.sweep_imports", "schedule": crontab(hour="4", minute="20")},
    "privacy-duties": {"task": "customers.tasks.keep_duties", "schedule": crontab(hour="3", minute="30")},
    "drop-expired-exports": {"task": "customers.tasks.drop_expired_exports", "schedule": 3600.0},
    "nightly-analysis": {
        "task": "analysis.tasks.run_nightly",
        "schedule": crontab(hour=str(ANALYSIS_HOUR), minute="0"),
    },
    "old-analysis-rows": {
        "task": "analysis.tasks.drop_old_rows",
        "schedule": crontab(hour=str(ANALYSIS_HOUR), minute="50"),
    },
}

# --- Lists ----------------------------------------------------------------------------------------

# So many rows can be taken out of the house at a time, and for so long the file can be fetched.
EXPORT_MAX_ROWS = env.int("EXPORT_MAX_ROWS", default=50_000)
EXPORT_HOURS = env.int("EXPORT_HOURS", default=24)
# So many customers can be changed at a time.
BULK_MAX_ROWS = env.int("BULK_MAX_ROWS", default=5_000)

# The largest file that can be uploaded for an import, and for how many days an ended import's file is kept.
IMPORT_MAX_MB = env.int("IMPORT_MAX_MB", default=512)
if IMPORT_MAX_MB < 1:
    raise ImproperlyConfigured(f"IMPORT_MAX_MB must be 1 or more, not {IMPORT_MAX_MB}.")
IMPORT_KEPT_DAYS = env.int("IMPORT_KEPT_DAYS", default=90)
if IMPORT_KEPT_DAYS < 1:
    raise ImproperlyConfigured(f"IMPORT_KEPT_DAYS must be 1 or more, not {IMPORT_KEPT_DAYS}.")

# --- Backups --------------------------------------------------------------------------------------

BACKUP_FOLDER = Path(env.str("BACKUP_FOLDER", default=str(KEZHI_HOME / "backups"))).absolute()
BACKUP_KEEP_DAYS = env.int("BACKUP_KEEP_DAYS", default=30)
if BACKUP_KEEP_DAYS < 1:
    raise ImproperlyConfigured(f"BACKUP_KEEP_DAYS must be 1 or more, not {BACKUP_KEEP_DAYS}.")
# When the nightly backup is taken and, on Sundays, proven by restoring it; empty for none.
BACKUP_HOUR = env.str("BACKUP_HOUR", default="")
if BACKUP_HOUR and BACKUP_HOUR not in {str(hour) for hour in range(24)}:
    raise ImproperlyConfigured(f"BACKUP_HOUR must be an hour from 0 to 23, or empty, not {BACKUP_HOUR!r}.")
if BACKUP_HOUR:
    CELERY_BEAT_SCHEDULE |= {
        "nightly-backup": {
            "task": "customers.tasks.back_up",
            "schedule": crontab(hour=BACKUP_HOUR, minute="5"),
        },
        "weekly-restore-drill": {
            "task": "customers.tasks.prove_backup",
            "schedule": crontab(hour=BACKUP_HOUR, minute="55", day_of_week="sunday"),
        },
    }
# Whoever scrapes /metrics shows this as the password of "metrics"; without one there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured("METRICS_TOKEN must have 32 characters or more.")
# What was erased is written here too, outside the database: a restore does it again.
PURGE_LEDGER = Path(env.str("PURGE_LEDGER", default=str(KEZHI_HOME / "purges.jsonl"))).absolute()

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "crm.accounts.passwords.CompanyWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "crm.accounts.ClosedSignupAdapter"
ACCOUNT_FORMS = {"login": "crm.accounts.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# A mail goes to people with an account alone; the page says the same to everybody.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
# Who proved themselves so long ago is asked again before a reveal, an export, or a change of rights.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,30/h/ip,5/5m/key", "reset_password": "10/h/ip,3/h/key"}
PASSWORD_RESET_TIMEOUT = 24 * 3600

# --- Second factors and the company's directory ---------------------------------------------------

MFA_ADAPTER = "crm.accounts.SealedFactorsAdapter"
MFA_FORMS = {"add_webauthn": "crm.accounts.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
# Addresses are set by an administrator, who answers for them.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Roles that must sign in with a second factor.
SECOND_FACTOR_FOR: list[str] = env.list("SECOND_FACTOR_FOR", default=["admin"])
if unknown_roles := set(SECOND_FACTOR_FOR) - {"rep", "manager", "admin", "auditor"}:
    raise ImproperlyConfigured(f"SECOND_FACTOR_FOR names no role by {', '.join(sorted(unknown_roles))}.")

SOCIALACCOUNT_ADAPTER = "crm.accounts.KnownPeopleAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")
# What the directory's ID token says in `amr` or `acr` when it asked for a second factor.
OIDC_SECOND_FACTOR: list[str] = env.list("OIDC_SECOND_FACTOR", default=["mfa"])
if SECURE and OIDC_SERVER_URL and not OIDC_SERVER_URL.startswith("https://"):
    raise ImproperlyConfigured("OIDC_SERVER_URL must begin with https://.")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

# --- Mail -----------------------------------------------------------------------------------------

# Without a server, mails are files in a folder: on a machine of one's own that is where to look for them.
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    _mail = env.email_url("EMAIL_URL")
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(KEZHI_HOME / "mail")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default="kezhi@localhost")
# The beginning of the addresses in mail.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")

# --- Languages and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = COMPANY_TIME_ZONE
USE_THOUSAND_SEPARATOR = False

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = KEZHI_HOME / "static"
MEDIA_ROOT = KEZHI_HOME / "files"
# Where files about customers are kept, and how large one of them may be.
UPLOAD_FOLDER = Path(env.str("UPLOAD_FOLDER", default=str(KEZHI_HOME / "uploads"))).absolute()
UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", default=20)
if UPLOAD_MAX_MB < 1:
    raise ImproperlyConfigured(f"UPLOAD_MAX_MB must be 1 or more, not {UPLOAD_MAX_MB}.")
# For so many days a removed file can be brought back.
UPLOAD_KEPT_DAYS = env.int("UPLOAD_KEPT_DAYS", default=30)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Doors ----------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = SECURE
# Programs are refused over http instead: crm.accounts.tokens.
SECURE_REDIRECT_EXEMPT = [r"^customers/(fields|customers)\.json$"]
BEHIND_PROXY = flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Whose address limits count by: the one that the proxy in front saw, never one that a visitor wrote.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SESSION_COOKIE_SECURE = SECURE
# A name that browsers accept over https from this very host alone.
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
CSRF_COOKIE_SECURE = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
CSRF_FAILURE_VIEW = "crm.views.errors.csrf_failure"

# --- Logs: ids, never values ----------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "structlog.stdlib.ProcessorFormatter", "processor": "ext://crm.logs.render"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "level": LOG_LEVEL}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"django.server": {"handlers": ["stderr"], "level": LOG_LEVEL, "propagate": False}},
}
