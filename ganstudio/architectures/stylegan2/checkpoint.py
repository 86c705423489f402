"""How others name and wrap StyleGAN2's tensors."""

from ganstudio.core.foreign import Dialect

DIALECTS: tuple[Dialect, ...] = ()
