"""Wrong beliefs about the log-determinants of AffineCoupling and about its way back."""

from autograder.diagnosis import misconception

misconception(
    "AffineCoupling", name="log_det_negated", belief="log_det belongs to the density, so it is subtracted",
    replace=("return y, log_det", "return y, -log_det"),
    hint="The log_det of forward is negative where the layer stretches, and equal to that of the inverse. Which of your two "
    "log-determinants has the wrong sign?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="both_log_dets_negated", belief="log_det is that of the map from y to x",
    replace=[("return y, log_det", "return y, -log_det"), ("return x, -s", "return x, s")],
    hint="Both of your log-determinants have the wrong sign. Is that of forward the logarithm of the volume of y per volume "
    "of x?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="log_det_averaged", belief="the volume changes by the average scale",
    replace=[("return y, log_det", "return y, s.tanh().mean(dim=-1)"), ("-s.tanh().sum(dim=-1)", "-s.tanh().mean(dim=-1)")],
    hint="Where two coordinates are scaled, your log_det is half of what it should be. How does the volume change if each of "
    "them is doubled?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="log_det_averaged_over_all_coordinates", belief="log_det is an average over the coordinates",
    replace=[
        ("return y, log_det", "return y, log_det / x.shape[1]"),
        ("-s.tanh().sum(dim=-1)", "-s.tanh().sum(dim=-1) / y.shape[1]"),
    ],
    hint="Your log_det is that of the Jacobian divided by the number of coordinates. What is the logarithm of a product: the "
    "sum of logarithms, or their mean?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="log_det_of_forward_averaged", belief="the volume changes by the average scale",
    replace=("return y, log_det", "return y, log_det / x.shape[1]"),
    hint="The log_det of forward is that of the Jacobian divided by the number of coordinates, unlike that of inverse. What is "
    "the logarithm of a product: the sum of logarithms, or their mean?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="log_det_as_a_column", belief="one number per sample makes a column",
    replace=("return y, log_det", "return y, log_det[:, None]"),
    hint="The log_det of forward has shape (B, 1). What becomes of it when it is added to something of shape (B,)?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="inverse_does_not_lead_back", belief="the order of scaling and shifting does not matter on the way "
    "back",
    replace=("coupling_inverse(y[:, self.b], s.tanh(), t)", "y[:, self.b] * (-s.tanh()).exp() - t"),
    hint="Your inverse does not lead back to x, although its log-determinant is right. With which signs, and in which order, "
    "are scaling and shifting to be undone?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="never_shifted", belief="a scale is all that a coupling layer needs",
    replace=[
        ("coupling_forward(x[:, self.b], s.tanh(), t)", "coupling_forward(x[:, self.b], s.tanh(), 0 * t)"),
        ("coupling_inverse(y[:, self.b], s.tanh(), t)", "coupling_inverse(y[:, self.b], s.tanh(), 0 * t)"),
    ],
    hint="Your layer scales but never shifts: zeros stay zeros. Where does t(x_a) come in?",
)  # fmt: skip
