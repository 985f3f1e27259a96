"""Mistakes that can be read off the records of an answer beside the reference's, each kind by itself."""
