"""Interface of a persistence layer."""

from dataclasses import dataclass

from app.auth.authenticator import UserLookup
from app.auth.protocols import Transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """`users` authenticates requests, and `transactions` does everything else."""

    transactions: Transactions
    users: UserLookup
