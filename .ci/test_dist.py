# SPDX-License-Identifier: MIT-0
"""What is in the wheel and the sdist in ./dist, and what the wheel says of itself."""

import tarfile
import zipfile
from pathlib import Path

import pytest


@pytest.fixture
def dist():
    return Path("dist")


def test_the_wheel_holds_the_module_and_its_marker_of_types(dist):
    (path,) = dist.glob("*.whl")
    info = "-".join(path.name.split("-")[:2]) + ".dist-info/"
    assert sorted(zipfile.ZipFile(path).namelist()) == [
        info + "METADATA",
        info + "RECORD",
        info + "WHEEL",
        info + "entry_points.txt",
        "finetuning_params.py",
        "finetuning_params/py.typed",
    ]


def test_the_wheel_says_its_license_its_pythons_and_no_dependencies(dist):
    (path,) = dist.glob("*.whl")
    info = "-".join(path.name.split("-")[:2]) + ".dist-info/"
    metadata = zipfile.ZipFile(path).read(info + "METADATA").decode("utf-8")
    assert "\nLicense: MIT-0\n" in metadata
    assert "\nRequires-Python: >=3.7\n" in metadata
    assert "MIT No Attribution. Copyright 2026" in metadata
    assert "THE SOFTWARE IS PROVIDED" in metadata
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
    assert len(required) == 2
    assert all("extra == 'test'" in line for line in required)


def test_the_sdist_holds_what_the_tests_need(dist):
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(str(path)) as sdist:
        names = [name.partition("/")[2] for name in sdist.getnames()]
    assert sorted(names) == [
        ".gitignore",
        ".typed/py.typed",
        "PKG-INFO",
        "README.md",
        "finetuning_params.py",
        "pyproject.toml",
        "test_finetuning_params.py",
    ]
