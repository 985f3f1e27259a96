"""Names that the grader and the worker's program have to agree on."""

NOTEBOOK = "__notebook__.json"
"""The file of a submission that holds the cells of its notebook: a JSON list of ``{"source", "cell", "id"}``."""
