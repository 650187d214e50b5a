"""The project's settings on the PostgreSQL of this test run."""

from labsys.starting import collect_seldom
from tests import cluster

collect_seldom()
cluster.prepare()

from labsys.settings import *  # noqa: E402, F403 - the settings read the environment that was just prepared

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a login costs 0.1 s otherwise
WHITENOISE_AUTOREFRESH = True  # else every new client lists all static files before it asks anything: 40 ms
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = False
