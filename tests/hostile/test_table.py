"""What attacks say of themselves is complete, true and written down."""

from __future__ import annotations

import re

from . import test_short_answers
from .attacks import readme
from .attacks.attack import INTENTS, WALLS
from .attacks.tables import ATTACKS
from .witness.judges import JUDGES
from .witness.witnesses import SEEN

_PATHS = re.compile(r"""['"](/(?!proc/%d)[a-z][^'"]*|\.\./[^'"]*|/)['"]""")
"""A path in a program, but for those of processes that are named by number."""
_STRAY = re.compile(r"os\.getppid|kill\((?!os\.getpid\(\))[01-9-]|127\.0\.0\.1")


def test_the_table_is_current() -> None:
    """`python -m hostile.attacks.readme`, run in `tests/`, writes it."""
    assert readme.PATH.read_text() == readme.rendered()


def test_names_are_unique() -> None:
    """A name stands for one attack."""
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names))


def test_every_attack_says_what_it_is_after_where_it_bites_and_what_stops_it() -> None:
    """In words that mean something."""
    for attack in ATTACKS:
        place, _, seen = attack.witness.partition(": ")
        assert attack.intent in INTENTS, attack.name
        assert attack.wall in WALLS, attack.name
        kind, _, judge = place.partition(" ")
        assert kind in ("judge", "client", "texts", "effect"), attack.name
        assert not judge or judge in JUDGES, attack.name
        if kind in ("judge", "client"):
            assert seen.partition(" ")[0] in SEEN, attack.name


def test_every_word_of_the_tables_is_used() -> None:
    """Walls and judges that stop and believe nothing are no walls and no judges."""
    assert {attack.wall for attack in ATTACKS} == set(WALLS)
    assert {attack.intent for attack in ATTACKS} == set(INTENTS)
    witnesses = [*(attack.witness for attack in ATTACKS), *test_short_answers.WITNESSES.values()]
    named = {witness.partition(":")[0].removeprefix("judge ") for witness in witnesses}
    assert set(JUDGES) - named == {"runs"} - named


def test_no_attack_names_its_target_itself() -> None:
    """In the open the same source runs against targets that were made for it; a path or a pid of its own would be real."""
    for attack in ATTACKS:
        program = "\n".join([attack.body, attack.at_import])
        assert not _PATHS.search(program), attack.name
        assert not _STRAY.search(program), attack.name
