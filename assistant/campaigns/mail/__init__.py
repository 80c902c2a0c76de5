"""An e-mail as it will look: HTML by way of MJML, its plain part, links that can be counted, pictures of it."""

from assistant.campaigns.mail.links import with_utm
from assistant.campaigns.mail.messages import as_eml
from assistant.campaigns.mail.previewing import preview_mails
from assistant.campaigns.mail.rendering import mail_of

__all__ = ["as_eml", "mail_of", "preview_mails", "with_utm"]
