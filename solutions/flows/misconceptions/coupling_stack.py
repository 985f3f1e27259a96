"""Wrong beliefs about the layers of RealNVP and the number of its samples, with the behaviour they lead to."""

from autograder.diagnosis import misconception

misconception(
    "RealNVP", name="inverse_skips_a_layer", belief="the inverse has one layer less to go through",
    replace=("reversed(self.layers)", "reversed(self.layers[1:])"),
    hint="The inverse of a flow of yours with a single layer changes nothing, although its forward does. Does your loop come "
    "by every layer, the first and the last as well?",
)  # fmt: skip

misconception(
    "RealNVP", name="forward_skips_a_layer", belief="the first layer's input is not transformed yet",
    replace=("in self.layers:", "in self.layers[1:]:"),
    hint="A flow of yours with a single layer leaves x as it is, although its inverse does not. Does the loop of forward come "
    "by every layer, the first and the last as well?",
)  # fmt: skip

misconception(
    "RealNVP", name="more_forward_than_back", belief="a layer may be passed once more",
    replace=("return x, total\n", "x, log_det = layer(x)\n        return x, total + log_det\n"),
    hint="The log-determinant is that of your forward pass, but even with a single layer inverse does not lead back to x. "
    "Which steps does forward take that inverse does not undo?",
)  # fmt: skip

misconception(
    "RealNVP", name="number_of_samples_ignored", belief="sample draws as many as it likes",
    replace=("torch.randn(num_samples,", "torch.randn(100,"),
    hint="You return another number of samples than was asked for. Which dimension of the noise is num_samples?",
)  # fmt: skip

misconception(
    "RealNVP", name="hidden_not_handed_on", belief="layers know how wide they are",
    replace=("AffineCoupling(dim, hidden,", "AffineCoupling(dim, 64,"),
    hint="A larger hidden gives your flow no more parameters. Do all coupling layers get to know it?",
)  # fmt: skip

misconception(
    "RealNVP", name="number_of_layers_fixed", belief="a flow has six layers", replace=("range(num_layers)", "range(6)"),
    hint="A larger num_layers gives your flow no more parameters. Which number decides how many layers are "
    "made, and is each of them another one?",
)  # fmt: skip
