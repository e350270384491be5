"""Stage 2: the extraction tables (`lexicon/*.yaml`), read once a process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kg.errors import ExtractError


@cache
def table(name: str) -> Any:
    """Return the content of `lexicon/NAME.yaml`."""
    try:
        return yaml.safe_load((files("kg.extract") / "lexicon" / f"{name}.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ExtractError(f"kg/extract/lexicon/{name}.yaml: {error}") from error


def words(lines: object) -> frozenset[str]:
    """Return the words of a list whose items may hold several, parted by commas."""
    items = lines if isinstance(lines, list) else [lines or ""]
    return frozenset(word.strip() for line in items for word in str(line).split(",") if word.strip())


@dataclass(frozen=True, slots=True)
class InstitutionKind:
    """One row of `institutions.yaml`."""

    kind: str
    heads: frozenset[str]
    phrases: tuple[str, ...]


@cache
def institution_kinds() -> tuple[InstitutionKind, ...]:
    """Return the kinds of institutions and the words that tell them, in order."""
    return tuple(
        InstitutionKind(row["kind"], words(row.get("heads")), tuple(row.get("phrases", ())))
        for row in table("institutions")
    )


@cache
def institution_heads() -> frozenset[str]:
    """Return every word that can be the head of an institution's name."""
    return frozenset().union(*(row.heads for row in institution_kinds()))


@dataclass(frozen=True, slots=True)
class Titles:
    """The words of `titles.yaml`."""

    heads: frozenset[str]
    before: frozenset[str]
    honours: frozenset[str]
    former: frozenset[str]
    """Words that say when, not what: a former minister."""
    fields: frozenset[str]
    """Fields of government, which a minister's title lists."""
    ambiguous: frozenset[str]
    """Heads before which a capitalised word need be no person."""


@cache
def titles() -> Titles:
    """Return the words of offices and honours."""
    rows = table("titles")
    return Titles(
        *(words(rows[name]) for name in ("heads", "before", "honours", "former", "fields", "ambiguous"))
    )


@dataclass(frozen=True, slots=True)
class Trigger:
    """One row of `events.yaml` or `agreements.yaml`: words, and what their neighbours mean."""

    kind: str
    verbs: frozenset[str]
    nouns: frozenset[str]
    slots: Mapping[str, frozenset[str]]
    """Meaning (who, host, where) -> the grammatical neighbours that fill it."""
    needs: frozenset[str]
    light: bool
    """The noun counts only with a verb such as hold, or with who or when."""
    objects: frozenset[str] = frozenset()
    """Of what the verb must be said."""
    rule: str = ""
    """What its confidence is measured by."""
    particle: str = ""
    """The word without which the verb means something else: hand over."""
    subjects: frozenset[str] = frozenset()
    """Who must do it."""
    dated: bool = False
    """It counts only with a date."""
    several: bool = False
    """It counts only of several, and with a day or a place: `A and B met in Oslo`."""


@cache
def triggers(name: str) -> tuple[Trigger, ...]:
    """Return the rows of a trigger table."""
    return tuple(
        Trigger(
            kind=row["kind"],
            verbs=words(row.get("verbs")),
            nouns=words(row.get("nouns")),
            slots={slot: words(row.get(slot)) for slot in ("who", "host", "where")},
            needs=words(row.get("needs")),
            light=bool(row.get("light", False)),
            objects=words(row.get("objects")),
            rule=row.get("rule", row["kind"]),
            particle=row.get("particle", ""),
            subjects=words(row.get("subjects")),
            dated=bool(row.get("dated", False)),
            several=bool(row.get("several", False)),
        )
        for row in table(name)["triggers"]
    )


@dataclass(frozen=True, slots=True)
class Bargains:
    """The words of `agreements.yaml`."""

    kinds: tuple[Trigger, ...]
    phrases: Mapping[str, tuple[str, ...]]
    verbs: Mapping[str, str]
    """Base form of a verb -> the status that it tells."""
    preliminary: frozenset[str]
    joining: frozenset[str]
    """Verbs that tell of a partnership by themselves."""
    together: Mapping[str, frozenset[str]]
    """Verb -> the objects with which it tells of a partnership: `join hands`."""
    pairing: frozenset[str]
    """Verbs that tell of a partnership with, or of, those who suffer them: `is twinned with`."""
    buying: frozenset[str]
    """Verbs whose object is the body that is bought."""
    ordering: frozenset[str]
    """Verbs of buying something from a body."""
    twins: frozenset[str]
    """Nouns of two that are partners: `sister cities`."""
    ties: frozenset[str]
    """Nouns that name a partnership of `sister` ones."""
    sistering: frozenset[str]
    """Words that make a tie or an agreement one of sister cities."""
    documents: frozenset[str]
    """Nouns for the paper that an agreement stands on."""
    trading: frozenset[str]
    """Nouns of a contract `of` the body that is bought."""
    vague: frozenset[str]
    """Verbs of no more than good will: `agreed to deepen`."""
    binding: frozenset[str]
    """Verbs of which an agreement is the subject and its parties the object."""
    papers: frozenset[str]
    """Nouns that name an agreement only where they are signed."""
    with_particle: Mapping[str, str]
    """Verb -> the particle without which it means something else."""
    grounds: frozenset[str]
    """Prepositions that take an agreement as given."""
    undecided: frozenset[str]
    """Verbs that leave an agreement open."""
    having: frozenset[str]
    """Verbs whose object is an agreement that stands."""
    under: Mapping[str, str]
    """Noun that an agreement may hang on -> the status that this gives it."""
    leaving: frozenset[str]
    """Verbs of leaving an agreement or its talks: `pulled out of`."""
    failing: frozenset[str]
    """Verbs that say of an agreement, or of talks, that nothing comes of it."""
    awaited: frozenset[str]
    """Verbs that say in the passive that an agreement is still to come."""
    being: Mapping[str, str]
    """Word after `is` -> the status that it gives an agreement; empty where it gives none."""


@cache
def bargains() -> Bargains:
    """Return the words that tell of agreements."""
    rows = table("agreements")
    kinds = tuple(
        Trigger(row["kind"], frozenset(), words(row.get("nouns")), {}, frozenset(), bool(row.get("loose")))
        for row in rows["kinds"]
    )
    return Bargains(
        kinds=kinds,
        phrases={row["kind"]: tuple(row.get("phrases", ())) for row in rows["kinds"]},
        verbs={verb: status for status, line in rows["verbs"].items() for verb in words(line)},
        preliminary=words(rows["preliminary"]),
        joining=words(rows["joining"]),
        together={verb: words(line) for verb, line in rows["together"].items()},
        pairing=words(rows["pairing"]),
        buying=words(rows["buying"]),
        ordering=words(rows["ordering"]),
        twins=words(rows["twins"]),
        ties=words(rows["ties"]),
        sistering=words(rows["sistering"]),
        documents=words(rows["documents"]),
        trading=words(rows["trading"]),
        vague=words(rows["vague"]),
        binding=words(rows["binding"]),
        papers=words(rows["papers"]),
        with_particle=rows["with_particle"],
        grounds=words(rows["grounds"]),
        undecided=words(rows["undecided"]),
        having=words(rows["having"]),
        under={noun: status for status, line in rows["under"].items() for noun in words(line)},
        leaving=words(rows["leaving"]),
        failing=words(rows["failing"]),
        awaited=words(rows["awaited"]),
        being={word: status for status, line in rows["being"].items() for word in words(line)},
    )


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of `topics.yaml`."""

    name: str
    pattern: re.Pattern[str]


@cache
def topics() -> tuple[Topic, ...]:
    """Return the topics that English words tell."""
    return tuple(
        Topic(name, re.compile(rf"\b(?:{'|'.join(row['words'])})\b", re.IGNORECASE))
        for name, row in sorted(table("topics").items())
        if row.get("words")
    )
