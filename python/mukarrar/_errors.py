"""The exceptions of this package. Each is an ``Error``; most are the built-in exception that fits, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._records import Alarm


class Error(Exception):
    """Anything that went wrong: what, where, and what to do about it.

    >>> import mukarrar
    >>> try:
    ...     mukarrar.Index(threshold=2)
    ... except mukarrar.Error as error:
    ...     print(error)
    threshold cannot be 2: a number above 0 and at most 1
    """

    def __init__(self, message: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.__dict__.update(fields)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class ParameterError(Error, ValueError):
    """A parameter has a value that cannot work, or is out of range; ``name``, ``value`` and ``expected`` say which and what would."""

    name: str
    value: str
    expected: str

    @classmethod
    def _of(cls, name: str, value: object, expected: str) -> ParameterError:
        """The error of a parameter ``name`` that has ``value``, where only ``expected`` works."""
        return cls(f"{name} cannot be {value}: {expected}", name=name, value=str(value), expected=expected)


class KeyExistsError(Error, KeyError):
    """``key`` is in the index already."""

    key: str


class IndexOpenError(Error):
    """The directory ``path`` cannot be the index that was asked for: another writer has it, it was made with other settings, or it
    is none."""

    path: str


class DamagedError(Error):
    """The file ``path`` of an index holds other bytes than were written."""

    path: str


class ReadOnlyError(Error):
    """A change was asked of an index that was opened to be read."""


class ForkedError(Error, RuntimeError):
    """An index was used in a forked child of the process that opened it, whose number is ``opened_by``. Nothing was stored."""

    opened_by: str


class ClosedError(Error, ValueError):
    """An index was used after it was closed."""


class IncompatibleError(Error, ValueError):
    """Two signatures, or two indexes, were made with different parameters."""


class CorruptError(Error, ValueError):
    """Bytes that are no signature."""


class InputOutputError(Error, OSError):
    """The system could not read or write ``path``."""

    path: str


class UnreadableError(Error, ValueError):
    """The input ``path`` is in a form that cannot be read."""

    path: str


class NothingReadError(Error, ValueError):
    """Not one record of the input could be read: there is none, or every one was rejected. The message names the fields that there are,
    and the keyword that helps."""


class OutputError(Error, OSError):
    """The output ``path`` must not be written."""

    path: str


class SpaceError(Error, OSError):
    """The disk under ``path`` is too full."""

    path: str


class MemoryLimitError(Error, ValueError):
    """A limit of memory below what the work needs at least."""


class ServerError(Error, ConnectionError):
    """A server refused a request, or could not be reached. ``status`` is that of its answer, or ``None``; ``reason`` is the last part of the
    problem's type, such as ``"overloaded"`` or ``"bad-item"``, or ``"unreachable"``."""

    status: int | None
    reason: str


class AlarmError(Error):
    """``dedup(strict=True)`` would remove more than copies, as ``alarms`` tell. Nothing was written."""

    alarms: list[Alarm]


class InternalError(Error, RuntimeError):
    """A bug in mukarrar. Please report it."""


for _class in (Error, *Error.__subclasses__()):
    # They are shown by the name that they are caught by.
    _class.__module__ = "mukarrar"
