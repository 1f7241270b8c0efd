# SPDX-License-Identifier: MIT-0
"""What a client does with the installed module, for type checkers and to be run."""

import dataclasses
from typing import Any, Dict, List

from finetuning_params import ExamplesType, FineTuningParams, FineTuningParamsError


@dataclasses.dataclass(frozen=True)
class Longer(FineTuningParams):
    """A subclass with a field of its own."""

    epochs: int = 3


params = FineTuningParams(
    num_fixed_layers=3,
    query_lr=0.01,
    items_lr=0.01,
    query_weight_decay=0.0,
    items_weight_decay=0.0,
    margin=1.0,
    not_irrelevant_only=True,
    negative_downsampling=0.5,
)
margin: float = params.margin
order: List[ExamplesType] = params.examples_order
name: str = params.id
texts: Dict[str, str] = params.to_strings()
values: Dict[str, Any] = dict(params)
checked: float = FineTuningParams.validate_positive_float(0.5)
again: FineTuningParams = FineTuningParams.from_strings(texts, ignore_unknown=True)
longer: Longer = Longer.from_strings({**texts, "epochs": "7"})
changed: FineTuningParams = dataclasses.replace(params, margin=0.5)

assert again == params and again.id == name
assert longer.epochs == 7
assert len({params, again, changed}) == 2
errors: Dict[str, str] = {}
try:
    dataclasses.replace(params, margin=-1.0)
except FineTuningParamsError as error:
    errors = error.errors
assert list(errors) == ["margin"]
