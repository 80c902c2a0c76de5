"""One source -> its typed part of each table it feeds, and what it does not give, in quarantine."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from assistant.data.contracts import CONTRACTS
from assistant.data.converting import (
    COLUMN,
    DUPLICATE,
    DUPLICATE_ID,
    ELEMENT,
    EXPECTED,
    OTHER,
    PASSED_OVER,
    QUARANTINED,
    STATUS,
    TAKEN,
    VALUE,
    WHY,
    Settings,
    check_rows,
    decide,
    find_duplicates,
    order_lines,
    raw_rows,
)
from assistant.data.layouts import choose_layout
from assistant.data.reading import LINE, ROW, UNREADABLE, Staged, stage
from assistant.errors import DataError
from assistant.records.mappings import SourceLayout, TableMapping, TableName
from assistant.records.quality import NAMED_AGAIN, Example, Refusal, SourceFile, SourceQuality

# Raised whenever a source would become something else.
_VERSION = 1
_SAMPLE = 200
_EXAMPLES = 3
# Further rows of one customer say more of them; of a product the first is meant.
FURTHER = f"{NAMED_AGAIN} {{}}"
_ROWS = {"customers": "customer", "products": "product", "past_campaigns": "campaign", "orders": "order line"}


@dataclass(frozen=True)
class Brought:
    """How a source is to be brought in."""

    source: str | Path
    given: TableName
    preset: str | None
    own: SourceLayout | None
    settings: Settings

    def key(self, digest: str) -> str:
        """Hash of everything that decides what becomes of the source's content."""
        settings = self.settings
        said = [
            _VERSION, digest, self.given, self.preset, self.own.model_dump(mode="json") if self.own else None,
            settings.currency, settings.time_zone, settings.decimal, settings.dates,
            {code: str(rate) for code, rate in sorted(settings.rates.items())},
        ]  # fmt: skip
        return "sha256:" + hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def bring_in(engine: Any, brought: Brought, scratch: Path, parts: Path) -> SourceFile:
    """Read, convert and check one source.

    Args:
        engine: with the macros.
        brought: which, and how.
        scratch: an empty folder.
        parts: folder in which the source gets one of its own, with `TABLE.parquet` and `TABLE.quarantine.parquet`.

    Raises:
        DataError: it cannot be read or understood, or more than half of its rows would be quarantined.
    """
    staged = stage(engine, brought.source, brought.given, scratch)
    if not staged.rows and not staged.unreadable_rows and brought.given in ("orders", "products"):
        raise DataError(f"{staged.place} holds column names and no rows; expected the shop's {brought.given}.")
    layout = choose_layout(
        brought.given,
        staged.all_columns,
        _sample(engine, staged),
        preset=brought.preset,
        own=brought.own,
        place=staged.place,
    )
    key = brought.key(staged.digest)
    part = f"{_slug(staged.name)}-{key.removeprefix('sha256:')[:12]}"
    (parts / part).mkdir(parents=True)
    duplicates = find_duplicates(engine, staged, scratch / "duplicates.parquet") if staged.rows else None
    tables = []
    for at, mapping in enumerate(layout.tables):
        own = scratch / f"table{at}"
        own.mkdir()
        convert = _Conversion(engine, staged, mapping, brought, own, parts / part)
        tables.append(convert.run(duplicates))
    return SourceFile(
        file=staged.name,
        sha256=staged.digest,
        key=key,
        given=brought.given,
        kind=staged.kind,
        part=part,
        layout=layout,
        tables=tuple(tables),
    )


class _Conversion:
    """One table out of one source."""

    def __init__(
        self, engine: Any, staged: Staged, mapping: TableMapping, brought: Brought, scratch: Path, part: Path
    ) -> None:
        self.engine = engine
        self.staged = staged
        self.mapping = mapping
        self.settings = brought.settings
        self.primary = mapping.table == brought.given
        self.scratch = scratch
        self.part = part

    def run(self, duplicates: Path | None) -> SourceQuality:
        table = self.mapping.table
        if not self.staged.rows:
            unreadable = self._unreadable()
            self._refuse_most({}, unreadable)
            return self._quality({}, unreadable, 0, ())
        keep_others = self.primary and CONTRACTS[table].others_kept
        raw = raw_rows(self.engine, self.staged, self.mapping, duplicates, keep_others, self.scratch / "raw.parquet")
        conventions = decide(self.engine, raw, self.mapping, self.staged.native, self.settings, self.staged.place)
        checked = self.scratch / "checked.parquet"
        check_rows(self.engine, raw, self.mapping, conventions, self.settings, self.staged.place, checked)
        rows = self.engine.read_parquet(str(checked))
        repeated = self._repeated(rows, raw.labels)
        if repeated is not None:
            rows = repeated
        counts = rows.group_by([STATUS, WHY]).aggregate(rows=lambda t: t.count()).execute()
        counted = {(str(row[0]), str(row[1])): int(row[2]) for row in counts.itertuples(index=False)}
        refusals = self._quarantine(rows)
        self._refuse_most(counted, refusals)
        made = self._write(rows)
        notes = (*self.staged.notes, *conventions.notes)
        return self._quality(counted, refusals, made, notes)

    def _quality(
        self, counted: dict[tuple[str, str], int], refusals: tuple[Refusal, ...], made: int, notes: tuple[str, ...]
    ) -> SourceQuality:
        def rows(status: str) -> int:
            return sum(count for (own, _), count in counted.items() if own == status)

        unreadable = self.staged.unreadable_rows
        return SourceQuality(
            file=self.staged.name,
            table=self.mapping.table,
            rows_read=sum(counted.values()) + unreadable,
            taken=rows(TAKEN),
            quarantined=rows(QUARANTINED) + unreadable,
            duplicates=rows(DUPLICATE),
            passed_over={why: count for (own, why), count in sorted(counted.items()) if own == PASSED_OVER},
            rows_made=made,
            refusals=refusals,
            assumptions=notes or self.staged.notes,
        )

    def _repeated(self, rows: Any, labels: dict[str, str]) -> Any:
        """Of rows with one key the first is taken; None: no key comes twice."""
        table = self.mapping.table
        key = ("event_id",) if table == "events" else CONTRACTS[table].key
        if any(name not in rows.columns for name in key):
            return None
        taken = rows.filter(rows[STATUS] == TAKEN)
        if table == "events":
            taken = taken.filter(taken.event_id.notnull())
        at = ibis.row_number().over(group_by=list(key), order_by=[taken[ROW], taken[ELEMENT]])
        again = taken.select(__row=taken[ROW], __element=taken[ELEMENT], __again=at).filter(lambda t: t["__again"] > 0)
        path = self.scratch / "repeated.parquet"
        again.to_parquet(str(path))
        again = self.engine.read_parquet(str(path))
        if not int(again.count().execute()):
            return None
        status, why = self._of_repeated()
        joined = rows.left_join(again, [rows[ROW] == again["__row"], rows[ELEMENT] == again["__element"]])
        is_again = joined["__again"].notnull()
        out = self.scratch / "checked again.parquet"
        # Where the key is of several columns, the last tells the rows apart.
        shown = joined[key[-1]].cast("string")
        joined.mutate(
            **{
                STATUS: is_again.ifelse(status, joined[STATUS]),
                WHY: is_again.ifelse(why, joined[WHY]),
                COLUMN: is_again.ifelse(labels.get(key[-1], key[-1]), joined[COLUMN]),
                VALUE: is_again.ifelse(shown, joined[VALUE]),
                EXPECTED: is_again.ifelse(
                    f"each {_ROWS.get(table, 'event')} once; the first is kept", joined[EXPECTED]
                ),
            }
        ).drop("__row", "__element", "__again").to_parquet(str(out), compression="lz4")
        return self.engine.read_parquet(str(out))

    def _of_repeated(self) -> tuple[str, str]:
        table = self.mapping.table
        if table == "events":
            return DUPLICATE, DUPLICATE
        if not self.primary or self.mapping.group or (self.mapping.newest_by and "known_at" in self.mapping.fields):
            return PASSED_OVER, FURTHER.format(_ROWS[table])
        return QUARANTINED, DUPLICATE_ID

    def _quarantine(self, rows: Any) -> tuple[Refusal, ...]:
        """Write what is not taken, and tell it by reason."""
        bad = rows.filter(rows[STATUS] == QUARANTINED).select(
            line=LINE, column=COLUMN, value=VALUE, reason=WHY, expected=EXPECTED
        )
        return self._written(bad)

    def _unreadable(self) -> tuple[Refusal, ...]:
        return self._written(None)

    def _written(self, bad: Any) -> tuple[Refusal, ...]:
        if self.staged.unreadable is not None:
            unreadable = self.engine.read_parquet(str(self.staged.unreadable))
            bad = unreadable if bad is None else bad.union(unreadable.cast(dict(bad.schema().items())))
        if bad is None:
            return ()
        path = self.part / f"{self.mapping.table}.quarantine.parquet"
        bad.order_by(["line", "column", "value", "reason", "expected"]).to_parquet(str(path), compression="zstd")
        rows = self.engine.read_parquet(str(path))
        kinds = ["reason", "column", "expected"]
        counts = rows.group_by(kinds).aggregate(rows=lambda t: t.count()).execute()
        if not len(counts):
            path.unlink()
            return ()
        place = ibis.row_number().over(group_by=kinds, order_by="line")
        first = rows.mutate(place=place).filter(lambda t: t.place < _EXAMPLES).order_by("line").execute()
        examples: dict[tuple[str, ...], list[Example]] = {}
        for row in first.itertuples(index=False):
            kind = (row.reason, row.column or "", row.expected)
            value = row.value if isinstance(row.value, str) else ""
            examples.setdefault(kind, []).append(Example(line=int(row.line), value=value))
        refusals = [
            Refusal(
                reason=row.reason,
                column=row.column or "",
                expected=row.expected,
                rows=int(row.rows),
                examples=tuple(examples[(row.reason, row.column or "", row.expected)]),
            )
            for row in counts.itertuples(index=False)
        ]
        return tuple(sorted(refusals, key=lambda own: (-own.rows, own.reason, own.column, own.expected)))

    def _refuse_most(self, counted: dict[tuple[str, str], int], refusals: tuple[Refusal, ...]) -> None:
        read = sum(counted.values()) + self.staged.unreadable_rows
        bad = sum(refusal.rows for refusal in refusals)
        if bad * 2 > read:
            raise DataError(
                f"{refusal_place(self.staged.place, self.staged.unit, refusals[0])}; {bad:,} of {read:,} rows of the "
                f"{self.mapping.table} cannot be taken, so none is."
            )

    def _write(self, rows: Any) -> int:
        table = self.mapping.table
        path = self.part / f"{table}.parquet"
        taken = rows[STATUS] == TAKEN
        if table == "customers":
            taken = taken | (rows[WHY] == FURTHER.format("customer")).fill_null(False)
        kept = rows.filter(taken)
        if table == "orders":
            lines = order_lines(kept)
            lines.order_by([ROW, "order_id", "line"]).drop(ROW).to_parquet(str(path), compression="zstd")
        else:
            if "price" in kept.columns:
                price = kept.price
                kept = kept.mutate(
                    price_minor=ibis.coalesce(kept.price_minor, price) if "price_minor" in kept.columns else price
                )
            stored = [name for name in CONTRACTS[table].names if name in kept.columns]
            others = [name for name in kept.columns if name.startswith(OTHER)]
            kept.order_by([ROW, ELEMENT]).select(ROW, *stored, *others).to_parquet(str(path), compression="zstd")
        return int(self.engine.read_parquet(str(path)).count().execute())


def refusal_place(place: str, unit: str, refusal: Refusal) -> str:
    """The first row behind a refusal, in words: where, what was found, what was expected."""
    first = refusal.examples[0]
    where = f"{place}, {unit} {first.line}: "
    if refusal.reason == UNREADABLE:
        return f"{where}the row {first.value!r} cannot be read; expected {refusal.expected}"
    held = repr(first.value) if first.value else "nothing"
    return f"{where}column {refusal.column!r} holds {held}; expected {refusal.expected}"


def _sample(engine: Any, staged: Staged) -> list[dict[str, str]]:
    if not staged.files:
        return []
    names = {f"c{at}": name for at, name in enumerate(staged.columns)}
    frame = engine.read_parquet(str(staged.files[0])).limit(_SAMPLE).execute()
    rows = []
    for record in frame.to_dict("records"):
        row = {own: value for at, own in names.items() if isinstance(value := record.get(at), str)}
        for name in staged.elements:
            elements = json.loads(row[name]) if row.get(name) else []
            row |= {f"{name}.{key}": value for key, value in (elements[0] if elements else {}).items()}
        rows.append({name: row.get(name, "") for name in staged.all_columns})
    return rows


def _slug(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name.rsplit("/", 1)[-1].split("?")[0]).strip("-").lower()
    return plain[:40] or "source"
