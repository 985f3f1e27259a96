"""What is measured of trained models: one module per score.

A score gets tensors that have been checked for shape and dtype, or callables that ask a worker, and returns floats. It computes
on the device of what it gets, takes its random numbers from a generator, and answers values that are not finite with nan or
inf.
"""
