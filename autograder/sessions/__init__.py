"""The grader's side of a worker: what is sent, what may come back, how much of everything."""
