"""Settings, from the environment. Everything is optional for `make run`; docs/deployment.md tells production's."""

from __future__ import annotations

import hashlib
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(str(BASE_DIR / ".env"))

DEBUG = env.bool("DEBUG", default=True)


def _secret_key() -> str:
    """Return SECRET_KEY; on a developer's machine one is made once and kept beside the database."""
    key = env.str("SECRET_KEY", default="")
    if key:
        return key
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY is not set. Production (DEBUG=false) needs one of its own.")
    kept = BASE_DIR / ".postgres" / "secret-key"
    if not kept.exists():
        kept.parent.mkdir(mode=0o711, exist_ok=True)
        kept.write_text(get_random_secret_key())
        kept.chmod(0o600)
    return kept.read_text()


SECRET_KEY = "test-secret-key-that-protects-nothing-at-all-0123456789" if TESTING else _secret_key()

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
# What providers sign their requests against; never guessed from the request in production.
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL] if PUBLIC_BASE_URL else []

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the plain one would put its own site in the place of ours
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "config.apps.StaffSiteConfig",
    "simple_history",
    "pgtrigger",
    "procrastinate.contrib.django",
    "axes",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "contacts",
    "consent",
    "lists",
    "config.apps.ConsentDeskConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestIdMiddleware",
    "config.api.middleware.ApiProblemsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "config.middleware.TimeZoneMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    """Return the database: DATABASE_URL's, else the embedded PostgreSQL of this checkout."""
    if env.str("DATABASE_URL", default=""):
        return env.db("DATABASE_URL")
    from config import postgres

    # Tests on several cores have a server each: the order of the ledger waits for every transaction of its server.
    name = "-".join(filter(None, ["test", os.environ.get("PYTEST_XDIST_WORKER")])) if TESTING else "dev"
    return postgres.ensure_running(data_root=BASE_DIR / ".postgres", name=name, durable=not TESTING).django()


DATABASES = {"default": _database()}
DATABASES["default"].setdefault("OPTIONS", {})
# Django's own cursors prepare nothing; this lets `contacts.statements` do so.
DATABASES["default"]["OPTIONS"].setdefault("prepare_threshold", 5)
if not TESTING:
    # The pool replaces persistent connections: threads of one process share few of them.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # A database that was restarted costs nobody's STOP: connections are tried before they are lent.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Providers give up after 10 or 15 seconds, and some never come again: while the database is away they are told so
    # long before. Tries to reach it end soon too, because the pool makes longer and longer pauses within one.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", default=16),
        "timeout": 2,
        "reconnect_timeout": 2,
    }
    # A machine that vanished says nothing: what it does not acknowledge for so many milliseconds is over.
    for option, value in {
        "connect_timeout": 2,
        "tcp_user_timeout": 4000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
    }.items():
        DATABASES["default"]["OPTIONS"].setdefault(option, value)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TESTING:
    # Slow hashes protect real passwords; tests have none, and log in by the thousand.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# Both together lock out: a stranger can't lock a known user out from another address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_ENABLED = not TESTING
SILENCED_SYSTEM_CHECKS: list[str] = []

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True
# Dates that Django prints by itself look as those that we print.
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
# While developing, files are served from where they lie and nothing is collected.
STATIC_ROOT = None if DEBUG else BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# Relaxed for the staff site alone (its Alpine build evaluates expressions); strict everywhere else.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    if env.bool("BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Proof files of opt-in evidence lie outside everything that is served; see docs/deployment.md for object storage.
STORAGES["evidence"] = {
    "BACKEND": env.str("EVIDENCE_STORAGE", default="django.core.files.storage.FileSystemStorage"),
    "OPTIONS": {"location": env.str("EVIDENCE_DIR", default=str(BASE_DIR / "evidence-files")), "base_url": None}
    if not env.str("EVIDENCE_STORAGE", default="")
    else env.json("EVIDENCE_STORAGE_OPTIONS", default={}),
}

# Where the heads of the ledger's seals go after each seal: a file, or a directory for one, best on another machine.
LEDGER_HEADS_FILE = env.str("LEDGER_HEADS_FILE", default="")
# The Ed25519 key that complaint packs are signed with: 32 bytes in base64. `manage.py print_pack_key` tells more.
PACK_SIGNING_KEY = env.str("PACK_SIGNING_KEY", default="")

# Larger bodies are answered 413 before they are read; provider payloads are far smaller.
WEBHOOK_MAX_BYTES = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Numbers without a country are read as numbers of this region (ISO 3166).
DEFAULT_REGION = env.str("DEFAULT_REGION", default="US")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
# On a developer's machine keys are derived, so that the demo's signed messages get through the real doors.
_derived_key = hashlib.sha256(SECRET_KEY.encode()).hexdigest()[:32] if DEBUG else ""
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default=_derived_key)
# Where Twilio is told that a contact consented again, and as which sender: a number or a messaging service (MG…).
TWILIO_ACCOUNTS_URL = env.str("TWILIO_ACCOUNTS_URL", default="https://accounts.twilio.com")
TWILIO_CONSENT_SENDER = env.str("TWILIO_CONSENT_SENDER", default="")
# Notices to staff go by this e-mail server, such as smtp+tls://user:password@mail.example.com:587; none without it.
vars().update(env.email_url_config(env.str("EMAIL_URL", default="dummymail://")))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="consent-desk@localhost")
MAILGUN_WEBHOOK_SIGNING_KEY = env.str("MAILGUN_WEBHOOK_SIGNING_KEY", default=_derived_key)
# What the other e-mail doors are locked with (docs/providers/). A door without its secret is closed. Each may hold
# several, separated by commas, so that one can be replaced without a gap.
EMAIL_WEBHOOKS: dict[str, dict[str, list[str]]] = {
    "amazon_ses": {"topic_arns": env.list("AMAZON_SES_TOPIC_ARNS", default=[])},
    "brevo": {"basic_auth": env.list("BREVO_WEBHOOK_SECRET", default=[])},
    "mailersend": {"signing_secret": env.list("MAILERSEND_WEBHOOK_SIGNING_SECRET", default=[])},
    "mailjet": {"basic_auth": env.list("MAILJET_WEBHOOK_SECRET", default=[])},
    "mailtrap": {"signing_secret": env.list("MAILTRAP_WEBHOOK_SIGNING_SECRET", default=[])},
    "mandrill": {"webhook_key": env.list("MANDRILL_WEBHOOK_KEY", default=[])},
    "postal": {"public_key": env.list("POSTAL_WEBHOOK_PUBLIC_KEY", default=[])},
    "postmark": {"basic_auth": env.list("POSTMARK_WEBHOOK_SECRET", default=[])},
    "resend": {"signing_secret": env.list("RESEND_WEBHOOK_SIGNING_SECRET", default=[])},
    "sendgrid": {
        "verification_key": env.list("SENDGRID_WEBHOOK_VERIFICATION_KEY", default=[]),
        "basic_auth": env.list("SENDGRID_WEBHOOK_SECRET", default=[]),
    },
    "sparkpost": {"basic_auth": env.list("SPARKPOST_WEBHOOK_SECRET", default=[])},
    "unisender_go": {"api_key": env.list("UNISENDER_GO_API_KEY", default=[])},
}
# Mailgun's tries end after eight hours, and nobody knows whether each is signed anew.
MAILGUN_SIGNATURE_MAX_AGE = timedelta(hours=env.int("MAILGUN_SIGNATURE_MAX_AGE_HOURS", default=12))
# Read a permanent "generic" failure as a bounce even where its code (5.7.x) says that it is about the sender.
MAILGUN_STRICT_GENERIC = env.bool("MAILGUN_STRICT_GENERIC", default=False)
# Reads and cleans Mailgun's suppression lists, per sending domain. None: they are compared with nothing.
MAILGUN_API_KEY = env.str("MAILGUN_API_KEY", default="")
MAILGUN_DOMAINS: list[str] = env.list("MAILGUN_DOMAINS", default=[])
MAILGUN_API_BASE = env.str("MAILGUN_API_BASE", default="https://api.mailgun.net")
# Which list of ours a provider's own list, topic or group is, such as "sendgrid:1234=newsletter,postmark:news=news".
EMAIL_LISTS: dict[str, str] = env.dict("EMAIL_LISTS", default={})
# So many soft bounces, spread over more than so many days within so many weeks, count as a bounce (R10).
SOFT_BOUNCE_LIMIT = env.int("SOFT_BOUNCE_LIMIT", default=5)
SOFT_BOUNCE_SPREAD_DAYS = env.int("SOFT_BOUNCE_SPREAD_DAYS", default=7)
SOFT_BOUNCE_WINDOW_WEEKS = env.int("SOFT_BOUNCE_WINDOW_WEEKS", default=13)
META_APP_SECRET = env.str("META_APP_SECRET", default="")
# What Meta is told to send back when the webhook is set up; a word of your own.
META_VERIFY_TOKEN = env.str("META_VERIFY_TOKEN", default="")

# What erased addresses are hashed with. The first is used; all of them still match, so that a key can be replaced. Lost
# keys free the erased to be contacted again, so erasing is refused while there is none.
ERASURE_KEYS: list[str] = env.list("ERASURE_KEYS", default=[_derived_key] if DEBUG else [])

# For development and tests: outbound webhooks may also go to this very machine, over plain HTTP and at any port.
WEBHOOKS_TO_LOOPBACK = env.bool("WEBHOOKS_TO_LOOPBACK", default=False)

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,  # the Accept header says what is wanted, no query parameter does
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Consent Desk",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": "/"}],
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "ENUM_NAME_OVERRIDES": {
        "AddressKind": "contacts.vocabulary.AddressKind.choices",
        "Channel": "consent.vocabulary.Channel.choices",
        "ChannelToAsk": "config.api.vocabulary.CHANNEL_CHOICES",
        "EventKind": "consent.vocabulary.EventKind.choices",
        "DndStatus": "consent.vocabulary.DndStatus.choices",
        "SuppressionKind": "consent.vocabulary.Kind.choices",
        "Purpose": "consent.vocabulary.Purpose.choices",
        "ListPurpose": "lists.vocabulary.ListPurpose.choices",
        "EvidenceStatus": "consent.models.evidence.EvidenceStatus.choices",
    },
    "WEBHOOKS": ["config.api.webhook_messages.LEDGER_ENTRY"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.openapi.finish",
    ],
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

LOGGING_CONFIG = "config.logs.configure"
LOGGING = {"json": env.bool("LOG_JSON", default=not DEBUG), "level": env.str("LOG_LEVEL", default="INFO")}

from config.staff_theme import UNFOLD  # noqa: E402, F401  (the staff site's look, a page of its own)
