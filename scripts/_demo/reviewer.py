"""What a reviewer sees, who has nothing but the trust file and what applicants hand in."""

from __future__ import annotations

import shutil
from typing import Final

from _demo.expectation import Part, Unmet, exits, holds, says
from _demo.founding import REVOKED_ROW
from _demo.tamper import change_bundle, change_byte, next_index, other_anchor, other_claim
from _demo.world import World, opened

REVIEWER: Final = Part("核验员（只有信任文件）", "Reviewer (who has nothing but the trust file)", together=3)


@REVIEWER("原件与凭证包：已核实，逐字节一致", "an original with its bundle: verified, identical")
def _original(world: World) -> None:
    answer = world.verify(world.original(0), world.bundle(0))
    one = says(answer, "verified", 0, "V001", level="exact")
    holds(bool(one["issuer"] and one["registered"] and one["read_at"]), "issuer, time and block", answer)


@REVIEWER("改动一个字节：不一致", "one byte changed: mismatch")
def _byte(world: World) -> None:
    changed = change_byte(world.original(0), world.desk / "改动.pdf")
    says(world.verify(changed, world.bundle(0)), "mismatch", 1, never=["V001"])


@REVIEWER("凭证包里改一个字段：不一致，指出完整性", "a field changed inside the bundle: mismatch, integrity")
def _inside(world: World) -> None:
    forged = world.desk / world.bundle(0).name
    change_bundle(world.bundle(0), forged, other_claim("degree_name", "理学博士"))
    says(world.verify(forged), "mismatch", 1, "V013")


@REVIEWER("填报字段与登记不同：不一致，指出字段", "a declared field differs: mismatch, naming the field")
def _declared(world: World) -> None:
    answer = world.verify(world.original(0), world.bundle(0), declared={"major": "核科学与技术"})
    says(answer, "mismatch", 1, "V003")
    holds("核科学与技术" in answer.out, "the declared value beside the attested one", answer)


@REVIEWER("他人的证书：持有人不符", "another person's certificate: the holder differs")
def _other_person(world: World) -> None:
    answer = world.verify(world.original(0), world.bundle(0), declared={"holder_name": world.materials.rows[1].name})
    says(answer, "mismatch", 1, "V007")


@REVIEWER("全角与空格不算不同", "full-width digits and spaces make no difference")
def _wide(world: World) -> None:
    number = world.materials.rows[0].certificate_number
    wide = number.translate({ord("0") + n: ord("０") + n for n in range(10)})
    name = "　".join(world.materials.rows[0].name)
    answer = world.verify(
        world.original(0), world.bundle(0), declared={"certificate_number": wide, "holder_name": name}
    )
    says(answer, "verified", 0, "V001", never=["V003", "V007"])


@REVIEWER("扫描件、凭证包与填报字段：部分核实，字段一致", "a scan, its bundle and declared fields: partly verified")
def _scan(world: World) -> None:
    first = world.materials.rows[0]
    declared = {"holder_name": first.name, "certificate_number": first.certificate_number}
    answer = world.verify(world.materials.scan, world.bundle(0), declared=declared)
    says(answer, "partly_verified", 0, "V002", level="fields")


@REVIEWER("扫描件与凭证包，未填报字段：待人工复核", "a scan with its bundle, nothing declared: for a human")
def _scan_undeclared(world: World) -> None:
    says(world.verify(world.materials.scan, world.bundle(0)), "manual_review", 3, never=["V001"])


@REVIEWER("只有扫描件：无法核验，说明缺凭证包", "a scan alone: cannot be checked, says that the bundle is missing")
def _scan_alone(world: World) -> None:
    says(world.verify(world.materials.scan), "cannot_check", 3, "V014")


@REVIEWER("来历不明的文件，没有可查的索引：无法核验", "an unknown file and no index to ask: cannot be checked")
def _unasked(world: World) -> None:
    says(world.verify(world.materials.stranger), "cannot_check", 3, "V014", never=["V004"])


@REVIEWER(
    "在机构站点查来历不明的文件：未登记，不说虚假",
    "an unknown file at the issuer's site: not registered, never called false",
)
def _unknown(world: World) -> None:
    answer = world.registrar.run("verify", "--json", world.materials.stranger, expect=None)
    says(answer, "not_registered", 3, "V004")
    said = answer.out.replace("不代表虚假", "")
    holds(not any(word in said for word in ("假", "伪", "fake", "forg")), "no word of blame", answer)


@REVIEWER("已撤销：说明时间与原因", "revoked: with time and reason")
def _revoked(world: World) -> None:
    says(world.verify(world.original(REVOKED_ROW), world.bundle(REVOKED_ROW)), "revoked", 1, "V005")


@REVIEWER("另一条链的凭证包：无法核验", "another chain's bundle: cannot be checked")
def _other_chain(world: World) -> None:
    elsewhere = world.desk / world.bundle(1).name
    change_bundle(world.bundle(1), elsewhere, other_anchor(chainId=2026))
    says(world.verify(elsewhere), "cannot_check", 3, "V012")


@REVIEWER("自称由另一登记簿登记：无法核验", "a bundle that names another registry: cannot be checked")
def _other_registry(world: World) -> None:
    elsewhere = world.desk / world.bundle(2).name
    change_bundle(world.bundle(2), elsewhere, other_anchor(registry="0x" + "12" * 20))
    says(world.verify(elsewhere), "cannot_check", 3, "V012")


@REVIEWER("改动证明位置：不一致", "the proof claims another place: mismatch")
def _place(world: World) -> None:
    moved = change_bundle(world.bundle(3), world.desk / world.bundle(3).name, next_index)
    says(world.verify(moved), "mismatch", 1, "V013")


@REVIEWER("张冠李戴的凭证包：不一致", "an original with somebody else's bundle: mismatch")
def _swapped(world: World) -> None:
    folder = world.desk / "张冠李戴"
    folder.mkdir()
    shutil.copy(world.original(4), folder)
    shutil.copy(world.bundle(5), folder / world.bundle(4).name)
    answer = world.verify(folder)
    says(answer, "mismatch", 1, never=["V001"])


@REVIEWER("整卷核验：一个文件夹，逐项结论", "a whole dossier: a folder in, one verdict for each material")
def _dossier(world: World) -> None:
    folder = world.desk / "申报材料"
    folder.mkdir()
    for row in range(3):
        shutil.copy(world.original(row), folder)
        shutil.copy(world.bundle(row), folder)
    shutil.copy(world.materials.stranger, folder)
    answer = world.verify(folder)
    verdicts = sorted(one["verdict"] for one in answer.values)
    if verdicts != ["cannot_check", "verified", "verified", "verified"]:
        raise Unmet(f"verdicts {verdicts}", answer.tell())


@REVIEWER(
    "论文、期刊目次、专利、双文件凭证与存档扫描件：全部已核实", "papers, contents, patents, archive scan: all verified"
)
def _everything(world: World) -> None:
    singles = list(world.singles())
    answer = world.verify(*(path for files, bundle in singles for path in (*files, bundle)))
    seen = [(one["verdict"], one["level"]) for one in answer.values]
    holds(set(seen) == {("verified", "exact")}, "all verified, all identical", answer)
    holds(len(seen) >= len(singles), "an answer for each", answer)
    exits(answer, 0)


@REVIEWER("早年证书的补登：提示补登年数", "an old certificate registered late: the years between are told")
def _late(world: World) -> None:
    files, bundle = next((f, b) for f, b in world.singles() if f[0].suffix == ".jpg")
    says(world.verify(*files, bundle), "verified", 0, "V016")


@REVIEWER("节点不可达：无法核验，不判为不通过", "the node is down: cannot be checked, and not failed")
def _node_down(world: World) -> None:
    dead = world.another_trust("节点不可达", lambda trust: trust["chains"][0].update(rpc=[world.dead_url]))
    says(world.verify(world.original(0), world.bundle(0), trust=dead), "cannot_check", 3, "V011", never=["V004"])


@REVIEWER("节点不可达时，改动的文件仍判为不一致", "the node is down: a changed file is a mismatch all the same")
def _node_down_changed(world: World) -> None:
    dead = world.another_trust("节点不可达-2", lambda trust: trust["chains"][0].update(rpc=[world.dead_url]))
    changed = change_byte(world.original(0), world.desk / "改动-2.pdf")
    says(world.verify(changed, world.bundle(0), trust=dead), "mismatch", 1, "V011")


@REVIEWER(
    "节点服务的是另一条链：无法核验，说明差别", "the node serves another chain: cannot be checked, says what differs"
)
def _wrong_genesis(world: World) -> None:
    other = world.another_trust("创世不符", lambda trust: trust["chains"][0].update(genesis="0x" + "ab" * 32))
    says(world.verify(world.original(0), world.bundle(0), trust=other), "cannot_check", 3, "V011")


@REVIEWER("合约代码不符：无法核验", "the contracts' code is not the trusted one: cannot be checked")
def _wrong_code(world: World) -> None:
    def change(trust: dict[str, list[dict[str, list[dict[str, str]]]]]) -> None:
        trust["chains"][0]["registries"][0]["attestationCodeHash"] = "0x" + "cd" * 32

    other = world.another_trust("代码不符", change)
    says(world.verify(world.original(0), world.bundle(0), trust=other), "cannot_check", 3, "V011")


@REVIEWER("没有信任文件：无法核验，告诉怎样取得", "no trust file: cannot be checked, says how to get one")
def _no_trust(world: World) -> None:
    answer = world.nobody.run("verify", "--json", world.original(0), world.bundle(0), expect=None)
    says(answer, "cannot_check", 3)
    holds("trust" in answer.err, "a word about the trust file", answer)


@REVIEWER("路径不存在：用法错误", "a path that is not there: a usage error")
def _no_path(world: World) -> None:
    answer = world.verify(world.desk / "没有这个文件.pdf")
    holds(answer.code == 2, "exit code 2", answer)


@REVIEWER("损坏的凭证包：不一致，不报内部错误", "a damaged bundle: mismatch, and no traceback")
def _damaged(world: World) -> None:
    broken = world.desk / "损坏.chopmark.json"
    broken.write_bytes(world.bundle(0).read_bytes()[:-200])
    answer = world.verify(broken)
    says(answer, "mismatch", 1, "V013")
    holds("Traceback" not in answer.err, "no traceback", answer)


@REVIEWER("少给披露项：仍可核验，证件号不出现", "fewer disclosures: still verified, and the ID number stays unseen")
def _fewer(world: World) -> None:
    def hide(bundle: dict[str, list[str]]) -> None:
        bundle["disclosures"] = [text for text in bundle["disclosures"] if "holder_id" not in opened(text)]

    kept = change_bundle(world.bundle(0), world.desk / "少披露.chopmark.json", hide)
    holds(len(kept.read_bytes()) < len(world.bundle(0).read_bytes()), "something was hidden", world.verify(kept))
    says(world.verify(world.original(0), kept), "verified", 0, "V001")


@REVIEWER("证件号不符：只说不符，不显示证件号", "another ID number: told that it differs, and not shown")
def _private(world: World) -> None:
    mine, other = (world.materials.rows[row].resident_id for row in (0, 1))
    words = (world.original(0), world.bundle(0), "--declared", f"holder_id={other}")
    answer = world.reviewer.run("verify", *words, expect=(1,))
    holds("V007" in answer.out, "V007", answer)
    holds(mine not in answer.out and mine not in answer.err, "the attested ID number is not shown", answer)
