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
    >>> try:
    ...     FineTuningParams.from_strings(strings)
    ... except FineTuningParamsError as error:
    ...     print(error)
    2 invalid parameters
    query_lr: -1.0 must be a positive float
    margin: inf must be a finite float
"""

import operator
import sys
from dataclasses import MISSING, dataclass, field
from enum import Enum, IntEnum
from functools import partial, update_wrapper
from hashlib import sha256
from typing import (
    AbstractSet,
    Any,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Type,
    TypeVar,
)

__all__ = [
    "ExamplesType",
    "FineTuningParams",
    "FineTuningParamsError",
]
__version__ = "1.0.0"

_Params = TypeVar("_Params", bound="FineTuningParams")
_Function = TypeVar("_Function")


class FineTuningParamsError(ValueError):
    """Raised when parameters of a run are invalid; names all of them at once.

    Args:
        errors: Messages by the name of what is invalid: fields first, in order, then other names.

    Attributes:
        errors: The same dict.
    """

    def __init__(self, errors: Dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        lines = []
        for name, message in self.errors.items():
            shown = name if name.isprintable() else ascii(name)
            lines.append(f"{_one_line(shown)}: {message}")
        noun = "parameter" if len(lines) == 1 else "parameters"
        return "\n".join([f"{len(lines)} invalid {noun}", *lines])


class ExamplesType(IntEnum):
    """A type of ranked examples, named and numbered as in EmbeddingStudio.

    EmbeddingStudio does not use the types yet, and does not say what hard, medium and soft mean.
    ExamplesType("hard_all") is the member of that name. Ids are made of a member's string, which
    is the same on every Python. f"{member:02d}" formats the number, other formats the string.
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
        return cls[_examples_type(value).name]

    def __str__(self) -> str:
        return "ExamplesType." + self._name_

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(self.value if spec.endswith("d") else str(self), spec)


def _ready_made(function: _Function) -> _Function:
    """Return a validator as an object that is no function, with its docstring.

    IPython's autoreload writes the code of a changed function into the old one: a change of a
    subclass that shares a validator with ours would change what ours validates.
    """
    return update_wrapper(partial(function), function)  # type: ignore  # versions differ in codes


@dataclass(frozen=True)
class FineTuningParams:
    """The parameters of one fine-tuning run, immutable and hashable.

    A pair is a positive and a negative result. The model scores both, for
    instance by cosine similarity. All numbers must be finite. Strings are invalid
    here but for examples_order; from_strings() reads them.

    The static method validate_x validates field x. A subclass, decorated with
    @dataclass(frozen=True) too, adds a field with a default and its validator,
    ready-made or its own, or narrows one of ours by another validator::

        dropout: float = 0.1
        validate_dropout = staticmethod(FineTuningParams.validate_ratio)

    A validator gets any value. It raises ValueError, or returns a bool, int, float
    or str, or a list of those or of examples types. Given the string of what it
    has returned, it returns the same, because ids are made of strings:
    from_strings() reads those of fields annotated bool, int or float, and other
    validators read theirs, such as "1,2" of a list and "" of an empty one. No
    other method may be called validate_something, unless a field uses it.

    Args:
        num_fixed_layers: Number of layers to freeze in each of the two models,
            from the bottom, with the embeddings, an int from 0 to sys.maxsize.
        query_lr: Learning rate of the query model's optimizer, a float > 0.
        items_lr: Learning rate of the item model's optimizer, a float > 0.
        query_weight_decay: Weight decay of the query model's optimizer, a
            float >= 0.
        items_weight_decay: Weight decay of the item model's optimizer, a
            float >= 0.
        margin: Margin of the margin ranking loss, in units of the scores, a
            float >= 0.
        not_irrelevant_only: Whether to skip sessions marked irrelevant, a bool. If
            False, their results also serve as negatives beside the positives of
            another session.
        negative_downsampling: Fraction of a session's negatives to keep, a float
            or int from 0 to 1; 0 keeps none.
        min_abs_difference_threshold: A pair is kept if the absolute difference of
            its scores is above this, a float or int >= 0. Defaults to 0.0.
        max_abs_difference_threshold: A pair is kept if the absolute difference of
            its scores is below this, a float or int greater than
            min_abs_difference_threshold. Defaults to 1.0.
        examples_order: Types of examples in training order, at least one:
            medium_all, hard_all, soft_all, medium_positive, hard_positive,
            soft_positive, medium_negative, hard_negative, soft_negative,
            negative_only or all_examples. A list, a tuple, another iterable with
            an order, or a string separated by commas, of their names, of their
            numbers from 1 to 11 or of members of ExamplesType. Defaults to
            [ExamplesType.all_examples].

    Raises:
        FineTuningParamsError: Parameters are invalid; it names all of them.
        TypeError: A name is unknown or missing, something in a subclass would be
            ignored, or what its validator returns is not read back as the same.
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

    _checked = (object, ())  # see _checks_of()

    def __post_init__(self) -> None:
        owner, checks = self._checked
        if owner is not type(self):  # asked here, too, because a call takes time
            checks = _checks_of(type(self))
        _validate(self, checks, {})

    @staticmethod
    @_ready_made
    def validate_non_negative_int(value: object) -> int:
        """Return an integer from 0 to sys.maxsize, including NumPy's, as a plain int.

        Raises:
            ValueError: The value is no such integer.
        """
        number = value if type(value) is int else _integer(value)
        if number is None:
            raise _wrong_type(value, "a non-negative integer")
        if number < 0:
            raise _invalid(value, "a non-negative integer")
        if number > sys.maxsize:  # Python refuses to print huge integers, and ids are made of text
            raise _invalid(value, f"at most {sys.maxsize}")
        return number

    @staticmethod
    @_ready_made
    def validate_positive_float(value: object) -> float:
        """Return a finite float > 0 as a plain float.

        Raises:
            ValueError: The value is no such float.
        """
        if not isinstance(value, float):
            raise _wrong_type(value, "a positive float")
        if not 0.0 < value <= _MAX:
            raise _invalid(value, "a positive float")
        return float(value)

    @staticmethod
    @_ready_made
    def validate_non_negative_float(value: object) -> float:
        """Return a finite float >= 0 as a plain float, -0.0 as 0.0.

        Raises:
            ValueError: The value is no such float.
        """
        if not isinstance(value, float):
            raise _wrong_type(value, "a non-negative float")
        if not 0.0 <= value <= _MAX:
            raise _invalid(value, "a non-negative float")
        return float(value) or 0.0  # -0.0 equals 0.0, but would have another id

    validate_non_negative_float_margin = validate_non_negative_float  # EmbeddingStudio's name

    @staticmethod
    @_ready_made
    def validate_bool(value: object) -> bool:
        """Return True or False, including NumPy's, as a plain bool.

        Raises:
            ValueError: The value is neither.
        """
        if isinstance(value, bool) or type(value).__name__ in _BOOLS:  # the first for speed
            return bool(value)
        raise _wrong_type(value, "True or False")

    @staticmethod
    @_ready_made
    def validate_ratio(value: object) -> float:
        """Return a float or integer from 0 to 1 as a plain float, -0.0 as 0.0.

        Raises:
            ValueError: The value is no such number.
        """
        number = value if isinstance(value, float) else _integer(value)
        if number is None:
            raise _wrong_type(value, "a float or integer from 0 to 1")
        if not 0.0 <= number <= 1.0:
            raise _invalid(value, "a float or integer from 0 to 1")
        return float(number) or 0.0  # no -0.0

    @staticmethod
    @_ready_made
    def validate_threshold(value: object) -> float:
        """Return a finite float or integer >= 0 as a plain float, -0.0 as 0.0.

        Raises:
            ValueError: The value is no such number.
        """
        number = value if isinstance(value, float) else _integer(value)
        if number is None:
            raise _wrong_type(value, "a non-negative finite float")
        if not 0.0 <= number <= _MAX:
            raise _invalid(value, "a non-negative finite float")
        return float(number) or 0.0  # no -0.0

    @staticmethod
    @_ready_made
    def validate_str(value: object) -> str:
        """Return a printable string without " / " as a plain str; no field here has it yet.

        The string of the parameters separates its fields by " / ", so no value may begin or end
        with a half of it either.

        Raises:
            ValueError: The value is no such string.
        """
        if not isinstance(value, str):
            raise _wrong_type(value, "a printable string without ' / '")
        if not value.isprintable() or " / " in f" {value} ":
            raise _invalid(value, "a printable string without ' / '")
        return "".join(value)  # plain, also of an enum's member

    @staticmethod
    @_ready_made
    def validate_examples_order(value: object) -> List[ExamplesType]:
        """Return a new list of the examples types that a value names.

        Args:
            value: A member of ExamplesType, its name or its number; a sequence or an iterator of
                those; or a string of them, separated by commas, in brackets or not. A member of
                another enum counts if its name is ours and its value our number or that name.

        Raises:
            ValueError: An item is no examples type, or there is none, or the value has no order,
                such as a set.
        """
        order = []
        for item in _split_order(value):
            order.append(_examples_type(item))
        if order:
            return order
        raise _invalid(value, "a non-empty sequence of examples types")

    # Python finds the validator of a field by its name, here and in a subclass.
    validate_num_fixed_layers = validate_non_negative_int
    validate_query_lr = validate_positive_float
    validate_items_lr = validate_positive_float
    validate_query_weight_decay = validate_non_negative_float
    validate_items_weight_decay = validate_non_negative_float
    validate_margin = validate_non_negative_float_margin
    validate_not_irrelevant_only = validate_bool
    validate_negative_downsampling = validate_ratio
    validate_min_abs_difference_threshold = validate_threshold
    validate_max_abs_difference_threshold = validate_threshold

    def keys(self) -> List[str]:
        """Return the names of the fields, in order; dict(params) asks for them.

        Raises:
            TypeError: A subclass has a __post_init__ that did not call that of its parent.
        """
        if type(self.examples_order).__name__ != "_FrozenList":  # reload() makes another one
            rule = "must call super().__post_init__(), or nothing is validated"
            raise TypeError(f"{type(self).__name__}.__post_init__ {rule}")
        return [name for name, _, _ in _checks_of(type(self))]

    def __getitem__(self, name: str) -> Any:
        """Return the value of a field as plain data, or raise KeyError.

        A list is a new one, with numbers for examples types: most writers of data files refuse
        members of an enum or write them as something else.
        """
        if name not in self:
            raise KeyError(name)
        value = getattr(self, name)
        if isinstance(value, list):
            return [item.value if isinstance(item, Enum) else item for item in value]
        return value

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    __iter__ = None  # or Python would iterate by params[0], and others take it for a list

    def __str__(self) -> str:
        names = sorted(self.keys())
        return " / ".join([f"{name}: {_text(getattr(self, name))}" for name in names])

    @property
    def id(self) -> str:
        """The SHA-256 of str(self) in UTF-8, 64 hexadecimal digits, as in EmbeddingStudio."""
        text = FineTuningParams.__str__(self)  # a subclass may print itself otherwise
        return sha256(text.encode()).hexdigest()

    def to_strings(self) -> Dict[str, str]:
        """Return the fields by name as the strings that str(self) shows."""
        return {name: _text(getattr(self, name)) for name in self.keys()}

    @classmethod
    def from_strings(
        cls: Type[_Params], values: Mapping[str, Any], *, ignore_unknown: bool = False
    ) -> _Params:
        """Return the parameters that a mapping of names to strings holds, as to_strings() does.

        Args:
            values: Strings of numbers are read as int() and float() read them, those of integers
                also with an exponent or a fraction of zero, strings of flags as true/false, yes/no,
                on/off or 1/0. An integer counts as its string, and 3.0 as 3. Other values are what
                the constructor takes.
            ignore_unknown: Whether to skip the names that are no parameters.

        Raises:
            FineTuningParamsError: Parameters are unreadable, invalid, missing or, without
                ignore_unknown, unknown; it names all of them.
            TypeError: The values are no mapping, or as the constructor raises it.
        """
        checks = _checks_of(cls)
        known = cls.__dataclass_fields__
        given = {**values}
        parsed: Dict[str, Any] = {}
        errors: Dict[str, str] = {}
        for name, _, _ in checks:
            try:
                if name in given:
                    parsed[name] = _parse(cls, known[name], given.pop(name))
                else:
                    parsed[name] = _default(known[name])
            except ValueError as error:
                errors[name] = str(error)
        for name in [] if ignore_unknown else given:
            hint = _did_you_mean(str(name), known)
            errors[str(name)] = "unknown parameter" + hint
        if errors:  # the other values are validated beside them, in an object that nobody sees
            draft = object.__new__(cls)
            for name, _, _ in checks:
                object.__setattr__(draft, name, parsed.get(name))
            readable = [check for check in checks if check[0] in parsed]
            _validate(draft, readable, errors)
        return cls(**parsed)


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


def _validate(params: Any, checks: Any, errors: Dict[str, str]) -> None:
    """Store what the validators of fields return; raise their errors and those that are known.

    Raises:
        FineTuningParamsError: There are errors; they come in the order of the fields.
    """
    cls = type(params)
    for name, method, ours in checks:
        value = getattr(params, name)
        try:
            validator = getattr(cls, method)
            valid = validator(value)
            if validator is not ours:
                valid = _read_back(cls, name, validator, valid)
        except ValueError as error:
            errors[name] = str(error)
            valid = None  # so that no threshold is compared with it
        if valid is not value:  # setting what is plain already would take time
            valid = _FrozenList(valid) if type(valid) is list else valid
            object.__setattr__(params, name, valid)
    if errors or params.min_abs_difference_threshold >= params.max_abs_difference_threshold:
        _raise_errors(params, errors)


def _raise_errors(params: Any, errors: Dict[str, str]) -> None:
    """Raise errors in the order of the fields, with that of thresholds that leave no pair."""
    low, high = params.min_abs_difference_threshold, params.max_abs_difference_threshold
    if None not in (low, high) and low >= high:
        rule = f"above min_abs_difference_threshold ({low}), or no pair is left"
        errors["max_abs_difference_threshold"] = str(_invalid(high, rule))
    in_order = {}
    for name in [*params.__dataclass_fields__, *errors]:
        if name in errors:
            in_order[name] = errors[name]
    raise FineTuningParamsError(in_order)


def _read_back(cls: Any, name: str, validator: Any, valid: Any) -> Any:
    """Return what a validator has returned, -0.0 as 0.0, if it makes the same of its own string.

    Raises:
        TypeError: It does not: a run would have two ids, or two runs would have one.
    """
    valid = _without_minus_zero(valid)
    try:
        text = FineTuningParams.validate_str(_text(valid))
        value = _parse(cls, cls.__dataclass_fields__[name], text)
        again = _without_minus_zero(validator(value))
    except Exception as error:
        again = error
    if _is_plain(valid) and repr(again) == repr(valid) and again == valid:
        return valid
    rule = "must return a bool, int, float, str or list that it makes again of its string"
    hint = "(which is read first if annotated bool, int or float)"
    shown = f"{_short_repr(valid)} ({type(valid).__name__}) became {_short_repr(again)}"
    raise TypeError(f"{cls.__name__}.validate_{name} {rule} {hint}: {shown}")


def _is_plain(value: Any) -> bool:
    """Return whether a value is a bool, int, float or str, or a list of those or of members."""
    plain = {bool, int, float, str}
    if type(value) is list:
        return {type(item) for item in value} <= {*plain, ExamplesType}
    return type(value) in plain


def _without_minus_zero(value: Any) -> Any:
    """Return a value with 0.0 for -0.0, which equals it; a list as a new one."""
    if isinstance(value, list):
        return [_without_minus_zero(item) for item in value]
    return value + 0.0 if type(value) is float else value


def _checks_of(cls: Any) -> Any:
    """Return what validates a class, or raise TypeError if a part of it would be ignored.

    Returns:
        For each field its name, that of its validator, and the validator if it is trusted.
    """
    owner, checks = cls._checked
    if owner is cls:  # no parent's, which is inherited, nor one that IPython's autoreload copied
        return checks
    # Not FineTuningParams, which is another class after importlib.reload().
    mark = "validate_non_negative_float_margin"
    ours = [base for base in cls.__mro__ if mark in vars(base)][-1]
    own = _own_names(cls, ours)
    checks = []
    for f in _fields(cls):
        _check_field(cls, ours, f, own)
        method = "validate_" + f.name
        is_ours = f is ours.__dataclass_fields__.get(f.name)
        checks.append((f.name, method, getattr(ours, method) if is_ours else None))
    _check_methods(cls, checks, own)
    cls._checked = cls, checks
    return checks


def _own_names(cls: Any, ours: Any) -> List[str]:
    """Return the names in the bodies of a class and its parents, but not ours.

    Raises:
        TypeError: Annotations would be ignored.
    """
    names: List[str] = []
    for base in cls.__mro__:
        # Python 3.14 makes the annotations when they are asked for, by a function.
        annotated = vars(base).get("__annotations__") or getattr(base, "__annotate__", None)
        if annotated and issubclass(base, ours) and "__dataclass_fields__" not in vars(base):
            raise TypeError(f"{base.__name__} must be decorated with @dataclass(frozen=True)")
        if base is not ours:
            names.extend(vars(base))
    return names


def _fields(cls: Any) -> Any:
    """Return the dataclass fields of a class, in order."""
    # dataclasses.fields() finds none in a class that cloudpickle 2, the last for Python 3.7, ships
    # by value: the id of every run would be that of an empty string.
    return [f for f in cls.__dataclass_fields__.values() if f._field_type.name == "_FIELD"]


def _check_field(cls: Any, ours: Any, f: Any, own: List[str]) -> None:
    """Raise TypeError, which says what to write, if a field or its default would be ignored."""
    name = f.name
    default = getattr(cls, name, f.default)  # what a reader of the class takes for it
    is_new = name not in ours.__dataclass_fields__
    if is_new and hasattr(ours, name):
        rule = "must have another name, for this one has a meaning"
    elif is_new and "validate_" + name not in own:
        ready_made = "staticmethod(FineTuningParams.validate_non_negative_int)"
        rule = f"must have a validator, such as validate_{name} = {ready_made}"
    elif not f.init:
        rule = "must be an argument: write a property instead of init=False"
    elif default != f.default and not hasattr(default, "__set__"):
        rule = f"= {_short_repr(default)} is no default: annotate it in this class, decorated"
    else:
        return
    raise TypeError(f"{cls.__name__}.{name} {rule}")


def _check_methods(cls: Any, checks: Any, own: List[str]) -> None:
    """Raise TypeError if a method that is named as a validator would be ignored."""
    names, methods, ready_made = zip(*checks)
    used = [getattr(cls, method) for method in methods]
    for name in own:
        is_other = name not in methods and name not in names
        if is_other and name.startswith("validate_"):
            validator = getattr(cls, name)
            if validator in ready_made or validator not in used:
                rule = "validates no annotated field of a decorated class, unlike"
                raise TypeError(f"{cls.__name__}.{name} {rule} {', '.join(methods)}")


_MAX = sys.float_info.max
_BOOLS = ("bool", "bool_")  # NumPy's name depends on its version


def _integer(value: Any) -> Optional[int]:
    """Return an integer, including NumPy's, as a plain int, or None; a bool is no integer."""
    try:
        return None if type(value).__name__ in _BOOLS else int(operator.index(value))
    except TypeError:
        return None


def _split_order(value: Any) -> Any:
    """Return the items of an order, none of what has no order."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, Enum):  # also one whose members are strings
        return [value]
    if isinstance(value, str):
        text = value.strip().replace(",)", ")")  # str() ends a tuple of one item with a comma
        if text[:1] + text[-1:] in ("[]", "()"):
            text = text[1:-1]
        return [item.strip().strip("'\"") for item in text.split(",")]
    if isinstance(value, (AbstractSet, Mapping, bytes, bytearray)):
        return []
    try:
        return iter(value)
    except TypeError:
        return [value]  # a number


# str() of a list of EmbeddingStudio's members shows them as <ExamplesType.hard_all: 2>.
_EXAMPLES_TYPES: Dict[Any, ExamplesType] = {
    key: member
    for member in ExamplesType
    for key in (
        member.value,
        member.name,
        str(member),
        f"<{member}: {member.value}>",
    )
}


def _examples_type(item: Any) -> ExamplesType:
    """Return the examples type that an item is or names, or raise ValueError."""
    key: object
    if type(item) in (int, ExamplesType):  # for speed
        key = item
    elif isinstance(item, Enum):  # a copy of ours, or a class that only looks like it
        agrees = item.value in (item.name, _EXAMPLES_TYPES.get(item.name))
        key = item.name if agrees else None
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
    if key is None:
        raise _wrong_type(item, rule)
    hint = _did_you_mean(_short_repr(item), ExamplesType.__members__)
    raise _invalid(item, rule + hint)


def _text(value: object) -> str:
    """Return a value as it stands in the string of the parameters."""
    if isinstance(value, list):
        return ",".join([str(item) for item in value])
    return str(value)


def _default(f: Any) -> Any:
    """Return the default of a field, or raise ValueError if it has none."""
    if callable(f.default_factory):
        return f.default_factory()
    if isinstance(f.default, type(MISSING)):  # a class shipped by value has its own MISSING
        raise ValueError("missing")
    return f.default


def _parse(cls: Any, f: Any, value: Any) -> Any:
    """Return the number or flag that a value of a field stands for, or what its validator reads.

    Raises:
        ValueError: The value cannot be read.
    """
    kind = getattr(f.type, "__name__", None) or str(f.type)  # postponed annotations are strings
    if kind not in _PARSERS:
        validator = getattr(cls, "validate_" + f.name)
        valid = validator(value)
        if isinstance(valid, list):  # type checkers at run time want no string instead
            return valid
        return value
    number = value if isinstance(value, (str, float)) else _integer(value)
    if number is None:
        return value
    try:
        return _PARSERS[kind](number)
    except (KeyError, OverflowError, ValueError):
        raise ValueError(f"{_short_repr(value, ascii)} must be readable as {kind}") from None


def _parse_int(value: Any) -> int:
    """Return the integer that a value stands for, also one such as "3.0" or "1e1"."""
    if isinstance(value, float):
        value = str(value)  # int() would drop its fraction
    try:
        return int(value)
    except ValueError:
        number = float(value)
        if number.is_integer() and abs(number) < 2**53:  # beyond it, floats leave integers out
            return int(number)
        raise


def _parse_bool(value: Any) -> bool:
    """Return the flag that a value stands for, also one such as "1.0"."""
    word = str(value).strip().lower()
    if word in _FLAGS:
        return _FLAGS[word]
    return _FLAGS[_parse_int(value)]


_FLAGS: Dict[Any, bool] = {
    "true": True,
    "yes": True,
    "on": True,
    1: True,
    "false": False,
    "no": False,
    "off": False,
    0: False,
}
# By the annotation of a field: what reads its strings.
_PARSERS: Dict[str, Any] = {"bool": _parse_bool, "int": _parse_int, "float": float}


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question for the known name that a name resembles, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), known)
    return f", did you mean {close[0]!r}?" if close else ""


def _wrong_type(value: object, rule: str) -> ValueError:
    """Return the error about a value whose type breaks a rule."""
    return ValueError(f"{_short_repr(value)} must be {rule}, not {type(value).__name__}")


def _invalid(value: object, rule: str) -> ValueError:
    """Return the error about a value of the right type that breaks a rule."""
    if isinstance(value, float) and not abs(value) <= _MAX:
        rule = "a finite float"
    return ValueError(f"{_short_repr(value)} must be {rule}")


def _short_repr(value: object, show: Any = repr) -> str:
    """Return the repr of any value in one line of at most 50 characters."""
    try:
        return _one_line(show(value))
    except Exception:  # whatever a repr raises, what is wrong with its value must be reported
        return _one_line(object.__repr__(value))


def _one_line(text: str) -> str:
    """Return text with blanks for its unprintable characters, cut to 50 characters."""
    if len(text) > 50:
        text = text[:47] + "..."
    return "".join([char if char.isprintable() else " " for char in text])


def main(
    argv: Optional[List[str]] = None, params_class: Type[FineTuningParams] = FineTuningParams
) -> None:
    """Print the id and the string of the parameters given as arguments.

    Args:
        argv: The arguments. Defaults to those of the process.
        params_class: The class of the parameters, for instance a subclass.

    Raises:
        SystemExit: The arguments are invalid (status 2) or ask for help (status 0).
    """
    import json
    from argparse import ArgumentParser, RawDescriptionHelpFormatter
    from inspect import getdoc
    from pathlib import Path

    about = str(getdoc(params_class)).replace("%", "%%")
    parser = ArgumentParser(
        description="Validate the parameters of one run; print its id and its string.",
        epilog=f"{about}\n\nExample:\n    %(prog)s --json base.json margin=0.5",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "pairs",
        metavar="NAME=VALUE",
        nargs="*",
        help="overrides every FILE",
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        action="append",
        default=[],
        help="JSON object, - for standard input; may be repeated, later ones win",
    )
    parser.add_argument(
        "--version",
        action="version",
        version=__version__,
    )
    options = parser.parse_intermixed_args(argv)  # parse_args() ends the pairs at an option
    values: Dict[str, Any] = {}
    for path in options.json:
        try:
            data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
            values = {**values, **json.loads(data, object_pairs_hook=_reject_duplicates)}
        except (
            AttributeError,  # there is no standard input
            OSError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            parser.error(f"cannot read {path!r}: {error}")
    values.update(pair.partition("=")[::2] for pair in options.pairs)
    try:
        params = params_class.from_strings(values)
    except FineTuningParamsError as error:
        parser.error(str(error))
    print(params.id, params, sep="  ")


def _reject_duplicates(pairs: Any) -> Any:
    """Return the dict of a JSON object, or raise ValueError if a name is repeated."""
    values: Any = {}
    for name, value in pairs:
        if name in values:
            raise ValueError(f"{name!r} is given twice")
        values[name] = value
    return values


if __name__ == "__main__":
    main()
