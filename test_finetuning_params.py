# SPDX-License-Identifier: MIT-0
"""What finetuning_params promises, from the public names to its laws.

A quick, repeatable run: python -m pytest. A thorough one, with 5,000 random examples a law:
HYPOTHESIS_PROFILE=thorough python -m pytest
"""

import collections
import copy
import dataclasses
import doctest
import enum
import functools
import hashlib
import importlib
import inspect
import io
import json
import math
import multiprocessing
import os
import pickle
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import types
import typing
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, List, NoReturn, Tuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import finetuning_params
from finetuning_params import ExamplesType, FineTuningParams, FineTuningParamsError, main

# Neither profile lets a slow machine decide: no deadline, no health check.
settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile(
    "thorough",
    max_examples=5000,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

MODULE = Path(finetuning_params.__file__)
needs_processes = pytest.mark.skipif(sys.platform == "emscripten", reason="no other processes")
needs_docstrings = pytest.mark.skipif(sys.flags.optimize > 1, reason="-OO drops docstrings")

# The example of the README and of the docstring: what is required, every value another.
BASE: Dict[str, Any] = {
    "num_fixed_layers": 3,
    "query_lr": 0.01,
    "items_lr": 0.02,
    "query_weight_decay": 0.001,
    "items_weight_decay": 0.002,
    "margin": 0.3,
    "not_irrelevant_only": True,
    "negative_downsampling": 0.5,
}
BASE_ID = "07ce8a3dba99e0b1fdd490681aa9de5cdb613905fe83df5a75e33ba522df8170"
BASE_STRING = (
    "examples_order: ExamplesType.all_examples / items_lr: 0.02 / items_weight_decay: 0.002 / "
    "margin: 0.3 / max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
    "negative_downsampling: 0.5 / not_irrelevant_only: True / num_fixed_layers: 3 / "
    "query_lr: 0.01 / query_weight_decay: 0.001"
)
# No field is left to its default.
FULL: Dict[str, Any] = {
    **BASE,
    "min_abs_difference_threshold": 0.25,
    "max_abs_difference_threshold": 1.5,
    "examples_order": [2, 11],
}
FULL_ID = "89a290ab7609589889eb596d8cc77e32bd9663f90f5e9f2e83ca7ba8b978af58"
FULL_STRINGS = {
    "num_fixed_layers": "3",
    "query_lr": "0.01",
    "items_lr": "0.02",
    "query_weight_decay": "0.001",
    "items_weight_decay": "0.002",
    "margin": "0.3",
    "not_irrelevant_only": "True",
    "negative_downsampling": "0.5",
    "min_abs_difference_threshold": "0.25",
    "max_abs_difference_threshold": "1.5",
    "examples_order": "ExamplesType.hard_all,ExamplesType.all_examples",
}
NAMES = list(FULL)
SMALLEST, LARGEST = 5e-324, 1.7976931348623157e308


def build(**changes: Any) -> FineTuningParams:
    """Return the base example with changes, which are of any type."""
    return FineTuningParams(**{**BASE, **changes})


class Float(float):
    """A float that is none by its exact type, as NumPy's float64."""


class Int(int):
    """An int that is none by its exact type."""


class Text(str):
    """A string that is none by its exact type, as NumPy's str_."""


class Index:
    """An integer to operator.index() alone, as NumPy's integers are."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return f"Index({self.value})"


class CustomRepr:
    """Has the repr that it is given."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class BrokenRepr:
    """Has a repr that raises."""

    def __repr__(self) -> NoReturn:
        raise ZeroDivisionError("never to be seen")


# Members of other classes: those whose name and value agree with ours, and those that look alike.
ForeignEnum: Any = enum.Enum("ExamplesType", {"hard_all": 2, "all_examples": 11})  # type: ignore[misc]
ForeignIntEnum: Any = enum.IntEnum("ForeignIntEnum", {"hard_all": 2})
ForeignStrEnum: Any = enum.Enum("ForeignStrEnum", {"hard_all": "hard_all"}, type=str)
WrongNumber: Any = enum.IntEnum("WrongNumber", {"hard_all": 3})
WrongName: Any = enum.IntEnum("WrongName", {"two": 2})
WrongString: Any = enum.Enum("WrongString", {"hard_all": "soft_all"}, type=str)


def error_of(call: Callable[[], object]) -> FineTuningParamsError:
    """Return the error that a call raises."""
    with pytest.raises(FineTuningParamsError) as caught:
        call()
    return caught.value


def errors_of(**changes: Any) -> Dict[str, str]:
    """Return what is wrong with the base example after changes."""
    return error_of(lambda: build(**changes)).errors


def errors_of_strings(values: Any, **options: Any) -> Dict[str, str]:
    """Return what from_strings() says is wrong with values."""
    return error_of(lambda: FineTuningParams.from_strings(values, **options)).errors


def parse_one(**strings: Any) -> Any:
    """Return what from_strings() makes of the string of one field, or the errors."""
    (name,) = strings
    try:
        return FineTuningParams.from_strings({**FULL_STRINGS, **strings})[name]
    except FineTuningParamsError as error:
        return error.errors


def message_of(validator: str, value: object) -> str:
    """Return the message with which a validator rejects a value."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # callers compare the whole message
        getattr(FineTuningParams, validator)(value)
    return str(caught.value)


def check_accepted(validator: str, value: object, expected: object) -> None:
    """Check that a validator returns what is expected, of exactly that type and sign."""
    result = getattr(FineTuningParams, validator)(value)
    assert repr(result) == repr(expected)
    assert type(result) is type(expected)


def python(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a fresh interpreter that finds the module where this one has found it."""
    inherited = {name: os.environ[name] for name in os.environ if name[:6] != "PYTHON"}
    return subprocess.run(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**inherited, "PYTHONPATH": str(MODULE.parent), **variables},
    )


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "oldest pickle": lambda value: pickle.loads(pickle.dumps(value, protocol=0)),
    "newest pickle": lambda value: pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)),
}


def define(
    body: str,
    parents: str = "FineTuningParams",
    decorator: str = "@dataclass(frozen=True)",
) -> Any:
    """Return the class Params with a body of code, which finds what this file defines."""
    names = dict(globals())
    exec("import abc, functools\nfrom dataclasses import dataclass, field", names)
    lines = textwrap.indent(textwrap.dedent(body), "    ")
    exec(f"{decorator}\nclass Params({parents}):\n{lines}", names)
    return names["Params"]


class TestPublicContract:
    def test_names(self):
        names = ["ExamplesType", "FineTuningParams", "FineTuningParamsError"]
        assert finetuning_params.__all__ == names

    def test_version(self):
        assert finetuning_params.__version__ == "1.0.0"

    def test_fields_in_order_with_their_types(self):
        assert list(typing.get_type_hints(FineTuningParams).items()) == [
            ("num_fixed_layers", int),
            ("query_lr", float),
            ("items_lr", float),
            ("query_weight_decay", float),
            ("items_weight_decay", float),
            ("margin", float),
            ("not_irrelevant_only", bool),
            ("negative_downsampling", float),
            ("min_abs_difference_threshold", float),
            ("max_abs_difference_threshold", float),
            ("examples_order", List[ExamplesType]),
        ]

    def test_defaults(self):
        params = build()
        assert params.min_abs_difference_threshold == 0.0
        assert params.max_abs_difference_threshold == 1.0
        assert params.examples_order == [ExamplesType.all_examples]

    def test_the_string_of_the_example(self):
        assert str(build()) == BASE_STRING

    def test_the_id_of_the_example(self):
        params = build()
        expected = hashlib.sha256(str(params).encode("utf-8")).hexdigest()
        assert params.id == expected, "an id is the SHA-256 of str(params) in UTF-8"
        assert params.id == BASE_ID

    def test_every_field_keeps_its_own_value(self):
        order: Any = (2, 11)
        params = FineTuningParams(3, 0.01, 0.02, 0.001, 0.002, 0.3, True, 0.5, 0.25, 1.5, order)
        assert dict(params) == FULL

    def test_validators_are_called_on_the_class_and_on_an_object(self):
        assert FineTuningParams.validate_ratio(1) == 1.0
        assert build().validate_ratio(1) == 1.0
        for name in ["str", "non_negative_float_margin", *NAMES]:
            assert isinstance(vars(FineTuningParams)["validate_" + name], staticmethod), name


class TestExamplesType:
    def test_members(self):
        assert {member.name: int(member) for member in ExamplesType} == {
            "medium_all": 1,
            "hard_all": 2,
            "soft_all": 3,
            "medium_positive": 4,
            "hard_positive": 5,
            "soft_positive": 6,
            "medium_negative": 7,
            "hard_negative": 8,
            "soft_negative": 9,
            "negative_only": 10,
            "all_examples": 11,
        }

    @pytest.mark.parametrize("write", [str, repr, format, "%s".__mod__])
    def test_its_string_is_the_same_everywhere(self, write):
        assert write(ExamplesType.hard_all) == "ExamplesType.hard_all"

    @pytest.mark.parametrize(
        "spec, text",
        [
            ("", "ExamplesType.hard_all"),
            (">25", "    ExamplesType.hard_all"),
            ("s", "ExamplesType.hard_all"),
            ("d", "2"),
            ("02d", "02"),
        ],
    )
    def test_it_is_formatted_as_a_string_or_with_d_as_its_number(self, spec, text):
        assert format(ExamplesType.hard_all, spec) == text

    @pytest.mark.parametrize(
        "value", ["hard_all", "2", 2, "ExamplesType.hard_all", ForeignEnum.hard_all]
    )
    def test_it_reads_its_names_as_typed_loaders_ask_it_to(self, value):
        assert ExamplesType(value) is ExamplesType.hard_all

    @pytest.mark.parametrize("value", ["hard", 12, None, [2]])
    def test_it_rejects_what_is_no_type(self, value):
        with pytest.raises(ValueError, match="must be an examples type"):
            ExamplesType(value)


# What the validators make of the values that they accept, and how they reject others.
ACCEPTED: Dict[str, List[Tuple[Any, Any]]] = {
    "non_negative_int": [
        (0, 0),
        (sys.maxsize, sys.maxsize),
        (Int(7), 7),
        (Index(7), 7),
        (ForeignIntEnum.hard_all, 2),
    ],
    "positive_float": [
        (SMALLEST, SMALLEST),
        (LARGEST, LARGEST),
        (Float(0.25), 0.25),
    ],
    "non_negative_float": [
        (0.0, 0.0),
        (-0.0, 0.0),
        (Float(-0.0), 0.0),
        (SMALLEST, SMALLEST),
        (LARGEST, LARGEST),
        (Float(0.25), 0.25),
    ],
    "bool": [
        (True, True),
        (False, False),
    ],
    "ratio": [
        (0, 0.0),
        (0.0, 0.0),
        (-0.0, 0.0),
        (SMALLEST, SMALLEST),
        (0.9999999999999999, 0.9999999999999999),
        (1.0, 1.0),
        (1, 1.0),
        (Index(1), 1.0),
        (Float(0.25), 0.25),
    ],
    "threshold": [
        (0, 0.0),
        (-0.0, 0.0),
        (SMALLEST, SMALLEST),
        (7, 7.0),
        (Index(7), 7.0),
        (LARGEST, LARGEST),
        (int(LARGEST), LARGEST),
    ],
    "str": [
        ("e5-base", "e5-base"),
        ("", ""),
        (" a: b/c ", " a: b/c "),
        ("caf\u00e9 \u6a21", "caf\u00e9 \u6a21"),
        (Text("x"), "x"),
        (WrongString.hard_all, "soft_all"),
    ],
}
REJECTED: Dict[str, List[Tuple[Any, str]]] = {
    "non_negative_int": [
        (-1, "-1 must be a non-negative integer"),
        (Index(-1), "Index(-1) must be a non-negative integer"),
        (True, "True must be a non-negative integer, not bool"),
        (3.0, "3.0 must be a non-negative integer, not float"),
        ("3", "'3' must be a non-negative integer, not str"),
        (None, "None must be a non-negative integer, not NoneType"),
        (sys.maxsize + 1, f"{sys.maxsize + 1} must be at most {sys.maxsize}"),
        (10**99, f"1{46 * '0'}... must be at most {sys.maxsize}"),
    ],
    "positive_float": [
        (0.0, "0.0 must be a positive float"),
        (-0.0, "-0.0 must be a positive float"),
        (-SMALLEST, "-5e-324 must be a positive float"),
        (-0.01, "-0.01 must be a positive float"),
        (math.inf, "inf must be a finite float"),
        (-math.inf, "-inf must be a finite float"),
        (math.nan, "nan must be a finite float"),
        (1, "1 must be a positive float, not int"),
        (True, "True must be a positive float, not bool"),
        ("1e-4", "'1e-4' must be a positive float, not str"),
        (None, "None must be a positive float, not NoneType"),
        (Decimal("0.5"), "Decimal('0.5') must be a positive float, not Decimal"),
    ],
    "non_negative_float": [
        (-SMALLEST, "-5e-324 must be a non-negative float"),
        (-0.5, "-0.5 must be a non-negative float"),
        (math.inf, "inf must be a finite float"),
        (math.nan, "nan must be a finite float"),
        (0, "0 must be a non-negative float, not int"),
        (False, "False must be a non-negative float, not bool"),
        ("0.5", "'0.5' must be a non-negative float, not str"),
    ],
    "bool": [
        (1, "1 must be True or False, not int"),
        (math.nan, "nan must be True or False, not float"),
        ("True", "'True' must be True or False, not str"),
        (None, "None must be True or False, not NoneType"),
    ],
    "ratio": [
        (-SMALLEST, "-5e-324 must be a float or integer from 0 to 1"),
        (1.0000000000000002, "1.0000000000000002 must be a float or integer from 0 to 1"),
        (2, "2 must be a float or integer from 0 to 1"),
        (LARGEST, "1.7976931348623157e+308 must be a float or integer from 0 to 1"),
        (-1, "-1 must be a float or integer from 0 to 1"),
        (math.inf, "inf must be a finite float"),
        (math.nan, "nan must be a finite float"),
        (True, "True must be a float or integer from 0 to 1, not bool"),
        ("0.5", "'0.5' must be a float or integer from 0 to 1, not str"),
    ],
    "threshold": [
        (-SMALLEST, "-5e-324 must be a non-negative finite float"),
        (-1, "-1 must be a non-negative finite float"),
        (10**309, f"1{46 * '0'}... must be a non-negative finite float"),
        (math.inf, "inf must be a finite float"),
        (math.nan, "nan must be a finite float"),
        (True, "True must be a non-negative finite float, not bool"),
        ("1", "'1' must be a non-negative finite float, not str"),
    ],
    "str": [
        ("a / b: c", "'a / b: c' must be a printable string without ' / '"),
        ("a /", "'a /' must be a printable string without ' / '"),
        ("/ b", "'/ b' must be a printable string without ' / '"),
        ("/", "'/' must be a printable string without ' / '"),
        ("a\nb", "'a\\nb' must be a printable string without ' / '"),
        ("\ud800", "'\\ud800' must be a printable string without ' / '"),
        (b"a", "b'a' must be a printable string without ' / ', not bytes"),
        (7, "7 must be a printable string without ' / ', not int"),
        (None, "None must be a printable string without ' / ', not NoneType"),
    ],
    "examples_order": [
        ([], "[] must be a non-empty sequence of examples types"),
        ({2}, "{2} must be a non-empty sequence of examples types"),
        ({2: "a"}, "{2: 'a'} must be a non-empty sequence of examples types"),
        ({2: "a"}.keys(), "dict_keys([2]) must be a non-empty sequence of examples types"),
        (b"\2", "b'\\x02' must be a non-empty sequence of examples types"),
        (bytearray(b"\2"), "bytearray(b'\\x02') must be a non-empty sequence of examples types"),
    ],
}


class TestValidators:
    @pytest.mark.parametrize(
        "name, value, expected", [(name, *row) for name in ACCEPTED for row in ACCEPTED[name]]
    )
    def test_accepted(self, name, value, expected):
        check_accepted("validate_" + name, value, expected)

    @pytest.mark.parametrize(
        "name, value, message", [(name, *row) for name in REJECTED for row in REJECTED[name]]
    )
    def test_rejected(self, name, value, message):
        assert message_of("validate_" + name, value) == message

    def test_an_integer_that_python_refuses_to_print_is_rejected(self):
        assert message_of("validate_non_negative_int", 10**5000).endswith(f"at most {sys.maxsize}")

    @pytest.mark.parametrize("name", ["bool_", "bool"])
    def test_numpys_bool_is_a_bool_and_no_integer_under_both_its_names(self, name):
        numpy_bool = type(name, (Index,), {"__bool__": lambda self: self.value == 1})
        check_accepted("validate_bool", numpy_bool(1), True)
        check_accepted("validate_bool", numpy_bool(0), False)
        message = f"Index(1) must be a non-negative integer, not {name}"
        assert message_of("validate_non_negative_int", numpy_bool(1)) == message


class TestExamplesOrder:
    """validate_examples_order(): a non-empty sequence of examples types."""

    @pytest.mark.parametrize(
        "value, numbers",
        [
            (2, [2]),
            (Index(2), [2]),
            (Int(2), [2]),
            (Text("hard_all"), [2]),
            pytest.param(ForeignEnum.hard_all, [2], id="no integer"),
            pytest.param(ForeignIntEnum.hard_all, [2], id="an integer"),
            pytest.param([ForeignStrEnum.hard_all], [2], id="a string"),
            ((2, 11), [2, 11]),
            (["hard_all", " 11 "], [2, 11]),
            (iter([11, 2]), [11, 2]),
            (collections.deque([11, 2]), [11, 2]),
            ({"a": 11, "b": 2}.values(), [11, 2]),
            ("2,11", [2, 11]),
            (" +2 ,\t1_1\n", [2, 11]),
            ("(2, 11)", [2, 11]),
            ("(2,)", [2]),
            ("['hard_all', 'all_examples']", [2, 11]),
            ('["hard_all", 11]', [2, 11]),
            ("[ExamplesType.hard_all, ExamplesType.all_examples]", [2, 11]),
            ("[<ExamplesType.hard_all: 2>, <ExamplesType.all_examples: 11>]", [2, 11]),
        ],
    )
    def test_accepted(self, value, numbers):
        order = FineTuningParams.validate_examples_order(value)
        assert order == numbers
        assert {type(member) for member in order} == {ExamplesType}

    @pytest.mark.parametrize(
        "value, item",
        [
            ("", "''"),
            ("[]", "''"),
            ("1,", "''"),
            ("1,,2", "''"),
            ("[[2]]", "'[2]'"),
            ("2, 12", "'12'"),
            ("1.0", "'1.0'"),
            ("X2", "'X2'"),
            ("[2,11", "'[2'"),
            ("(2]", "'(2]'"),
            (["1,2"], "'1,2'"),
            ([2, 12], "12"),
            (0, "0"),
        ],
    )
    def test_an_unknown_name_or_number_is_shown(self, value, item):
        message = f"{item} must be an examples type (a name or a number from 1 to 11)"
        assert message_of("validate_examples_order", value) == message

    @pytest.mark.parametrize("value, name", [("hard_al", "hard_all"), (["Soft_All"], "soft_all")])
    def test_a_close_name_is_suggested(self, value, name):
        message = message_of("validate_examples_order", value)
        assert message.endswith(f"from 1 to 11), did you mean '{name}'?")

    @pytest.mark.parametrize(
        "value, shown, kind",
        [
            (True, "True", "bool"),
            ([1.0], "1.0", "float"),
            ([[2]], "[2]", "list"),
            (None, "None", "NoneType"),
            pytest.param(
                WrongNumber.hard_all, "<WrongNumber.hard_all: 3>", "WrongNumber", id="number"
            ),
            pytest.param(WrongName.two, "<WrongName.two: 2>", "WrongName", id="name"),
            pytest.param(
                WrongString.hard_all,
                "<WrongString.hard_all: 'soft_all'>",
                "WrongString",
                id="string",
            ),
        ],
    )
    def test_an_item_of_a_wrong_type_is_shown_with_its_type(self, value, shown, kind):
        message = message_of("validate_examples_order", value)
        assert message.startswith(f"{shown} must be an examples type (")
        assert message.endswith(f"), not {kind}")

    def test_a_new_plain_list_is_returned(self):
        order = [ExamplesType.hard_all]
        result = FineTuningParams.validate_examples_order(order)
        assert result == order
        assert result is not order
        assert type(result) is list

    def test_parameters_are_no_order(self):
        message = message_of("validate_examples_order", build())
        assert message.startswith("FineTuningParams(num_fixed_layers=3, ")
        assert message.endswith(", not FineTuningParams")

    @pytest.mark.parametrize("error", [TypeError, ZeroDivisionError])
    def test_what_the_callers_iterator_raises_is_the_callers_to_see(self, error):
        def items() -> Any:
            yield 1
            raise error("own")

        with pytest.raises(error, match="own"):
            build(examples_order=items())


class TestConstruction:
    def test_its_repr_shows_plain_values(self):
        params = FineTuningParams(**{**FULL, "margin": Float(0.3)})
        assert repr(params) == (
            "FineTuningParams(num_fixed_layers=3, query_lr=0.01, items_lr=0.02, "
            "query_weight_decay=0.001, items_weight_decay=0.002, margin=0.3, "
            "not_irrelevant_only=True, negative_downsampling=0.5, "
            "min_abs_difference_threshold=0.25, max_abs_difference_threshold=1.5, "
            "examples_order=[ExamplesType.hard_all, ExamplesType.all_examples])"
        )

    @pytest.mark.parametrize("low, high", [(0.5, 0.5), (0.5, 0.25), (1, 1)])
    def test_thresholds_must_leave_pairs(self, low, high):
        changes = {"min_abs_difference_threshold": low, "max_abs_difference_threshold": high}
        problem = f"above min_abs_difference_threshold ({float(low)}), or no pair is left"
        expected = {"max_abs_difference_threshold": f"{float(high)} must be {problem}"}
        assert errors_of(**changes) == expected
        assert errors_of_strings({**BASE, **changes}) == expected

    @pytest.mark.parametrize("low", ["x", -1.0, math.inf])
    def test_an_invalid_minimum_is_reported_alone(self, low):
        changes = {"min_abs_difference_threshold": low, "max_abs_difference_threshold": 0.0}
        assert list(errors_of(**changes)) == ["min_abs_difference_threshold"]
        assert list(errors_of_strings({**BASE, **changes})) == ["min_abs_difference_threshold"]

    def test_one_error_names_every_invalid_field_in_order(self):
        wrong: List[Any] = [-1, 0.0, math.nan, -1.0, -1.0, -1.0, None, 2, 1.0, 0.5, []]
        assert str(error_of(lambda: FineTuningParams(*wrong))) == (
            "10 invalid parameters\n"
            "num_fixed_layers: -1 must be a non-negative integer\n"
            "query_lr: 0.0 must be a positive float\n"
            "items_lr: nan must be a finite float\n"
            "query_weight_decay: -1.0 must be a non-negative float\n"
            "items_weight_decay: -1.0 must be a non-negative float\n"
            "margin: -1.0 must be a non-negative float\n"
            "not_irrelevant_only: None must be True or False, not NoneType\n"
            "negative_downsampling: 2 must be a float or integer from 0 to 1\n"
            "max_abs_difference_threshold: 0.5 must be above min_abs_difference_threshold (1.0), "
            "or no pair is left\n"
            "examples_order: [] must be a non-empty sequence of examples types"
        )

    def test_missing_and_unknown_arguments_are_pythons_errors(self):
        with pytest.raises(TypeError, match="query_lr"):
            FineTuningParams(num_fixed_layers=3)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="qurey_lr"):
            build(qurey_lr=0.1)

    def test_it_is_checked_where_a_library_skips_init(self):
        params = object.__new__(FineTuningParams)
        for name, value in {**BASE, "margin": -0.0, "examples_order": [11]}.items():
            object.__setattr__(params, name, value)
        params.__post_init__()
        assert str(params) == str(build(margin=0.0))


class TestError:
    def test_it_is_a_value_error_that_holds_its_messages(self):
        error = FineTuningParamsError(errors={"margin": "bad"})
        assert isinstance(error, ValueError)
        assert error.errors == {"margin": "bad"}
        assert error.args == ({"margin": "bad"},)

    @pytest.mark.parametrize("again", list(COPIES.values()), ids=list(COPIES))
    def test_it_survives_copy_and_pickle(self, again):
        error = FineTuningParamsError(errors={"margin": "bad", "a": "b"})
        assert type(again(error)) is FineTuningParamsError
        assert again(error).errors == {"margin": "bad", "a": "b"}
        assert str(again(error)) == str(error)

    @pytest.mark.parametrize(
        "errors, text",
        [
            ({}, "0 invalid parameters"),
            ({"margin": "bad"}, "1 invalid parameter\nmargin: bad"),
            (
                {"\ufeffa\nb": "bad", "caf\u00e9": "worse"},
                "2 invalid parameters\n'\\ufeffa\\nb': bad\ncaf\u00e9: worse",
            ),
            ({"x" * 50: "bad"}, f"1 invalid parameter\n{'x' * 50}: bad"),
            ({"x" * 51: "bad"}, f"1 invalid parameter\n{'x' * 47}...: bad"),
        ],
        ids=["none", "one", "two", "long", "too long"],
    )
    def test_it_takes_a_line_for_each_name(self, errors, text):
        assert str(FineTuningParamsError(errors)) == text

    @pytest.mark.parametrize(
        "text, shown",
        [
            ("x" * 50, "x" * 50),
            ("x" * 51, "x" * 47 + "..."),
            ("a\nb\tc\x1b[0m\u2028\ud800", "a b c [0m  "),
            ("caf\u00e9", "caf\u00e9"),
            ("", ""),
        ],
        ids=["fifty", "longer", "unprintable", "accented", "empty"],
    )
    def test_a_value_is_shown_in_one_line_of_fifty(self, text, shown):
        message = message_of("validate_bool", CustomRepr(text))
        assert message == f"{shown} must be True or False, not CustomRepr"

    def test_a_value_without_a_repr_is_shown_by_its_type(self):
        message = message_of("validate_bool", BrokenRepr())
        assert re.fullmatch(
            r"<.*BrokenRepr object .* must be True or False, not BrokenRepr", message
        )

    def test_a_value_too_deep_to_show_is_shown_by_its_type(self):
        deep: List[Any] = []
        for _ in range(100_000):
            deep = [deep]
        message = message_of("validate_bool", deep)
        assert message.startswith(("<list object at ", "[["))
        assert message.endswith(" must be True or False, not list")


class TestStringAndId:
    def test_to_strings(self):
        strings = FineTuningParams(**FULL).to_strings()
        assert list(strings.items()) == list(FULL_STRINGS.items())

    @pytest.mark.parametrize(
        "values, id_",
        [
            (
                (855522, 2.3730586152893742e-11, 0.312, 0.0, 0.1, 0.0, False, 0, 0, 1, (7, 8, 1)),
                "a4f7b3af175e349ab21e6771255b3b55d87086505ac2bdd437fd6a3774c64566",
            ),
            (
                (1, 2.259193578790768e-07, 1e22, 15.7, 5e-324, 0.0, False, 1, 0, 1, (11, 10, 11)),
                "7a66ae87bb2c9924e20c15a529cfd804cfabaabb5821b93d3087553132294ce9",
            ),
            (
                (12, 1e-06, 1e-06, 0.712, 0.32, 0.0, True, 0, 0.0376, 0.772, " 2 , 10 , 8 "),
                "b294b134acb8a78ef706f6f2e71ab52ebd31ba5d03f7fc04e025fb4c47c7004d",
            ),
        ],
        ids=["a tuple", "large and small", "a string"],
    )
    def test_ids_are_those_of_embedding_studio(self, values, id_):
        assert FineTuningParams(*values).id == id_


MINUS_ONE = "\\u22121"  # as the messages show a typographic minus before a digit


# What is read as what, and what cannot be read as the type of a field.
READ: List[Tuple[str, List[Any], Any]] = [
    ("num_fixed_layers", [" +1_0 ", "1e1", "10.0", 10, 10.0, Float(10.0), Index(10)], 10),
    ("num_fixed_layers", [" -0.0 ", -0.0], 0),
    ("num_fixed_layers", [2147483647.0], 2147483647),
    ("query_lr", ["1e-4"], 0.0001),
    ("query_lr", [Text("\t1\n"), 1, Index(1)], 1.0),
    ("margin", ["-0", 0], 0.0),
    ("negative_downsampling", [".5"], 0.5),
    ("max_abs_difference_threshold", ["1E1"], 10.0),
    ("not_irrelevant_only", ["true", "True", "yes", "YES", "on", " On ", "1", "1.0"], True),
    ("not_irrelevant_only", [" +1e0\n", 1, 1.0, Float(1.0), Index(1)], True),
    ("not_irrelevant_only", ["false", "False", "no", "NO", "off", "\tOff\n", "0"], False),
    ("not_irrelevant_only", ["0.0", "-0", 0, 0.0, -0.0], False),
    ("examples_order", ["[hard_all, 11]", iter([2, 11])], [2, 11]),
    ("examples_order", [2], [2]),
]
UNREADABLE: List[Tuple[str, str, List[Any]]] = [
    (
        "num_fixed_layers",
        "int",
        [
            "",
            "x",
            "3.5",
            3.5,
            "nan",
            math.nan,
            "inf",
            -math.inf,
            "1e400",
            2.0**53,
            "9007199254740993.0",
        ],
    ),
    (
        "query_lr",
        "float",
        [
            "",
            "fast",
        ],
    ),
    (
        "not_irrelevant_only",
        "bool",
        [
            "",
            "maybe",
            "2",
            "0.5",
            2,
            0.5,
            2.0,
            math.nan,
            math.inf,
        ],
    ),
]


class TestFromStrings:
    @pytest.mark.parametrize(
        "name, written, expected", [(name, each, to) for name, forms, to in READ for each in forms]
    )
    def test_read(self, name, written, expected):
        value = parse_one(**{name: written})
        assert value == expected
        assert type(value) is type(expected)

    @pytest.mark.parametrize(
        "name, kind, written",
        [(name, kind, each) for name, kind, forms in UNREADABLE for each in forms],
    )
    def test_unreadable(self, name, kind, written):
        message = f"{written!r} must be readable as {kind}"
        assert parse_one(**{name: written}) == {name: message}

    def test_the_constructor_is_handed_lists_as_it_is_annotated(self):
        handed = []

        class Curious(FineTuningParams):
            def __post_init__(self):
                handed.append(self.examples_order)
                super().__post_init__()

        Curious.from_strings(FULL_STRINGS)
        assert handed == [[2, 11]]

    def test_other_values_are_what_the_constructor_takes(self):
        assert FineTuningParams.from_strings(FULL) == FineTuningParams(**FULL)

    @pytest.mark.parametrize(
        "name, value, message",
        [
            ("num_fixed_layers", "-1", "-1 must be a non-negative integer"),
            ("num_fixed_layers", True, "True must be a non-negative integer, not bool"),
            ("query_lr", "inf", "inf must be a finite float"),
            ("query_lr", 0, "0.0 must be a positive float"),
            ("query_lr", 10**400, f"1{46 * '0'}... must be readable as float"),
            ("query_lr", "1e\u22124", "'1e\\u22124' must be readable as float"),
            ("num_fixed_layers", "3\xa0%", "'3\\xa0%' must be readable as int"),
            ("not_irrelevant_only", "yes\u200b", "'yes\\u200b' must be readable as bool"),
            ("margin", 9 * "\u22121", f"'{6 * MINUS_ONE}\\u22... must be readable as float"),
        ],
    )
    def test_what_cannot_be_read_is_rejected(self, name, value, message):
        assert errors_of_strings({**FULL_STRINGS, name: value}) == {name: message}

    def test_integers_too_long_to_print_are_rejected(self):
        layers = parse_one(num_fixed_layers=10**5000)["num_fixed_layers"]
        assert layers.endswith(f"must be at most {sys.maxsize}")
        flag = parse_one(not_irrelevant_only=10**5000)["not_irrelevant_only"]
        assert flag.endswith("must be readable as bool")

    def test_all_problems_come_at_once_and_in_order(self):
        values: Dict[Any, Any] = {
            "Query_LR": "0.1",
            "x" * 99: "",
            7: "",
            "margin": "wide",
            "min_abs_difference_threshold": "2",
            "num_fixed_layers": "-1",
            "examples_order": "nope",
        }
        assert list(errors_of_strings(values).items()) == [
            ("num_fixed_layers", "-1 must be a non-negative integer"),
            ("query_lr", "missing"),
            ("items_lr", "missing"),
            ("query_weight_decay", "missing"),
            ("items_weight_decay", "missing"),
            ("margin", "'wide' must be readable as float"),
            ("not_irrelevant_only", "missing"),
            ("negative_downsampling", "missing"),
            (
                "max_abs_difference_threshold",
                "1.0 must be above min_abs_difference_threshold (2.0), or no pair is left",
            ),
            (
                "examples_order",
                "'nope' must be an examples type (a name or a number from 1 to 11)",
            ),
            ("Query_LR", "unknown parameter, did you mean 'query_lr'?"),
            ("x" * 99, "unknown parameter"),
            ("7", "unknown parameter"),
        ]

    @pytest.mark.parametrize(
        "name, message",
        [
            ("qurey_lr", "unknown parameter, did you mean 'query_lr'?"),
            ("MARGIN", "unknown parameter, did you mean 'margin'?"),
            ("weight_decay", "unknown parameter, did you mean 'query_weight_decay'?"),
            ("epochs", "unknown parameter"),
            ("x" * 10**6, "unknown parameter"),
        ],
        ids=["typing error", "case", "the closest", "other", "long"],
    )
    def test_a_close_name_is_suggested(self, name, message):
        assert errors_of_strings({**FULL_STRINGS, name: "1"}) == {name: message}

    def test_unknown_names_are_skipped_if_asked_to(self):
        values: Dict[Any, Any] = {**FULL_STRINGS, "host": "x", 7: "y"}
        assert FineTuningParams.from_strings(values, ignore_unknown=True).id == FULL_ID
        missing = errors_of_strings({"host": "x"}, ignore_unknown=True)
        assert missing == dict.fromkeys(BASE, "missing")

    @pytest.mark.parametrize(
        "mapping",
        [
            types.MappingProxyType(FULL_STRINGS),
            {Text(name): Text(text) for name, text in FULL_STRINGS.items()},
        ],
        ids=["proxy", "string subclasses"],
    )
    def test_any_mapping_is_read_and_left_as_it_is(self, mapping):
        before = dict(mapping)
        assert FineTuningParams.from_strings(mapping).id == FULL_ID
        assert dict(mapping) == before

    def test_parameters_are_read_as_a_mapping(self):
        params: Any = FineTuningParams(**FULL)
        assert FineTuningParams.from_strings(params) == params

    @pytest.mark.parametrize("values", [None, 3, [("margin", "0.5")]])
    def test_what_is_no_mapping_is_a_type_error(self, values):
        with pytest.raises(TypeError, match="not a mapping"):
            FineTuningParams.from_strings(values)


class TestMapping:
    """dict(params) is plain data, and an object is no list to those who ask."""

    def test_dict_gives_plain_values_in_order(self):
        params = FineTuningParams(**FULL)
        assert list(dict(params).items()) == list(FULL.items())
        assert [type(item) for item in params["examples_order"]] == [int, int]
        assert FineTuningParams(**params) == params

    def test_its_lists_are_plain_copies(self):
        params = build()
        order = params["examples_order"]
        assert type(order) is list
        order.append(2)
        assert params.examples_order == [11]

    @pytest.mark.parametrize("key", ["id", "VALIDATORS", "keys", 0, None])
    def test_other_keys_are_key_errors(self, key):
        with pytest.raises(KeyError, match=str(key)):
            build()[key]

    def test_it_tells_whether_it_has_a_name(self):
        assert "margin" in build()
        assert "id" not in build()
        assert 0.3 not in build()

    def test_it_is_no_list(self):
        with pytest.raises(TypeError, match="'FineTuningParams' object is not iterable"):
            list(build())  # type: ignore[call-overload]
        assert not isinstance(build(), typing.Iterable)
        assert not hasattr(FineTuningParams, "__len__")

    def test_json_is_written_and_read_back(self):
        params = FineTuningParams(**FULL)
        assert FineTuningParams(**json.loads(json.dumps(params, default=dict))) == params
        assert FineTuningParams(**json.loads(json.dumps(dataclasses.asdict(params)))) == params


class TestImmutable:
    @pytest.mark.parametrize("name", ["margin", "examples_order", "new"])
    def test_no_field_can_be_set_or_deleted(self, name):
        params = build()
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(params, name, 1.0)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(params, name)

    @pytest.mark.parametrize(
        "method, arguments",
        [
            ("append", [2]),
            ("extend", [[]]),
            ("insert", [0, 2]),
            ("remove", [2]),
            ("pop", []),
            ("clear", []),
            ("sort", []),
            ("reverse", []),
            ("__setitem__", [0, 2]),
            ("__delitem__", [0]),
            ("__iadd__", [[2]]),
            ("__imul__", [1]),
        ],
    )
    def test_the_list_refuses_every_change(self, method, arguments):
        order = FineTuningParams(**FULL).examples_order
        with pytest.raises(TypeError) as caught:
            getattr(order, method)(*arguments)
        message = "the list cannot be changed: use dataclasses.replace() on the parameters"
        assert str(caught.value) == message
        assert order == FULL["examples_order"]

    def test_the_list_is_pickled_as_a_whole(self):
        order = FineTuningParams(**FULL).examples_order
        assert pickle.loads(pickle.dumps(order)) == order

    @pytest.mark.parametrize(
        "copied",
        [*COPIES.values(), dataclasses.replace],
        ids=[*COPIES, "replace"],
    )
    def test_a_copy_is_equal_and_unchangeable(self, copied):
        params = FineTuningParams(**FULL)
        again = copied(params)
        assert type(again) is FineTuningParams
        assert again == params
        assert hash(again) == hash(params)
        assert again.id == FULL_ID
        with pytest.raises(TypeError, match="cannot be changed"):
            again.examples_order.append(ExamplesType.hard_all)

    def test_a_changed_copy_is_validated(self):
        params = build()
        assert dataclasses.replace(params, margin=0.5).margin == 0.5
        error = error_of(lambda: dataclasses.replace(params, margin=-0.5))
        assert error.errors == {"margin": "-0.5 must be a non-negative float"}

    def test_the_callers_list_is_not_kept(self):
        order = [2, 11]
        params = build(examples_order=order)
        order.append(5)
        assert params.examples_order == [2, 11]

    def test_the_list_is_otherwise_a_plain_one(self):
        order = FineTuningParams(**FULL).examples_order
        assert isinstance(order, list)
        assert order == FULL["examples_order"]
        assert repr(order) == "[ExamplesType.hard_all, ExamplesType.all_examples]"
        assert type(order[:]) is list
        assert type(order.copy()) is list
        assert json.dumps(order) == "[2, 11]"
        with pytest.raises(AttributeError):
            order.note = "junk"  # type: ignore[attr-defined]


@dataclasses.dataclass(frozen=True)
class LongerParams(FineTuningParams):
    """Five fields with their validators, another default, and a margin that is narrower."""

    max_abs_difference_threshold: float = 2
    epochs: "int" = 3
    dropout: float = 0.1
    model: str = "e5"
    shuffle: bool = False
    milestones: List[int] = dataclasses.field(default_factory=lambda: [10, 20])
    kind: typing.ClassVar[str] = "no field"

    validate_dropout = staticmethod(FineTuningParams.validate_ratio)
    validate_model = staticmethod(FineTuningParams.validate_str)
    validate_shuffle = staticmethod(FineTuningParams.validate_bool)

    @staticmethod
    def validate_epochs(value):
        """Return an integer from 1 on."""
        if FineTuningParams.validate_non_negative_int(value) == 0:
            raise ValueError("0 epochs train nothing")
        return int(value)

    @staticmethod
    def validate_milestones(value):
        """Return a list of integers, also from its string."""
        items = value.split(",") if isinstance(value, str) else value
        return [int(item) for item in items if item != ""]

    @staticmethod
    def validate_margin(value):
        """Return a margin up to 2."""
        if FineTuningParams.validate_margin(value) > 2.0:
            raise ValueError(f"{value} must be at most 2")
        return value


LONGER_STRING = (
    "dropout: 0.1 / epochs: 3 / examples_order: ExamplesType.all_examples / items_lr: 0.02 / "
    "items_weight_decay: 0.002 / margin: 0.3 / max_abs_difference_threshold: 2.0 / "
    "milestones: 10,20 / min_abs_difference_threshold: 0.0 / model: e5 / "
    "negative_downsampling: 0.5 / not_irrelevant_only: True / num_fixed_layers: 3 / "
    "query_lr: 0.01 / query_weight_decay: 0.001 / shuffle: False"
)


class TestSubclass:
    """A field x of a subclass is validated by its validate_x."""

    def test_its_fields_are_in_its_string_and_its_id(self):
        params = LongerParams(**BASE)
        assert str(params) == LONGER_STRING
        assert params.id == hashlib.sha256(LONGER_STRING.encode("utf-8")).hexdigest()

    def test_an_id_is_made_of_utf_8(self):
        params = LongerParams(**BASE, model="caf\u00e9")
        assert params.id == hashlib.sha256(str(params).encode("utf-8")).hexdigest()

    def test_it_is_read_back_as_itself(self):
        own = {"epochs": "7.0", "dropout": "0", "model": "x y", "milestones": ""}
        params = LongerParams.from_strings({**FULL_STRINGS, **own})
        assert params == LongerParams(**FULL, epochs=7, dropout=0, model="x y", milestones=[])
        assert LongerParams.from_strings(params.to_strings()).id == params.id
        assert LongerParams(**dict(params)).id == params.id

    def test_its_errors_come_with_all_others_in_the_order_of_the_fields(self):
        values = {**BASE, "query_lr": 0.0, "min_abs_difference_threshold": 2.0}
        values.update(margin=3.0, epochs=0, model="/")
        expected = [
            ("query_lr", "0.0 must be a positive float"),
            ("margin", "3.0 must be at most 2"),
            (
                "max_abs_difference_threshold",
                "2.0 must be above min_abs_difference_threshold (2.0), or no pair is left",
            ),
            ("epochs", "0 epochs train nothing"),
            ("model", "'/' must be a printable string without ' / '"),
        ]
        assert list(error_of(lambda: LongerParams(**values)).errors.items()) == expected
        strings = {**values, "dropout": "x", "epoch": "1"}
        expected.insert(4, ("dropout", "'x' must be readable as float"))
        expected.append(("epoch", "unknown parameter, did you mean 'epochs'?"))
        error = error_of(lambda: LongerParams.from_strings(strings))
        assert list(error.errors.items()) == expected

    def test_its_lists_are_unchangeable_copies(self):
        milestones = [1, 2]
        params = LongerParams(**BASE, milestones=milestones)
        milestones.append(3)
        assert params.milestones == [1, 2]
        assert isinstance(hash(params), int)
        for each in [params, copy.deepcopy(params), LongerParams(**BASE)]:
            with pytest.raises(TypeError, match="cannot be changed"):
                each.milestones.append(4)

    @pytest.mark.parametrize("copied", list(COPIES.values()), ids=list(COPIES))
    def test_a_copy_is_equal(self, copied):
        params = LongerParams(**BASE, model="x")
        assert copied(params) == params
        assert copied(params).id == params.id

    def test_a_class_that_only_adds_methods_needs_no_decorator(self):
        careful = define("validate_query_lr = LongerParams.validate_dropout", decorator="")
        assert careful(**BASE).id == BASE_ID
        values = {**BASE, "query_lr": 1.5}
        problem = {"query_lr": "1.5 must be a float or integer from 0 to 1"}
        assert error_of(lambda: careful(**values)).errors == problem
        assert error_of(lambda: careful.from_strings(values)).errors == problem

    def test_its_string_may_be_another_but_not_its_id(self):
        class Short(FineTuningParams):
            def __str__(self):
                return "short"

        assert str(Short(**BASE)) == "short"
        assert Short(**BASE).id == BASE_ID

    def test_an_invalid_default_is_reported_with_all_others(self):
        odd = define("max_abs_difference_threshold: float = 'x'")
        values = {**BASE, "margin": "x"}
        expected = ["margin", "max_abs_difference_threshold"]
        assert list(error_of(lambda: odd(**values)).errors) == expected
        assert list(error_of(lambda: odd.from_strings(values)).errors) == expected

    def test_fields_are_found_in_a_class_that_cloudpickle_2_has_rebuilt(self):
        rebuilt: Any = type("Rebuilt", (LongerParams,), {})
        fields = {}
        for name, original in LongerParams.__dataclass_fields__.items():
            fields[name] = copy.copy(original)
            fields[name]._field_type = copy.copy(original._field_type)  # type: ignore[attr-defined]
            fields[name].default = copy.copy(original.default)
        rebuilt.__dataclass_fields__ = fields
        assert dataclasses.fields(rebuilt) == ()
        assert rebuilt(**BASE).id == LongerParams(**BASE).id
        assert rebuilt.from_strings(BASE).id == LongerParams(**BASE).id
        missing = dict.fromkeys(BASE, "missing")
        assert error_of(lambda: rebuilt.from_strings({})).errors == missing


READY_MADE = "staticmethod(FineTuningParams.validate_non_negative_int)"
VALIDATE_SEED = f"validate_seed = {READY_MADE}"
SEED = f"seed: int = 0\n{VALIDATE_SEED}"
# What the classes below inherit from.
Seeded = define(SEED)
Narrower = define("validate_margin = staticmethod(FineTuningParams.validate_positive_float)")
Wider = define("max_abs_difference_threshold: float = 10.0")
Undecorated = define("seed: int = 0", decorator="")
Mixin = define(f"registry: Any = None\n{VALIDATE_SEED}", "object", decorator="")
FieldMixin = define(SEED, "object")
Abstract = define(
    """
    seed: int = 0
    @staticmethod
    @abc.abstractmethod
    def validate_seed(value): ...
    """,
    "FineTuningParams, abc.ABC, typing.Generic[typing.TypeVar('T')]",
)
KINDS = {
    "a ready-made validator": ("FineTuningParams", SEED),
    "a postponed annotation": ("FineTuningParams", f"seed: 'int' = 0\n{VALIDATE_SEED}"),
    "a child": ("Seeded", "validate_margin = staticmethod(FineTuningParams.validate_threshold)"),
    "another default": ("Seeded", "seed: int = 1"),
    "two parents": ("Seeded, Narrower", "pass"),
    "a mixin": ("Mixin, FineTuningParams", "seed: int = 0"),
    "a mixin with a field": ("FieldMixin, FineTuningParams", "pass"),
    "abstract and generic": ("Abstract", VALIDATE_SEED),
    "a class method": (
        "Seeded",
        "validate_seed = classmethod(lambda cls, value: cls.validate_non_negative_int(value))",
    ),
    "a partial": (
        "Seeded",
        "validate_seed = functools.partial(FineTuningParams.validate_non_negative_int)",
    ),
    "one validator of two fields": (
        "FineTuningParams",
        """
        seed: int = 0
        validate_every: int = 0
        def validate_count(value):
            return FineTuningParams.validate_non_negative_int(value)
        validate_seed = validate_validate_every = staticmethod(validate_count)
        validate_count = staticmethod(validate_count)
        """,
    ),
}


def check_seed(cls: Any) -> None:
    """Check that a class has a field "seed" that is validated, in both ways, and read back."""
    params = cls(**BASE, seed=7)
    assert " / seed: 7" in str(params)
    assert cls.from_strings(params.to_strings()) == params
    assert isinstance(hash(params), int)
    message = {"seed": "-1 must be a non-negative integer"}
    assert error_of(lambda: cls(**BASE, seed=-1)).errors == message
    assert error_of(lambda: cls.from_strings({**BASE, "seed": "-1"})).errors == message
    wrong = {**BASE, "seed": "-1", "margin": "x"}
    assert list(error_of(lambda: cls.from_strings(wrong)).errors) == ["margin", "seed"]


class TestKindsOfSubclasses:
    @pytest.mark.parametrize("parents, body", list(KINDS.values()), ids=list(KINDS))
    def test_a_field_has_its_validator(self, parents, body):
        check_seed(define(body, parents))

    @pytest.mark.skipif(sys.version_info < (3, 10), reason="options that are new in Python 3.10")
    @pytest.mark.parametrize("option", ["slots", "kw_only"])
    def test_it_may_have_options(self, option):
        check_seed(define(SEED, decorator=f"@dataclass(frozen=True, {option}=True)"))

    def test_it_may_be_made_by_a_function(self):
        check_seed(with_field("seed", int, FineTuningParams.validate_non_negative_int, 0))


def identity(value: Any) -> Any:
    """Return the value itself, as a validator that trusts its callers."""
    return value


def split(value: Any) -> Any:
    """Return the items of a string."""
    return value.split(",") if isinstance(value, str) else value


def with_field(name: str, annotation: Any, validator: Any, default: Any) -> Any:
    """Return a subclass with a field, its validator and its default."""
    factory: Any = dataclasses.field(default_factory=lambda: default)
    return dataclasses.make_dataclass(
        "Params",
        [(name, annotation, factory)],
        bases=(FineTuningParams,),
        namespace={"validate_" + name: staticmethod(validator)},
        frozen=True,
    )


def check_refused(cls: Any, message: str) -> None:
    """Check that no object of a class can be built, in either way."""
    for make in [lambda: cls(**BASE), lambda: cls.from_strings(BASE, ignore_unknown=True)]:
        with pytest.raises(TypeError) as caught:
            make()
        assert str(caught.value) == message


EACH_TYPE = [True, 2, 0.5, "a", ExamplesType.hard_all]


class TestReadingBack:
    """What a validator returns is what it makes again of its own string."""

    @pytest.mark.parametrize(
        "annotation, validator, value, stored",
        [
            (bool, identity, True, True),
            ("int", identity, 3, 3),
            (float, identity, 0.5, 0.5),
            (float, identity, -0.0, 0.0),
            (float, identity, math.inf, math.inf),
            (str, identity, "caf\u00e9, x", "caf\u00e9, x"),
            (List[str], split, ["a", "b"], ["a", "b"]),
            (List[int], LongerParams.validate_milestones, (1, 2), [1, 2]),
            (List[int], LongerParams.validate_milestones, [], []),
            (List[float], lambda value: [-0.0], "-0.0", [0.0]),
            (Any, FineTuningParams.validate_examples_order, "soft_all", [ExamplesType.soft_all]),
            (Any, lambda value: EACH_TYPE, 1, EACH_TYPE),
        ],
    )
    def test_accepted(self, annotation, validator, value, stored):
        cls = with_field("extra", annotation, validator, value)
        params = cls(**BASE)
        assert repr(params.extra) == repr(stored)
        assert cls.from_strings(params.to_strings()) == params
        assert cls(**dict(params)).id == params.id

    @pytest.mark.parametrize(
        "annotation, validator, value, shown",
        [
            (int, identity, None, "None (NoneType) became ValueError("),
            (int, identity, 3.0, "3.0 (float) became 3"),
            (int, identity, "8", "'8' (str) became 8"),
            (int, Int, 1, "1 (Int) became 1"),
            (float, identity, 1, "1 (int) became 1.0"),
            (float, identity, math.nan, "nan (float) became nan"),
            (float, lambda value: value / 100, 50.0, "0.5 (float) became 0.005"),
            (float, identity, "x", "'x' (str) became ValueError("),
            (bool, identity, 1, "1 (int) became True"),
            (str, identity, 8, "8 (int) became '8'"),
            (str, identity, "a / b", "'a / b' (str) became ValueError("),
            (str, identity, "\ud800", "'\\ud800' (str) became ValueError("),
            (str, lambda value: None, "x", "None (NoneType) became None"),
            (List[str], split, ["a,b"], "['a,b'] (list) became ['a', 'b']"),
            (List[str], split, [], "[] (list) became ['']"),
            (List[int], lambda value: list(map(int, value)), [30], "[30] (list) became [3, 0]"),
            (List[int], lambda value: [*value, 1], [1], "[1, 1] (list) became ['"),
            (Any, lambda value: [math.nan], 1, "[nan] (list) became [nan]"),
            (Any, lambda value: [[1]], 1, "[[1]] (list) became [[1]]"),
            (Any, lambda value: [Int(1)], 1, "[1] (list) became [1]"),
            (Any, identity, (1, 2), "(1, 2) (tuple) became '(1, 2)'"),
            (Any, ExamplesType, 2, "ExamplesType.hard_all (ExamplesType) became Examples"),
        ],
    )
    def test_rejected(self, annotation, validator, value, shown):
        cls = with_field("extra", annotation, validator, value)
        rule = "must return a bool, int, float, str or list that it makes again of its string"
        rule += " (which is read first if annotated bool, int or float)"
        for make in [lambda: cls(**BASE), lambda: cls.from_strings(BASE)]:
            with pytest.raises(TypeError) as caught:
                make()
            assert str(caught.value).startswith(f"Params.validate_extra {rule}: {shown}")

    def test_it_holds_for_what_is_read(self):
        cls = with_field("extra", str, lambda value: value + "x", "")
        with pytest.raises(TypeError, match=r"must return .*: 'x' \(str\) became 'xx'$"):
            cls.from_strings({**BASE, "extra": ""})

    def test_it_holds_for_a_narrowed_field(self):
        class Doubled(FineTuningParams):
            validate_margin = staticmethod(lambda value: 2 * value)

        with pytest.raises(
            TypeError, match=r"Doubled.validate_margin must .*: 0.6 \(float\) became 1.2$"
        ):
            Doubled(**BASE)

    def test_it_holds_for_a_field_of_ours_with_another_annotation(self):
        cls = define("max_abs_difference_threshold: Any = 1")
        with pytest.raises(TypeError, match=r"must return .*: 1.0 \(float\) became ValueError"):
            cls(**BASE)

    def test_a_list_that_is_returned_as_it_came_is_copied(self):
        class Trusting(FineTuningParams):
            @staticmethod
            def validate_examples_order(value):
                is_order = isinstance(value, list)
                return value if is_order else FineTuningParams.validate_examples_order(value)

        order = [ExamplesType.hard_all]
        params = Trusting(**BASE, examples_order=order)
        order.append(ExamplesType.all_examples)
        assert params.examples_order == [ExamplesType.hard_all]
        assert dataclasses.replace(params) == params

    def test_a_threshold_that_is_refused_is_not_compared(self):
        body = "validate_max_abs_difference_threshold = staticmethod(lambda value: None)"
        unbounded = define(body)
        with pytest.raises(TypeError, match=r"None \(NoneType\) became"):
            unbounded(**BASE)


UNLIKE = "validates no annotated field of a decorated class, unlike " + ", ".join(
    ["validate_" + name for name in NAMES]
)
NO_DEFAULT = "is no default: annotate it in this class, decorated"
POSITIVE = "staticmethod(FineTuningParams.validate_positive_float)"


class TestMistakesInASubclass:
    """What would be ignored is a TypeError that says what to write."""

    @pytest.mark.parametrize(
        "parents, body, message",
        [
            (
                "FineTuningParams",
                "seed: int = 0",
                "Params must be decorated with @dataclass(frozen=True)",
            ),
            ("Undecorated", "pass", "Params must be decorated with @dataclass(frozen=True)"),
            ("FineTuningParams", "margin = 0.5", f"Params.margin = 0.5 {NO_DEFAULT}"),
            ("Wider, Seeded", "pass", f"Params.validate_seed {UNLIKE}"),
            (
                "FineTuningParams",
                f"validate_marign = {POSITIVE}",
                f"Params.validate_marign {UNLIKE}",
            ),
            ("Mixin, FineTuningParams", "pass", f"Params.validate_seed {UNLIKE}"),
        ],
    )
    def test_without_decorator(self, parents, body, message):
        check_refused(define(body, parents, decorator=""), message)

    @pytest.mark.parametrize(
        "parents, body, message",
        [
            ("Undecorated", SEED, "Params must be decorated with @dataclass(frozen=True)"),
            ("FineTuningParams", "margin = 0.5", f"Params.margin = 0.5 {NO_DEFAULT}"),
            (
                "FineTuningParams",
                "examples_order = 'x'",
                f"Params.examples_order = 'x' {NO_DEFAULT}",
            ),
            ("Seeded", "seed = 1", f"Params.seed = 1 {NO_DEFAULT}"),
            (
                "Narrower, Wider",
                "pass",
                f"Params.max_abs_difference_threshold = 10.0 {NO_DEFAULT}",
            ),
            (
                "FineTuningParams",
                "seed: int = 0",
                f"Params.seed must have a validator, such as {VALIDATE_SEED}",
            ),
            (
                "FineTuningParams",
                "ratio: float = 0.5",
                f"Params.ratio must have a validator, such as validate_ratio = {READY_MADE}",
            ),
            (
                "FineTuningParams",
                "id: str = 'a'\nvalidate_id = staticmethod(FineTuningParams.validate_str)",
                "Params.id must have another name, for this one has a meaning",
            ),
            (
                "FineTuningParams",
                f"seed: int = field(default=0, init=False)\n{VALIDATE_SEED}",
                "Params.seed must be an argument: write a property instead of init=False",
            ),
            (
                "FineTuningParams",
                "validate_positive_float = staticmethod(FineTuningParams.validate_ratio)",
                f"Params.validate_positive_float {UNLIKE}",
            ),
            (
                "Seeded",
                "validate_helper = staticmethod(lambda value: value)",
                f"Params.validate_helper {UNLIKE}, validate_seed",
            ),
        ],
    )
    def test_with_decorator(self, parents, body, message):
        check_refused(define(body, parents), message)

    @pytest.mark.parametrize(
        "use",
        [str, dict, lambda params: params.id, FineTuningParams.to_strings],
        ids=["str", "dict", "id", "to_strings"],
    )
    def test_after_a_forgotten_super_it_cannot_be_used(self, use):
        class Forgetful(FineTuningParams):
            def __post_init__(self):
                pass

        with pytest.raises(TypeError, match=r"Forgetful.__post_init__ must call super\(\)\.__post"):
            use(Forgetful(**BASE))


class TestWhatIsRemembered:
    """A class is checked once, and what is remembered of it names that class."""

    def test_a_class_is_checked_once(self, monkeypatch):
        LongerParams(**BASE)
        monkeypatch.setattr(finetuning_params, "_check_field", None)
        assert str(LongerParams(**BASE)) == LONGER_STRING

    def test_a_value_is_validated_once_and_read_back_once_if_it_is_not_ours(self, monkeypatch):
        calls = []

        def validator(value):
            calls.append(value)
            return value

        cls = with_field("extra", int, validator, 0)
        cls.from_strings({**BASE, "extra": "7"})
        assert calls == [7, 7]
        monkeypatch.setattr(finetuning_params, "_read_back", None)
        assert build().id == BASE_ID

    def test_a_parent_that_was_checked_does_not_answer_for_its_child(self):
        LongerParams(**BASE)
        child: Any = type("Child", (LongerParams,), {"__annotations__": {"seed": int}, "seed": 0})
        check_refused(child, "Child must be decorated with @dataclass(frozen=True)")

    def test_a_copy_of_what_another_class_remembers_does_not_answer(self):
        cls = with_field("extra", int, identity, 3)
        LongerParams(**BASE)
        cls._checked = LongerParams._checked  # as IPython's autoreload does
        params = cls(**BASE)
        assert "extra: 3" in str(params)
        assert "epochs" not in params

    def test_a_validator_that_is_replaced_is_used(self, monkeypatch):
        build()
        monkeypatch.setattr(FineTuningParams, "validate_margin", staticmethod(lambda value: 0.75))
        assert build().margin == 0.75

    def test_old_objects_and_classes_are_usable_after_a_reload(self, tmp_path, monkeypatch):
        shutil.copy(MODULE, tmp_path / "reloaded.py")
        monkeypatch.syspath_prepend(str(tmp_path))
        module = importlib.import_module("reloaded")
        old = module.FineTuningParams
        params = old(**FULL)
        child: Any = type("Child", (old,), {})
        importlib.reload(module)
        assert module.FineTuningParams is not old
        assert dict(params) == FULL
        assert {type(item) for item in params["examples_order"]} == {int}
        assert params.id == child(**FULL).id == FULL_ID
        assert old.from_strings(params.to_strings()).id == FULL_ID
        assert old(**{**FULL, "examples_order": params.examples_order}) == params
        with pytest.raises(module.FineTuningParamsError):
            child(**{**FULL, "margin": -1.0})

    def test_autoreload_finds_no_function_that_is_shared(self):
        names = [name for name in dir(FineTuningParams) if name.startswith("validate_")]
        assert len(names) == 8 + len(NAMES)
        for name in names:  # it writes new code into old functions
            assert not inspect.isfunction(getattr(FineTuningParams, name)), name

    def test_what_is_narrowed_later_must_read_back(self):
        cls = define("pass")
        cls(**BASE)
        cls.validate_margin = staticmethod(lambda value: value / 2)
        with pytest.raises(TypeError, match=r"0\.15 .* became 0\.075"):
            cls(**BASE)


@needs_processes
class TestProcesses:
    @pytest.mark.parametrize("seed", ["0", "4242"])
    def test_ids_and_hashes_do_not_move_with_the_hash_seed(self, seed):
        code = f"from finetuning_params import *; params = FineTuningParams(**{BASE})"
        done = python("-c", code + "; print(params.id, hash(params))", PYTHONHASHSEED=seed)
        assert done.stdout == f"{BASE_ID} {hash(build())}\n"

    def test_objects_and_errors_cross_a_process_pool(self):
        bad = {**FULL, "margin": -0.5, "query_lr": 0}
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            built = pool.apply_async(FineTuningParams, kwds=FULL)
            failed = pool.apply_async(FineTuningParams, kwds=bad)
            assert built.get(timeout=60).id == FULL_ID
            error = error_of(lambda: failed.get(timeout=60))
        assert error.errors == {
            "query_lr": "0 must be a positive float, not int",
            "margin": "-0.5 must be a non-negative float",
        }

    def test_a_copy_of_the_file_works_under_another_name(self, tmp_path):
        package = tmp_path / "acme" / "_vendor"
        package.mkdir(parents=True)
        shutil.copy(MODULE, package / "tuning.py")
        code = f"""
            import pickle, typing
            from acme._vendor.tuning import FineTuningParams
            params = FineTuningParams(**{BASE})
            assert pickle.loads(pickle.dumps(params)) == params
            typing.get_type_hints(FineTuningParams)
            print(params.id)
        """
        done = python("-c", textwrap.dedent(code), PYTHONPATH=str(tmp_path))
        assert (done.stdout, done.stderr) == (BASE_ID + "\n", "")
        assert python("-m", "doctest", str(package / "tuning.py")).returncode == 0

    def test_importing_it_loads_nothing_but_what_it_needs(self):
        code = """
            import sys, dataclasses, enum, hashlib, typing
            before = set(sys.modules)
            import finetuning_params
            print(sorted(set(sys.modules) - before))
        """
        assert python("-c", textwrap.dedent(code)).stdout == "['finetuning_params']\n"


PAIRS = [f"{name}={value}" for name, value in BASE.items()]
LINE = f"{BASE_ID}  {BASE_STRING}\n"


@pytest.fixture
def terminal(monkeypatch):
    """The process looks like a script's, on a screen of 80 columns without colors."""
    monkeypatch.setattr(sys, "argv", ["finetuning_params.py"])
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.mark.usefixtures("terminal")
class TestCommandLine:
    @pytest.fixture
    def command(self, monkeypatch, capsys):
        """Return a function that runs main() as a shell would, on a screen of 80 columns."""

        def run(*arguments, stdin=b"", **options):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            status = 0
            try:
                main([*arguments], **options)
            except SystemExit as stop:
                status = int(stop.code or 0)
            return subprocess.CompletedProcess(arguments, status, *capsys.readouterr())

        return run

    def test_pairs_give_one_line_of_id_and_string(self, command):
        ended = command(*PAIRS)
        assert ended.stdout == LINE
        assert ended.returncode == 0

    def test_values_of_pairs_are_strings(self, command):
        ended = command(*PAIRS, "margin= 0.30 ", "not_irrelevant_only=yes", "examples_order=[11]")
        assert ended.stdout == LINE

    def test_pairs_stand_on_both_sides_of_a_file(self, command):
        ended = command(*PAIRS[:4], "--json", "-", *PAIRS[4:], stdin=b"{}")
        assert (ended.stderr, ended.stdout) == ("", LINE)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
    def test_a_file_may_have_any_encoding_of_json(self, command, encoding):
        assert command("--json", "-", stdin=json.dumps(BASE).encode(encoding)).stdout == LINE
        assert not sys.stdin.closed

    def test_a_name_twice_in_one_object_is_an_error(self, command):
        text = json.dumps(BASE).replace("{", '{"margin": 0.3, "\\u001b": 1, ')
        ended = command("--json", "-", stdin=text.encode())
        assert ended.returncode == 2
        assert ended.stderr.endswith("error: cannot read '-': 'margin' is given twice\n")

    @needs_processes
    @pytest.mark.skipif(os.name == "nt", reason="no shell")
    def test_a_closed_standard_input_is_an_error_of_one_line(self):
        code = f"exec {shlex.quote(sys.executable)} {shlex.quote(str(MODULE))} --json - <&-"
        done = subprocess.run(["sh", "-c", code], stderr=subprocess.PIPE, text=True)
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("finetuning_params.py: error: cannot read")
        assert "Traceback" not in done.stderr

    def test_later_files_override_earlier_ones_and_pairs_override_all(self, command, tmp_path):
        first, second = tmp_path / "first.json", tmp_path / "second.json"
        first.write_text(json.dumps({**BASE, "margin": 7, "query_lr": 7}), encoding="utf-8")
        second.write_text('{"margin": 0.3, "query_lr": 8}', encoding="utf-8")
        ended = command("query_lr=0.01", "--json", str(first), "--json", str(second))
        assert ended.stdout == LINE

    def test_everything_invalid_is_reported_at_once(self, command):
        text = b'{"query_lr": NaN, "items_lr": 1, "a": {}, "not_irrelevant_only": true}'
        ended = command("--json", "-", "items_lr=x", "margin", "M=1=2", stdin=text)
        assert ended.returncode == 2
        assert ended.stdout == ""
        usage, _, problems = ended.stderr.partition("finetuning_params.py: error: ")
        assert usage.startswith("usage: finetuning_params.py ")
        assert problems.splitlines() == [
            "9 invalid parameters",
            "num_fixed_layers: missing",
            "query_lr: nan must be a finite float",
            "items_lr: 'x' must be readable as float",
            "query_weight_decay: missing",
            "items_weight_decay: missing",
            "margin: '' must be readable as float",
            "negative_downsampling: missing",
            "a: unknown parameter",
            "M: unknown parameter",
        ]

    @pytest.mark.parametrize(
        "data, problem",
        [
            (None, "No such file or directory"),
            (b"", ": line 1 column 1 (char 0)"),
            (b"[]", "'list' object is not a mapping"),
            (b'{"\xff": 1}', "'utf-8' codec can't decode byte 0xff"),
            (b"[" * 10**6, ""),
        ],
        ids=["no file", "empty", "list", "no text", "deep"],
    )
    def test_what_cannot_be_read_is_named(self, command, tmp_path, data, problem):
        file = tmp_path / "params.json"
        if data is not None:
            file.write_bytes(data)
        ended = command("--json", str(file), "x=1")
        assert ended.returncode == 2
        assert f"error: cannot read {str(file)!r}: " in ended.stderr
        assert problem in ended.stderr

    def test_a_files_name_is_shown_without_control_characters(self, command):
        ended = command("--json", "a\x1b[0m\nb")
        assert "cannot read 'a\\x1b[0m\\nb': " in ended.stderr

    @needs_docstrings
    def test_help_tells_all_in_80_columns(self, command):
        ended = command("--help")
        assert ended.returncode == 0
        assert max(len(line) for line in ended.stdout.splitlines()) < 80
        for text in [
            "\nValidate the parameters of one run; print its id and its string.\n",
            "\n  NAME=VALUE   overrides every FILE\n",
            "\n  --json FILE  JSON object, - for standard input; may be repeated, later ones\n",
            f"\n{inspect.getdoc(FineTuningParams)}\n\nExample:\n    finetuning_params.py --json ",
        ]:
            assert text in ended.stdout

    def test_a_subclass_has_it_too(self, command, monkeypatch):
        monkeypatch.setattr(LongerParams, "__doc__", "Trains longer.")
        command = functools.partial(command, params_class=LongerParams)
        assert command(*PAIRS).stdout == f"{LongerParams(**BASE).id}  {LONGER_STRING}\n"
        problems = command(*PAIRS, "--json", "-", "margin=x", stdin=b'{"epochs": 0}').stderr
        assert "\nmargin: 'x' must be readable as float\nepochs: 0 epochs train no" in problems
        assert "\n\nTrains longer.\n" in command("--help").stdout

    def test_a_percent_sign_in_the_docstring_does_no_harm(self, command, monkeypatch):
        monkeypatch.setattr(FineTuningParams, "__doc__", "Keeps 50% (half) of %(prog)s.")
        assert "\nKeeps 50% (half) of %(prog)s.\n" in command("--help").stdout

    def test_version(self, command):
        assert command("--version").stdout == finetuning_params.__version__ + "\n"

    @needs_processes
    def test_it_runs_as_a_script_and_as_a_module(self):
        assert python(str(MODULE), *PAIRS).stdout == LINE
        assert python("-m", "finetuning_params", *PAIRS).stdout == LINE

    @needs_processes
    def test_it_works_without_docstrings(self):
        assert python("-OO", str(MODULE), *PAIRS).stdout == LINE
        assert "None" not in python("-OO", str(MODULE), "--help").stdout


@needs_docstrings
class TestDocstrings:
    def test_examples_run(self):
        result = doctest.testmod(finetuning_params)
        assert result.attempted == 4
        assert result.failed == 0

    def test_every_parameter_is_described(self):
        arguments = str(inspect.getdoc(FineTuningParams)).split("Args:")[1].split("Raises:")[0]
        assert re.findall(r"^    (\w+): ", arguments, flags=re.MULTILINE) == NAMES

    def test_every_examples_type_is_named(self):
        text = str(FineTuningParams.__doc__).split("examples_order: ")[1]
        for member in ExamplesType:
            assert re.search(rf"\b{member.name}\b", text), member


positive_floats = st.floats(SMALLEST, LARGEST)
non_negative_floats = st.one_of(st.just(0.0), positive_floats)
orders = st.lists(st.sampled_from(ExamplesType), min_size=1, max_size=5)
thresholds = st.lists(non_negative_floats, min_size=2, max_size=2, unique=True).map(sorted)


@st.composite
def stored_values(draw: Any) -> Dict[str, Any]:
    """All fields of a valid object as it stores them."""
    low, high = draw(thresholds)
    return {
        "num_fixed_layers": draw(st.integers(0, sys.maxsize)),
        "query_lr": draw(positive_floats),
        "items_lr": draw(positive_floats),
        "query_weight_decay": draw(non_negative_floats),
        "items_weight_decay": draw(non_negative_floats),
        "margin": draw(non_negative_floats),
        "not_irrelevant_only": draw(st.booleans()),
        "negative_downsampling": draw(st.floats(0.0, 1.0).map(abs)),
        "min_abs_difference_threshold": low,
        "max_abs_difference_threshold": high,
        "examples_order": draw(orders),
    }


@st.composite
def order_forms(draw: Any, order: List[ExamplesType]) -> Any:
    """The order in any form that is accepted: a sequence, an iterator or a string."""
    forms = [
        lambda member: member,
        int,
        lambda member: Index(member.value),
        lambda member: member.name,
        lambda member: f" +{member.value} ",
        lambda member: Text(f"\t{member}\n"),
    ]
    items = [draw(st.sampled_from(forms))(member) for member in order]
    texts = [str(item.value if isinstance(item, Index) else item) for item in items]
    whole = [
        items,
        tuple(items),
        iter(items),
        collections.deque(items),
        ",".join(texts),
        f" [{', '.join(texts)}] ",
        str(tuple(order)),
        json.dumps([member.name for member in order]),
    ]
    return draw(st.sampled_from(whole))


@st.composite
def written_values(draw: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """The fields of a valid object in any accepted form, and as they have to be stored."""
    stored = draw(stored_values())
    written = dict(stored)
    for name, value in stored.items():
        if type(value) is float:
            kind = draw(st.sampled_from([float, Float]))
            written[name] = kind(value or -0.0)
    kind = draw(st.sampled_from([int, Int, Index]))
    written["num_fixed_layers"] = kind(stored["num_fixed_layers"])
    written["examples_order"] = draw(order_forms(stored["examples_order"]))
    return written, stored


# The fields that may be changed alone; one threshold without the other may leave no pair.
INDEPENDENT_FIELDS = [name for name in NAMES if "threshold" not in name]
valid_params = stored_values().map(lambda values: FineTuningParams(**values))

# The validator of each field.
VALIDATORS = {
    "num_fixed_layers": "non_negative_int",
    "query_lr": "positive_float",
    "items_lr": "positive_float",
    "query_weight_decay": "non_negative_float",
    "items_weight_decay": "non_negative_float",
    "margin": "non_negative_float",
    "not_irrelevant_only": "bool",
    "negative_downsampling": "ratio",
    "min_abs_difference_threshold": "threshold",
    "max_abs_difference_threshold": "threshold",
    "examples_order": "examples_order",
}
wrong_values = st.sets(st.sampled_from(NAMES), min_size=1).flatmap(
    lambda names: st.fixed_dictionaries(
        {name: st.sampled_from(REJECTED[VALIDATORS[name]]) for name in names}
    )
)

junk_atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=20),
    st.binary(max_size=5),
    st.decimals(),
    st.datetimes(),
    st.integers().map(Index),
    st.floats().map(Float),
    st.text(max_size=300).map(CustomRepr),
    st.builds(BrokenRepr),
    st.sampled_from([BrokenRepr, ExamplesType, ForeignEnum, WrongName.two, "x" * 10**5]),
)
junk = st.recursive(
    junk_atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.lists(inner, max_size=4).map(iter),
        st.dictionaries(st.text(max_size=5), inner, max_size=3),
        st.sets(st.integers(1, 11), max_size=3),
    ),
    max_leaves=6,
)
mappings = st.dictionaries(
    st.one_of(st.sampled_from(NAMES), st.text(max_size=60)),
    st.one_of(st.text(), junk),
    max_size=14,
)


def check_canonical(params: FineTuningParams) -> None:
    """Check that an object holds nothing but plain values, which make it again."""
    values = dict(params)
    assert FineTuningParams(**values) == params
    kinds = " ".join([type(value).__name__ for value in values.values()])
    assert kinds == "int float float float float float bool float float float list"
    assert {type(member) for member in params.examples_order} == {ExamplesType}
    assert not re.search(": (-|nan|inf)", str(params))


def check_error(error: FineTuningParamsError) -> None:
    """Check that an error tells each problem in one short, printable line, fields first."""
    lines = str(error).split("\n")
    assert lines == str(error).splitlines()
    assert len(lines) == 1 + len(error.errors)
    for message in error.errors.values():
        assert message.isprintable()
        assert len(message) < 200
    known = [name for name in NAMES if name in error.errors]
    assert list(error.errors)[: len(known)] == known


def outcome_of(call: Callable[[], FineTuningParams]) -> FineTuningParamsError:
    """Return the error of a call, after a look at it, or one without errors."""
    try:
        check_canonical(call())
    except FineTuningParamsError as error:
        check_error(error)
        return error
    return FineTuningParamsError({})


OWN_NAMES = ["epochs", "dropout", "model", "shuffle", "milestones"]
own_values = st.fixed_dictionaries(
    {
        "epochs": st.integers(1, sys.maxsize),
        "dropout": st.floats(0.0, 1.0),
        "model": st.text(" /,:0a\u00e9", max_size=4).filter(lambda text: " / " not in f" {text} "),
        "shuffle": st.booleans(),
        "milestones": st.lists(st.integers(), max_size=3),
    }
)


class TestLaws:
    @given(written_values())
    def test_every_accepted_form_is_stored_in_the_plain_one(self, pair):
        written, stored = pair
        params = FineTuningParams(**written)
        plain = FineTuningParams(**stored)
        check_canonical(params)
        assert dict(params) == stored
        assert hash(params) == hash(plain)
        assert repr(params) == repr(plain)

    @given(stored_values(), wrong_values)
    def test_each_invalid_field_is_named_and_no_valid_one(self, values, wrong):
        for name, (value, _) in wrong.items():
            values[name] = value
        error = error_of(lambda: FineTuningParams(**values))
        check_error(error)
        messages = [(name, wrong[name][1]) for name in NAMES if name in wrong]
        assert list(error.errors.items()) == messages

    @given(valid_params, stored_values(), st.sets(st.sampled_from(INDEPENDENT_FIELDS), max_size=2))
    def test_different_params_have_different_ids(self, params, values, changed):
        other = FineTuningParams(**{**params, **{name: values[name] for name in changed}})
        same = dict(params) == dict(other)
        assert (params == other) is same
        assert (params.id == other.id) is same

    @given(valid_params)
    def test_strings_are_read_back(self, params):
        strings = params.to_strings()
        assert FineTuningParams.from_strings(strings) == params
        padded = {name: f"\t {text} \n" for name, text in strings.items()}
        assert FineTuningParams.from_strings(padded).id == params.id
        line = dict(part.split(": ") for part in str(params).split(" / "))
        assert FineTuningParams.from_strings(line).id == params.id

    @given(st.dictionaries(st.sampled_from(NAMES), junk))
    def test_any_objects_are_accepted_or_rejected_cleanly(self, values):
        outcome = outcome_of(lambda: build(**values))
        assert set(outcome.errors) <= {*values, "max_abs_difference_threshold"}

    @given(mappings, st.booleans(), st.booleans())
    def test_any_mapping_is_read_or_rejected_cleanly(self, values, complete, ignore_unknown):
        values = {**BASE, **values} if complete else values
        outcome = outcome_of(
            lambda: FineTuningParams.from_strings(values, ignore_unknown=ignore_unknown)
        )
        unknown = [] if ignore_unknown else [name for name in values if name not in NAMES]
        assert [name for name in outcome.errors if name not in NAMES] == unknown

    @given(own_values, own_values, st.sets(st.sampled_from(OWN_NAMES), max_size=2))
    def test_each_point_of_a_subclass_has_an_id_and_is_read_back(self, values, others, changed):
        params = LongerParams(**BASE, **values)
        changes = {name: others[name] for name in changed}
        other = dataclasses.replace(params, **changes)
        assert (params == other) is (params.id == other.id)
        assert LongerParams.from_strings(params.to_strings()) == params
        assert LongerParams(**dict(params)) == params
