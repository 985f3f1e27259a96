"""The process that workers are forked from: preloaded, rehearsed, locked down."""
