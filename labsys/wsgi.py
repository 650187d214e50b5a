"""The web application as gunicorn runs it. Every page is loaded before the first visitor comes, not by that visitor.

Nor does the first file wait for the broker: the way there is opened beside, because a broker may be long in answering.
"""

import gc
import os
import threading

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from labsys.celery import open_broker
from labsys.starting import collect_seldom

collect_seldom()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsys.settings")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  # reading it imports the views
threading.Thread(target=open_broker, name="broker", daemon=True).start()

# What was loaded so far stays until the process ends. The garbage collector need not walk through it again: that took
# up to 0.1 s, always in the middle of somebody's page.
gc.collect()
gc.freeze()
