"""What keeps Python itself from holding up the window while the compute thread works."""

import gc
import sys

HANDOVER_S = 0.0005


def shorten_pauses() -> None:
    """Hand the interpreter over at once, and leave everything loaded by now out of garbage collections.

    A thread that wants the interpreter waits for the interval at each return from a long call: with Python's usual
    5 ms a panel of a hundred such calls takes half a second. Looking through the objects of torch's modules takes a
    hundred milliseconds in which nothing else runs; they are never garbage.
    """
    sys.setswitchinterval(HANDOVER_S)
    if not gc.get_freeze_count():  # a second time would keep what meanwhile became garbage
        gc.freeze()
