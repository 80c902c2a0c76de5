"""Which mapping a file is read by: the shop's own, the preset that was named, a known export, or a proposal."""

from collections.abc import Sequence

from assistant.data.layouts.known import Columns, best_of, fitted_to, known_layouts, layout_names, missing_of
from assistant.data.layouts.looks import is_email, is_moment
from assistant.data.layouts.meanings import fields_of, required_of
from assistant.data.layouts.names import nearest
from assistant.data.layouts.proposing import Gap, Proposal, Sample, propose
from assistant.errors import DataError
from assistant.records.mappings import FieldSource, SourceLayout, TableMapping, TableName

IDENTITY = "contract"
"""Name of the layout of a file whose columns carry the contract's names."""


def choose_layout(
    given: TableName,
    columns: Sequence[str],
    sample: Sample,
    *,
    preset: str | None,
    own: SourceLayout | None,
    place: str,
) -> SourceLayout:
    """Say how a file is to be read.

    Args:
        given: the table that the file was named as.
        columns: names of its columns, nested ones dotted.
        sample: first rows as text, column -> cell.
        preset: a known layout that it must have; None: any.
        own: the shop's own mapping, which wins.
        place: the file, for messages.

    Returns:
        A layout that names only columns of the file, in its own spelling; its first table is `given`.

    Raises:
        DataError: a column that is needed is missing, or nothing tells what the columns are.
    """
    if not columns:
        raise DataError(
            f"{place} has no row with named values; expected {', '.join(group[0] for group in required_of(given))}."
        )
    there = Columns(columns)
    if own is not None:
        return _own(own, given, there, place)
    if preset is not None:
        return _preset(preset, given, there, place)
    known = best_of([layout for layout in known_layouts() if layout.file == given], there)
    if known is not None:
        return _needed(fitted_to(known, there), place)
    identity = identity_layout(given, there)
    if identity is not None:
        return identity
    _refuse_rows_as_names(columns, place)
    proposal = propose(given, columns, sample)
    if proposal.gaps:
        _refuse_other_table(given, there, place)
        raise DataError(why_not(proposal, place))
    return proposal.layout


def identity_layout(given: TableName, columns: Columns) -> SourceLayout | None:
    """The layout of a file whose columns carry the contract's names; None where a column that is needed does not."""
    known = fields_of(given)
    there = {name: own for name in known if (own := columns.find(name)) is not None}
    if not all(any(name in there for name in group) for group in required_of(given)):
        return None
    if given == "customers" and len(there) == 1 and len(columns.names) > 1:
        # An id alone says little; the other columns may be contacts under other names.
        return None
    # The amount in minor units is exact; what it is reckoned from is not needed beside it.
    for exact, major in (("amount_minor", ("amount", "unit_amount")), ("amount", ("unit_amount",))):
        if exact in there:
            there = {name: own for name, own in there.items() if name not in major}
    fields = {name: FieldSource(columns=(own,)) for name, own in there.items()}
    newest = tuple(name for name in fields if name.endswith("_opt_in"))
    return SourceLayout(
        layout=IDENTITY, file=given, tables=(TableMapping(table=given, fields=fields, newest_by=newest),)
    )


def why_not(proposal: Proposal, place: str) -> str:
    """One sentence on what a proposal lacks."""
    said = "; ".join(map(_gap, proposal.gaps))
    left = ", ".join(proposal.unmatched[:12]) or "none"
    return (
        f"{place}: {said} (columns without a meaning: {left}). Write the mapping to a file, say there which column it "
        "is, and pass it with `--mapping FILE`."
    )


def _gap(gap: Gap) -> str:
    meaning = fields_of(gap.table)[gap.field]
    if gap.kind == "ambiguous":
        return f"{' and '.join(map(repr, gap.columns))} may both be {gap.field!r} ({meaning})"
    if gap.field == "event" and gap.columns:
        return f"no value of {gap.columns[0]!r} is the name of a known event (browse, search, cart, purchase, ...)"
    near = f", the nearest is {gap.columns[0]!r}" if gap.columns else ""
    return f"no column was found for {gap.field!r} ({meaning}){near}"


def _own(own: SourceLayout, given: TableName, columns: Columns, place: str) -> SourceLayout:
    wanted = [name for table in own.tables for source in table.fields.values() for name in _all_columns(source)]
    absent = next((name for name in wanted if columns.find(name) is None), None)
    if absent is not None:
        near = nearest(absent, columns.names, given)
        hint = f"did you mean {near!r}?" if near else "it has " + ", ".join(columns.names[:20])
        raise DataError(f"{place} has no column {absent!r}, which the mapping names; {hint}")
    return _needed(fitted_to(own, columns), place)


def _all_columns(source: FieldSource) -> tuple[str, ...]:
    # Of alternatives one is enough.
    return source.columns[:1] if len(source.columns) == 1 else ()


def _preset(preset: str, given: TableName, columns: Columns, place: str) -> SourceLayout:
    if preset not in layout_names():
        raise DataError(f"There is no preset {preset!r}; expected one of {', '.join(layout_names())}.")
    mine = [layout for layout in known_layouts() if layout.layout == preset and layout.file == given]
    if not mine:
        files = dict.fromkeys(layout.file for layout in known_layouts() if layout.layout == preset)
        raise DataError(
            f"{place}: {preset} has no export of {given} that is known; it has {', '.join(files)}. "
            "Leave `--preset` out and type the same again."
        )
    known = best_of(mine, columns)
    if known is None:
        nearest_one = min(mine, key=lambda layout: len(missing_of(layout, columns)))
        missing = ", ".join(map(repr, missing_of(nearest_one, columns)))
        raise DataError(
            f"{place} is not an export of {given} as {preset} writes it: it has no column {missing}. Leave `--preset` "
            "out to have a mapping proposed, or pass your own with `--mapping FILE`."
        )
    return _needed(fitted_to(known, columns), place)


def _needed(layout: SourceLayout, place: str) -> SourceLayout:
    """A layout whose tables have what each cannot do without; a table beside the first that lacks it is left out."""
    kept = []
    for at, table in enumerate(layout.tables):
        lacking = [group for group in required_of(table.table) if not any(name in table.fields for name in group)]
        if not lacking:
            kept.append(table)
        elif at == 0:
            field = lacking[0][0]
            raise DataError(
                f"{place}: no column gives {field!r} ({fields_of(table.table)[field]}). Name its column in a mapping "
                "file and pass it with `--mapping FILE`."
            )
    return layout.model_copy(update={"tables": tuple(kept)})


def _refuse_rows_as_names(columns: Sequence[str], place: str) -> None:
    """A file without a line of names would have its first row taken for them."""
    value = next((name for name in columns if is_email(name) or is_moment(name)), None)
    if value is not None:
        raise DataError(
            f"{place} starts with a row and not with the names of its columns: {value!r} is no name. Put a line of "
            "names first and type the same again."
        )


def _refuse_other_table(given: TableName, columns: Columns, place: str) -> None:
    """A file that is plainly another table's was given under the wrong name."""
    other = best_of([layout for layout in known_layouts() if layout.file != given], columns)
    if other is not None:
        option = other.file.replace("_", "-")
        raise DataError(
            f"{place} looks like the export of {other.file} from {other.layout}, not of {given}; "
            f"name it with `--{option} FILE`."
        )
