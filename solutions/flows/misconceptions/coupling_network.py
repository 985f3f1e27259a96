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
