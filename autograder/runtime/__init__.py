"""What runs beside student code, in the worker: loading, serving requests, nothing secret."""
