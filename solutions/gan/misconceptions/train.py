"""Wrong beliefs about the two steps of adversarial training, with the behaviour they lead to."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from autograder.checks import Candidate, RemoteObject
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe, reference

losses = reference("gan", "losses")

REAL = normal((4, 1, 2, 2), 11, torch.float32)
Z = normal((4, 2), 12, torch.float32)
RATE = 0.2


def networks(candidate: Candidate) -> tuple[RemoteObject, RemoteObject]:
    """Two small networks with gradients left over from before."""
    return candidate.toy("ToyGenerator", stale=0.5), candidate.toy("ToyDiscriminator", stale=0.5)


def record_networks(record: Record, generator: RemoteObject, discriminator: RemoteObject) -> None:
    """Parameters, and which gradients are not those from before."""
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        record.value(f"{name}: parameters", network.parameters_by_name())
        record.value(f"{name}: mode", network.attribute("training"))


def traces(network: RemoteObject) -> list[str]:
    """What became of the gradients from before: kept, cleared, or others in their place."""
    return [
        "cleared" if gradient is None or not bool(gradient.any()) else "kept" if bool((gradient == 0.5).all()) else "others"
        for gradient in network.gradients_by_name().values()
    ]


def clipped(network: RemoteObject) -> bool:
    """Whether most parameters have one and the same size, which none exceeds."""
    sizes = torch.cat([value.flatten().abs() for value in network.parameters_by_name().values()])
    return bool((sizes > 0.999 * sizes.max()).float().mean() > 0.5)


def number(value: object) -> object:
    """A loss as a plain number."""
    return float(value) if isinstance(value, float | Tensor) else type(value).__name__


def update(optimizer: Optimizer, loss: Tensor) -> float:
    """Zero, backward, step."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# -- discriminator_step ------------------------------------------------------------------------------------


@probe("discriminator_step")
def observe_discriminator_step(candidate: Candidate, record: Record) -> None:
    """One step with stale gradients: the loss, both networks, modes."""
    generator, discriminator = networks(candidate)
    discriminator.eval()
    optimizer = candidate.optimizer("SGD", discriminator, lr=RATE)
    loss = candidate.discriminator_step(generator, discriminator, REAL, optimizer, Z)
    record.value("loss", number(loss))
    record_networks(record, generator, discriminator)
    record.value("gradients of the generator", traces(generator))
    record.value("weights in a box", clipped(discriminator))
    record.value("gradients are left in the discriminator", "cleared" not in traces(discriminator))
    again = candidate.discriminator_step(generator, discriminator, REAL, optimizer, Z)
    record.value("second loss", number(again))


misconception(
    "discriminator_step", name="generator_not_detached", belief="generated images are plain data", replace=(".detach()", ""),
    hint="After your step the generator has gradients. Where should the graph between generator and discriminator be cut?",
)  # fmt: skip

misconception(
    "discriminator_step", name="weights_clipped", belief="a discriminator's weights belong into a box",
    replace=(
        "optimizer.step()", "optimizer.step()\n    for p in discriminator.parameters():\n        p.data.clamp_(-0.01, 0.01)"
    ),
    hint="After your step the discriminator's weights lie within a narrow interval, most of them at its ends. Whose training "
    "asks for weights to be clipped, and does this loss?",
)  # fmt: skip

misconception(
    "discriminator_step", name="generators_gradients_cleared", belief="each step clears all gradients that there are",
    replace=("optimizer.zero_grad()", "optimizer.zero_grad()\n    generator.zero_grad()"),
    hint="Gradients that the generator had before your step are gone after it. Which line clears them, and whose gradients "
    "does this step concern?",
)  # fmt: skip

misconception(
    "discriminator_step", name="discriminator_never_steps", belief="backward updates the parameters",
    replace=("optimizer.step()", "pass"),
    hint="Your gradients arrive at the discriminator, but it never moves. Which call turns gradients into an update?",
)  # fmt: skip

misconception(
    "discriminator_step", name="gradients_not_cleared", belief="an optimizer clears the gradients by itself",
    replace=("optimizer.zero_grad()", "pass"),
    hint="Gradients from earlier steps are still in your update. When are they set to zero?",
)  # fmt: skip

misconception(
    "discriminator_step", name="gradients_cleared_too_late", belief="gradients are cleared after backward",
    replace=[("optimizer.zero_grad()", "pass"), ("optimizer.step()", "optimizer.zero_grad()\n    optimizer.step()")],
    hint="Your discriminator never moves. What is left of the gradients when the optimizer looks at them?",
)  # fmt: skip

misconception(
    "discriminator_step", name="real_and_generated_exchanged", belief="real and generated images play the same part",
    replace=(
        "discriminator(real), discriminator(generator(z).detach())",
        "discriminator(generator(z).detach()), discriminator(real)",
    ),
    hint="Your discriminator learns to call generated images real. In which order does its loss take the two batches?",
)  # fmt: skip


@misconception(
    "discriminator_step",
    belief="each batch is worth an update of its own",
    hint="Your discriminator moves twice in one step. How often should the optimizer step, and with which sum?",
)
def one_update_per_batch(
    generator: nn.Module, discriminator: nn.Module, real: Tensor, optimizer: Optimizer, z: Tensor
) -> float:
    """Two updates."""
    on_real = update(optimizer, F.softplus(-discriminator(real)).mean())
    return on_real + update(optimizer, F.softplus(discriminator(generator(z).detach())).mean())


@misconception(
    "discriminator_step",
    belief="the step draws its own latent vectors",
    hint="Your losses differ from run to run although the latent vectors are given. Which argument do you not use?",
)
def latents_drawn_in_the_step(
    generator: nn.Module, discriminator: nn.Module, real: Tensor, optimizer: Optimizer, z: Tensor
) -> float:
    """Ignore z."""
    fake = generator(torch.randn_like(z)).detach()
    return update(optimizer, losses.discriminator_loss(discriminator(real), discriminator(fake)))


misconception(
    "discriminator_step", name="loss_after_the_update", belief="the loss is looked at after the update",
    replace=("return loss", "return discriminator_loss(discriminator(real), discriminator(generator(z).detach()))"),
    hint="Your update is right, but the loss is that of the network after it. At which moment is it to be taken?",
)  # fmt: skip

misconception(
    "discriminator_step", name="losses_averaged_in_the_step", belief="the losses of the two batches are averaged",
    replace=(
        "loss = discriminator_loss(discriminator(real), discriminator(generator(z).detach()))",
        "loss = 0.5 * discriminator_loss(discriminator(real), discriminator(generator(z).detach()))",
    ),
    hint="Your loss and your update are half of what they should be. Are the two means added or averaged?",
)  # fmt: skip


@misconception(
    "discriminator_step",
    belief="real images get the label 0.9",
    hint="Your discriminator is kept from being sure of real images. Which labels does the loss of the docstring give?",
)
def real_labels_smoothed(
    generator: nn.Module, discriminator: nn.Module, real: Tensor, optimizer: Optimizer, z: Tensor
) -> float:
    """One-sided label smoothing."""
    on_real, on_fake = discriminator(real), discriminator(generator(z).detach())
    smooth = F.binary_cross_entropy_with_logits(on_real, torch.full_like(on_real, 0.9))
    return update(optimizer, smooth + F.softplus(on_fake).mean())


# -- generator_step ----------------------------------------------------------------------------------------


@probe("generator_step")
def observe_generator_step(candidate: Candidate, record: Record) -> None:
    """Two steps with stale gradients: the losses, both networks, modes."""
    generator, discriminator = networks(candidate)
    discriminator.eval()
    optimizer = candidate.optimizer("SGD", generator, lr=RATE)
    loss = candidate.generator_step(generator, discriminator, optimizer, Z)
    record.value("loss", number(loss))
    record_networks(record, generator, discriminator)
    arrived = [gradient is not None and bool((gradient != 0.5).any()) for gradient in generator.gradients_by_name().values()]
    record.value("gradients arrive at the generator", arrived)
    again = candidate.generator_step(generator, discriminator, optimizer, Z)
    record.value("second loss", number(again))


misconception(
    "generator_step", name="no_gradient_at_the_update", belief="generated images are always detached",
    replace=("generator(z)", "generator(z).detach()"),
    hint="The loss of your generator is right, but it never moves: when the optimizer looks, there are no gradients. Is the "
    "way from the loss back to the generator cut, or are gradients cleared between backward and step?",
)  # fmt: skip

misconception(
    "generator_step", name="saturating_loss_used", belief="the minimax loss is used in practice",
    replace=(
        "generator_loss_nonsaturating(discriminator(generator(z)))",
        "-nn.functional.softplus(discriminator(generator(z))).mean()",
    ),
    hint="Your loss is negative. Which of the two generator losses does the docstring name?",
)  # fmt: skip

misconception(
    "generator_step", name="old_gradients_kept", belief="an optimizer clears the gradients by itself",
    replace=("optimizer.zero_grad()", "pass"),
    hint="Gradients from earlier steps are still in your update. When are they set to zero?",
)  # fmt: skip


@misconception(
    "generator_step",
    belief="both networks learn in every step",
    hint="Your step changes the discriminator as well. Whose parameters does the generator's loss train?",
)
def discriminator_trained_too(
    generator: nn.Module, discriminator: nn.Module, optimizer: Optimizer, z: Tensor
) -> float:
    """Update everything."""
    discriminator.zero_grad()
    loss = update(optimizer, losses.generator_loss_nonsaturating(discriminator(generator(z))))
    with torch.no_grad():
        for parameter in discriminator.parameters():
            parameter.sub_(optimizer.param_groups[0]["lr"] * parameter.grad)
    return loss


misconception(
    "generator_step", name="generator_helps_the_discriminator", belief="the generator wants its images to be called generated",
    replace=(
        "generator_loss_nonsaturating(discriminator(generator(z)))",
        "generator_loss_nonsaturating(-discriminator(generator(z)))",
    ),
    hint="Your generator gets worse: the discriminator recognises its images more easily after each step. Which label should "
    "they get?",
)  # fmt: skip


@misconception(
    "generator_step",
    belief="the step draws its own latent vectors",
    hint="Your losses differ from run to run although the latent vectors are given. Which argument do you not use?",
)
def own_latents_drawn(
    generator: nn.Module, discriminator: nn.Module, optimizer: Optimizer, z: Tensor
) -> float:
    """Ignore z."""
    return update(
        optimizer, losses.generator_loss_nonsaturating(discriminator(generator(torch.randn_like(z))))
    )


misconception(
    "generator_step", name="modes_changed", belief="the discriminator is switched to eval mode while the generator learns",
    replace=[("loss =", "discriminator.eval()\n    loss ="), ("return loss", "discriminator.train()\n    return loss")],
    hint="After your step a network is in another mode than before. Who decides about modes: the step or its caller?",
)  # fmt: skip


misconception(
    "generator_step", name="loss_maximised", belief="the generator wants a large loss",
    replace=("loss.backward()", "(-loss).backward()"),
    hint="Your step raises the loss that it returns. Is the generator's loss to be minimised or maximised?",
)  # fmt: skip

misconception(
    "generator_step", name="optimizer_never_steps", belief="backward updates the parameters",
    replace=("optimizer.step()", "pass"),
    hint="Your gradients arrive at the generator, but it never moves. Which call turns gradients into an update?",
)  # fmt: skip

misconception(
    "generator_step", name="discriminator_left_frozen", belief="the discriminator has to be frozen while the generator learns",
    replace=("    optimizer.step()", "    optimizer.step()\n    discriminator.requires_grad_(False)"),
    hint="After your step the discriminator cannot be trained any more. Who turns requires_grad on again, and is it needed at "
    "all, if the optimizer holds the generator's parameters only?",
)  # fmt: skip
