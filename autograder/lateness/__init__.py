"""Late work: when it was handed in, how many days late that is, and what these cost."""
