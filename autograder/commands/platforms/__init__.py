"""Commands for other people's machines: what is handed to a class, to Gradescope, to CI."""
