"""A linker that asks a reconciliation service (API 0.2); a person decides about all that it proposes."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kg.errors import SettingsError
from kg.link.foreign_items import authority_of
from kg.link.live.polite import Failed, Found, Polite
from kg.proposals import Candidate, Proposal, Subject, Tier

METHOD = "reconciliation 0.2"
_BATCH = 10
_SHOWN = 5
_OK, _TOO_MANY = 200, 413
_TYPES = {"organization": "Q43229", "person": "Q5", "place": "Q618123"}
"""What these are in Wikidata; a hint, for services over it."""
_COUNTRY = "P17/P297"
"""The ISO 3166-1 code of an item's country, as services over Wikidata write such a path."""


class LiveLinker:
    """Asks a service; `failed` holds the look-ups that came to nothing."""

    def __init__(self, client: Polite, url: str, *, day: str) -> None:
        """Read the service's manifest; raise SettingsError when the service is none that we can use."""
        self._client, self._url, self._day = client, url, day
        self.failed: list[Failed] = []
        manifest = self._manifest()
        self._authority = authority_of(f"{manifest.get('identifierSpace', '')}x") or _space(manifest)
        size = manifest.get("batchSize")
        self._batch = min(size, _BATCH) if isinstance(size, int) and size > 0 else _BATCH

    def _manifest(self) -> dict[str, Any]:
        answer = self._client.get(self._url, fresh=True)
        if isinstance(answer, Failed):
            raise SettingsError(f"{self._url}: {answer.why}")
        if answer.status != _OK or not isinstance(answer.body, dict):
            raise SettingsError(f"{self._url}: is no reconciliation service (status {answer.status})")
        versions = answer.body.get("versions") or ["0.2"]
        if "0.2" not in versions:
            raise SettingsError(f"{self._url}: speaks {', '.join(map(str, versions))}, not 0.2")
        return answer.body

    def __call__(self, subjects: Iterable[Subject]) -> Iterator[Proposal]:
        """Yield a proposal for each subject that was answered; the others are in `failed`."""
        everything = list(subjects)
        by_query: dict[str, list[Subject]] = {}
        for subject in everything:
            by_query.setdefault(json.dumps(self._query(subject), sort_keys=True), []).append(subject)
        queries = list(by_query)
        for start in range(0, len(queries), self._batch):
            yield from self._answered(queries[start : start + self._batch], by_query)

    def _query(self, subject: Subject) -> dict[str, Any]:
        query: dict[str, Any] = {"query": subject.name, "limit": _SHOWN}
        if self._authority == "wd":
            if subject.kind in _TYPES:
                query |= {"type": _TYPES[subject.kind], "type_strict": "should"}
            if subject.country and subject.kind != "person":
                query["properties"] = [{"pid": _COUNTRY, "v": subject.country}]
        return query

    def _answered(self, queries: Sequence[str], asking: dict[str, list[Subject]]) -> Iterator[Proposal]:
        asked = {f"q{number}": json.loads(query) for number, query in enumerate(queries)}
        answer = self._client.post(self._url, {"queries": json.dumps(asked, ensure_ascii=False)})
        if isinstance(answer, Found) and answer.status == _TOO_MANY and len(queries) > 1:
            half = len(queries) // 2
            yield from self._answered(queries[:half], asking)
            yield from self._answered(queries[half:], asking)
            return
        for number, query in enumerate(queries):
            found = _results(answer, f"q{number}")
            for subject in asking[query]:
                if isinstance(found, str):
                    self.failed.append(Failed(subject.id, found))
                else:
                    yield self._proposal(subject, found)

    def _proposal(self, subject: Subject, found: Sequence[Candidate]) -> Proposal:
        shown = tuple(self._named(each) for each in found)
        reason = "found by a service, whose scores are its own" if shown else "the service has no such name"
        tier = Tier.REVIEW if shown else Tier.NONE
        return Proposal(subject.id, subject.name, tier, shown, reason, f"live {self._day}", METHOD)

    def _named(self, found: Candidate) -> Candidate:
        if self._authority == "wd":
            return found
        return Candidate(f"{self._authority}:{found.item}", found.label, found.score, found.features)


def _space(manifest: dict[str, Any]) -> str:
    space = manifest.get("identifierSpace")
    raise SettingsError(f"the service names things in {space!r}, which is no authority that we link to")


def _results(answer: Found | Failed, key: str) -> list[Candidate] | str:
    """Return the candidates of one query, or why there is no answer to it."""
    if isinstance(answer, Failed):
        return answer.why
    if answer.status != _OK or not isinstance(answer.body, dict):
        return f"the server answers {answer.status}"
    told = answer.body.get(key)
    results = told.get("result") if isinstance(told, dict) else None
    if not isinstance(results, list):
        return "the server left this one out of its answer"
    try:
        return [_candidate(each) for each in results[:_SHOWN]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return f"the answer cannot be understood: {error!r}"


def _candidate(told: dict[str, Any]) -> Candidate:
    features = {
        str(each["id"]): float(each["value"])
        for each in told.get("features") or []
        if isinstance(each.get("value"), int | float)
    }
    score = min(max(float(told.get("score") or 0) / 100, 0.0), 1.0)
    return Candidate(
        item=str(told["id"]),
        label=str(told["name"]),
        score=score,
        features=features,
        description=str(told.get("description") or ""),
    )
