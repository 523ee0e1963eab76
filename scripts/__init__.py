"""Programs for maintainers of the template."""
