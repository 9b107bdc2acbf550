"""An institution whose key stays at home: the site registers in its name once it has signed, and pays.

It issues every kind of credential that the demonstration's other institutions do not.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from pathlib import Path
from typing import Any, Final

from _demo import node
from _demo.command import CommandLine
from _demo.expectation import Part, Unmet, answered, holds, refused
from _demo.institutions import AUTHORITY_KEY, TALENT_CENTRE
from _demo.tokens import Holder
from _demo.wire import Wire
from _demo.world import World

DELEGATED: Final = Part(
    "离线签名的机构（由站点发送并付费）", "An institution that signs offline (the site sends and pays)"
)
_ALIAS: Final = TALENT_CENTRE.alias
_PAYER: Final = "site-payer"
_SIGNER: Final = "talent-signer"
_REGISTRAR: Final = Holder("registrar", _ALIAS)
_PATIENCE: Final = 60.0


@DELEGATED("签名密钥在另一处生成，站点只知其地址", "its key is made elsewhere; the site knows the address alone")
def _founded(world: World) -> None:
    signer = _signing_machine(world)
    address = signer.run("key", "new", _SIGNER, "--json").value["address"]
    site = world.registrar
    for name in (TALENT_CENTRE.controller, _PAYER):
        site.run("key", "new", name)
    world.site.fund()
    names = ("--name-zh", TALENT_CENTRE.zh, "--name-en", TALENT_CENTRE.en, "--uscc", TALENT_CENTRE.uscc)
    keys = ("--controller", TALENT_CENTRE.controller, "--key", address, "--payer", _PAYER)
    site.run("issuer", "new", _ALIAS, *names, *keys, "--out", world.desk / f"{_ALIAS}.profile.json")
    kinds = [word for kind in TALENT_CENTRE.kinds for word in ("--kind", kind)]
    site.run("accredit", "grant", _ALIAS, "--by", AUTHORITY_KEY, *kinds)
    site.run("key", "add", _ALIAS, "--delegation")
    world.site.tokens.make(_REGISTRAR)
    # The service opens the keys of the site's institutions when it starts; the payer's is new.
    world.site.restart_service()
    listed = site.run("key", "list", "--json")
    holds(address not in {key["address"] for key in listed.value}, "the signer's key is not at the site", listed)


@DELEGATED(
    "其余各类材料：用各自的空白表格登记，等待签名",
    "every other kind, by its own empty sheet filled in: waits to be signed",
)
def _handed_in(world: World) -> None:
    wire = world.wire(_REGISTRAR)
    for kind in TALENT_CENTRE.kinds:
        sheet = _filled_in(world, wire, kind)
        accepted = wire.upload("/registrations", [("sheet", sheet)], {"kind": kind}, f"talent-{kind}")
        answered(accepted, 202)
        holds(accepted.value["count"] == 1, f"one {kind}", accepted)
    states = {each["kind"]: each["state"] for each in _wait(wire, "to_sign").values()}
    if states != dict.fromkeys(TALENT_CENTRE.kinds, "to_sign"):
        raise Unmet("every registration should wait for a signature", str(states))


@DELEGATED("改动过的签名请求：离线签名端拒签", "a request that somebody edited: the signing machine refuses")
def _edited(world: World) -> None:
    request = _request_file(world)
    document = json.loads(request.read_text(encoding="utf-8"))
    document["batches"][0]["commitments"] = ["00" * 32]
    forged = world.desk / "改动.sign.json"
    forged.write_text(json.dumps(document), encoding="utf-8")
    answer = _signing_machine(world).run("sign", forged, "--key", _SIGNER, "--yes", "--json", expect=None)
    refused(answer, "E101")
    holds(not list(world.desk.glob("改动*.signed.json")), "nothing was signed", answer)


@DELEGATED(
    "断网核对并签名，交回站点：各类全部登记，站点付费",
    "signed without a network, handed in: all registered, the site paid",
)
def _signed(world: World) -> None:
    request = _request_file(world)
    machine = _signing_machine(world)
    shown = machine.run("sign", request, "--key", _SIGNER, "--yes")
    holds(all(kind in shown.out.lower() for kind in ("title", "award")), "what is signed is said in words", shown)
    answer = request.with_name(request.name.replace(".sign.json", ".signed.json"))
    url, token = world.site.service.url, world.site.tokens.path(_REGISTRAR)
    world.nobody.run("--site", url, "--token-file", token, "submit", answer)
    done = _wait(world.wire(_REGISTRAR), "registered")
    if [each["kind"] for each in done.values() if each["registered"] != 1]:
        raise Unmet("not everything is registered", str(done))
    (key,) = machine.run("key", "list", "--json").value
    spent = node.transactions(world.site.url, [key["address"]])
    paid = node.transactions(world.site.url, [world.site.addresses()[_PAYER]])
    if spent or not paid:
        raise Unmet(f"the signer sent {spent} transactions, the payer {paid}")


@DELEGATED("各类凭证包：任何人凭信任文件即可核实", "bundles of every kind: verified by whoever has the trust file")
def _verified(world: World) -> None:
    folder = world.desk / "各类凭证包"
    remote = world.remote(_REGISTRAR)
    for each in remote.registrations():
        remote.bundles(each.id, folder)
    answer = world.verify(folder)
    seen = {one["kind"]: one["verdict"] for one in answer.values}
    holds(seen == dict.fromkeys(TALENT_CENTRE.kinds, "verified"), f"every kind verified, seen {seen}", answer)


# --- its own machine --------------------------------------------------------------------------------------------------


def _signing_machine(world: World) -> CommandLine:
    """A home with a key and a trust file whose nodes nobody can reach."""
    home = world.desk / "签名机"
    if not home.exists():
        home.mkdir(mode=0o700)
        trust = world.another_trust("签名机信任文件", lambda trust: trust["chains"][0].update(rpc=[world.dead_url]))
        shutil.copy(trust, home / "trust.json")
        (home / "passphrase").write_text("kept in a safe\n", encoding="utf-8")
        (home / "passphrase").chmod(0o600)
    settings = {"CHOPMARK_LIGHT_KEYSTORE": "1", "CHOPMARK_PASSPHRASE_FILE": str(home / "passphrase")}
    return CommandLine(home, home, **settings)


def _request_file(world: World) -> Path:
    """What the site asks to be signed, as its operator hands it over."""
    folder = world.desk / "待签名"
    folder.mkdir(exist_ok=True)
    if not list(folder.glob("*.sign.json")):
        CommandLine(world.folder.home, folder).run("worker", expect=None)
    (request,) = folder.glob("*.sign.json")
    return request


# --- sheets -----------------------------------------------------------------------------------------------------------


def _filled_in(world: World, wire: Wire, kind: str) -> Path:
    """The kind's own empty sheet with one row: the example of each field."""
    fields = answered(wire.get(f"/kinds/{kind}"), 200)["fields"]
    template = wire.get(f"/kinds/{kind}/template", format="csv", lang="zh")
    answered(template, 200)
    (headings,) = csv.reader(io.StringIO(template.body.decode("utf-8-sig")))
    examples = {field["label"]["zh"]: field["example"] for field in fields}
    row = [examples.get(heading.removesuffix("*"), "") for heading in headings]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, row])
    path = world.desk / f"{kind}.csv"
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return path


def _wait(wire: Wire, state: str) -> dict[str, dict[str, Any]]:
    """Its registrations by kind, once all are in this state or patience is at an end."""
    until = time.monotonic() + _PATIENCE
    while True:
        items = answered(wire.get("/registrations"), 200)["items"]
        if all(each["state"] == state for each in items) or time.monotonic() > until:
            return {each["kind"]: each for each in items}
        time.sleep(0.3)
