"""Typed settings from the environment. Every name that an operator may set starts GRIDWARD_.

GRIDWARD_VAR            folder for files, keys and the embedded database (default ./var)
GRIDWARD_DATABASE_URL   sqlite:///… or postgresql://role@host/database?schema=…
                        (default: SQLite in VAR)
GRIDWARD_SECRET_KEY     for sessions and forms; default: made once and kept in VAR/secret.key
GRIDWARD_HOSTS          host names that are answered, separated by commas (default: loopback only)
GRIDWARD_ADDRESS        how residents reach the portal, such as https://grid.example; it stands in
                        the QR codes of plates (default: as whoever prints them reached it)
GRIDWARD_HTTPS          1 when a proxy in front speaks TLS and sets X-Forwarded-Proto
GRIDWARD_DEMO           1 shows the demo's sign-in cards (with a demo database on loopback only)
GRIDWARD_BIND           address that `gridward serve` listens on (default 127.0.0.1)
GRIDWARD_NUMBER         three digits that begin every receipt (default 000)
GRIDWARD_KEY            short name of the jurisdiction in paths and jobs (default main)
GRIDWARD_ZONE           IANA time zone (default Asia/Shanghai)
GRIDWARD_LANGUAGE       in which commands speak: zh (default) or en
GRIDWARD_DEBUG          1 for developers
GRIDWARD_LOG_LEVEL      of our own lines (default INFO)
GRIDWARD_API_CALLS_A_MINUTE  how often one personal token may call, in each process (default 300)

GRIDWARD_MAP            what lies under the cells on maps: none (default), tianditu, xyz, pmtiles
GRIDWARD_MAP_APPROVAL   the approval number (审图号) that is shown with it; required
GRIDWARD_MAP_CREDIT     whose map it is, shown beside the number
GRIDWARD_MAP_KEY        the key of 天地图 (tianditu)
GRIDWARD_MAP_LAYER      vec (default), img or ter (tianditu)
GRIDWARD_MAP_URL        tile address with {z}, {x}, {y} (xyz)
GRIDWARD_MAP_FILE       a PMTiles file, version 3, that is served from here (pmtiles)
GRIDWARD_MAP_DATUM      of the source: cgcs2000 (default) or wgs84

GRIDWARD_SMS            how reporters are told: none (default: nobody is), log (a line without
                        number or words, nothing leaves the machine), fake, http
GRIDWARD_SMS_URL        where the gateway takes messages (http)
GRIDWARD_SMS_TOKEN      sent as Authorization: Bearer …
GRIDWARD_SMS_SECRET     signs what is sent: X-Signature = HMAC-SHA256 of “X-Timestamp.body”
GRIDWARD_SMS_TEMPLATES  JSON: notice key → number of the gateway's template
GRIDWARD_SMS_FIELDS     JSON: our names (id, to, text, template, values) → the gateway's
GRIDWARD_SMS_REPLY_SECRET  signs what the gateway sends to /hooks/sms/; without it that is closed
GRIDWARD_WECOM          how staff is told besides the inbox: none (default), log, fake, wecom
GRIDWARD_WECOM_URL      of the API (default https://qyapi.weixin.qq.com)
GRIDWARD_WECOM_CORP     the enterprise's id; with GRIDWARD_WECOM_AGENT and GRIDWARD_WECOM_SECRET
GRIDWARD_WECOM_AGENT    the application's number
GRIDWARD_WECOM_SECRET   the application's secret
GRIDWARD_WECOM_USER     a member's name there (default {staff_number})
GRIDWARD_EMAIL          the same by e-mail: none (default), log, smtp
GRIDWARD_EMAIL_HOST     of the mail server; GRIDWARD_EMAIL_PORT (default 587), _USER, _PASSWORD
GRIDWARD_EMAIL_TLS      starttls (default), tls or none
GRIDWARD_EMAIL_SENDER   who it is from
GRIDWARD_EMAIL_ADDRESS  where staff is written to, such as {staff_number}@grid.example
GRIDWARD_NOTICES_FAKE   where `gridward notices fake` listens (default http://127.0.0.1:8025)
GRIDWARD_NOTICES_PROXY  a proxy for SMS and WeCom (default: none, whatever the environment says)
GRIDWARD_NOTICES_SECONDS  patience with one answer of a gateway (default 10)
"""

from __future__ import annotations

import os
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _

from gridward.core.jurisdiction import Jurisdiction
from gridward.notify import environment
from gridward.web import logs
from gridward.web.ui import basemap

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent


def env(name: str, default: str = "") -> str:
    """The environment's word for `name`, stripped."""
    return os.environ.get(name, default).strip()


def database_from_url(url: str) -> dict[str, Any]:
    """A DATABASES entry for sqlite:///path or postgresql://user:password@host:port/name?schema=s."""
    parts = urlparse(url)
    # a demonstration being built is thrown away when anything interrupts it
    synchronous = "OFF" if env("GRIDWARD_BUILDING") == "1" else "FULL"
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:] if parts.path.startswith("//") else parts.path),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                # FULL: a receipt once given survives a power cut
                "init_command": (
                    f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};"
                    "PRAGMA foreign_keys=ON;"
                    "PRAGMA secure_delete=ON; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
                    "PRAGMA temp_store=MEMORY"
                ),
            },
        }
    if parts.scheme in ("postgres", "postgresql"):
        query = parse_qs(parts.query)
        # compiling a plan takes longer than any of our questions
        asked = ["-c jit=off"]
        if "schema" in query:
            asked.append(f"-c search_path={query['schema'][0]}")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or query.get("host", [""])[0],
            "PORT": str(parts.port or ""),
            "OPTIONS": {"options": " ".join(asked)},
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": False,
        }
    raise ValueError(
        f"GRIDWARD_DATABASE_URL begins {parts.scheme!r}; use sqlite:/// or postgresql://"
    )


def whole_number(name: str, default: int) -> int:
    """The environment's number for `name`. Raises ValueError."""
    said = env(name) or str(default)
    if not said.isdecimal():
        raise ValueError(f"{name} is {said!r}; use a whole number")
    return int(said)


def own_jurisdiction() -> Jurisdiction:
    """The one jurisdiction that the environment names. Raises ValueError."""
    key, number = env("GRIDWARD_KEY") or "main", env("GRIDWARD_NUMBER") or "000"
    zone = env("GRIDWARD_ZONE") or "Asia/Shanghai"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", key):
        raise ValueError(f"GRIDWARD_KEY is {key!r}; use a short name such as chengtang")
    if not re.fullmatch(r"\d{3}", number):
        raise ValueError(f"GRIDWARD_NUMBER is {number!r}; use three digits")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"GRIDWARD_ZONE is {zone!r}; use a name such as Asia/Shanghai") from None
    return Jurisdiction(key=key, number=number, database="default", zone=zone)


def secret_key() -> str:
    """GRIDWARD_SECRET_KEY, or one made once and kept in VAR with mode 600."""
    if given := env("GRIDWARD_SECRET_KEY"):
        return given
    path = GRIDWARD_VAR / "secret.key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        GRIDWARD_VAR.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = secrets.token_urlsafe(48)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(fresh)
        return fresh


GRIDWARD_VAR = Path(env("GRIDWARD_VAR") or "var").resolve()
GRIDWARD_PACKS = next(
    p for p in (ROOT / "packs", PACKAGE / "_packs") if p.is_dir() or p.parent == PACKAGE
)
GRIDWARD_DEMO = env("GRIDWARD_DEMO") == "1"
GRIDWARD_BIND = env("GRIDWARD_BIND") or "127.0.0.1"
GRIDWARD_LANGUAGE = "en" if env("GRIDWARD_LANGUAGE").startswith("en") else "zh-hans"
GRIDWARD_ADDRESS = env("GRIDWARD_ADDRESS").rstrip("/")
_own = own_jurisdiction()
GRIDWARD_JURISDICTIONS: dict[str, Jurisdiction] = {_own.key: _own}

GRIDWARD_MAP = basemap.from_environment(env)
GRIDWARD_NOTICES = environment.from_environment(env)

DEBUG = env("GRIDWARD_DEBUG") == "1"
SECRET_KEY = secret_key()
ALLOWED_HOSTS = [h for h in env("GRIDWARD_HOSTS").split(",") if h] or [
    "127.0.0.1",
    "localhost",
    "[::1]",
]
if not env("GRIDWARD_DATABASE_URL"):
    GRIDWARD_VAR.mkdir(parents=True, exist_ok=True, mode=0o700)  # the embedded database lies there
DATABASES = {
    "default": database_from_url(
        env("GRIDWARD_DATABASE_URL") or f"sqlite:///{GRIDWARD_VAR / 'gridward.sqlite3'}"
    )
}
DATABASE_ROUTERS = ["gridward.core.jurisdiction.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "journal",
    "vault",
    "catalog",
    "territory",
    "directory",
    "access",
    "notify",
    "tasks",
    "cases",
]
SURFACES = ["ui", "portal", "workbench", "field", "outside", "api", "cli"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_tasks",
    "django_tasks_db",
    *[f"gridward.{r}" for r in ROOMS if (PACKAGE / r / "apps.py").exists()],
    *[f"gridward.web.{s}" for s in SURFACES if (PACKAGE / "web" / s / "apps.py").exists()],
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

MIDDLEWARE = [
    "gridward.web.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "gridward.web.ui.sessions.SessionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gridward.web.problems.ProblemMiddleware",
]
CSRF_FAILURE_VIEW = "gridward.web.problems.csrf_refused"
ROOT_URLCONF = "gridward.web.urls"
WSGI_APPLICATION = "gridward.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "gridward.web.ui.context.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "access.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "gridward.access.backends.StaffBackend",
    "gridward.access.backends.SecondFactorBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login",)},
    },
]
LOGIN_URL = "account:sign-in"

# failed sign-ins are counted by name and address together: an estate shares one address, and
# nobody can lock a duty chief out from elsewhere by knowing a staff number
AXES_USERNAME_FORM_FIELD = "username"  # of the credentials, not of the form
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["login", "password", "code"]
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # the sign-in view itself says that one is locked out
AXES_CLIENT_STR_CALLABLE = "gridward.access.backends.client_for_log"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
# nothing to collect: WhiteNoise serves what the packages carry; the front end's names hold digests
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/gridward/assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9]+$"

# Everything comes from here and nothing is inline; pictures may be made in the page itself.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *GRIDWARD_MAP.hosts],
        "media-src": ["'self'", "blob:"],  # how long a chosen film plays, before it is sent
        "font-src": ["'self'"],
        "connect-src": ["'self'", *GRIDWARD_MAP.hosts],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# how often one personal token may call, in each process of the server
GRIDWARD_API_CALLS_A_MINUTE = whole_number("GRIDWARD_API_CALLS_A_MINUTE", 300)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600  # a working day at most; 30 idle minutes end it earlier
SESSION_COOKIE_NAME = "gw_session"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
if env("GRIDWARD_HTTPS") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
X_FRAME_OPTIONS = "DENY"

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.config(debug=DEBUG, level=env("GRIDWARD_LOG_LEVEL", "INFO"))
