"""Wrong beliefs about MADE's order, and about what a sample is."""


from autograder.diagnosis import misconception

DRAW = "torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)"
LOOP = "        for i in range(self.num_inputs):"

misconception(
    "MADE", name="last_pixel_never_drawn", belief="D pixels need D - 1 draws",
    replace=("range(self.num_inputs)", "range(self.num_inputs - 1)"),
    hint="The last pixel of all your samples is off. How many pixels does your loop draw, and where does it end?",
)  # fmt: skip

misconception(
    "MADE", name="one_draw_for_all_samples", belief="one uniform number per pixel is enough",
    replace=[
        (LOOP, "        u = torch.rand(self.num_inputs, generator=generator)\n    " + LOOP),
        (DRAW, "(u[i] < self(x)[:, i].sigmoid()).float()"),
    ],
    hint="All samples of one call are equal, and other ones at the next call. How many independent random numbers do N samples "
    "of D pixels need?",
)  # fmt: skip

misconception(
    "MADE", name="samples_as_whole_numbers", belief="zeros and ones are whole numbers",
    replace=("return x\n", "return x.long()\n"),
    hint="Your samples are zeros and ones, but as whole numbers. Could your own log_prob take them, and which dtype does the "
    "docstring ask for?",
)  # fmt: skip

misconception(
    "MADE", name="samples_as_booleans", belief="zeros and ones are truth values",
    replace=("return x\n", "return x.bool()\n"),
    hint="Your samples are True and False. Could your own log_prob take them, and which dtype does the docstring ask for?",
)  # fmt: skip

misconception(
    "MADE", name="own_pixel_reaches_its_output", belief="adding the input to the logits does no harm",
    replace=("return self.network(x)", "return self.network(x) + x"),
    hint="Every logit changes with its own pixel, and with none after it: the network can copy. On which way does a pixel "
    "reach its own output: through the layers, or is it added behind them?",
)  # fmt: skip

misconception(
    "MADE", name="order_turned_round", belief="any order of the pixels will do",
    replace=("return self.network(x)", "return self.network(x.flip(1)).flip(1)"),
    hint="Your logits depend on the pixels after theirs and on none before. Which order does the docstring give?",
)  # fmt: skip

misconception(
    "MADE", name="log_prob_averaged_over_the_batch", belief="log_prob is the objective, one number",
    replace=("bernoulli_log_prob(self(x), x)", "bernoulli_log_prob(self(x), x).mean()"),
    hint="A batch goes in and one number comes out of log_prob. Who should average over the data, this method or its caller?",
)  # fmt: skip
