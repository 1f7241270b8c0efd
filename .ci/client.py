# SPDX-License-Identifier: MIT-0
"""What a client does with the installed module, for type checkers and to be run."""

import dataclasses
from typing import Any, Dict, List

from finetuning_params import ExamplesType, FineTuningParams, FineTuningParamsError, main


@dataclasses.dataclass(frozen=True)
class Longer(FineTuningParams):
    """A subclass with fields of its own and a narrower margin."""

    epochs: int = 3
    milestones: List[int] = dataclasses.field(default_factory=list)
    validate_epochs = staticmethod(FineTuningParams.validate_non_negative_int)

    @staticmethod
    def validate_milestones(value: object) -> List[int]:
        """Return a list of integers, also from its string."""
        items = str(value).strip("[]").split(",")
        return [int(item) for item in items if item]

    @staticmethod
    def validate_margin(value: object) -> float:
        """Return a margin up to 2."""
        margin = FineTuningParams.validate_margin(value)
        if margin > 2.0:
            raise ValueError(f"{margin} must be at most 2")
        return margin


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
longer: Longer = Longer.from_strings({**texts, "epochs": "7", "milestones": "1,2"})
changed: FineTuningParams = dataclasses.replace(params, margin=0.5)

assert again == params
assert again.id == name
assert names == list(values)
assert longer.epochs == 7
assert longer.milestones == [1, 2]
assert len({params, again, changed}) == 2
errors: Dict[str, str] = {}
try:
    dataclasses.replace(longer, margin=3.0, epochs=-1)
except FineTuningParamsError as error:
    errors = error.errors
assert list(errors) == ["margin", "epochs"]
main([f"{name}={text}" for name, text in longer.to_strings().items()], params_class=Longer)
