"""Every error of the contracts has a sentence and a next step in both languages, and real refusals say them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from chopmark.chain import refusals
from chopmark.chain.abi import encode
from chopmark.chain.artifacts import Entry
from chopmark.chain.refusal_words import SAID
from chopmark.chain.rpc import RpcError
from chopmark.core.transaction import Call
from chopmark.core.words import GrantFlag, Op, Role
from chopmark.errors import Refused
from chopmark.wording import Language
from tests.fixtures.devchain import KIND, DevChain, funded

ERRORS = sorted(refusals.known_errors().values(), key=lambda entry: entry.signature)
SAMPLES = {"uint": 7, "address": b"\xaa" * 20, "string": "why"}


def sample(entry: Entry) -> bytes:
    values: list[Any] = [SAMPLES.get(kind.base, b"\x01" * (kind.width or 1)) for kind in entry.inputs]
    return entry.key + encode(entry.inputs, values)


@pytest.mark.parametrize("entry", ERRORS, ids=[entry.signature for entry in ERRORS])
def test_every_error_has_a_sentence_and_a_next_step(entry: Entry) -> None:
    refused = refusals.from_revert(sample(entry))
    for language in Language:
        assert refused.say(language)
        assert refused.next_step(language)
        assert "…" not in refused.say(language) + refused.next_step(language)  # a fact that the error does not have
        assert "{" not in refused.say(language)
    assert str(refused.facts["rule"]).startswith(entry.name + "(")
    assert re.search("[\u4e00-\u9fff]", refused.say(Language.ZH))
    assert refused.exit_code == 2


def test_no_sentence_is_left_over() -> None:
    assert set(SAID) - {entry.signature for entry in ERRORS} == {"?"}


@pytest.mark.parametrize("data", [b"", b"\1\2\3\4", b"\1\2\3\4" + bytes(64), ERRORS[0].key + b"\1"])
def test_a_revert_that_nobody_knows(data: bytes) -> None:
    assert refusals.from_revert(data).say(Language.EN).startswith("The contracts refuse this: ")


def revert(data: object) -> RpcError:
    return RpcError(method="eth_call", number=3, message="execution reverted", data=data)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: text,
        lambda text: f"Reverted {text}",
        lambda text: {"data": text},
        lambda text: {"message": "execution reverted", "data": {"result": text}},
        lambda text: text.removeprefix("0x"),
    ],
    ids=["geth", "openethereum", "hardhat", "nested", "without prefix"],
)
def test_revert_data_is_found_where_each_client_puts_it(wrap: Callable[[str], object]) -> None:
    refused = refusals.of(revert(wrap("0x" + sample(ERRORS[0]).hex())))
    assert refused is not None
    assert str(refused.facts["rule"]).startswith(ERRORS[0].name)


@pytest.mark.parametrize("data", [None, "", "0x", 5, "execution reverted", {"a": 1}])
def test_an_error_without_revert_data(data: object) -> None:
    assert refusals.of(revert(data)) is None


# What the contracts really refuse, by the rule it breaks.


def refused_rule(devchain: DevChain, sender: bytes, call: Call) -> str:
    """The rule that both ways of asking name."""
    rules = set()
    for ask in (devchain.client.estimate, devchain.client.simulate):
        with pytest.raises(Refused) as caught:
            ask(sender, call)
        rules.add(str(caught.value.facts["rule"]).partition("(")[0])
    assert len(rules) == 1
    return rules.pop()


def test_a_stranger_cannot_attest(devchain: DevChain) -> None:
    call = devchain.client.calls.attest(devchain.issuer_node, KIND, os.urandom(32), 1)
    assert refused_rule(devchain, devchain.authority.address, call) == "KeyUnknown"


def test_a_retired_key_cannot_attest(devchain: DevChain) -> None:
    calls, issuer = devchain.client.calls, devchain.issuer_node
    devchain.send(devchain.controller, calls.retire_key(issuer, "", issuer, devchain.key.address))
    call = calls.attest(issuer, KIND, os.urandom(32), 1)
    assert refused_rule(devchain, devchain.key.address, call) == "KeyIsRetired"
    with pytest.raises(Refused, match="was retired on 20") as caught:
        devchain.client.estimate(devchain.key.address, call)
    assert "机构 2 号的密钥" in caught.value.say(Language.ZH)


def test_a_compromised_key_cannot_attest(devchain: DevChain) -> None:
    calls, issuer = devchain.client.calls, devchain.issuer_node
    since = devchain.client.head().time
    devchain.send(devchain.controller, calls.report_compromise(issuer, "", issuer, devchain.key.address, since, 5))
    call = calls.attest(issuer, KIND, os.urandom(32), 1)
    assert refused_rule(devchain, devchain.key.address, call) == "KeyIsCompromised"


def test_a_key_without_the_role_cannot_revoke(devchain: DevChain) -> None:
    calls, issuer = devchain.client.calls, devchain.issuer_node
    root = devchain.attest()
    other = funded(devchain.rpc)
    devchain.send(devchain.controller, calls.add_key(issuer, issuer, other.address, Role.ATTEST))
    call = calls.set_status(issuer, root, Op.REVOKED, 1, [(0, 1)])
    assert refused_rule(devchain, other.address, call) == "RoleMissing"


def test_another_kind_was_not_granted(devchain: DevChain) -> None:
    call = devchain.client.calls.attest(devchain.issuer_node, "patent", os.urandom(32), 1)
    assert refused_rule(devchain, devchain.key.address, call) == "NotGranted"


def test_a_suspended_issuer_cannot_attest(devchain: DevChain) -> None:
    calls = devchain.client.calls
    devchain.send(devchain.authority, calls.suspend(devchain.authority_node, devchain.accreditor_node, KIND, 32))
    call = calls.attest(devchain.issuer_node, KIND, os.urandom(32), 1)
    with pytest.raises(Refused) as caught:
        devchain.client.simulate(devchain.key.address, call)
    assert "机构 1 号的“degree”资格自" in caught.value.say(Language.ZH)


def test_the_same_batch_twice(devchain: DevChain) -> None:
    call = devchain.client.calls.attest(devchain.issuer_node, KIND, devchain.attest(), 1)
    assert refused_rule(devchain, devchain.key.address, call) == "BatchKnown"


def test_revoked_for_good(devchain: DevChain) -> None:
    root = devchain.attest()
    call = devchain.client.calls.set_status(devchain.issuer_node, root, Op.REVOKED, 1, [(0, 6)])
    devchain.send(devchain.key, call)
    assert refused_rule(devchain, devchain.key.address, call) == "AlreadyRevoked"


def test_a_rule_that_breaks_inside_of_several_operations(devchain: DevChain) -> None:
    from chopmark.chain.contracts import together

    calls, issuer = devchain.client.calls, devchain.issuer_node
    root = os.urandom(32)
    call = together([calls.attest(issuer, KIND, root, 1), calls.attest(issuer, KIND, root, 1)])
    assert refused_rule(devchain, devchain.key.address, call) == "BatchKnown"


def test_an_accreditor_cannot_grant_past_its_own_kind(devchain: DevChain) -> None:
    calls = devchain.client.calls
    call = calls.grant(devchain.accreditor_node, devchain.issuer_node, "patent", 0, 0, GrantFlag.ATTEST)
    assert refused_rule(devchain, devchain.accreditor.address, call) == "NotGranted"


def test_a_grant_that_ended_before_it_began(devchain: DevChain) -> None:
    calls = devchain.client.calls
    call = calls.grant(devchain.accreditor_node, devchain.issuer_node, KIND, 0, 1, GrantFlag.ATTEST)
    assert refused_rule(devchain, devchain.accreditor.address, call) == "EndsBeforeStart"


def test_a_compromise_in_the_future(devchain: DevChain) -> None:
    issuer = devchain.issuer_node
    later = int(time.time()) + 10**6
    call = devchain.client.calls.report_compromise(issuer, "", issuer, devchain.key.address, later, 5)
    assert refused_rule(devchain, devchain.controller.address, call) == "CompromiseOutOfRange"
