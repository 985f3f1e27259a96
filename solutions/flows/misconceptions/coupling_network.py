"""Wrong beliefs about the network inside AffineCoupling, with the behaviour they lead to."""

from torch import nn

from autograder.diagnosis import misconception, reference

AffineCoupling = reference("flows", "coupling").AffineCoupling


@misconception(
    "AffineCoupling",
    belief="the usual initialisation is good enough",
    hint="A fresh layer of yours already changes its input. What must the network return for a layer to "
    "be the identity, and which of its parameters decide about that?",
)
class not_the_identity_at_initialisation(AffineCoupling):
    """Leave the last layer as torch made it."""

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """Initialise the last layer again."""
        super().__init__(dim, hidden, flip)
        self.network[-1].reset_parameters()


@misconception(
    "AffineCoupling",
    belief="all parameters must be zero for the identity",
    hint="Your layer begins as the identity and treats all inputs alike for ever. Which gradients are "
    "zero when all weights are?",
)
class everything_initialised_with_zero(AffineCoupling):
    """Zero all layers."""

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """Zero weights and biases."""
        super().__init__(dim, hidden, flip)
        for parameter in self.network.parameters():
            nn.init.zeros_(parameter)


@misconception(
    "AffineCoupling",
    belief="linear layers make a network",
    hint="Your shift is a linear function of x_a, however wide the network is. What is missing between "
    "the layers?",
)
class nonlinearity_left_out(AffineCoupling):
    """Linear layers only."""

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """Remove the activations."""
        super().__init__(dim, hidden, flip)
        self.network = nn.Sequential(*(layer for layer in self.network if isinstance(layer, nn.Linear)))
