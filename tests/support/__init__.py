"""Helpers of the template's tests: the matrix, and making, running and serving renders."""
