"""Programs that these tests start open sockets below their folder, whose path has to be short."""

from short_folders import tmp_path  # noqa: F401
