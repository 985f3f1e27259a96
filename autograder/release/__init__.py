"""What students and nbgrader get of the course: stubs, notebooks, nothing secret."""
