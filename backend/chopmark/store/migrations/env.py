"""Alembic's entry: runs the scripts on the connection that ``store/migrate.py`` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
