"""Hidden checks of train.py, on two networks of a few parameters that the check updates by itself as well."""

import copy
import itertools
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.checks import Candidate, RemoteObject, assert_close, assert_true, check, load_beside, naming
from autograder.checks.strategies import normal

toys = load_beside(__file__, "toys")

RATE = 0.3


def real_images() -> Tensor:
    """Four real images."""
    return normal((4, 1, 2, 2), 1, torch.float32)


def latents(number: int = 0) -> Tensor:
    """Four latent vectors, others for every number."""
    return normal((4, 2), 2 + number, torch.float32)


def networks(candidate: Candidate, stale: float | None = None) -> tuple[RemoteObject, RemoteObject]:
    """A generator and a discriminator, perhaps with gradients left over from before."""
    return candidate.toy("ToyGenerator", stale=stale), candidate.toy("ToyDiscriminator", stale=stale)


def loss_of_discriminator(generator: nn.Module, discriminator: nn.Module, z: Tensor) -> Tensor:
    """Cross-entropy of both batches."""
    real, fake = discriminator(real_images()), discriminator(generator(z))
    return -F.logsigmoid(real).mean() - F.logsigmoid(-fake).mean()


def loss_of_generator(generator: nn.Module, discriminator: nn.Module, z: Tensor) -> Tensor:
    """What the generator pays for being recognised."""
    return -F.logsigmoid(discriminator(generator(z))).mean()


def steady_latents(network: nn.Module, loss: Callable[[Tensor], Tensor]) -> Tensor:
    """Latent vectors for which every parameter's gradient has a clear sign.

    Adam's first step has its full length for the smallest gradient, too, whose sign rounding may decide.
    """
    for z in map(latents, itertools.count(10)):
        gradients = torch.autograd.grad(loss(z), list(network.parameters()))
        if min(float(gradient.abs().min()) for gradient in gradients) > 1e-3:
            return z
    raise AssertionError("unreachable")


def descend(network: nn.Module, loss: Tensor, rate: float = RATE) -> float:
    """One plain gradient step; returns the loss."""
    parameters = list(network.parameters())
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.sub_(rate * gradient)
    return float(loss.detach())


def assert_equal_parameters(remote: RemoteObject, own: nn.Module, exact: bool = False) -> None:
    """The parameters are those of the check's own network, frozen ones too."""
    trained = remote.parameters_by_name()
    limits = {"rtol": 0.0, "atol": 0.0} if exact else {"rtol": 1e-4, "atol": 1e-5}
    for name, value in own.named_parameters():
        got = trained[name] if name in trained else remote.attribute(name)
        assert_close(got, value.detach(), **limits, what="a parameter after the update")


def assert_moves_by(remote: RemoteObject, own: nn.Module, before: nn.Module) -> None:
    """The parameters have moved as those of the check's own network; tells of an update that is merely shorter, or cut off."""
    moved = remote.parameters_by_name()
    start, end = dict(before.named_parameters()), dict(own.named_parameters())
    if moved.keys() == end.keys():
        got = torch.cat([(start[name] - moved[name]).flatten() for name in end])
        wanted = torch.cat([(start[name] - end[name]).flatten() for name in end])
        most = float(got.abs().max())
        is_shorter = float(got.norm()) < 0.99 * float(wanted.norm()) and F.cosine_similarity(got, wanted, dim=0) > 0.9999
        cut = wanted.clamp(-most, most)
        is_cut = most < 0.99 * float(wanted.abs().max()) and torch.allclose(got, cut, rtol=1e-3, atol=1e-5)
        mistake = "update_shortened" if most > 1e-4 and (is_shorter or is_cut) else ""
    else:
        mistake = ""
    with naming(mistake):
        assert_equal_parameters(remote, own)


def assert_can_be_trained(network: RemoteObject, own: nn.Module, step: Callable[..., object], *arguments: object) -> None:
    """The other step can still move every parameter: it may be what thaws a network that this one has frozen."""
    names = {name for name, _ in own.named_parameters()}
    if names <= network.parameters_by_name().keys():
        return
    step(*arguments)
    moved = network.parameters_by_name()
    stuck = any(name not in moved or torch.equal(moved[name], value) for name, value in own.named_parameters())
    assert_true(not stuck, "the other network was left frozen, and the other step does not train it again")


def assert_modes_stay(generator: RemoteObject, discriminator: RemoteObject, training: bool) -> None:
    """Both networks are in the mode in which they came."""
    for network in (generator, discriminator):
        is_same = network.attribute("training") is training
        assert_true(is_same, "a network came back in the other mode", mistake="mode_switched")


# -- discriminator_step ------------------------------------------------------------------------------------


@check("discriminator_step", points=1.0, title="follows the gradient of its loss, step by step")
def test_discriminator_step_follows_the_gradient(candidate: Candidate) -> None:
    """After two steps the losses, or the discriminator's parameters, are not those of gradient descent."""
    generator, discriminator = networks(candidate)
    own_generator, own, before = toys.ToyGenerator(), toys.ToyDiscriminator(), toys.ToyDiscriminator()
    optimizer = candidate.optimizer("SGD", discriminator, lr=RATE)
    for z in (latents(0), latents(1)):
        expected = descend(own, loss_of_discriminator(own_generator, own, z))
        loss = candidate.discriminator_step(generator, discriminator, real_images(), optimizer, z)
        assert_close(loss, expected, rtol=1e-4, what="the loss")
        assert_moves_by(discriminator, own, before)
        before = copy.deepcopy(own)


@check("discriminator_step", points=0.5, title="forgets gradients of earlier steps", kind="law")
def test_discriminator_step_forgets(candidate: Candidate) -> None:
    """Gradients that were left in the discriminator before the step have an influence on the update."""
    generator, discriminator = networks(candidate, stale=0.7)
    own_generator, own = toys.ToyGenerator(), toys.ToyDiscriminator()
    descend(own, loss_of_discriminator(own_generator, own, latents()))
    optimizer = candidate.optimizer("SGD", discriminator, lr=RATE)
    candidate.discriminator_step(generator, discriminator, real_images(), optimizer, latents())
    assert_equal_parameters(discriminator, own)


@check("discriminator_step", points=0.75, title="keeps its gradient out of the generator", kind="gradient")
def test_discriminator_step_detaches(candidate: Candidate) -> None:
    """The parameters of the generator, or their gradients, have changed, or it can no longer be trained."""
    for stale in (None, 0.7):
        generator, discriminator = networks(candidate, stale)
        optimizer = candidate.optimizer("SGD", discriminator, lr=RATE)
        loss = candidate.discriminator_step(generator, discriminator, real_images(), optimizer, latents())
        assert_close(loss, float(loss), what="the loss")
        assert_equal_parameters(generator, toys.ToyGenerator(), exact=True)
        for gradient in generator.gradients_by_name().values():
            left = (
                gradient is None
                if stale is None
                else gradient is not None and bool((gradient == stale).all())
            )
            assert_true(left, "a gradient of the discriminator's loss has reached the generator")
        other = candidate.optimizer("SGD", generator, lr=RATE)
        arguments = generator, discriminator, other, latents()
        assert_can_be_trained(generator, toys.ToyGenerator(), candidate.generator_step, *arguments)


@check("discriminator_step", points=0.5, title="uses any optimizer", kind="law")
def test_discriminator_step_optimizer(candidate: Candidate) -> None:
    """With another optimizer the update is not the one that this optimizer makes."""
    generator, discriminator = networks(candidate)
    own_generator, own = toys.ToyGenerator(), toys.ToyDiscriminator()
    before = [parameter.detach().clone() for parameter in own.parameters()]
    z = steady_latents(own, lambda z: loss_of_discriminator(own_generator, own, z))
    descend(own, loss_of_discriminator(own_generator, own, z), 1.0)
    # Adam's first step has the size of its rate in every coordinate, against the sign of the gradient.
    with torch.no_grad():
        for parameter, start in zip(own.parameters(), before, strict=True):
            parameter.copy_(start + 0.01 * (parameter - start).sign())
    optimizer = candidate.optimizer("Adam", discriminator, lr=0.01)
    candidate.discriminator_step(generator, discriminator, real_images(), optimizer, z)
    assert_equal_parameters(discriminator, own)


@check(
    "discriminator_step", points=0.25, title="leaves modes, images and latent vectors alone", kind="purity"
)
def test_discriminator_step_pure(candidate: Candidate) -> None:
    """A network changed its mode, an input was modified, randomness was used, or a global setting changed."""
    for training in (True, False):
        generator, discriminator = networks(candidate)
        generator.train(training)
        discriminator.train(training)
        optimizer = candidate.optimizer("SGD", discriminator, lr=RATE)
        seen = candidate.discriminator_step.observe(generator, discriminator, real_images(), optimizer, latents(1))
        expected = float(loss_of_discriminator(toys.ToyGenerator(), toys.ToyDiscriminator(), latents(1)).detach())
        assert_close(seen.value, expected, rtol=1e-4, what="the loss")
        assert_modes_stay(generator, discriminator, training)
        assert_close(seen.args[2], real_images(), rtol=0, atol=0, what="the real images after the call")
        assert_close(seen.args[4], latents(1), rtol=0, atol=0, what="the latent vectors after the call")
        assert_true(not seen.rng_used, "the global random state was used")


# -- generator_step ----------------------------------------------------------------------------------------


@check("generator_step", points=1.0, title="follows the gradient of its loss, step by step")
def test_generator_step_follows_the_gradient(candidate: Candidate) -> None:
    """After two steps the losses, or the generator's parameters, are not those of gradient descent."""
    generator, discriminator = networks(candidate)
    own, own_discriminator, before = toys.ToyGenerator(), toys.ToyDiscriminator(), toys.ToyGenerator()
    optimizer = candidate.optimizer("SGD", generator, lr=RATE)
    for z in (latents(0), latents(1)):
        expected = descend(own, loss_of_generator(own, own_discriminator, z))
        loss = candidate.generator_step(generator, discriminator, optimizer, z)
        assert_close(loss, expected, rtol=1e-4, what="the loss")
        assert_moves_by(generator, own, before)
        before = copy.deepcopy(own)
    take_a_steep_step(candidate)


def take_a_steep_step(candidate: Candidate) -> None:
    """A step against a discriminator with steep logits, whose gradient is longer than one."""
    generator, discriminator = networks(candidate)
    own, own_discriminator = toys.ToyGenerator(), toys.ToyDiscriminator()
    with torch.no_grad():
        own_discriminator.head.mul_(6.0)
    discriminator.set_parameters({"head": own_discriminator.head.detach().clone()})
    z = steep_latents(own, own_discriminator)
    descend(own, loss_of_generator(own, own_discriminator, z), RATE / 6)
    candidate.generator_step(generator, discriminator, candidate.optimizer("SGD", generator, lr=RATE / 6), z)
    assert_moves_by(generator, own, toys.ToyGenerator())


def steep_latents(generator: nn.Module, discriminator: nn.Module) -> Tensor:
    """Latent vectors for which the generator's gradient is long, at logits that a naive logarithm of a sigmoid bears."""
    for z in map(latents, itertools.count(100)):
        gradients = torch.autograd.grad(loss_of_generator(generator, discriminator, z), list(generator.parameters()))
        length = torch.cat([gradient.flatten() for gradient in gradients]).norm()
        if float(length) > 2 and float(discriminator(generator(z)).min()) > -8:
            return z
    raise AssertionError("unreachable")


@check("generator_step", points=0.5, title="forgets gradients of earlier steps", kind="law")
def test_generator_step_forgets(candidate: Candidate) -> None:
    """Gradients that were left in the generator before the step have an influence on the update."""
    generator, discriminator = networks(candidate, stale=0.7)
    own = toys.ToyGenerator()
    descend(own, loss_of_generator(own, toys.ToyDiscriminator(), latents()))
    optimizer = candidate.optimizer("SGD", generator, lr=RATE)
    candidate.generator_step(generator, discriminator, optimizer, latents())
    assert_equal_parameters(generator, own)


@check("generator_step", points=0.5, title="leaves the discriminator as it is", kind="law")
def test_generator_step_leaves_the_discriminator(candidate: Candidate) -> None:
    """The parameters of the discriminator have changed, or can no longer be trained."""
    generator, discriminator = networks(candidate)
    optimizer = candidate.optimizer("SGD", generator, lr=RATE)
    candidate.generator_step(generator, discriminator, optimizer, latents())
    assert_equal_parameters(discriminator, toys.ToyDiscriminator(), exact=True)
    moved = generator.parameters_by_name()
    unmoved = dict(toys.ToyGenerator().named_parameters())
    assert_true(
        all(not torch.equal(moved[name], unmoved[name]) for name in unmoved), "the generator has not moved"
    )
    other = candidate.optimizer("SGD", discriminator, lr=RATE)
    arguments = generator, discriminator, real_images(), other, latents()
    assert_can_be_trained(discriminator, toys.ToyDiscriminator(), candidate.discriminator_step, *arguments)


@check("generator_step", points=0.25, title="uses any optimizer", kind="law")
def test_generator_step_optimizer(candidate: Candidate) -> None:
    """With another optimizer the update is not the one that this optimizer makes."""
    generator, discriminator = networks(candidate)
    own = toys.ToyGenerator()
    before = [parameter.detach().clone() for parameter in own.parameters()]
    z = steady_latents(own, lambda z: loss_of_generator(own, toys.ToyDiscriminator(), z))
    descend(own, loss_of_generator(own, toys.ToyDiscriminator(), z), 1.0)
    # Adam's first step has the size of its rate in every coordinate, against the sign of the gradient.
    with torch.no_grad():
        for parameter, start in zip(own.parameters(), before, strict=True):
            parameter.copy_(start + 0.01 * (parameter - start).sign())
    optimizer = candidate.optimizer("Adam", generator, lr=0.01)
    candidate.generator_step(generator, discriminator, optimizer, z)
    assert_equal_parameters(generator, own)


@check("generator_step", points=0.25, title="leaves modes and latent vectors alone", kind="purity")
def test_generator_step_pure(candidate: Candidate) -> None:
    """A network changed its mode, the latent vectors were modified, randomness was used, or a global setting changed."""
    for training in (True, False):
        generator, discriminator = networks(candidate)
        generator.train(training)
        discriminator.train(training)
        optimizer = candidate.optimizer("SGD", generator, lr=RATE)
        seen = candidate.generator_step.observe(generator, discriminator, optimizer, latents(1))
        expected = float(loss_of_generator(toys.ToyGenerator(), toys.ToyDiscriminator(), latents(1)).detach())
        assert_close(seen.value, expected, rtol=1e-4, what="the loss")
        assert_modes_stay(generator, discriminator, training)
        assert_close(seen.args[3], latents(1), rtol=0, atol=0, what="the latent vectors after the call")
        assert_true(not seen.rng_used, "the global random state was used")
