"""The site's database (SQLite or PostgreSQL): what was accepted, sealed, signed and seen on the chain.

``Store.open(url)``, then ``with store.begin() as tx`` to write and ``with store.read() as tx`` to read. The rows are in
``chopmark.core.ledger``. Promises: a transaction is all or nothing and durable at its end; writers take turns;
whatever goes wrong is a ``StoreError``. Nothing here talks to a chain or holds a key.
"""

from chopmark.store.store import Store
from chopmark.store.transaction import Transaction

__all__ = ["Store", "Transaction"]
