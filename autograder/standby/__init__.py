"""A warm process that commands are forked from: the second call of an hour does not import torch again."""
