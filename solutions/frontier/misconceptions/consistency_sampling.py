"""Wrong beliefs about sampling in one step, with the behaviour they lead to."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

consistency = reference("frontier", "consistency")
Function = Callable[..., Tensor]


@probe("one_step_sample")
def observe_one_step_sample(candidate: Candidate, record: Record) -> None:
    """What comes out for what the network saw, its times, the size of the noise, and where the noise comes from."""
    for name, options in (("default", {}), ("short", {"t_max": 1.5})):
        shown: list[tuple[Tensor, Tensor]] = []

        def watched(x: Tensor, t: Tensor, shown: list = shown) -> Tensor:
            shown.append((x.detach().clone(), torch.as_tensor(t).detach().clone()))
            return torch.sin(x / 7) + 0.5

        sample = record(
            name, candidate.one_step_sample, watched, (150, 2), generator=candidate.generator(3), **options
        )
        record.value(f"{name} calls", float(len(shown)))
        if sample is None or not shown:
            continue
        x, t = shown[0]
        record.value(f"{name} times", t)
        record.value(f"{name} width", round(float(x.std()), 2))
        record.value(f"{name} rows", float(torch.allclose(x[0], x[1])))
        record.value(f"{name} residual", _residual(sample, x, options.get("t_max", 80.0)))


def _residual(sample: Tensor, x: Tensor, t_max: float) -> float:
    """How far the sample is from what the network's input should have become."""
    time = torch.tensor([t_max])
    expected = consistency.c_skip(time) * x + consistency.c_out(time) * (torch.sin(x / 7) + 0.5)
    return round(float((sample - expected).abs().max()), 3)


@misconception(
    "one_step_sample",
    belief="sampling starts from standard normal noise",
    hint="What your network sees has standard deviation 1, although t says something else. How large is the "
    "noise at t_max?",
)
def noise_of_unit_size(
    f: Function, shape: tuple[int, ...], t_max: float = 80.0, generator: torch.Generator | None = None
) -> Tensor:
    """Forget to scale the noise."""
    x = torch.randn(shape, generator=generator)
    return consistency.consistency_function(f, x, torch.full(shape[:1], t_max))


@misconception(
    "one_step_sample",
    belief="the network's output is the sample",
    hint="You return what the network says. Is it the network or the consistency function that maps noise to "
    "data?",
)
def output_of_the_network(
    f: Function, shape: tuple[int, ...], t_max: float = 80.0, generator: torch.Generator | None = None
) -> Tensor:
    """Skip the parametrisation."""
    return f(t_max * torch.randn(shape, generator=generator), torch.full(shape[:1], t_max))


@misconception(
    "one_step_sample",
    belief="samples are asked for at the time where data are",
    hint="Your samples are pure noise: at the time that you ask for, the consistency function is the "
    "identity. At which time is the noise that you start from?",
)
def asked_at_t_min(
    f: Function, shape: tuple[int, ...], t_max: float = 80.0, generator: torch.Generator | None = None
) -> Tensor:
    """Use t_min."""
    x = t_max * torch.randn(shape, generator=generator)
    return consistency.consistency_function(f, x, torch.full(shape[:1], 0.002))


@misconception(
    "one_step_sample",
    belief="t_max is always 80",
    hint="The argument t_max changes nothing in your samples. Where does it belong: to the noise, to the "
    "time, or to both?",
)
def t_max_ignored(
    f: Function, shape: tuple[int, ...], t_max: float = 80.0, generator: torch.Generator | None = None
) -> Tensor:
    """Keep the default."""
    return consistency.one_step_sample(f, shape, 80.0, generator)


@misconception(
    "one_step_sample",
    belief="the generator is optional, so it may be left out",
    hint="With the same generator you give different samples every time. From which source does your noise "
    "come?",
)
def generator_ignored(
    f: Function, shape: tuple[int, ...], t_max: float = 80.0, generator: torch.Generator | None = None
) -> Tensor:
    """Draw from the global state."""
    return consistency.one_step_sample(f, shape, t_max)


@misconception(
    "one_step_sample",
    belief="the generator's seed is for the global state",
    hint="Your samples are reproducible, but the call reseeds everything else too. How can one draw from a "
    "generator without touching the global state?",
)
def global_state_reseeded(
    f: Function, shape: tuple[int, ...], t_max: float = 80.0, generator: torch.Generator | None = None
) -> Tensor:
    """Seed the global state."""
    torch.manual_seed(0 if generator is None else generator.initial_seed())
    return consistency.one_step_sample(f, shape, t_max)


@misconception(
    "one_step_sample",
    belief="one noise serves the whole batch",
    hint="All samples of a batch are the same. For how many samples did you draw noise?",
)
def same_noise_for_all_samples(
    f: Function, shape: tuple[int, ...], t_max: float = 80.0, generator: torch.Generator | None = None
) -> Tensor:
    """Draw once and repeat."""
    x = t_max * torch.randn((1, *shape[1:]), generator=generator).expand(shape).clone()
    return consistency.consistency_function(f, x, torch.full(shape[:1], t_max))


@misconception(
    "one_step_sample",
    belief="t_max is the variance of the noise",
    hint="What your network sees is too narrow for its time. Is t a variance or a standard deviation?",
)
def t_max_as_variance(
    f: Function, shape: tuple[int, ...], t_max: float = 80.0, generator: torch.Generator | None = None
) -> Tensor:
    """Scale by the root of t_max."""
    x = t_max**0.5 * torch.randn(shape, generator=generator)
    return consistency.consistency_function(f, x, torch.full(shape[:1], t_max))
