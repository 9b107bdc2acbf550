"""One transaction: the rooms of the database, each with its own questions."""

from __future__ import annotations

from sqlalchemy import Connection

from chopmark.store.batches import Batches
from chopmark.store.calls import Calls
from chopmark.store.changes import Changes
from chopmark.store.credentials import Credentials
from chopmark.store.headings import Headings
from chopmark.store.history import History
from chopmark.store.leases import Leases
from chopmark.store.lookups import Lookups
from chopmark.store.nodes import Nodes
from chopmark.store.outbox import Outbox
from chopmark.store.repeats import Repeats
from chopmark.store.requests import Requests
from chopmark.store.site import SiteTable
from chopmark.store.submissions import Submissions
from chopmark.store.tokens import Tokens


class Transaction:
    """What one ``with store.begin()`` or ``with store.read()`` sees. Of no use after it."""

    def __init__(self, connection: Connection) -> None:
        self.site = SiteTable(connection)
        self.nodes = Nodes(connection)
        self.credentials = Credentials(connection)
        self.batches = Batches(connection)
        self.changes = Changes(connection)
        self.outbox = Outbox(connection)
        self.requests = Requests(connection)
        self.calls = Calls(connection)
        self.leases = Leases(connection)
        self.lookups = Lookups(connection)
        self.history = History(connection)
        self.headings = Headings(connection)
        self.submissions = Submissions(connection)
        self.tokens = Tokens(connection)
        self.repeats = Repeats(connection)
