"""Wrong beliefs about sampling in one step, with the behaviour they lead to."""


import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

consistency = reference("frontier", "consistency")


@probe("one_step_sample")
def observe_one_step_sample(candidate: Candidate, record: Record) -> None:
    """What comes out for what the network saw, its times, the size of the noise, and where the noise comes from."""
    for name, options in (("default", {}), ("short", {"t_max": 1.5})):
        shown: list[tuple[Tensor, Tensor]] = []

        def watched(x: Tensor, t: Tensor, shown: list = shown) -> Tensor:
            shown.append((x.detach().clone(), torch.as_tensor(t).detach().clone()))
            return 4 * torch.sin(x / 7) + 0.5

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
    expected = consistency.c_skip(time) * x + consistency.c_out(time) * (4 * torch.sin(x / 7) + 0.5)
    return round(float((sample - expected).abs().max()), 3)


misconception(
    "one_step_sample", name="noise_of_unit_size", belief="sampling starts from standard normal noise",
    replace=("t_max * torch.randn", "torch.randn"),
    hint="What your network sees has standard deviation 1, although t says something else. How large is the noise at t_max?",
)  # fmt: skip

misconception(
    "one_step_sample", name="output_of_the_network", belief="the network's output is the sample",
    replace=("consistency_function(network, x,", "network(x,"),
    hint="You return what the network says. Is it the network or the consistency function that maps noise to data?",
)  # fmt: skip

misconception(
    "one_step_sample", name="one_time_for_the_batch", belief="one time broadcasts over the samples",
    replace=("(shape[0],), t_max", "(1,), t_max"),
    hint="Your network gets a single time for the whole batch. Which shape does the contract give t?",
)  # fmt: skip

misconception(
    "one_step_sample", name="asked_at_t_min", belief="samples are asked for at the time where data are",
    replace=("(shape[0],), t_max", "(shape[0],), 0.002"),
    hint="Your samples are pure noise: at the time that you ask for, the consistency function is the identity. At which time "
    "is the noise that you start from?",
)  # fmt: skip

misconception(
    "one_step_sample", name="t_max_ignored", belief="t_max is always 80", replace=("x = t_max", "t_max = 80.0\n    x = t_max"),
    hint="The argument t_max changes nothing in your samples. Where does it belong: to the noise, to the time, or to both?",
)  # fmt: skip

misconception(
    "one_step_sample", name="generator_ignored", belief="the generator is optional, so it may be left out",
    replace=(", generator=generator", ""),
    hint="With the same generator you give different samples every time. From which source does your noise come?",
)  # fmt: skip

misconception(
    "one_step_sample", name="global_state_reseeded", belief="the generator's seed is for the global state",
    replace=(
        "x = t_max * torch.randn(shape, generator=generator)",
        "torch.manual_seed(0 if generator is None else generator.initial_seed())\n    x = t_max * torch.randn(shape)",
    ),
    hint="Your samples are reproducible, but the call reseeds everything else too. How can one draw from a generator without "
    "touching the global state?",
)  # fmt: skip

misconception(
    "one_step_sample", name="same_noise_for_all_samples", belief="one noise serves the whole batch",
    replace=("torch.randn(shape, generator=generator)", "torch.randn((1, *shape[1:]), generator=generator).expand(shape)"),
    hint="All samples of a batch are the same. For how many samples did you draw noise?",
)  # fmt: skip

misconception(
    "one_step_sample", name="t_max_as_variance", belief="t_max is the variance of the noise",
    replace=("x = t_max *", "x = t_max**0.5 *"),
    hint="What your network sees is too narrow for its time. Is t a variance or a standard deviation?",
)  # fmt: skip

misconception(
    "one_step_sample", name="samples_clamped", belief="images lie between -1 and 1",
    replace=(
        "return consistency_function(network, x, torch.full((shape[0],), t_max, dtype=x.dtype))",
        "return consistency_function(network, x, torch.full((shape[0],), t_max, dtype=x.dtype)).clamp(-1, 1)",
    ),
    hint="Your samples never leave [-1, 1]. Does the docstring say anything about their range?",
)  # fmt: skip
