"""Results as they are kept: schema, names, files, statistics of a class."""
