# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Is the process alive, and can it serve? For load balancers and orchestrators."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from app.auth.errors import StorageUnavailable
from app.auth.fastapi.errors import refusals
from app.database import Database

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: str


@router.get("/health")
async def health() -> Health:
    """Answer as long as the process runs."""
    return Health(status="ok")


@router.get("/ready", responses=refusals(StorageUnavailable))
async def ready(request: Request) -> Health:
    """Answer 200 if the database does."""
    database: Database = request.app.state.database
    await database.check()
    return Health(status="ok")


# {% endcall %}
