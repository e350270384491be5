"""Stage 2: an optional extractor that adds the names a GLiNER model sees to what the rules read.

The model comes from a folder with weights that the publisher has; nothing is ever downloaded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from kg.errors import ExtractError, SettingsError
from kg.extract.confidence import confidence_of
from kg.extract.institution_kinds import kind_of
from kg.extract.rules import extract
from kg.extract.sentences import sentences_of
from kg.model import Article, Concept, Entity, Evidence, Fact, Findings, Kind, Relation

VERSION = "0.1"
RULE = "gliner"
_LABELS = {
    "organization": Kind.INSTITUTION,
    "person": Kind.PERSON,
    "location": Kind.PLACE,
}
"""What the model is asked for, in its own words, and which class that is."""
_SURE = 0.5
"""Score from which a name is kept; from half of that on it is a candidate that is told as rejected."""


class Spotter(Protocol):
    """What is used of a GLiNER model: names in a text, each with start, end, label and score."""

    def predict_entities(
        self, text: str, labels: Sequence[str], *, threshold: float
    ) -> Iterable[Mapping[str, Any]]:
        """Return the names that the model sees in a text."""
        ...


def open_spotter(folder: str) -> Spotter:
    """Return the model whose weights lie in a folder.

    Raises ExtractError when the folder holds none, or when the package that reads it is not installed.
    """
    place = Path(folder)
    for part in ("gliner_config.json", "tokenizer_config.json"):
        if not (place / part).is_file():
            raise ExtractError(f"gliner_model: {folder} holds no whole GLiNER model: {part} is missing")
    try:
        from gliner import GLiNER  # noqa: PLC0415  torch: only who uses this extractor pays for it
    except ImportError as error:
        raise ExtractError("gliner is missing; pip install 'accord-kg[gliner]'") from error
    try:
        # Without this flag the package would look for what the folder lacks in the network.
        return GLiNER.from_pretrained(str(place), local_files_only=True)  # type: ignore[no-any-return]  # untyped
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ExtractError(f"gliner_model: {folder} cannot be loaded: {error}") from error


@dataclass(frozen=True, slots=True)
class Gliner:
    """The extractor with its settings; calling it reads an article.

    Raises SettingsError when no folder with weights is given.
    """

    model: str = ""
    opened: Callable[[str], Spotter] = field(default=cache(open_spotter), repr=False)
    """How a folder becomes a model; once a process."""

    def __post_init__(self) -> None:
        if not self.model:
            raise SettingsError("the extractor gliner needs the setting gliner_model: a folder with weights")

    def __call__(self, article: Article) -> Findings:
        """Return what the rules find, and the names that the model sees beside them."""
        found, spotter = extract(article), self.opened(self.model)
        return joined(found, _spotted(article, spotter), by=f"gliner {VERSION}; {Path(self.model).name}")


@dataclass(frozen=True, slots=True)
class Spotted:
    """One name that the model sees."""

    kind: Kind
    evidence: Evidence
    score: float


def _spotted(article: Article, spotter: Spotter) -> Iterator[Spotted]:
    for sentence in sentences_of(article):
        text = article.text[sentence.start : sentence.end]
        for seen in spotter.predict_entities(text, list(_LABELS), threshold=_SURE / 2):
            start, end = int(seen["start"]), int(seen["end"])
            # A model that points outside its sentence, or at another label, is not believed.
            if seen["label"] in _LABELS and 0 <= start < end <= len(text) and text[start:end].strip():
                evidence = Evidence(sentence.start + start, sentence.start + end)
                yield Spotted(_LABELS[seen["label"]], evidence, float(seen["score"]))


def joined(found: Findings, spotted: Iterable[Spotted], *, by: str) -> Findings:
    """Return the findings with the names that they lack; where both see one, the rules are kept."""
    article, rejected = found.article, list(found.rejected)
    known = {(e.kind, form.casefold()) for e in found.entities for form in (e.name, *e.aliases)}
    taken = [evidence for e in found.entities if e.named for evidence in e.evidence]
    new: dict[tuple[Kind, str], list[Evidence]] = {}
    for one in sorted(spotted, key=lambda s: (-s.score, s.evidence, s.kind)):
        name = " ".join(article.text[one.evidence.start : one.evidence.end].split())
        why = _fault(one, taken)
        if (one.kind, name.casefold()) in known:
            continue
        if why:
            rejected.append(f"gliner: {one.kind} “{name}” (score {one.score:.2f}): {why}")
            continue
        taken.append(one.evidence)
        new.setdefault((one.kind, name), []).append(one.evidence)
    ordered = sorted(new.items(), key=lambda item: min(item[1]))
    entities = [
        Entity(f"gliner-{number}", kind, name, tuple(sorted(places)))
        for number, ((kind, name), places) in enumerate(ordered, 1)
    ]
    return replace(
        found,
        entities=tuple(sorted((*found.entities, *entities), key=lambda e: (min(e.evidence), e.key))),
        facts=(*found.facts, *(_kind(entity) for entity in entities if entity.kind is Kind.INSTITUTION)),
        extractor=f"{found.extractor}; {by}",
        rejected=tuple(sorted(set(rejected))),
    )


def _fault(one: Spotted, taken: Iterable[Evidence]) -> str:
    if one.score < _SURE:
        return "the score is too low"
    if any(e.start < one.evidence.end and one.evidence.start < e.end for e in taken):
        return "another name stands in these words"
    return ""


def _kind(entity: Entity) -> Fact:
    """Return the kind of an institution, which its name may tell: all have one."""
    told = kind_of(entity.name)
    rule = "institution-name" if told else RULE
    concept = Concept(told or "other-institution")
    return Fact(
        entity.key,
        Relation.KIND,
        concept,
        entity.evidence[:1],
        rule,
        confidence_of(rule, entity.kind, Relation.KIND),
    )
