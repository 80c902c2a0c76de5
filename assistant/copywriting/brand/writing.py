"""A brand kit as the TOML file that a person edits."""

import tomli_w

from assistant.records import BrandKit

HEAD = """\
# How the brand sounds, what it never says and what it may say. Edit it; campaigns, checks and `assistant check` keep
# to it. All parts may be left out:
#
# [voice]            rules and examples, for people and models; limits that the checks warn of
# [[banned]]         term, reason, language        never said, plain inflections included
# [[required]]       term, channel, language, market        in each message
# [[claims]]         text, substantiation, markets, languages, until        may be said, as there is proof
# [[disclaimers]]    text, market, channel, language        put into each message, word for word
# names = [...]      names that may be used without a slot

"""


def kit_text(kit: BrandKit) -> str:
    """The file's text; it reads back as the same kit."""
    values = kit.model_dump(mode="python", exclude_none=True)
    # Names first: behind a table they would belong to it.
    return HEAD + tomli_w.dumps({"names": values.pop("names"), **values}, multiline_strings=True)
