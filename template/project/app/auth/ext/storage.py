# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Storage with SQLAlchemy."""

from app.auth.ext.database import OpenSession, Reader
from app.auth.ext.models import AuthModels, UserMixin
from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.auth.ext.user_lookup import SharedUserLookup, SQLAlchemyUserLookup
from app.auth.storage import Storage


def sqlalchemy_storage(
    get_session: OpenSession,
    reader: Reader,
    user_model: type[UserMixin],
    models: AuthModels,
) -> Storage:
    """Run transactions in sessions from `get_session`, and single reads with `reader`.

    `get_session` returns a context manager that opens a session and rolls back uncommitted
    changes. `reader` is an engine in autocommit mode.
    """
    lookup = SQLAlchemyUserLookup(reader, user_model, models.session)
    return Storage(
        transactions=SQLAlchemyAsyncTransactions(get_session, user_model, models),
        users=SharedUserLookup(lookup.find_all),
    )


# {% endcall %}
