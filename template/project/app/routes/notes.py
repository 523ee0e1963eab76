# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Notes, which only their owner can see: an example. Copy it, then delete it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from app.auth.errors import NotFound
from app.auth.fastapi.errors import CREDENTIAL_REFUSED, UNAUTHENTICATED, UNUSABLE_BODY, refusals
from app.dependencies import CurrentUser, SessionDep
from app.models import Note

router = APIRouter(prefix="/notes", tags=["notes"], responses=refusals(*UNAUTHENTICATED))


class NoteRequest(BaseModel):
    # {% if database == "postgresql" %}
    #| # PostgreSQL cannot store NUL.
    #| text: str = Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")
    # {% else %}
    text: str = Field(min_length=1, max_length=2000)
    # {% endif %}


class NoteResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    text: str


async def own_note(
    note_id: Annotated[int, Path(ge=1, lt=2**31)],
    user: CurrentUser,
    session: SessionDep,
) -> Note:
    """Return a note of the user. Raise NotFound."""
    note = await session.get(Note, note_id)
    if note is None or note.owner_id != user.id:
        raise NotFound
    return note


OwnNote = Annotated[Note, Depends(own_note)]


@router.get("", response_model=list[NoteResponse])
async def list_notes(
    user: CurrentUser,
    session: SessionDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
) -> Sequence[Note]:
    """Return a page of the user's notes, oldest first."""
    own = select(Note).where(Note.owner_id == user.id).order_by(Note.id)
    found = await session.scalars(own.limit(limit).offset(offset))
    return found.all()


@router.post(
    "",
    status_code=201,
    response_model=NoteResponse,
    responses=refusals(*CREDENTIAL_REFUSED, *UNUSABLE_BODY),
)
async def create_note(body: NoteRequest, user: CurrentUser, session: SessionDep) -> Note:
    """Store a note."""
    note = Note(owner_id=user.id, text=body.text)
    session.add(note)
    await session.commit()
    return note


@router.get("/{note_id}", response_model=NoteResponse, responses=refusals(NotFound))
async def read_note(note: OwnNote) -> Note:
    """Return a note."""
    return note


@router.put(
    "/{note_id}",
    response_model=NoteResponse,
    responses=refusals(*CREDENTIAL_REFUSED, *UNUSABLE_BODY, NotFound),
)
async def replace_note(body: NoteRequest, note: OwnNote, session: SessionDep) -> Note:
    """Replace the text of a note."""
    note.text = body.text
    await session.commit()
    return note


@router.delete(
    "/{note_id}",
    status_code=204,
    responses=refusals(*CREDENTIAL_REFUSED, NotFound),
)
async def delete_note(note: OwnNote, session: SessionDep) -> None:
    """Delete a note."""
    await session.delete(note)
    await session.commit()


# {% endcall %}
