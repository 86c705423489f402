"""Processes that decode; each does what it is told and ends when nobody is left to tell it."""

import contextlib
import signal
from collections import deque
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

import numpy as np

from ganstudio.core.errors import StudioError
from ganstudio.core.store import Array
from ganstudio.data.reading import Reader, Reading

CHUNK = 32
IN_FLIGHT = 3
SECONDS_TO_END = 10


class DecodingError(StudioError):
    """A process that decodes pictures met an error or died."""


def serve(reader: Reader, connection: Connection) -> None:
    """Answer requests until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the process that asks
    with contextlib.suppress(EOFError, OSError):
        while True:
            ticket, numbers = connection.recv()
            try:
                connection.send((ticket, reader.read(numbers)))
            except StudioError as problem:
                connection.send((ticket, str(problem)))


class DecodingWorkers:
    """Hands out chunks of numbers to processes; results do not depend on who did what."""

    def __init__(self, reader: Reader, count: int) -> None:
        """Start the processes; they load no torch unless the reader does."""
        context = get_context("spawn")
        self._processes = []
        self._idle: dict[Connection, int] = {}
        self._waiting: deque[tuple[int, Array]] = deque()
        self._parts: dict[int, Reading | str] = {}
        self._next = 0
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(reader, theirs), daemon=True, name="decoding")
            process.start()
            theirs.close()
            self._processes.append(process)
            self._idle[ours] = IN_FLIGHT

    def submit(self, numbers: Array) -> tuple[int, ...]:
        """Ask for pictures; returns the tickets under which they come."""
        tickets = []
        for begin in range(0, len(numbers), CHUNK):
            self._waiting.append((self._next, numbers[begin : begin + CHUNK]))
            tickets.append(self._next)
            self._next += 1
        self._hand_out()
        return tuple(tickets)

    def collect(self, tickets: Sequence[int]) -> Reading:
        """Wait for pictures and return them in the order of the tickets; raises DecodingError."""
        while not all(ticket in self._parts for ticket in tickets):
            self._receive()
        parts = [self._parts.pop(ticket) for ticket in tickets]
        readings = []
        for part in parts:
            if isinstance(part, str):
                raise DecodingError(part)
            readings.append(part)
        return Reading(
            np.concatenate([reading.pixels for reading in readings]),
            np.concatenate([reading.numbers for reading in readings]),
            tuple(broken for reading in readings for broken in reading.broken),
        )

    def _hand_out(self) -> None:
        for connection in sorted(self._idle, key=lambda each: -self._idle[each]):
            while self._waiting and self._idle[connection]:
                self._idle[connection] -= 1
                try:
                    connection.send(self._waiting.popleft())
                except OSError as problem:
                    raise self._died() from problem

    def _receive(self) -> None:
        self._hand_out()
        for connection in wait(list(self._idle)):
            assert isinstance(connection, Connection)
            try:
                ticket, part = connection.recv()
            except (EOFError, OSError) as problem:
                raise self._died() from problem
            self._parts[ticket] = part
            self._idle[connection] += 1
        self._hand_out()

    def _died(self) -> DecodingError:
        self.close()
        return DecodingError(
            "A process that decodes pictures ended unexpectedly, perhaps for lack of memory; continue with fewer "
            "workers."
        )

    def close(self) -> None:
        """End the processes; whatever they were doing is dropped."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()
        for process in self._processes:
            process.join(SECONDS_TO_END)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
        self._processes.clear()
