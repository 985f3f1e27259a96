"""Walls around student code: a warm zygote, locked workers, and a wire that carries data only."""
