"""From submissions to results: one grader, a crew of them, a whole class."""
