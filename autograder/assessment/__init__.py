"""From a subject to the results of its exercises: checks run, outcomes, consequences, points."""
