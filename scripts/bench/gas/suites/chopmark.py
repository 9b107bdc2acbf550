"""Our own contracts, from the committed artifacts: an authority, an accreditor, an issuer below it, and its batches."""

import os
from pathlib import Path

from eth_account import Account
from harness.chain import bytecode, calldata, constructor

NAME, VERSION = "Chopmark", "this repository, committed artifacts"
ARTIFACTS = Path(os.environ.get("CHOPMARK_ARTIFACTS", Path(__file__).parents[4] / "backend/chopmark/chain/artifacts"))
KIND = b"degree-1"
SHA_256 = 1
ATTEST, ACCREDIT = 1, 2  # flags of an accreditation
KEY_ATTEST, KEY_STATUS, KEY_DELEGATE = 1, 2, 4  # roles of a key
REVOKE, SUSPEND = 2, 3

REGISTER = "register(bytes32,bytes8,address,bytes32,string)"
GRANT = "grant(bytes32,bytes32,bytes8,uint40,uint40,uint8)"
ADD_KEY = "addKey(bytes32,bytes32,address,uint8)"
ATTEST_BATCH = "attest(bytes32,bytes8,bytes32,uint40,uint8)"
SET_STATUS = "setStatus(bytes32,bytes32,uint8,uint8,(uint256,uint256)[])"
SUPERSEDE = "supersede(bytes32,bytes32,uint40,bytes32,uint40,uint8)"
MULTICALL = "multicall(bytes[])"
DELEGATED_ATTEST = "attest(bytes32,address,bytes8,bytes32,uint40,uint8,uint40,bytes)"
DELEGATED_STATUS = "setStatus(bytes32,address,bytes32,uint8,uint8,(uint256,uint256)[],bytes32,uint40,bytes)"
DELEGATED_SUPERSEDE = "supersede(bytes32,address,bytes32,uint40,bytes32,uint40,uint8,uint40,bytes)"
INCLUDED = "included(bytes,uint256,uint256,bytes32[],bytes32)"


def run(chain, rec, digest):
    salt = digest()
    authority, accreditor, issuer_controller, key = chain.accounts[:4]
    by_authority, by_accreditor, by_controller, by_key = range(4)

    issuers_tx = chain.deploy(
        bytecode(ARTIFACTS / "IssuerRegistry.json"), constructor("(address,bytes32)", authority, salt)
    )
    issuers = issuers_tx.address
    records_tx = chain.deploy(bytecode(ARTIFACTS / "AttestationRegistry.json"), constructor("(address)", issuers))
    records = records_tx.address
    delegation_tx = chain.deploy(bytecode(ARTIFACTS / "Delegation.json"), constructor("(address)", records))
    delegation = delegation_tx.address
    rec.tx("deploy", [issuers_tx, records_tx], "IssuerRegistry + AttestationRegistry")
    rec.tx("deploy_delegation", delegation_tx, "Delegation")

    def node(serial):
        return chain.call(issuers, "nodeId(uint64)", (serial,))

    # Three levels: the root authority, an accreditor, an issuer.
    root_node, middle, issuer = node(0), node(1), node(2)
    site = "https://credentials.example.edu"
    chain.send(issuers, calldata(REGISTER, root_node, KIND, accreditor, digest(), site), by_authority)
    chain.send(issuers, calldata(GRANT, root_node, middle, KIND, 0, 0, ACCREDIT), by_authority)
    steps = [
        calldata(REGISTER, middle, KIND, issuer_controller, digest(), site),
        calldata(GRANT, middle, issuer, KIND, 0, 0, ATTEST),
    ]
    joined = chain.send(issuers, calldata(MULTICALL, steps), by_accreditor)
    keyed = chain.send(issuers, calldata(ADD_KEY, issuer, issuer, key, KEY_ATTEST | KEY_STATUS), by_controller)
    rec.tx("register_issuer", [joined, keyed], "register + grant (one multicall), addKey")

    def attest(size, root=None):
        return chain.send(records, calldata(ATTEST_BATCH, issuer, KIND, root or digest(), size, SHA_256), by_key)

    first, last = digest(), digest()
    rec.tx("first_1", attest(1, first), "attest, the issuer's first")
    rec.tx("issue_1", attest(1, last), "attest, a batch of one")
    for n in (10, 100, 1000):
        rec.tx(f"root_{n}", attest(n), f"attest, a batch of {n}")

    thousand = digest()
    attest(1000, thousand)

    def status(op, *changes, root=thousand):
        return chain.send(records, calldata(SET_STATUS, issuer, root, op, 1, list(changes)), by_key)

    rec.tx("revoke_1", status(REVOKE, (0, 1 << 3)), "setStatus, first bit of a word")
    rec.tx("revoke_1_used", status(REVOKE, (0, 1 << 77)), "setStatus, another bit of that word")
    rec.tx("suspend_1", status(SUSPEND, (1, 1 << 9)), "setStatus, first bit of a word")

    scattered = digest()
    attest(1000, scattered)
    words = [(w, sum(1 << (i % 256) for i in range(0, 1000, 10) if i // 256 == w)) for w in range(4)]
    assert sum(mask.bit_count() for _, mask in words) == 100
    rec.tx("revoke_100_scattered", status(REVOKE, *words, root=scattered), "setStatus, four fresh words")
    neighbours = digest()
    attest(1000, neighbours)
    rec.tx("revoke_100", status(REVOKE, (0, (1 << 100) - 1), root=neighbours), "setStatus, one fresh word")
    rec.tx("supersede_1", chain.send(records, calldata(SUPERSEDE, issuer, first, 0, last, 0, 1), by_key), "supersede")

    # A DELEGATE key speaks for a signer, without any look at a signature.
    other = chain.accounts[4]
    chain.send(issuers, calldata(ADD_KEY, issuer, issuer, other, KEY_DELEGATE), by_controller)
    data = calldata("attestFor(address,bytes32,bytes8,bytes32,uint40,uint8)", key, issuer, KIND, digest(), 1, SHA_256)
    rec.tx("for_signer_1", chain.send(records, data, 4), "attestFor, without any signature check")

    # The issuer's key signs, somebody else sends and pays.
    chain.send(issuers, calldata(ADD_KEY, issuer, issuer, delegation, KEY_DELEGATE), by_controller)
    deadline, payer = 2_000_000_000, 5
    sign = signing(chain.keys[by_key], chain, delegation)
    signed_leaf = digest()

    def signed_attest(root):
        message = (issuer, key, KIND, root, 1, SHA_256, deadline)
        return calldata(DELEGATED_ATTEST, *message, sign("Attest", message))

    rec.tx("delegated_1", chain.send(delegation, signed_attest(signed_leaf), payer), "attest of Delegation")

    def signed_status(op, *changes, root):
        message = (issuer, key, root, op, 1, list(changes), digest(), deadline)
        return calldata(DELEGATED_STATUS, *message, sign("SetStatus", message))

    revoked = signed_status(REVOKE, (2, 1 << 5), root=thousand)
    rec.tx("revoke_delegated_1", chain.send(delegation, revoked, payer), "setStatus of Delegation, fresh word")
    revoked = signed_status(REVOKE, (2, 1 << 9), root=thousand)
    rec.tx("revoke_delegated_used", chain.send(delegation, revoked, payer), "setStatus of Delegation, used word")

    def signed_supersede(old_root, new_root):
        message = (issuer, key, old_root, 0, new_root, 0, 1, deadline)
        return calldata(DELEGATED_SUPERSEDE, *message, sign("Supersede", message))

    superseded = chain.send(delegation, signed_supersede(last, signed_leaf), payer)
    rec.tx("supersede_delegated_1", superseded, "supersede of Delegation")
    corrected = digest()
    steps = [signed_attest(corrected), signed_supersede(signed_leaf, corrected)]
    both = chain.send(delegation, calldata(MULTICALL, steps), payer)
    rec.tx("correct_delegated_1", both, "attest + supersede of Delegation, one multicall")

    rec.view(
        "view_status", chain, records, calldata("standing(bytes32,bytes32,uint256)", issuer, thousand, 3), "standing"
    )
    rec.view("view_record", chain, records, calldata("batch(bytes32,bytes32)", issuer, thousand), "batch")
    verifier = chain.deploy(bytecode(ARTIFACTS / "InclusionVerifier.json")).address
    for depth in (10, 20):
        entry = bytes([1, SHA_256]) + KIND + issuer + digest()
        top, path = tree(entry, depth, digest)
        attest(2**depth, top)
        data = calldata("attested(address,bytes,uint256,bytes32[],bytes32)", records, entry, 0, path, top)
        rec.view(f"view_merkle_{depth}", chain, verifier, data, "attested: proof, record and status")


def tree(entry, depth, digest):
    """The root above the first leaf of a full tree, and its proof."""
    from hashlib import sha256

    node, path = sha256(b"\0" + entry).digest(), [digest() for _ in range(depth)]
    for sibling in path:
        node = sha256(b"\1" + node + sibling).digest()
    return node, path


MESSAGES = {
    "Attest": "bytes32 issuer,address signer,bytes8 kind,bytes32 root,uint40 size,uint8 algorithm,uint40 deadline",
    "SetStatus": "bytes32 issuer,address signer,bytes32 root,uint8 op,uint8 reason,Change[] changes,bytes32 nonce,uint40 deadline",
    "Supersede": "bytes32 issuer,address signer,bytes32 oldRoot,uint40 oldIndex,bytes32 newRoot,uint40 newIndex,uint8 reason,uint40 deadline",
    "Change": "uint256 word,uint256 mask",
}


def signing(account, chain, delegation):
    """A signature over one of the messages, given by name and members, as a wallet makes it."""
    types = {n: [dict(zip(("type", "name"), m.split())) for m in t.split(",")] for n, t in MESSAGES.items()}
    domain = {"name": "Chopmark", "version": "1", "chainId": int(chain.rpc("eth_chainId"), 16)}
    domain |= {"verifyingContract": delegation}

    def sign(name, members):
        used = {name: types[name]} | ({"Change": types["Change"]} if name == "SetStatus" else {})
        message = {member["name"]: value for member, value in zip(types[name], members, strict=True)}
        if "changes" in message:
            message["changes"] = [{"word": word, "mask": mask} for word, mask in message["changes"]]
        return bytes(Account.sign_typed_data(account.key, domain, used, message).signature)

    return sign
