# SPDX-License-Identifier: MIT-0
"""Classes that are shipped by value, as notebooks do: defined in __main__, sent to workers."""

import subprocess
import sys
from pathlib import Path

import pytest

import finetuning_params

MODULE = Path(finetuning_params.__file__)

# What follows the module's own text in the notebook.
NOTEBOOK = '''
@dataclass(frozen=True)
class Longer(FineTuningParams):
    """A subclass with fields and a validator of its own."""

    epochs: int = 3
    model: str = "e5"
    validate_model = staticmethod(FineTuningParams.validate_str)

    @staticmethod
    def validate_epochs(value):
        return FineTuningParams.validate_non_negative_int(value)


@dataclass(frozen=True)
class Lying(FineTuningParams):
    """A subclass with a field that has no validator."""

    epochs: int = 3


def work(params):
    """Return what a worker finds in an object that was sent to it."""
    cls = type(params)
    try:
        cls.from_strings({"margin": "x", "min_abs_difference_threshold": 2})
    except ValueError as error:
        problems = str(error)
    return params.id, cls.from_strings(params.to_strings()).id, problems


def lie(cls):
    """Return what a worker is told that builds an object of a class that breaks the rule."""
    try:
        return cls(3, 0.01, 0.02, 0.001, 0.002, 0.3, True, 0.5)
    except TypeError as error:
        return str(error)


params = FineTuningParams(3, 0.01, 0.02, 0.001, 0.002, 0.3, True, 0.5)
longer = Longer.from_strings({**params.to_strings(), "epochs": "7"})
expected = [work(params), work(longer)]
assert longer.id != params.id
assert expected[0][2].startswith("9 invalid parameters\\nnum_fixed_layers: missing\\n")
'''

JOBLIB = """
import joblib
sent = joblib.Parallel(n_jobs=2)(joblib.delayed(work)(each) for each in [params, longer])
assert sent == expected, sent
(told,) = joblib.Parallel(n_jobs=2)([joblib.delayed(lie)(Lying)])
assert told == lie(Lying), told
"""

CLOUDPICKLE = '''
import cloudpickle, pickle, subprocess
code = """
import pickle, sys
work, objects, lie, lying = pickle.load(sys.stdin.buffer)
print([work(each) for each in objects], lie(lying))
"""
data = cloudpickle.dumps((work, [longer, params], lie, Lying))
found = subprocess.run([sys.executable, "-c", code], input=data, stdout=subprocess.PIPE, check=True)
assert found.stdout.decode().strip() == f"{expected[::-1]} {lie(Lying)}", found.stdout
assert pickle.loads(cloudpickle.dumps(params)).id == params.id
'''


@pytest.mark.parametrize("library, code", [("joblib", JOBLIB), ("cloudpickle", CLOUDPICKLE)])
def test_a_class_in_a_notebook_reaches_other_processes(tmp_path, library, code):
    pytest.importorskip(library)
    module = MODULE.read_text(encoding="utf-8").rpartition('if __name__ == "__main__"')[0]
    notebook = tmp_path / "notebook.py"
    notebook.write_text(module + NOTEBOOK + code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(notebook)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=str(tmp_path),
    )
    assert done.returncode == 0, done.stdout.decode()
