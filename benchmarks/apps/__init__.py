"""Applications for comparison. Each has one user table and the connection pool of a render."""
