"""An e-mail as a file that every mail program opens."""

import hashlib
from email.message import EmailMessage
from email.policy import SMTP

from assistant.records.mails import Mail


def as_eml(mail: Mail, sender: str) -> bytes:
    """Both parts as a message (RFC 5322, multipart/alternative); equal mails give equal bytes.

    Args:
        mail: filled or in a dialect.
        sender: the shop's name.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(mail.subject.split())
    name = " ".join(sender.replace('"', "").replace("\\", "").split())
    message["From"] = f'"{name}" <shop@example.invalid>'
    message["To"] = "customer@example.invalid"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    digest = hashlib.sha256((mail.subject + mail.text + mail.html).encode()).hexdigest()
    message.set_boundary(f"=_{digest[:32]}")
    return bytes(message)
