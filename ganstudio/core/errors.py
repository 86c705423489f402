"""Errors that people can act on."""


class StudioError(Exception):
    """A problem said in one sentence: what it concerns, why it failed and what to do."""


class UnknownModelError(StudioError):
    """No shipped model and no file carries the name that was asked for."""


class WrongInputError(StudioError):
    """A value given to a model does not fit what it asks for."""


class DeviceError(StudioError):
    """A device or precision was chosen that this machine does not have."""


class DeviceMemoryError(StudioError):
    """The device ran out of memory."""


class SaveError(StudioError):
    """A file could not be written; nothing that existed before was changed."""
