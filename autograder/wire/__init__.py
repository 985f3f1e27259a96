"""Plain data between grader and worker: frames, values, and the requests that both sides know."""
