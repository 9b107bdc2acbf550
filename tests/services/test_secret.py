"""services.secret: drawn once for a site, and a key of its own for each purpose."""

from __future__ import annotations

import threading

from chopmark.services.secret import LENGTH, derived, site_secret
from chopmark.store import Store


def test_it_is_drawn_once(store: Store) -> None:
    first = site_secret(store)
    assert len(first) == LENGTH
    assert site_secret(store) == first


def test_two_sites_have_two(sqlite_store: Store, tmp_path: object) -> None:
    with Store.open(f"sqlite:///{tmp_path}/other.db") as other:
        assert site_secret(other) != site_secret(sqlite_store)


def test_who_asks_at_once_gets_the_same(store: Store) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(site_secret(store))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_purposes_have_keys_of_their_own() -> None:
    secret = bytes(range(32))
    assert derived(secret, "lookups") == derived(secret, "lookups")
    assert len({secret, derived(secret, "lookups"), derived(secret, "cursors")}) == 3
    assert len(derived(secret, "lookups")) == LENGTH
