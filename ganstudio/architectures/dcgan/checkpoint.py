"""How others name and wrap DCGAN's tensors."""

from ganstudio.core.foreign import Dialect

DIALECTS: tuple[Dialect, ...] = ()
