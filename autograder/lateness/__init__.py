"""Late work and several attempts: when work was handed in, what its lateness costs, and which attempt counts."""
