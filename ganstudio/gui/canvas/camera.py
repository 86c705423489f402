"""Where the picture lies on the screen: pure geometry of zoom and pan."""

from dataclasses import dataclass, replace

SMALLEST, LARGEST = 0.05, 64.0


@dataclass(frozen=True)
class Camera:
    """Scale (screen pixels per picture pixel) and the screen place of the picture's upper left corner."""

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0
    fitted: bool = True

    def fit(self, picture: tuple[int, int], screen: tuple[float, float], margin: float) -> "Camera":
        """The whole picture, centred, as large as it goes."""
        width, height = max(screen[0] - 2 * margin, 1.0), max(screen[1] - 2 * margin, 1.0)
        scale = min(width / max(picture[0], 1), height / max(picture[1], 1))
        return replace(self.centred(picture, screen, min(max(scale, SMALLEST), LARGEST)), fitted=True)

    def centred(self, picture: tuple[int, int], screen: tuple[float, float], scale: float) -> "Camera":
        """The picture's middle in the screen's middle, at a scale."""
        return Camera(scale, (screen[0] - picture[0] * scale) / 2, (screen[1] - picture[1] * scale) / 2, fitted=False)

    def zoomed(self, x: float, y: float, factor: float) -> "Camera":
        """Zoom so that what is under (x, y) stays there."""
        scale = min(max(self.scale * factor, SMALLEST), LARGEST)
        ratio = scale / self.scale
        return Camera(scale, x - (x - self.left) * ratio, y - (y - self.top) * ratio, fitted=False)

    def panned(self, dx: float, dy: float) -> "Camera":
        """Move the picture by screen pixels."""
        return Camera(self.scale, self.left + dx, self.top + dy, fitted=False)

    def kept_in_sight(self, picture: tuple[int, int], screen: tuple[float, float]) -> "Camera":
        """At least 48 screen pixels of the picture stay on the screen."""
        keep = 48.0
        left = min(max(self.left, keep - picture[0] * self.scale), screen[0] - keep)
        top = min(max(self.top, keep - picture[1] * self.scale), screen[1] - keep)
        return replace(self, left=left, top=top)
