"""An application with users like those of fastapi-users, without the library."""
