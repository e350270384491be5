"""Stage 2: an optional extractor that asks a language model behind an OpenAI-compatible chat endpoint.

The model proposes; what is kept is what the article's own words bear. Its answers are stored, so
that the same articles give the same findings again without being asked for.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import ExtractError, SettingsError
from kg.extract.draft import Draft
from kg.extract.llm_api import Endpoint
from kg.extract.llm_check import Thing, claims_in, things_in
from kg.extract.llm_fit import Whole, intervals
from kg.extract.llm_prompt import instructions, prompt_hash, request_of
from kg.extract.llm_quotes import Passages
from kg.extract.sentences import sentences_of
from kg.model import ARTICLE_KEY, Article, Basis, Concept, Evidence, Findings, Ref, Relation, Value

VERSION = "0.1"
RULE = "llm"
"""No figure is known for an unknown model, so its facts have the confidence of an unmeasured rule."""
_LONGEST = 60_000
"""Characters of an article's own words that are sent at once; a longer one is refused, not cut."""


@dataclass(frozen=True, slots=True)
class Llm:
    """The extractor with its settings; calling it reads an article.

    Raises SettingsError when it cannot work with what is set.
    """

    url: str = ""
    model: str = ""
    key: str = field(default="", repr=False)
    cache: str = ""
    seconds: float = 120.0
    pause: float = 1.0

    def __post_init__(self) -> None:
        missing = [f"llm_{name}" for name in ("url", "model", "cache") if not getattr(self, name)]
        if missing:
            raise SettingsError(f"the extractor llm needs the settings {', '.join(missing)}")
        if not self.url.startswith(("http://", "https://")):
            raise SettingsError(f"llm_url must begin with http:// or https://, not {self.url!r}")
        if self.seconds <= 0:
            raise SettingsError(f"llm_seconds must be more than 0, not {self.seconds:g}")

    def __call__(self, article: Article) -> Findings:
        """Return what the model finds in an article and the article bears out."""
        by = f"llm {VERSION}; {self.model}; instructions sha256:{_sha256(instructions())}"
        sentences = sentences_of(article)
        size = sum(s.end - s.start for s in sentences)
        if not sentences:
            return Findings(article, (), (), extractor=by)
        if size > _LONGEST:
            raise ExtractError(
                f"{article.source}: {size} characters are more than the {_LONGEST} of one request"
            )
        try:
            answer = self._answer(article, sentences)
        except ExtractError as error:
            raise ExtractError(f"{article.source}: {error}") from error
        return _findings(article, sentences, answer, by)

    def _answer(self, article: Article, sentences: list[Evidence]) -> dict[str, Any]:
        """Return the answer that is kept for this question or, if there is none, a new one, then kept."""
        body = request_of(article, sentences, model=self.model)
        text = hashlib.sha256(article.text.encode()).hexdigest()
        name = _sha256("\n".join((text, prompt_hash(body), self.model)))
        place = Path(self.cache) / f"{name}.json"
        kept = _kept(place)
        if kept is not None:
            return kept
        said = Endpoint(self.url, self.key, self.seconds, self.pause).ask(body, _usable)
        _keep(place, said)
        return _parsed(said)


# Answers -------------------------------------------------------------------------------------------


def _parsed(text: str) -> dict[str, Any]:
    """Return an answer as a value; raises ValueError when it is not of the form that was asked for."""
    answer = json.loads(text)
    if not isinstance(answer, dict):
        raise ValueError("not an object")  # noqa: TRY004  the caller knows one kind of fault
    for part in ("entities", "facts"):
        if not isinstance(answer.get(part), list):
            raise ValueError(f"no list of {part}")  # noqa: TRY004  as above
    return answer


def _usable(text: str) -> bool:
    try:
        text.encode()  # half a surrogate pair cannot be kept
        _parsed(text)
    except (ValueError, RecursionError):
        return False
    return True


def _kept(place: Path) -> dict[str, Any] | None:
    try:
        return _parsed(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ExtractError(
            f"the kept answer {place} cannot be read ({error}); delete it to ask again"
        ) from error


def _keep(place: Path, text: str) -> None:
    """Write an answer whole or not at all: several processes may keep theirs at once."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).replace(place)
    except OSError as error:
        raise ExtractError(f"cannot keep the answer in {place.parent}: {error.strerror}") from error


# From an answer to findings ------------------------------------------------------------------------


def _findings(article: Article, sentences: list[Evidence], answer: dict[str, Any], by: str) -> Findings:
    draft, passages = Draft(article), Passages(article, sentences)
    things = things_in(answer, passages, draft.rejected.append)
    claims = claims_in(answer, article, things, passages, draft.rejected.append)
    whole = Whole(article, things, claims, draft.rejected.append)
    whole.fit()
    keys = _entities(draft, whole.things.values())
    for claim in whole.claims:
        subject, value = keys[claim.subject], claim.value
        if claim.when is None:
            said: Value = Ref(keys[value.key]) if isinstance(value, Ref) else value
            draft.state(subject, claim.relation, said, claim.evidence, rule=RULE)
            _attested(draft, subject, claim.relation, claim.evidence)
    for claim, relation, day in intervals(whole.claims, whole.things):
        basis = claim.when.basis if claim.when is not None else Basis.STATED
        precision = Concept(claim.when.precision) if claim.when is not None else Concept("to-the-day")
        for of, said in ((relation, day), (Relation.DATE_PRECISION, precision)):
            draft.state(keys[claim.subject], of, said, claim.evidence, rule=RULE, basis=basis)
    return draft.findings(by)


def _entities(draft: Draft, things: Iterable[Thing]) -> dict[str, str]:
    """Add the things in text order, whatever the order of the answer; return their keys."""
    keys = {ARTICLE_KEY: ARTICLE_KEY}
    for thing in sorted(things, key=lambda t: (min(t.mentions), t.kind, t.name, t.id)):
        key = draft.add(thing.kind, thing.name, thing.mentions, named=thing.named)
        for alias in sorted(thing.aliases - {thing.name}):
            draft.mention(key, alias=alias)
        keys[thing.id] = key
    return keys


def _attested(draft: Draft, role: str, relation: Relation, evidence: Evidence) -> None:
    """State that a role is attested on the day of the report, which is when the article gives its title."""
    published = draft.article.published
    if relation is Relation.TITLE and published is not None:
        draft.state(role, Relation.ATTESTED_ON, published, evidence, rule=RULE, basis=Basis.RESOLVED)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
