# SPDX-License-Identifier: MIT-0
# Home: the finetuning-params project. Copy this one file as it is, under any module name.
"""Parameters of one fine-tuning run: validated on construction and named by an id.

Two towers, a query model and an items model, are fine-tuned on ranked examples with a margin
ranking loss. A search over hyperparameters builds one object for each run. Typical usage:

    >>> params = FineTuningParams(
    ...     num_fixed_layers=3, query_lr=0.01, items_lr=0.01, query_weight_decay=0.0,
    ...     items_weight_decay=0.0, margin=1.0, not_irrelevant_only=True, negative_downsampling=0.5)
    >>> params.id
    'adc0177891faeac7d01f0c2e9f680721769120f71e57b7fcaaf62f475fcef22e'
    >>> FineTuningParams.from_strings({**params.to_strings(), "query_lr": "-1", "margin": "inf"})
    Traceback (most recent call last):
    finetuning_params.FineTuningParamsError: 2 invalid parameters
    query_lr: -1.0 must be a positive float
    margin: inf must be a finite float
"""

import operator
import re
import sys
from collections.abc import Set
from dataclasses import dataclass, field, fields
from enum import Enum, IntEnum
from functools import lru_cache
from hashlib import sha256
from inspect import getdoc, signature
from math import inf
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Type, TypeVar

__all__ = ["ExamplesType", "FineTuningParams", "FineTuningParamsError"]
__version__ = "1.0.0"
_Params = TypeVar("_Params", bound="FineTuningParams")


class FineTuningParamsError(ValueError):
    """Raised with everything that is wrong with the parameters of one run.

    errors, a Dict[str, str], maps each bad name to its message: fields in order, then other names.
    """

    def __init__(self, errors: Dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        noun = "parameter" if len(self.errors) == 1 else "parameters"
        lines = [f"{_one_line(name)}: {message}" for name, message in self.errors.items()]
        return "\n".join([f"{len(lines)} invalid {noun}", *lines])


class ExamplesType(IntEnum):
    """A type of ranked examples; ids are made of its string, which is the same on every Python."""

    medium_all = 1
    hard_all = 2
    soft_all = 3
    medium_positive = 4
    hard_positive = 5
    soft_positive = 6
    medium_negative = 7
    hard_negative = 8
    soft_negative = 9
    negative_only = 10
    all_examples = 11

    def __str__(self) -> str:
        return "ExamplesType." + self._name_

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


@dataclass(frozen=True)
class FineTuningParams:
    """The parameters of one fine-tuning run, immutable and hashable.

    num_fixed_layers              number of embedding model layers to freeze, int >= 0
    query_lr                      learning rate of the query model optimizer, float > 0
    items_lr                      learning rate of the items model optimizer, float > 0
    query_weight_decay            weight decay of the query model optimizer, float >= 0
    items_weight_decay            weight decay of the items model optimizer, float >= 0
    margin                        margin of the margin ranking loss, float >= 0
    not_irrelevant_only           use only the inputs that are not irrelevant, bool: True makes the
                                  loss like a triplet loss, False like a contrastive loss
    negative_downsampling         ratio of negative samples to keep, float or int from 0 to 1
    min_abs_difference_threshold  scores of a pair must differ by more, float or int >= 0 (0.0)
    max_abs_difference_threshold  scores of a pair must differ by less, float or int > min (1.0)
    examples_order                types of examples in training order ([ExamplesType.all_examples])

    Numbers are finite. Raises FineTuningParamsError, which names all that is wrong.
    """

    num_fixed_layers: int
    query_lr: float
    items_lr: float
    query_weight_decay: float
    items_weight_decay: float
    margin: float
    not_irrelevant_only: bool
    negative_downsampling: float
    min_abs_difference_threshold: float = 0.0
    max_abs_difference_threshold: float = 1.0
    examples_order: List[ExamplesType] = field(default_factory=lambda: [ExamplesType.all_examples])

    # No ClassVar annotation: some readers of annotations would take it for a field.
    _VALIDATORS = {
        "num_fixed_layers": "validate_non_negative_int",
        "query_lr": "validate_positive_float",
        "items_lr": "validate_positive_float",
        "query_weight_decay": "validate_non_negative_float",
        "items_weight_decay": "validate_non_negative_float",
        "margin": "validate_non_negative_float_margin",
        "not_irrelevant_only": "validate_bool",
        "negative_downsampling": "validate_ratio",
        "min_abs_difference_threshold": "validate_threshold",
        "max_abs_difference_threshold": "validate_threshold",
        "examples_order": "validate_examples_order",
    }

    def __post_init__(self) -> None:
        errors = {}
        for name, validate in self._validators():
            value = getattr(self, name)  # libraries that skip __init__ leave defaults on the class
            try:
                valid = validate(value)
                if valid is not value:
                    valid = _FrozenList(valid) if isinstance(valid, list) else valid
                    object.__setattr__(self, name, valid)
            except ValueError as error:
                errors[name] = str(error)
        if errors or not self.min_abs_difference_threshold < self.max_abs_difference_threshold:
            raise self._error(errors, {name: getattr(self, name) for name in self._VALIDATORS})

    @staticmethod
    def validate_non_negative_int(value: Any) -> int:
        """Return an integer >= 0, NumPy's too, as a plain int, or raise ValueError."""
        number = _as_int(value)
        if number is None or number < 0:
            raise _invalid(value, "a non-negative integer")
        return number

    @staticmethod
    def validate_positive_float(value: Any) -> float:
        """Return a finite float > 0 as a plain float, or raise ValueError."""
        if not (isinstance(value, float) and 0.0 < value < inf):
            raise _invalid_float(value, "a positive float")
        return float(value)

    @staticmethod
    def validate_non_negative_float(value: Any) -> float:
        """Return a finite float >= 0 as a plain float, or raise ValueError."""
        if not (isinstance(value, float) and 0.0 <= value < inf):
            raise _invalid_float(value, "a non-negative float")
        return float(value) or 0.0  # -0.0 equals 0.0, but would have another id

    validate_non_negative_float_margin = validate_non_negative_float

    @staticmethod
    def validate_bool(value: Any) -> bool:
        """Return True or False, NumPy's too, as a plain bool, or raise ValueError."""
        if not _is_bool(value):
            raise _invalid(value, "True or False")
        return bool(value)

    @staticmethod
    def validate_ratio(value: Any) -> float:
        """Return a float or integer from 0 to 1 as a plain float, or raise ValueError."""
        number = value if isinstance(value, float) else _as_int(value)
        if number is None or not 0.0 <= number <= 1.0:
            raise _invalid(value, "a float or integer from 0 to 1")
        return float(number) or 0.0

    @staticmethod
    def validate_threshold(value: Any) -> float:
        """Return a finite float or integer >= 0 as a plain float, or raise ValueError."""
        number = value if isinstance(value, float) else _as_int(value)
        if number is None or not 0.0 <= number <= sys.float_info.max:
            raise _invalid(value, "a non-negative finite float")
        return float(number) or 0.0

    @staticmethod
    def validate_examples_order(value: Any) -> List[ExamplesType]:
        """Return a new list of the ExamplesTypes that value stands for, or raise ValueError.

        Takes a member, its name or its number; a sequence or iterator of those; or a string of
        them, separated by commas, or as str() and json.dumps() write a list or tuple.
        """
        order = []
        for item in _items(value):
            member = _examples_type(item)
            if member is None:
                raise _invalid(value, f"{_ORDER}: {_show(item)} is not one")
            order.append(member)
        if not order:
            raise _invalid(value, _ORDER)
        return order

    def __iter__(self) -> Iterator[Tuple[str, Any]]:
        """Iterate over the names and values of the fields, so that dict(params) works."""
        return ((name, getattr(self, name)) for name in self._names())

    def __str__(self) -> str:
        strings = self.to_strings()
        return " / ".join([f"{name}: {strings[name]}" for name in sorted(strings)])

    @property
    def id(self) -> str:
        """The SHA-256 of str(self) in UTF-8 in 64 hexadecimal digits, as in EmbeddingStudio."""
        return sha256(str(self).encode()).hexdigest()

    def to_strings(self) -> Dict[str, str]:
        """Return the fields as strings by name: what str() and id are made of."""
        strings = {}
        for name in self._names():
            value = getattr(self, name)
            strings[name] = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        return strings

    @classmethod
    def from_strings(
        cls: Type[_Params], values: Mapping[str, Any], *, ignore_unknown: bool = False
    ) -> _Params:
        """Return the parameters in a mapping of names to strings, such as to_strings() returns.

        Reads numbers as int() and float() do, flags as true/false, 1/0, yes/no, on/off, an integer
        as its string, and takes other values as they are. Raises one FineTuningParamsError for all
        unreadable, invalid, missing and (without ignore_unknown) unknown parameters.
        """
        if not hasattr(values, "keys"):
            raise FineTuningParamsError({"values": f"{_show(values)} must be a mapping of names"})
        given = dict(values)
        known = dict(signature(cls.__init__).parameters)
        del known["self"]
        validators = dict(cls._validators())
        arguments: Dict[str, Any] = {}
        errors = {}
        for name, parameter in known.items():
            arguments[name] = parameter.default
            if name in given:
                try:
                    value = _read(given[name], parameter.annotation)
                    arguments[name] = validators[name](value) if name in validators else value
                except ValueError as error:
                    errors[name] = str(error)
            elif parameter.default is parameter.empty:
                errors[name] = "missing"
        for name in given:
            if name not in known and not ignore_unknown:
                errors[str(name)] = _unknown(str(name), known)
        if errors:
            raise cls._error(errors, arguments)
        return cls(**arguments)

    @classmethod
    @lru_cache()
    def _validators(cls) -> List[Tuple[str, Any]]:
        """Return the name and the validator of each field; what a subclass adds has none."""
        return [(name, getattr(cls, validator)) for name, validator in cls._VALIDATORS.items()]

    @classmethod
    @lru_cache()
    def _names(cls) -> List[str]:
        """Return the names of the fields, in order."""
        return [f.name for f in fields(cls)]

    @classmethod
    def _error(cls, errors: Dict[str, str], values: Dict[str, Any]) -> FineTuningParamsError:
        """Return the error, fields first; adds that of thresholds between which no pair is left."""
        low, high = "min_abs_difference_threshold", "max_abs_difference_threshold"
        if {low, high} <= values.keys() - errors.keys() and not values[low] < values[high]:
            errors[high] = f"{values[high]} must be above {low} ({values[low]}), or no pair is left"
        names = [*cls._names(), *errors]
        return FineTuningParamsError({name: errors[name] for name in names if name in errors})


class _FrozenList(List[ExamplesType]):
    """A list that refuses every change: it equals, prints and exports as a plain one."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]  # a list has None
        return hash(tuple(self))

    def __reduce__(self) -> Any:
        return _FrozenList, (list(self),)  # by default, pickle appends to an empty list

    def _refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("the list cannot be changed: use dataclasses.replace() on the parameters")

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse


def _as_int(value: Any) -> Optional[int]:
    """Return an integer as a plain int, or None where value is not one; a bool is not."""
    if type(value) is int:
        return value
    try:
        return None if _is_bool(value) else int(operator.index(value))
    except TypeError:
        return None


def _is_bool(value: object) -> bool:
    """Return whether value is a bool, or NumPy's."""
    return isinstance(value, (bool, getattr(sys.modules.get("numpy"), "bool_", bool)))


def _items(value: Any) -> Any:
    """Return the items of an order: none without an order, value itself if it is not iterable."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, str):
        return _split(value)
    if isinstance(value, (Set, Mapping, bytes, bytearray, memoryview)):
        return []
    try:
        return iter(value)
    except TypeError:
        return [value]


def _split(text: str) -> List[str]:
    """Return the items of "1, 2", or of a list or tuple as str() or json.dumps() write it."""
    listed = re.fullmatch(r"\[(.*)]|\((.*?),?\)", text.strip(), re.DOTALL)
    if listed is None:
        return text.split(",")
    items = (listed[1] or listed[2] or "").split(",")  # one of the two groups is None
    return [re.sub(r"""^(["'])(.*)\1$""", r"\2", item.strip()) for item in items]


_EXAMPLES_TYPES: Dict[Any, ExamplesType] = {
    key: t for t in ExamplesType for key in (t.value, t.name, str(t), f"<{t}: {t.value}>")
}
_ORDER = f"a non-empty sequence of examples types (names or numbers from 1 to {len(ExamplesType)})"


def _examples_type(item: Any) -> Optional[ExamplesType]:
    """Return the ExamplesType that item is, or that its name or number stands for, or None."""
    if type(item) in (int, ExamplesType):
        return _EXAMPLES_TYPES.get(item)
    if isinstance(item, str):
        text = item.strip()
        try:
            return _EXAMPLES_TYPES.get(text) or _EXAMPLES_TYPES.get(int(text))
        except ValueError:
            return None
    number = _as_int(item)
    if number is None and isinstance(item, Enum):  # such as EmbeddingStudio's members
        member = _EXAMPLES_TYPES.get(item.name)
        return member if member == item.value else None
    return _EXAMPLES_TYPES.get(number)


_FLAGS = ["true", "1", "yes", "on", "false", "0", "no", "off"]  # four of each


def _read(value: Any, annotation: Any) -> Any:
    """Return a string or an integer read as the int, float or bool annotated, others as is."""
    kind = getattr(annotation, "__name__", annotation)  # a string if annotations are postponed
    number = _as_int(value)
    text = value if number is None else str(number)
    if not isinstance(text, str) or kind not in ("int", "float", "bool"):
        return value
    try:
        if kind == "bool":
            return _FLAGS.index(text.strip().lower()) < 4
        return int(text) if kind == "int" else float(text)
    except ValueError:
        words = ", ".join(_FLAGS) if kind == "bool" else kind
        raise _invalid(value, f"readable as {words}") from None


def _unknown(name: str, known: Any) -> str:
    """Return the message about an unknown name, with the known one that it resembles."""
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), known)
    return f"unknown parameter, did you mean {close[0]!r}?" if close else "unknown parameter"


def _invalid(value: object, rule: str) -> ValueError:
    """Return the error about a value that breaks a rule."""
    return ValueError(f"{_show(value)} must be {rule}")


def _invalid_float(value: object, rule: str) -> ValueError:
    """Return the error about a value that breaks the rule of a float."""
    if isinstance(value, float) and value == inf:
        rule = "a finite float"
    elif _as_int(value) is not None:
        rule += ", not an int"
    return _invalid(value, rule)


def _show(value: object) -> str:
    """Return the repr of any value in one line of at most 50 characters."""
    try:
        text = repr(value)
    except Exception:  # whatever a repr raises, what is wrong with its value must be reported
        text = object.__repr__(value)
    if text[-1:].isdigit() and not isinstance(value, (int, float)):
        text += f" ({type(value).__name__})"  # NumPy 1 shows a float32 as a bare 0.1
    return _one_line(text)


def _one_line(text: str) -> str:
    """Return text with blanks for its unprintable characters, cut to 50 characters."""
    text = text if len(text) <= 50 else text[:47] + "..."
    return "".join([char if char.isprintable() else " " for char in text])


def main(argv: Optional[List[str]] = None) -> None:
    """Print the id and the string of the parameters given as arguments, or exit with status 2."""
    import json
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    parser = ArgumentParser(
        description="Print the id and the string of one run. FILE may be - for standard input.",
        epilog=getdoc(FineTuningParams),
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("pairs", metavar="NAME=VALUE", nargs="*", help="overrides every FILE")
    parser.add_argument("--json", metavar="FILE", action="append", default=[], help="JSON object")
    parser.add_argument("--version", action="version", version=__version__)
    options = parser.parse_intermixed_args(argv)
    values = {}
    for path in options.json:
        try:
            with open(0 if path == "-" else path, "rb") as file:
                values.update({**json.load(file, object_pairs_hook=_unique)})
        except (OSError, TypeError, ValueError, RecursionError) as error:
            parser.error(f"cannot read {path}: {error}")
    try:
        values.update(_unique([pair.partition("=")[::2] for pair in options.pairs]))
        params = FineTuningParams.from_strings(values)
    except FineTuningParamsError as error:
        parser.error(str(error))
    print(params.id, params, sep="  ")


def _unique(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """Return pairs of names and values as a dict, or raise what is wrong with repeated names."""
    values = {}
    errors = {}
    for name, value in pairs:
        if name in values:
            errors[name] = "given more than once"
        values[name] = value
    if errors:
        raise FineTuningParamsError(errors)
    return values


if __name__ == "__main__":
    main()
