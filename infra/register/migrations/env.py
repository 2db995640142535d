"""Runs the steps on the connection, and in the transaction, of whoever opens the register."""

from alembic import context

from infra.register.tables import metadata

# Alembic runs this file under this name; as a module of the package it does nothing.
if __name__ == "env_py":
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=False,
    )
    context.run_migrations()
