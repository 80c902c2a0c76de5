"""Whom the guard protects: a workspace's contact values and ids, gathered once for each state of its data."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from assistant.llm import ContactValues, ContactValuesBuilder
from assistant.workspace import Workspace, sha256_file, write_atomic

FOLDER = ".guard"
KEY = "key.json"
VERSION = 1
CHUNK = 250_000
"""Rows read at once."""
TABLES = ("customers", "orders", "events")
IDS = {"customers": ("customer_id",), "orders": ("order_id",), "events": ("event_id", "session_id")}
# What further columns of a customers file are about, by words in their names.
NAMED = {
    "email": ("email", "e_mail", "mail"),
    "phone": ("phone", "mobile", "telephone", "tel", "cell", "whatsapp"),
    "address": ("address", "address1", "address2", "street", "addr", "strasse"),
    "name": ("name", "fullname"),
}


def contact_values(workspace: Workspace) -> ContactValues:
    """The values of a workspace's customers, orders and events; of a workspace without data there are none.

    They are kept as hashes in `.guard/` and made again when the data has changed, or when they cannot be read. About
    5 s a million customers.
    """
    key = _key(workspace)
    if key is None:
        return ContactValuesBuilder().build()
    folder = workspace.root / FOLDER
    try:
        if json.loads((folder / KEY).read_text(encoding="utf-8")) == key:
            return ContactValues.load(folder)
    except (OSError, ValueError):
        pass  # not there, or damaged
    values = _gathered(workspace.data)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    values.save(folder)
    # The key comes last: values without it are made again.
    write_atomic(folder / KEY, json.dumps(key))
    return values


def _key(workspace: Workspace) -> dict[str, str] | None:
    files = {name: workspace.data / f"{name}.parquet" for name in TABLES}
    if not all(path.exists() for path in files.values()):
        return None
    manifest = workspace.manifest(workspace.data, "data")
    known = manifest.outputs if manifest else {}
    hashes = {name: known.get(_relative(workspace, path)) or sha256_file(path) for name, path in files.items()}
    return {**hashes, "version": f"{VERSION} pandas {pd.__version__}"}


def _relative(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix()


def _gathered(data: Path) -> ContactValues:
    builder = ContactValuesBuilder()
    for name in TABLES:
        # By chunks and not through the engine: nothing is computed, and ten million rows do not fit at once.
        with pq.ParquetFile(data / f"{name}.parquet") as file:
            columns = tuple(file.schema_arrow.names)
            kinds = _kinds(name, columns)
            people = ("first_name", "last_name") if name == "customers" else ()
            wanted = [column for column in dict.fromkeys([*kinds, *people]) if column in columns]
            for batch in file.iter_batches(batch_size=CHUNK, columns=wanted):
                frame = batch.to_pandas()
                for column, kind in kinds.items():
                    builder.add(kind, frame[column])
                if people and set(people) <= set(frame.columns):
                    builder.add_names(frame["first_name"], frame["last_name"])
    return builder.build()


def _kinds(table: str, columns: tuple[str, ...]) -> dict[str, str]:
    """Column -> kind of what it holds."""
    kinds = {column: "id" for column in IDS[table] if column in columns}
    if table == "customers":
        for column in columns:
            words = column.lower().replace("-", "_").replace(" ", "_").split("_")
            for kind, names in NAMED.items():
                named = column.lower() in names or any(word in names for word in words)
                if column not in kinds and named and not _is_consent(words) and not _is_part(words):
                    kinds[column] = kind
    return kinds


def _is_consent(words: list[str]) -> bool:
    return bool({"opt", "consent", "status", "accepts", "subscribed", "marketing"} & set(words))


def _is_part(words: list[str]) -> bool:
    """A given name alone, a country or a city is everybody's."""
    return bool({"first", "last", "country", "city", "state", "province", "company", "product"} & set(words))
