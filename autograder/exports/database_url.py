"""Database URLs that work whatever drivers are installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any


def database_url(url: str) -> Any:
    """Parse a SQLAlchemy URL; ``postgresql://`` gets the PostgreSQL driver that is installed.

    Which driver it means by itself depends on SQLAlchemy: psycopg2 before version 2.1, psycopg since.

    Raises:
        sqlalchemy.exc.ArgumentError: the text is no URL.
    """
    from sqlalchemy import make_url

    parsed = make_url(url)
    driver = next((name for name in ("psycopg", "psycopg2") if find_spec(name)), None)
    if parsed.drivername in ("postgresql", "postgres") and driver:
        return parsed.set(drivername=f"postgresql+{driver}")
    return parsed
