# SPDX-License-Identifier: MIT-0
"""The contract of finetuning_params as laws, tables and frozen literals.

A quick, repeatable run: python -m pytest. A thorough one, at random and 5,000 examples a law:
HYPOTHESIS_PROFILE=thorough python -m pytest
"""

import collections
import copy
import dataclasses
import doctest
import enum
import hashlib
import importlib.util
import inspect
import itertools
import json
import math
import multiprocessing
import operator
import os
import pickle
import re
import subprocess
import sys
import types
import typing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, NoReturn, Optional, Set, Tuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import finetuning_params
from finetuning_params import ExamplesType, FineTuningParams, FineTuningParamsError

SLOW = [HealthCheck.too_slow]
settings.register_profile("quick", derandomize=True, deadline=None, database=None)
settings.register_profile("thorough", max_examples=5000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

MODULE = Path(finetuning_params.__file__)
README = Path(__file__).with_name("README.md")
LARGEST = 1.7976931348623157e308
SMALLEST = 5e-324
NAMES = [f.name for f in dataclasses.fields(FineTuningParams)]
REQUIRED = NAMES[:8]
LOW, HIGH = "min_abs_difference_threshold", "max_abs_difference_threshold"
VALID: Dict[str, Any] = dict(zip(REQUIRED, [3, 0.01, 0.01, 0.0, 0.0, 1.0, True, 0.5]))
VALID_ID = "adc0177891faeac7d01f0c2e9f680721769120f71e57b7fcaaf62f475fcef22e"
VALID_STRING = (
    "examples_order: ExamplesType.all_examples / items_lr: 0.01 / items_weight_decay: 0.0 / "
    "margin: 1.0 / max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
    "negative_downsampling: 0.5 / not_irrelevant_only: True / num_fixed_layers: 3 / "
    "query_lr: 0.01 / query_weight_decay: 0.0"
)
ORDER = "a non-empty sequence of examples types (names or numbers from 1 to 11)"
FLAGS = "readable as true, 1, yes, on, false, 0, no, off"

# fmt: off
# The id that EmbeddingStudio's class gives, and the arguments; then the strings of the last two.
GOLDEN = [
    ("711b6d148df370c3ef0d293e23e13fe2580545fdf06f61b99be4ede985261f0e",
     (0, 1.292, 1.3144594976968792e-10, 0.1, 1e-06, 5e-05, False, 1, 0.0, 5)),
    ("1d9caf5e180d9eb82d563ad9168bbc2ee064ee72387aac8639f9d2bc4ed9a8d7",
     (606391, 1.976, 1e-07, 0.0, 1e-05, 0.0039765009841445645, False, 0.14181091322636685,
      0.0, 1.0, "4,8")),
    ("c281dbb1c940deaaf965c9a9dbafd19deb19302fe11441a833dc2e2e9cadcc61",
     (12, 1e-06, 1e-06, 0.712, 0.32, 0.0, True, 0, 0.03764318587803987, 0.7723051418615892,
      " 2 , 10 , 8 ")),
    ("46dbf46db7ec7c65f00c877164f68f33fb4c3d8c6d1b847defa625e78beddbdc",
     (3, 1e-05, 0.587, 1.753, 1.6578601914400463e-05, 0.0, True, 0.5, 0.0, 1.0,
      [ExamplesType.negative_only, ExamplesType.medium_negative])),
    ("4f1c80fa3c6de4b0241d1c3075a965808ee9c70b6b2e5f8e34da6553752ab56c",
     (1, 1.146, 1.7976931348623157e+308, 5.985094537874169e-08, 5e-05, 1.7976931348623157e+308,
      True, 0)),
    ("c8a612e05e1bee2e6cbe48c5fe6721cade4bc68a4b92ec408cc8e2d22b8bc223",
     (855522, 2.3730586152893742e-11, 0.312, 0.0, 0.1, 0.0, False, 0, 0.0, 1.0, (7, 8, 7, 1, 2))),
    ("3d56489fed4dda0dfe956e19bf3eba708e60acd5d0f09f452082bec0e6803003",
     (1, 2.259193578790768e-07, 1e+22, 15.705585409866337, 5e-324, 0.0, False, 1, 0.0, 1.0,
      (ExamplesType.all_examples, 10, 11))),
]
GOLDEN_STRINGS = [
    "examples_order: ExamplesType.medium_negative,ExamplesType.hard_negative,"
    "ExamplesType.medium_negative,ExamplesType.medium_all,ExamplesType.hard_all / items_lr: 0.312 "
    "/ items_weight_decay: 0.1 / margin: 0.0 / max_abs_difference_threshold: 1.0 / "
    "min_abs_difference_threshold: 0.0 / negative_downsampling: 0.0 / not_irrelevant_only: False / "
    "num_fixed_layers: 855522 / query_lr: 2.3730586152893742e-11 / query_weight_decay: 0.0",
    "examples_order: ExamplesType.all_examples,ExamplesType.negative_only,ExamplesType.all_examples"
    " / items_lr: 1e+22 / items_weight_decay: 5e-324 / margin: 0.0 / "
    "max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
    "negative_downsampling: 1.0 / not_irrelevant_only: False / num_fixed_layers: 1 / "
    "query_lr: 2.259193578790768e-07 / query_weight_decay: 15.705585409866337",
]
# fmt: on

# What 1.0.0 pickled, with protocol 2.
PICKLE = (
    b"\x80\x02cfinetuning_params\nFineTuningParams\nq\x00)\x81q\x01}q\x02(X\x10\x00\x00\x00num_fi"
    b"xed_layersq\x03K\x03X\x08\x00\x00\x00query_lrq\x04G?\x84z\xe1G\xae\x14{X\x08\x00\x00\x00ite"
    b"ms_lrq\x05G?\x94z\xe1G\xae\x14{X\x12\x00\x00\x00query_weight_decayq\x06G\x00\x00\x00\x00"
    b"\x00\x00\x00\x00X\x12\x00\x00\x00items_weight_decayq\x07G?\xb9\x99\x99\x99\x99\x99\x9aX\x06"
    b"\x00\x00\x00marginq\x08G?\xf0\x00\x00\x00\x00\x00\x00X\x13\x00\x00\x00not_irrelevant_onlyq"
    b"\t\x88X\x15\x00\x00\x00negative_downsamplingq\nG?\xe0\x00\x00\x00\x00\x00\x00X\x1c\x00\x00"
    b"\x00min_abs_difference_thresholdq\x0bG?\xd0\x00\x00\x00\x00\x00\x00X\x1c\x00\x00\x00max_abs"
    b"_difference_thresholdq\x0cG?\xf8\x00\x00\x00\x00\x00\x00X\x0e\x00\x00\x00examples_orderq\rc"
    b"finetuning_params\n_FrozenList\nq\x0e]q\x0f(cfinetuning_params\nExamplesType\nq\x10K\x02"
    b"\x85q\x11Rq\x12h\x10K\x0b\x85q\x13Rq\x14e\x85q\x15Rq\x16ub."
)
PICKLED_ID = "647e75e186a6c92ca55eeb6e78d6164ddd8276ab987423b03d925830b4e26373"

VALIDATORS = [
    "validate_non_negative_int",
    "validate_positive_float",
    "validate_non_negative_float",
    "validate_non_negative_float_margin",
    "validate_bool",
    "validate_ratio",
    "validate_threshold",
    "validate_examples_order",
]

# Examples types as EmbeddingStudio's, which are not integers, and others that only look like them.
Theirs: Any = enum.Enum("ExamplesType", [(m.name, m.value) for m in ExamplesType])  # type: ignore[misc]
Numbers: Any = enum.IntEnum("Numbers", {"two": 2})
Others: Any = enum.Enum("Others", {"hard_all": 3, "soft_all": [3], "other": 2})


class Index:
    """An integer to operator.index(), as NumPy's integers are."""

    def __init__(self, value: int) -> None:
        self.value = int(value)

    def __index__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return f"Index({self.value})"


# Subclasses such as NumPy's float64 and str_.
Float: Any = type("Float", (float,), {})
Int: Any = type("Int", (int,), {})
Text: Any = type("Text", (str,), {})


class Shown:
    """Is shown as it is told."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Unshown:
    """Has a repr that fails."""

    def __repr__(self) -> NoReturn:
        raise ZeroDivisionError("never to be seen")


def valid(**changes: Any) -> FineTuningParams:
    """The valid parameters with changes, which are of any type."""
    return FineTuningParams(**{**VALID, **changes})


def error_of(build: Callable[[], object]) -> FineTuningParamsError:
    with pytest.raises(FineTuningParamsError) as caught:
        build()
    return caught.value


def refusals(**changes: Any) -> Dict[str, str]:
    """What is wrong with the valid parameters after changes."""
    return error_of(lambda: valid(**changes)).errors


def unread(values: Any, **options: Any) -> Dict[str, str]:
    """What from_strings says is wrong with values."""
    return error_of(lambda: FineTuningParams.from_strings(values, **options)).errors


def message(validator: str, value: object) -> str:
    with pytest.raises(ValueError) as caught:
        getattr(FineTuningParams, validator)(value)
    return str(caught.value)


positive_floats = st.floats(SMALLEST, LARGEST)
non_negative_floats = st.one_of(st.just(0.0), positive_floats)
ratios = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0).map(abs))
windows = st.lists(non_negative_floats, min_size=2, max_size=2, unique=True).map(sorted)
orders = st.lists(st.sampled_from(ExamplesType), min_size=1, max_size=5)
white = st.text(" \t\n\r\f\v\u00a0\u2003", max_size=2)
names = st.sampled_from(NAMES)


@st.composite
def order_strings(draw: Any, order: List[ExamplesType]) -> str:
    """The order as a string between commas, or as str() or json.dumps() write a list or tuple."""
    if draw(st.booleans()):
        parts = [draw(st.sampled_from([m.name, str(m), str(m.value), f"+{int(m)}"])) for m in order]
        return ",".join([draw(white) + part + draw(white) for part in parts])
    items = [draw(st.sampled_from([m, m.name, m.value, str(m.value)])) for m in order]
    write = draw(st.sampled_from([str, json.dumps]))
    text = write(draw(st.sampled_from([list, tuple]))(items))
    return f"{draw(white)}{text}{draw(white)}"


@st.composite
def order_forms(draw: Any, order: List[ExamplesType]) -> Any:
    """The order in any accepted form: one string or one item, a sequence or an iterator."""
    if draw(st.booleans()):
        return draw(order_strings(order))
    items = [
        draw(st.sampled_from([m, int(m), Int(m), Index(m), m.name, Text(f" {m} "), Theirs[m.name]]))
        for m in order
    ]
    if len(items) == 1 and draw(st.booleans()):
        return items[0]
    return draw(st.sampled_from([list, tuple, iter, collections.deque]))(items)


@st.composite
def stored_values(draw: Any) -> Dict[str, Any]:
    """All fields of a valid object as it stores them."""
    rates = [draw(positive_floats) for _ in range(2)]
    weights = [draw(non_negative_floats) for _ in range(3)]
    layers, flag, ratio = draw(st.integers(0, 10**30)), draw(st.booleans()), draw(ratios)
    return dict(zip(NAMES, [layers, *rates, *weights, flag, ratio, *draw(windows), draw(orders)]))


@st.composite
def written_values(draw: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """The fields of a valid object in any accepted form, and as they have to be stored."""
    stored = draw(stored_values())
    written = dict(stored)
    for name, value in stored.items():
        if type(value) is int:
            written[name] = draw(st.sampled_from([int, Int, Index]))(value)
        elif type(value) is float:
            written[name] = draw(st.sampled_from([float, Float]))(value)
            if value == 0.0 and draw(st.booleans()):
                written[name] = draw(st.sampled_from([float, Float]))(-0.0)
            if name in NAMES[7:] and value.is_integer() and draw(st.booleans()):
                written[name] = draw(st.sampled_from([int, Index]))(int(value))
    written["examples_order"] = draw(order_forms(stored["examples_order"]))
    return written, stored


valid_params = stored_values().map(lambda values: FineTuningParams(**values))

# What each validator rejects, by rule; messages that differ are spelled out below.
RATIO = "a float or integer from 0 to 1"
NO_FLOATS: List[Any] = [-SMALLEST, -1.0, -LARGEST, -math.inf, math.nan, True, False, None, "0.1"]
NO_FLOATS += [Float(-1), Float("nan"), Decimal("0.5"), Fraction(1, 2), 1j, [0.1]]
REJECTED: List[Tuple[str, str, List[Any]]] = [
    (
        "validate_non_negative_int",
        "a non-negative integer",
        [-1, Index(-1), True, 3.0, math.inf, "3", None, [3]],
    ),
    ("validate_positive_float", "a positive float", [0.0, -0.0, -0.01, *NO_FLOATS]),
    ("validate_positive_float", "a positive float, not an int", [1, 0, -1, Index(1)]),
    ("validate_non_negative_float", "a non-negative float", NO_FLOATS),
    ("validate_non_negative_float", "a non-negative float, not an int", [1, 0, -1, Index(1)]),
    ("validate_non_negative_float_margin", "a non-negative float", NO_FLOATS),
    ("validate_non_negative_float_margin", "a non-negative float, not an int", [1]),
    ("validate_bool", "True or False", [0, 1, 1.0, "True", "", None, [], Index(1)]),
    ("validate_ratio", RATIO, [1.0000000000000002, 2, -1, math.inf, 10**40, *NO_FLOATS]),
    ("validate_threshold", "a non-negative finite float", [-1, Index(-1), math.inf, *NO_FLOATS]),
]
FINITE = "inf must be a finite float"
# fmt: off
SPELLED_OUT: List[Tuple[str, Any, str]] = [
    *[("validate_positive_float", infinity, FINITE) for infinity in [math.inf, Float("inf")]],
    ("validate_non_negative_float", math.inf, FINITE),
    ("validate_non_negative_float_margin", math.inf, FINITE),
    ("validate_positive_float", Decimal("inf"), "Decimal('Infinity') must be a positive float"),
    ("validate_positive_float", Shown("0.1"), "0.1 (Shown) must be a positive float"),
    ("validate_threshold", 10**309, f"1{46 * '0'}... must be a non-negative finite float"),
    ("validate_threshold", -(10**309), f"-1{45 * '0'}... must be a non-negative finite float"),
]
NO_ORDERS: List[Any] = [[], (), {1}, frozenset([1]), {1: 2}, {1: 2}.keys(), {1: 2}.items(),
                        b"\1", bytearray(b"\1")]
# Orders, and which of their items is no examples type.
WRONG_ITEMS: List[Tuple[Any, Any]] = [
    *[(text, text) for text in ["", "nope", "Hard_All", "1.0", "True", "0", "12", "-1", "1 2"]],
    *[(text, text) for text in ["[1", "(1]", "'1'", '"1"', "ExamplesType.", "ExamplesType.2"]],
    *[(value, value) for value in [12, 0, -1, True, 1.0, None, object]],
    ("[]", ""), ("()", ""), ("[ ]", ""), ("(,)", ""), ("1,", ""), (",1", ""), ("1,,2", ""),
    ("[1,]", ""), ("[[1]]", "[1]"), ("1, 12", " 12"), ("['1\"]", "'1\""), ("['']", ""),
    ([1, 12], 12), ([0, 1], 0), ([[1]], [1]), ([True], True), ([1.0], 1.0), ([None], None),
    (["1", ""], ""), (["1,2"], "1,2"), (["[1]"], "[1]"), (range(3), 0),
    *[([member], member) for member in Others],
]
# fmt: on
WRONG = {
    **{name: [0.0, math.inf, 1, *NO_FLOATS] for name in ["query_lr", "items_lr"]},
    **{name: [math.inf, 1, *NO_FLOATS] for name in NAMES[3:6]},
    **{name: [-1, math.inf, 10**400, -(10**400), *NO_FLOATS] for name in NAMES[7:10]},
    "num_fixed_layers": REJECTED[0][2],
    "not_irrelevant_only": [0, "True", None],
    "examples_order": [*NO_ORDERS, *[order for order, _ in WRONG_ITEMS]],
}
wrong_subsets = st.sets(names, min_size=1).flatmap(
    lambda chosen: st.fixed_dictionaries({name: st.sampled_from(WRONG[name]) for name in chosen})
)

junk_atoms = st.one_of(
    *[st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers()],
    *[st.text(max_size=20), st.binary(max_size=5), st.decimals(), st.fractions(), st.datetimes()],
    *[st.integers().map(Index), st.floats().map(Float), st.text(max_size=300).map(Shown)],
    st.builds(Unshown),
    st.sampled_from([Unshown, ExamplesType, Theirs, "x" * 10**5, range(9)]),
    st.sampled_from([400, 5000]).map(lambda digits: 10**digits),
)
junk = st.recursive(
    junk_atoms,
    lambda inner: st.one_of(
        *[st.lists(inner, max_size=4).map(kind) for kind in (list, tuple, iter)],
        st.dictionaries(st.text(max_size=5), inner, max_size=3),
        st.sets(st.one_of(st.integers(1, 11), names), max_size=3),
    ),
    max_leaves=6,
)
names_and_values = st.dictionaries(
    st.one_of(names, st.text(max_size=60)), st.one_of(st.text(), junk), max_size=14
)


def check_error(error: FineTuningParamsError) -> None:
    """An error is complete, bounded, and one line for each field below the count."""
    lines = str(error).split("\n")
    count = len(error.errors)
    assert lines[0] == ("1 invalid parameter" if count == 1 else f"{count} invalid parameters")
    assert len(lines) == 1 + count
    assert lines == str(error).splitlines()
    for line, (name, text) in zip(lines[1:], error.errors.items()):
        assert line.endswith(": " + text)
        assert text.isprintable() and len(text) < 200 and len(line) < 255
        if name in NAMES:
            assert line == name + ": " + text
    known = [name for name in error.errors if name in NAMES]
    assert list(error.errors)[: len(known)] == known == sorted(known, key=NAMES.index)


def check_canonical(params: FineTuningParams) -> None:
    """A built object keeps every range, and holds nothing but plain values."""
    values = dict(params)
    order = values.pop("examples_order")
    assert [type(v) for v in values.values()] == [int] + 5 * [float] + [bool] + 3 * [float]
    assert isinstance(order, list) and len(order) >= 1
    assert all(type(member) is ExamplesType for member in order)
    floats = [value for value in values.values() if type(value) is float]
    assert all(math.isfinite(value) and math.copysign(1.0, value) == 1.0 for value in floats)
    assert params.num_fixed_layers >= 0
    assert params.query_lr > 0.0 and params.items_lr > 0.0
    assert 0.0 <= params.negative_downsampling <= 1.0
    assert params.min_abs_difference_threshold < params.max_abs_difference_threshold


class TestLaws:
    @given(written_values())
    def test_every_accepted_form_is_stored_canonically(self, pair: Any) -> None:
        written, stored = pair
        params = FineTuningParams(**written)
        check_canonical(params)
        assert dict(params) == stored

    @given(stored_values(), wrong_subsets)
    def test_each_bad_field_is_named_and_no_good_one(self, values: Any, wrong: Any) -> None:
        error = error_of(lambda: FineTuningParams(**{**values, **wrong}))
        check_error(error)
        assert list(error.errors) == [name for name in NAMES if name in wrong]

    @given(stored_values(), windows, st.booleans(), st.booleans())
    def test_thresholds_that_leave_no_pair_are_rejected_in_their_place(
        self, values: Any, window: Any, equal: bool, bad_order: bool
    ) -> None:
        low, high = window[1], window[1 if equal else 0]
        values = {**values, LOW: low, HIGH: high, **({"examples_order": []} if bad_order else {})}
        expected = {HIGH: f"{high!r} must be above {LOW} ({low!r}), or no pair is left"}
        if bad_order:
            expected["examples_order"] = f"[] must be {ORDER}"
        errors = error_of(lambda: FineTuningParams(**values)).errors
        assert list(errors.items()) == list(expected.items()) == list(unread(values).items())

    @given(written_values())
    def test_equal_params_have_equal_ids_hashes_and_reprs(self, pair: Any) -> None:
        written, stored = pair
        first, second = FineTuningParams(**written), FineTuningParams(**stored)
        assert (first == second, first != second) == (True, False)
        for view in (operator.attrgetter("id"), hash, repr, str):
            assert view(first) == view(second)
        assert len({first, second}) == 1

    @given(valid_params, stored_values(), st.sets(names, max_size=2))
    def test_different_params_have_different_ids(
        self, params: FineTuningParams, values: Any, changed: Set[str]
    ) -> None:
        if changed & {LOW, HIGH}:
            changed |= {LOW, HIGH}
        other = dataclasses.replace(params, **{name: values[name] for name in changed})
        assert (params == other) == (params.id == other.id) == (str(params) == str(other))
        assert (params == other) == (dict(params) == dict(other))

    @given(orders.flatmap(lambda order: st.tuples(st.just(order), order_forms(order))))
    def test_every_form_of_an_order_is_the_same_order(self, pair: Any) -> None:
        order, form = pair
        result = FineTuningParams.validate_examples_order(form)
        assert result == order
        assert type(result) is list and all(type(member) is ExamplesType for member in result)

    @given(valid_params)
    def test_the_id_is_the_sha_256_of_sorted_strings(self, params: FineTuningParams) -> None:
        assert params.id == hashlib.sha256(str(params).encode("utf-8")).hexdigest()
        strings = params.to_strings()
        assert list(strings) == NAMES
        assert str(params) == " / ".join("{}: {}".format(*item) for item in sorted(strings.items()))
        order = strings.pop("examples_order")
        assert order == ",".join("ExamplesType." + member.name for member in params.examples_order)
        assert strings == {name: repr(getattr(params, name)) for name in NAMES[:-1]}

    @given(valid_params)
    def test_strings_are_read_back(self, params: FineTuningParams) -> None:
        for strings in [
            params.to_strings(),
            {name: str(value) for name, value in dict(params).items()},
            {name: f"\t {text} \n" for name, text in params.to_strings().items()},
            dict(part.split(": ") for part in str(params).split(" / ")),
        ]:
            again = FineTuningParams.from_strings(strings)
            assert again == params and again.id == params.id

    @given(valid_params)
    def test_json_is_read_back(self, params: FineTuningParams) -> None:
        for values in (dataclasses.asdict(params), dict(params), params.to_strings()):
            assert FineTuningParams.from_strings(json.loads(json.dumps(values))) == params
        assert FineTuningParams(**json.loads(json.dumps(dict(params)))) == params

    @given(valid_params)
    def test_a_repr_is_code_and_a_dict_is_the_arguments(self, params: FineTuningParams) -> None:
        for again in (
            eval(repr(params), vars(finetuning_params).copy()),
            FineTuningParams(**dict(params)),
        ):
            assert again == params and again.id == params.id
        assert list(dict(params)) == NAMES

    @given(valid_params)
    def test_embedding_studios_members_give_the_same_id(self, params: FineTuningParams) -> None:
        theirs = {**dict(params), "examples_order": [Theirs[m.name] for m in params.examples_order]}
        assert FineTuningParams(**theirs).id == params.id

    @given(names, st.one_of(st.integers(-2, 12), st.integers()), st.sampled_from([int, Int, Index]))
    def test_an_integer_is_read_as_its_string(self, name: str, number: int, kind: Any) -> None:
        try:
            expected = FineTuningParams.from_strings({**VALID, name: str(number)})
        except FineTuningParamsError as error:
            assert list(unread({**VALID, name: kind(number)})) == list(error.errors)
        else:
            assert FineTuningParams.from_strings({**VALID, name: kind(number)}) == expected

    @given(st.lists(st.integers(1, 11), min_size=1))
    def test_the_callers_list_is_not_shared(self, order: List[int]) -> None:
        expected = list(order)
        params = valid(examples_order=order)
        order.append(99)
        assert params.examples_order == expected

    @given(names, junk)
    def test_any_object_is_accepted_or_rejected_cleanly(self, name: str, value: Any) -> None:
        try:
            check_canonical(valid(**{name: value}))
        except FineTuningParamsError as error:
            check_error(error)
            assert set(error.errors) <= {name, HIGH}

    @given(st.lists(junk, min_size=11, max_size=11))
    def test_any_objects_are_accepted_or_rejected_cleanly(self, values: List[Any]) -> None:
        try:
            check_canonical(FineTuningParams(*values))
        except FineTuningParamsError as error:
            check_error(error)

    @given(names_and_values, st.booleans(), st.booleans())
    def test_any_mapping_is_read_or_rejected_cleanly(
        self, values: Dict[str, Any], complete: bool, ignore_unknown: bool
    ) -> None:
        values = {**VALID, **values} if complete else values
        try:
            params = FineTuningParams.from_strings(values, ignore_unknown=ignore_unknown)
        except FineTuningParamsError as error:
            check_error(error)
            unknown = [] if ignore_unknown else [name for name in values if name not in NAMES]
            assert [name for name in error.errors if name not in NAMES] == unknown
        else:
            check_canonical(params)
            assert ignore_unknown or set(values) <= set(NAMES)

    @given(st.dictionaries(st.text(max_size=80), st.text(max_size=80), min_size=1))
    def test_errors_survive_pickle_and_copy(self, errors: Dict[str, str]) -> None:
        error = FineTuningParamsError(errors=errors)
        again = [pickle.loads(pickle.dumps(error, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)]
        for other in [*again, copy.copy(error), copy.deepcopy(error)]:
            assert type(other) is FineTuningParamsError
            assert str(other) == str(error) and other.errors == error.errors == errors


# fmt: off
CHANGES: List[Tuple[Any, ...]] = [
    ("append", 2), ("extend", []), ("insert", 0, 2), ("remove", 2), ("pop",), ("clear",), ("sort",),
    ("reverse",), ("__setitem__", 0, 2), ("__setitem__", slice(None), []), ("__delitem__", 0),
    ("__delitem__", slice(None)), ("__iadd__", [2]), ("__imul__", 1),
]
# fmt: on
COPIES: Dict[str, Callable[[Any], Any]] = {
    "built": lambda params: params,
    "default": lambda params: valid(),
    "copied": copy.copy,
    "deep-copied": copy.deepcopy,
    "replaced": dataclasses.replace,
    "replaced order": lambda params: dataclasses.replace(params, examples_order=[2, 11]),
    "read": lambda params: FineTuningParams.from_strings(params.to_strings()),
    **{
        f"pickled {n}": lambda params, n=n: pickle.loads(pickle.dumps(params, n))  # type: ignore[misc]
        for n in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}


class TestUnchangeable:
    @pytest.mark.parametrize("how", COPIES)
    @pytest.mark.parametrize("change", CHANGES, ids=str)
    def test_no_list_of_any_object_can_be_changed(self, how: str, change: Any) -> None:
        name, *arguments = change
        params = COPIES[how](valid(examples_order="2,11"))
        before = (params.id, hash(params), list(params.examples_order))
        with pytest.raises(TypeError) as caught:
            getattr(params.examples_order, name)(*arguments)
        expected = "the list cannot be changed: use dataclasses.replace() on the parameters"
        assert str(caught.value) == expected
        assert (params.id, hash(params), list(params.examples_order)) == before

    @given(valid_params, st.sampled_from(sorted(set(COPIES) - {"default", "replaced order"})))
    def test_a_copy_is_equal_in_all_but_identity(self, params: Any, how: str) -> None:
        again = COPIES[how](params)
        assert type(again) is FineTuningParams
        assert again == params and again.id == params.id and hash(again) == hash(params)
        assert type(again.examples_order) is type(params.examples_order)

    @given(valid_params)
    def test_the_list_is_otherwise_a_list(self, params: FineTuningParams) -> None:
        order, plain = params.examples_order, list(params.examples_order)
        assert isinstance(order, list)
        assert order == plain and plain == order
        assert repr(order) == repr(plain) and str(order) == str(plain)
        assert json.dumps(order) == json.dumps(plain)
        for copied in (order[:], order + plain[:0], order * 1, order.copy()):
            assert type(copied) is list and copied == plain
        assert (
            copy.deepcopy(order) == copy.copy(order) == pickle.loads(pickle.dumps(order)) == plain
        )
        with pytest.raises(AttributeError):
            order.note = "junk"  # type: ignore[attr-defined]

    def test_no_field_can_be_set_or_deleted(self) -> None:
        params = valid()
        for name in [*NAMES, "new"]:
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(params, name, 1.0)
            with pytest.raises(dataclasses.FrozenInstanceError):
                delattr(params, name)
        assert params.id == VALID_ID

    def test_every_order_of_a_grid_has_a_hash_of_its_own(self) -> None:
        grid = [valid(examples_order=order) for order in itertools.permutations(range(1, 8))]
        assert len({hash(params) for params in grid}) > 5000
        assert len(set(grid + grid)) == len({params.id for params in grid}) == 5040

    def test_a_long_order_is_built_named_and_read_in_no_time(self) -> None:
        order = 10**5 * [1, 2]
        params = valid(examples_order=order)
        text = ",".join(map(str, order))
        assert params == valid(examples_order=text)
        assert params == valid(examples_order=f"({text},)")
        assert len(params.id) == 64 and len({params, copy.deepcopy(params)}) == 1
        assert len(refusals(examples_order=[*order, 99])["examples_order"]) < 200

    def test_many_unknown_names_are_reported_in_no_time(self) -> None:
        unknown = {f"query_lr{number}": 1 for number in range(5000)}
        error = error_of(lambda: FineTuningParams.from_strings({**VALID, **unknown}))
        assert list(error.errors) == list(unknown)
        assert len(str(error).splitlines()) == 5001


# fmt: off
ACCEPTED: Dict[str, List[Tuple[Any, Any]]] = {
    "validate_non_negative_int": [
        (0, 0), (10**400, 10**400), (Index(7), 7), (Int(7), 7), (ExamplesType.hard_all, 2)],
    "validate_positive_float": [
        (SMALLEST, SMALLEST), (LARGEST, LARGEST), (Float(0.25), 0.25)],
    "validate_non_negative_float": [
        (0.0, 0.0), (-0.0, 0.0), (Float(-0.0), 0.0), (SMALLEST, SMALLEST), (LARGEST, LARGEST)],
    "validate_non_negative_float_margin": [(-0.0, 0.0), (LARGEST, LARGEST)],
    "validate_bool": [(True, True), (False, False)],
    "validate_ratio": [
        (0, 0.0), (-0.0, 0.0), (SMALLEST, SMALLEST), (0.9999999999999999, 0.9999999999999999),
        (1.0, 1.0), (1, 1.0), (Index(1), 1.0), (Int(1), 1.0), (Float(0.25), 0.25)],
    "validate_threshold": [
        (0, 0.0), (-0.0, 0.0), (Float(-0.0), 0.0), (SMALLEST, SMALLEST), (LARGEST, LARGEST),
        (int(LARGEST), LARGEST), (Index(7), 7.0)],
    "validate_examples_order": [
        (ExamplesType.all_examples, [11]), (Theirs["hard_all"], [2]), (2, [2]), (Index(2), [2]),
        (list(Numbers), [2]),
        ([Theirs["hard_all"], 11], [2, 11]), ([1, ExamplesType.hard_all, "3"], [1, 2, 3]),
        (ExamplesType, list(range(1, 12))), (Theirs, list(range(1, 12))), ((1, 1), [1, 1]),
        (range(1, 12), list(range(1, 12))), ({"x": 2, "y": 1}.values(), [2, 1]),
        ("+1, 0_2", [1, 2]), (Text("2"), [2]), ("hard_all", [2]), ("(2,)", [2]),
        ("['hard_all', 'all_examples']", [2, 11]), ('["hard_all", 11]', [2, 11]),
        (" ( 2,\n11 ) ", [2, 11]), ("[ExamplesType.hard_all, 11]", [2, 11]),
        ("['1', \"2\"]", [1, 2]), (str([Theirs["hard_all"]]), [2])],
}
# fmt: on
GOOD = [(name, value, expected) for name, rows in ACCEPTED.items() for value, expected in rows]
REFUSED = [
    *[(name, bad, f"{bad!r} must be {rule}") for name, rule, values in REJECTED for bad in values],
    *SPELLED_OUT,
    *[("validate_examples_order", bad, f"{bad!r} must be {ORDER}") for bad in NO_ORDERS],
]
REFUSED += [
    ("validate_examples_order", bad, f"{bad!r} must be {ORDER}: {item!r} is not one")
    for bad, item in WRONG_ITEMS
]


def ids(rows: List[Tuple[str, Any, Any]]) -> List[str]:
    return [f"{name}({value!r:.30})" for name, value, _ in rows]


class TestValidators:
    @pytest.mark.parametrize("name, value, expected", GOOD, ids=ids(GOOD))
    def test_a_good_value_is_returned_as_a_plain_one(
        self, name: str, value: Any, expected: Any
    ) -> None:
        result = getattr(FineTuningParams, name)(value)
        assert result == expected
        assert type(result) is type(expected)
        if type(expected) is list:
            assert {type(member) for member in result} == {ExamplesType}
        else:
            assert str(result) == repr(result) == repr(expected)

    @pytest.mark.parametrize("name, value, expected", REFUSED, ids=ids(REFUSED))
    def test_a_bad_value_is_rejected_with_a_true_message(
        self, name: str, value: Any, expected: str
    ) -> None:
        assert message(name, value) == expected

    @pytest.mark.parametrize("error", [KeyError, TypeError, ValueError, ZeroDivisionError])
    def test_what_the_callers_code_raises_is_the_callers_to_see(self, error: Any) -> None:
        def items() -> Any:
            yield 1
            raise error("own")

        uses: List[Callable[[Any], Any]] = [
            FineTuningParams.validate_examples_order,
            lambda order: valid(examples_order=order),
            lambda order: FineTuningParams.from_strings({**VALID, "examples_order": order}),
        ]
        for use in uses:
            with pytest.raises(error, match="own"):
                use(items())

    def test_numpys_bool_is_a_bool_once_numpy_is_loaded(self, monkeypatch: Any) -> None:
        class Bool(Index):
            def __bool__(self) -> bool:
                return bool(self.value)

        assert message("validate_bool", Bool(1)) == "Index(1) must be True or False"
        monkeypatch.setitem(sys.modules, "numpy", types.SimpleNamespace(bool_=Bool))
        for value in [True, False]:
            assert FineTuningParams.validate_bool(Bool(value)) is value
            assert FineTuningParams.validate_bool(value) is value
            for no_number in [Bool(value), value]:
                expected = f"{no_number!r} must be a non-negative integer"
                assert message("validate_non_negative_int", no_number) == expected
        assert message("validate_bool", 1) == "1 must be True or False"


class TestMessages:
    @pytest.mark.parametrize(
        "text, shown",
        [
            ("x" * 50, "x" * 50),
            ("x" * 51, "x" * 47 + "..."),
            ("x" * 10**6, "x" * 47 + "..."),
            ("a\nb\tc\x1b[0m\u2028\ud800", "a b c [0m  "),
            ("two  blanks \u00e9", "two  blanks \u00e9"),
            ("", ""),
            ("nan1", "nan1 (Shown)"),
        ],
        ids=range(7),
    )
    def test_a_value_is_shown_in_one_line_of_fifty(self, text: str, shown: str) -> None:
        assert message("validate_bool", Shown(text)) == shown + " must be True or False"

    def test_a_value_without_a_repr_is_shown_by_its_type(self) -> None:
        endless: List[Any] = []
        for _ in range(10**5):
            endless = [endless]
        shown = {"<": Unshown(), "<list": endless, "[": [10**5000], "": 10**5000}
        for start, value in shown.items():
            text = message("validate_bool", value)
            assert text.startswith((start, "<")) and text.endswith(" must be True or False")
            assert len(text) < 80

    def test_an_error_names_its_fields_in_order(self) -> None:
        bad: Dict[str, Any] = {HIGH: 0.5, LOW: 0.5, "examples_order": [], "num_fixed_layers": -1}
        error = error_of(lambda: valid(**bad))
        assert isinstance(error, ValueError)
        assert str(error) == (
            "3 invalid parameters\n"
            "num_fixed_layers: -1 must be a non-negative integer\n"
            "max_abs_difference_threshold: 0.5 must be above min_abs_difference_threshold (0.5), "
            "or no pair is left\n"
            "examples_order: [] must be " + ORDER
        )
        check_error(error)

    def test_everything_can_be_wrong_at_once(self) -> None:
        error = error_of(lambda: FineTuningParams(*[WRONG[name][0] for name in NAMES]))
        assert list(error.errors) == NAMES
        wrong = {**{name: WRONG[name][0] for name in NAMES}, LOW: 1.0, HIGH: 1.0}
        assert list(refusals(**wrong)) == [name for name in NAMES if name != LOW]

    @pytest.mark.parametrize("name", [LOW, HIGH])
    def test_one_bad_threshold_is_not_also_called_no_window(self, name: str) -> None:
        both: Dict[str, Any] = {LOW: 5.0, HIGH: 2.0, name: "x"}
        assert refusals(**both) == {name: "'x' must be a non-negative finite float"}
        assert unread({**VALID, **both}) == {name: "'x' must be readable as float"}

    def test_the_count_and_the_names_take_one_line_each(self) -> None:
        assert str(FineTuningParamsError({"margin": "bad"})) == "1 invalid parameter\nmargin: bad"
        assert str(FineTuningParamsError({})) == "0 invalid parameters"
        error = FineTuningParamsError({"a\nb": "bad", "x" * 51: "worse", "y" * 50: "worst"})
        lines = ["3 invalid parameters", "a b: bad", "x" * 47 + "...: worse", "y" * 50 + ": worst"]
        assert str(error) == "\n".join(lines)

    def test_missing_and_unknown_arguments_are_the_languages_own_errors(self) -> None:
        with pytest.raises(TypeError):
            FineTuningParams()  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            FineTuningParams(**{**VALID, "qurey_lr": 0.1})


class TestExamplesType:
    def test_members_have_their_numbers(self) -> None:
        assert issubclass(ExamplesType, enum.IntEnum)
        names = ["medium_all", "hard_all", "soft_all"]
        names += ["medium_positive", "hard_positive", "soft_positive"]
        names += ["medium_negative", "hard_negative", "soft_negative"]
        names += ["negative_only", "all_examples"]
        assert {m.name: int(m) for m in ExamplesType} == dict(zip(names, range(1, 12)))

    @pytest.mark.parametrize("member", ExamplesType)
    def test_every_string_of_a_member_is_its_full_name(self, member: ExamplesType) -> None:
        text = "ExamplesType." + member.name
        assert str(member) == repr(member) == format(member) == f"{member}" == text
        assert "%s".__mod__(member) == text
        assert f"{member:>30}" == text.rjust(30)
        assert json.dumps(member) == str(member.value)
        assert pickle.loads(pickle.dumps(member)) is member


class TestDataclass:
    def test_defaults(self) -> None:
        params = valid()
        assert dict(params) == {**VALID, LOW: 0.0, HIGH: 1.0, "examples_order": [11]}

    def test_a_changed_copy_is_validated(self) -> None:
        params = valid()
        assert dataclasses.replace(params, margin=0.5).margin == 0.5
        errors = error_of(lambda: dataclasses.replace(params, margin=-0.5)).errors
        assert errors == {"margin": "-0.5 must be a non-negative float"}

    def test_annotations_resolve(self) -> None:
        kinds = [int] + 5 * [float] + [bool] + 3 * [float] + [List[ExamplesType]]
        assert typing.get_type_hints(FineTuningParams) == dict(zip(NAMES, kinds))

    def test_it_is_checked_where_init_is_skipped(self) -> None:
        params = object.__new__(FineTuningParams)
        for name, value in {**VALID, "margin": -0.0, "examples_order": (2,)}.items():
            object.__setattr__(params, name, value)
        params.__post_init__()
        assert params == valid(margin=0.0, examples_order="hard_all")
        assert params.id == hashlib.sha256(str(params).encode()).hexdigest()


@dataclasses.dataclass(frozen=True)
class Extended(FineTuningParams):
    """A subclass with fields of its own and another default."""

    max_abs_difference_threshold: float = 2
    margin2: float = 0.5
    epochs: "int" = 3
    shuffle: bool = False
    note: str = " as it is "
    steps: Optional[int] = None
    run: int = dataclasses.field(default=0, init=False)


class TestSubclass:
    def test_its_fields_are_in_the_string_sorted_by_name(self) -> None:
        params = Extended(**VALID)
        assert type(params.max_abs_difference_threshold) is float
        assert str(params) == "epochs: 3 / " + VALID_STRING.replace(
            "max_abs_difference_threshold: 1.0", "margin2: 0.5 / max_abs_difference_threshold: 2.0"
        ).replace("num_fixed", "note:  as it is  / num_fixed") + (
            " / run: 0 / shuffle: False / steps: None"
        )
        own = ["margin2", "epochs", "shuffle", "note", "steps", "run"]
        assert list(params.to_strings()) == list(dict(params)) == NAMES + own

    def test_it_is_read_back_as_itself(self) -> None:
        params = Extended(**VALID, epochs=7, shuffle=True, margin2=0.25)
        strings = params.to_strings()
        del strings["run"], strings["steps"]
        again = Extended.from_strings(strings)
        assert type(again) is Extended
        assert again == params and again.id == params.id
        numbers = Extended.from_strings(
            {**VALID, "epochs": 7, "shuffle": 1, "margin2": 1, "steps": 2}
        )
        assert numbers == Extended(**VALID, epochs=7, shuffle=True, margin2=1.0, steps=2)

    def test_a_copy_keeps_what_is_not_an_argument(self) -> None:
        params = Extended(**VALID)
        object.__setattr__(params, "run", 5)
        assert copy.copy(params).run == copy.deepcopy(params).run == 5

    def test_what_it_adds_is_read_or_rejected_too(self) -> None:
        bad = {"epochs": "x", "shuffle": "maybe", "query_lr": -1.0, "epoch": "1", "run": "1"}
        errors = error_of(lambda: Extended.from_strings({**VALID, **bad, LOW: "2"})).errors
        assert list(errors.items()) == [
            ("query_lr", "-1.0 must be a positive float"),
            (HIGH, f"2 must be above {LOW} (2.0), or no pair is left"),
            ("epochs", "'x' must be readable as int"),
            ("shuffle", f"'maybe' must be {FLAGS}"),
            ("run", "unknown parameter"),
            ("epoch", "unknown parameter, did you mean 'epochs'?"),
        ]

    def test_its_own_checks_run_and_what_they_raise_passes(self) -> None:
        class OwnError(Exception):
            def errors(self) -> List[str]:
                return ["as pydantic's"]

        @dataclasses.dataclass(frozen=True)
        class Strict(FineTuningParams):
            epochs: int = 3

            def __post_init__(self) -> None:
                super().__post_init__()
                if self.epochs < 1:
                    raise OwnError("own")

            @staticmethod
            def validate_positive_float(value: Any) -> float:
                if value > 0.1:
                    raise ValueError("too fast")
                return FineTuningParams.validate_positive_float(value)

        with pytest.raises(OwnError, match="own"):
            Strict.from_strings({**VALID, "epochs": "0"})
        values = {**VALID, "query_lr": 0.5, "epochs": "x"}
        expected = {"query_lr": "too fast", "epochs": "'x' must be readable as int"}
        assert error_of(lambda: Strict.from_strings(values)).errors == expected
        values["epochs"] = 0
        assert error_of(lambda: Strict(**values)).errors == {"query_lr": "too fast"}

    def test_a_fixed_threshold_is_no_argument(self) -> None:
        @dataclasses.dataclass(frozen=True)
        class Fixed(FineTuningParams):
            max_abs_difference_threshold: float = dataclasses.field(default=0.5, init=False)

        assert Fixed.from_strings(VALID).max_abs_difference_threshold == 0.5
        low = {**VALID, LOW: "0.5"}
        assert list(error_of(lambda: Fixed.from_strings(low)).errors) == [HIGH]
        assert list(error_of(lambda: Fixed.from_strings({**low, "margin": "x"})).errors) == [
            "margin"
        ]

    def test_a_field_that_is_not_set_yet_hides_no_error(self) -> None:
        @dataclasses.dataclass(frozen=True)
        class Derived(FineTuningParams):
            folder: str = dataclasses.field(init=False)

            def __post_init__(self) -> None:
                super().__post_init__()
                object.__setattr__(self, "folder", f"runs/{self.margin}")

        assert Derived.from_strings(VALID).folder == "runs/1.0"
        bad = {**VALID, "margin": -1.0, LOW: 2}
        assert list(error_of(lambda: Derived(**bad)).errors) == ["margin", HIGH]

    def test_a_base_with_its_own_new_hides_no_argument(self) -> None:
        class Base:
            def __new__(cls, *args: Any, **kwargs: Any) -> Any:
                return super().__new__(cls)

        @dataclasses.dataclass(frozen=True)
        class Mixed(FineTuningParams, Base):
            epochs: int = 3

        assert Mixed.from_strings({**VALID, "epochs": "7"}) == Mixed(**VALID, epochs=7)

    def test_a_subclass_with_slots_is_canonical_too(self) -> None:
        slots: Any = {"slots": True} if sys.version_info >= (3, 10) else {}
        plain = type("Slotted", (FineTuningParams,), {"__annotations__": {}})
        slotted: Any = dataclasses.dataclass(frozen=True, **slots)(plain)
        params = slotted(**VALID, examples_order="2,11")
        assert dict(params) == {**dict(valid()), "examples_order": [2, 11]}


class TestFromStrings:
    STRINGS = {name: str(value) for name, value in VALID.items()}

    def test_a_string_is_read_as_python_reads_it(self) -> None:
        strings = {"num_fixed_layers": " +1_0 ", "query_lr": Text("1e-4"), "items_lr": "\t1\n"}
        strings.update({"margin": "-0", "negative_downsampling": ".5", HIGH: "1E1"})
        strings["examples_order"] = "[ExamplesType.hard_all, 11]"
        changed = {"num_fixed_layers": 10, "query_lr": 0.0001, "items_lr": 1.0, "margin": 0.0}
        expected = {**VALID, **changed, LOW: 0.0, HIGH: 10.0, "examples_order": [2, 11]}
        assert dict(FineTuningParams.from_strings({**self.STRINGS, **strings})) == expected

    @pytest.mark.parametrize("case", [str.lower, str.upper, str.title, " {} ".format])
    def test_flags(self, case: Callable[[str], str]) -> None:
        for words, flag in [("true 1 yes on", True), ("false 0 no off", False)]:
            for word in words.split():
                strings = {**self.STRINGS, "not_irrelevant_only": case(word)}
                assert FineTuningParams.from_strings(strings).not_irrelevant_only is flag

    def test_other_values_are_taken_as_the_constructor_takes_them(self) -> None:
        assert FineTuningParams.from_strings(VALID) == valid()
        once = FineTuningParams.from_strings({**VALID, "examples_order": iter([2, 11])})
        assert once.examples_order == [2, 11]

    @pytest.mark.parametrize(
        "name, value, expected",
        [
            ("num_fixed_layers", "3.0", "'3.0' must be readable as int"),
            ("num_fixed_layers", "", "'' must be readable as int"),
            ("num_fixed_layers", "-1", "-1 must be a non-negative integer"),
            ("num_fixed_layers", 3.0, "3.0 must be a non-negative integer"),
            ("items_lr", True, "True must be a positive float"),
            ("margin", None, "None must be a non-negative float"),
            ("not_irrelevant_only", 2.0, "2.0 must be True or False"),
            ("query_lr", "fast", "'fast' must be readable as float"),
            ("query_lr", "inf", FINITE),
            ("query_lr", 10**400, FINITE),
            ("query_lr", 0, "0.0 must be a positive float"),
            ("query_lr", "NaN", "nan must be a positive float"),
            ("not_irrelevant_only", "2", f"'2' must be {FLAGS}"),
            ("not_irrelevant_only", 2, f"2 must be {FLAGS}"),
            ("examples_order", "1,,2", f"'1,,2' must be {ORDER}: '' is not one"),
            (HIGH, "0", f"0.0 must be above {LOW} (0.0), or no pair is left"),
        ],
    )
    def test_what_cannot_be_read_is_rejected(self, name: str, value: Any, expected: str) -> None:
        assert unread({**self.STRINGS, name: value}) == {name: expected}

    def test_all_problems_come_at_once_and_in_order(self) -> None:
        bad: Dict[Any, Any] = {"Query_LR": "0.1", "x" * 99: "", 7: "", "margin": "wide", LOW: "2"}
        error = error_of(lambda: FineTuningParams.from_strings({**bad, "num_fixed_layers": "-1"}))
        assert list(error.errors.items()) == [
            ("num_fixed_layers", "-1 must be a non-negative integer"),
            *[(name, "missing") for name in NAMES[1:5]],
            ("margin", "'wide' must be readable as float"),
            *[(name, "missing") for name in NAMES[6:8]],
            (HIGH, f"1.0 must be above {LOW} (2.0), or no pair is left"),
            ("Query_LR", "unknown parameter, did you mean 'query_lr'?"),
            ("x" * 99, "unknown parameter"),
            ("7", "unknown parameter"),
        ]
        check_error(error)

    def test_unknown_names_pass_if_asked_to(self) -> None:
        values: Dict[Any, str] = {**self.STRINGS, "host": "x"}
        values[7] = "y"
        assert FineTuningParams.from_strings(values, ignore_unknown=True).id == VALID_ID
        assert unread({"a": 1}, ignore_unknown=True) == dict.fromkeys(REQUIRED, "missing")
        with pytest.raises(TypeError):
            FineTuningParams.from_strings(self.STRINGS, True)  # type: ignore[call-arg]

    @pytest.mark.parametrize(
        "name, hint",
        [
            ("qurey_lr", ", did you mean 'query_lr'?"),
            (HIGH.upper(), f", did you mean {HIGH!r}?"),
            ("xyz", ""),
            ("x" * 10**6, ""),
        ],
        ids=["typo", "case", "other", "long"],
    )
    def test_a_close_name_is_suggested(self, name: str, hint: str) -> None:
        assert unread({**self.STRINGS, name: 1}) == {name: "unknown parameter" + hint}

    @pytest.mark.parametrize("values", [None, 3, "text", [1], [("margin", 1.0)], object, Unshown()])
    def test_what_is_no_mapping_is_rejected(self, values: Any) -> None:
        shown = message("validate_bool", values).replace("True or False", "a mapping of names")
        assert unread(values) == {"values": shown}

    def test_any_mapping_will_do(self) -> None:
        class Row:
            """As a pandas Series: no Mapping, but dict() takes it."""

            def keys(self) -> Any:
                return VALID.keys()

            def __getitem__(self, name: str) -> Any:
                return VALID[name]

        row: Any = Row()
        mappings: List[Mapping[str, Any]] = [
            collections.OrderedDict(self.STRINGS),
            types.MappingProxyType(self.STRINGS),
            collections.ChainMap(self.STRINGS),
            {Text(name): Text(value) for name, value in self.STRINGS.items()},
            row,
        ]
        assert [FineTuningParams.from_strings(m).id for m in mappings] == 5 * [VALID_ID]


class TestFrozenPromises:
    @pytest.mark.parametrize("id_, arguments", GOLDEN, ids=[row[0][:8] for row in GOLDEN])
    def test_ids_stay(self, id_: str, arguments: Any) -> None:
        params = FineTuningParams(*arguments)
        assert params.id == id_
        assert hashlib.sha256(str(params).encode()).hexdigest() == id_

    @pytest.mark.parametrize("row, text", list(zip(GOLDEN[-2:], GOLDEN_STRINGS)), ids=range(2))
    def test_strings_stay(self, row: Any, text: str) -> None:
        assert str(FineTuningParams(*row[1])) == text

    def test_the_documented_string_id_and_repr_stay(self) -> None:
        params = valid()
        assert (str(params), params.id) == (VALID_STRING, VALID_ID)
        assert repr(valid(examples_order="2,11")) == (
            "FineTuningParams(num_fixed_layers=3, query_lr=0.01, items_lr=0.01, "
            "query_weight_decay=0.0, items_weight_decay=0.0, margin=1.0, "
            "not_irrelevant_only=True, negative_downsampling=0.5, "
            "min_abs_difference_threshold=0.0, max_abs_difference_threshold=1.0, "
            "examples_order=[ExamplesType.hard_all, ExamplesType.all_examples])"
        )

    def test_a_pickle_of_1_0_0_is_read(self) -> None:
        params = pickle.loads(PICKLE)
        arguments: Any = (3, 0.01, 0.02, 0.0, 0.1, 1.0, True, 0.5, 0.25, 1.5, (2, 11))
        assert params == FineTuningParams(*arguments)
        assert params.id == PICKLED_ID

    @pytest.mark.parametrize(
        "name, expected",
        [
            ("FineTuningParamsError", ["errors"]),
            (
                "FineTuningParams",
                [*REQUIRED, LOW + "=0.0", HIGH + "=1.0", "examples_order=<factory>"],
            ),
            ("FineTuningParams.from_strings", ["values", "*ignore_unknown=False"]),
            ("FineTuningParams.to_strings", ["self"]),
            *[("FineTuningParams." + validator, ["value"]) for validator in VALIDATORS],
            ("main", ["argv=None"]),
        ],
    )
    def test_signatures_stay(self, name: str, expected: List[str]) -> None:
        found = []
        function = operator.attrgetter(name)(finetuning_params)
        for parameter in inspect.signature(function).parameters.values():
            star = "*" if parameter.kind is parameter.KEYWORD_ONLY else ""
            default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
            found.append(star + parameter.name + default)
        assert found == expected

    def test_public_names_stay(self) -> None:
        public = ["ExamplesType", "FineTuningParams", "FineTuningParamsError"]
        assert finetuning_params.__all__ == public
        assert finetuning_params.__version__ == "1.0.0"
        found = [name for name in vars(FineTuningParams) if name.startswith("validate_")]
        assert found == VALIDATORS


def python(
    *arguments: str, stdin: str = "", env: Optional[Dict[str, str]] = None
) -> "subprocess.CompletedProcess[str]":
    """Run a fresh interpreter that finds the module where this one has found it."""
    here = {"PYTHONPATH": str(MODULE.parent), "COLUMNS": "100", "PYTHON_COLORS": "0"}
    return subprocess.run(
        [sys.executable, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **here, **(env or {})},
    )


class TestProcesses:
    @pytest.mark.parametrize("seed", ["0", "1", "4242"])
    def test_ids_and_hashes_do_not_move_with_the_hash_seed(self, seed: str) -> None:
        code = f"from finetuning_params import *; p = FineTuningParams(**{VALID})"
        code += "; print(p.id, hash(p))"
        done = python("-c", code, env={"PYTHONHASHSEED": seed})
        assert done.stdout == f"{VALID_ID} {hash(valid())}\n"

    def test_an_error_comes_whole_from_a_spawned_worker(self) -> None:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert pool.apply(FineTuningParams, kwds=VALID).id == VALID_ID
            bad = {**VALID, "margin": -0.5}
            errors = error_of(lambda: pool.apply(FineTuningParams, kwds=bad)).errors
        assert errors == {"margin": "-0.5 must be a non-negative float"}

    def test_a_copy_of_the_file_works_under_another_name(self, tmp_path: Path) -> None:
        package = tmp_path / "acme" / "_vendor"
        package.mkdir(parents=True)
        (package / "tuning.py").write_bytes(MODULE.read_bytes())
        code = (
            "import pickle, typing\n"
            "from acme._vendor.tuning import FineTuningParams\n"
            f"params = FineTuningParams(**{VALID!r})\n"
            "assert pickle.loads(pickle.dumps(params)) == params\n"
            "typing.get_type_hints(FineTuningParams)\n"
            "print(params.id)"
        )
        done = python("-c", code, env={"PYTHONPATH": str(tmp_path)})
        assert (done.stdout, done.stderr) == (VALID_ID + "\n", "")

    def test_importing_it_brings_in_nothing_for_the_command_line(self) -> None:
        code = (
            "import sys, dataclasses, enum, hashlib, math, typing\n"
            "before = set(sys.modules)\n"
            "import finetuning_params\n"
            "print(sorted(set(sys.modules) - before))"
        )
        assert python("-c", code).stdout == "['finetuning_params']\n"


PAIRS = ["{}={}".format(*item) for item in VALID.items()]
LINE = f"{VALID_ID}  {VALID_STRING}\n"


def command(*arguments: str, **options: Any) -> Tuple[int, str, str]:
    done = python(str(MODULE), *arguments, **options)
    return done.returncode, done.stdout, done.stderr


def complaint(*arguments: str, **options: Any) -> str:
    """What the command complains of, with all that must hold of a failure."""
    code, out, err = command(*arguments, **options)
    usage, _, rest = err.partition("finetuning_params.py: error: ")
    assert (code, out) == (2, "") and usage.startswith("usage: finetuning_params.py ")
    return rest


class TestCommandLine:
    def test_pairs_give_one_line_of_id_and_string(self) -> None:
        assert command(*PAIRS) == (0, LINE, "")
        assert python("-m", "finetuning_params", *PAIRS).stdout == LINE

    def test_later_files_override_earlier_ones_and_pairs_override_all(self, tmp_path: Path) -> None:
        first, second = tmp_path / "first.json", tmp_path / "second.json"
        values = {**VALID, "margin": 7, "examples_order": [2, "all_examples"]}
        first.write_text(json.dumps(values), encoding="utf-8-sig")
        second.write_text('{"margin": 1, "examples_order": "11"}', encoding="utf-8")
        for arguments in [
            ["--json", str(first), "margin=1", "examples_order=[11]"],
            ["margin= 1.0 ", "--json=" + str(first), "examples_order=all_examples"],
            ["--json", str(first), "--json", str(second)],
        ]:
            assert command(*arguments) == (0, LINE, "")
        assert command("--json", "-", stdin=json.dumps(VALID)) == (0, LINE, "")

    def test_all_problems_are_reported_at_once(self) -> None:
        text = '{"query_lr": NaN, "items_lr": 1, "a": {}, "not_irrelevant_only": true}'
        found = complaint("--json", "-", "items_lr=x", "margin", "M=1=2", *PAIRS[-2:], stdin=text)
        assert found.splitlines() == [
            "8 invalid parameters",
            "num_fixed_layers: missing",
            "query_lr: nan must be a positive float",
            "items_lr: 'x' must be readable as float",
            "query_weight_decay: missing",
            "items_weight_decay: missing",
            "margin: '' must be readable as float",
            "a: unknown parameter",
            "M: unknown parameter",
        ]

    def test_a_name_given_twice_is_an_error(self) -> None:
        expected = ["margin: given more than once", "b: given more than once"]
        found = complaint("margin=1", *PAIRS, "b=1", "a=1", "b=2", "b=2").splitlines()
        assert found == ["2 invalid parameters", *expected]
        found = complaint("--json", "-", *PAIRS, stdin='{"b": 1, "b": 1}').splitlines()
        assert found == ["cannot read -: 1 invalid parameter", expected[1]]

    def test_an_option_that_is_none_is_an_error(self) -> None:
        assert "unrecognized arguments: --query_lr=1" in complaint(*PAIRS, "--query_lr=1")

    @pytest.mark.parametrize(
        "data, expected",
        [
            (None, "[Errno 2] No such file or directory"),
            (b"", "Expecting value: line 1 column 1 (char 0)"),
            (b"{", "Expecting property name enclosed in double quotes"),
            (b"[]", "'list' object is not a mapping"),
            (b"3", "'int' object is not a mapping"),
            (b'{"\xff": 1}', "'utf-8' codec can't decode byte 0xff"),
            (b"[" * 10**6, "maximum recursion depth exceeded"),
        ],
        ids=["no file", "empty", "cut", "list", "number", "no text", "deep"],
    )
    def test_what_it_cannot_read_ends_it_with_the_files_name(
        self, data: Optional[bytes], expected: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "params.json"
        if data is not None:
            file.write_bytes(data)
        assert complaint("--json", str(file), "x=1").startswith(f"cannot read {file}: {expected}")

    def test_help_shows_the_table_of_the_docstring(self) -> None:
        code, out, err = command("--help")
        assert (code, err) == (0, "")
        assert str(inspect.getdoc(FineTuningParams)) in out
        for line in [
            "Print the id and the string of one run. FILE may be - for standard input.",
            "  NAME=VALUE   overrides every FILE",
            "  --json FILE  JSON object",
            "  --version    show program's version number and exit",
        ]:
            assert f"\n{line}\n" in out

    def test_it_works_without_docstrings(self) -> None:
        assert python("-OO", str(MODULE), "--help").returncode == 0
        assert python("-OO", str(MODULE), *PAIRS).stdout == LINE
        assert command("--version") == (0, "1.0.0\n", "")


PEERS = ["hyperopt", "optuna", "yaml"]


class TestDocuments:
    TEXT = README.read_text(encoding="utf-8")

    def test_the_docstrings_run(self) -> None:
        result = doctest.testmod(finetuning_params)
        assert result.attempted >= 3 and result.failed == 0

    def test_the_readme_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        missing = [peer for peer in PEERS if importlib.util.find_spec(peer) is None]
        if os.environ.get("README_PEERS"):
            assert not missing
        monkeypatch.setattr(os, "environ", dict(os.environ))
        blocks = re.findall(r"^```python\n(.*?)^```$", self.TEXT, re.DOTALL | re.MULTILINE)
        run = [b for b in blocks if not any(re.search(rf"\b{peer}\b", b) for peer in missing)]
        example = doctest.DocTestParser().get_doctest("\n".join(run), {}, "README", str(README), 0)
        result = doctest.DocTestRunner().run(example)
        assert result.attempted >= 20 and result.failed == 0

    def test_the_readmes_first_command_is_the_main_job(self) -> None:
        block = self.TEXT.split("```sh\n")[1].split("```")[0]
        words = block.replace("\\\n", " ").split()
        assert words[:2] == ["python3", "finetuning_params.py"]
        assert command(*words[2:]) == (0, LINE, "")

    def test_the_readmes_usage_line_is_the_commands(self) -> None:
        usage = re.findall(r"^```text\n(.*?)^```$", self.TEXT, re.DOTALL | re.MULTILINE)
        found = command("--help")[1].split("\n\n")[0] + "\n"
        assert usage == [found.replace("[NAME=VALUE [NAME=VALUE ...]]", "[NAME=VALUE ...]")]

    def test_the_readme_and_the_docstring_list_every_parameter_and_its_default(self) -> None:
        documented = re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", self.TEXT, re.MULTILINE)
        defaults = [f"`{getattr(valid(), name)!r}`" for name in NAMES[8:]]
        assert documented == list(zip(NAMES, len(REQUIRED) * ["required"] + defaults))
        lines = (inspect.getdoc(FineTuningParams) or "").splitlines()[2:14]
        lines = [line for line in lines if not line.startswith(" ")]
        assert [line.split()[0] for line in lines] == NAMES
        for line, default in zip(lines[8:], defaults):
            assert line.endswith("(" + default.strip("`") + ")")

    def test_the_readme_lists_every_examples_type_with_its_number(self) -> None:
        found = re.findall(r"\b(\d+)\s`(\w+)`", self.TEXT)
        assert found == [(str(member.value), member.name) for member in ExamplesType]

    def test_the_readme_names_the_public_api_and_the_release(self) -> None:
        api = self.TEXT.split("The public API: ")[1].split("\n\n")[0]
        methods = [name for name in vars(FineTuningParams) if name[0] != "_" and name not in NAMES]
        public = [name for name in methods if not name.startswith("validate_")]
        for name in [*finetuning_params.__all__, *public, "validate_*"]:
            assert f"`{name}`" in api
        releases = re.findall(r"^- \*\*([\d.]+)\*\*", self.TEXT, re.MULTILINE)
        assert releases[0] == finetuning_params.__version__
