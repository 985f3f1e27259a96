"""What runs beside a student's code in the training tasks of this assignment; `autograder train` runs the same.

Networks of ours stay with the grader and are trained there: student's code is asked for the steps, slopes and losses that it is
to compute, and gets the values which these are computed from. Functions that run beside it take the student's modules as their
first argument. Images have values in [0, 1] outside, and in [-1, 1] between generators and discriminators.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, softplus

LATENT = 64
CODE = 16


def minibatches(images: Tensor, steps: int, batch: int, seed: int) -> Iterator[Tensor]:
    """Yield random images, `steps` times."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        yield images[torch.randint(len(images), (batch,), generator=generator).to(images.device)]


class OurGenerator(nn.Module):
    """Latents of 64 coordinates to images `(1, 28, 28)` in [-1, 1]: two normalised layers, and one to the pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.pixels = nn.Linear(LATENT, 128), nn.Linear(128, 256), nn.Linear(256, 784)
        self.norm_first, self.norm_second = nn.BatchNorm1d(128), nn.BatchNorm1d(256)

    def forward(self, z: Tensor) -> Tensor:
        """Generate images."""
        h = leaky_relu(self.norm_first(self.first(z)), 0.2)
        h = leaky_relu(self.norm_second(self.second(h)), 0.2)
        return self.pixels(h).tanh().unflatten(1, (1, 28, 28))


class OurDiscriminator(nn.Module):
    """Images to one number each, without a bound: 784-256-128-1."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.last = nn.Linear(784, 256), nn.Linear(256, 128), nn.Linear(128, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Judge images."""
        h = leaky_relu(self.first(x.flatten(1)), 0.2)
        return self.last(leaky_relu(self.second(h), 0.2))[:, 0]


class LentNetwork(nn.Module):
    """A network that is elsewhere: what it returns and how that changes with its input is asked for.

    Its one parameter stands for all of those there: entry k of its gradient is the share in theirs of the k-th one asked for.
    """

    def __init__(self, ask: Callable, ask_back: Callable, calls: int, kept: bool, device: str) -> None:
        super().__init__()
        self.shares = nn.Parameter(torch.zeros(calls, device=device))
        if kept:  # gradients that earlier steps have left
            self.shares.grad = nn.functional.one_hot(torch.tensor(0), calls).to(self.shares)
        self.ask, self.ask_back = ask, ask_back
        self.made = self.asked = 0

    def forward(self, x: Tensor) -> Tensor:
        """What the network makes of ``x``."""
        self.made += 1
        if self.made >= len(self.shares):
            raise RuntimeError(f"a step that calls a network more than {len(self.shares) - 1} times")
        return _Call.apply(x, self.shares, self, self.made)


class _Call(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, shares: Tensor, network: LentNetwork, number: int) -> Tensor:
        ctx.network, ctx.number, ctx.like = network, number, shares
        ctx.device, ctx.shape = x.device, x.shape
        return network.ask(x.detach().cpu(), network.training).to(x.device)

    @staticmethod
    def backward(ctx, blame: Tensor) -> tuple:
        wanted, counts = ctx.needs_input_grad[:2]
        slope = ctx.network.ask_back(ctx.number, blame.detach().cpu(), wanted).to(ctx.device) if wanted or counts else None
        share = torch.zeros_like(ctx.like)
        if slope is not None:
            ctx.network.asked += 1
            share[ctx.network.asked] = 1.0
        return slope.reshape(ctx.shape) if wanted else None, share if counts else None, None, None


class _NotedSteps(torch.optim.SGD):
    """Takes no step, and remembers with which gradient it was asked to."""

    def __init__(self, network: LentNetwork) -> None:
        super().__init__(network.parameters(), lr=0.0)
        self.network = network
        self.noted: list = []

    def step(self, closure: Callable | None = None) -> Tensor | None:
        loss = None
        if closure is not None:  # which computes the gradients, as of any optimiser
            with torch.enable_grad():
                loss = closure()
        gradient = self.network.shares.grad
        self.noted.append(None if gradient is None else gradient.detach().cpu().clone())
        return loss


def your_step(
    student, name: str, real: Tensor, z: Tensor, calls: int, kept: list, generate, generate_back, judge, judge_back,
    device: str = "cpu",
) -> list:  # fmt: skip
    """One of the student's two steps on networks of ours: the gradients that it steps by and those it leaves, and the loss."""
    generator = LentNetwork(generate, generate_back, calls, kept[0], device)
    discriminator = LentNetwork(judge, judge_back, calls, kept[1], device)
    if name == "generator_step":
        optimizer = _NotedSteps(generator)
        loss = student.train.generator_step(generator, discriminator, optimizer, z.to(device))
    else:
        optimizer = _NotedSteps(discriminator)
        loss = student.train.discriminator_step(generator, discriminator, real.to(device), optimizer, z.to(device))
    left = [network.shares.grad for network in (generator, discriminator)]
    return [optimizer.noted, *(None if one is None else one.cpu() for one in left), float(loss)]


class Player(nn.Module):
    """One of the student's networks, with its optimiser."""

    def __init__(self, network: nn.Module, lr: float, beta1: float) -> None:
        super().__init__()
        self.network, self.lr, self.beta1 = network, lr, beta1
        self.made: torch.optim.Optimizer | None = None

    def optimizer(self) -> torch.optim.Optimizer:
        """Its optimiser, made when the network has been used: only then are there layers that are made at their first use."""
        if self.made is None:
            self.made = torch.optim.Adam(self.network.parameters(), lr=self.lr, betas=(self.beta1, 0.999))
        return self.made


def your_player(student, name: str, lr: float, beta1: float, device: str = "cpu") -> nn.Module:
    """The student's `Generator` or `Discriminator`, to be trained step by step."""
    network = student.model.Generator(LATENT) if name == "Generator" else student.model.Discriminator()
    return Player(network.to(device).train(), lr, beta1)


def your_generator_moves(student, player: nn.Module, z: Tensor, slope_of: Callable[..., Tensor], device: str = "cpu") -> None:
    """One step of the student's generator down the slope that our discriminator has at its images."""
    images = player.network(z.to(device))
    slope = slope_of(images.detach().cpu()).to(images)
    player.optimizer().zero_grad()
    images.backward(slope)
    player.optimizer().step()


def your_discriminator_moves(
    student, player: nn.Module, real: Tensor, fake: Tensor, together: bool = False, device: str = "cpu"
) -> Tensor:
    """One step of the student's discriminator, and the slope of the generator's loss at the images of ours.

    Real and generated images are judged one after the other, or `together`, in one batch.
    """
    real, fake = real.to(device), fake.to(device).requires_grad_()
    loss = verdict(player.network, real, fake.detach(), together)
    descend(player.optimizer(), loss)
    logits = player.network(torch.cat([real, fake]))[len(real) :] if together else player.network(fake)
    return torch.autograd.grad(softplus(-logits).mean(), fake)[0].cpu()


def trained_state(student, player: nn.Module) -> dict:
    """The parameters of a student's network."""
    return plain(player.network)


def your_critic_blame(student, state: dict, real: Tensor, fake: Tensor, weight: float, device: str = "cpu") -> list:
    """The gradient of the student's critic loss and penalty with respect to the parameters of our critic, and both values."""
    critic = OurDiscriminator()
    critic.load_state_dict(state)
    critic, real, fake = critic.to(device), real.to(device), fake.to(device)
    gap = student.losses.critic_loss(critic(real), critic(fake))
    penalty = student.losses.gradient_penalty(critic, real, fake)
    (gap + weight * penalty).backward()
    blame = {name: torch.zeros_like(one) if one.grad is None else one.grad for name, one in critic.named_parameters()}
    return [{name: one.cpu() for name, one in blame.items()}, float(gap.detach()), float(penalty.detach())]


def your_hinge_blame(student, real: Tensor, fake: Tensor, device: str = "cpu") -> list:
    """Gradients of the student's hinge losses with respect to scores of patches.

    Of the generator's with respect to those of ``fake``, of the discriminator's with respect to those of ``real`` and ``fake``.
    """
    ours, theirs, made = (scores.to(device).requires_grad_() for scores in (real, fake, fake.clone()))
    for loss in (
        student.losses.hinge_generator_loss(made).mean(),
        student.losses.hinge_discriminator_loss(ours, theirs).mean(),
    ):
        if loss.requires_grad:
            loss.backward()
    return [torch.zeros_like(scores).cpu() if scores.grad is None else scores.grad.cpu() for scores in (made, ours, theirs)]


class PatchDiscriminator(nn.Module):
    """Images to 7 x 7 scores of their patches."""

    def __init__(self) -> None:
        super().__init__()
        self.near, self.far = nn.Conv2d(1, 8, 4, 2, 1), nn.Conv2d(8, 16, 4, 2, 1)
        self.scores = nn.Conv2d(16, 1, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Score patches, `(B, 1, 7, 7)`."""
        return self.scores(leaky_relu(self.far(leaky_relu(self.near(x), 0.2)), 0.2))


class OurVAE(nn.Module):
    """A fully connected VAE of images `(1, 28, 28)`: 784-400-16 and back."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.moments = nn.Linear(784, 400), nn.Linear(400, 2 * CODE)
        self.up, self.pixels = nn.Linear(CODE, 400), nn.Linear(400, 784)

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Means and logarithms of variances."""
        mu, logvar = self.moments(self.down(images.flatten(1)).relu()).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Means of images in [0, 1]."""
        return self.pixels(self.up(z).relu()).sigmoid().unflatten(1, (1, 28, 28))


def verdict(discriminator: nn.Module, real: Tensor, fake: Tensor, together: bool = False) -> Tensor:
    """The loss of a discriminator."""
    if together:
        of_real, of_fake = discriminator(torch.cat([real, fake])).split([len(real), len(fake)])
    else:
        of_real, of_fake = discriminator(real), discriminator(fake)
    return softplus(-of_real).mean() + softplus(of_fake).mean()


def judge(discriminator: nn.Module, optimizer: torch.optim.Optimizer, real: Tensor, fake: Tensor) -> None:
    """One step of a discriminator of ours."""
    descend(optimizer, verdict(discriminator, real, fake))


def descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step down a loss."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def plain(network: nn.Module) -> dict:
    """A state dict on the CPU."""
    return {name: value.cpu() for name, value in network.state_dict().items()}


def your_generator(student, state: dict, device: str = "cpu") -> nn.Module:
    """The student's generator with trained parameters, in eval mode."""
    return loaded(student.model.Generator(LATENT), state, torch.zeros(2, LATENT)).to(device)


def loaded(network: nn.Module, state: dict, like: Tensor) -> nn.Module:
    """A network with trained parameters, in eval mode; layers that are made at their first use are made for `like`."""
    try:
        network.load_state_dict(state)
    except RuntimeError:
        with torch.no_grad():
            network.eval()(like)
        network.load_state_dict(state)
    return network.eval()


def generated(student, network: nn.Module, z: Tensor, device: str = "cpu") -> Tensor:
    """Images of latents."""
    with torch.no_grad():
        return network(z.to(device)).cpu()
