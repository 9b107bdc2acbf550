"""The nodes of the issuer registry that this site has names for."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select, update

from chopmark.core.ledger import Json, NodeRole, NodeRow
from chopmark.errors import UnknownThing
from chopmark.store.room import Line, Room
from chopmark.store.schema import NODES
from chopmark.wording import Wording

_WHAT = Wording("机构", "institution")


class Nodes(Room):
    """Aliases, their ids on the chain, and the names of their keys."""

    def add(self, row: NodeRow) -> None:
        """Keep a new alias. Raises ``StoreError`` if the alias or the id is taken."""
        self._connection.execute(
            NODES.insert().values(
                alias=row.alias,
                node=row.node,
                role=row.role.value,
                controller=row.controller,
                key=row.key,
                profile=json.dumps(row.profile, ensure_ascii=False, sort_keys=True),
                created_at=row.created_at,
                payer=row.payer,
            )
        )

    def find(self, alias: str) -> NodeRow | None:
        """The node of an alias, if there is one."""
        row = self._one(select(NODES).where(NODES.c.alias == alias))
        return None if row is None else _node(row)

    def get(self, alias: str) -> NodeRow:
        """The node of an alias. Raises ``UnknownThing`` that names the known ones."""
        found = self.find(alias)
        if found is None:
            known = ", ".join(row.alias for row in self.list()) or "-"
            raise UnknownThing(what=_WHAT, name=alias, known=known)
        return found

    def by_node(self, node: bytes) -> NodeRow | None:
        """The alias of a node id."""
        row = self._one(select(NODES).where(NODES.c.node == node))
        return None if row is None else _node(row)

    def list(self) -> list[NodeRow]:
        """All, by alias."""
        return [_node(row) for row in self._rows(select(NODES).order_by(NODES.c.alias))]

    def set_node(self, alias: str, node: bytes) -> None:
        """The id that the registry gave. Raises ``UnknownThing``."""
        self.get(alias)
        self._connection.execute(update(NODES).where(NODES.c.alias == alias).values(node=node))

    def set_keys(self, alias: str, *, controller: str | None = None, key: str | None = None) -> None:
        """Other names of the cold key or of the working key. Raises ``UnknownThing``."""
        self.get(alias)
        values = {name: value for name, value in (("controller", controller), ("key", key)) if value is not None}
        if values:
            self._connection.execute(update(NODES).where(NODES.c.alias == alias).values(**values))

    def set_payer(self, alias: str, payer: str) -> None:
        """The name of the key that pays for it; empty: it sends itself. Raises ``UnknownThing``."""
        self.get(alias)
        self._connection.execute(update(NODES).where(NODES.c.alias == alias).values(payer=payer))

    def set_profile(self, alias: str, profile: Mapping[str, Json]) -> None:
        """Another profile. Raises ``UnknownThing``."""
        self.get(alias)
        text = json.dumps(profile, ensure_ascii=False, sort_keys=True)
        self._connection.execute(update(NODES).where(NODES.c.alias == alias).values(profile=text))


def _node(row: Line) -> NodeRow:
    return NodeRow(
        row.alias,
        row.node,
        NodeRole(row.role),
        row.controller,
        row.key,
        json.loads(row.profile),
        row.created_at,
        row.payer,
    )
