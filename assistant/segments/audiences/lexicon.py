"""The words of the grammar of phrases."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PHRASES = (
    "bought NAME [N times] [in the last N days]",
    "ordered [at least N times] [in the last N days]",
    "spent over N [on NAME] [in the last N days]",
    "browsed NAME",
    "searched for WORDS",
    "added NAME to the cart",
    "used a coupon",
    "redeemed a coupon",
    "received, opened or clicked a campaign",
    "quiet for N days",
    "active in the last N days",
    "new in the last N days",
    "top N percent by spend",
    "in segment ID",
    "COLUMN is VALUE",
    "each with `not` before it, joined by commas, `and`, `but`, `or`",
)
FILLERS = _set(
    "who that they which customers customer people shoppers shopper households everyone everybody anyone those have "
    "has had did do does was were are been be gone ever also then just with"
)
NEGATIONS = _set("not never no without didn't haven't hasn't hadn't don't doesn't isn't aren't wasn't weren't nothing")
BEFORE_NAMES = _set("anything something any some products items from of the a an for at")
# Where the words of a name end, unless the shop has a name that goes on.
STOPS = NEGATIONS | _set(
    ", ; and or but in within during over for at least more less fewer than last past who that times time once twice "
    "to on is"
)
DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
ORDERING = ("ordered", "orders", "order", "shopped", "placed", "came back", "made")
BUYING = ("bought", "buy", "buys", "purchased", "purchase", "purchases", "buyers of", "bought from")
MAIL = ("a campaign", "campaigns", "campaign", "an email", "an e-mail", "a message", "emails", "email", "messages")
EVENTS = {
    "received": "campaign_received", "got": "campaign_received",
    "opened": "campaign_opened",
    "clicked": "campaign_clicked", "clicked on": "campaign_clicked", "clicked in": "campaign_clicked",
}  # fmt: skip
RANKED_BY = {
    "spend": "monetary_minor", "spending": "monetary_minor", "revenue": "monetary_minor", "value": "monetary_minor",
    "orders": "frequency", "frequency": "frequency", "recency": "recency_days",
}  # fmt: skip
CONSENTS = {"email": "email_opt_in", "e-mail": "email_opt_in", "sms": "sms_opt_in", "push": "push_opt_in"}
LOOKING = ("browsed", "browse", "viewed", "view", "looked at", "visited")
CARTING = ("added", "add", "put", "carted")
SEARCHING = ("searched", "searches", "search")
SPENDING = ("spent", "spend", "spends", "spending")
QUIET = ("quiet", "inactive", "lapsed", "silent")
NEW = ("new", "joined", "first ordered")
COUPON = ("a coupon", "any coupon", "coupons", "coupon")
# With which a condition begins, so that a list of names ends before it.
STARTERS = (
    FILLERS
    | NEGATIONS
    | {word.split()[0] for word in (*BUYING, *ORDERING, *LOOKING, *CARTING, *SEARCHING, *SPENDING, *QUIET, *NEW)}
    | {*EVENTS, *_set("used redeemed active top best bottom lowest segment subscribed opted agreed")}
)
