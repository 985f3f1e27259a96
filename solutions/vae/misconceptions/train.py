"""Wrong variants of train.py."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from autograder.checks import Candidate, RemoteObject
from autograder.checks.strategies import uniform
from autograder.diagnosis import Record, misconception, probe, reference

losses = reference("vae", "losses")
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
        for name, value in toy.parameters_by_name().items():
            record.value(f"{name} at beta {beta}", value)
        record.value(f"passes in eval mode at beta {beta}", toy.attribute("eval_forwards"))


def run(
    model: nn.Module,
    loader: Loader,
    epochs: int,
    beta: float,
    make_optimizer: Callable[[], torch.optim.Optimizer],
    *,
    zero_grad: bool = True,
    remake: bool = False,
) -> History:
    """A training loop with the usual places to go wrong."""
    history: History = {name: [] for name in PARTS}
    optimizer = make_optimizer()
    model.train()
    for _ in range(epochs):
        optimizer = make_optimizer() if remake else optimizer
        for x, _labels in loader:
            x_hat, mu, logvar = model(x)
            values = losses.negative_elbo(x_hat, x, mu, logvar, beta)
            if zero_grad:
                optimizer.zero_grad()
            values[0].backward()
            optimizer.step()
            for name, value in zip(PARTS, values, strict=True):
                history[name].append(value.item())
    return history


@misconception(
    "train", belief="backward overwrites the gradients",
    hint="Your first update is right and the later ones are too large. What happens to the gradients of the last "
    "minibatch?",
)  # fmt: skip
def gradients_accumulate(
    model: nn.Module, loader: Loader, epochs: int, lr: float = 1e-3, beta: float = 1.0
) -> History:
    """No zero_grad."""
    return run(model, loader, epochs, beta, lambda: torch.optim.Adam(model.parameters(), lr), zero_grad=False)


@misconception(
    "train", belief="the weight is only for evaluation",
    hint="Does your history change when beta changes? Where does beta enter the loss?",
)  # fmt: skip
def beta_not_passed_on(
    model: nn.Module, loader: Loader, epochs: int, lr: float = 1e-3, beta: float = 1.0
) -> History:
    """The plain ELBO."""
    return training.train(model, loader, epochs, lr)


@misconception(
    "train", belief="Adam brings its own learning rate",
    hint="Your updates have the same size whatever lr is. Which learning rate does the optimiser use?",
)  # fmt: skip
def learning_rate_not_passed_on(
    model: nn.Module, loader: Loader, epochs: int, lr: float = 1e-3, beta: float = 1.0
) -> History:
    """The default rate."""
    return training.train(model, loader, epochs, beta=beta)


@misconception(
    "train", belief="an optimiser belongs to an epoch",
    hint="Your first epoch is right, the second is not. What does Adam remember between updates, and when do you "
    "throw it away?",
)  # fmt: skip
def optimizer_made_anew_every_epoch(
    model: nn.Module, loader: Loader, epochs: int, lr: float = 1e-3, beta: float = 1.0
) -> History:
    """Loses Adam's moments."""
    return run(model, loader, epochs, beta, lambda: torch.optim.Adam(model.parameters(), lr), remake=True)


@misconception(
    "train", belief="any gradient descent will do",
    hint="The first losses are right, the updates are not those of Adam. Which optimiser is asked for?",
)  # fmt: skip
def plain_gradient_descent(
    model: nn.Module, loader: Loader, epochs: int, lr: float = 1e-3, beta: float = 1.0
) -> History:
    """SGD."""
    return run(model, loader, epochs, beta, lambda: torch.optim.SGD(model.parameters(), lr))


@misconception(
    "train", belief="the model is in the right mode already",
    hint="What do dropout and batch normalisation do if the model comes straight from an evaluation? Who sets its "
    "mode?",
)  # fmt: skip
def mode_not_set(model: nn.Module, loader: Loader, epochs: int, lr: float = 1e-3, beta: float = 1.0) -> History:
    """Trains in whatever mode the model is."""
    mode, model.train = model.train, lambda mode=True: model  # type: ignore[method-assign]
    history = training.train(model, loader, epochs, lr, beta)
    model.train = mode  # type: ignore[method-assign]
    return history


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


@misconception(
    "train", belief="the kl that is recorded is the term of the loss",
    hint="Change beta alone: should the first divergence that you record change with it?",
)  # fmt: skip
def weighted_divergence_recorded(
    model: nn.Module, loader: Loader, epochs: int, lr: float = 1e-3, beta: float = 1.0
) -> History:
    """Beta times kl in the history."""
    history = training.train(model, loader, epochs, lr, beta)
    return {**history, "kl": [beta * value for value in history["kl"]]}


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


def batch_values(model: nn.Module, loader: Loader, beta: float) -> tuple[list[list[float]], list[int]]:
    """The three parts of every minibatch and the sizes of the minibatches."""
    rows, sizes = [], []
    mode = model.training
    model.eval()
    with torch.no_grad():
        for x, _labels in loader:
            x_hat, mu, logvar = model(x)
            rows.append([value.item() for value in losses.negative_elbo(x_hat, x, mu, logvar, beta)])
            sizes.append(len(x))
    model.train(mode)
    return rows, sizes


@misconception(
    "evaluate", belief="the mean of the minibatches' means is the mean",
    hint="Your value is off when the last minibatch is smaller. How much should its samples count?",
)  # fmt: skip
def minibatches_counted_alike(model: nn.Module, loader: Loader, beta: float = 1.0) -> dict[str, float]:
    """Unweighted mean over minibatches."""
    rows, _ = batch_values(model, loader, beta)
    return {name: sum(column) / len(rows) for name, column in zip(PARTS, zip(*rows, strict=True), strict=True)}


@misconception(
    "evaluate", belief="a whole-set value is a sum",
    hint="Your value grows with the size of the data set. Is the total asked for, or the average per sample?",
)  # fmt: skip
def summed_over_the_data_set(model: nn.Module, loader: Loader, beta: float = 1.0) -> dict[str, float]:
    """No division by the number of samples."""
    rows, sizes = batch_values(model, loader, beta)
    return {
        name: sum(value * size for value, size in zip(column, sizes, strict=True))
        for name, column in zip(PARTS, zip(*rows, strict=True), strict=True)
    }


@misconception(
    "evaluate", belief="the caller will set the mode again",
    hint="In which mode is the model after your evaluation, and in which was it before? What if training goes on?",
)  # fmt: skip
def left_in_eval_mode(model: nn.Module, loader: Loader, beta: float = 1.0) -> dict[str, float]:
    """Does not restore the mode."""
    result = training.evaluate(model, loader, beta)
    model.eval()
    return result


@misconception(
    "evaluate", belief="after an evaluation comes training",
    hint="A model that comes in eval mode leaves in train mode. How can you tell in which mode it came?",
)  # fmt: skip
def always_left_in_train_mode(model: nn.Module, loader: Loader, beta: float = 1.0) -> dict[str, float]:
    """Sets train mode at the end."""
    result = training.evaluate(model, loader, beta)
    model.train()
    return result


@misconception(
    "evaluate", belief="no_grad is enough",
    hint="What do dropout and batch normalisation do during your evaluation? Is no_grad the same as eval mode?",
)  # fmt: skip
def evaluated_in_the_mode_it_came_in(model: nn.Module, loader: Loader, beta: float = 1.0) -> dict[str, float]:
    """Never calls eval."""
    evaluate, model.eval = model.eval, lambda: model  # type: ignore[method-assign]
    result = training.evaluate(model, loader, beta)
    model.eval = evaluate  # type: ignore[method-assign]
    return result


@misconception(
    "evaluate", belief="eval mode switches gradients off",
    hint="Your forward passes build graphs that nobody needs. Does eval() stop autograd?",
)  # fmt: skip
def gradients_recorded(model: nn.Module, loader: Loader, beta: float = 1.0) -> dict[str, float]:
    """Without no_grad."""
    mode, count = model.training, 0
    model.eval()
    totals = dict.fromkeys(PARTS, 0.0)
    for x, _labels in loader:
        x_hat, mu, logvar = model(x)
        for name, value in zip(PARTS, losses.negative_elbo(x_hat, x, mu, logvar, beta), strict=True):
            totals[name] += value.item() * len(x)
        count += len(x)
    model.train(mode)
    return {name: total / count for name, total in totals.items()}


@misconception(
    "evaluate", belief="beta is a matter of training",
    hint="Does the loss that you report change when beta changes?",
)  # fmt: skip
def beta_left_out_of_the_evaluation(model: nn.Module, loader: Loader, beta: float = 1.0) -> dict[str, float]:
    """The plain ELBO."""
    return training.evaluate(model, loader)
