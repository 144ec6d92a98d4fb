"""Who the synthetic contacts are: names and numbers of several countries, the same for the same place in the row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """`number` takes the place in the row as nine digits; `weight` of a hundred contacts live there."""

    weight: int
    language: str
    time_zone: str
    prefix: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


COUNTRIES = (
    Country(
        46,
        "en",
        "America/New_York",
        "+1",
        ("James", "Mary", "Robert", "Linda", "Dakota", "Alexis", "Noah", "Olivia", "Tyrone", "Keisha"),
        ("Smith", "Johnson", "Nguyen", "Garcia", "Kowalski", "Washington", "Lee", "O'Brien", "Martinez", "Cohen"),
    ),
    Country(
        14,
        "en",
        "Europe/London",
        "+447",
        ("Oliver", "Amelia", "Harry", "Isla", "Mohammed", "Priya", "Ewan", "Siân"),
        ("Jones", "Taylor", "Patel", "Khan", "Campbell", "Evans", "Wright", "Okafor"),
    ),
    Country(
        12,
        "de",
        "Europe/Berlin",
        "+4915",
        ("Lukas", "Jürgen", "Anna", "Käthe", "Mehmet", "Sophie", "Björn"),
        ("Müller", "Schäfer", "Weiß", "Yılmaz", "Groß", "Becker"),
    ),
    Country(
        10,
        "fr",
        "Europe/Paris",
        "+336",
        ("Léa", "Jean-Luc", "Chloé", "Karim", "Zoé", "François"),
        ("Lefèvre", "Moreau", "Benali", "D'Angelo", "Petit", "Nguyên"),
    ),
    Country(
        9,
        "es",
        "Europe/Madrid",
        "+346",
        ("José", "Lucía", "Íñigo", "Begoña", "Mateo", "Ana María"),
        ("García López", "Núñez", "Etxeberria", "Peña", "Fernández"),
    ),
    Country(
        9,
        "pt-BR",
        "America/Sao_Paulo",
        "+55119",
        ("João", "Ana", "Thiago", "Conceição", "Rafaela"),
        ("da Silva", "Araújo", "Gonçalves", "dos Santos", "Tanaka"),
    ),
)
_BY_LOT = tuple(country for country in COUNTRIES for _ in range(country.weight))


def country_of(draw: float) -> Country:
    """Return the country that a draw from 0 to 1 falls to."""
    return _BY_LOT[int(draw * len(_BY_LOT))]


def phone_of(country: Country, place: int) -> str:
    """Return a number in E.164 that nobody else in the row has."""
    if country.prefix == "+1":
        # Area codes and exchanges begin with 2 to 9.
        area, rest = divmod(place, 8_000_000)
        return f"+1{201 + area}{2_000_000 + rest}"
    return f"{country.prefix}{place:08d}"
