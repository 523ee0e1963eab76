# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Sample accounts and data for development: `uv run manage seed`. Add your own."""

from app.auth.errors import EmailTaken, UsernameTaken
from app.auth.protocols import NewUser
from app.auth.wiring import Auth
from app.database import Database

PASSWORD = "a good long passphrase"  # noqa: S105 -- for development only
USERS = (
    NewUser(email="bob@example.com", username="bob"),
    NewUser(email="carol@example.com", username="carol", is_staff=True),
    NewUser(email="root@example.com", username="root", is_staff=True, is_superuser=True),
)


async def add_samples(auth: Auth, database: Database) -> None:
    """Add the samples. What is already there stays as it is."""
    for user in USERS:
        try:
            await auth.service.create_user(user, PASSWORD)
        except (EmailTaken, UsernameTaken):
            continue


# {% endcall %}
