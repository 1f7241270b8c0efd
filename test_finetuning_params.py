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
import hashlib
import inspect
import io
import json
import math
import multiprocessing
import operator
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

    def test_validators_of_the_fields(self):
        assert FineTuningParams.VALIDATORS == {
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

    @pytest.mark.parametrize(
        "name, parameters",
        [
            ("FineTuningParamsError", "errors"),
            ("FineTuningParams.validate_ratio", "value"),
            ("FineTuningParams.to_strings", "self"),
            ("FineTuningParams.from_strings", "values, *, ignore_unknown=False"),
            ("main", "argv=None"),
        ],
    )
    def test_parameters_of_functions(self, name, parameters):
        signature = inspect.signature(operator.attrgetter(name)(finetuning_params))
        bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
        assert str(inspect.Signature(bare)) == f"({parameters})"

    def test_validators_are_called_on_the_class_and_on_an_object(self):
        assert FineTuningParams.validate_ratio(1) == 1.0
        assert build().validate_ratio(1) == 1.0
        for name in ["validate_str", *FineTuningParams.VALIDATORS.values()]:
            assert isinstance(vars(FineTuningParams)[name], staticmethod), name

    def test_hints_of_every_function_resolve(self):
        classes = [FineTuningParams, ExamplesType, FineTuningParamsError]
        members = [member for cls in classes for member in vars(cls).values()]
        functions = [getattr(member, "__func__", member) for member in members]
        for function in [main, *functions]:
            if inspect.isfunction(function):
                typing.get_type_hints(function)
        returned = typing.get_type_hints(FineTuningParams.from_strings)["return"]
        assert "'FineTuningParams'" in repr(returned.__bound__)


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


# Members of other classes: those whose name and value agree with ours, and those that look alike.
Theirs: Any = enum.Enum("ExamplesType", {"hard_all": 2, "all_examples": 11})  # type: ignore[misc]
Copied: Any = enum.IntEnum("Copied", {"hard_all": 2})
Named: Any = enum.Enum("Named", {"hard_all": "hard_all"}, type=str)
Renumbered: Any = enum.IntEnum("Renumbered", {"hard_all": 3})
Renamed: Any = enum.IntEnum("Renamed", {"two": 2})
Retold: Any = enum.Enum("Retold", {"hard_all": "soft_all"}, type=str)


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


def read(**strings: Any) -> Any:
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

    @pytest.mark.parametrize("value", ["hard_all", "2", 2, str(Theirs.hard_all), Theirs.hard_all])
    def test_it_reads_its_names_as_typed_loaders_ask_it_to(self, value):
        assert ExamplesType(value) is ExamplesType.hard_all

    @pytest.mark.parametrize("value", ["hard", 12, None, [2]])
    def test_it_rejects_what_is_no_type(self, value):
        with pytest.raises(ValueError, match="must be an examples type"):
            ExamplesType(value)


class TestNonNegativeInt:
    """validate_non_negative_int(): an integer from 0 to sys.maxsize."""

    @pytest.mark.parametrize(
        "value, expected",
        [
            (0, 0),
            (sys.maxsize, sys.maxsize),
            (Int(7), 7),
            (Index(7), 7),
            (Copied.hard_all, 2),
        ],
    )
    def test_accepted(self, value, expected):
        check_accepted("validate_non_negative_int", value, expected)

    @pytest.mark.parametrize(
        "value, message",
        [
            (-1, "-1 must be a non-negative integer"),
            (Index(-1), "Index(-1) must be a non-negative integer"),
            (True, "True must be a non-negative integer, not bool"),
            (3.0, "3.0 must be a non-negative integer, not float"),
            ("3", "'3' must be a non-negative integer, not str"),
            (None, "None must be a non-negative integer, not NoneType"),
            (sys.maxsize + 1, f"{sys.maxsize + 1} must be at most {sys.maxsize}"),
            (10**99, f"1{46 * '0'}... must be at most {sys.maxsize}"),
        ],
    )
    def test_rejected(self, value, message):
        assert message_of("validate_non_negative_int", value) == message

    def test_what_python_refuses_to_print_is_rejected(self):
        assert message_of("validate_non_negative_int", 10**5000).endswith(f"at most {sys.maxsize}")


class TestPositiveFloat:
    """validate_positive_float(): a finite float above 0."""

    @pytest.mark.parametrize(
        "value, expected",
        [
            (SMALLEST, SMALLEST),
            (LARGEST, LARGEST),
            (Float(0.25), 0.25),
        ],
    )
    def test_accepted(self, value, expected):
        check_accepted("validate_positive_float", value, expected)

    @pytest.mark.parametrize(
        "value, message",
        [
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
    )
    def test_rejected(self, value, message):
        assert message_of("validate_positive_float", value) == message


class TestNonNegativeFloat:
    """validate_non_negative_float(), also under the margin's name: a finite float from 0 on."""

    @pytest.mark.parametrize(
        "value, expected",
        [
            (0.0, 0.0),
            (-0.0, 0.0),
            (Float(-0.0), 0.0),
            (SMALLEST, SMALLEST),
            (LARGEST, LARGEST),
            (Float(0.25), 0.25),
        ],
    )
    def test_accepted(self, value, expected):
        check_accepted("validate_non_negative_float", value, expected)

    @pytest.mark.parametrize(
        "value, message",
        [
            (-SMALLEST, "-5e-324 must be a non-negative float"),
            (-0.5, "-0.5 must be a non-negative float"),
            (math.inf, "inf must be a finite float"),
            (math.nan, "nan must be a finite float"),
            (0, "0 must be a non-negative float, not int"),
            (False, "False must be a non-negative float, not bool"),
            ("0.5", "'0.5' must be a non-negative float, not str"),
        ],
    )
    def test_rejected(self, value, message):
        assert message_of("validate_non_negative_float", value) == message

    def test_that_of_the_margin_is_the_same(self):
        same = FineTuningParams.validate_non_negative_float
        assert FineTuningParams.validate_non_negative_float_margin is same


class TestBool:
    """validate_bool(): True or False."""

    @pytest.mark.parametrize("value", [True, False])
    def test_accepted(self, value):
        check_accepted("validate_bool", value, value)

    @pytest.mark.parametrize(
        "value, message",
        [
            (1, "1 must be True or False, not int"),
            (math.nan, "nan must be True or False, not float"),
            ("True", "'True' must be True or False, not str"),
            (None, "None must be True or False, not NoneType"),
        ],
    )
    def test_rejected(self, value, message):
        assert message_of("validate_bool", value) == message

    @pytest.mark.parametrize("name", ["bool_", "bool"])
    def test_numpys_is_a_bool_and_no_integer_under_both_its_names(self, name):
        numpy_bool = type(name, (Index,), {"__bool__": lambda self: self.value == 1})
        check_accepted("validate_bool", numpy_bool(1), True)
        check_accepted("validate_bool", numpy_bool(0), False)
        message = f"Index(1) must be a non-negative integer, not {name}"
        assert message_of("validate_non_negative_int", numpy_bool(1)) == message


class TestRatio:
    """validate_ratio(): a float or an integer from 0 to 1."""

    @pytest.mark.parametrize(
        "value, expected",
        [
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
    )
    def test_accepted(self, value, expected):
        check_accepted("validate_ratio", value, expected)

    @pytest.mark.parametrize(
        "value, message",
        [
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
    )
    def test_rejected(self, value, message):
        assert message_of("validate_ratio", value) == message


class TestThreshold:
    """validate_threshold(): a finite float or an integer from 0 on."""

    @pytest.mark.parametrize(
        "value, expected",
        [
            (0, 0.0),
            (-0.0, 0.0),
            (SMALLEST, SMALLEST),
            (7, 7.0),
            (Index(7), 7.0),
            (LARGEST, LARGEST),
            (int(LARGEST), LARGEST),
        ],
    )
    def test_accepted(self, value, expected):
        check_accepted("validate_threshold", value, expected)

    @pytest.mark.parametrize(
        "value, message",
        [
            (-SMALLEST, "-5e-324 must be a non-negative finite float"),
            (-1, "-1 must be a non-negative finite float"),
            (10**309, f"1{46 * '0'}... must be a non-negative finite float"),
            (math.inf, "inf must be a finite float"),
            (math.nan, "nan must be a finite float"),
            (True, "True must be a non-negative finite float, not bool"),
            ("1", "'1' must be a non-negative finite float, not str"),
        ],
    )
    def test_rejected(self, value, message):
        assert message_of("validate_threshold", value) == message


class TestStr:
    """validate_str(): a printable string that cannot be taken for more than one field."""

    @pytest.mark.parametrize(
        "value, expected",
        [
            ("e5-base", "e5-base"),
            ("", ""),
            (" a: b/c ", " a: b/c "),
            ("caf\u00e9 \u6a21", "caf\u00e9 \u6a21"),
            (Text("x"), "x"),
            (Retold.hard_all, "soft_all"),
        ],
    )
    def test_accepted(self, value, expected):
        check_accepted("validate_str", value, expected)

    @pytest.mark.parametrize(
        "value, message",
        [
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
    )
    def test_rejected(self, value, message):
        assert message_of("validate_str", value) == message


class TestExamplesOrder:
    """validate_examples_order(): a non-empty sequence of examples types."""

    @pytest.mark.parametrize(
        "value, numbers",
        [
            (2, [2]),
            (Index(2), [2]),
            (Int(2), [2]),
            (Text("hard_all"), [2]),
            pytest.param(Theirs.hard_all, [2], id="no integer"),
            pytest.param(Copied.hard_all, [2], id="an integer"),
            pytest.param([Named.hard_all], [2], id="a string"),
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
                Renumbered.hard_all, "<Renumbered.hard_all: 3>", "Renumbered", id="number"
            ),
            pytest.param(Renamed.two, "<Renamed.two: 2>", "Renamed", id="name"),
            pytest.param(Retold.hard_all, "<Retold.hard_all: 'soft_all'>", "Retold", id="string"),
        ],
    )
    def test_an_item_of_a_wrong_type_is_shown_with_its_type(self, value, shown, kind):
        message = message_of("validate_examples_order", value)
        assert message.startswith(f"{shown} must be an examples type (")
        assert message.endswith(f"), not {kind}")

    @pytest.mark.parametrize(
        "value, shown",
        [
            ([], "[]"),
            ({2}, "{2}"),
            ({2: "a"}, "{2: 'a'}"),
            ({2: "a"}.keys(), "dict_keys([2])"),
            (b"\2", "b'\\x02'"),
            (bytearray(b"\2"), "bytearray(b'\\x02')"),
        ],
    )
    def test_what_has_no_order_or_no_items_is_rejected(self, value, shown):
        message = f"{shown} must be a non-empty sequence of examples types"
        assert message_of("validate_examples_order", value) == message

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


PICKLED = [
    lambda value: pickle.loads(pickle.dumps(value, protocol=0)),
    lambda value: pickle.loads(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)),
]
COPY_IDS = ["copy", "deepcopy", "oldest pickle", "newest pickle"]


class TestError:
    def test_it_is_a_value_error_that_holds_its_messages(self):
        error = FineTuningParamsError(errors={"margin": "bad"})
        assert isinstance(error, ValueError)
        assert error.errors == {"margin": "bad"}
        assert error.args == ({"margin": "bad"},)

    @pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, *PICKLED], ids=COPY_IDS)
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
            ({"a\nb": "bad", "c": "worse"}, "2 invalid parameters\na b: bad\nc: worse"),
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
        message = message_of("validate_bool", Shown(text))
        assert message == f"{shown} must be True or False, not Shown"

    def test_a_value_without_a_repr_is_shown_by_its_type(self):
        message = message_of("validate_bool", Unshown())
        assert re.fullmatch(r"<.*Unshown object .* must be True or False, not Unshown", message)

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

    def test_a_pickle_of_1_0_0_with_protocol_2_is_read(self):
        pickled = (
            b"\x80\x02cfinetuning_params\nFineTuningParams\nq\x00)\x81q\x01}q\x02(X\x10\x00\x00\x00num_"
            b"fixed_layersq\x03K\x03X\x08\x00\x00\x00query_lrq\x04G?\x84z\xe1G\xae\x14{X\x08\x00\x00"
            b"\x00items_lrq\x05G?\x94z\xe1G\xae\x14{X\x12\x00\x00\x00query_weight_decayq\x06G?PbM\xd2"
            b"\xf1\xa9\xfcX\x12\x00\x00\x00items_weight_decayq\x07G?`bM\xd2\xf1\xa9\xfcX\x06\x00\x00"
            b"\x00marginq\x08G?\xd3333333X\x13\x00\x00\x00not_irrelevant_onlyq\t\x88X\x15\x00\x00\x00ne"
            b"gative_downsamplingq\nG?\xe0\x00\x00\x00\x00\x00\x00X\x1c\x00\x00\x00min_abs_difference_t"
            b"hresholdq\x0bG?\xd0\x00\x00\x00\x00\x00\x00X\x1c\x00\x00\x00max_abs_difference_thresholdq"
            b"\x0cG?\xf8\x00\x00\x00\x00\x00\x00X\x0e\x00\x00\x00examples_orderq\rcfinetuning_params\n_"
            b"FrozenList\nq\x0e]q\x0f(cfinetuning_params\nExamplesType\nq\x10K\x02\x85q\x11Rq\x12h\x10K"
            b"\x0b\x85q\x13Rq\x14e\x85q\x15Rq\x16ub."
        )
        params = pickle.loads(pickled)
        assert params == FineTuningParams(**FULL)
        assert params.id == FULL_ID


class TestFromStrings:
    @pytest.mark.parametrize(
        "name, text, expected",
        [
            ("num_fixed_layers", " +1_0 ", 10),
            ("query_lr", "1e-4", 0.0001),
            ("query_lr", Text("\t1\n"), 1.0),
            ("margin", "-0", 0.0),
            ("negative_downsampling", ".5", 0.5),
            ("max_abs_difference_threshold", "1E1", 10.0),
            ("examples_order", "[hard_all, 11]", [2, 11]),
        ],
    )
    def test_strings_are_read_as_python_reads_them(self, name, text, expected):
        assert read(**{name: text}) == expected

    @pytest.mark.parametrize("word", ["true", "True", "yes", "YES", "on", " On ", "1"])
    def test_flags_that_are_set(self, word):
        assert read(not_irrelevant_only=word) is True

    @pytest.mark.parametrize("word", ["false", "False", "no", "NO", "off", "\tOff\n", "0"])
    def test_flags_that_are_not(self, word):
        assert read(not_irrelevant_only=word) is False

    @pytest.mark.parametrize(
        "written, expected",
        [
            ("3.0", 3),
            (3.0, 3),
            (Float(7.0), 7),
            ("1e1", 10),
            (" -0.0 ", 0),
            (2147483647.0, 2147483647),
        ],
    )
    def test_a_number_without_a_fraction_is_an_integer(self, written, expected):
        layers = read(num_fixed_layers=written)
        assert layers == expected
        assert type(layers) is int

    @pytest.mark.parametrize(
        "written",
        [
            "3.5",
            3.5,
            "nan",
            math.nan,
            "inf",
            -math.inf,
            "1e400",
            2.0**53,
            "9007199254740993.0",
            "x",
        ],
    )
    def test_any_other_number_is_not(self, written):
        message = f"{written!r} must be readable as int"
        assert read(num_fixed_layers=written) == {"num_fixed_layers": message}

    @pytest.mark.parametrize(
        "name, number, expected",
        [
            ("num_fixed_layers", 7, 7),
            ("query_lr", 1, 1.0),
            ("margin", Index(0), 0.0),
            ("not_irrelevant_only", 0, False),
            ("examples_order", 2, [2]),
        ],
    )
    def test_an_integer_counts_as_its_string(self, name, number, expected):
        value = read(**{name: number})
        assert value == expected
        assert type(value) is type(expected)

    def test_other_values_are_what_the_constructor_takes(self):
        assert FineTuningParams.from_strings(FULL) == FineTuningParams(**FULL)
        order = iter([2, 11])
        assert FineTuningParams.from_strings({**FULL, "examples_order": order}).id == FULL_ID

    @pytest.mark.parametrize(
        "name, value, message",
        [
            ("num_fixed_layers", "", "'' must be readable as int"),
            ("num_fixed_layers", "-1", "-1 must be a non-negative integer"),
            ("num_fixed_layers", True, "True must be a non-negative integer, not bool"),
            ("query_lr", "fast", "'fast' must be readable as float"),
            ("query_lr", "inf", "inf must be a finite float"),
            ("query_lr", 0, "0.0 must be a positive float"),
            ("query_lr", 10**400, f"1{46 * '0'}... must be readable as float"),
            ("not_irrelevant_only", "maybe", "'maybe' must be readable as bool"),
            ("not_irrelevant_only", 2, "2 must be readable as bool"),
            ("not_irrelevant_only", 1.0, "1.0 must be True or False, not float"),
        ],
    )
    def test_what_cannot_be_read_is_rejected(self, name, value, message):
        assert errors_of_strings({**FULL_STRINGS, name: value}) == {name: message}

    def test_integers_too_long_to_print_are_rejected(self):
        layers = errors_of_strings({**FULL_STRINGS, "num_fixed_layers": 10**5000})[
            "num_fixed_layers"
        ]
        assert layers.endswith(f"must be at most {sys.maxsize}")
        flag = errors_of_strings({**FULL_STRINGS, "not_irrelevant_only": 10**5000})[
            "not_irrelevant_only"
        ]
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
        [copy.copy, copy.deepcopy, *PICKLED, dataclasses.replace],
        ids=[*COPY_IDS, "replace"],
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


def subclass(fields: Dict[str, Any], **members: Any) -> Any:
    """Return a subclass with fields, defaults by name and annotation, and other members."""
    annotations = {name: annotation for name, (annotation, _) in fields.items()}
    defaults = {name: default for name, (_, default) in fields.items()}
    body = {"__annotations__": annotations, **defaults, **members}
    return dataclasses.dataclass(frozen=True)(type("Longer", (FineTuningParams,), body))


def validate_epochs(value: Any) -> int:
    """Return an integer from 1 to 99, as an own validator would."""
    if FineTuningParams.validate_non_negative_int(value) in range(1, 100):
        return int(value)
    raise ValueError(f"{value} must be from 1 to 99")


def validate_steps(value: Any) -> List[int]:
    """Return a list of integers, also from the string of one."""
    items = value.split(",") if isinstance(value, str) else value
    return [int(item) for item in items]


class TestSubclass:
    @pytest.fixture
    def longer(self):
        """A subclass with fields of its own, another default and validators of its own."""

        @dataclasses.dataclass(frozen=True)
        class Longer(FineTuningParams):
            max_abs_difference_threshold: float = 2
            margin2: float = 0.5
            epochs: "int" = 3
            shuffle: bool = False
            model: str = "e5"
            steps: List[int] = dataclasses.field(default_factory=lambda: [1000])
            kind: typing.ClassVar[str] = "no field"

            VALIDATORS = {
                "margin2": "validate_non_negative_float",
                "epochs": "validate_epochs",
                "shuffle": "validate_bool",
                "model": "validate_str",
                "steps": "validate_steps",
            }
            validate_epochs = staticmethod(validate_epochs)
            validate_steps = staticmethod(validate_steps)

        return Longer

    def test_its_fields_are_in_the_string_sorted_by_name(self, longer):
        assert str(longer(**BASE)) == (
            "epochs: 3 / examples_order: ExamplesType.all_examples / items_lr: 0.02 / "
            "items_weight_decay: 0.002 / margin: 0.3 / margin2: 0.5 / "
            "max_abs_difference_threshold: 2.0 / min_abs_difference_threshold: 0.0 / "
            "model: e5 / negative_downsampling: 0.5 / not_irrelevant_only: True / "
            "num_fixed_layers: 3 / query_lr: 0.01 / query_weight_decay: 0.001 / "
            "shuffle: False / steps: 1000"
        )

    def test_strings_that_are_not_ascii_have_ids_in_utf_8(self, longer):
        params = longer(**BASE, model="caf\u00e9")
        assert params.id == hashlib.sha256(str(params).encode("utf-8")).hexdigest()
        assert params.id != longer(**BASE, model="caf\u00e8").id

    def test_it_is_read_back_as_itself(self, longer):
        strings = {
            **FULL_STRINGS,
            "margin2": "1",
            "epochs": "7.0",
            "shuffle": "yes",
            "steps": "1,2",
        }
        params = longer.from_strings(strings)
        assert type(params) is longer
        assert params == longer(**FULL, margin2=1.0, epochs=7, shuffle=True, steps=[1, 2])
        assert longer.from_strings(params.to_strings()).id == params.id
        assert longer(**dict(params)).id == params.id

    def test_its_errors_come_with_all_others_in_the_order_of_the_fields(self, longer):
        values: Dict[str, Any] = {
            **BASE,
            "query_lr": 0.0,
            "min_abs_difference_threshold": 2.0,
            "margin2": -1.0,
            "epochs": 100,
        }
        expected = [
            ("query_lr", "0.0 must be a positive float"),
            (
                "max_abs_difference_threshold",
                "2.0 must be above min_abs_difference_threshold (2.0), or no pair is left",
            ),
            ("margin2", "-1.0 must be a non-negative float"),
            ("epochs", "100 must be from 1 to 99"),
        ]
        assert list(error_of(lambda: longer(**values)).errors.items()) == expected
        strings = {name: str(value) for name, value in values.items()}
        assert list(error_of(lambda: longer.from_strings(strings)).errors.items()) == expected

    def test_its_own_strings_are_read_or_rejected_with_all_others(self, longer):
        strings = {**FULL_STRINGS, "epochs": "x", "shuffle": "maybe", "model": "/", "epoch": "1"}
        assert error_of(lambda: longer.from_strings(strings)).errors == {
            "epochs": "'x' must be readable as int",
            "shuffle": "'maybe' must be readable as bool",
            "model": "'/' must be a printable string without ' / '",
            "epoch": "unknown parameter, did you mean 'epochs'?",
        }

    def test_an_overridden_validator_is_honored_without_a_decorator(self):
        class Careful(FineTuningParams):
            @staticmethod
            def validate_positive_float(value):
                number = FineTuningParams.validate_positive_float(value)
                if number > 0.1:
                    raise ValueError("too fast")
                return number

        values = {**BASE, "query_lr": 0.5}
        assert error_of(lambda: Careful(**values)).errors == {"query_lr": "too fast"}
        assert error_of(lambda: Careful.from_strings(values)).errors == {"query_lr": "too fast"}
        assert Careful(**BASE).id == BASE_ID

    def test_its_own_lists_are_unchangeable_copies(self, longer):
        steps = [1, 2]
        params = longer(**BASE, steps=steps)
        steps.append(3)
        assert params.steps == [1, 2]
        assert isinstance(hash(params), int)
        for order in [params.steps, copy.deepcopy(params).steps, longer(**BASE).steps]:
            with pytest.raises(TypeError, match="cannot be changed"):
                order.append(4)

    def test_a_validator_that_returns_its_argument_keeps_no_list_of_the_callers(self):
        class Trusting(FineTuningParams):
            @staticmethod
            def validate_examples_order(value):
                return value

        order: List[Any] = [ExamplesType.hard_all]
        params = Trusting(**BASE, examples_order=order)
        order.append(ExamplesType.all_examples)
        assert params.examples_order == [ExamplesType.hard_all]
        assert dataclasses.replace(params) == params

    def test_invalid_defaults_are_reported_with_all_others(self):
        invalid = dataclasses.field(default_factory=lambda: "x")
        odd = subclass(
            {
                "min_abs_difference_threshold": (Any, None),
                "max_abs_difference_threshold": (Any, invalid),
            }
        )
        expected = ["margin", "min_abs_difference_threshold", "max_abs_difference_threshold"]
        values = {**BASE, "margin": "x"}
        assert list(error_of(lambda: odd.from_strings(values)).errors) == expected
        assert list(error_of(lambda: odd(**values)).errors) == expected

    def test_a_fixed_field_is_no_argument_and_is_checked(self):
        fixed = dataclasses.field(default=0.5, init=False)
        cls = subclass({"max_abs_difference_threshold": (float, fixed)})
        assert cls.from_strings(BASE)["max_abs_difference_threshold"] == 0.5
        low = {**BASE, "min_abs_difference_threshold": "0.5"}
        errors = error_of(lambda: cls.from_strings(low)).errors
        assert list(errors) == ["max_abs_difference_threshold"]

    def test_a_derived_field_is_set_before_it_is_checked(self):
        @dataclasses.dataclass(frozen=True)
        class Derived(FineTuningParams):
            folder: str = dataclasses.field(init=False)
            VALIDATORS = {"folder": "validate_str"}

            def __post_init__(self):
                object.__setattr__(self, "folder", f"runs/{self.margin}")
                super().__post_init__()

        assert Derived.from_strings(BASE)["folder"] == "runs/0.3"
        bad = {**BASE, "margin": "a / b"}
        assert list(error_of(lambda: Derived(**bad)).errors) == ["margin", "folder"]

    @pytest.mark.skipif(sys.version_info < (3, 10), reason="slots=True is new in Python 3.10")
    def test_it_may_have_slots(self):
        slots: Any = {"slots": True}
        slotted: Any = dataclasses.make_dataclass(
            "Slotted",
            [("steps", Any, ())],
            bases=(FineTuningParams,),
            namespace={
                "VALIDATORS": {"steps": "validate_steps"},
                "validate_steps": staticmethod(validate_steps),
            },
            frozen=True,
            **slots,
        )
        params = slotted(**FULL, steps=[1])
        assert dict(params) == {**FULL, "steps": [1]}
        assert isinstance(hash(params), int)
        assert slotted.from_strings({**FULL_STRINGS, "steps": "1"}) == params
        bad = {**FULL_STRINGS, "margin": "x", "query_lr": "0"}
        errors = error_of(lambda: slotted.from_strings(bad)).errors
        assert list(errors) == ["query_lr", "margin"]

    def test_fields_are_found_in_a_class_that_cloudpickle_2_has_rebuilt(self, longer):
        rebuilt: Any = type("Rebuilt", (longer,), {})
        fields = {}
        for name, field in longer.__dataclass_fields__.items():
            fields[name] = copy.copy(field)
            fields[name]._field_type = copy.copy(field._field_type)
            fields[name].default = copy.copy(field.default)
        rebuilt.__dataclass_fields__ = fields
        assert dataclasses.fields(rebuilt) == ()
        assert rebuilt(**FULL).id == longer(**FULL).id
        assert rebuilt.from_strings(FULL_STRINGS).id == longer(**FULL).id
        missing = dict.fromkeys(BASE, "missing")
        assert error_of(lambda: rebuilt.from_strings({})).errors == missing


class TestTableOfASubclass:
    """VALIDATORS: a subclass names its own fields, and those of its parents are merged in."""

    def test_its_own_entries_come_to_those_of_its_parent(self):
        cls = subclass({"epochs": (int, 3)}, VALIDATORS={"epochs": "validate_non_negative_int"})
        expected = {**FineTuningParams.VALIDATORS, "epochs": "validate_non_negative_int"}
        assert dict(cls.VALIDATORS) == expected
        assert "epochs" not in FineTuningParams.VALIDATORS

    def test_the_long_form_is_the_same(self):
        table = {**FineTuningParams.VALIDATORS, "epochs": "validate_non_negative_int"}
        cls = subclass({"epochs": (int, 3)}, VALIDATORS=table)
        assert dict(cls.VALIDATORS) == table

    def test_the_next_in_line_wins(self):
        class Loose(FineTuningParams):
            pass

        class Strict(FineTuningParams):
            VALIDATORS = {"margin": "validate_positive_float"}

        class Both(Loose, Strict):
            pass

        class Child(Both):
            VALIDATORS = {"margin": "validate_non_negative_float_margin"}

        assert Both.VALIDATORS["margin"] == "validate_positive_float"
        assert Child.VALIDATORS == FineTuningParams.VALIDATORS

    def test_two_parents_and_a_mixin_are_merged(self):
        integer = "validate_non_negative_int"
        first = subclass({"epochs": (int, 3)}, VALIDATORS={"epochs": integer})
        second = subclass({"seed": (int, 0)}, VALIDATORS={"seed": integer})
        mixin = type("Mixin", (), {"VALIDATORS": {"margin": "validate_positive_float"}})
        both: Any = dataclasses.dataclass(frozen=True)(type("Both", (mixin, first, second), {}))
        own = {"epochs": integer, "seed": integer, "margin": "validate_positive_float"}
        assert dict(both.VALIDATORS) == {**FineTuningParams.VALIDATORS, **own}
        assert list(dict(both(**BASE)))[-2:] == ["seed", "epochs"]

    def test_arguments_of_the_class_statement_reach_the_next_in_line(self):
        names = []

        class Registered:
            def __init_subclass__(cls, name, **options):
                super().__init_subclass__(**options)
                names.append(name)

        class Named(FineTuningParams, Registered, name="first"):
            pass

        assert names == ["first"]


def subclass_with(validator: Any, annotation: Any = Any, default: Any = None) -> Any:
    """Return a subclass with a field "extra" and its validator."""
    return subclass(
        {"extra": (annotation, default)},
        VALIDATORS={"extra": "validate_extra"},
        validate_extra=staticmethod(validator),
    )


def check_refused(cls: Any, message: str) -> None:
    """Check that no object of a class can be built, in either way."""
    for make in [lambda: cls(**BASE), lambda: cls.from_strings(BASE, ignore_unknown=True)]:
        with pytest.raises(TypeError) as caught:
            make()
        assert str(caught.value) == message


UNDECORATED = "Longer must be decorated with @dataclass(frozen=True)"
UNANNOTATED = "is no default without an annotation"


class TestRuleOfASubclass:
    """Every field has a validator, and what a validator returns is plain."""

    @pytest.mark.parametrize(
        "body",
        [
            {"__annotations__": {"margin": float}, "margin": 0.5},
            {"__annotations__": {"seed": int}, "seed": 0},
        ],
        ids=["a default", "a field"],
    )
    def test_a_class_without_decorator_declares_nothing(self, body):
        cls: Any = type("Longer", (FineTuningParams,), body)
        check_refused(cls, UNDECORATED)

    @pytest.mark.parametrize(
        "name, value",
        [
            ("max_abs_difference_threshold", 10.0),
            ("max_abs_difference_threshold", Float(10.0)),
            ("margin", 0.5),
            ("examples_order", [2]),
        ],
        ids=["another default", "no float", "a first default", "a list"],
    )
    def test_nor_does_a_default_without_annotation(self, name, value):
        cls: Any = type("Longer", (FineTuningParams,), {name: value})
        for each in [cls, dataclasses.dataclass(frozen=True)(cls)]:
            with pytest.raises(TypeError) as caught:
                each(**BASE)
            assert str(caught.value) == f"Longer: {name} = {value!r} {UNANNOTATED}"

    def test_nor_does_a_parent_without_decorator(self):
        body = {"__annotations__": {"seed": int}, "seed": 0}
        parent = type("Longer", (FineTuningParams,), body)
        cls: Any = dataclasses.dataclass(frozen=True)(type("Child", (parent,), {}))
        with pytest.raises(TypeError, match=re.escape(UNDECORATED)):
            cls(**BASE)

    @pytest.mark.parametrize(
        "members, message",
        [
            ({}, "Longer: VALIDATORS must have 'epochs': 'the name of a method', not None"),
            (
                {"VALIDATORS": {"epochs": "validate_boole"}},
                "Longer: VALIDATORS must have 'epochs': 'the name of a method', "
                "not 'validate_boole', did you mean 'validate_bool'?",
            ),
            (
                {"VALIDATORS": {"epohcs": "validate_bool"}},
                "Longer: 'epohcs' must be annotated in a class decorated with "
                "@dataclass(frozen=True), did you mean 'epochs'?",
            ),
        ],
        ids=["no entry", "no method", "no field"],
    )
    def test_every_field_has_a_validator_and_every_entry_a_field(self, members, message):
        cls = subclass({"epochs": (bool, True)}, **members)
        check_refused(cls, message)

    @pytest.mark.parametrize("name", ["id", "keys", "to_strings"])
    def test_a_field_takes_no_name_of_the_class(self, name):
        cls = subclass({name: (str, "a")}, validate_name=staticmethod(str))
        cls.VALIDATORS = {**FineTuningParams.VALIDATORS, name: "validate_str"}
        message = f"^Longer: '{name}' must have another name, for this one has a meaning$"
        with pytest.raises(TypeError, match=message):
            cls(**BASE)

    @pytest.mark.parametrize(
        "use", [str, dict, operator.attrgetter("id"), FineTuningParams.to_strings]
    )
    def test_after_a_forgotten_super_it_cannot_be_used(self, use):
        class Forgetful(FineTuningParams):
            def __post_init__(self):
                pass

        with pytest.raises(TypeError, match=r"Forgetful.__post_init__ must call super\(\)\.__post"):
            use(Forgetful(**BASE))

    def test_it_may_print_itself_otherwise(self):
        class Short(FineTuningParams):
            def __str__(self):
                return "short"

        assert str(Short(**BASE)) == "short"
        assert Short(**BASE).id == BASE_ID

    def test_a_table_that_is_replaced_is_checked_again(self):
        cls = subclass({"epochs": (int, 3)}, VALIDATORS={"epochs": "validate_non_negative_int"})
        cls(**BASE)
        cls.VALIDATORS = FineTuningParams.VALIDATORS
        with pytest.raises(TypeError, match="VALIDATORS must have 'epochs'"):
            cls(**BASE)

    def test_a_child_of_a_class_that_forgot_to_merge_is_checked(self):
        class Forgetful(FineTuningParams):
            def __init_subclass__(cls):
                pass

        Forgetful(**BASE)
        body = {"__annotations__": {"epochs": int}, "epochs": 3}
        cls: Any = dataclasses.dataclass(frozen=True)(type("Child", (Forgetful,), body))
        with pytest.raises(TypeError, match="VALIDATORS must have 'epochs'"):
            cls(**BASE)

    @pytest.mark.parametrize(
        "plain",
        [True, 3, 0.5, math.inf, "caf\u00e9", [], [1, 2], [0.5], ["a", "b"], [False]],
    )
    def test_plain_values_are_stored_as_they_are(self, plain):
        cls = subclass_with(lambda value: plain)
        assert repr(cls(**BASE).extra) == repr(plain)

    def test_a_list_of_examples_types_is_plain(self):
        cls = subclass_with(lambda value: FineTuningParams.validate_examples_order(value), Any, 2)
        params = cls(**BASE)
        assert params.extra == [ExamplesType.hard_all]
        assert type(params["extra"][0]) is int

    @pytest.mark.parametrize(
        "value",
        [
            *[None, {}, {1}, (1, 2), [[1]], [None], Copied.hard_all],
            *[Float(0.5), Int(1), Text("x"), [Int(1)], -0.0, math.nan, [math.nan]],
            *["a / b: c", "\ud800", ["a,b"], [""]],
        ],
        ids=repr,
    )
    def test_anything_else_is_a_type_error_that_names_the_validator(self, value):
        cls = subclass_with(lambda _: value)
        any_name = getattr(Any, "__name__", "typing.Any")
        check_refused(
            cls,
            "Longer.validate_extra must return a plain bool, int, float or str, as annotated "
            f"({any_name}), or a list of those, not {value!r} ({type(value).__name__}): "
            "see VALIDATORS",
        )

    @pytest.mark.parametrize(
        "annotation, value",
        [
            *[(float, 1), ("float", True), (int, 1.0), ("int", False), (bool, 1), (int, "1")],
            *[(float, math.nan), (float, -0.0), (str, 1), ("str", 0.5)],
        ],
    )
    def test_a_number_is_of_the_type_that_is_annotated(self, annotation, value):
        cls = subclass_with(lambda value: value, annotation, value)
        with pytest.raises(TypeError, match="as annotated"):
            cls(**BASE)

    def test_the_validators_of_the_base_class_fit_any_annotation(self):
        cls = subclass({"max_abs_difference_threshold": (int, 2)})
        assert repr(cls(**BASE).max_abs_difference_threshold) == "2.0"
        assert cls.from_strings({**BASE, "max_abs_difference_threshold": "3.0"}).id

    def test_a_mixin_may_have_annotations_that_are_no_fields(self):
        mixin = type("Mixin", (), {"__annotations__": {"registry": dict}, "registry": {}})
        cls: Any = type("Longer", (mixin, FineTuningParams), {})
        assert cls(**BASE).id == BASE_ID

    def test_a_validator_returns_what_it_has_returned_as_it_is(self):
        cls = subclass_with(lambda value: 2 * value, float, 0.5)
        with pytest.raises(TypeError, match=r"^Longer.validate_extra\(1.0\) must return the same$"):
            cls(**BASE)

    def test_a_lone_examples_type_is_not_plain(self):
        cls = subclass_with(ExamplesType, Any, 2)
        with pytest.raises(TypeError, match=r"not ExamplesType.hard_all \(ExamplesType\)"):
            cls(**BASE)

    def test_a_class_is_checked_once_and_the_base_class_skips_all_that(self, monkeypatch):
        cls = subclass({"seed": (int, 0)}, VALIDATORS={"seed": "validate_non_negative_int"})
        cls(**BASE)
        monkeypatch.delattr(finetuning_params, "_check_field")
        assert cls(**BASE).seed == 0
        monkeypatch.delattr(finetuning_params, "_check_class")
        monkeypatch.delattr(finetuning_params, "_validated")
        assert build().id == BASE_ID

    def test_a_threshold_that_is_not_plain_is_no_error_of_the_window(self):
        body = {"validate_threshold": staticmethod(lambda value: None)}
        unbounded: Any = type("Unbounded", (FineTuningParams,), body)
        with pytest.raises(TypeError, match=r"Unbounded.validate_threshold must return"):
            unbounded(**BASE)


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

    def test_a_copy_as_the_main_script_is_a_whole_module(self, tmp_path):
        script = tmp_path / "notebook.py"
        text = MODULE.read_text(encoding="utf-8").rpartition("main()")[0]
        script.write_text(f"{text}print(FineTuningParams(**{BASE}).id)\n", encoding="utf-8")
        assert python(str(script)).stdout == BASE_ID + "\n"

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

        def run(*arguments, stdin=b""):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            status = 0
            try:
                main([*arguments])
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

    def test_the_last_of_two_pairs_wins(self, command):
        assert command("margin=7", *PAIRS).stdout == LINE

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

    def test_an_unknown_option_is_an_error(self, command):
        ended = command(*PAIRS, "--query_lr=1")
        assert ended.returncode == 2
        assert "unrecognized arguments: --query_lr=1" in ended.stderr

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

    @needs_docstrings
    def test_the_example_of_the_help_works(self, command, tmp_path, monkeypatch):
        example = command("--help").stdout.splitlines()[-1].split()
        assert example[0] == "finetuning_params.py"
        monkeypatch.chdir(tmp_path)
        Path("base.json").write_text(json.dumps(BASE), encoding="utf-8")
        line = command(*example[1:]).stdout
        assert line.startswith(build(margin=0.5).id)

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
    def test_it_fails_as_a_script_with_status_2(self):
        done = python(str(MODULE), *PAIRS, "margin=-1")
        assert done.returncode == 2
        assert done.stderr.endswith("margin: -1.0 must be a non-negative float\n")

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

    def test_every_parameter_is_described_with_its_rule(self):
        arguments = str(inspect.getdoc(FineTuningParams)).split("Args:")[1].split("Raises:")[0]
        texts = re.split(r"^    (\w+): ", arguments, flags=re.MULTILINE)[1:]
        found = {name: " ".join(text.split()) for name, text in zip(texts[::2], texts[1::2])}
        expected = {
            "num_fixed_layers": "Number of layers .*, an int from 0 to sys.maxsize.",
            "query_lr": "Learning rate of the query model's optimizer, a float > 0.",
            "items_lr": "Learning rate of the item model's optimizer, a float > 0.",
            "query_weight_decay": "Weight decay of the query model's optimizer, a float >= 0.",
            "items_weight_decay": "Weight decay of the item model's optimizer, a float >= 0.",
            "margin": "Margin of the margin ranking loss, in units .*, a float >= 0.",
            "not_irrelevant_only": "Whether to skip sessions marked irrelevant, a bool. .*",
            "negative_downsampling": "Fraction .* to keep, a float or int from 0 to 1; .*",
            "min_abs_difference_threshold": ".* is above this, .* >= 0. Defaults to 0.0.",
            "max_abs_difference_threshold": ".* is below this, .* greater than "
            "min_abs_difference_threshold. Defaults to 1.0.",
            "examples_order": ".*, at least one: .* Defaults to .ExamplesType.all_examples..",
        }
        assert list(found) == list(expected)
        for name, pattern in expected.items():
            assert re.fullmatch(pattern, found[name]), name

    def test_every_examples_type_is_named(self):
        text = str(FineTuningParams.__doc__).split("examples_order: ")[1]
        for member in ExamplesType:
            assert re.search(rf"\b{member.name}\b", text), member

    @pytest.mark.parametrize(
        "validator, rule",
        [
            (
                "non_negative_int",
                "an integer from 0 to sys.maxsize, including NumPy's, as a plain int",
            ),
            ("positive_float", "a finite float > 0 as a plain float"),
            ("non_negative_float", "a finite float >= 0 as a plain float, -0.0 as 0.0"),
            ("bool", "True or False, including NumPy's, as a plain bool"),
            ("ratio", "a float or integer from 0 to 1 as a plain float, -0.0 as 0.0"),
            ("threshold", "a finite float or integer >= 0 as a plain float, -0.0 as 0.0"),
            ("str", 'a printable string without " / " as a plain str'),
            ("examples_order", "a new list of the examples types that a value names"),
        ],
    )
    def test_every_validator_tells_its_rule(self, validator, rule):
        text = getattr(FineTuningParams, f"validate_{validator}").__doc__
        assert text.split("\n")[0].split(";")[0].rstrip(".") == f"Return {rule}"


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
FREE = [name for name in NAMES if "threshold" not in name]
valid_params = stored_values().map(lambda values: FineTuningParams(**values))

WRONG_FLOATS = [-SMALLEST, -1.0, math.inf, math.nan, True, None, "0.1", Decimal("0.5"), [0.1]]
WRONG: Dict[str, List[Any]] = {
    "num_fixed_layers": [-1, sys.maxsize + 1, 3.0, True, "3", None],
    "query_lr": [0.0, 1, *WRONG_FLOATS],
    "items_lr": [0.0, 1, *WRONG_FLOATS],
    "query_weight_decay": [0, *WRONG_FLOATS],
    "items_weight_decay": [0, *WRONG_FLOATS],
    "margin": [0, *WRONG_FLOATS],
    "not_irrelevant_only": [0, 1, "True", None],
    "negative_downsampling": [2, -1, 1.5, *WRONG_FLOATS],
    "min_abs_difference_threshold": [-1, 10**400, *WRONG_FLOATS],
    "max_abs_difference_threshold": [-1, 10**400, *WRONG_FLOATS],
    "examples_order": [[], {2}, {2: 2}, b"\2", "", "12", [1.0], [True], [[2]], None],
}
wrong_values = st.sets(st.sampled_from(NAMES), min_size=1).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from(WRONG[name]) for name in names})
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
    st.text(max_size=300).map(Shown),
    st.builds(Unshown),
    st.sampled_from([Unshown, ExamplesType, Theirs, Renamed.two, "x" * 10**5]),
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
        error = error_of(lambda: FineTuningParams(**{**values, **wrong}))
        check_error(error)
        assert list(error.errors) == [name for name in NAMES if name in wrong]

    @given(valid_params, stored_values(), st.sets(st.sampled_from(FREE), max_size=2))
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
