"""Send a notice as an e-mail through the operator's own relay."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage

from traceability.alerts.alert import Notice
from traceability.errors import InvalidInput, Unavailable

WITHIN_S = 10


@dataclass(frozen=True, slots=True)
class Mailbox:
    host: str
    port: int
    sender: str
    receivers: tuple[str, ...]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = True
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def __post_init__(self) -> None:
        if self.user is not None and not self.starttls:
            raise InvalidInput(f"mail relay {self.host}: a password wants starttls")

    def __call__(self, notice: Notice) -> None:
        """Raises `Unavailable` unless the relay takes it for every receiver."""
        try:
            message = self._message(notice)
            with smtplib.SMTP(self.host, self.port, timeout=WITHIN_S) as relay:
                if self.starttls:
                    relay.starttls(context=self.tls)
                if self.user is not None:
                    relay.login(self.user, self.password or "")
                refused = relay.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: an address that is none
            raise Unavailable(f"mail relay {self.host}:{self.port}: {error}") from error
        if refused:
            raise Unavailable(
                f"mail relay {self.host}:{self.port} refused {len(refused)} of {len(self.receivers)}"
            )

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = notice.subject
        message["From"] = self.sender
        message["To"] = ", ".join(self.receivers)
        # The same for each try, so that a mailbox can tell that it came twice.
        message["Message-ID"] = f"<{notice.key}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text)
        return message
