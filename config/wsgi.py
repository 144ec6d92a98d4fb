import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Every view is loaded now rather than with the first request. What is loaded by now stays: the collector need not look
# through it while it looks for a large call's garbage.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
# A call about thousands makes tens of thousands of small values and leaves no cycles: after 700 of them, as Python
# begins, there is nothing to find yet.
gc.set_threshold(50_000, 20, 20)
