"""Commands that read results: pages, marks, comparison, explanation."""
