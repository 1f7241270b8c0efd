# SPDX-License-Identifier: MIT-0
"""Run the sh blocks of the README as printed, and look at what they print.

Usage: python .ci/readme_commands.py, in a checkout that it may write to.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, os.curdir)
from finetuning_params import __version__


def run(block: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a block as a script and print it with its output."""
    done = subprocess.run(
        ["bash", "-c", block],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(re.sub("^", "$ ", block, flags=re.MULTILINE))
    print(done.stdout, flush=True)
    return done


text = Path("README.md").read_text(encoding="utf-8")
ID = re.findall(r"\b[0-9a-f]{64}\b", text)[0]
example, tests, array, wheel = re.findall(r"^```sh\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)

done = run(example)
assert done.returncode == 0
assert done.stdout.startswith(f"{ID}  examples_order: ")
assert run(example.replace("margin=0.3", "margin=-1")).returncode == 2

done = run(tests)
assert done.returncode == 0
assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)

assert run(array, QUERY_LR="").returncode != 0
assert run(array, QUERY_LR="0.01").returncode == 0
folder = Path("runs") / ID
assert list(folder.iterdir()) == [folder / "done"]
assert run(array, QUERY_LR="0.01").stdout == ""
bad = run(array, QUERY_LR="-1")
assert bad.returncode == 2
assert [path.name for path in Path("runs").iterdir()] == [ID]

done = run(wheel)
assert done.returncode == 0
assert done.stdout.splitlines()[-1] == __version__

(line,) = re.findall(r"printf %s .* \| sha256sum", text)
done = run(f"run=$({example})\n{line}")
assert done.stdout.split()[0] == ID
