# SPDX-License-Identifier: MIT-0
"""Real NumPy scalars and arrays, which the tests only stand in for."""

import numpy as np

from finetuning_params import FineTuningParams, FineTuningParamsError
from test_finetuning_params import VALID


def refusal(name: str, value: object) -> str:
    """Return the message with which a value is refused, or fail."""
    try:
        FineTuningParams(**{**VALID, name: value})
    except FineTuningParamsError as error:
        assert list(error.errors) == [name]
        return error.errors[name]
    raise AssertionError((name, value))


plain = FineTuningParams(**VALID, examples_order=[2, 11])
scalars = {name: np.asarray(value)[()] for name, value in VALID.items()}
assert all(isinstance(value, np.generic) for value in scalars.values())
for order in [np.array([2, 11]), np.array(["2", "all_examples"]), iter(np.uint8([2, 11]))]:
    params = FineTuningParams(**scalars, examples_order=order)
    assert repr(params) == repr(plain) and params.id == plain.id
    assert {type(value) for value in dict(params).values()} == {int, float, bool, list}
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
    message = refusal(name, value)
    assert len(message) < 200
    print(message)
assert "float32" in refusal("query_lr", np.float32(0.1))
