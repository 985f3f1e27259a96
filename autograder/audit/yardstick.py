"""The unit in which the cost of training is stated."""

from __future__ import annotations

import statistics
import time

import torch
import torch.nn.functional as F

from autograder.runtime.global_state import one_thread
from autograder.scores.features import NUM_CLASSES, DigitClassifier

STEPS, BATCH, SIZE = 100, 64, 28


def yardstick(device: torch.device | str = "cpu", repeats: int = 3, steps: int = STEPS) -> float:
    """Seconds that 100 steps of Adam take here: 1 Y, the median of some repetitions.

    The network is the classifier of digits, the batch 64 random images of 28 x 28, the rate 1e-3, one thread. On the CPU these
    are CPU-seconds of the process, so other work on the machine counts little; on another device they are seconds of the clock,
    up to the end of the last step. The first ten steps, which load and choose kernels, are not counted, and the process's
    random state and number of threads are left as they were.

    Args:
        device: where the network is trained.
        repeats: how often it is measured, >= 1.
        steps: how many steps are run; the result is always that of 100.
    """
    device = torch.device(device)
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(BATCH, 1, SIZE, SIZE, generator=generator).to(device)
    labels = torch.randint(NUM_CLASSES, (BATCH,), generator=generator).to(device)
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        classifier = DigitClassifier(SIZE, "cpu").to(device)
        optimiser = torch.optim.Adam(classifier.parameters(), 1e-3)
        readings = []
        for taken in [min(10, steps), *[steps] * repeats]:
            began = clock()
            for _ in range(taken):
                optimiser.zero_grad()
                F.cross_entropy(classifier(images), labels).backward()
                optimiser.step()
            next(classifier.parameters()).sum().item()  # waits for a device that works asynchronously
            readings.append((clock() - began) * STEPS / taken)
    return statistics.median(readings[1:])
