"""An e-mail as it is sent."""

from pydantic import Field

from assistant.records.base import Record


class Mail(Record):
    """Both parts of one e-mail; in a dialect its merge tags stand in it, else they are filled with their defaults."""

    piece: str
    subject: str
    preheader: str
    html: str
    text: str = Field(description="the plain part, of lines of at most 76 characters where addresses let it")
