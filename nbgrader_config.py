"""This repository as an nbgrader course. Every `nbgrader` command that is run here reads this file.

Scores of code come from the isolated grader (`autograder grade`), never from a kernel. To grade a whole class at once,
with several processes and a progress bar, use `autograder nbgrade ASSIGNMENT`; it fills the same gradebook.
"""

from pathlib import Path

from autograder.gradebook.configuration import configure

c = get_config()  # noqa: F821
configure(c, Path(__file__).parent)

# The course's name in the exchange is the id in solutions/course.toml.

# The folder through which assignments, submissions and feedback travel: shared with the students, writable to all.
# c.Exchange.root = "/usr/local/share/nbgrader/exchange"

# The gradebook. The default is the SQLite file gradebook.db beside this file; any SQLAlchemy URL does.
# c.CourseDirectory.db_url = "postgresql+psycopg2://grader@localhost/dgm"

# Late work goes by [policy] in solutions/course.toml. Where that has no due date, by this: "none" takes nothing off, "zero"
# everything; or name a plugin of your own: c.AssignLatePenalties.plugin_class.
c.LateSubmissionPlugin.penalty_method = "none"

# How student code is run: as the options of `autograder grade`.
c.ExternalScores.isolation = "strict"
c.ExternalScores.seed = None  # secret, another one in each run; a number repeats a result
c.ExternalScores.time_limit = 10.0
c.ExternalScores.memory_limit = 4096
