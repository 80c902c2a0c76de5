"""The recipient files of a campaign, made by the data engine: nothing here goes over customers in Python."""

from assistant.campaigns.recipients.sources import Sources
from assistant.campaigns.recipients.writing import write_recipients

__all__ = ["Sources", "write_recipients"]
