"""What of the grader stands beside student code in a worker: functions and classes that are lent, and toy modules."""
