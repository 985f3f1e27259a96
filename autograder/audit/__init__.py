"""Tests the checks: mutates the references, and looks for mutants that keep all their points."""
