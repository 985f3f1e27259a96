"""Calibration records: the runs that a task's levels rest on, and what those rest on."""
