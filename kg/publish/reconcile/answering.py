"""Stage 6, publish: candidates for each query of a batch; a wrong one spoils no other."""

from collections.abc import Mapping
from typing import Any

from kg.publish.errors import ProblemError
from kg.publish.reconcile.asked import MOST_CANDIDATES, Asked, asked_of
from kg.publish.reconcile.evidence import Held, Witness, gather, paths_called, with_value
from kg.publish.reconcile.properties import Property
from kg.publish.reconcile.ranking import Candidate, Ranked, Support, candidates_of, ranked
from kg.publish.site import Site
from kg.search import NameIndex, Thing
from kg.search.fold import fold, tokens
from kg.vocabulary import KG

_Found = dict[str, tuple[Asked, list[Candidate]]]


def answers(
    site: Site, index: NameIndex, properties: Mapping[str, Property], batch: Mapping[str, object]
) -> dict[str, Any]:
    """Return the answer to each query of a batch under its key."""
    found: _Found = {}
    told: dict[str, Any] = {}
    for key, query in batch.items():
        try:
            asked = asked_of(query, properties)
        except ProblemError as error:
            # `result` must be there; `error` says that this is no "none".
            told[key] = {"result": [], "error": error.title}
        else:
            found[key] = (asked, _candidates(site, index, asked))
            told[key] = {}
    support = _support(site, index, found)
    for key, (asked, candidates) in found.items():
        schemes = frozenset(g.name for g in asked.given if g.property is not None and g.property.scheme)
        best = ranked(asked, candidates[:MOST_CANDIDATES], support.get(key, {}), schemes)
        told[key] = {"result": [_written(site, each) for each in best]}
    return told


def _candidates(site: Site, index: NameIndex, asked: Asked) -> list[Candidate]:
    named = index.named(asked.text, asked.filter)
    if asked.kinds and not asked.filter:
        named += index.named(asked.text, asked.kinds)
    led = _by_properties(site, index, asked)
    named += [(thing, name) for thing in led for name in index.names_of(thing.path) or [thing.label]]
    words = {word for text in (asked.text, *(name for _, name in named)) for word in tokens(fold(text))}
    weights = index.weights(words)
    called = index.all_at(paths_called(site, index, asked.text)).values() if asked.text else ()
    found = candidates_of(asked, named, called, lambda word: weights[word])
    # What a property leads to must be among those that are compared, whatever it is called.
    return sorted(found, key=lambda each: each.thing not in led)


def _by_properties(site: Site, index: NameIndex, asked: Asked) -> list[Thing]:
    """Return the things that a property leads to: by an id, or, where no name is asked for, by its value."""
    paths: list[str] = []
    for given in asked.given:
        if given.property is None:
            continue
        if given.property.scheme:
            ids = (v.id or v.text for v in given.values)
            paths += [path for each in ids for path in paths_called(site, index, each)]
        elif not asked.text:
            meant = [path for v in given.values if v.id for path in paths_called(site, index, v.id)]
            meant += [t.path for v in given.values if v.text for t, name in index.named(v.text)
                      if fold(name) == fold(v.text)]  # fmt: skip
            paths += with_value(site, given.property, meant, limit=MOST_CANDIDATES) if meant else []
    return list(index.all_at(paths[:MOST_CANDIDATES]).values())


def _support(site: Site, index: NameIndex, found: _Found) -> dict[str, dict[str, Support]]:
    """Return by key and by path how well each property that was given bears a candidate out."""
    wanted: dict[str, tuple[Property, set[str]]] = {}
    for asked, candidates in found.values():
        for known in (given.property for given in asked.given if given.property is not None):
            paths = {each.thing.path for each in candidates[:MOST_CANDIDATES]}
            wanted.setdefault(known.id, (known, set()))[1].update(paths)
    gathered = gather(site, wanted, wider=True)
    witness = Witness(site, index)
    witness.learn(each for by_path in gathered.values() for several in by_path.values() for each in several)
    return {
        key: {c.thing.path: _of_one(witness, asked, c, gathered) for c in candidates[:MOST_CANDIDATES]}
        for key, (asked, candidates) in found.items()
        if asked.given
    }


def _of_one(
    witness: Witness, asked: Asked, each: Candidate, gathered: Mapping[str, Mapping[str, list[Held]]]
) -> Support:
    return {
        given.name: witness.support(
            given, gathered[given.property.id].get(each.thing.path, []) if given.property else []
        )
        for given in asked.given
    }


def _written(site: Site, each: Ranked) -> dict[str, Any]:
    thing = each.candidate.thing
    features: list[dict[str, Any]] = [
        {"id": "name", "value": each.candidate.alike},
        {"id": "exact_name", "value": each.candidate.exact},
        {"id": "id", "value": each.candidate.called or each.identified},
        {"id": "type", "value": each.wanted},
    ]
    features += [{"id": f"property:{n}", "value": s} for n, s in each.support.items() if s is not None]
    return {
        "id": thing.path,
        "name": thing.label,
        "description": thing.about,
        "score": each.score,
        "match": each.match,
        "type": [type_of(site, thing.kind)],
        "features": features,
    }


def type_of(site: Site, kind: str) -> dict[str, str]:
    """Return a class as the protocol names it."""
    labels = site.terms.labels(str(KG[kind]))
    return {"id": kind, "name": labels[0][0] if labels else kind}
