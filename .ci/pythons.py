# SPDX-License-Identifier: MIT-0
"""Print "3.N path" for each CPython from 3.7 on that this machine has, oldest first."""

import os
import subprocess
from pathlib import Path

TELL = """
import platform, sys
if platform.python_implementation() == "CPython" and sys.version_info >= (3, 7):
    print(sys.version_info[1], sys.executable)
"""

pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
candidates = ["python3", *(f"python3.{minor}" for minor in range(7, 40))]
candidates += [str(path) for path in sorted(pyenv.glob("versions/*/bin/python"))]
found = {}
for candidate in candidates:
    try:
        done = subprocess.run([candidate, "-c", TELL], capture_output=True, text=True)
    except OSError:
        continue
    if done.returncode == 0 and done.stdout:
        minor, path = done.stdout.split(maxsplit=1)
        found.setdefault(int(minor), path.strip())
for minor in sorted(found):
    print(f"3.{minor} {found[minor]}")
