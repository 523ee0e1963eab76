# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Health checks for load balancers and orchestrators."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from app.auth.errors import StorageUnavailable
from app.auth.fastapi.errors import refusals
from app.auth.fastapi.state import get_auth
from app.dependencies import DatabaseDep
from app.models import Base

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: str


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def health() -> Health:
    """Return 200 while the process runs."""
    return Health(status="ok")


@router.head("/ready", include_in_schema=False)
@router.get("/ready", responses=refusals(StorageUnavailable))
async def ready(request: Request, database: DatabaseDep) -> Health:
    """Return 200 if the application has started and the database is migrated."""
    get_auth(request)
    await database.check(*Base.metadata.sorted_tables)
    return Health(status="ok")


# {% endcall %}
