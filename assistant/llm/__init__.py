"""Names to chat models, batches of requests to outcomes, and the journal of all calls.

A `Gateway` is how everything asks a model: it guards, journals, limits and counts. `structured` asks for answers of
a stated form. `Journal(path)` remembers. Importing this package is light: a model's libraries are loaded when it is
opened.
"""

from assistant.llm.batch_files import Collected, Written, collect_batches, read_answers, submit_batch, write_batch
from assistant.llm.calls import Batch, Call, Pace, call_hash
from assistant.llm.gateway import BatchModel, Estimate, Gateway
from assistant.llm.guard import ContactValues, ContactValuesBuilder, Finding, Guard
from assistant.llm.journal import Journal
from assistant.llm.names import FORMS, fetch_model, open_model
from assistant.llm.prices import Budget, cost_of, dollars, likely_tokens, price_of, price_table
from assistant.llm.probing import Probe, probe
from assistant.llm.structured import AsGrammar, AsJson, AsRecord, Structured, structured
from assistant.llm.truncation import is_truncated

__all__ = [
    "FORMS",
    "AsGrammar",
    "AsJson",
    "AsRecord",
    "Batch",
    "BatchModel",
    "Budget",
    "Call",
    "Collected",
    "ContactValues",
    "ContactValuesBuilder",
    "Estimate",
    "Finding",
    "Gateway",
    "Guard",
    "Journal",
    "Pace",
    "Probe",
    "Structured",
    "Written",
    "call_hash",
    "collect_batches",
    "cost_of",
    "dollars",
    "fetch_model",
    "is_truncated",
    "likely_tokens",
    "open_model",
    "price_of",
    "price_table",
    "probe",
    "read_answers",
    "structured",
    "submit_batch",
    "write_batch",
]
