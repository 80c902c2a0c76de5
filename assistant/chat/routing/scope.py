"""What no tool can answer whatever its words are near to: the future, other companies, single people."""

import re

from assistant.chat.routing.entities import Found

_WRITING = re.compile(
    r"\b(?:write|draft|compose|approve|reject|decline|revise|rewrite|rephrase|edit|change|set|replace|check|proofread"
    r"|make it|mention|remind|invite|promote|goal|note|reason|because|plan|run|launch|campaign|brief)\b"
    r"|写|起草|拟|改|批准|拒绝|驳回|通过|检查|文案|活动|简报|目标"
)
_AHEAD = (
    r"(?:(?:next|coming|upcoming|following) (?:\w+ )?(?:week|month|quarter|year|season|spring|summer|autumn|fall|winter"
    r"|christmas|holidays?)s?|\bin (?:the )?(?:(?:next|coming) )?(?:\d+|two|three|six|few|coming) (?:weeks|months"
    r"|years|quarters)(?: time)?"
    r"|in 20\d\d|by (?:the end of|20\d\d)|tomorrow|in (?:the )?(?:near )?future|from now|this time next)"
)
_SUMS = (
    r"(?:spend|spending|revenue|sales|turnover|orders?|profits?|grow|growth|earn|sell"
    r"|customers|size|churn|basket|lose|leave|be worth|behave|perform|develop|evolve|look like|do)"
)
_FUTURE = re.compile(
    rf"\b(?:will|would|going to|gonna|won't|expect\w*|likely)\b.{{0,60}}\b{_SUMS}\b.{{0,40}}{_AHEAD}"
    rf"|{_AHEAD}.{{0,40}}\b(?:will|going to|gonna)\b.{{0,50}}\b{_SUMS}\b"
    rf"|\b(?:forecast|predict|predicted|prediction|project|projected|projection|extrapolate)s?\b.{{0,50}}\b{_SUMS}\b"
    rf"|\b{_SUMS}\b.{{0,20}}\b(?:forecast|prediction|projection|outlook)s?\b"
    rf"|\b{_SUMS}\b.{{0,25}}\b(?:tomorrow|(?:next|coming|upcoming) (?:week|month|quarter|year)s?)\b"
    r"|\bhow (?:much|many)\b.{0,30}\bwill\b.{0,30}\b(?:spend|lose|order|leave|churn|sell|earn|grow|stay)\b"
    r"|(?:明年|后年|下个?(?:月|季度|季|周|年)|未来|将来|今后|以后|往后|接下来).{0,14}(?:消费|花|销售|收入|营收|增长|买多少|多少"
    r"|流失|下单)"
    r"|(?:预测|预计|预估).{0,14}(?:消费|花|销售|收入|营收|增长|流失|顾客|客户|下单)"
)
# People say these of what to offer, and of what a campaign takes.
_NO_FUTURE = re.compile(
    r"\b(?:offer|recommend|suggest|promote|pitch|cost|want|like|need|buy again|buy next|reach)\b|推荐|推什么|成本|费用"
)
_CHAINS = (
    r"(?:kroger|walmart|wal-mart|costco|amazon|tesco|aldi|lidl|carrefour|whole foods|safeway|publix|trader joe'?s"
    r"|albertsons|sainsbury'?s|asda|morrisons|waitrose|ocado|instacart|rewe|edeka|auchan|mercadona|wegmans|sam'?s club"
    r"|7-eleven|ikea|ebay|alibaba|temu|shein)"
)
_OTHERS = re.compile(
    rf"\bcompetit(?:or|ors|ion|ive)\b|\brivals?\b|\b{_CHAINS}\b|\bmarket (?:share|average|leader|position|rate)s?\b"
    r"|\bbenchmarks?\b|\bbenchmark(?:ed|ing)\b|\bbest in class\b"
    r"|\b(?:industry|sector|market|national|country|retail)(?:'s)?(?:-| )?(?:wide )?(?:averages?|norms?|standards?"
    r"|figures?|numbers?|trends?|peers?|data)\b"
    r"|\b(?:in|across|of|for|than|with|to) (?:the|our) (?:industry|sector|market|trade|competition)\b"
    r"|\b(?:other|another|similar|comparable|competing|nearby|local) (?:shops?|stores?|retailers?|companies|company"
    r"|chains?"
    r"|supermarkets?|grocers?|brands?|business(?:es)?|sellers?|merchants?)\b"
    r"|\b(?:shops?|stores?|supermarkets?|retailers?) (?:nearby|around here|around us|in (?:town|the area|our area|the"
    r" region))\b"
    r"|\b(?:cheaper|better|worse|bigger|pricier|dearer|smaller|faster|more \w+) than (?:us|we are|ours)\b"
    r"|竞争对手|竞品|友商|同行|行业|市场(?:份额|平均|占有率|水平)|(?:别的|其他|其它|别家|隔壁|同类)的?(?:店|超市|商家"
    r"|公司|商场|零售商|品牌|平台)|别家"
    r"|沃尔玛|家乐福|盒马|永辉|大润发|山姆|京东|淘宝|天猫|拼多多|亚马逊|麦德龙|物美"
)
_WE_COMPARED = re.compile(
    r"\b(?:do|does|are|did|is) (?:we|our (?:shop|store|business|company|numbers|figures|sales))\b.{0,20}"
    r"\b(?:compare|compared|comparing|measure up|stack up|stacking up|rank|fare|faring|doing|do|perform"
    r"|performing)\b.{0,20}"
    r"\b(?:to|with|against|versus|vs|relative to|next to|compared (?:to|with)|among)\b (?!last\b|previous\b|each)"
    r"|我们(?:店)?(?:跟|和|与|比).{1,12}(?:比|相比|强|差|高|低)"
)
_PEOPLE = re.compile(
    r"手机号|手机号码|电话(?:号码?)?|邮箱(?:地址)?|邮件地址|电子邮箱|电邮地址|住址|家庭地址|收货地址|联系方式|(?:顾客"
    r"|客户|会员|用户)的?地址"
    r"|(?:他们|她们|每个人|所有人)的?地址|名单|身份证|姓名|微信号|(?:他们|她们|顾客|客户|会员|用户|每个人"
    r"|所有人)的?(?:名字|生日)"
    r"|\b(?:with|and|including|plus) (?:their|all|the) (?:e-?mails?|phones?|names?|address(?:es)?|numbers)\b"
    r"|\b(?:phone|mobile|cell|telephone|whatsapp)(?: phone)? numbers?\b|\be-?mail address(?:es)?\b"
    r"|\b(?:home|street|postal|mailing|shipping|delivery) address(?:es)?\b|\bcontact (?:details|info\w*|data|lists?)\b"
    r"|\b(?:mrs|mr|ms|dr)\b\.? [a-z]+|\b(?:a|an|this|that|one) (?:\w+ )?(?:lady|gentleman|woman|man)\b"
    r"|\b(?:customer|shopper|somebody|someone) (?:called|named)\b"
    r"|[\u3400-\u9fff](?:女士|先生|太太|小姐)"
    r"|\b(?:customer|mailing|e-?mail|member) list\b|\bdates? of birth\b|\bbirthdays? of\b|\bsocial security\b"
)
_OWN_SCREEN = re.compile(r"邮箱推送|发(?:一|条|封|个)?.{0,4}(?:邮件|短信)")


def outside(found: Found) -> str:
    """The name of what to say of a text that no tool can answer; empty where one may.

    Args:
        found: what the text names.
    """
    text = found.without("quoted", "piece").lower().replace("’", "'") if found.language == "en" else found.flattened
    if found.has("quoted") or _WRITING.search(text):
        return ""
    if _PEOPLE.search(text) and not _OWN_SCREEN.search(text):
        return "individuals"
    if _OTHERS.search(text):
        return "out_of_scope"
    if _WE_COMPARED.search(text) and not found.has("segment") and not found.either:
        return "out_of_scope"
    if _FUTURE.search(text) and not _NO_FUTURE.search(text):
        return "out_of_scope"
    return ""
