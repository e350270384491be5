"""A text in the making: its sentences, and what stands where in it."""

import re
from dataclasses import dataclass, replace
from datetime import date
from string import Formatter

from kg.model import Concept, Entity, Evidence, Fact, Kind, Ref, Relation, Text, Value

_CONFIDENCE = {"mention": 0.93, "visit": 0.88, "meeting": 0.85, "count": 0.89, "agreement": 0.8, "role": 0.9}
_CONCEPTS = {Relation.KIND, Relation.STATUS, Relation.QUALIFIER, Relation.DATE_PRECISION, Relation.TOPIC}


@dataclass(frozen=True, slots=True)
class Thing:
    """What a sentence speaks of: its words there, and the key that the article knows it by."""

    key: str
    words: str


class Page:
    """A text in the making, and what stands where in it."""

    def __init__(self, language: str) -> None:
        self.language, self.text = language, ""
        self.entities: dict[str, Entity] = {}
        self.facts: list[Fact] = []

    def say(self, template: str, **slots: Thing | str) -> dict[str, Evidence]:
        """Add a sentence; return where it and each of its slots stand."""
        spans, first = {}, len(self.text)
        for before, name, _, _ in Formatter().parse(template):
            self.text += before
            if name is not None:
                slot, start = slots[name], len(self.text)
                self.text += slot if isinstance(slot, str) else slot.words
                spans[name] = Evidence(start, len(self.text))
                if isinstance(slot, Thing):
                    self._mention(slot.key, spans[name])
        spans["all"] = Evidence(first, len(self.text))
        return spans

    def make(self, kind: Kind, name: str, *evidence: Evidence, named: bool = False) -> Thing:
        """Return a new thing; what is named gets its mentions from the sentences that name it."""
        count = sum(each.kind is kind for each in self.entities.values())
        key = f"{re.sub(r'(?<!^)(?=[A-Z])', '-', kind.value).lower()}-{count + 1}"
        self.entities[key] = Entity(key, kind, name, evidence, named=named)
        return Thing(key, name)

    def state(self, subject: str, rule: str, *evidence: Evidence, **told: object) -> None:
        """Add facts: `start_date=day` states `startDate`, and a list states each of its values."""
        for name, values in told.items():
            relation = Relation(re.sub(r"_([a-z])", lambda match: match[1].upper(), name))
            for value in values if isinstance(values, list) else [values]:
                self.facts.append(
                    Fact(subject, relation, self._value(relation, value), evidence, rule, _CONFIDENCE[rule])
                )

    def _value(self, relation: Relation, value: object) -> Value:
        if isinstance(value, Thing):
            return Ref(value.key)
        if isinstance(value, str):
            return Concept(value) if relation in _CONCEPTS else Text(value, self.language)
        assert isinstance(value, int | date)  # noqa: S101  there is nothing else
        return value

    def _mention(self, key: str, span: Evidence) -> None:
        entity = self.entities[key]
        self.entities[key] = replace(entity, evidence=(*entity.evidence, span))


def over(*spans: Evidence) -> Evidence:
    """Return the words from the first to the last of the spans."""
    return Evidence(min(span.start for span in spans), max(span.end for span in spans))
