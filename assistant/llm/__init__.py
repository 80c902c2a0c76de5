"""Names to chat models, batches of requests to outcomes, and the journal of all calls.

`open_model(name)` gives a LangChain chat model; `complete(model, name, requests)` is how everything asks it;
`Journal(path)` remembers. Importing this package is light: a model's libraries are loaded when it is opened.
"""

from assistant.llm.batch import BatchModel, complete
from assistant.llm.journal import Call, Journal, call_hash
from assistant.llm.names import FORMS, open_model
from assistant.llm.truncation import is_truncated

__all__ = ["FORMS", "BatchModel", "Call", "Journal", "call_hash", "complete", "is_truncated", "open_model"]
