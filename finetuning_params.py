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
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum, IntEnum
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
        lines = [f"{_one_line(name)}: {message}" for name, message in self.errors.items()]
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
        return _examples_type(value)

    def __str__(self) -> str:
        return "ExamplesType." + self._name_

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(self.value if spec.endswith("d") else str(self), spec)


@dataclass(frozen=True)
class FineTuningParams:
    """The parameters of one fine-tuning run, immutable and hashable.

    A pair is a positive and a negative result. The model scores both, for
    instance by cosine similarity. All numbers must be finite. Strings are invalid
    here but for examples_order; from_strings() reads them.

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
        TypeError: A name is unknown or missing, or a subclass breaks the rule of
            VALIDATORS.
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

    # Which validator checks which field. The rule for a subclass: every field has a validator, and
    # what a validator returns is plain. Its own table names its own fields; the tables of its
    # parents are merged in. A validator raises ValueError, or returns a bool, int, float or str, of
    # the type that the field is annotated with, or a list of those or of examples types: no NaN and
    # no -0.0, strings as validate_str() returns them, and in a list none with a comma or without a
    # character. Its own results it returns unchanged: replace() and from_strings() validate again.
    # from_strings() reads the strings of fields annotated bool, int or float; the validator of any
    # other field is handed its string, which it reads back from what to_strings() wrote.
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

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        table: Dict[str, str] = {}
        for base in reversed(cls.__mro__):
            # A table that was merged before holds its parents' entries, too: they are not its own.
            inherited = getattr(super(base, base), "VALIDATORS", {})
            own = vars(base).get("VALIDATORS", inherited).items() - inherited.items()
            table.update(sorted(own))
        cls.VALIDATORS = table

    def __post_init__(self) -> None:
        cls = type(self)
        is_subclass = cls is not FineTuningParams
        if is_subclass:
            _check_class(cls)
        errors: Dict[str, str] = {}
        for name, validator in cls.VALIDATORS.items():
            value = getattr(self, name)
            try:
                if is_subclass:
                    valid = _validated(cls, name, value)
                else:  # the same, in half the time
                    valid = getattr(cls, validator)(value)
            except ValueError as error:
                errors[name] = str(error)
                valid = None  # tells _check_window() that there is no valid threshold
            if valid is not value:  # setting what is plain already would take time
                valid = _FrozenList(valid) if type(valid) is list else valid
                object.__setattr__(self, name, valid)
        try:
            _check_window(self.min_abs_difference_threshold, self.max_abs_difference_threshold)
        except ValueError as error:
            errors["max_abs_difference_threshold"] = str(error)
        if errors:
            names = sorted(errors, key=list(cls.__dataclass_fields__).index)
            raise FineTuningParamsError({name: errors[name] for name in names})

    @staticmethod
    def validate_non_negative_int(value: object) -> int:
        """Return an integer from 0 to sys.maxsize, including NumPy's, as a plain int.

        Raises:
            ValueError: The value is no such integer.
        """
        number = _integer(value)
        if number is None or number < 0:
            raise _invalid(value, "a non-negative integer", right_type=number is not None)
        if number > sys.maxsize:  # Python refuses to print huge integers, and ids are made of text
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
        raise _invalid(value, "a positive float", right_type=isinstance(value, float))

    @staticmethod
    def validate_non_negative_float(value: object) -> float:
        """Return a finite float >= 0 as a plain float, -0.0 as 0.0.

        Raises:
            ValueError: The value is no such float.
        """
        if isinstance(value, float) and 0.0 <= value <= _MAX:
            return float(value) or 0.0  # -0.0 equals 0.0, but would have another id
        raise _invalid(value, "a non-negative float", right_type=isinstance(value, float))

    validate_non_negative_float_margin = validate_non_negative_float  # EmbeddingStudio's name

    @staticmethod
    def validate_bool(value: object) -> bool:
        """Return True or False, including NumPy's, as a plain bool.

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
            return float(number) or 0.0  # no -0.0
        raise _invalid(value, "a float or integer from 0 to 1", right_type=number is not None)

    @staticmethod
    def validate_threshold(value: object) -> float:
        """Return a finite float or integer >= 0 as a plain float, -0.0 as 0.0.

        Raises:
            ValueError: The value is no such number.
        """
        number = value if isinstance(value, float) else _integer(value)
        if number is not None and 0.0 <= number <= _MAX:
            return float(number) or 0.0  # no -0.0
        raise _invalid(value, "a non-negative finite float", right_type=number is not None)

    @staticmethod
    def validate_str(value: object) -> str:
        """Return a printable string without " / " as a plain str; no field here has it yet.

        The string of the parameters separates its fields by " / ", so no value may begin or end
        with a half of it either.

        Raises:
            ValueError: The value is no such string.
        """
        text = "".join(value) if isinstance(value, str) else None  # plain, also of an enum's member
        if text is not None and _is_plain(text):
            return text
        rule = "a printable string without ' / '"
        raise _invalid(value, rule, right_type=text is not None)

    @staticmethod
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
        for item in _items(value):
            order.append(_examples_type(item))
        if order:
            return order
        raise _invalid(value, "a non-empty sequence of examples types")

    def keys(self) -> List[str]:
        """Return the names of the fields, in order; dict(params) asks for them.

        Raises:
            TypeError: A subclass has a __post_init__ that did not call that of its parent.
        """
        if type(self.examples_order) is not _FrozenList:
            rule = "must call super().__post_init__(), or nothing is validated"
            raise TypeError(f"{type(self).__name__}.__post_init__ {rule}")
        return [f.name for f in _fields(self)]

    def __getitem__(self, name: str) -> Any:
        """Return the value of a field as plain data, or raise KeyError.

        A list is a new one, with numbers for examples types: most writers of data files refuse
        members of an enum or write them as something else.
        """
        if name not in self:
            raise KeyError(name)
        value = getattr(self, name)
        if isinstance(value, list):
            return [item.value if isinstance(item, ExamplesType) else item for item in value]
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
            TypeError: The values are no mapping, or a subclass breaks the rule of VALIDATORS.
        """
        _check_class(cls)
        given = {**values}
        known = {f.name: f for f in _fields(cls) if f.init}
        valid: Dict[str, Any] = {}
        errors: Dict[str, str] = {}
        for name, f in known.items():
            try:
                value = _read(given.pop(name), f) if name in given else _default(f)
                valid[name] = _validated(cls, name, value)
                if name == "max_abs_difference_threshold":
                    _check_window(valid.get("min_abs_difference_threshold"), valid[name])
            except ValueError as error:
                errors[name] = str(error)
        unknown = [] if ignore_unknown else given
        for name in unknown:
            hint = _hint(str(name), known)
            errors[str(name)] = "unknown parameter" + hint
        if errors:
            raise FineTuningParamsError(errors)
        return cls(**valid)


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


def _fields(cls: Any) -> Any:
    """Return the dataclass fields of a class or an object, in order."""
    # In a class that cloudpickle 2, the last for Python 3.7, ships by value, fields() finds none:
    # the id of every run would be that of an empty string.
    return fields(cls) or [
        f for f in cls.__dataclass_fields__.values() if f._field_type.name == "_FIELD"
    ]


def _check_class(cls: Any) -> None:
    """Raise TypeError, which says what to write, if a class breaks the rule of VALIDATORS."""
    if vars(cls).get("_checked") is cls.VALIDATORS:  # the table that was checked, not a parent's
        return
    for base in cls.__mro__:
        # Python 3.14 makes the annotations when they are asked for, by a function.
        annotated = vars(base).get("__annotations__") or getattr(base, "__annotate__", None)
        is_dataclass = "__dataclass_fields__" in vars(base)
        is_mixin = not issubclass(base, FineTuningParams)  # its annotations may be anything
        if annotated and not is_dataclass and not is_mixin:
            raise TypeError(f"{base.__name__} must be decorated with @dataclass(frozen=True)")
    known = {f.name: f for f in _fields(cls)}
    for name in [*cls.VALIDATORS, *known]:
        _check_field(cls, name, known)
    cls._checked = cls.VALIDATORS


def _check_field(cls: Any, name: str, known: Dict[str, Any]) -> None:
    """Raise TypeError unless a name is that of a field, with its default and a validator."""
    validator = cls.VALIDATORS.get(name)
    if name not in known:
        rule = "must be annotated in a class decorated with @dataclass(frozen=True)"
        hint = _hint(name, known)
        raise TypeError(f"{cls.__name__}: {name!r} {rule}{hint}")
    if not callable(getattr(cls, str(validator), None)):
        rule = f"VALIDATORS must have {name!r}: 'the name of a method'"
        hint = _hint(str(validator), dir(cls))
        raise TypeError(f"{cls.__name__}: {rule}, not {validator!r}{hint}")
    if name in vars(FineTuningParams) and name not in FineTuningParams.VALIDATORS:
        rule = "must have another name, for this one has a meaning"
        raise TypeError(f"{cls.__name__}: {name!r} {rule}")
    f = known[name]
    seen = getattr(cls, name, f.default)  # what a reader of the class takes for its default
    is_other = seen is not f.default and seen != f.default
    is_factory = callable(f.default_factory)
    is_slot = hasattr(seen, "__set__")
    is_list = type(seen) is list  # no dataclass has one
    is_ignored = is_other and not is_factory and not is_slot
    if is_ignored or is_list:
        rule = "is no default without an annotation"
        raise TypeError(f"{cls.__name__}: {name} = {_show(seen)} {rule}")


def _validated(cls: Any, name: str, value: Any) -> Any:
    """Return what the validator of a field makes of a value.

    Raises:
        ValueError: The value is invalid.
        TypeError: A validator of a subclass returns what is not plain.
    """
    method = cls.VALIDATORS[name]
    validator = getattr(cls, method)
    valid = validator(value)
    if validator is getattr(FineTuningParams, method, None):
        return valid  # ours return what is plain
    kind = _kind(cls.__dataclass_fields__[name])
    if type(valid) in (list, _FrozenList):
        valid = list(valid)  # a copy: it may be the caller's own
        plain = all(_is_plain_item(item) for item in valid)
    elif kind in (*_NUMBERS, "str"):
        plain = _is_plain(valid) and type(valid).__name__ == kind
    else:
        plain = _is_plain(valid)
    if not plain:
        rule = f"a plain bool, int, float or str, as annotated ({kind}), or a list of those"
        shown = f"{_show(valid)} ({type(valid).__name__})"
        told = f"must return {rule}, not {shown}: see VALIDATORS"
        raise TypeError(f"{cls.__name__}.{method} {told}")
    if validator(valid) != valid:  # replace() and from_strings() validate what is valid again
        raise TypeError(f"{cls.__name__}.{method}({_show(valid)}) must return the same")
    return valid


def _is_plain(value: object) -> bool:
    """Return whether the string of a value tells it from every value that it does not equal."""
    if type(value) is float:
        return str(value) not in ("nan", "-0.0")
    if type(value) is str:
        padded = f" {value} "  # no half of the separator stands at an end
        return value.isprintable() and " / " not in padded
    return type(value) in (bool, int)


def _is_plain_item(item: object) -> bool:
    """Return whether an item of a list is plain; with a comma it would read as two, "" as none."""
    if type(item) is ExamplesType:
        return True
    return _is_plain(item) and item != "" and "," not in str(item)


def _check_window(low: Any, high: Any) -> None:
    """Raise ValueError if no pair is left between two thresholds; one that is invalid is None."""
    if low is not None and high is not None and low >= high:
        raise _invalid(high, f"above min_abs_difference_threshold ({low}), or no pair is left")


_MAX = sys.float_info.max
_NUMBERS = ("bool", "int", "float")  # annotations of fields whose strings from_strings() reads


def _integer(value: Any) -> Optional[int]:
    """Return an integer, including NumPy's, as a plain int, or None; a bool is no integer."""
    if type(value) is int:  # for speed
        return value
    try:
        return None if _is_bool(value) else int(operator.index(value))
    except TypeError:
        return None


def _is_bool(value: object) -> bool:
    """Return whether a value is a bool, or NumPy's, whose name depends on its version."""
    return type(value).__name__ in ("bool", "bool_")


def _items(value: Any) -> Any:
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
_EXAMPLES_TYPES = {
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
    if type(item) is int:  # for speed
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
    hint = _hint(_show(item), ExamplesType.__members__)
    raise _invalid(item, rule + hint, right_type=key is not None)


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


def _read(value: Any, f: Any) -> Any:
    """Return the number or flag that a value of a field stands for, other values as they are.

    Raises:
        ValueError: The value cannot be read.
    """
    kind = _kind(f)
    written = value if isinstance(value, str) else _integer(value)
    if kind == "int" and isinstance(value, float):
        written = str(value)
    if written is None or kind not in _NUMBERS:
        return value
    try:
        if kind == "bool":
            return _FLAGS[str(written).strip().lower()]
        return _read_int(written) if kind == "int" else float(written)
    except (KeyError, OverflowError, ValueError):
        raise ValueError(f"{_show(value)} must be readable as {kind}") from None


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


def _kind(f: Any) -> str:
    """Return the name of the type that a field is annotated with."""
    return str(getattr(f.type, "__name__", f.type))  # postponed annotations are strings


def _read_int(written: Any) -> int:
    """Return the integer that an int or a string stands for, also one such as 3.0 or 1e1."""
    try:
        return int(written)
    except ValueError:
        number = float(written)
        if number.is_integer() and abs(number) < 2**53:  # beyond it, floats leave integers out
            return int(number)
        raise


def _hint(name: str, known: Iterable[str]) -> str:
    """Return a question for the known name that a name resembles, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), known)
    return f", did you mean {close[0]!r}?" if close else ""


def _invalid(value: object, rule: str, *, right_type: bool = True) -> ValueError:
    """Return the error about a value that breaks a rule, by its type or otherwise."""
    if not right_type:
        rule += f", not {type(value).__name__}"
    elif isinstance(value, float) and not abs(value) <= _MAX:
        rule = "a finite float"
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

    about = str(getdoc(FineTuningParams)).replace("%", "%%")
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
            values = {**values, **json.loads(data, object_pairs_hook=_unique)}
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
        params = FineTuningParams.from_strings(values)
    except FineTuningParamsError as error:
        parser.error(str(error))
    print(params.id, params, sep="  ")


def _unique(pairs: Any) -> Any:
    """Return the dict of a JSON object, or raise ValueError if a name is repeated."""
    values: Any = {}
    for name, value in pairs:
        if name in values:
            raise ValueError(f"{name!r} is given twice")
        values[name] = value
    return values


if __name__ == "__main__":
    main()
