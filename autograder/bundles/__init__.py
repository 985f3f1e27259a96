"""What is handed to other people and platforms: the students' package, Gradescope's archive, templates for CI."""
