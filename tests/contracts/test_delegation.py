"""What a wallet signs, another pays for: messages made by eth-account from their description, sent by a stranger."""

from __future__ import annotations

import ape
import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from tests.contracts.world import DEGREE, ZERO, Op, Role, digest

MESSAGES = {
    "Attest": "bytes32 issuer,address signer,bytes8 kind,bytes32 root,uint40 size,uint8 algorithm,uint40 deadline",
    "SetStatus": "bytes32 issuer,address signer,bytes32 root,uint8 op,uint8 reason,Change[] changes,bytes32 nonce,"
    "uint40 deadline",
    "Supersede": "bytes32 issuer,address signer,bytes32 oldRoot,uint40 oldIndex,bytes32 newRoot,uint40 newIndex,"
    "uint8 reason,uint40 deadline",
    "Change": "uint256 word,uint256 mask",
}
TYPES = {
    name: [dict(zip(("type", "name"), member.split(), strict=True)) for member in members.split(",")]
    for name, members in MESSAGES.items()
}


class Desk:
    """A registrar's key that never had a coin, a school that admitted the delegation, and a stranger who sends."""

    def __init__(self, world):
        self.world = world
        self.delegation = world.delegation
        self.registrar = Account.from_key(digest("the registrar"))
        self.deadline = world.now() + 86_400
        assert self.registrar.address not in (world.key.address, world.rector.address)
        world.issuers.addKey(
            world.school, world.school, self.registrar.address, Role.ATTEST | Role.STATUS, sender=world.rector
        )
        world.issuers.addKey(world.school, world.school, self.delegation, Role.DELEGATE, sender=world.rector)

    def signable(self, name, /, *members, **domain):
        """The message in the wallet's eyes."""
        domain = {
            "name": "Chopmark",
            "version": "1",
            "chainId": self.world.chain.chain_id,
            "verifyingContract": self.delegation.address,
        } | domain
        message = {member["name"]: value for member, value in zip(TYPES[name], members, strict=True)}
        if name == "SetStatus":
            message["changes"] = [{"word": word, "mask": mask} for word, mask in message["changes"]]
        types = {name: TYPES[name]} | ({"Change": TYPES["Change"]} if name == "SetStatus" else {})
        return encode_typed_data(domain, types, message)

    def sign(self, name, /, *members, **domain):
        return bytes(self.registrar.sign_message(self.signable(name, *members, **domain)).signature)

    def attest_message(self, root, deadline=None):
        school, signer = self.world.school, self.registrar.address
        return (school, signer, DEGREE, root, 10, 1, deadline or self.deadline)

    def status_message(self, root, op, *changes, nonce="nonce"):
        school, signer = self.world.school, self.registrar.address
        return (school, signer, root, op, 1, list(changes), digest(nonce), self.deadline)

    def supersede_message(self, old_root, old, new_root, new):
        return (self.world.school, self.registrar.address, old_root, old, new_root, new, 1, self.deadline)

    def attest(self, label):
        root = digest(label)
        message = self.attest_message(root)
        self.delegation.attest(*message, self.sign("Attest", *message), sender=self.world.stranger)
        return root


@pytest.fixture
def desk(world):
    return Desk(world)


def test_a_registrar_without_an_account_attests_and_a_stranger_pays(world, desk, records):
    root = desk.attest("class of 2026")
    assert world.chain.provider.get_balance(desk.registrar.address) == 0
    assert records.batch(world.school, root).keyIndex == 3
    [event] = records.Attested.query("*", start_block=0).to_dict("records")[-1:]
    assert event["event_arguments"]["via"] == 4


def test_status_and_supersession_are_signed_too(world, desk, records):
    old, new = desk.attest("old"), desk.attest("new")
    message = desk.status_message(old, Op.SUSPEND, (0, 0b10))
    desk.delegation.setStatus(*message, desk.sign("SetStatus", *message), sender=world.stranger)
    assert records.standing(world.school, old, 1).suspended
    message = desk.supersede_message(old, 2, new, 5)
    desk.delegation.supersede(*message, desk.sign("Supersede", *message), sender=world.stranger)
    assert records.standing(world.school, old, 2).superseded


def test_a_correction_is_one_transaction(world, desk, records):
    old, new = desk.attest("old"), digest("new")
    attest, supersede = desk.attest_message(new), desk.supersede_message(old, 0, new, 0)
    calls = [
        desk.delegation.attest.encode_input(*attest, desk.sign("Attest", *attest)),
        desk.delegation.supersede.encode_input(*supersede, desk.sign("Supersede", *supersede)),
    ]
    desk.delegation.multicall(calls, sender=world.stranger)
    assert records.standing(world.school, old, 0).superseded
    assert not records.standing(world.school, new, 0).revoked


def test_a_change_of_status_is_carried_out_once(world, desk):
    root = desk.attest("one")
    message = desk.status_message(root, Op.SUSPEND, (0, 1))
    signature = desk.sign("SetStatus", *message)
    signable = desk.signable("SetStatus", *message)
    said = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert not desk.delegation.used(said)
    desk.delegation.setStatus(*message, signature, sender=world.stranger)
    assert desk.delegation.used(said)
    world.set_status(root, Op.RESUME, (0, 1))
    with ape.reverts(desk.delegation.Replayed, error_inputs={"digest": said}):
        desk.delegation.setStatus(*message, signature, sender=world.stranger)


@pytest.mark.parametrize(
    "domain",
    [{"chainId": 1}, {"verifyingContract": ZERO}, {"name": "chopmark"}, {"version": "2"}],
    ids=lambda domain: next(iter(domain)),
)
def test_a_signature_for_another_domain_is_refused(world, desk, domain):
    message = desk.attest_message(digest("elsewhere"))
    with ape.reverts(desk.delegation.SignatureInvalid, error_inputs={"signer": desk.registrar.address}):
        desk.delegation.attest(*message, desk.sign("Attest", *message, **domain), sender=world.stranger)


def test_a_signature_ends_with_its_deadline(world, desk):
    message = desk.attest_message(digest("late"), deadline=world.now() - 1)
    with ape.reverts(desk.delegation.Expired):
        desk.delegation.attest(*message, desk.sign("Attest", *message), sender=world.stranger)


@pytest.mark.parametrize("key", ["registrar", "delegation"])
def test_a_retired_key_ends_what_was_signed(world, desk, key):
    message = desk.attest_message(digest("too late"))
    signature = desk.sign("Attest", *message)
    world.issuers.retireKey(world.school, DEGREE, world.school, getattr(desk, key).address, sender=world.rector)
    with ape.reverts(world.issuers.KeyIsRetired):
        desk.delegation.attest(*message, signature, sender=world.stranger)


def test_a_suspended_school_signs_in_vain(world, desk):
    message = desk.attest_message(digest("suspended"))
    signature = desk.sign("Attest", *message)
    world.issuers.suspend(world.bureau, world.school, DEGREE, 1, sender=world.director)
    with ape.reverts(world.issuers.GrantSuspended):
        desk.delegation.attest(*message, signature, sender=world.stranger)


def test_the_domain_can_be_asked(world, desk):
    domain = desk.delegation.eip712Domain()
    assert (domain.name, domain.version, domain.chainId) == ("Chopmark", "1", world.chain.chain_id)
    assert domain.verifyingContract == desk.delegation.address
    assert desk.delegation.registry() == world.records.address
