"""The error tree. Errors raise; what a check finds is collected as ``core.finding.Finding`` instead.

::

    ChopmarkError
    ├── UsageError            the command or its input is wrong; nothing was written       exit 2
    │   ├── InputError        a file, a sheet, a field                                     (place: file, row, column)
    │   │   └── UnsafeArchive a ZIP archive that is not unpacked: it leads out, bursts, hides
    │   └── UnknownThing      an id, a kind, an alias that is not there
    ├── FormatError           bytes that FORMAT.md refuses (payload, bundle, trust file, JSON)
    ├── ProofError            bytes that are well-formed and prove nothing                   exit 1
    │   └── HistoryError      events that do not lead to their head
    ├── TrustError            no trust file, or it does not cover what is asked
    ├── KeystoreError         keystore: passphrase, mode, derivation, retired, unknown
    ├── ChainError
    │   ├── Unreachable       the node did not answer: could not check, never invalid
    │   ├── WrongChain        the node serves another chain than the trust file names
    │   ├── ChainReset        the chain came back without what was final
    │   └── Refused           the contracts refuse the transaction; says which rule
    ├── StoreError            the database: locked, full, of another chain, too new
    ├── Busy                  somebody else holds the sender lease
    ├── SiteError             a site, asked over HTTP: its problems, its silence, its contradictions (client/errors.py)
    ├── Unsigned              it waits for a signature that is made elsewhere            exit 3
    └── Throttled             asked too often; says when to ask again                exit 3

Every error has a stable ``code``, a sentence and a next step in both languages, and the facts that fill them.
"""

from __future__ import annotations

from typing import ClassVar

from chopmark.wording import Language, Wording


class ChopmarkError(Exception):
    """Anything that Chopmark refuses or cannot do.

    ``facts`` fill the places of ``wording``. Facts never hold secrets; values of personal fields stay out of logs.
    """

    code: ClassVar[str] = "E000"
    wording: ClassVar[Wording] = Wording("出错：{why}", "Failed: {why}")
    exit_code: ClassVar[int] = 2

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(f"{self.code} {self.say(Language.EN)}")

    def say(self, language: Language) -> str:
        """The fact, in words."""
        return self.wording.fact(language, self.facts)

    def next_step(self, language: Language) -> str:
        """What to do, in words; empty if nothing."""
        return self.wording.next_step(language, self.facts)

    def as_json(self) -> dict[str, object]:
        """Code, sentences and next steps in both languages."""
        return {
            "code": self.code,
            "message": {lang.value: self.say(lang) for lang in Language},
            "next": {lang.value: self.next_step(lang) for lang in Language},
        }


class UsageError(ChopmarkError):
    """The command or its options are wrong; nothing was written."""

    code = "E100"
    wording = Wording("用法不对：{why}", "Wrong usage: {why}", "用 --help 查看用法", "See --help")


class InputError(UsageError):
    """A given file, sheet or field cannot be used."""

    code = "E101"
    wording = Wording("{place}：{why}", "{place}: {why}", "{fix_zh}", "{fix_en}")


class UnsafeArchive(InputError):
    """A ZIP archive that is not unpacked. ``rule``: leads-out, link, encrypted, method, name, twice, entries, too-large, bomb, damaged.

    ``entry``: the name in the archive that it is about, "" if it is the whole archive.
    """

    code = "E105"

    def __init__(self, place: str, rule: str, why: Wording, entry: str = "") -> None:
        self.rule = rule
        shown = "".join(c if c.isprintable() else "?" for c in entry)[:120]
        super().__init__(
            place=f"{place}/{shown}" if shown else place,
            why=why,
            rule=rule,
            entry=shown,
            fix_zh="请重新打包为普通的 ZIP（不加密、不含链接），没有解压任何内容",
            fix_en="Pack it again as a plain ZIP, without passwords and links; nothing was unpacked",
        )


class UnknownThing(UsageError):
    """An id, kind, alias or name that does not exist here. ``what``: its sort, a ``Wording``; ``name``: as given."""

    code = "E102"
    wording = Wording("没有{what}“{name}”", "There is no {what} “{name}”", "可选：{known}", "Known: {known}")


class FormatError(ChopmarkError):
    """Bytes that FORMAT.md refuses. ``why``: a ``Wording`` or text naming the rule; ``where``: what was read."""

    code = "E200"
    wording = Wording("{where}格式不符：{why}", "{where} is malformed: {why}", "请重新获取该文件", "Get the file again")
    exit_code = 2


class ProofError(ChopmarkError):
    """Well-formed bytes that do not prove what they claim."""

    code = "E201"
    wording = Wording("证明不成立：{why}", "The proof does not hold: {why}", "请重新获取凭证包", "Get the bundle again")
    exit_code = 1


class HistoryError(ProofError):
    """Events that do not lead to their head: something is missing, added or altered."""

    code = "E202"
    wording = Wording(
        "历史不完整：{why}",
        "The history is not whole: {why}",
        "换一个节点再试；若仍如此，请告知授权机构",
        "Ask another node; if it says the same, tell the authority",
    )


class TrustError(ChopmarkError):
    """There is no trust file, or it cannot be used."""

    code = "E300"
    wording = Wording(
        "信任文件不可用：{why}",
        "The trust file cannot be used: {why}",
        "用 --trust 指定信任文件，或设置 CHOPMARK_TRUST；可向授权机构索取",
        "Name one with --trust or CHOPMARK_TRUST; the authority hands it out",
    )


class KeystoreError(ChopmarkError):
    """A signing key cannot be used."""

    code = "E400"
    wording = Wording("密钥不可用：{why}", "The key cannot be used: {why}", "{fix_zh}", "{fix_en}")


class WrongPassphrase(KeystoreError):
    """The passphrase does not open the keystore file."""

    code = "E401"
    wording = Wording("密钥“{name}”的口令不对", "Wrong passphrase for key “{name}”", "请重新输入口令", "Enter it again")


class ChainError(ChopmarkError):
    """Something between here and the chain."""

    code = "E500"
    exit_code = 3
    wording = Wording("链访问出错：{why}", "Chain access failed: {why}", "请稍后重试", "Try again later")


class Unreachable(ChainError):
    """The node did not answer, or answered nonsense."""

    code = "E501"
    wording = Wording(
        "区块链节点不可达（{url}）：{why}",
        "The chain's node cannot be reached ({url}): {why}",
        "请检查节点是否运行、地址是否正确，然后重跑；已受理的内容不会丢失",
        "Check that the node runs and its address is right, then run again; nothing that was accepted is lost",
    )


class WrongChain(ChainError):
    """The node serves another chain than the one named."""

    code = "E502"
    exit_code = 2
    wording = Wording(
        "节点 {url} 所服务的链不对：{what} 应为 {expected}，实为 {actual}",
        "The node {url} serves another chain: {what} should be {expected} and is {actual}",
        "请检查信任文件与节点地址",
        "Check the trust file and the node's address",
    )


class ChainReset(ChainError):
    """The chain no longer holds what was final here."""

    code = "E503"
    exit_code = 2
    wording = Wording(
        "链上缺少已最终确认的区块 {block}：{why}",
        "The chain no longer holds the final block {block}: {why}",
        "请确认节点指向正确的链；若为重置的测试链，请使用新的数据目录",
        "Check that the node serves the right chain; for a reset test chain use a new data folder",
    )


class Refused(ChainError):
    """The contracts refuse the transaction. ``rule``: the contract's error name and values."""

    code = "E504"
    exit_code = 2
    wording = Wording("合约拒绝该操作：{why}", "The contracts refuse this: {why}", "{fix_zh}", "{fix_en}")


class StoreError(ChopmarkError):
    """The database cannot be used."""

    code = "E600"
    wording = Wording("数据库不可用：{why}", "The database cannot be used: {why}", "{fix_zh}", "{fix_en}")


class Busy(ChopmarkError):
    """Another process is sending with this key."""

    code = "E601"
    exit_code = 3
    wording = Wording(
        "另一进程（{holder}）正在用此密钥发送，已排队",
        "Another process ({holder}) is sending with this key; queued",
        "稍后重跑同一命令即可查看结果",
        "Run the same command again later to see the result",
    )


class Unsigned(ChopmarkError):
    """What was accepted waits for a signature that is made elsewhere. ``count``: how many; ``file``: what to sign."""

    code = "E603"
    exit_code = 3
    wording = Wording(
        "已受理，等待签名 {count} 项：{file}",
        "Accepted; waiting for {count} signature(s): {file}",
        "请持有密钥者运行 chopmark sign {file}，再把签名文件交回：chopmark submit",
        "Whoever holds the key runs chopmark sign {file}; then hand its answer in with chopmark submit",
    )


class Throttled(ChopmarkError):
    """Somebody asks more often than is allowed. ``seconds``: until it may be asked again; ``why``: which limit it is."""

    code = "E602"
    exit_code = 3
    wording = Wording(
        "查询过于频繁：{why}", "Asked too often: {why}", "请在{seconds}秒后再试", "Try again in {seconds} seconds"
    )

    @property
    def retry_after(self) -> int:
        """Whole seconds until it may be asked again, at least one."""
        seconds = self.facts.get("seconds", 1)
        return max(1, seconds) if isinstance(seconds, int) else 1
