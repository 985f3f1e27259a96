"""Commands for graders that are elsewhere or warm already: a Dask cluster, a standby."""
