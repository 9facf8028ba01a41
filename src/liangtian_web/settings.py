"""Every setting, read from the environment once. A secret may stand in a file: `NAME_FILE` names it.

Nothing set → a home folder `./var`, its own PostgreSQL and its own secret key: enough for one office.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from liangtian_web import embedded
from liangtian_web.keys import load_keys


def text(name: str, default: str = "") -> str:
    """A setting as text; `NAME_FILE` is read when `NAME` is not set."""
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text("utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """A setting as yes or no."""
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "yes", "no", "true", "false"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}")
    return value in {"1", "yes", "true"}


def whole(name: str, default: int) -> int:
    """A setting as a whole number."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A setting as a list, separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """Django's dictionary for `postgresql://user:password@host:port/name?sslmode=…`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def basemap_hosts(url: str) -> list[str]:
    """The one host of a base map's template, as the security policy writes it; none for a path of this site."""
    if not url:
        return []
    parts = urlsplit(url)
    usable = parts.scheme in {"http", "https"} if parts.netloc else url.startswith("/")
    if (
        not usable
        or not all(place in url for place in ("{z}", "{x}", "{y}"))
        or re.search(r"[^\w.:\[\]-]", parts.netloc)
    ):
        raise ImproperlyConfigured(
            "LIANGTIAN_BASEMAP_URL must be an address of one host with {z}, {x} and {y}: https://host/…/{z}/{x}/{y}.png"
        )
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def embedded_database(role: str, password: str) -> dict[str, Any]:
    """Django's dictionary for the home folder's own server."""
    return database("postgresql:///") | {
        "NAME": embedded.DATABASE,
        "USER": role,
        "PASSWORD": password,
        "HOST": str(embedded.socket_folder(HOME)),
    }


HOME = Path(text("LIANGTIAN_HOME", "var")).resolve()
DEBUG = flag("LIANGTIAN_DEBUG")
SECRET_KEY = text("SECRET_KEY") or load_keys(HOME).secret_key
ALLOWED_HOSTS = words("LIANGTIAN_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = words("LIANGTIAN_ORIGINS")

# Two roles: the owner changes tables (`migrate`), the application reads and writes rows.
OWNER_COMMANDS = {"migrate", "sqlmigrate", "makemigrations", "showmigrations", "sqlflush", "dbshell"}
AS_OWNER = len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS
DATABASE_URL, DATABASE_OWNER_URL = text("DATABASE_URL"), text("DATABASE_OWNER_URL")
EMBEDDED = not DATABASE_URL
if EMBEDDED:
    keys = load_keys(HOME)
    APPLICATION = embedded_database(embedded.APP, keys.app)
    OWNER = embedded_database(embedded.OWNER, keys.owner)
else:
    APPLICATION = database(DATABASE_URL)
    OWNER = database(DATABASE_OWNER_URL or DATABASE_URL)
DATABASES = {"default": dict(OWNER if AS_OWNER else APPLICATION)}
# The role whose rights migrations narrow; empty when one role does everything.
APPLICATION_ROLE = APPLICATION["USER"] if APPLICATION["USER"] != OWNER["USER"] else ""
# Where the book's bundle takes the decisions of its entries from: an app above the book.
BOOK_DECISIONS = "liangtian_web.balance.basis.decisions"
# Whom the book asks before it takes an entry back: the same app, of what its procedures booked.
BOOK_REVERSALS = "liangtian_web.balance.taking_back.check"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
    "liangtian_web.reconcile",  # before ledger: its `book` command goes on from the ledger's
    "liangtian_web.people",
    "liangtian_web.trail",
    "liangtian_web.jobs",
    "liangtian_web.onemap",
    "liangtian_web.rulebook",
    "liangtian_web.ledger",
    "liangtian_web.review",
    "liangtian_web.registers",
    "liangtian_web.standing",
    "liangtian_web.balance",
    "liangtian_web.commitments",
    "liangtian_web.transfers",
    "liangtian_web.planning",
    "liangtian_web.papers",
    "liangtian_web.home",
]

MIDDLEWARE = [
    "liangtian_web.people.middleware.client_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "liangtian_web.people.middleware.LoginRequired",
    "liangtian_web.people.middleware.preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "liangtian_web.refusals.Refusals",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "liangtian_web.home.rail.rail",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

ROOT_URLCONF = "liangtian_web.urls"
WSGI_APPLICATION = "liangtian_web.wsgi.application"

# People
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "home:login", "home:index", "home:login"
AXES_FAILURE_LIMIT = whole("LIANGTIAN_LOGIN_FAILURES", 5)
LOGIN_FAILURES_ADDRESS = whole("LIANGTIAN_LOGIN_FAILURES_ADDRESS", 50)
LOGIN_FAILURES_USER = whole("LIANGTIAN_LOGIN_FAILURES_USER", 30)
AXES_HANDLER = "liangtian_web.people.guard.LoginGuard"
AXES_COOLOFF_TIME = timedelta(minutes=whole("LIANGTIAN_LOCKOUT_MINUTES", 15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "liangtian_web.people.views.locked_out"

# Language and time: Chinese first, English by the switch, never guessed from the browser.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
TIME_ZONE = text("LIANGTIAN_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
DATE_FORMAT = "Y-m-d"

# Files
STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = HOME / "uploads"
UPLOAD_BYTES_MAX = whole("LIANGTIAN_UPLOAD_MB_MAX", 2048) * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# Security. LIANGTIAN_TLS says that everything comes through a reverse proxy that speaks TLS to the outside, sets
# X-Forwarded-Proto and appends the client's address to X-Forwarded-For.
TLS = flag("LIANGTIAN_TLS")
if TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 86_400
    # Subdomains and browsers' preload lists are for the owner of the domain to bind, who cannot take it back for a year.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = whole("LIANGTIAN_SESSION_HOURS", 12) * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# A base map from elsewhere is configuration; without it no page asks any host but its own.
BASEMAP_URL, BASEMAP_NAME = text("LIANGTIAN_BASEMAP_URL"), text("LIANGTIAN_BASEMAP_NAME")
BASEMAP_HOSTS = basemap_hosts(BASEMAP_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *BASEMAP_HOSTS],
        "connect-src": [SELF, *BASEMAP_HOSTS],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# What one planning computation may take of the machine's memory, and how long files nobody asks for stay
PHYSICAL_BYTES = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
PLANNING_BYTES_MAX = whole("LIANGTIAN_PLANNING_MB_MAX", PHYSICAL_BYTES * 3 // 4 >> 20) * 2**20
FILES_KEPT = timedelta(days=whole("LIANGTIAN_FILES_DAYS", 90))
PLANNING_KEPT = timedelta(days=whole("LIANGTIAN_PLANNING_DAYS", 180))

# Jobs
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": text("LIANGTIAN_LOG_LEVEL", "WARNING")},
}
AXES_VERBOSE = False
