"""``python -m autograder``."""

import os
import sys

# Python puts the working folder first, where submissions may lie; it stays only where this package itself is found there.
if not sys.flags.safe_path and sys.path[0] != os.path.dirname(os.path.dirname(os.path.abspath(__file__))):
    del sys.path[0]

from autograder.cli import main

main()
