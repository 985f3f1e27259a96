"""The walls around a worker: namespaces, Landlock, system call filter, limits."""
