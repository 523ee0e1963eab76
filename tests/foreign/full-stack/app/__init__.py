"""A backend like that of full-stack-fastapi-template."""
