"""Grades homework on deep generative models: isolated, property-based, and able to say what went wrong."""

__version__ = "0.1.0"
