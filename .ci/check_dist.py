# SPDX-License-Identifier: MIT-0
"""Check what is in a wheel and an sdist, and what the wheel says of itself.

Usage: python .ci/check_dist.py DIRECTORY, which holds one of each.
"""

import sys
import tarfile
import zipfile
from pathlib import Path

(wheel_file,) = Path(sys.argv[1]).glob("*.whl")
(sdist_file,) = Path(sys.argv[1]).glob("*.tar.gz")

wheel = zipfile.ZipFile(wheel_file)
info = "-".join(wheel_file.name.split("-")[:2]) + ".dist-info/"
assert sorted(wheel.namelist()) == sorted(
    [
        "finetuning_params.py",
        "finetuning_params/py.typed",
        info + "METADATA",
        info + "RECORD",
        info + "WHEEL",
        info + "entry_points.txt",
    ]
), wheel.namelist()

metadata = wheel.read(info + "METADATA").decode("utf-8")
for text in [
    "\nLicense: MIT-0\n",
    "\nRequires-Python: >=3.7\n",
    "MIT No Attribution. Copyright 2026",
    "THE SOFTWARE IS PROVIDED",
]:
    assert text in metadata, text
required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
assert all("extra == 'test'" in line for line in required), required

with tarfile.open(sdist_file) as sdist:
    names = [name.partition("/")[2] for name in sdist.getnames()]
assert sorted(names) == sorted(
    [
        ".gitignore",
        ".typed/py.typed",
        "PKG-INFO",
        "README.md",
        "finetuning_params.py",
        "pyproject.toml",
        "test_finetuning_params.py",
    ]
), names
print(f"{wheel_file.name} and {sdist_file.name} hold what they should")
