"""The journal's tables."""

SCHEMA = """
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    asked TEXT NOT NULL,
    made_at TEXT NOT NULL,
    model TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    request TEXT NOT NULL,
    prompt TEXT NOT NULL,
    prompt_hash TEXT NOT NULL,
    parameters TEXT NOT NULL,
    messages TEXT NOT NULL,
    sample INTEGER NOT NULL,
    text TEXT NOT NULL,
    tool_calls TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    seconds REAL NOT NULL,
    mean_logprob REAL,
    attempts INTEGER NOT NULL,
    unsure INTEGER NOT NULL,
    cost_nanodollars INTEGER
) STRICT;
CREATE INDEX calls_by_hash ON calls (hash);
CREATE INDEX calls_by_asked ON calls (asked);
CREATE TABLE awaited (
    hash TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    request TEXT NOT NULL,
    file TEXT NOT NULL
) STRICT;
CREATE TABLE in_flight (
    hash TEXT NOT NULL,
    process TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (hash, process)
) STRICT;
CREATE TABLE batches (
    file TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    batch TEXT NOT NULL,
    status TEXT NOT NULL,
    submitted_at TEXT NOT NULL
) STRICT;
"""
