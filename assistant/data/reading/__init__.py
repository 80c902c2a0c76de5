"""Sources of any kind -> staged rows: all text, with the line each stands on."""

from assistant.data.reading.databases import is_database, without_credentials
from assistant.data.reading.opening import digest_of
from assistant.data.reading.sources import stage
from assistant.data.reading.staging import LINE, LONGEST_SHOWN, ROW, UNREADABLE, Staged, staged_table
from assistant.data.reading.whole import open_file

__all__ = [
    "LINE",
    "LONGEST_SHOWN",
    "ROW",
    "UNREADABLE",
    "Staged",
    "digest_of",
    "is_database",
    "open_file",
    "stage",
    "staged_table",
    "without_credentials",
]
