"""The name under which notebooks that are already in students' hands know :mod:`autograder.student`."""
