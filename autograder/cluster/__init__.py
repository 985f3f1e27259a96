"""Grading on the workers of a Dask cluster: the same function as everywhere, called elsewhere."""
