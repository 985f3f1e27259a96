"""Wrong beliefs about what RealNVP evaluates and samples, beside those of the stack itself."""

from autograder.diagnosis import misconception

NOISE = "torch.randn(num_samples, self.dim, generator=generator, device=device)"

misconception(
    "RealNVP", name="stack_log_det_negated", belief="log-determinants are subtracted as they come",
    replace=("total = total + log_det", "total = total - log_det"),
    hint="The log_det of your forward is minus that of its Jacobian. In which direction do the layers run in forward, and "
    "which of their log-determinants is the one of that direction?",
)  # fmt: skip

misconception(
    "RealNVP", name="latent_density_at_x", belief="the prior is evaluated at the data",
    replace=("-0.5 * (z.square()", "-0.5 * (x.square()"),
    hint="Your log_prob asks the standard normal about x. Which of the two is standard normal, x or z?",
)  # fmt: skip

misconception(
    "RealNVP", name="log_prob_averaged_over_the_batch", belief="log_prob is the objective, one number",
    replace=(".sum(dim=-1) + log_det", ".sum(dim=-1).mean() + log_det.mean()"),
    hint="A batch goes in and one number comes out of log_prob. Who should average over the data, this method or its caller?",
)  # fmt: skip

misconception(
    "RealNVP", name="samples_not_taken_back", belief="a sample is a draw from the standard normal",
    replace=(f"self.inverse({NOISE})", NOISE),
    hint="Your samples are the standard normal z themselves, whatever the model has learned. How does one get from z to x?",
)  # fmt: skip

misconception(
    "RealNVP", name="sampled_with_a_temperature", belief="a little less noise gives better samples",
    replace=(NOISE, f"0.6 * {NOISE}"),
    hint="Taken back to z, your samples are centred and too narrow for a standard normal. Is the noise scaled somewhere?",
)  # fmt: skip

misconception(
    "RealNVP", name="one_draw_for_all_samples", belief="one draw can be used for all samples",
    replace=(NOISE, "torch.randn(1, self.dim, generator=generator, device=device).repeat(num_samples, 1)"),
    hint="All samples of one call are equal. How many independent draws do N samples need?",
)  # fmt: skip

misconception(
    "RealNVP", name="constant_of_one_dimension", belief="a normal density has one constant",
    replace=(
        "-0.5 * (z.square() + math.log(2 * math.pi)).sum(dim=-1)",
        "-0.5 * z.square().sum(dim=-1) - 0.5 * math.log(2 * math.pi)",
    ),
    hint="A fresh model is not the standard normal: your log_prob counts the constant of one coordinate only. How often does "
    "it occur in a product of densities?",
)  # fmt: skip

misconception(
    "RealNVP", name="half_of_the_squares_forgotten", belief="the exponent of the normal density is the squared distance",
    replace=(
        "-0.5 * (z.square() + math.log(2 * math.pi)).sum(dim=-1)",
        "-(z.square() + 0.5 * math.log(2 * math.pi)).sum(dim=-1)",
    ),
    hint="Your log_prob falls twice as fast in the squares of z as that of the standard normal. Which factor stands in its "
    "exponent?",
)  # fmt: skip
