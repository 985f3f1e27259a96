"""Results on disk: the schema, the pages that people read, and the exports that other tools read."""
