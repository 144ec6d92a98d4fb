"""How large the synthetic business is, and how often each way is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """`stops` are the requests of one HTTP measurement, `bulk` the contacts of one bulk action."""

    name: str
    contacts: int
    repeats: int
    stops: int
    bulk: int

    @property
    def is_reported(self) -> bool:
        """Smaller runs show that the benchmarks work, or serve a quick look; their figures are nobody's report."""
        return self.contacts >= 100_000


SCALES = {
    scale.name: scale
    for scale in (
        Scale("tiny", contacts=300, repeats=1, stops=8, bulk=100),
        Scale("10k", contacts=10_000, repeats=3, stops=400, bulk=5_000),
        Scale("100k", contacts=100_000, repeats=3, stops=1_500, bulk=10_000),
        Scale("1m", contacts=1_000_000, repeats=2, stops=1_000, bulk=100_000),
        Scale("10m", contacts=10_000_000, repeats=3, stops=2_000, bulk=100_000),
    )
}
