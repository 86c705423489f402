"""The last network of MTCNN, which looks at one candidate for a face (Zhang et al. 2016, arXiv 1604.02878, fig. 2)."""

import torch
import torch.nn.functional as F
from torch import nn

SIDE = 48


class FaceNetwork(nn.Module):
    """Squares `[N, 3, 48, 48]` in [-1, 1] to how likely each is a face, its corrected box and its five landmarks."""

    def __init__(self) -> None:
        """Build the layers with random weights."""
        super().__init__()
        widths, kernels = (3, 32, 64, 64, 128), (3, 3, 3, 2)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(n_in, n_out, kernel)
            for n_in, n_out, kernel in zip(widths[:-1], widths[1:], kernels, strict=True)
        )
        self.slopes = nn.ModuleList(nn.PReLU(width) for width in (*widths[1:], 256))
        self.hidden = nn.Linear(128 * 3 * 3, 256)
        self.face, self.box, self.landmarks = nn.Linear(256, 2), nn.Linear(256, 4), nn.Linear(256, 10)

    def forward(self, squares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return probabilities `[N]`, moves of left, top, right and bottom `[N, 4]` and x and y of landmarks `[N, 10]`.

        Moves and landmarks are in shares of the square's side.
        """
        x = squares
        pools = ((3, 2), (3, 2), (2, 2))
        for index, convolution in enumerate(self.convolutions):
            x = self.slopes[index](convolution(x))
            if index < len(pools):
                size, stride = pools[index]
                x = F.max_pool2d(x, size, stride, ceil_mode=True)
        x = self.slopes[-1](self.hidden(x.flatten(1)))
        return self.face(x).softmax(dim=1)[:, 1], self.box(x), self.landmarks(x)
