"""Everything that can go wrong, one tree.

* KgError
  + SettingsError        a setting is unknown or unusable
  + SourceError          an article cannot be read
    - ArticleRefused     it can be read, but not published (undated, empty, too large, ...)
  + ExtractError         an extractor is missing or failed
  + ShapeError           what was built breaks a shape or a set rule
  + QueryError           the caller's SPARQL
  + NotFoundError        there is no such thing here
  + StateError           the publication's state folder is damaged or in use
  + StoreError           the store cannot be opened, read or written
    - StoreTimeoutError  a query took longer than it may
    - StoreBusyError     no worker came free in time
    - ClientBusyError    one client has too many queries under way
    - TooLargeError      a query needs more than it may have
    - ServiceError       a server that a query asks by SERVICE fails

An error says what happened; an edge (the command line, HTTP) says what that means there.
"""


class KgError(Exception):
    """Anything of ours that can go wrong; the message is one line for a person."""


class SettingsError(KgError):
    """A setting is unknown or unusable; the message names it and where it was given."""


class SourceError(KgError):
    """An article cannot be read; the message names the source."""


class ArticleRefused(SourceError):  # noqa: N818  a verdict on input, not a fault
    """An article can be read, but must not be published as it is; the message says what to do."""


class ExtractError(KgError):
    """An extractor is missing or failed; the message names it."""


class ShapeError(KgError):
    """What was built breaks a shape or a set rule."""


class QueryError(KgError):
    """The caller's SPARQL is wrong or not allowed; the message says where and why."""


class NotFoundError(KgError):
    """There is no such thing here."""


class StateError(KgError):
    """The publication's state folder is damaged or in use; the message names file and line."""


class StoreError(KgError):
    """The store cannot be opened, read or written."""


class StoreTimeoutError(StoreError):
    """A query took longer than it may."""


class StoreBusyError(StoreError):
    """No query worker came free in time."""


class ClientBusyError(StoreError):
    """One client has as many queries under way as one may have."""


class TooLargeError(StoreError):
    """A query needs more memory, or its result is larger, than is allowed."""


class ServiceError(StoreError):
    """A server that a query asks by SERVICE did not answer as it should."""
