# SPDX-License-Identifier: MIT-0
"""What real NumPy, pandas, PyYAML, OmegaConf and pydantic do with the parameters."""

import sys

import numpy as np
import omegaconf
import pandas as pd
import pydantic
import yaml

from finetuning_params import FineTuningParams
from test_finetuning_params import BASE, rejected

params = FineTuningParams(**BASE, examples_order=[2, 11])

# NumPy: scalars and arrays are stored as plain values, and what loses digits is rejected.
scalars = {name: np.asarray(value)[()] for name, value in BASE.items()}
assert all(isinstance(value, np.generic) for value in scalars.values())
for order in [np.array([2, 11]), np.array(["2", "all_examples"]), iter(np.uint8([2, 11]))]:
    assert repr(FineTuningParams(**scalars, examples_order=order)) == repr(params), order
for name, value, problem in [
    ("num_fixed_layers", np.True_, ", not bool"),
    ("num_fixed_layers", np.float64(3), ", not float64"),
    ("query_lr", np.float32(0.1), ", not float32"),
    ("query_lr", np.float64("nan"), " must be a finite float"),
    ("margin", np.int64(1), ", not int64"),
    ("negative_downsampling", np.True_, ", not bool"),
    ("examples_order", np.array([]), " must be a non-empty sequence of examples types"),
    ("examples_order", np.array([[1]]), ", not ndarray"),
    ("examples_order", np.array([1.0]), ", not float64"),
    ("examples_order", np.array([True]), ", not bool"),
]:
    problems = rejected(**{name: value})
    assert list(problems) == [name], (name, value)
    assert problem in problems[name], problems
    assert len(problems[name]) < 200, problems

# pandas: an object is one cell, a dict of it one row, and a file with dtype=str keeps the id.
frame = pd.DataFrame([dict(params)])
assert list(frame.columns) == params.keys()
assert frame.loc[0, "margin"] == 0.3
frame["params"] = params
assert frame.loc[0, "params"] == params
assert list(pd.DataFrame([params]).columns) == params.keys()
assert FineTuningParams.from_strings(pd.Series(params.to_strings())) == params
table = pd.DataFrame([params.to_strings(), {**params.to_strings(), "margin": "1"}])
for row in table.to_dict("records"):
    assert FineTuningParams.from_strings(row).query_lr == 0.01
assert FineTuningParams.validate_examples_order(pd.Series([2, 11])) == [2, 11]

# YAML: strings come back, and numbers as people write them.
assert FineTuningParams.from_strings(yaml.safe_load(yaml.safe_dump(params.to_strings()))) == params
written = yaml.safe_load("{query_lr: 1e-2, margin: 1, not_irrelevant_only: yes, examples_order: 2}")
assert written["query_lr"] == "1e-2"
assert FineTuningParams.from_strings({**BASE, **written}).margin == 1.0

# OmegaConf: as a dict and as a structured configuration.
config = omegaconf.OmegaConf.create(dict(params))
assert FineTuningParams.from_strings(config) == params
structured = omegaconf.OmegaConf.structured(params)
assert omegaconf.OmegaConf.to_object(structured) == params


# pydantic: as a field of a model, with names of examples types where pydantic asks the enum.
class Job(pydantic.BaseModel):
    """A model with our class in it."""

    params: FineTuningParams


orders = [[2, 11], ["hard_all", "all_examples"]]
for order in orders if sys.version_info >= (3, 8) else orders[:1]:
    job = Job.model_validate({"params": {**BASE, "examples_order": order}})
    assert job.params.id == params.id, order
    assert Job.model_validate_json(job.model_dump_json()).params == params
for changes in [{"margin": -1.0}, {"examples_order": ["nope"]}]:
    try:
        Job.model_validate({"params": {**BASE, **changes}})
    except pydantic.ValidationError:
        continue
    raise AssertionError(changes)
