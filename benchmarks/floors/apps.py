"""Installed by the floors' own settings only."""

from django.apps import AppConfig


class FloorsConfig(AppConfig):
    """Tables of the benchmarks; `migrate --run-syncdb` makes them in the database of a run."""

    name = "benchmarks.floors"
    label = "floors"
    default_auto_field = "django.db.models.BigAutoField"
