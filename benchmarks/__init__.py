"""Benchmarks of rendered projects, compared with hand-written code and similar libraries."""
