"""Wrong variants of train.py."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from autograder.checks import Candidate, RemoteObject
from autograder.checks.strategies import uniform
from autograder.diagnosis import Record, misconception, probe, reference

training = reference("vae", "train")

PARTS = ("loss", "reconstruction", "kl")
Loader = Iterable[tuple[Tensor, Tensor]]
History = dict[str, list[float]]


def loader_of(candidate: Candidate) -> RemoteObject:
    """Two full minibatches and a small one."""
    images = uniform((5, 1, 1, 4), 3, 0.0, 1.0, torch.float32)
    return candidate.loader(images, torch.zeros(5, dtype=torch.int64), 2)


def plain(values: dict) -> list[Tensor]:
    """The three parts in single precision, so that the toy's faint noise does not count."""
    return [torch.as_tensor(values[name], dtype=torch.float32) for name in PARTS]


@probe("train")
def observe_train(candidate: Candidate, record: Record) -> None:
    """Two short runs on a toy: history, parameters and mode."""
    for lr, beta in ((0.05, 1.0), (0.1, 4.0)):
        toy = candidate.toy("ToyVAE")
        toy.eval()
        history = candidate.train(toy, loader_of(candidate), epochs=2, lr=lr, beta=beta)
        for name, values in zip(PARTS, plain(history), strict=True):
            record.value(f"{name} at beta {beta}", values)
        are_floats = all(isinstance(one, float) for name in PARTS for one in history[name])
        record.value(f"history of floats at beta {beta}", are_floats)
        for name, value in toy.parameters_by_name().items():
            record.value(f"{name} at beta {beta}", value)
        record.value(f"passes in eval mode at beta {beta}", toy.attribute("eval_forwards"))
        drawn = torch.cat(toy.attribute("drawn"))
        record.value(f"noise of its own at beta {beta}", len(drawn.unique()) > 0.8 * len(drawn))


misconception(
    "train", name="gradients_accumulate", belief="backward overwrites the gradients", replace=("optimizer.zero_grad()", "pass"),
    hint="Your first update is right and the later ones are too large. What happens to the gradients of the last minibatch?",
)  # fmt: skip

misconception(
    "train", name="beta_not_passed_on", belief="the weight is only for evaluation",
    replace=("x_hat, x, mu, logvar, beta)", "x_hat, x, mu, logvar)"),
    hint="Does your history change when beta changes? Where does beta enter the loss?",
)  # fmt: skip

misconception(
    "train", name="nothing_is_updated", belief="backward updates the parameters", replace=("optimizer.step()", "pass"),
    hint="No parameter moves during your training. Which three calls make an update, in which order, and what is left of the "
    "gradients when the optimiser looks at them?",
)  # fmt: skip

misconception(
    "train", name="weights_decay", belief="AdamW is Adam", replace=("torch.optim.Adam(", "torch.optim.AdamW("),
    hint="Your parameters are pulled towards zero beside what the gradient asks for. Which optimiser does the contract name, "
    "and what does yours add?",
)  # fmt: skip

misconception(
    "train", name="stepped_twice", belief="an update may be made at two places",
    replace=("optimizer.step()", "optimizer.step()\n            optimizer.step()"),
    hint="Every minibatch moves your parameters twice, by the same gradient. How often is step called in your loop?",
)  # fmt: skip

misconception(
    "train", name="tensors_in_the_history", belief="a loss is a number",
    replace=("value.item()", "value.detach()"),
    hint="Your history holds tensors where the contract says floats. What makes a number of a tensor, and what does a list of "
    "losses keep alive otherwise?",
)  # fmt: skip

misconception(
    "train", name="optimizer_made_anew_every_minibatch", belief="an optimiser belongs to an update",
    replace=(
        "optimizer.zero_grad()",
        "optimizer = torch.optim.Adam(model.parameters(), lr=lr)\n            optimizer.zero_grad()",
    ),
    hint="Your first update is right, and every later one is a first step of Adam again. What does Adam remember between "
    "updates, and when do you throw it away?",
)  # fmt: skip

misconception(
    "train", name="gradients_cleared_once_per_epoch", belief="gradients are cleared when an epoch begins",
    replace=[("optimizer.zero_grad()", "pass"),
             ("for _ in range(epochs):", "for _ in range(epochs):\n        optimizer.zero_grad()")],
    hint="Your very first update is right. Within an epoch, updates still contain the gradients of the minibatches before. How "
    "often are they to be cleared?",
)  # fmt: skip

misconception(
    "train", name="seed_set_for_every_minibatch", belief="a seed makes training reproducible",
    replace=("optimizer.zero_grad()", "optimizer.zero_grad(); torch.manual_seed(0)"),
    hint="Every minibatch of your training gets the same noise. Where is a seed set, and who should set it, and when?",
)  # fmt: skip

misconception(
    "train", name="betas_of_a_gan", belief="Adam needs a first beta of 0.5, as for GANs",
    replace=("lr=lr)", "lr=lr, betas=(0.5, 0.999))"),
    hint="Your first update is right and later ones differ: your Adam remembers earlier gradients for a shorter time. Which "
    "betas does the docstring ask for?",
)  # fmt: skip

misconception(
    "train", name="learning_rate_not_passed_on", belief="Adam brings its own learning rate", replace=(", lr=lr", ""),
    hint="Your updates have the same size whatever lr is. Which learning rate does the optimiser use?",
)  # fmt: skip

misconception(
    "train", name="optimizer_made_anew_every_epoch", belief="an optimiser belongs to an epoch",
    replace=(
        "for _ in range(epochs):",
        "for _ in range(epochs):\n        optimizer = torch.optim.Adam(model.parameters(), lr=lr)",
    ),
    hint="Your first epoch is right, the second is not. What does Adam remember between updates, and when do you throw it "
    "away?",
)  # fmt: skip

misconception(
    "train", name="plain_gradient_descent", belief="any gradient descent will do",
    replace=("torch.optim.Adam", "torch.optim.SGD"),
    hint="The first losses are right, the updates are not those of Adam. Which optimiser is asked for?",
)  # fmt: skip

misconception(
    "train", name="mode_not_set", belief="the model is in the right mode already", replace=("model.train()", "pass"),
    hint="What do dropout and batch normalisation do if the model comes straight from an evaluation? Who sets its mode?",
)  # fmt: skip


@misconception(
    "train", belief="a loss curve has a point per epoch",
    hint="How many numbers does your history have, and how many minibatches were there?",
)  # fmt: skip
def one_entry_per_epoch(
    model: nn.Module, loader: Loader, epochs: int, lr: float = 1e-3, beta: float = 1.0
) -> History:
    """Means over epochs."""
    history = training.train(model, loader, epochs, lr, beta)
    size = len(history["loss"]) // epochs
    return {
        name: [sum(values[start : start + size]) / size for start in range(0, len(values), size)]
        for name, values in history.items()
    }


misconception(
    "train", name="weighted_divergence_recorded", belief="the kl that is recorded is the term of the loss",
    replace=('("kl", kl)', '("kl", beta * kl)'),
    hint="Change beta alone: should the first divergence that you record change with it?",
)  # fmt: skip


@probe("evaluate")
def observe_evaluate(candidate: Candidate, record: Record) -> None:
    """Values for two weights, and what became of the model."""
    for beta, mode in ((1.0, True), (3.0, False)):
        toy = candidate.toy("ToyVAE")
        toy.train(mode)
        result = candidate.evaluate(toy, loader_of(candidate), beta=beta)
        for name, value in zip(PARTS, plain(result), strict=True):
            record.value(f"{name} at beta {beta}", value)
        record.value(f"mode {mode} afterwards", toy.attribute("training"))
        counts = ("train_forwards", "eval_forwards", "gradient_forwards")
        record.value(f"passes from mode {mode}", [toy.attribute(name) for name in counts])
        stale = candidate.toy("ToyVAE", stale=0.5)
        candidate.evaluate(stale, loader_of(candidate), beta=beta)
        kept = [gradient is not None and bool((gradient == 0.5).all()) for gradient in stale.gradients_by_name().values()]
        record.value(f"gradients kept in mode {mode}", kept)
        drawn = toy.attribute("drawn")
        record.value(f"latents drawn from mode {mode}", bool(len(drawn) and (torch.cat(drawn) != 0).any()))


misconception(
    "evaluate", name="minibatches_counted_alike", belief="the mean of the minibatches' means is the mean",
    replace=[("mean.item() * len(x)", "mean.item()"), ("num_samples += len(x)", "num_samples += 1")],
    hint="Your value is off when the last minibatch is smaller. How much should its samples count?",
)  # fmt: skip

misconception(
    "evaluate", name="summed_over_the_data_set", belief="a whole-set value is a sum", replace=("total / num_samples", "total"),
    hint="Your value grows with the size of the data set. Is the total asked for, or the average per sample?",
)  # fmt: skip

misconception(
    "evaluate", name="left_in_eval_mode", belief="the caller will set the mode again",
    replace=("model.train(was_training)", "pass"),
    hint="In which mode is the model after your evaluation, and in which was it before? What if training goes on?",
)  # fmt: skip

misconception(
    "evaluate", name="always_left_in_train_mode", belief="after an evaluation comes training",
    replace=("model.train(was_training)", "model.train()"),
    hint="A model that comes in eval mode leaves in train mode. How can you tell in which mode it came?",
)  # fmt: skip

misconception(
    "evaluate", name="evaluated_in_the_mode_it_came_in", belief="no_grad is enough", replace=("model.eval()", "pass"),
    hint="What do dropout and batch normalisation do during your evaluation? Is no_grad the same as eval mode?",
)  # fmt: skip

misconception(
    "evaluate", name="gradients_recorded", belief="eval mode switches gradients off",
    replace=("torch.no_grad()", "torch.enable_grad()"),
    hint="Your forward passes build graphs that nobody needs. Does eval() stop autograd?",
)  # fmt: skip

misconception(
    "evaluate", name="beta_left_out_of_the_evaluation", belief="beta is a matter of training",
    replace=("x_hat, x, mu, logvar, beta)", "x_hat, x, mu, logvar)"),
    hint="Does the loss that you report change when beta changes?",
)  # fmt: skip


misconception(
    "train", name="divergence_recorded_but_not_trained", belief="the reconstruction is what is to be learned",
    replace=("loss.backward()", "reconstruction.backward()"),
    hint="Your updates do not depend on beta. Of which of your three numbers is the gradient taken?",
)  # fmt: skip

misconception(
    "evaluate", name="last_minibatch_only", belief="the loop ends with the result",
    replace=(("totals[name] += mean.item() * len(x)", "totals[name] = mean.item() * len(x)"),
             ("num_samples += len(x)", "num_samples = len(x)")),
    hint="Your numbers are those of the last minibatch. What becomes of the ones before it?",
)  # fmt: skip

misconception(
    "evaluate", name="posterior_means_evaluated", belief="nothing is drawn in eval mode",
    replace=("x_hat, mu, logvar = model(x)", "mu, logvar = model.encode(x)\n            x_hat = model.decode(mu)"),
    hint="Your reconstructions are those of the posterior's mean, and better than the model's own. Over what does the ELBO's "
    "reconstruction term average, and which call gives you that for any model?",
)  # fmt: skip

misconception(
    "evaluate", name="gradients_cleared", belief="before and after every pass gradients are cleared",
    replace=("model.train(was_training)", "model.train(was_training)\n    model.zero_grad()"),
    hint="Gradients that were in the parameters before the evaluation are gone after it. Does an evaluation that records no "
    "gradients have any to clear, and whose are those?",
)  # fmt: skip
