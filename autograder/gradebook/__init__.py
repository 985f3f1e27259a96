"""The course as nbgrader notebooks: building them, grading them into the gradebook, and the student's check cells."""
