"""Data sets of the training tasks, and the secret world that a grading run draws from them."""
