# SPDX-License-Identifier: MIT-0
# Home: the finetuning-params project. Copy this one file as it is, under any module name.
"""Parameters of one fine-tuning run: checked when they are built, and named by an id.

Two towers, a query model and an items model, are fine-tuned on ranked examples with a margin
ranking loss, max(0, margin - y * (x1 - x2)) as in PyTorch's MarginRankingLoss. Typical usage:

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
import sys
from collections.abc import Set
from dataclasses import MISSING, dataclass, field, fields, replace
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from math import inf, nan
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple, Type, TypeVar

__all__ = ["ExamplesType", "FineTuningParams", "FineTuningParamsError"]
__version__ = "1.0.0"


def _one_line(text: str) -> str:
    text = text if len(text) <= 50 else text[:47] + "..."
    return "".join([char if char.isprintable() else " " for char in text])


class FineTuningParamsError(ValueError):
    """Raised with everything that is wrong with the parameters of one run.

    errors, a Dict[str, str], maps each bad name to its message: fields in order, then unknown ones.
    """

    def __init__(self, errors: Dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        lines = [f"{_one_line(name)}: {message}" for name, message in self.errors.items()]
        return "\n".join([f"{len(lines)} invalid parameter{'s' * (len(lines) != 1)}", *lines])


class ExamplesType(IntEnum):
    """A kind of ranked examples; ids are made of its text, which is the same on every Python."""

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


_EXAMPLES_TYPES: Dict[Any, ExamplesType] = {k: m for m in ExamplesType for k in (m.name, m.value)}
_MAX_INTEGER = 10**4300 - 1  # Python 3.11 and newer refuse to print longer ones, as an id must
_FLAGS = dict(zip(["true", "1", "yes", "on", "false", "0", "no", "off"], 4 * [True] + 4 * [False]))
_READERS: Dict[Any, Callable[[str], Any]] = {"int": int, "float": float, "bool": _FLAGS.__getitem__}
_P = TypeVar("_P", bound="FineTuningParams")


def _show(value: object) -> str:
    """Return the repr of value, whatever that is, in one line of at most 50 characters."""
    kind = type(value)
    try:
        text = str.__str__(repr(value))
        # NumPy 1 shows a float32 as a bare 0.1, which looks as good as a float.
        if text[-1:].isdigit() and not issubclass(kind, (int, float)):
            text += f" ({kind.__name__})"
    except Exception:
        text = object.__repr__(value)
    return _one_line(text)


def _refusal(value: object, rule: str, number: float = nan) -> ValueError:
    return ValueError(f"{_show(value)} must be {'a finite float' if number == inf else rule}")


def _is_bool(value: object) -> bool:
    return type(value) is bool or type(value) is getattr(sys.modules.get("numpy"), "bool_", bool)


def _integer(value: Any) -> int:
    """Return value as a plain int, or -1, which no rule allows, if it is not an integer."""
    if type(value) is int:
        return value
    try:
        return -1 if _is_bool(value) else int.__index__(operator.index(value))
    except Exception:
        return -1


def _float(value: Any, or_integer: bool = False) -> float:
    """Return value as a plain float, or NaN, which no rule allows, if its type is wrong."""
    if issubclass(type(value), float):
        return float.__add__(value, 0.0)  # unlike float(), this asks no method of a subclass
    try:
        return float(_integer(value)) if or_integer else nan
    except OverflowError:
        return inf


def _items(value: Any) -> Any:
    """Return an iterable over value, be it one text or integer; raise if it has no order."""
    if type(value) in (list, tuple):
        return value
    if isinstance(value, (Set, type(iter(set())), Mapping, bytes, bytearray, memoryview)):
        raise TypeError
    return [value] if isinstance(value, str) or _integer(value) in _EXAMPLES_TYPES else value


@dataclass(frozen=True)
class FineTuningParams:
    """The parameters of one fine-tuning run, immutable and hashable.

    num_fixed_layers              number of embedding model layers that stay fixed, int >= 0
    query_lr, items_lr            learning rate of the query / items model optimizer, float > 0
    query_, items_weight_decay    weight decay of the query / items model optimizer, float >= 0
    margin                        margin of the margin ranking loss, float >= 0
    not_irrelevant_only           use only the inputs that are not irrelevant, bool: True makes the
                                  loss like a triplet loss, False like a contrastive loss
    negative_downsampling         ratio of negative samples to keep, float from 0 to 1
    min_abs_difference_threshold  leave out pairs whose ranks differ by no more, float >= 0 (0.0)
    max_abs_difference_threshold  leave out pairs whose ranks differ by no less, float > min (1.0)
    examples_order                kinds of examples, in training order ([ExamplesType.all_examples])

    Numbers are finite and without unit. Raises FineTuningParamsError, which names all bad ones.
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
    examples_order: List[ExamplesType] = field(  # not in the hash, which must not move with it
        default_factory=lambda: [ExamplesType.all_examples], hash=False
    )

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
    __copy__ = replace  # or copy.copy() would let two instances share a list

    @classmethod
    @lru_cache()
    def _fields(cls) -> List[Tuple[str, Callable[[Any], Any]]]:
        """Return each field's name and validator; what a subclass adds may have none."""
        validators = {name: getattr(cls, text) for name, text in cls._VALIDATORS.items()}
        return [(f.name, validators.get(f.name, lambda value: value)) for f in fields(cls)]

    def __post_init__(self) -> None:
        errors: Dict[str, str] = {}
        for name, validate in self._fields():
            value = getattr(self, name)  # libraries that skip __init__ leave defaults on the class
            try:
                valid = validate(value)
                if valid is not value:
                    object.__setattr__(self, name, valid)
            except ValueError as error:
                errors[name] = str(error)
        low, high = "min_abs_difference_threshold", "max_abs_difference_threshold"
        least, most = self.min_abs_difference_threshold, self.max_abs_difference_threshold
        if not (low in errors or high in errors or least < most):
            errors[high] = f"{most} must be above {least}: no pair is between {low} and {high}"
        if errors:
            raise FineTuningParamsError({n: errors[n] for n, _ in self._fields() if n in errors})

    @staticmethod
    def validate_non_negative_int(value: Any) -> int:
        """Return an int >= 0, or what operator.index() makes one, or raise ValueError."""
        number = _integer(value)
        if number < 0:
            raise _refusal(value, "a non-negative integer")
        if number > _MAX_INTEGER:
            raise _refusal(value, "a non-negative integer of at most 4300 digits")
        return number

    @staticmethod
    def validate_positive_float(value: Any) -> float:
        """Return a finite float > 0 as a plain float, or raise ValueError."""
        number = value if type(value) is float else _float(value)
        if not 0.0 < number < inf:
            raise _refusal(value, "a positive float", number)
        return number

    @staticmethod
    def validate_non_negative_float(value: Any) -> float:
        """Return a finite float >= 0 as a plain float, or raise ValueError."""
        number = value if type(value) is float else _float(value)
        if not 0.0 <= number < inf:
            raise _refusal(value, "a non-negative float", number)
        return number or 0.0  # -0.0 is equal to 0.0, and would have another id

    validate_non_negative_float_margin = validate_non_negative_float

    @staticmethod
    def validate_bool(value: Any) -> bool:
        """Return True or False, NumPy's too, as a plain bool, or raise ValueError."""
        if not _is_bool(value):
            raise _refusal(value, "True or False")
        return bool(value)

    @staticmethod
    def validate_ratio(value: Any) -> float:
        """Return a float or integer from 0 to 1 as a plain float, or raise ValueError."""
        number = value if type(value) is float else _float(value, or_integer=True)
        if not 0.0 <= number <= 1.0:
            raise _refusal(value, "a float or integer from 0 to 1")
        return number or 0.0

    @staticmethod
    def validate_threshold(value: Any) -> float:
        """Return a finite float or integer >= 0 as a plain float, or raise ValueError."""
        number = value if type(value) is float else _float(value, or_integer=True)
        if not 0.0 <= number < inf:
            raise _refusal(value, "a non-negative float or integer", number)
        return number or 0.0

    @staticmethod
    def validate_examples_order(value: Any) -> List[ExamplesType]:
        """Return a new list of the ExamplesTypes that value names in order, or raise ValueError.

        Takes a member, its number, text of names and numbers between commas, with or without
        "ExamplesType." before each and [] or () around all, or a sequence or iterator of those.
        """
        order: List[ExamplesType] = []
        wrong = value
        try:
            for item in _items(value):
                wrong = item
                if isinstance(item, str):
                    text = str.strip(item)
                    text = text[1:-1] if text[:1] + text[-1:] in ("[]", "()") else text
                    for wrong in text.split(","):
                        name = wrong.strip()
                        name = name[13:] if name.startswith("ExamplesType.") else name
                        order.append(_EXAMPLES_TYPES.get(name) or _EXAMPLES_TYPES[int(name)])
                else:
                    order.append(_EXAMPLES_TYPES[_integer(item)])
                wrong = value
        except Exception:
            order = []
        if not order:
            rule = "a non-empty sequence of examples types (names or numbers from 1 to 11)"
            shown = _show(wrong)
            raise _refusal(value, rule + (f": {shown} is not one" if shown != _show(value) else ""))
        return order

    def __iter__(self) -> Iterator[Tuple[str, Any]]:
        """Iterate over the names and values of the fields, so that dict(params) works."""
        return ((name, getattr(self, name)) for name, _ in self._fields())

    def to_strings(self) -> Dict[str, str]:
        """Return the texts of the fields by name: what str() and id are made of."""
        texts = {}
        for name, _ in self._fields():
            value = getattr(self, name)
            texts[name] = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        return texts

    @classmethod
    def from_strings(
        cls: Type[_P], values: Mapping[str, Any], *, ignore_unknown: bool = False
    ) -> _P:
        """Return the parameters in a mapping of names to texts, such as to_strings() returns.

        Text is read as by int() or float(), flags as true/false, 1/0, yes/no, on/off. Raises one
        FineTuningParamsError for all unreadable, refused, missing or (see ignore_unknown) unknown.
        """
        import difflib

        try:
            given = {str.__str__(str(name)): value for name, value in dict(values).items()}
        except Exception:
            problem = str(_refusal(values, "a mapping of names to values"))
            raise FineTuningParamsError({"values": problem}) from None
        errors: Dict[str, str] = {}
        arguments: Dict[str, Any] = {}
        known = {f.name: f for f in fields(cls) if f.init}
        for name, f in known.items():
            if name in given:
                value = arguments[name] = given.pop(name)
                kind = getattr(f.type, "__name__", f.type)  # a string if annotations are postponed
                if issubclass(type(value), str) and kind in _READERS:
                    try:
                        arguments[name] = _READERS[kind](str.strip(value).lower())
                    except (KeyError, ValueError):
                        words = ", ".join(_FLAGS) if kind == "bool" else kind
                        errors[name] = str(_refusal(value, "readable as " + words))
            elif f.default is MISSING and f.default_factory is MISSING:
                arguments[name] = errors[name] = "missing"
        for name in () if ignore_unknown else given:
            close = difflib.get_close_matches(name.lower(), known)
            errors[name] = "unknown parameter" + (f", did you mean {close[0]!r}?" if close else "")
        if not errors:
            return cls(**arguments)
        try:
            cls(**arguments)
        except Exception as error:
            errors = {**getattr(error, "errors", {}), **errors}
        raise FineTuningParamsError({n: errors[n] for n in [*known, *errors] if n in errors})

    def __str__(self) -> str:
        texts = self.to_strings()
        return " / ".join([f"{name}: {texts[name]}" for name in sorted(texts)])

    @property
    def id(self) -> str:
        """The SHA-256 of str(self) in UTF-8 in 64 hexadecimal digits, as in EmbeddingStudio."""
        return sha256(str(self).encode()).hexdigest()


def main(argv: Optional[List[str]] = None) -> None:
    """Print the id and the string of the parameters given as arguments, or exit with status 2."""
    import json
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    problems: List[str] = []
    values: Dict[str, Any] = {}
    unread: List[str] = []

    def unique(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
        names = sorted(name for name, _ in pairs)
        problems.extend(f"{_one_line(a)}: given twice" for a, b in zip(names, names[1:]) if a == b)
        return dict(pairs)

    about = "Print id and string of one run. A later FILE goes on top; - is standard input.\n"
    about += "\nParameters (max_abs_difference_threshold above min_abs_difference_threshold):\n"
    for f, (name, validate) in zip(fields(FineTuningParams), FineTuningParams._fields()):
        default = f.default if f.default_factory is MISSING else f.default_factory()
        try:
            validate(None)
        except ValueError as error:
            about += f"\n{name:28}  {error}".replace("None must be ", "")
            about += ", required" if default is MISSING else f", default {default}"
    parser = ArgumentParser(description=about, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", action="append", default=[], help="JSON object")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("pairs", metavar="NAME=VALUE", nargs="*", help="goes on top of FILE")
    options, rest = parser.parse_known_intermixed_args(argv)
    try:
        for path in options.json:
            with open(0 if path == "-" else path, "rb") as file:
                values.update({**json.load(file, object_pairs_hook=unique)})
    except (OSError, TypeError, ValueError, RecursionError) as error:
        unread = [f"--json: {error}"]
    pairs = [pair.partition("=") for pair in options.pairs + rest]
    problems += [f"{_show(pair[0])} must be NAME=VALUE" for pair in pairs if not pair[1]]
    values.update(unique([(name, value) for name, equals, value in pairs if equals]))
    try:
        params = FineTuningParams.from_strings(values)
    except FineTuningParamsError as error:
        found = str(error).split("\n")[1:]
        problems += [line for line in found if not (unread and line.endswith(": missing"))]
    if unread or problems:
        parser.error("\n".join(unread + problems))
    print(params.id, params, sep="  ")


if __name__ == "__main__":
    main()
