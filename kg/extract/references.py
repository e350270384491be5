"""Stage 2, asked of every extractor: facts speak of the article or of things that were found in it."""

from kg.errors import ExtractError
from kg.model import ARTICLE_KEY, Findings, Ref


def referring(findings: Findings) -> Findings:
    """Return the findings; raise ExtractError when a fact speaks of what is not there.

    A fact can be about the article, and its value cannot be the article.
    """
    keys = {entity.key for entity in findings.entities}
    for fact in findings.facts:
        wanted = {fact.subject} - {ARTICLE_KEY}
        if isinstance(fact.value, Ref):
            wanted.add(fact.value.key)
        for key in sorted(wanted - keys):
            source = findings.article.source
            raise ExtractError(f"{source}: {fact.relation} speaks of {key!r}, which is not there")
    return findings
