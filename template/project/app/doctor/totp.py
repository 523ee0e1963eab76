# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Checks of the keys that seal the seeds of authenticators."""

from sqlalchemy import func, select

from app.auth.totp.secret_box import SecretBox
from app.database import Database
from app.doctor.findings import Finding, Verdict, fine_if
from app.models import AuthTotp
from app.settings import Settings


async def examine_seeds(settings: Settings) -> Finding:
    """Check that no authenticator depends on a previous secret key."""
    box, database = SecretBox(settings.auth), Database(settings.database)
    async with database.session() as session:
        found = await session.execute(select(AuthTotp.kid, func.count()).group_by(AuthTotp.kid))
        counts = dict(found.all())
    await database.dispose()
    lost = sum(count for kid, count in counts.items() if kid not in box.kids)
    previous = sum(counts.values()) - lost - counts.get(box.kid, 0)
    if lost:
        text = (
            f"{lost} authenticators need a secret key that is gone: add it to "
            "AUTH_SECRET_KEY_PREVIOUS, and run `uv run manage rewrap`."
        )
        return Finding(Verdict.FAILURE, text)
    return fine_if(
        not previous,
        "The current secret key seals all authenticators.",
        f"{previous} authenticators need a previous secret key: run `uv run manage rewrap` before "
        "you remove it.",
    )


# {% endcall %}
