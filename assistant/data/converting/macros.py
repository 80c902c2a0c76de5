"""What the engine reads numbers, moments and shares with: its own macros, as functions of Ibis.

Money and shares are reckoned in whole 128-bit numbers, so nothing is rounded but where it is said.
"""

from typing import Any

import ibis

# A sign or a code of a currency, before or behind a number.
_SIGN = r"(?:[A-Z]{0,3}\p{Sc}|[A-Z]{3}|kr\.?|zł|Kč|Ft|lei|лв\.?|руб\.?|р\.|Rs\.?|Fr\.?)"
_NUMBER = rf"^[-+−(]*{_SIGN}?[-+−(]*([0-9][0-9.,]*|[.,][0-9]+)([eE][-+]?[0-9]+)?{_SIGN}?[-−)]*{_SIGN}?[-−)]*$"
# Groups of three, or as in India of two before the last three.
_GROUPED = r"^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$|^[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}(\.[0-9]*)?$"
_PLAIN = r"^[0-9]*\.?[0-9]*$"

# The decimal sign of a number: by what follows the last sign, and by which of them comes twice. One sign with three
# digits behind it and one to three before, such as 1.234, says nothing.
_POINT = (
    r"^[0-9]{1,3}(,[0-9]{2,3})+\.[0-9]*$|^[0-9]*\.([0-9]{0,2}|[0-9]{4,})$|^(0|[0-9]{4,})?\.[0-9]{3}$"
    r"|^[0-9]{1,3}(,[0-9]{3}){2,}$|^[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}$"
)
_COMMA = (
    r"^[0-9]{1,3}(\.[0-9]{3})+,[0-9]*$|^[0-9]*,([0-9]{0,2}|[0-9]{4,})$|^(0|[0-9]{4,})?,[0-9]{3}$"
    r"|^[0-9]{1,3}(\.[0-9]{3}){2,}$"
)
_EITHER = r"^[1-9][0-9]{0,2}[.,][0-9]{3}$"

_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
_OFFSET = rf"{_CLOCK}\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:UTC|GMT)?\s*" + (
    r"([Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)\s*(?:\(.*\))?$"
)
_DAY = r"([0-9]{1,2})(?:st|nd|rd|th)?"
# A class of all letters is slow to compile; a word is what is no digit, space or sign.
_WORD = r"[^\s0-9.,/-]+"
_WORDED = rf"^(?:{_WORD}\.?,?\s+)?{_DAY}[-\s.]+({_WORD})\.?[-\s,]+([0-9]{{4}}|[0-9]{{2}})$"
_AMERICAN = rf"^(?:{_WORD}\.?,?\s+)?({_WORD})\.?\s+{_DAY},?\s+([0-9]{{4}})$"
_NUMBERED = r"^([0-9]{1,2})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{4}|[0-9]{2})\.?$"
# What most moments look like, so that few are taken apart letter by letter.
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?)?"
_PLAIN_OFFSET = r"\s?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})"
_SHORT_DAY = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})"
_SHORT = r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}(?: [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
# A month by its first letters in English, German, French, Spanish, Italian and Portuguese.
_MONTHS = (
    ("jan", 1), ("ene", 1), ("gen", 1), ("feb", 2), ("fev", 2), ("fév", 2), ("mar", 3), ("mär", 3), ("mrz", 3),
    ("apr", 4), ("abr", 4), ("avr", 4), ("may", 5), ("mai", 5), ("mag", 5), ("jun", 6), ("juin", 6), ("giu", 6),
    ("jul", 7), ("juil", 7), ("lug", 7), ("aug", 8), ("ago", 8), ("aoû", 8), ("sep", 9), ("set", 9), ("oct", 10),
    ("okt", 10), ("ott", 10), ("out", 10), ("nov", 11), ("dec", 12), ("dez", 12), ("déc", 12), ("dic", 12),
)  # fmt: skip
_MONTH_OF = " ".join(f"WHEN starts_with(m, '{start}') THEN {number}" for start, number in _MONTHS)

_MACROS = (
    # Numbers.
    r"bare_number(t) AS regexp_replace(t, '[\s\p{Z}''’_]', '', 'g')",
    f"number_digits(t) AS regexp_extract(bare_number(t), '{_NUMBER}', 1)",
    f"number_power(t) AS regexp_extract(bare_number(t), '{_NUMBER}', 2)",
    "number_below(t) AS regexp_matches(bare_number(t), '^[^0-9]*[-−(]|[-−)][^0-9]*$')",
    f"digits_value(d, e) AS CASE WHEN regexp_matches(d, '{_PLAIN}') AND regexp_matches(d, '[0-9]') "
    f"OR (e = '' AND regexp_matches(d, '{_GROUPED}')) "
    "THEN try_cast(replace(d, ',', '') || e AS DECIMAL(24, 9)) END",
    "odd_number(t, comma) AS digits_value(CASE WHEN comma THEN translate(number_digits(t), '.,', ',.') "
    "ELSE number_digits(t) END, number_power(t)) * CASE WHEN number_below(t) THEN -1 ELSE 1 END",
    # Most numbers are plain; in millionths they are spared the search for signs, and 128 bits, which are slow.
    "micro(t) AS CAST(try_cast(t || 'e6' AS DECIMAL(18, 0)) AS BIGINT)",
    "number_small(t, comma) AS CASE WHEN NOT comma AND regexp_full_match(t, '-?[0-9]{1,11}([.][0-9]{1,6})?') "
    "THEN micro(t) WHEN comma AND regexp_full_match(t, '-?[0-9]{1,11}(,[0-9]{1,6})?') "
    "THEN micro(replace(t, ',', '.')) END",
    "number_large(t, comma) AS CASE WHEN number_small(t, comma) IS NULL THEN odd_number(t, comma) END",
    f"number_says_point(t) AS regexp_matches(number_digits(t), '{_POINT}')",
    f"number_says_comma(t) AS regexp_matches(number_digits(t), '{_COMMA}')",
    f"number_says_either(t) AS regexp_matches(number_digits(t), '{_EITHER}')",
    r"currency_said(t) AS regexp_extract(upper(t), '([A-Z]{3}|\p{Sc})', 1)",
    # Money: major units, in millionths or as a decimal, in minor units; `unit` is the millionths of one.
    "nano(small, large) AS CASE WHEN small IS NOT NULL THEN CAST(small AS HUGEINT) * 1000 "
    "ELSE CAST(large * 1000000000 AS HUGEINT) END",
    "even_up(p, d) AS p // d + CASE WHEN 2 * (p % d) > d OR (2 * (p % d) = d AND (p // d) % 2 = 1) THEN 1 ELSE 0 END",
    "half_even(p, d) AS CASE WHEN p < 0 THEN -even_up(-p, d) ELSE even_up(p, d) END",
    "minor_exact(small, large, unit) AS CASE "
    "WHEN small IS NOT NULL THEN CASE WHEN small % unit = 0 THEN small // unit END "
    "WHEN nano(small, large) % (unit * 1000) = 0 THEN try_cast(nano(small, large) // (unit * 1000) AS BIGINT) END",
    "minor_even(small, large, times, rate, unit) AS CASE WHEN rate = 1000000000 AND times > -10000 AND times < 10000 "
    "AND small > -100000000000 AND small < 100000000000 THEN half_even(small * times, unit) ELSE TRY(CAST("
    "half_even(nano(small, large) * times * rate, CAST(unit AS HUGEINT) * 1000000000000) AS BIGINT)) END",
    # Sums are of 128 bits here, which no Parquet file holds.
    "whole_number(n) AS CAST(n AS BIGINT)",
    # Shares.
    "share_floor(total, weight, of_all) AS CASE WHEN total < 1000000000 AND weight < 1000000000 "
    "THEN total * weight // of_all ELSE CAST((CAST(total AS HUGEINT) * weight) // of_all AS BIGINT) END",
    "share_rest(total, weight, of_all) AS CASE WHEN total < 1000000000 AND weight < 1000000000 "
    "THEN total * weight % of_all ELSE CAST((CAST(total AS HUGEINT) * weight) % of_all AS BIGINT) END",
    # Moments, as they are written.
    f"clock_of(t) AS regexp_extract(t, '(?:^|[^0-9])({_CLOCK})', 1)",
    "half_of(t) AS lower(regexp_extract(t, '[0-9]\\s*([AaPp])\\.?[Mm]\\.?', 1))",
    f"day_text(t) AS trim(regexp_replace(t, '[T ,]*(?:[T ,]){_CLOCK}.*$', ''))",
    rf"offset_text(t) AS regexp_extract(t, '{_OFFSET}', 1)",
    f"month_named(m) AS CASE {_MONTH_OF} END",
    "made_day(y, m, d) AS CASE WHEN y = '' THEN NULL ELSE "
    "(CASE WHEN length(y) = 2 THEN (CASE WHEN y < '70' THEN '20' ELSE '19' END) || y ELSE y END) "
    "|| '-' || m || '-' || d END",
    r"day_iso(t) AS CASE WHEN regexp_matches(t, '^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}$') "
    "THEN regexp_replace(t, '[/.]', '-', 'g') END",
    r"day_packed(t) AS CASE WHEN regexp_matches(t, '^(19|20)[0-9]{6}$') "
    "THEN t[1:4] || '-' || t[5:6] || '-' || t[7:8] END",
    f"first_part(t) AS regexp_extract(t, '{_NUMBERED}', 1)",
    f"second_part(t) AS regexp_extract(t, '{_NUMBERED}', 2)",
    f"third_part(t) AS regexp_extract(t, '{_NUMBERED}', 3)",
    "day_numbered(t, month_first) AS CASE WHEN month_first THEN made_day(third_part(t), first_part(t), second_part(t)) "
    "ELSE made_day(third_part(t), second_part(t), first_part(t)) END",
    f"day_worded(t) AS made_day(regexp_extract(t, '{_WORDED}', 3), "
    f"month_named(lower(regexp_extract(t, '{_WORDED}', 2))), regexp_extract(t, '{_WORDED}', 1))",
    f"day_american(t) AS made_day(regexp_extract(t, '{_AMERICAN}', 3), "
    f"month_named(lower(regexp_extract(t, '{_AMERICAN}', 1))), regexp_extract(t, '{_AMERICAN}', 2))",
    "day_said(t, month_first) AS "
    "coalesce(day_iso(t), day_packed(t), day_numbered(t, month_first), day_worded(t), day_american(t))",
    "half_day(x, half) AS CASE WHEN half = 'p' AND hour(x) < 12 THEN x + INTERVAL 12 HOUR "
    "WHEN half = 'a' AND hour(x) = 12 THEN x - INTERVAL 12 HOUR ELSE x END",
    "odd_moment(t, month_first) AS half_day(try_cast(day_said(day_text(t), month_first) || ' ' || "
    "CASE WHEN clock_of(t) = '' THEN '00:00' ELSE replace(clock_of(t), ',', '.') END AS TIMESTAMP), half_of(t))",
    "moment_as_written(t, month_first) AS CASE "
    f"WHEN regexp_full_match(t, '{_ISO}') THEN try_cast(t AS TIMESTAMP) "
    f"WHEN regexp_full_match(t, '{_ISO}{_PLAIN_OFFSET}') THEN try_cast(t[1:19] AS TIMESTAMP) "
    f"WHEN regexp_full_match(t, '{_SHORT}') THEN try_cast(regexp_replace(t, '{_SHORT_DAY}', "
    r"CASE WHEN month_first THEN '\3-\1-\2' ELSE '\3-\2-\1' END) AS TIMESTAMP) "
    "ELSE odd_moment(t, month_first) END",
    "offset_minutes(t) AS CASE WHEN offset_text(t) = '' THEN NULL "
    "WHEN regexp_matches(offset_text(t), '^[A-Za-z]') THEN 0 "
    "ELSE (CASE WHEN offset_text(t)[1] = '-' THEN -1 ELSE 1 END) * (60 * CAST(offset_text(t)[2:3] AS INTEGER) + "
    "CASE WHEN length(offset_text(t)) > 3 THEN CAST(right(offset_text(t), 2) AS INTEGER) ELSE 0 END) END",
    "moment_as_utc(t, month_first) AS moment_as_written(t, month_first) - to_minutes(offset_minutes(t))",
    r"is_epoch(t) AS regexp_matches(t, '^[0-9]{9,17}([.][0-9]*)?$|^[0-9][.][0-9]+[eE][+]?[0-9]{1,2}$')",
    "epoch_unit(t, said) AS CASE WHEN said > 0 THEN said WHEN TRY_CAST(t AS DOUBLE) < 1e11 THEN 1000000 "
    "WHEN TRY_CAST(t AS DOUBLE) < 1e14 THEN 1000 ELSE 1 END",
    "moment_of_epoch(t, said) AS CASE WHEN NOT is_epoch(t) THEN NULL "
    "WHEN regexp_full_match(t, '[0-9]+') THEN TRY(make_timestamp(TRY_CAST(t AS BIGINT) * epoch_unit(t, said))) "
    "ELSE TRY(make_timestamp(CAST(floor(TRY_CAST(t AS DECIMAL(24, 6)) * epoch_unit(t, said)) AS BIGINT))) END",
    "moment_packed(t) AS CASE WHEN regexp_matches(t, '^(19|20)[0-9]{12}$') THEN try_cast(t[1:4] || '-' || t[5:6] "
    "|| '-' || t[7:8] || ' ' || t[9:10] || ':' || t[11:12] || ':' || t[13:14] AS TIMESTAMP) END",
    # Objects in lists.
    "objects_of(t) AS CASE WHEN json_array_length(t) > 0 THEN CAST(json_extract(t, '$[*]') AS VARCHAR[]) "
    "ELSE [CAST(NULL AS VARCHAR)] END",
    "value_of(t, pointer) AS json_extract_string(t, pointer)",
)  # fmt: skip


def add_macros(engine: Any) -> None:
    """Teach an engine what the functions below stand for; it reads every moment as UTC where no zone is said."""
    engine.raw_sql("SET TimeZone = 'UTC'")
    for macro in _MACROS:
        engine.raw_sql(f"CREATE OR REPLACE MACRO {macro}")


def _macro(function: Any, arguments: tuple[str, ...], result: str, name: str) -> Any:
    return ibis.udf.scalar.builtin(function, name=name, signature=(arguments, result))


number_small = _macro(lambda t, comma: None, ("string", "boolean"), "int64", "number_small")
number_large = _macro(lambda t, comma: None, ("string", "boolean"), "decimal(24, 9)", "number_large")
says_point = _macro(lambda t: None, ("string",), "boolean", "number_says_point")
says_comma = _macro(lambda t: None, ("string",), "boolean", "number_says_comma")
says_either = _macro(lambda t: None, ("string",), "boolean", "number_says_either")
currency_said = _macro(lambda t: None, ("string",), "string", "currency_said")
minor_exact = _macro(lambda small, large, unit: None, ("int64", "decimal(24, 9)", "int64"), "int64", "minor_exact")
minor_even = _macro(
    lambda small, large, times, rate, unit: None,
    ("int64", "decimal(24, 9)", "int64", "int64", "int64"),
    "int64",
    "minor_even",
)
whole_number = _macro(lambda n: None, ("int64",), "int64", "whole_number")
share_floor = _macro(lambda total, weight, of_all: None, ("int64", "int64", "int64"), "int64", "share_floor")
share_rest = _macro(lambda total, weight, of_all: None, ("int64", "int64", "int64"), "int64", "share_rest")
first_part = _macro(lambda t: None, ("string",), "string", "first_part")
second_part = _macro(lambda t: None, ("string",), "string", "second_part")
day_text = _macro(lambda t: None, ("string",), "string", "day_text")
clock_of = _macro(lambda t: None, ("string",), "string", "clock_of")
offset_text = _macro(lambda t: None, ("string",), "string", "offset_text")
moment_as_written = _macro(lambda t, month_first: None, ("string", "boolean"), "timestamp", "moment_as_written")
moment_as_utc = _macro(lambda t, month_first: None, ("string", "boolean"), "timestamp", "moment_as_utc")
moment_of_epoch = _macro(lambda t, said: None, ("string", "int64"), "timestamp", "moment_of_epoch")
moment_packed = _macro(lambda t: None, ("string",), "timestamp", "moment_packed")
objects_of = _macro(lambda t: None, ("string",), "array<string>", "objects_of")
value_of = _macro(lambda t, pointer: None, ("string", "string"), "string", "value_of")
to_zone = ibis.udf.scalar.builtin(
    lambda zone, moment: None, name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp")
)
from_zone = ibis.udf.scalar.builtin(
    lambda zone, moment: None, name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')")
)
hashed = ibis.udf.scalar.builtin(lambda value: None, name="hash", signature=(("string",), "int64"))
