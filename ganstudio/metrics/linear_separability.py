"""Linear separability: how well a plane in latent space tells an attribute (Karras et al. 2019, section 4.2).

Fitting the linear support vector machines is not done here but by `core.linear_svm`: give its decisions on the samples
that `confident` keeps.
"""

import torch


def confident(class_probabilities: torch.Tensor, kept: int) -> torch.Tensor:
    """Return the rows `[kept]` of class probabilities `[N, 2]` where the classifier is surest."""
    return class_probabilities.amax(dim=1).sort(descending=True, stable=True).indices[:kept]


def joint_table(decisions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the joint probabilities `[2, 2]` of decisions (0 or 1) `[N]` and target classes `[N]`."""
    counts = torch.bincount(2 * decisions.long() + targets.long(), minlength=4)
    return counts.double().reshape(2, 2) / len(decisions)


def pruned_table(class_probabilities: torch.Tensor, decisions: torch.Tensor, kept: int) -> torch.Tensor:
    """Return the table `[2, 2]` of one attribute: probabilities `[N, 2]` and decisions `[N]` of all samples."""
    rows = confident(class_probabilities, kept)
    return joint_table(decisions[rows], class_probabilities[rows].argmax(dim=1))


def entropy_bits(probabilities: torch.Tensor, dim: int | tuple[int, ...]) -> torch.Tensor:
    """Return -Σ p log2 p over the axes `dim`."""
    return -(torch.xlogy(probabilities, probabilities).sum(dim=dim) / torch.log(torch.full((), 2.0).to(probabilities)))


def conditional_entropy_bits(tables: torch.Tensor) -> torch.Tensor:
    """Return H(target | decision) `[A]` of joint probabilities `[A, 2, 2]` indexed by decision, then target."""
    return entropy_bits(tables, (1, 2)) - entropy_bits(tables.sum(dim=2), 1)


def mutual_information_bits(tables: torch.Tensor) -> torch.Tensor:
    """Return I(decision; target) `[A]` of joint probabilities `[A, 2, 2]`."""
    return entropy_bits(tables.sum(dim=1), 1) - conditional_entropy_bits(tables)


def separability(tables: torch.Tensor) -> float:
    """Return exp Σ H(target | decision) over the attributes of joint probabilities `[A, 2, 2]`; 1 is best."""
    return conditional_entropy_bits(tables).sum().exp2().item()
