"""Languages as data: what the house says in each, and the words that copy must not say (`en.toml`, `de.toml`...)."""

from assistant.copywriting.languages.language import Forbidden, Language, SlotUse, known_languages, language_named
from assistant.copywriting.languages.locales import date_in, locale_of, money_in, percent_in
from assistant.copywriting.languages.telling import is_word, language_of, reading_ease

__all__ = [
    "Forbidden",
    "Language",
    "SlotUse",
    "date_in",
    "is_word",
    "known_languages",
    "language_named",
    "language_of",
    "locale_of",
    "money_in",
    "percent_in",
    "reading_ease",
]
