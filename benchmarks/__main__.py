"""`python -m benchmarks`: measure the product against floors and rivals, print ratios, write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import pkgutil
import sys
import time
from collections.abc import Sequence
from importlib import import_module

from benchmarks import database, paths, report
from benchmarks.scale import SCALES

NAMES = sorted(module.name for module in pkgutil.iter_modules(paths.__path__))


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks that are asked for, one after the other on one copy of the data."""
    asked = _parser().parse_args(arguments)
    scale = SCALES[asked.scale]
    os.environ["DATABASE_URL"] = database.prepare(scale)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415  (it connects to the database that we have just made)

    django.setup()
    from django.db import connection  # noqa: PLC0415

    try:
        for name in asked.only or NAMES:
            path = import_module(f"benchmarks.paths.{name}")
            started = time.perf_counter()
            measured = path.run(scale)
            section = report.section(path, measured, scale, report.machine(connection))
            print(f"\n{section}\n({time.perf_counter() - started:.0f} s)", flush=True)
            if scale.is_reported:
                report.keep(name, section)
    finally:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's backend has it
        database.drop(scale)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--scale", choices=list(SCALES), default="1m", help="how many contacts (default: 1m)")
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help=f"some of: {', '.join(NAMES)}")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
