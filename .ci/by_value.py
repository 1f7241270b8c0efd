# SPDX-License-Identifier: MIT-0
"""Ship the class by value, as notebooks do: it is pasted into this script and sent to workers.

Usage: python .ci/by_value.py finetuning_params.py, away from a module of that name.
"""

import pickle
import subprocess
import sys
from pathlib import Path

import cloudpickle
import joblib

text = Path(sys.argv[1]).read_text(encoding="utf-8").rpartition('if __name__ == "__main__"')[0]
exec(compile(text, "notebook", "exec"), globals())


@dataclass(frozen=True)  # noqa: F821
class Longer(FineTuningParams):  # noqa: F821
    """A subclass with a field of its own."""

    epochs: int = 3


def work(params):
    """Return what a worker finds in an object that was sent to it."""
    cls = type(params)
    try:
        cls.from_strings({"margin": "x", "min_abs_difference_threshold": 2})
    except ValueError as error:
        problems = str(error)
    return params.id, cls.from_strings(params.to_strings()).id, problems


params = FineTuningParams(3, 0.01, 0.02, 0.001, 0.002, 0.3, True, 0.5)  # noqa: F821
longer = Longer.from_strings(params.to_strings())
expected = [work(params), work(longer)]
assert longer.id != params.id
assert expected[0][2].startswith("9 invalid parameters\nnum_fixed_layers: missing\n")

sent = joblib.Parallel(n_jobs=2)(joblib.delayed(work)(each) for each in [params, longer])
assert sent == expected, sent
code = """
import pickle, sys
work, objects = pickle.load(sys.stdin.buffer)
print([work(each) for each in objects])
"""
data = cloudpickle.dumps((work, [longer, params]))
found = subprocess.run([sys.executable, "-c", code], input=data, stdout=subprocess.PIPE, check=True)
assert found.stdout.decode().strip() == str(expected[::-1]), found.stdout
assert pickle.loads(cloudpickle.dumps(params)).id == params.id
