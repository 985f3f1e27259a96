"""What an instructor starts from: the pieces of a new exercise, a small new course, and what is unfinished in them."""
