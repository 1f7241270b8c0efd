# SPDX-License-Identifier: MIT-0
"""What documentation tools read: 11 of 11 parameters, and Sphinx without a warning.

Usage: python .ci/documents.py, with the module installed.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import docstring_parser

from finetuning_params import FineTuningParams

described = docstring_parser.parse(FineTuningParams.__doc__ or "").params
assert [each.arg_name for each in described] == list(FineTuningParams.VALIDATORS)
assert all(each.description for each in described)

with tempfile.TemporaryDirectory() as folder:
    source = Path(folder)
    extensions = "extensions = ['sphinx.ext.autodoc', 'sphinx.ext.napoleon']\n"
    (source / "conf.py").write_text(extensions, encoding="utf-8")
    page = "Module\n======\n\n.. automodule:: finetuning_params\n   :members:\n"
    (source / "index.rst").write_text(page, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "text", folder, folder + "/out"]
    subprocess.run(command, check=True)
    text = (source / "out" / "index.txt").read_text(encoding="utf-8")
for name in FineTuningParams.VALIDATORS:
    assert f"* **{name}**" in text, name
