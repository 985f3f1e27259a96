"""The course as it is written in `solutions/`: assignments, exercises, checks, outlines."""
