"""Hints from laws that only one mistake breaks: the check that failed has seen it, whatever the rest of an answer does."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.results.schema import Diagnosis

_HINTS = {
    "seed_fixed_inside": "Your random numbers do not depend on the seed that the caller sets: they are the same at every call, "
                         "or follow a seed that your code chooses. Which line sets a seed or makes a generator, and whose "
                         "decision is that?",
    "gradient_cut_on_the_way": "The values change with an input or a parameter that gets no gradient, or only part of it. Is "
                               "there a detach(), .data, .item(), numpy() or no_grad() on the way, or a tensor built anew "
                               "from numbers?",
    "samples_meet_in_train_mode": "In train mode the result of a sample changes with the other samples of its batch. Which "
                                  "layer or line looks at the whole batch, such as a batch normalisation or a mean over "
                                  "dimension 0?",
    "samples_meet_in_eval_mode": "In eval mode the result of a sample changes with the other samples of its batch. Which layer "
                                 "or line still looks at the whole batch then: a normalisation that keeps no running "
                                 "statistics, a mean or a spread over dimension 0?",
    "drawn_in_eval_mode": "In eval mode the same input gives another result at every call. Which line draws random numbers "
                          "whatever the mode: noise that is added, or a dropout that is never told to stop?",
    "state_not_registered": "A second model that loads your state dict computes something else: not all that the result "
                            "depends on is in there. Are layers kept in a plain list or dict instead of nn.ModuleList or "
                            "nn.ModuleDict, or tensors as plain attributes?",
    "no_nonlinearity": "Your network is an affine map: the effect of a sum of inputs is the sum of their effects. What do "
                       "linear layers, or convolutions, amount to with nothing between them?",
    "logarithm_cannot_fall": "Your values are right for mild inputs and stay within bounds for extreme ones, however wrong "
                             "a confident prediction is. Is a probability kept away from zero before its logarithm is taken (a "
                             "clamp, a small number that is added, a function that cuts off), and is there a way from the "
                             "logits to the logarithm without the probability?",
    "probability_kept_from_the_ends": "Your loss is right for ordinary probabilities and too small in size for extreme ones. "
                                      "Is a small number added inside the logarithm, or a probability kept away from 0 and 1?",
    "mode_switched": "A network comes back in another mode than it had before your call. Which line calls train() or eval(), "
                     "and who should decide on the mode?",
    "update_shortened": "Your loss is right, and your update points where its gradient does, but it is shorter, or cut off "
                        "where the gradient is large. What happens between backward and the optimizer's step, or to the loss "
                        "before backward: a clipping, a normalisation, a factor?",
}  # fmt: skip
_LESS_TELLING = ("global_randomness_used",)
"""What is also true of a seed that is set inside, but says less."""


def with_broken_laws(found: list[Diagnosis], mistakes: Iterable[str]) -> list[Diagnosis]:
    """What comparison has found, and what failed checks name; the latter first unless the former is exact."""
    named = [Diagnosis(misconception=name, hint=_HINTS[name], confidence="likely") for name in dict.fromkeys(mistakes) if name]
    if not named:
        return found
    sure = [one for one in found if one.confidence != "possible" and one.misconception not in _known(named)]
    if sure and sure[0].confidence == "exact" and sure[0].misconception not in _LESS_TELLING:
        return sure + named
    return named + sure


def _known(diagnoses: Iterable[Diagnosis]) -> set[str]:
    return {one.misconception for one in diagnoses}
