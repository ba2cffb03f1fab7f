"""Secrets that sign what the service gives out; each data folder makes its own."""

import secrets

from index.catalog import Catalog, get_state, set_state


def signing_secret(catalog: Catalog, name: str) -> str:
    """Return the secret called ``name``, the same in all processes over the data folder."""
    with catalog.reading() as connection:
        known = get_state(connection, name)
    if known is not None:
        return known
    with catalog.writing() as connection:
        if get_state(connection, name) is None:  # else another process was quicker
            set_state(connection, name, secrets.token_hex(32))
    return signing_secret(catalog, name)
