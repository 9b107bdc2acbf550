"""services.accredit: calls for the issuer registry. Each is tried on the real contracts, which have the last word."""

from __future__ import annotations

import os

import pytest

from chopmark.core.directory import Directory
from chopmark.core.ledger import NodeRole, NodeRow
from chopmark.core.profile import Profile
from chopmark.core.words import GrantFlag, Role
from chopmark.errors import InputError, KeystoreError, Refused, UnknownThing
from chopmark.services.accredit import Desk, Errand
from chopmark.services.issuers import stored
from chopmark.wording import Language
from tests.fixtures.devchain import DevChain, funded

PROFILE = Profile("东方理工大学", "", "", "https://o.example", (), b"\x33" * 20, b"\x44" * 20)


class Counter:
    """A desk over a real chain, and the keys of everybody by name."""

    def __init__(self, chain: DevChain):
        self.chain = chain
        self.keys = {
            "root": chain.authority,
            "edu": chain.accreditor,
            "cold": chain.controller,
            "work": chain.key,
            "stranger": funded(chain.rpc),
        }
        self.nodes = [
            NodeRow("accreditor", chain.accreditor_node, NodeRole.ACCREDITOR, "edu", "", {}, 1),
            NodeRow("oriental", chain.issuer_node, NodeRole.ISSUER, "cold", "work", {}, 1),
            NodeRow("elsewhere", None, NodeRole.ISSUER, "cold", "", stored(PROFILE), 1),
        ]

    @property
    def desk(self) -> Desk:
        logged = self.chain.client.logs(0, self.chain.client.head().number)
        addresses = {name: key.address for name, key in self.keys.items()}
        registry = self.chain.registry.registry_id
        return Desk(self.chain.client.calls, Directory.replay(logged), registry, self.nodes, addresses.__getitem__)

    def run(self, errand: Errand) -> None:
        for call in errand.calls:
            self.chain.send(self.keys[errand.sender], call)

    def refused(self, errand: Errand) -> str:
        (call,) = errand.calls
        with pytest.raises(Refused) as caught:
            self.chain.client.simulate(self.keys[errand.sender].address, call)
        return str(caught.value.facts["rule"]).partition("(")[0]

    def key(self, address: bytes, node: bytes | None = None):
        return self.desk.directory.nodes[node or self.chain.issuer_node].keys[address]

    def grant(self, kind="degree", node: bytes | None = None):
        return self.desk.directory.nodes[node or self.chain.issuer_node].grants[kind]


@pytest.fixture
def counter(devchain):
    return Counter(devchain)


def test_a_new_institution_is_registered_and_found_again(counter):
    counter.run(counter.desk.register(PROFILE, "edu", ["degree"]))
    state = counter.desk.registered(PROFILE)
    assert (state.serial, state.registrar, state.site) == (3, 1, "https://o.example")
    counter.run(counter.desk.register(PROFILE, "root", ["paper"]))  # the authority may for every kind
    assert counter.desk.registered(PROFILE).serial == 3  # the oldest counts


def test_granting_says_nothing_twice(counter):
    node = counter.chain.issuer_node
    assert counter.desk.grant(node, "edu", ["degree"], 0, accreditor=False).calls == ()
    counter.run(counter.desk.register(PROFILE, "edu", ["degree"]))
    new = counter.desk.registered(PROFILE).id
    granting = counter.desk.grant(new, "edu", ["degree", "degree"], 0, accreditor=False)
    assert len(granting.calls) == 1
    counter.run(granting)
    assert counter.grant(node=new).flags == GrantFlag.ATTEST
    until = counter.chain.client.head().time + 1000
    counter.run(counter.desk.grant(new, "edu", ["degree"], until, accreditor=False))
    assert counter.grant(node=new).until == until
    assert counter.desk.grant(new, "edu", ["degree"], until, accreditor=False).calls == ()


def test_an_accreditor_below(counter):
    counter.run(counter.desk.grant(counter.chain.issuer_node, "edu", ["degree"], 0, accreditor=True))
    assert GrantFlag.ACCREDIT in counter.grant().flags
    assert counter.desk.grant(counter.chain.issuer_node, "edu", ["degree"], 0, accreditor=True).calls == ()


@pytest.mark.parametrize(
    ("by", "kinds"), [("stranger", ["degree"]), ("edu", ["degree", "paper"]), ("cold", ["degree"])]
)
def test_who_may_not_accredit(counter, by, kinds):
    with pytest.raises(KeystoreError) as caught:
        counter.desk.grant(counter.chain.issuer_node, by, kinds, 0, accreditor=False)
    assert f"“{by}”无权授权" in caught.value.say(Language.ZH)
    assert "may not accredit" in caught.value.say(Language.EN)
    assert "--by" in caught.value.next_step(Language.EN)


def test_a_key_that_acts_for_several(counter):
    calls, root = counter.chain.client.calls, counter.chain.authority_node
    address = counter.keys["edu"].address
    counter.chain.send(counter.keys["root"], calls.register(root, "", address, os.urandom(32), ""))
    twin = next(n.id for n in counter.desk.directory.nodes.values() if n.serial == 3)
    counter.chain.send(counter.keys["root"], calls.grant(root, twin, "degree", 0, 0, GrantFlag.ACCREDIT))
    with pytest.raises(KeystoreError, match="acts for several institutions"):
        counter.desk.grant(counter.chain.issuer_node, "edu", ["degree"], 0, accreditor=False)


def test_a_node_that_is_named_by_its_id_is_meant_whatever_aliases_there_are(counter):
    counter.nodes.append(NodeRow("2", counter.chain.accreditor_node, NodeRole.ISSUER, "cold", "", {}, 1))
    counter.run(counter.desk.restrain("suspend", counter.chain.issuer_node, "edu", ["degree"], 33))
    assert counter.grant().suspended


def test_suspend_lift_revoke(counter):
    counter.run(counter.desk.restrain("suspend", "oriental", "edu", ["degree"], 33))
    assert counter.grant().suspended
    # what was taken away is granted anew when it is asked for
    assert counter.desk.grant(counter.chain.issuer_node, "edu", ["degree"], 0, accreditor=False).calls
    counter.run(counter.desk.restrain("lift", "2", "edu", ["degree"], 34))
    assert not counter.grant().suspended
    counter.run(counter.desk.restrain("revoke", counter.chain.issuer_node.hex(), "root", ["degree"], 35))
    assert counter.grant().revoked
    assert counter.refused(counter.desk.restrain("lift", "oriental", "edu", ["degree"], 34)) == "NotSuspended"


def test_keys_come_and_go(counter):
    new = funded(counter.chain.rpc).address
    counter.run(counter.desk.add_key("oriental", new, ["attest", "status"]))
    assert counter.key(new).roles == Role.ATTEST | Role.STATUS
    assert counter.desk.add_key("oriental", new, ["status", "attest"]).calls == ()
    assert counter.refused(counter.desk.add_key("oriental", new, ["attest"])) == "KeyKnown"
    counter.run(counter.desk.retire_key("oriental", new))
    assert counter.key(new).retired
    assert counter.refused(counter.desk.add_key("oriental", new, ["attest", "status"])) == "KeyKnown"
    since = counter.key(counter.keys["work"].address).added
    counter.run(counter.desk.report_compromise("oriental", counter.keys["work"].address, since, reason=39))
    assert counter.key(counter.keys["work"].address).compromised_since == since
    late = counter.desk.report_compromise("oriental", counter.keys["work"].address, 2**39)
    assert counter.refused(late) == "CompromiseOutOfRange"


def test_the_authority_may_add_a_key_and_an_accreditor_may_not(counter):
    new = os.urandom(20)
    counter.run(counter.desk.add_key("oriental", new, ["delegate"], by="root"))
    assert counter.key(new).roles == Role.DELEGATE
    for by in ("edu", "stranger"):
        with pytest.raises(KeystoreError) as caught:
            counter.desk.add_key("oriental", os.urandom(20), ["attest"], by=by)
        assert f"“{by}”不管理“oriental”的密钥" in caught.value.say(Language.ZH)


@pytest.mark.parametrize("by", ["root", "edu", "cold"])
def test_whoever_stands_above_may_retire_a_key(counter, by):
    counter.run(counter.desk.retire_key("oriental", counter.keys["work"].address, by=by))
    assert counter.key(counter.keys["work"].address).retired


def test_a_stranger_who_accredited_it_unasked_may_not_retire_its_keys(counter):
    """It stands above in one kind but did not bring the institution in: the contract would refuse, and so do we."""
    calls, root = counter.chain.client.calls, counter.chain.authority_node
    address = counter.keys["stranger"].address
    counter.chain.send(counter.keys["root"], calls.register(root, "", address, os.urandom(32), ""))
    node = next(n.id for n in counter.desk.directory.nodes.values() if n.serial == 3)
    counter.chain.send(counter.keys["root"], calls.grant(root, node, "paper", 0, 0, GrantFlag.ACCREDIT))
    counter.run(counter.desk.grant(counter.chain.issuer_node, "stranger", ["paper"], 0, accreditor=False))
    with pytest.raises(KeystoreError):
        counter.desk.retire_key("oriental", counter.keys["work"].address, by="stranger")
    counter.run(counter.desk.retire_key("oriental", counter.keys["work"].address, by="edu"))


def test_a_kind_that_this_version_does_not_know_stands_in_nobodys_way(counter):
    calls, root = counter.chain.client.calls, counter.chain.authority_node
    counter.chain.send(
        counter.keys["root"], calls.grant(root, counter.chain.issuer_node, "aaaa", 0, 0, GrantFlag.ATTEST)
    )
    counter.run(counter.desk.retire_key("oriental", counter.keys["work"].address, by="edu"))


def test_names_that_are_none(counter):
    with pytest.raises(UnknownThing, match="no role “owner”"):
        counter.desk.add_key("oriental", os.urandom(20), ["owner"])
    with pytest.raises(UnknownThing, match="key of this institution"):
        counter.desk.retire_key("oriental", os.urandom(20))
    for alias in ("nobody", "99", "9" * 30, "０", "{0}", "ab" * 32, ""):
        with pytest.raises(UnknownThing) as caught:
            counter.desk.node_of(alias)
        assert "oriental" in caught.value.next_step(Language.ZH)


def test_an_institution_without_a_final_node(counter):
    counter.nodes.append(NodeRow("gone", b"\x07" * 32, NodeRole.ISSUER, "", "", {}, 1))
    for alias in ("elsewhere", "gone"):
        with pytest.raises(InputError) as caught:
            counter.desk.add_key(alias, os.urandom(20), ["attest"])
        assert "尚未最终确认" in caught.value.say(Language.ZH)
        assert "accredit grant" in caught.value.next_step(Language.EN)


def test_whose_controller_is_not_here_must_be_named(counter):
    counter.nodes.clear()
    with pytest.raises(InputError) as caught:
        counter.desk.retire_key("2", counter.keys["work"].address)
    assert "--by" in caught.value.next_step(Language.ZH)
    counter.run(counter.desk.retire_key("2", counter.keys["work"].address, by="cold"))


def test_a_profile_is_published_once(counter):
    counter.run(counter.desk.republish("oriental", PROFILE))
    state = counter.desk.directory.nodes[counter.chain.issuer_node]
    assert (state.profile, state.site) == (PROFILE.digest, PROFILE.site)
    assert counter.desk.republish("oriental", PROFILE).calls == ()
    assert counter.refused(counter.desk.republish("accreditor", PROFILE, by="cold")) == "NotController"


def test_an_institution_changes_hands_in_two_steps(counter):
    new = counter.keys["stranger"].address
    assert counter.refused(counter.desk.accept_controller("oriental", by="stranger")) == "NotPendingController"
    counter.run(counter.desk.offer_controller("oriental", new))
    assert counter.desk.directory.nodes[counter.chain.issuer_node].controller == counter.keys["cold"].address
    counter.run(counter.desk.accept_controller("oriental", by="stranger"))
    assert counter.desk.directory.nodes[counter.chain.issuer_node].controller == new


def test_a_lost_controller_is_replaced_by_the_authority_alone(counter):
    new = counter.keys["stranger"].address
    assert counter.refused(counter.desk.recover_controller("oriental", new, by="edu")) == "NotAuthority"
    counter.run(counter.desk.recover_controller("oriental", new, by="root"))
    assert counter.desk.directory.nodes[counter.chain.issuer_node].controller == new


def test_the_authority_changes_hands_in_two_steps(counter):
    new = counter.keys["stranger"].address
    assert counter.refused(counter.desk.offer_authority(new, by="edu")) == "NotAuthority"
    assert counter.refused(counter.desk.accept_authority(by="stranger")) == "NotPendingAuthority"
    counter.run(counter.desk.offer_authority(new, by="root"))
    assert counter.desk.directory.authority == counter.keys["root"].address
    counter.run(counter.desk.accept_authority(by="stranger"))
    assert counter.desk.directory.authority == new
