"""Hostile submissions as data: what each does, what it is after, where it bites, and which wall stops it."""
