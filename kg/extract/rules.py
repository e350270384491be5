"""Stage 2: the built-in extractor, rules and tables by language."""

from importlib import import_module

from kg.errors import ExtractError
from kg.model import Article, Extractor, Findings

VERSION = "0.1"
_ROOMS = {"en": ("kg.extract.english", "extract"), "zh": ("kg.extract.chinese", "zh")}
"""Language -> the module that reads it, imported when first needed, and the extra that installs its parts."""


def extract(article: Article) -> Findings:
    """Return what the rules of the article's language find; nothing for a language that has none."""
    language = article.language.split("-")[0]
    if language not in _ROOMS:
        return Findings(article, (), (), extractor=f"rules {VERSION}; no rules for {article.language!r}")
    return _room(language)(article)


def _room(language: str) -> Extractor:
    module, extra = _ROOMS[language]
    try:
        return import_module(module).extract  # type: ignore[no-any-return]  # each room's extract is an Extractor
    except ImportError as error:
        raise ExtractError(
            f"{error}: extraction of {language!r} needs more parts; pip install 'accord-kg[{extra}]'"
        ) from error
