"""Applications to compare with. Each has one user table, and the pool that a render has."""
