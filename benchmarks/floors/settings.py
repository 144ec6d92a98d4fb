"""The product's settings with nothing in the way: no middleware, no check of a connection before it is lent."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS

MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.floors.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.floors.apps.FloorsConfig"]
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
