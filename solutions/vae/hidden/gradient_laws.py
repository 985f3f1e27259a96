"""Laws of the gradients of a variational autoencoder: those of the image reach the encoder, through mu and through logvar."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.checks import Candidate, RemoteObject, assert_true, fail, load_beside

laws = load_beside(__file__, "autoencoder_laws")

CUT = "gradient_cut_on_the_way"


def assert_gradients_reach_the_encoder(candidate: Candidate, vae: RemoteObject, x: Tensor) -> None:
    """The gradient of x_hat with respect to the images is the chain rule's, through mu and through logvar.

    That is so where the latent is drawn in the usual way. Otherwise parameters that only mu or only logvar depends on,
    and every image, must have a gradient.
    """
    mu, logvar = laws.pair(vae.encode(x), len(x), 2)
    assert_posterior_is_attached(vae, x)
    spread = (0.5 * logvar).exp() * laws.noise(*mu.shape, seed=laws.SEED)
    candidate.seed(laws.SEED)
    (reached,) = vae.grad(x, wrt=(0,), select=0)
    alive = reached is not None and bool(reached.abs().max() > 0)
    assert_true(alive, "no gradient of x_hat reaches the encoder", mistake=CUT)
    (onwards,) = vae.decode.grad(mu + spread, wrt=(0,))
    if isinstance(onwards, Tensor):
        # A gradient of another shape, which no well-behaved worker reports, ends the check here: it has failed then.
        parts = [
            vae.encode.grad(x, wrt=(0,), select=0, cotangent=onwards),
            vae.encode.grad(x, wrt=(0,), select=1, cotangent=0.5 * spread * onwards),
        ]
        gradients = [torch.zeros_like(x) if part is None else part for (part,) in parts]
        if reached.shape == x.shape and is_near(reached, gradients[0] + gradients[1]):
            return
        candidate.seed(laws.SEED)
        usual = laws.law.is_same(laws.reconstruction(vae(x), x.shape), vae.decode(mu + spread))
        # Rounding may cross a kink; half a gradient is more than that.
        if usual and reached.shape == x.shape and not is_near(reached, gradients[0] + gradients[1], 0.05):
            fail("only part of the gradient of x_hat reaches the encoder", mistake=CUT)
    assert_parameters_have_gradients(candidate, vae, x)


def assert_posterior_is_attached(vae: RemoteObject, x: Tensor) -> None:
    """The mu and logvar that `forward` returns have the gradients of those that `encode` returns: the divergence needs them."""
    for select, name in enumerate(("mu", "logvar")):
        (returned,) = vae.grad(x, wrt=(0,), select=select + 1)
        (own,) = vae.encode.grad(x, wrt=(0,), select=select)
        if own is not None:
            attached = returned is not None and is_near(returned, own)
            # Something else that is returned in its place, such as the latent, is not cut.
            is_own = attached or is_near(vae(x)[select + 1], vae.encode(x)[select])
            assert_true(attached, f"no gradient flows through the {name} of forward", mistake=CUT if is_own else "")


def is_near(value: Tensor, expected: Tensor, rtol: float = 1e-4) -> bool:
    """Values agree up to rounding, or to a share of the largest."""
    return bool((value - expected).abs().max() < rtol * expected.abs().max())


def assert_parameters_have_gradients(candidate: Candidate, vae: RemoteObject, x: Tensor) -> None:
    """Parameters that only mu or only logvar depends on have a gradient of x_hat; it is cut where x_hat changes with them."""
    _, of_image = vae.grad(x, wrt=(0,), select=0, parameters=True)
    of = [vae.encode.grad(x, wrt=(0,), select=part, parameters=True)[1] for part in (0, 1)]
    for name, gradient in of_image.items():
        got = [torch.zeros(()) if value is None else value for value in (gradient, of[0][name], of[1][name])]
        for part, own, other in (("mu", got[1], got[2]), ("logvar", got[2], got[1])):
            only = (own != 0) & (other == 0)
            if bool(only.any()) and not bool(((got[0] != 0) & only).any()):
                cut = CUT if has_influence(candidate, vae, x, name, 0.1 * only) else ""
                fail(f"no gradient of x_hat reaches {part}", mistake=cut)


def has_influence(candidate: Candidate, vae: RemoteObject, x: Tensor, name: str, change: Tensor) -> bool:
    """Whether x_hat, drawn under the same seed, is another one once a parameter is changed: without a draw, logvar has none."""
    place, seen = vae.parameters_by_name()[name], []
    for value in (place, place + change):
        vae.set_parameters({name: value})
        candidate.seed(laws.SEED)
        seen.append(laws.reconstruction(vae(x), x.shape))
    vae.set_parameters({name: place})
    return not is_near(seen[1], seen[0])
