"""Audits on a real chain: lives, as-of, and the replayed registry against the contract's own judgement."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chopmark.chain.contracts import call_data
from chopmark.chain.quantity import hexed, octets
from chopmark.core.directory import Directory
from chopmark.core.lifeline import LeafRef
from chopmark.core.trust import TrustFile
from chopmark.core.words import GrantFlag, Op, Standing
from chopmark.errors import TrustError, UnknownThing, UsageError, WrongChain
from chopmark.services.audit.as_form import COLUMNS, Naming, as_json, rows
from chopmark.services.audit.find import hex32_in, issuer_of, named_leaf, trusted
from chopmark.services.audit.moment import as_of
from chopmark.services.audit.source import ChainSource, LocalSource
from chopmark.services.audit.trail import Target, Trail, trail
from chopmark.store import Store
from tests.fixtures import issued
from tests.fixtures.issued import Issued
from tests.fixtures.world import World

pytestmark = pytest.mark.chain
NAMING = Naming(key=lambda _: "", time=str)


def source(world: World) -> ChainSource:
    return ChainSource.pinned(world.client, world.registry.from_block)


def life(world: World, done: Issued, *, block: int | None = None, time: int | None = None) -> Trail:
    told = source(world)
    target = Target(world.issuer.node, done.attestation.root, done.attestation.index)
    return trail(told, target, as_of(told, block=block, time=time))


def own(found: Trail) -> list[Op]:
    return [entry.op for entry in found.entries if not entry.context]


def test_the_life_of_a_credential(world: World) -> None:
    done = world.issue()
    world.pass_time(100)
    sent = world.change(Op.SUSPENDED, 7, done)
    world.change(Op.RESUMED, 8, done)
    world.change(Op.REVOKED, 3, done)
    found = life(world, done)
    assert own(found) == [Op.ATTESTED, Op.SUSPENDED, Op.RESUMED, Op.REVOKED]
    assert found.status is not None
    assert (found.status.revoked, found.status.reason) == (True, 3)
    suspended = next(entry for entry in found.entries if entry.op is Op.SUSPENDED)
    assert suspended.logged.tx_hash == sent
    assert suspended.actor.address == world.issuer.key.address
    assert found.key is not None
    assert found.key[0] == world.issuer.key.address
    # Every entry says who acted, the accreditor and the root authority among them.
    assert all(entry.actor.address for entry in found.entries)
    assert found.source == "chain"


def test_as_known_then(world: World) -> None:
    done = world.issue()
    issued_at = world.client.head()
    world.pass_time(3600)
    world.change(Op.REVOKED, 3, done)
    before = life(world, done, time=issued_at.time + 60)
    assert before.status is not None
    assert not before.status.revoked
    assert before.status.batch is not None
    assert own(before) == [Op.ATTESTED]
    assert life(world, done, block=issued_at.number).status == before.status
    long_before = life(world, done, block=1)
    assert long_before.status is not None
    assert long_before.status.batch is None
    assert long_before.batch is None


def test_a_compromise_reported_later_was_not_known_then(world: World) -> None:
    school = world.accredited("档案学院", "Archive College")
    done = world.issue(school)
    told = source(world)
    then = told.at.number
    world.pass_time(100)
    since = world.client.keys([(school.node, school.key.address)], told.at)[0]
    assert since is not None
    call = world.client.calls.report_compromise(school.node, "degree", school.node, school.key.address, since.added, 39)
    world.do(school.controller, call)
    world.settle()
    told = source(world)
    target = Target(school.node, done.attestation.root, 0)
    before, now = trail(told, target, as_of(told, block=then)), trail(told, target, as_of(told))
    assert before.key is not None
    assert now.key is not None
    assert (before.key[1].compromised_since, now.key[1].compromised_since) == (0, since.added)
    marked = {when: [row["key_compromised"] for row in _own(found)] for when, found in (("b", before), ("n", now))}
    assert marked == {"b": [False], "n": [True]}


def test_what_a_key_did_since_its_compromise_is_marked(world: World) -> None:
    school = world.accredited("遗失学院", "Lost College")
    done = world.issue(school)
    world.pass_time(100)
    since = world.now()
    world.pass_time(100)
    world.change(Op.REVOKED, 3, done, by=school)
    call = world.client.calls.report_compromise(school.node, "degree", school.node, school.key.address, since, 39)
    world.do(school.controller, call)
    world.settle()
    told = source(world)
    found = trail(told, Target(school.node, done.attestation.root, 0), as_of(told))
    assert [(row["operation"], row["key_compromised"]) for row in _own(found)] == [
        ("attested", False),
        ("revoked", True),
    ]
    assert [row[COLUMNS.index("key_compromised")] for row in rows(found, NAMING)].count("true") == 1


def _own(found: Trail) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = as_json(found, NAMING)["entries"]  # type: ignore[assignment]
    return [entry for entry in entries if not entry["context"]]


def test_a_moment_that_is_not_final_is_refused(world: World) -> None:
    told = source(world)
    with pytest.raises(UsageError, match="later than the newest final block"):
        as_of(told, block=told.at.number + 1)
    with pytest.raises(UsageError):
        as_of(told, time=told.at.time + 10)


def test_both_sides_of_a_correction(world: World) -> None:
    old, new = world.issue(), world.issue()
    world.supersede(old, new)
    a, b = old.attestation, new.attestation
    old_life, new_life = life(world, old), life(world, new)
    assert old_life.status is not None
    assert old_life.status.successor == LeafRef(world.issuer.node, b.root, b.index)
    assert [e.predecessor for e in new_life.entries if e.predecessor] == [LeafRef(world.issuer.node, a.root, a.index)]


def test_the_life_of_a_batch_and_of_an_issuer(world: World) -> None:
    school = world.accredited("全程学院", "Whole College", kinds=("degree",))
    batch = world.attest([issued.credential(school.node) for _ in range(3)], school)
    world.change(Op.REVOKED, 1, batch[0], batch[1], by=school)
    world.by_accreditor(world.client.calls.suspend(world.accreditor.node, school.node, "degree", 33))
    world.settle()
    told = source(world)
    found = trail(told, Target(school.node, batch[0].attestation.root), as_of(told))
    assert [(entry.op, entry.leaves) for entry in found.entries if not entry.context] == [
        (Op.ATTESTED, 3),
        (Op.REVOKED, 2),
    ]
    whole = trail(told, Target(school.node), as_of(told))
    assert own(whole) == [
        Op.NODE_REGISTERED,
        Op.KEY_ADDED,
        Op.ACCREDITATION_GRANTED,
        Op.ATTESTED,
        Op.REVOKED,
        Op.ACCREDITATION_SUSPENDED,
    ]
    assert whole.accreditation is not None
    assert whole.accreditation["degree"].standing is Standing.SUSPENDED


def test_json_and_rows_say_the_same(world: World) -> None:
    done = world.issue()
    world.change(Op.REVOKED, 3, done)
    found = life(world, done)
    document, table = as_json(found, NAMING), list(rows(found, NAMING))
    assert tuple(table[0]) == COLUMNS
    assert len(table) - 1 == len(found.entries) == len(document["entries"])  # type: ignore[arg-type]
    assert all(len(row) == len(COLUMNS) for row in table)


def test_a_cell_never_begins_a_formula() -> None:
    from chopmark.services.audit.as_form import _cell

    assert [_cell(v) for v in ("=1+1", "+1", "-1", "@x", "degree", None, True, 5)] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@x",
        "degree",
        "",
        "true",
        "5",
    ]


# ---- what is meant


def test_a_bundle_names_its_leaf_and_its_issuer(world: World, tmp_path: Path) -> None:
    done = world.issue()
    path = tmp_path / "x.chopmark.json"
    path.write_bytes(done.data)
    named = named_leaf(str(path))
    assert named is not None
    assert (named.attestation, named.issuer) == (done.attestation, world.issuer.node)
    by_id = named_leaf(str(done.attestation))
    assert by_id is not None
    assert by_id.issuer == b""
    assert issuer_of(source(world), done.attestation.root, world.registry.registry_id) == world.issuer.node
    assert named_leaf("105331202605000123") is None
    assert hex32_in("0x" + "ab" * 32) == b"\xab" * 32
    assert hex32_in("ab") is None


def test_a_root_of_two_issuers_or_none(world: World) -> None:
    school = world.accredited("同根学院", "Same Root College")
    done = world.issue()
    root = done.attestation.root
    world.do(school.key, world.client.calls.attest(school.node, "degree", root, 1))
    world.settle()
    with pytest.raises(UsageError, match="several issuers"):
        issuer_of(source(world), root, world.registry.registry_id)
    with pytest.raises(UnknownThing):
        issuer_of(source(world), b"\x01" * 32, world.registry.registry_id)


def test_a_chain_that_is_not_trusted(world: World) -> None:
    done = world.issue()
    with pytest.raises(TrustError):
        trusted(TrustFile(), done.attestation)
    assert trusted(world.trust, done.attestation) == (world.chain, world.registry)


def test_a_wrong_chain_is_refused(world: World) -> None:
    from chopmark.chain.client import ChainClient

    chain = replace(world.chain, genesis=b"\x01" * 32)
    with pytest.raises(WrongChain):
        ChainSource.pinned(ChainClient(world.rpc, chain, world.registry), 0)


# ---- the site's copy tells the same


def test_the_sites_copy_tells_the_same_life(world: World, tmp_path: Path) -> None:
    from chopmark.services.audit.rebuild import rebuild, repair

    old, new = world.issue(), world.issue()
    world.supersede(old, new)
    with Store.open(f"sqlite:///{tmp_path / 'site.db'}") as store:
        rebuilt = rebuild(world.client, world.chain, world.registry)
        repair(rebuilt, store.begin)
        local = LocalSource(store.read, rebuilt.at)
        for done in (old, new):
            target = Target(world.issuer.node, done.attestation.root, 0)
            theirs = trail(local, target, as_of(local))
            ours = trail(source(world), target, as_of(source(world)))
            assert as_json(theirs, NAMING) | {"source": ""} == as_json(ours, NAMING) | {"source": ""}


# ---- the replay judges as the contract does


def test_the_directory_stands_as_the_contract_says(world: World) -> None:
    body = world.institution("评审协会", "Review Association", world.root, world.authority)
    calls = world.client.calls
    flags = GrantFlag.ACCREDIT | GrantFlag.ATTEST
    world.do(world.authority, calls.grant(world.root, body.node, "degree", 0, 0, flags))
    school = world.institution("评审学院", "Review College", body.node, body.controller)
    steps = [
        (body.controller, calls.grant(body.node, school.node, "degree", 0, world.now() + 5000, 1)),
        (body.controller, calls.suspend(body.node, school.node, "degree", 33)),
        (world.authority, calls.suspend(world.root, body.node, "degree", 33)),
        (world.authority, calls.lift(world.root, body.node, "degree", 34)),
        (body.controller, calls.lift(body.node, school.node, "degree", 34)),
        (world.authority, calls.revoke(world.root, body.node, "degree", 35)),
        (world.authority, calls.grant(world.root, body.node, "degree", 0, 0, flags)),
    ]
    seen = set()
    for signer, call in steps:
        world.do(signer, call)
        seen.add(_compared(world, school.node))
    world.pass_time(6000)
    seen.add(_compared(world, school.node))
    assert seen == {Standing.LIVE, Standing.SUSPENDED, Standing.REVOKED, Standing.EXPIRED}


def _compared(world: World, node: bytes) -> Standing:
    """The standing by the replay, after seeing that the contract says the same."""
    head = world.client.head()
    directory = Directory.replay(world.client.logs(0, head.number))
    data = call_data("IssuerRegistry", "standing", node, b"degree\0\0")
    answer = world.rpc.call(
        "eth_call", {"to": hexed(world.registry.issuer_registry), "data": hexed(data)}, hex(head.number)
    )
    raw = octets(answer)
    standing, failing = int.from_bytes(raw[:32], "big"), raw[32:64]
    # The contract's view asks no flag of the node itself; a pure issuer has the one that is asked for here.
    found = directory.standing(node, "degree", head.time)
    assert (int(found.standing), found.at.rjust(32, b"\0")) == (standing, failing)
    assert directory.authority == world.client.authority(head)
    return found.standing
