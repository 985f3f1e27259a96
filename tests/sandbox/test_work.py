"""Honest work under the lock: what the course needs runs, in every profile."""

from __future__ import annotations

import pytest
from obedient_worker import ask

from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

_TRAINING = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
x = torch.randn(64, 1, 8, 8); y = (x.mean((1, 2, 3)) > 0).long()
net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 2))
losses = []
for optimizer in (torch.optim.Adam(net.parameters(), 1e-2), torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)):
    for epoch in range(5):
        for a, b in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True, num_workers=0):
            optimizer.zero_grad(); loss = nn.functional.cross_entropy(net(a), b); loss.backward(); optimizer.step()
        losses.append(loss.item())
result = losses[-1] < losses[0]
"""

_SNIPPETS = {
    "threads": """
import threading, concurrent.futures
with concurrent.futures.ThreadPoolExecutor(8) as pool: result = sum(pool.map(lambda n: n * n, range(100))) == 328350
""",
    "torch with two threads": """
import torch
torch.set_num_threads(2)
a = torch.randn(300, 300, requires_grad=True)
(a @ a).sum().backward()
result = bool(torch.isfinite(a.grad).all())
""",
    "numpy and scipy": """
import numpy as np, scipy.optimize, scipy.stats, scipy.signal, scipy.integrate, scipy.special
result = abs(scipy.optimize.minimize(lambda v: ((v - 3) ** 2).sum(), np.zeros(2), method='L-BFGS-B').x[0] - 3) < 1e-3
result = bool(result) and bool(np.linalg.eigvalsh(np.eye(50)).sum() == 50) and scipy.stats.norm.cdf(0) == 0.5
""",
    "libraries that the course lets answers import": """
import torch, einops
from tqdm import tqdm
from tqdm.auto import trange
from einops import rearrange, reduce
from einops.layers.torch import Rearrange
x = torch.arange(6.0).reshape(2, 3)
steps = sum(1 for _ in tqdm(range(5))) + sum(1 for _ in trange(5))
result = steps == 10 and rearrange(x, 'a b -> (b a)').tolist() == x.T.flatten().tolist()
result = result and reduce(x, 'a b -> a', 'sum').shape == (2,) and Rearrange('a b -> b a')(x).shape == (3, 2)
""",
    "torch.compile without a compiler": """
import torch
@torch.compile
def f(x): return x.sin() ** 2
@torch.compile(fullgraph=True, mode='max-autotune')
def g(x): return x.cos() ** 2
net = torch.nn.Linear(2, 2)
net.compile()
x = torch.ones(3, 2)
result = bool(torch.allclose(f(x) + g(x), x)) and torch.compile(net)(x).shape == (3, 2)
""",
    "a data loader with processes of its own": """
import torch
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.arange(6.0))
def read(**more):
    order = torch.Generator().manual_seed(1)
    return [batch.tolist() for (batch,) in DataLoader(data, 3, shuffle=True, generator=order, **more)]
own = dict(num_workers=2, persistent_workers=True, prefetch_factor=4, timeout=60)
many = read(multiprocessing_context='fork', worker_init_fn=print, **own)
positional = DataLoader(data, 2, False, None, None, 4, None, False, True)
result = many == read() and [len(batch[0]) for batch in positional] == [2, 2, 2] and positional.drop_last
try: DataLoader(data, batchsize=2)
except TypeError as error: result = result and 'batchsize' in str(error)
""",
    "matplotlib": """
import io, matplotlib.pyplot as plt
figure, axes = plt.subplots(2, 2)
axes[0, 0].imshow([[0, 1], [1, 0]]); axes[0, 1].hist([1, 2, 2]); axes[1, 0].set_title('$x^2$')
for kind in ('png', 'svg', 'pdf'): figure.savefig(buffer := io.BytesIO(), format=kind)
plt.show(); plt.close('all'); result = buffer.tell() > 1000
""",
    "torchvision": """
import torch, torchvision
from torchvision import transforms
grid = torchvision.utils.make_grid(torch.rand(4, 1, 8, 8))
result = tuple(grid.shape) == (3, 12, 42) or grid.ndim == 3
net = torchvision.models.resnet18(weights=None)
""",
    "lazy imports": """
import decimal, sqlite3, zoneinfo, csv, xml.dom.minidom, ctypes, uuid, secrets, fractions, difflib, http, email, bisect
import torch.fft, torch.special, torch.nn.utils.parametrize, torch.func, torch.optim.swa_utils
import scipy.sparse.linalg, scipy.spatial, numpy.polynomial, sympy
result = zoneinfo.ZoneInfo('Europe/Zurich') is not None
""",
    "bytes in memory": """
import io, torch, pickle, copy, numpy
torch.save({'w': torch.arange(3)}, b := io.BytesIO()); b.seek(0)
numpy.savez(c := io.BytesIO(), x=numpy.ones(3)); c.seek(0)
result = torch.load(b)['w'].tolist() == [0, 1, 2] and numpy.load(c)['x'].sum() == 3
copy.deepcopy(torch.nn.LSTM(2, 3))
""",
    "function transforms": """
import torch
from torch.func import vmap, grad, jacrev
result = torch.allclose(vmap(grad(lambda v: (v ** 3).sum()))(torch.ones(4, 2)), torch.full((4, 2), 3.0))
""",
    "time and signals": """
import time, signal, os, random, tempfile, platform, warnings, logging
time.sleep(0.001); time.perf_counter(); os.cpu_count(); platform.platform(); logging.warning('x'); warnings.warn('x')
old = signal.signal(signal.SIGALRM, lambda *a: None); signal.setitimer(signal.ITIMER_REAL, 0.001)
time.sleep(0.01); result = True
""",
    "traced function": """
import torch
f = torch.jit.trace(lambda x: x * 2 + 1, torch.ones(2))
result = f(torch.ones(2)).tolist() == [3.0, 3.0]
""",
    "distributions": """
import torch
from torch import distributions as D
m = D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.Normal(torch.zeros(2), torch.ones(2)))
result = torch.isfinite(m.log_prob(m.sample((5,)))).all() and D.kl_divergence(D.Normal(0., 1.), D.Normal(0., 1.)) == 0
""",
}


def test_training_after_the_fork_does_not_hang(worker: Worker) -> None:
    """A deadlock shows as a timeout."""
    assert ask(worker, _TRAINING, seconds=120) is True
    assert ask(worker, _TRAINING, seconds=120) is True


@pytest.mark.parametrize("name", _SNIPPETS)
def test_common_work_runs(worker: Worker, name: str) -> None:
    """Nothing that a submission reasonably does meets the lock."""
    assert ask(worker, f"{_SNIPPETS[name]}\nresult = bool(result)", seconds=120) is True


def test_many_workers_train_in_turn(zygote: ZygoteHost) -> None:
    """Twenty forks of the same zygote, none of which may hang."""
    for _ in range(20):
        with zygote.spawn() as worker:
            assert ask(worker, _TRAINING, seconds=120) is True
