"""Settings of the whole house. What a deployment decides comes from the environment, with a default for each."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import pghistory
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from labsys import broker, environment, logs
from labsys.databases import SCHEMES, app_role, conninfo, databases
from labsys.local.home import Home, derived

django_stubs_ext.monkeypatch()  # lets `ModelAdmin[Cell]` and the like be written where Django has no such class

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What a deployment decides
LABSYS_HOME = environment.folder("LABSYS_HOME", BASE_DIR / ".labsys")
LABSYS_MAX_UPLOAD_BYTES = environment.count("LABSYS_MAX_UPLOAD_BYTES", 4 * 1024**3)
LABSYS_PRODUCTION = environment.flag("LABSYS_PRODUCTION")  # https only, with everything that follows from it
LABSYS_PROCESS = environment.text("LABSYS_PROCESS", "web")  # "worker" where the supervisor starts one

HOME = Home(LABSYS_HOME)
HOME.make()
# Raw files and tables, and the limits of the process that reads them.
LABSYS_BLOBS = environment.storage_folder("LABSYS_STORAGE_URL", LABSYS_HOME / "files")
LABSYS_SCRATCH = HOME.scratch  # beside the blobs, so that an upload is moved and not copied
LABSYS_READER_SECONDS = environment.count("LABSYS_READER_SECONDS", 180)
LABSYS_ANALYSIS_SECONDS = environment.count("LABSYS_ANALYSIS_SECONDS", 40)
LABSYS_READER_MEMORY_BYTES = environment.count("LABSYS_READER_MEMORY_BYTES", 4 * 1024**3)
LABSYS_READER_FILE_BYTES = environment.count("LABSYS_READER_FILE_BYTES", 4 * 1024**3)
SECRET_KEY = environment.text("LABSYS_SECRET_KEY") or HOME.secret("key")
DEBUG = environment.flag("LABSYS_DEBUG")
if DEBUG and LABSYS_PRODUCTION:
    raise ImproperlyConfigured(
        "LABSYS_DEBUG shows every visitor the code; with LABSYS_PRODUCTION=1 it stays off."
    )
ALLOWED_HOSTS = environment.words("LABSYS_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
TIME_ZONE = environment.time_zone("LABSYS_TIME_ZONE", "UTC")
LOGGING = logs.configuration("INFO")

# --- The house
INSTALLED_APPS = [
    "labsys",  # first: its `migrate` stands before Django's
    "characterization",
    "cells",
    "synthesis",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "pgtrigger",
    "pghistory",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "labsys.headers.NoNulInAddresses",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "labsys.headers.PrivateAnswers",
    "labsys.provenance.Provenance",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "synthesis.seeing.OncePerPage",
    "synthesis.submissions.SentOnce",  # last: what it calls itself is the view
]
ROOT_URLCONF = "labsys.urls"
WSGI_APPLICATION = "labsys.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "labsys" / "locale"]
USE_I18N = True
USE_TZ = True

# --- Data
_OWNER_URL = environment.url("LABSYS_DATABASE_URL", SCHEMES)
_APP_URL = environment.url("LABSYS_APP_DATABASE_URL", SCHEMES)
_APP_PASSWORD = derived(SECRET_KEY, "database role")
DATABASES = databases(
    HOME,
    owner_url=_OWNER_URL,
    app_url=_APP_URL,
    app_password=_APP_PASSWORD,
    statement_limit_s=600 if LABSYS_PROCESS == "worker" else 30,
)
DATABASE_IS_OURS = not (_OWNER_URL or _APP_URL)  # embedded: its roles are made when it starts
# The role that `migrate` gives its rights, and makes on a server that is not ours.
APP_ROLE_IS_NAMED = bool(_APP_URL)
if DATABASE_IS_OURS or APP_ROLE_IS_NAMED:
    APP_ROLE, APP_ROLE_PASSWORD = DATABASES["default"]["USER"], DATABASES["default"]["PASSWORD"]
else:
    APP_ROLE, APP_ROLE_PASSWORD = app_role(DATABASES["owner"]["USER"]), _APP_PASSWORD
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = (
    True  # static files are served from where they stand: no collecting, with DEBUG off too
)
MEDIA_ROOT = LABSYS_HOME / "media"
FILE_UPLOAD_TEMP_DIR = LABSYS_SCRATCH
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- People
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- The browser
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],  # plotly positions its layers by style attributes
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if LABSYS_PRODUCTION and host != "*"]
# Over plain http on one machine, as `make demo` runs, the cookies below could not be set: production only.
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LABSYS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without the proxy
SECURE_HSTS_SECONDS = 365 * 86400 if LABSYS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = LABSYS_PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if LABSYS_PRODUCTION else "labsys-session"
CSRF_COOKIE_NAME = "__Host-csrf" if LABSYS_PRODUCTION else "labsys-csrf"
if environment.flag("LABSYS_TRUSTED_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- REST: authentication, permissions, errors and paging of the API are set in this dict and nowhere else
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "synthesis.authentication.BearerAuthentication",  # first: it says how to log in (401)
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["synthesis.authentication.PeopleOnly"],
    "DEFAULT_RENDERER_CLASSES": ["synthesis.api.rendering.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "synthesis.api.paging.KeyPages",
    "DEFAULT_FILTER_BACKENDS": ["synthesis.api.filters.ListFilters"],
    "EXCEPTION_HANDLER": "synthesis.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter of table downloads
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "labsys",
    "DESCRIPTION": "Samples, their chain, files and measurements. Errors are problem details (RFC 9457).",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["synthesis.authentication.PeopleOnly"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "SampleKind": "synthesis.models.samples.Kind",
        "SampleState": "synthesis.models.samples.State",
        "EntryKind": "synthesis.models.ledger.LedgerEntry.Kind",
        "BookingKind": "synthesis.api.every_sample.Bookable",
        "FileState": "characterization.models.files.JobState",
        "EquipmentCheckKind": "synthesis.models.equipment.EquipmentCheck.Kind",
        "DocumentKind": "characterization.models.documents.Document.Kind",
        "LibraryKind": "characterization.models.library.LibraryEntry.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- The worker
CELERY_BROKER_URL = environment.url("LABSYS_BROKER_URL", broker.SCHEMES) or "pgmq://"
CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(CELERY_BROKER_URL, conninfo(DATABASES["default"]))
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever: the supervisor decides when to give up
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # what came of a task stands on its Job row
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 100
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(LABSYS_HOME / "beat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "pulse": {"task": "characterization.pulse", "schedule": timedelta(seconds=10)},
    "sweep": {"task": "characterization.sweep", "schedule": timedelta(seconds=15)},
    "catch-up": {"task": "characterization.catch_up", "schedule": timedelta(seconds=30)},
    "tidy": {"task": "characterization.tidy", "schedule": timedelta(hours=6)},
}
