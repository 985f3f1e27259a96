"""Hidden checks of train.py, on an autoencoder of a few parameters that the check trains by itself as well."""

import itertools

import torch
from torch import Tensor

from autograder.checks import (
    Candidate,
    RemoteObject,
    assert_close,
    assert_draws_afresh,
    assert_sets_no_seed,
    assert_true,
    check,
    load_beside,
)
from autograder.checks.strategies import number, uniform

toys = load_beside(__file__, "toys")

PARTS = ("loss", "reconstruction", "kl")
BATCH = 3
"""Seven images make two full minibatches and one of a single image."""

History = dict[str, list[float]]


def images_of(seed: int) -> Tensor:
    """Seven images of four pixels."""
    return uniform((7, 1, 1, 4), seed, 0.0, 1.0, torch.float32)


def steady_images(beta: float = 1.0) -> Tensor:
    """Images for which every parameter's first gradient has a clear sign.

    Adam's first step is as long for a tiny gradient as for a large one: where the toy's faint noise may turn the sign,
    right answers would part.
    """
    for images in map(images_of, itertools.count(5)):
        toy = toys.ToyVAE()
        gradients = torch.autograd.grad(objective(toy, images[:BATCH], beta)[0], list(toy.parameters()))
        if min(float(gradient.abs().min()) for gradient in gradients) > 0.05:
            return images
    raise AssertionError("unreachable")


def loader_of(candidate: Candidate, images: Tensor) -> RemoteObject:
    """The images in order, with labels that are of no use."""
    return candidate.loader(images, torch.zeros(len(images), dtype=torch.int64), BATCH)


def objective(toy: toys.ToyVAE, x: Tensor, beta: float) -> tuple[Tensor, Tensor, Tensor]:
    """Loss, reconstruction and divergence without any noise."""
    mu, logvar = toy.encode(x)
    reconstruction = ((toy.decode(mu) - x) ** 2).sum() / len(x)
    kl = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum() / len(x)
    return reconstruction + beta * kl, reconstruction, kl


def own_run(images: Tensor, epochs: int, lr: float = 1e-3, beta: float = 1.0) -> tuple[History, toys.ToyVAE]:
    """History and final parameters of a plain Adam run, written out by hand."""
    toy, history = toys.ToyVAE(), {name: [] for name in PARTS}
    parameters = list(toy.parameters())
    first, second = ([torch.zeros_like(value) for value in parameters] for _ in range(2))
    for _ in range(epochs):
        for x in images.split(BATCH):
            values = objective(toy, x, beta)
            for name, value in zip(PARTS, values, strict=True):
                history[name].append(float(value.detach()))
            adam_step(parameters, torch.autograd.grad(values[0], parameters), first, second, len(history["loss"]), lr)
    return history, toy


def adam_step(
    parameters: list, gradients: tuple[Tensor, ...], first: list[Tensor], second: list[Tensor], number: int, lr: float
) -> None:
    """Kingma and Ba (2015), algorithm 1, with their constants."""
    for value, gradient, mean, square in zip(parameters, gradients, first, second, strict=True):
        mean.mul_(0.9).add_(0.1 * gradient)
        square.mul_(0.999).add_(0.001 * gradient**2)
        step = (mean / (1 - 0.9**number)) / ((square / (1 - 0.999**number)).sqrt() + 1e-8)
        with torch.no_grad():
            value.sub_(lr * step)


def assert_history(result: object, expected: History, names: tuple[str, ...] = PARTS) -> None:
    """The lists of the history have the expected values."""
    for name in names:
        got = result.get(name) if isinstance(result, dict) else None
        assert_true(isinstance(got, list), f"the history has no list called {name}")
        assert_close(got, expected[name], rtol=1e-4, atol=1e-3, scalar=True, what=f"the history of {name}")


def assert_trained(toy: RemoteObject, expected: toys.ToyVAE) -> None:
    """The parameters have moved where they should."""
    after = toy.parameters_by_name()
    for name, value in expected.named_parameters():
        # The noise of the toy's narrow posterior moves parameters by less than a thousandth of their changes.
        assert_close(after.get(name), value.detach(), rtol=1e-3, atol=1e-3, what="a trained parameter")


@check("train", points=1.0, title="follows Adam on the negative ELBO")
def test_train_follows_adam(candidate: Candidate) -> None:
    """Over several epochs the recorded losses are not those of Adam with one update per minibatch."""
    images, lr = steady_images(), number(1, 0.04, 0.05)
    expected, _ = own_run(images, epochs=4, lr=lr)
    history = candidate.train(candidate.toy("ToyVAE"), loader_of(candidate, images), epochs=4, lr=lr)
    assert_history(history, expected)


@check("train", points=0.75, title="leaves the model trained")
def test_train_leaves_the_model_trained(candidate: Candidate) -> None:
    """After training the parameters are not where Adam's updates take them."""
    images, lr = steady_images(), number(1, 0.04, 0.05)
    _, expected = own_run(images, epochs=4, lr=lr)
    toy = candidate.toy("ToyVAE")
    candidate.train(toy, loader_of(candidate, images), epochs=4, lr=lr)
    assert_trained(toy, expected)


@check("train", points=0.5, title="weighs the divergence by beta", kind="law")
def test_train_weighs_the_divergence_by_beta(candidate: Candidate) -> None:
    """With beta = 8 the loss or the updates are those of another weight."""
    images = steady_images(8.0)
    expected, trained = own_run(images, epochs=1, lr=0.05, beta=8.0)
    toy = candidate.toy("ToyVAE")
    history = candidate.train(toy, loader_of(candidate, images), epochs=1, lr=0.05, beta=8.0)
    assert_history(history, expected, ("loss", "reconstruction"))
    assert_trained(toy, trained)


@check("train", points=0.25, title="records the divergence without its weight", kind="law")
def test_train_records_the_unweighted_divergence(candidate: Candidate) -> None:
    """With another beta the recorded kl is not the divergence itself."""
    images, beta = images_of(3), number(4, 2, 4)
    expected, _ = own_run(images, epochs=1, lr=1e-3, beta=beta)
    history = candidate.train(candidate.toy("ToyVAE"), loader_of(candidate, images), epochs=1, lr=1e-3, beta=beta)
    assert_history(history, expected, ("kl",))


@check("train", points=0.5, title="uses the learning rate", kind="law")
def test_train_uses_the_learning_rate(candidate: Candidate) -> None:
    """With a learning rate of 0.2, or without one (1e-3), the updates have another size."""
    images = steady_images()
    for options in ({"lr": 0.2}, {}):
        _, expected = own_run(images, epochs=1, **options)
        toy, start = candidate.toy("ToyVAE"), toys.ToyVAE()
        candidate.train(toy, loader_of(candidate, images), epochs=1, **options)
        after = toy.parameters_by_name()
        for name, value in expected.named_parameters():
            before = dict(start.named_parameters())[name].detach()
            assert_true(name in after, "a parameter disappeared")
            limit = 0.02 * float((value.detach() - before).abs().max())
            assert_close(after[name], value.detach(), rtol=0, atol=limit, what="a trained parameter")


@check("train", points=0.5, title="trains in train mode", kind="law")
def test_train_trains_in_train_mode(candidate: Candidate) -> None:
    """A model that comes in eval mode is not put into train mode for every minibatch."""
    toy = candidate.toy("ToyVAE")
    toy.eval()
    candidate.train(toy, loader_of(candidate, images_of(3)), epochs=2)
    assert_true(toy.attribute("eval_forwards") == 0, "a minibatch ran in eval mode")
    assert_true(toy.attribute("train_forwards") > 0, "no minibatch ran in train mode")


@check("train", points=0.25, title="lets every minibatch draw noise of its own", kind="random")
def test_train_draws_fresh_noise(candidate: Candidate) -> None:
    """The noise of the latents that are decoded is the same for all minibatches or in every run: a seed is set inside."""

    def noise() -> Tensor:
        toy = candidate.toy("ToyVAE")
        candidate.train(toy, loader_of(candidate, images_of(3)), epochs=2)
        drawn = toy.attribute("drawn")
        assert_true(isinstance(drawn, list) and len(drawn) > 0, "nothing was decoded")
        return torch.cat(drawn)

    assert_draws_afresh(candidate, noise, "the noise of the latents")
    # Of fourteen draws two agree in single precision once in 1e5 times; minibatches with equal noise leave three.
    assert_true(len(noise().unique()) > 11, "all minibatches get the same noise")


@check("train", points=0.25, title="learns", kind="law")
def test_train_learns(candidate: Candidate) -> None:
    """After some epochs the loss of the training images is hardly smaller than before."""
    toy = candidate.toy("ToyVAE")
    images = images_of(3)
    candidate.train(toy, loader_of(candidate, images), epochs=8, lr=0.1, beta=0.01)
    trained = toys.ToyVAE()
    trained.load_state_dict({**toy.buffers_by_name(), **toy.parameters_by_name()}, strict=False)
    before, after = (float(objective(model, images, 0.01)[0]) for model in (toys.ToyVAE(), trained))
    assert_true(after < 0.5 * before, "the loss of the training images did not go down")


@check("train", points=0.25, title="goes through the loader once per epoch", kind="law")
def test_train_goes_through_the_loader_once_per_epoch(candidate: Candidate) -> None:
    """The model does not see epochs times the loader's minibatches, or a global setting was changed."""
    toy = candidate.toy("ToyVAE")
    seen = candidate.train.observe(toy, loader_of(candidate, images_of(3)), epochs=2)
    assert_true(not seen.switched, "a global setting was changed")
    passes = toy.attribute("train_forwards") + toy.attribute("eval_forwards")
    assert_true(passes == 6, "the model did not see every minibatch once per epoch")


def means(images: Tensor, beta: float = 1.0) -> dict[str, float]:
    """The three averages over all images at once."""
    with torch.no_grad():
        values = objective(toys.ToyVAE(), images, beta)
    return {name: float(value) for name, value in zip(PARTS, values, strict=True)}


def assert_means(result: object, expected: dict[str, float], names: tuple[str, ...] = PARTS) -> None:
    """The entries of the result have the expected values."""
    for name in names:
        assert_true(isinstance(result, dict) and name in result, f"the result has no {name}")
        assert_close(result[name], expected[name], rtol=1e-4, atol=3e-4, what=name)  # type: ignore[index]


@check("evaluate", points=1.25, title="weighs every sample alike")
def test_evaluate_weighs_every_sample_alike(candidate: Candidate) -> None:
    """With a smaller last minibatch the values are not the averages over all samples."""
    images = images_of(6)
    assert_means(candidate.evaluate(candidate.toy("ToyVAE"), loader_of(candidate, images)), means(images))


@check("evaluate", points=0.5, title="weighs the divergence by beta in the loss only", kind="law")
def test_evaluate_weighs_the_divergence_by_beta(candidate: Candidate) -> None:
    """With another beta the loss is not reconstruction + beta kl, or the reported kl is weighted."""
    images = images_of(7)
    for beta in (0.0, number(8, 3, 5)):
        result = candidate.evaluate(candidate.toy("ToyVAE"), loader_of(candidate, images), beta=beta)
        assert_means(result, means(images, beta))


@check("evaluate", points=0.5, title="runs the model in eval mode", kind="law")
def test_evaluate_runs_the_model_in_eval_mode(candidate: Candidate) -> None:
    """Some minibatch runs in train mode, or past the model's forward pass, which draws a latent in every mode."""
    toy = candidate.toy("ToyVAE")
    candidate.evaluate(toy, loader_of(candidate, images_of(9)))
    assert_true(toy.attribute("train_forwards") == 0, "a minibatch ran in train mode")
    assert_true(toy.attribute("eval_forwards") == 3, "the model did not see every minibatch once in eval mode")
    drawn = toy.attribute("drawn")
    is_drawn = isinstance(drawn, list) and len(drawn) > 0 and bool((torch.cat(drawn) != 0).all())
    assert_true(is_drawn, "no latent was drawn: the reconstruction is not that of forward")


@check("evaluate", points=0.75, title="restores the mode that the model came in", kind="purity")
def test_evaluate_restores_the_mode(candidate: Candidate) -> None:
    """A model in train mode comes back in eval mode, or one in eval mode in train mode."""
    for mode in (True, False):
        toy = candidate.toy("ToyVAE")
        toy.train(mode)
        candidate.evaluate(toy, loader_of(candidate, images_of(9)))
        assert_true(toy.attribute("training") is mode, "the model came back in the other mode")


@check("evaluate", points=0.5, title="records no gradients", kind="gradient")
def test_evaluate_records_no_gradients(candidate: Candidate) -> None:
    """The forward passes build a graph, gradients are left in the parameters, or those that were there are gone."""
    toy = candidate.toy("ToyVAE")
    candidate.evaluate(toy, loader_of(candidate, images_of(9)))
    assert_true(toy.attribute("gradient_forwards") == 0, "a forward pass recorded gradients")
    left = toy.gradients_by_name().values()
    assert_true(all(gradient is None for gradient in left), "gradients were left in the parameters")
    stale = candidate.toy("ToyVAE", stale=0.7)
    candidate.evaluate(stale, loader_of(candidate, images_of(9)))
    kept = stale.gradients_by_name().values()
    same = all(gradient is not None and bool((gradient == 0.7).all()) for gradient in kept)
    assert_true(same, "gradients that were in the parameters are not there any more")


@check("evaluate", points=0.25, title="leaves the parameters as they are", kind="purity")
def test_evaluate_leaves_the_parameters_as_they_are(candidate: Candidate) -> None:
    """The parameters, or a global setting, are different after the evaluation, or it sets a seed for everybody."""
    toy = candidate.toy("ToyVAE")
    seen = candidate.evaluate.observe(toy, loader_of(candidate, images_of(9)))
    assert_true(not seen.switched, "a global setting was changed")
    after = toy.parameters_by_name()
    for name, value in toys.ToyVAE().named_parameters():
        assert_true(name in after, "a parameter was left frozen: it can no longer be trained")
        assert_close(after[name], value.detach(), rtol=0, atol=0, what="a parameter after the evaluation")
    assert_sets_no_seed(candidate, lambda: candidate.evaluate(toy, loader_of(candidate, images_of(9))))
