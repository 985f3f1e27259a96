"""Marks for other systems: tables, grade books, rosters, and the formats of platforms."""
