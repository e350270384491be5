"""Stage 1, read: the language of a text, told once for the whole of it."""

import re
from functools import cache
from typing import Any

WESTERN = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "da", "no", "sv", "fi"})
_OTHERS = frozenset({"zh", "ja", "ko", "ru", "uk", "ar", "el", "pl", "cs", "hu", "ro", "tr", "vi", "id"})
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÿ]+")
_ENOUGH = 20_000


def language_of(text: str) -> str:
    """Return the text's language as a two-letter tag.

    Script decides between Chinese, Japanese and Korean; the others are told by a statistical model, among
    the languages that news is likely to be in: on short text a wider choice is wrong more often.
    """
    text = text[:_ENOUGH]
    han, kana, hangul = (len(script.findall(text)) for script in (_HAN, _KANA, _HANGUL))
    if han + kana + hangul >= max(len(_LATIN_WORD.findall(text)), 1):
        if hangul > han + kana:
            return "ko"
        return "ja" if kana * 10 > han else "zh"
    language, _ = _identifier().classify(text)
    return str(language)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  loads a model

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(sorted(WESTERN | _OTHERS))
    return identifier
