"""Notebooks: their cells, without what only a notebook understands."""
