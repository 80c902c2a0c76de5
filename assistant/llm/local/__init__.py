"""A language model that runs in this process, over transformers: weights, batches, decoding, grammars.

Importing this package is light; `names.py` opens a model with `assistant.llm.local.model`.
"""
