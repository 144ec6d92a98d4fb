"""How to reach a running embedded server."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """Where the server is and who may enter. `host` is the folder of its Unix socket."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    dbname: str

    def django(self) -> dict[str, str]:
        """Return the entry for Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": str(self.port),
            "USER": self.user,
            "PASSWORD": self.password,
            "NAME": self.dbname,
        }

    def url(self) -> str:
        """Return the same as one postgresql:// URL, password included, for psql and psycopg."""
        user, password, dbname = (quote(part, safe="") for part in (self.user, self.password, self.dbname))
        where = urlencode({"host": self.host, "port": self.port}, quote_via=quote)
        return f"postgresql://{user}:{password}@/{dbname}?{where}"
