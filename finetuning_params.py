# SPDX-License-Identifier: MIT-0
# Home: the finetuning-params project. Copy this one file as it is, under any module name.
"""Parameters of one fine-tuning run: validated when built, and named by an id.

Two towers, a query model and an items model, are fine-tuned on ranked examples with a margin
ranking loss. A search over hyperparameters builds one object for each run. Typical usage:

    >>> params = FineTuningParams(
    ...     num_fixed_layers=3,
    ...     query_lr=0.01,
    ...     items_lr=0.02,
    ...     query_weight_decay=0.001,
    ...     items_weight_decay=0.002,
    ...     margin=0.3,
    ...     not_irrelevant_only=True,
    ...     negative_downsampling=0.5,
    ... )
    >>> params.id
    '07ce8a3dba99e0b1fdd490681aa9de5cdb613905fe83df5a75e33ba522df8170'
    >>> strings = {**params.to_strings(), "query_lr": "-1", "margin": "inf"}
    >>> FineTuningParams.from_strings(strings)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    finetuning_params.FineTuningParamsError: 2 invalid parameters
    query_lr: -1.0 must be a positive float
    margin: inf must be a finite float
"""

import operator
import sys
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import Enum, IntEnum
from hashlib import sha256
from typing import AbstractSet, Any, Dict, Iterable, List, Mapping, Optional, Type, TypeVar

__all__ = [
    "ExamplesType",
    "FineTuningParams",
    "FineTuningParamsError",
]
__version__ = "1.0.0"


class FineTuningParamsError(ValueError):
    """Raised with everything that is wrong with the parameters of one run.

    Args:
        errors: Messages by the name of what is invalid: fields first, in order, then other names.

    Attributes:
        errors: The same dict.
    """

    def __init__(self, errors: Dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        lines = [f"{_one_line(name)}: {message}" for name, message in self.errors.items()]
        noun = "parameter" if len(lines) == 1 else "parameters"
        return "\n".join([f"{len(lines)} invalid {noun}", *lines])


class ExamplesType(IntEnum):
    """A type of ranked examples, named and numbered as in EmbeddingStudio.

    EmbeddingStudio does not use the types yet, and does not say what hard, medium and soft mean.
    ExamplesType("hard_all") is the member of that name. Ids are made of a member's string, which
    is the same on every Python.
    """

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

    @classmethod
    def _missing_(cls, value: object) -> "ExamplesType":
        return _examples_type(value)

    def __str__(self) -> str:
        return "ExamplesType." + self._name_

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


@dataclass(frozen=True)
class FineTuningParams:
    """The parameters of one fine-tuning run, immutable and hashable.

    A pair is a positive and a negative result of one query. The model gives each
    of the two a score, such as a cosine similarity. All numbers must be finite.
    Strings are invalid here but for examples_order; from_strings() reads them.

    Args:
        num_fixed_layers: Number of layers to freeze in each of the two models, an
            int >= 0.
        query_lr: Learning rate of the query model's optimizer, a float > 0.
        items_lr: Learning rate of the items model's optimizer, a float > 0.
        query_weight_decay: Weight decay of the query model's optimizer, a
            float >= 0.
        items_weight_decay: Weight decay of the items model's optimizer, a
            float >= 0.
        margin: Margin of the margin ranking loss, in units of the scores, a
            float >= 0.
        not_irrelevant_only: Whether to skip sessions marked irrelevant, a bool.
            True makes the loss like a triplet loss, False like a contrastive loss.
        negative_downsampling: Fraction of the negative results to keep, a float or
            int from 0 to 1.
        min_abs_difference_threshold: A pair is kept if its scores differ by more
            than this, a float or int >= 0. Defaults to 0.0.
        max_abs_difference_threshold: A pair is kept if its scores differ by less
            than this, a float or int > min_abs_difference_threshold. Defaults
            to 1.0.
        examples_order: Types of examples in training order, at least one:
            medium_all, hard_all, soft_all, medium_positive, hard_positive,
            soft_positive, medium_negative, hard_negative, soft_negative,
            negative_only or all_examples, or their numbers from 1 to 11. Defaults
            to [ExamplesType.all_examples].

    Raises:
        FineTuningParamsError: Parameters are invalid; it names all of them.
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

    # Which validator checks which field. A subclass extends the table with its own fields. What a
    # validator returns it must also accept: replace() and from_strings() validate again.
    VALIDATORS = {
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
        cls = type(self)
        errors: Dict[str, str] = {}
        for name, validator in cls.VALIDATORS.items():
            value = getattr(self, name)
            try:
                valid = getattr(cls, validator)(value)
            except ValueError as error:
                errors[name] = str(error)
                valid = None  # what is left of an invalid value
            if valid is not value:
                valid = _FrozenList(valid) if isinstance(valid, list) else valid
                object.__setattr__(self, name, valid)
        try:
            _check_window(self.min_abs_difference_threshold, self.max_abs_difference_threshold)
        except ValueError as error:
            errors["max_abs_difference_threshold"] = str(error)
        if cls is not FineTuningParams:
            self._check_subclass()
        if errors:
            raise FineTuningParamsError({n: errors[n] for n in self.keys() if n in errors})

    @staticmethod
    def validate_non_negative_int(value: object) -> int:
        """Return an integer from 0 to sys.maxsize, NumPy's too, as a plain int.

        Raises:
            ValueError: The value is no such integer.
        """
        number = _integer(value)
        if number is None or number < 0:
            raise _invalid(value, "a non-negative integer", number is not None)
        if number > sys.maxsize:
            raise _invalid(value, f"at most {sys.maxsize}")
        return number

    @staticmethod
    def validate_positive_float(value: object) -> float:
        """Return a finite float > 0 as a plain float.

        Raises:
            ValueError: The value is no such float.
        """
        if isinstance(value, float) and 0.0 < value <= _MAX:
            return float(value)
        raise _invalid(value, "a positive float", isinstance(value, float))

    @staticmethod
    def validate_non_negative_float(value: object) -> float:
        """Return a finite float >= 0 as a plain float, -0.0 as 0.0.

        Raises:
            ValueError: The value is no such float.
        """
        if isinstance(value, float) and 0.0 <= value <= _MAX:
            return float(value) or 0.0  # -0.0 equals 0.0, but would have another id
        raise _invalid(value, "a non-negative float", isinstance(value, float))

    validate_non_negative_float_margin = validate_non_negative_float  # EmbeddingStudio's name

    @staticmethod
    def validate_bool(value: object) -> bool:
        """Return True or False, NumPy's too, as a plain bool.

        Raises:
            ValueError: The value is neither.
        """
        if _is_bool(value):
            return bool(value)
        raise _invalid(value, "True or False", right_type=False)

    @staticmethod
    def validate_ratio(value: object) -> float:
        """Return a float or integer from 0 to 1 as a plain float, -0.0 as 0.0.

        Raises:
            ValueError: The value is no such number.
        """
        number = value if isinstance(value, float) else _integer(value)
        if number is not None and 0.0 <= number <= 1.0:
            return float(number) or 0.0
        raise _invalid(value, "a float or integer from 0 to 1", number is not None)

    @staticmethod
    def validate_threshold(value: object) -> float:
        """Return a finite float or integer >= 0 as a plain float, -0.0 as 0.0.

        Raises:
            ValueError: The value is no such number.
        """
        number = value if isinstance(value, float) else _integer(value)
        if number is not None and 0.0 <= number <= _MAX:
            return float(number) or 0.0
        raise _invalid(value, "a non-negative finite float", number is not None)

    @staticmethod
    def validate_examples_order(value: object) -> List[ExamplesType]:
        """Return a new list of the examples types that a value names.

        Args:
            value: A member of ExamplesType, its name or its number; a sequence or an iterator of
                those; or a string of them, separated by commas, in brackets or not. A member of
                another enum counts by its name, whatever its number.

        Raises:
            ValueError: An item is no examples type, or there is none, or the value has no order,
                such as a set.
        """
        order = []
        for item in _items(value):
            order.append(_examples_type(item))
        if order:
            return order
        raise _invalid(value, "a non-empty sequence of examples types")

    def keys(self) -> List[str]:
        """Return the names of the fields, in order; dict(params) asks for them."""
        return [f.name for f in _fields(self)]

    def __getitem__(self, name: str) -> Any:
        """Return the value of a field, a list as a plain copy, or raise KeyError."""
        if name not in self.keys():
            raise KeyError(name)
        value = getattr(self, name)
        return list(value) if isinstance(value, list) else value

    def __str__(self) -> str:
        names = sorted(self.keys())
        return " / ".join([f"{name}: {_text(getattr(self, name))}" for name in names])

    @property
    def id(self) -> str:
        """The SHA-256 of str(self) in UTF-8, 64 hexadecimal digits, as in EmbeddingStudio."""
        return sha256(str(self).encode()).hexdigest()

    def to_strings(self) -> Dict[str, str]:
        """Return the fields by name as the strings that str(self) shows."""
        return {name: _text(getattr(self, name)) for name in self.keys()}

    @classmethod
    def from_strings(
        cls: "Type[_Params]", values: Mapping[str, Any], *, ignore_unknown: bool = False
    ) -> "_Params":
        """Return the parameters that a mapping of names to strings holds, as to_strings() does.

        Args:
            values: Strings of numbers are read as int() and float() read them, strings of flags
                as true/false, yes/no, on/off or 1/0. An integer counts as its string. Other
                values are what the constructor takes.
            ignore_unknown: Whether to skip the names that are no parameters.

        Raises:
            FineTuningParamsError: Parameters are unreadable, invalid, missing or, without
                ignore_unknown, unknown; it names all of them.
        """
        given = {**values}
        known = {f.name: f for f in _fields(cls) if f.init}
        valid: Dict[str, Any] = {}
        errors: Dict[str, str] = {}
        for name, f in known.items():
            try:
                value = _take(f, given)
                validator = cls.VALIDATORS.get(name)
                valid[name] = getattr(cls, validator)(value) if validator else value
                if name == "max_abs_difference_threshold":
                    _check_window(valid.get("min_abs_difference_threshold"), valid[name])
            except ValueError as error:
                errors[name] = str(error)
        if not ignore_unknown:
            for name in given:
                errors[str(name)] = "unknown parameter" + _hint(str(name), known)
        if errors:
            raise FineTuningParamsError(errors)
        return cls(**valid)

    def _check_subclass(self) -> None:
        """Check that VALIDATORS names fields, and make the lists in other fields unchangeable."""
        names = self.keys()
        for name in self.VALIDATORS:
            if name not in names:
                raise TypeError(f"VALIDATORS has {name!r}, no field: is the class a dataclass?")
        for name in names:
            value = getattr(self, name, None)  # a subclass may set a field later
            if isinstance(value, list):
                object.__setattr__(self, name, _FrozenList(value))


_Params = TypeVar("_Params", bound=FineTuningParams)


class _FrozenList(List[Any]):
    """A list that refuses every change; it equals and prints as a plain one. Pickles name it."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]  # a list has None
        return hash(tuple(self))

    def __reduce__(self) -> Any:
        return _FrozenList, (list(self),)  # by default, pickle appends to an empty list

    def _refuse(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("the list cannot be changed: use dataclasses.replace() on the parameters")

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse


def _fields(cls: Any) -> Iterable["Field[Any]"]:
    """Return the dataclass fields of a class or an object, in order."""
    # fields() finds none in a class that cloudpickle 2, the last for Python 3.7, ships by value.
    return fields(cls) or [
        f for f in cls.__dataclass_fields__.values() if f._field_type.name == "_FIELD"
    ]


def _check_window(low: Any, high: Any) -> None:
    """Raise ValueError if no pair is left between two valid thresholds; an invalid one is None."""
    if low is not None and high is not None and low >= high:
        raise _invalid(high, f"above min_abs_difference_threshold ({low}), or no pair is left")


_MAX = sys.float_info.max


def _integer(value: Any) -> Optional[int]:
    """Return an integer, NumPy's too, as a plain int, or None; a bool is no integer."""
    if type(value) is int:
        return value
    try:
        return None if _is_bool(value) else int(operator.index(value))
    except TypeError:
        return None


def _is_bool(value: object) -> bool:
    """Return whether a value is a bool, or NumPy's, whose name depends on its version."""
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def _items(value: Any) -> Any:
    """Return the items of an order: none of what has no order, one of what is no sequence."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, (AbstractSet, Mapping, bytes)):
        return []
    if not isinstance(value, str):
        try:
            return iter(value)
        except TypeError:
            return [value]
    text = value.strip().replace(",)", ")")  # str() ends a tuple of one item with a comma
    if text[:1] + text[-1:] in ("[]", "()"):
        text = text[1:-1]
    return [item.strip().strip("'\"") for item in text.split(",")]


# str() of a list of EmbeddingStudio's members shows them as <ExamplesType.hard_all: 2>.
_EXAMPLES_TYPES = {
    key: member
    for member in ExamplesType
    for key in (member.value, member.name, str(member), f"<{member}: {member.value}>")
}


def _examples_type(item: Any) -> ExamplesType:
    """Return the examples type that an item is or names, or raise ValueError."""
    key: object
    if type(item) is int:
        key = item
    elif isinstance(item, Enum):  # a copy of ours may have other values
        key = item.name
    elif isinstance(item, str):
        try:
            key = int(item)
        except ValueError:
            key = item.strip()
    else:
        key = _integer(item)
    if key in _EXAMPLES_TYPES:
        return _EXAMPLES_TYPES[key]
    rule = "an examples type (a name or a number from 1 to 11)"
    hint = _hint(_show(item), ExamplesType.__members__)
    raise _invalid(item, rule + hint, key is not None)


def _text(value: object) -> str:
    """Return a value as it stands in the string of the parameters."""
    if isinstance(value, list):
        return ",".join([str(item) for item in value])
    return str(value)


_FLAGS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def _take(f: "Field[Any]", given: Dict[str, Any]) -> Any:
    """Remove and return the given value of a field, read as annotated, or its default.

    Raises:
        ValueError: The value cannot be read, or there is none.
    """
    if f.name not in given:
        if callable(f.default_factory):
            return f.default_factory()
        if isinstance(f.default, type(MISSING)):  # a class shipped by value has its own MISSING
            raise ValueError("missing")
        return f.default
    value = given.pop(f.name)
    kind = getattr(f.type, "__name__", f.type)  # postponed annotations are strings
    written = value if isinstance(value, str) else _integer(value)
    if written is None or kind not in ("int", "float", "bool"):
        return value
    try:
        if kind == "bool":
            return _FLAGS[str(written).strip().lower()]
        return int(written) if kind == "int" else float(written)
    except (KeyError, OverflowError, ValueError):
        raise _invalid(value, f"readable as {kind}") from None


def _hint(name: str, known: Iterable[str]) -> str:
    """Return a question for the known name that a name resembles, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), known)
    return f", did you mean {close[0]!r}?" if close else ""


def _invalid(value: object, rule: str, right_type: bool = True) -> ValueError:
    """Return the error about a value that breaks a rule, by its type or otherwise."""
    if isinstance(value, float) and right_type and not abs(value) <= _MAX:
        rule = "a finite float"
    if not right_type:
        rule += f", not {type(value).__name__}"
    return ValueError(f"{_show(value)} must be {rule}")


def _show(value: object) -> str:
    """Return the repr of any value in one line of at most 50 characters."""
    try:
        return _one_line(repr(value))
    except Exception:  # whatever a repr raises, what is wrong with its value must be reported
        return _one_line(object.__repr__(value))


def _one_line(text: str) -> str:
    """Return text with blanks for its unprintable characters, cut to 50 characters."""
    if len(text) > 50:
        text = text[:47] + "..."
    return "".join([char if char.isprintable() else " " for char in text])


def main(argv: Optional[List[str]] = None) -> None:
    """Print the id and the string of the parameters given as arguments.

    Args:
        argv: The arguments. Defaults to those of the process.

    Raises:
        SystemExit: The arguments are invalid (status 2) or ask for help (status 0).
    """
    import json
    from argparse import ArgumentParser, RawDescriptionHelpFormatter
    from inspect import getdoc
    from pathlib import Path

    parser = ArgumentParser(
        description="Validate the parameters of one run; print its id and its string.",
        epilog=f"{getdoc(FineTuningParams)}\n\nExample:\n    %(prog)s --json base.json margin=0.5",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("pairs", metavar="NAME=VALUE", nargs="*", help="overrides every FILE")
    parser.add_argument(
        "--json",
        metavar="FILE",
        action="append",
        default=[],
        help="JSON object, - for standard input; may be repeated, later ones win",
    )
    parser.add_argument("--version", action="version", version=__version__)
    options = parser.parse_intermixed_args(argv)
    values: Dict[str, Any] = {}
    for path in options.json:
        try:
            text = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
            values = {**values, **json.loads(text)}
        except (OSError, RecursionError, TypeError, ValueError) as error:
            parser.error(f"cannot read {path}: {error}")
    for pair in options.pairs:
        name, _, value = pair.partition("=")
        values[name] = value
    try:
        params = FineTuningParams.from_strings(values)
    except FineTuningParamsError as error:
        parser.error(str(error))
    print(params.id, params, sep="  ")


if __name__ == "__main__":
    main()
