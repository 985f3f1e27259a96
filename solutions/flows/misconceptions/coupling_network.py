"""Wrong beliefs about the network inside AffineCoupling, with the behaviour they lead to."""

from autograder.diagnosis import misconception

misconception(
    "AffineCoupling", name="not_the_identity_at_initialisation", belief="the usual initialisation is good enough",
    replace=[("nn.init.zeros_(self.network[-1].weight)", "pass"), ("nn.init.zeros_(self.network[-1].bias)", "pass")],
    hint="A fresh layer of yours already changes its input. What must the network return for a layer to be the identity, and "
    "which of its parameters decide about that?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="everything_initialised_with_zero", belief="all parameters must be zero for the identity",
    replace=(
        "nn.init.zeros_(self.network[-1].weight)",
        "for parameter in self.network.parameters():\n            nn.init.zeros_(parameter)",
    ),
    hint="Your layer begins as the identity and treats all inputs alike for ever. Which gradients are zero when all weights "
    "are?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="nonlinearity_left_out", belief="linear layers make a network",
    replace=("nn.ReLU(),\n            nn.Linear(hidden, hidden),\n            nn.ReLU(),", "nn.Linear(hidden, hidden),"),
    hint="Your shift is a linear function of x_a, however wide the network is. What is missing between the layers?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="conditioned_on_what_it_transforms", belief="each part decides about itself",
    replace=[
        ("nn.Linear(size_a", "nn.Linear(size_b"),
        ("self.network(x[:, self.a])", "self.network(x[:, self.b])"),
        ("self.network(y[:, self.a])", "self.network(y[:, self.b])"),
    ],
    hint="x_a passes through and decides about nothing: your s and t change with x_b, which they transform. Which part is "
    "still there, unchanged, when y is to be undone?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="hidden_ignored", belief="a network has 64 units",
    replace=[
        ("nn.Linear(size_a, hidden)", "nn.Linear(size_a, 64)"), ("nn.Linear(hidden, hidden)", "nn.Linear(64, 64)"),
        ("nn.Linear(hidden, 2 * size_b)", "nn.Linear(64, 2 * size_b)"),
    ],
    hint="A larger hidden gives your layer no more parameters. Which number decides how wide its network is?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="halves_joined_in_the_order_of_work", belief="what decides comes first",
    replace=("return y, log_det", "return torch.cat([y[:, self.a], y[:, self.b]], dim=-1), log_det"),
    hint="With flip your coordinates come out in another order than they went in. Which part belongs first when you put the "
    "two together?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="inverse_without_log_det", belief="only forward needs a log-determinant",
    replace=("return x, -s.tanh().sum(dim=-1)", "return x"),
    hint="Your inverse returns x alone. What else does the contract ask of it?",
)  # fmt: skip
