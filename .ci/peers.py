# SPDX-License-Identifier: MIT-0
"""What real NumPy, pandas and PyYAML hand over, which the tests only stand in for."""

import dataclasses

import numpy as np
import pandas as pd
import yaml

from finetuning_params import FineTuningParams
from test_finetuning_params import VALID, check_canonical, refusals

plain = FineTuningParams(**VALID, examples_order=[2, 11])
scalars = {name: np.asarray(value)[()] for name, value in VALID.items()}
assert all(isinstance(value, np.generic) for value in scalars.values())
for order in [np.array([2, 11]), np.array(["2", "all_examples"]), iter(np.uint8([2, 11]))]:
    params = FineTuningParams(**scalars, examples_order=order)
    assert repr(params) == repr(plain) and params.id == plain.id
    check_canonical(params)
for layers in [np.int8(3), np.uint64(3), np.array(3)]:
    assert type(FineTuningParams.validate_non_negative_int(layers)) is int
assert type(FineTuningParams.validate_threshold(np.int64(2))) is float
assert FineTuningParams.validate_bool(np.False_) is False

for name, value in [
    ("num_fixed_layers", np.True_),
    ("num_fixed_layers", np.float64(3)),
    ("num_fixed_layers", np.array([1, 2])),
    ("query_lr", np.float32(0.1)),
    ("query_lr", np.longdouble(0.1)),
    ("query_lr", np.float64("inf")),
    ("query_lr", np.float64("nan")),
    ("query_lr", np.array(0.1)),
    ("margin", np.int64(1)),
    ("negative_downsampling", np.float32(0.5)),
    ("negative_downsampling", np.True_),
    ("examples_order", np.array([])),
    ("examples_order", np.array([[1]])),
    ("examples_order", np.array([1.0])),
    ("examples_order", np.array([True])),
    ("examples_order", np.zeros((100, 100))),
]:
    errors = refusals(**{name: value})
    assert list(errors) == [name] and len(errors[name]) < 200
    print(errors[name])
assert "float32" in refusals(query_lr=np.float32(0.1))["query_lr"]
assert "int" in refusals(margin=np.int64(1))["margin"]

# A whole column of 1.0 may have become integers on its way through a file.
table = pd.DataFrame([plain.to_strings(), {**dict(plain), "margin": 1, "query_weight_decay": 0}])
table["margin"] = table["margin"].astype(float).astype(int)
assert FineTuningParams.from_strings(table.iloc[0]) == plain
for row in table.to_dict(orient="records"):
    assert FineTuningParams.from_strings(row) == plain
column = pd.Series([2, 11])
assert FineTuningParams.validate_examples_order(column) == plain.examples_order
assert pd.DataFrame([dict(plain), dict(plain)]).groupby("examples_order").ngroups == 1

text = yaml.safe_dump(plain.to_strings())
assert FineTuningParams.from_strings(yaml.safe_load(text)) == plain
loaded = yaml.safe_load(text.replace("query_lr: '0.01'", "query_lr: 1e-2").replace("'", ""))
assert loaded["query_lr"] == "1e-2" and loaded["margin"] == 1.0
assert FineTuningParams.from_strings(loaded) == plain
assert dataclasses.asdict(plain)["examples_order"] == [2, 11]
