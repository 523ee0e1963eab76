"""A small shop with users, as one writes it after the tutorial of FastAPI."""
