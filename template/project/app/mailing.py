"""How this application sends mail: the mail server, and the texts in `mails`."""

from pathlib import Path

from app.auth.mail.outbox import Mailing
from app.auth.mail.smtp import choose_mailer
from app.settings import Settings

TEXTS = Path(__file__).parent / "mails"


def build_mailing(settings: Settings) -> Mailing:
    mailer = choose_mailer(settings.mail, in_development=settings.environment == "development")
    return Mailing(settings=settings.mail, texts=TEXTS, mailer=mailer)
