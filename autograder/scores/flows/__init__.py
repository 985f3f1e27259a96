"""Scores of normalising flows: their log-density, and the volume that their layers account for."""
