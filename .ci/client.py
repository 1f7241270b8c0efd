# SPDX-License-Identifier: MIT-0
"""What a client does with the installed module, for type checkers and to be run."""

import dataclasses
from typing import Any, Dict, List

from finetuning_params import ExamplesType, FineTuningParams, FineTuningParamsError


@dataclasses.dataclass(frozen=True)
class Longer(FineTuningParams):
    """A subclass with a field of its own."""

    epochs: int = 3
    VALIDATORS = {**FineTuningParams.VALIDATORS, "epochs": "validate_non_negative_int"}


params = FineTuningParams(
    num_fixed_layers=3,
    query_lr=0.01,
    items_lr=0.02,
    query_weight_decay=0.001,
    items_weight_decay=0.002,
    margin=0.3,
    not_irrelevant_only=True,
    negative_downsampling=0.5,
)
margin: float = params.margin
order: List[ExamplesType] = params.examples_order
name: str = params.id
texts: Dict[str, str] = params.to_strings()
names: List[str] = params.keys()
values: Dict[str, Any] = dict(params)
checked: float = FineTuningParams.validate_positive_float(0.5)
again: FineTuningParams = FineTuningParams.from_strings(texts, ignore_unknown=True)
longer: Longer = Longer.from_strings({**texts, "epochs": "7"})
changed: FineTuningParams = dataclasses.replace(params, margin=0.5)

assert again == params
assert again.id == name
assert names == list(values)
assert longer.epochs == 7
assert len({params, again, changed}) == 2
errors: Dict[str, str] = {}
try:
    dataclasses.replace(longer, margin=-1.0, epochs=-1)
except FineTuningParamsError as error:
    errors = error.errors
assert list(errors) == ["margin", "epochs"]
