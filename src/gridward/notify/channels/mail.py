"""E-mail by SMTP, through Django's backend. The Message-ID is the notice's id at every try."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from gridward.notify.channels.base import Message, Refused, Unavailable, options
from gridward.notify.environment import EmailSettings


class MailChannel:
    """settings: with host, sender and address."""

    def __init__(self, settings: EmailSettings) -> None:
        self.settings = settings

    def send(self, message: Message) -> str:
        """Hands one mail over to the server, the receivers unseen by each other."""
        if not message.addresses:
            raise Refused("no_address")
        said = self.settings
        backend = EmailBackend(
            host=said.host,
            port=said.port,
            username=said.user or None,
            password=said.password or None,
            use_tls=said.tls == "starttls",
            use_ssl=said.tls == "tls",
            timeout=options().seconds,
        )
        number = f"<{message.id}@{said.sender.rpartition('@')[2] or 'gridward'}>"
        mail = EmailMessage(
            subject=" ".join((message.title or message.text).split())[:120],
            body=message.text,
            from_email=said.sender,
            bcc=list(message.addresses),
            headers={"Message-ID": number, "Auto-Submitted": "auto-generated"},
            connection=backend,
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused:
            raise Refused("mail_recipients") from None
        except smtplib.SMTPResponseException as fault:
            code = f"mail_{fault.smtp_code}"
            if 500 <= fault.smtp_code < 600 and fault.smtp_code != 535:
                raise Refused(code) from None
            raise Unavailable(code) from None
        except (smtplib.SMTPException, OSError):
            raise Unavailable("no_connection") from None
        return number

    def hosts(self) -> tuple[str, ...]:
        """The mail server."""
        return (f"{self.settings.host}:{self.settings.port}",)
