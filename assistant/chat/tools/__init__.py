"""What the chat can look up and do, a file a family."""

from assistant.chat.tools import campaigns, drafting, knowledge, personas, pieces, recommending, segments, shop
from assistant.chat.tools.tool import Arguments, ChatTool

TOOLS: dict[str, ChatTool] = {
    tool.name: tool
    for family in (shop, segments, knowledge, recommending, personas, campaigns, pieces, drafting)
    for tool in family.TOOLS
}

__all__ = ["TOOLS", "Arguments", "ChatTool"]
