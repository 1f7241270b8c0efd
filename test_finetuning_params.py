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
import functools
import hashlib
import inspect
import json
import math
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
import types
import typing
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, NoReturn, Optional, Set, Tuple

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
BELOW_ONE = 0.9999999999999999
ABOVE_ONE = 1.0000000000000002
NAMES = [f.name for f in dataclasses.fields(FineTuningParams)]
REQUIRED = NAMES[:8]
LOW, HIGH = "min_abs_difference_threshold", "max_abs_difference_threshold"
VALID: Dict[str, Any] = {
    "num_fixed_layers": 3,
    "query_lr": 0.01,
    "items_lr": 0.01,
    "query_weight_decay": 0.0,
    "items_weight_decay": 0.0,
    "margin": 1.0,
    "not_irrelevant_only": True,
    "negative_downsampling": 0.5,
}
VALID_ID = "adc0177891faeac7d01f0c2e9f680721769120f71e57b7fcaaf62f475fcef22e"
NOT_AN_ORDER = "a non-empty sequence of examples types (names or numbers from 1 to 11)"

GOLDEN: List[Tuple[str, str, str]] = [
    (
        "12, 1e-05, 0.00012301770323275993, 0.0001, 1.7976931348623157e+308, 0.0, False, 0.5, "
        "1.5096938099820483, 1.7949735515380991",
        "examples_order: ExamplesType.all_examples / items_lr: 0.00012301770323275993 / "
        "items_weight_decay: 1.7976931348623157e+308 / margin: 0.0 / "
        "max_abs_difference_threshold: 1.7949735515380991 / "
        "min_abs_difference_threshold: 1.5096938099820483 / negative_downsampling: 0.5 / "
        "not_irrelevant_only: False / num_fixed_layers: 12 / query_lr: 1e-05 / "
        "query_weight_decay: 0.0001",
        "4114211ec1e8a489fd2a93c3fe0c818b836d68c4414febf869ca2c99e28dc6f6",
    ),
    (
        "0, 1.292, 1.3144594976968792e-10, 0.1, 1e-06, 5e-05, False, 1, 0.0, 5",
        "examples_order: ExamplesType.all_examples / items_lr: 1.3144594976968792e-10 / "
        "items_weight_decay: 1e-06 / margin: 5e-05 / max_abs_difference_threshold: 5.0 / "
        "min_abs_difference_threshold: 0.0 / negative_downsampling: 1.0 / "
        "not_irrelevant_only: False / num_fixed_layers: 0 / query_lr: 1.292 / "
        "query_weight_decay: 0.1",
        "711b6d148df370c3ef0d293e23e13fe2580545fdf06f61b99be4ede985261f0e",
    ),
    (
        "855522, 2.3730586152893742e-11, 0.312, 0.0, 0.1, 0.0, False, 0, 0.0, 1.0, (7, 8, 7, 1, 2)",
        "examples_order: ExamplesType.medium_negative,ExamplesType.hard_negative,"
        "ExamplesType.medium_negative,ExamplesType.medium_all,ExamplesType.hard_all / "
        "items_lr: 0.312 / items_weight_decay: 0.1 / margin: 0.0 / "
        "max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 0.0 / not_irrelevant_only: False / num_fixed_layers: 855522 / "
        "query_lr: 2.3730586152893742e-11 / query_weight_decay: 0.0",
        "c8a612e05e1bee2e6cbe48c5fe6721cade4bc68a4b92ec408cc8e2d22b8bc223",
    ),
    (
        "788474, 1.788, 5e-324, 1e+16, 0.0, 1.763, False, 0.5",
        "examples_order: ExamplesType.all_examples / items_lr: 5e-324 / "
        "items_weight_decay: 0.0 / margin: 1.763 / max_abs_difference_threshold: 1.0 / "
        "min_abs_difference_threshold: 0.0 / negative_downsampling: 0.5 / "
        "not_irrelevant_only: False / num_fixed_layers: 788474 / query_lr: 1.788 / "
        "query_weight_decay: 1e+16",
        "e50f38a4d3555f80461efdfe88fb92037cd79d55bd1962b1d02f44e279327b97",
    ),
    (
        "1, 2.259193578790768e-07, 1e+22, 15.705585409866337, 5e-324, 0.0, False, 1, 0.0, 1.0, "
        "(ExamplesType.all_examples, ExamplesType.negative_only, ExamplesType.all_examples)",
        "examples_order: ExamplesType.all_examples,ExamplesType.negative_only,"
        "ExamplesType.all_examples / items_lr: 1e+22 / items_weight_decay: 5e-324 / "
        "margin: 0.0 / max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 1.0 / not_irrelevant_only: False / num_fixed_layers: 1 / "
        "query_lr: 2.259193578790768e-07 / query_weight_decay: 15.705585409866337",
        "3d56489fed4dda0dfe956e19bf3eba708e60acd5d0f09f452082bec0e6803003",
    ),
    (
        "3, 0.001, 42.93730882357312, 1e+16, 0.00018374844530732993, 0.0, False, 0, "
        "0.0672112038172874, 1.0144414628658303, ' 10 '",
        "examples_order: ExamplesType.negative_only / items_lr: 42.93730882357312 / "
        "items_weight_decay: 0.00018374844530732993 / margin: 0.0 / "
        "max_abs_difference_threshold: 1.0144414628658303 / "
        "min_abs_difference_threshold: 0.0672112038172874 / negative_downsampling: 0.0 / "
        "not_irrelevant_only: False / num_fixed_layers: 3 / query_lr: 0.001 / "
        "query_weight_decay: 1e+16",
        "f8bc17ec2384891ca1002939d23340fe67569ad8e4bfa3948090530eef11d714",
    ),
    (
        "606391, 1.976, 1e-07, 0.0, 1e-05, 0.0039765009841445645, False, 0.14181091322636685, "
        "0.0, 1.0, '4,8'",
        "examples_order: ExamplesType.medium_positive,ExamplesType.hard_negative / "
        "items_lr: 1e-07 / items_weight_decay: 1e-05 / margin: 0.0039765009841445645 / "
        "max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 0.14181091322636685 / not_irrelevant_only: False / "
        "num_fixed_layers: 606391 / query_lr: 1.976 / query_weight_decay: 0.0",
        "1d9caf5e180d9eb82d563ad9168bbc2ee064ee72387aac8639f9d2bc4ed9a8d7",
    ),
    (
        "12, 1e-06, 1e-06, 0.712, 0.32, 0.0, True, 0, 0.03764318587803987, 0.7723051418615892, "
        "' 2 , 10 , 8 '",
        "examples_order: ExamplesType.hard_all,ExamplesType.negative_only,"
        "ExamplesType.hard_negative / items_lr: 1e-06 / items_weight_decay: 0.32 / "
        "margin: 0.0 / max_abs_difference_threshold: 0.7723051418615892 / "
        "min_abs_difference_threshold: 0.03764318587803987 / negative_downsampling: 0.0 / "
        "not_irrelevant_only: True / num_fixed_layers: 12 / query_lr: 1e-06 / "
        "query_weight_decay: 0.712",
        "c281dbb1c940deaaf965c9a9dbafd19deb19302fe11441a833dc2e2e9cadcc61",
    ),
    (
        "0, 1.7976931348623157e+308, 1e-05, 1e-06, 6.9937658769571405, 1e-05, False, 0.5, 0.0, 1",
        "examples_order: ExamplesType.all_examples / items_lr: 1e-05 / "
        "items_weight_decay: 6.9937658769571405 / margin: 1e-05 / "
        "max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 0.5 / not_irrelevant_only: False / num_fixed_layers: 0 / "
        "query_lr: 1.7976931348623157e+308 / query_weight_decay: 1e-06",
        "2530ea5b89c3b0e783cf214bfeebacd19f395eff1f7372448ba7c8dcf61df820",
    ),
    (
        "12, 0.0001, 5e-05, 0.0, 0.0, 0.30000000000000004, True, 0.0715160787043917, 0.0, 5, "
        "'4, 3, 7, 5'",
        "examples_order: ExamplesType.medium_positive,ExamplesType.soft_all,"
        "ExamplesType.medium_negative,ExamplesType.hard_positive / items_lr: 5e-05 / "
        "items_weight_decay: 0.0 / margin: 0.30000000000000004 / "
        "max_abs_difference_threshold: 5.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 0.0715160787043917 / not_irrelevant_only: True / "
        "num_fixed_layers: 12 / query_lr: 0.0001 / query_weight_decay: 0.0",
        "240ee06b30aca9dcaaeab0c76fcf536c09bd24fbceb519f20511375b3ce05b7a",
    ),
    (
        "3, 1e-05, 0.587, 1.753, 1.6578601914400463e-05, 0.0, True, 0.5, 0.0, 1.0, "
        "[ExamplesType.negative_only, ExamplesType.medium_negative]",
        "examples_order: ExamplesType.negative_only,ExamplesType.medium_negative / "
        "items_lr: 0.587 / items_weight_decay: 1.6578601914400463e-05 / margin: 0.0 / "
        "max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 0.5 / not_irrelevant_only: True / num_fixed_layers: 3 / "
        "query_lr: 1e-05 / query_weight_decay: 1.753",
        "46dbf46db7ec7c65f00c877164f68f33fb4c3d8c6d1b847defa625e78beddbdc",
    ),
    (
        "1, 1.146, 1.7976931348623157e+308, 5.985094537874169e-08, 5e-05, "
        "1.7976931348623157e+308, True, 0",
        "examples_order: ExamplesType.all_examples / items_lr: 1.7976931348623157e+308 / "
        "items_weight_decay: 5e-05 / margin: 1.7976931348623157e+308 / "
        "max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 0.0 / not_irrelevant_only: True / num_fixed_layers: 1 / "
        "query_lr: 1.146 / query_weight_decay: 5.985094537874169e-08",
        "4f1c80fa3c6de4b0241d1c3075a965808ee9c70b6b2e5f8e34da6553752ab56c",
    ),
    (
        "319586, 0.30000000000000004, 1e-06, 5e-05, 5e-324, 1.7976931348623157e+308, False, 1, "
        "0.0, 1, ' 2 , 7 '",
        "examples_order: ExamplesType.hard_all,ExamplesType.medium_negative / "
        "items_lr: 1e-06 / items_weight_decay: 5e-324 / margin: 1.7976931348623157e+308 / "
        "max_abs_difference_threshold: 1.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 1.0 / not_irrelevant_only: False / num_fixed_layers: 319586 / "
        "query_lr: 0.30000000000000004 / query_weight_decay: 5e-05",
        "134f3b6ae0f455f172516894c7458e1e3bd80026f0710da623cd9f56a0ff0db3",
    ),
    (
        "1, 1.548, 123456789.0, 4.3843059764422366e-08, 1.403, 0.0, True, 0.0, 0.0, 2, "
        "(7, 2, 9, 3, 11)",
        "examples_order: ExamplesType.medium_negative,ExamplesType.hard_all,"
        "ExamplesType.soft_negative,ExamplesType.soft_all,ExamplesType.all_examples / "
        "items_lr: 123456789.0 / items_weight_decay: 1.403 / margin: 0.0 / "
        "max_abs_difference_threshold: 2.0 / min_abs_difference_threshold: 0.0 / "
        "negative_downsampling: 0.0 / not_irrelevant_only: True / num_fixed_layers: 1 / "
        "query_lr: 1.548 / query_weight_decay: 4.3843059764422366e-08",
        "b8793449c2fdd3bed26cebcf24439fde7aad3b1725f1cdd34f212a31f1595298",
    ),
]

# What 1.0.0 pickled, with protocol 2.
PICKLE = (
    b"\x80\x02cfinetuning_params\nFineTuningParams\nq\x00)\x81q\x01}q\x02(X\x10\x00\x00\x00"
    b"num_fixed_layersq\x03K\x03X\x08\x00\x00\x00query_lrq\x04G?\x84z\xe1G\xae\x14{X\x08\x00\x00"
    b"\x00items_lrq\x05G?\x94z\xe1G\xae\x14{X\x12\x00\x00\x00query_weight_decayq\x06G\x00\x00\x00"
    b"\x00\x00\x00\x00\x00X\x12\x00\x00\x00items_weight_decayq\x07G?\xb9\x99\x99\x99\x99\x99\x9aX"
    b"\x06\x00\x00\x00marginq\x08G?\xf0\x00\x00\x00\x00\x00\x00X\x13\x00\x00\x00"
    b"not_irrelevant_onlyq\t\x88X\x15\x00\x00\x00negative_downsamplingq\nG?\xe0\x00\x00\x00\x00"
    b"\x00\x00X\x1c\x00\x00\x00min_abs_difference_thresholdq\x0bG?\xd0\x00\x00\x00\x00\x00\x00X"
    b"\x1c\x00\x00\x00max_abs_difference_thresholdq\x0cG?\xf8\x00\x00\x00\x00\x00\x00X\x0e\x00\x00"
    b"\x00examples_orderq\r]q\x0e(cfinetuning_params\nExamplesType\nq\x0fK\x02\x85q\x10Rq\x11h"
    b"\x0fK\x0b\x85q\x12Rq\x13eub."
)
PICKLED_ID = "647e75e186a6c92ca55eeb6e78d6164ddd8276ab987423b03d925830b4e26373"


def lying(name: str, base: type, show: Callable[[Any], str]) -> Any:
    """A class that is above and below and equal to everything, and as a number is 1."""
    answers: Dict[str, Any] = {
        "__" + n + "__": lambda *_: True for n in ["eq", "lt", "le", "gt", "ge", "bool"]
    }
    numbers = ["hash", "len", "add", "radd", "neg", "abs", "int", "index", "float"]
    answers.update({"__" + n + "__": lambda *_: 1 for n in numbers})
    texts = ["strip", "lower", "split"]
    return type(name, (base,), {**answers, **{n: lambda *_: "1" for n in texts}, "__repr__": show})


Lies = lying("Lies", object, lambda self: "Lies()")
LyingFloat = lying("LyingFloat", float, float.__repr__)
LyingInt = lying("LyingInt", int, int.__repr__)
LyingText = lying("LyingText", str, lambda self: "lie")


class Index:
    """An integer to operator.index(), as NumPy's integers are."""

    def __init__(self, value: int) -> None:
        self.value = int(value)

    def __index__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return f"Index({self.value})"


class Float32:
    """A NumPy 1 float32: not a float, and shown as a bare number."""

    def __repr__(self) -> str:
        return "0.1"

    def __float__(self) -> float:
        return 0.1


class Shown:
    """Is shown as it is told."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Claims:
    """Claims to be of another class."""

    def __init__(self, claimed: type) -> None:
        self.claimed = claimed

    __class__: Any = property(lambda self: self.claimed)

    def __repr__(self) -> str:
        return "claim"


def fail(*args: object) -> NoReturn:
    raise ZeroDivisionError("never to be seen")


class Fails:
    """Fails whatever is asked of it."""

    __repr__ = __index__ = __iter__ = __len__ = __eq__ = __lt__ = __float__ = fail
    __bool__ = __str__ = __format__ = __getitem__ = fail
    __hash__ = object.__hash__


class FailsSecond:
    """An iterator that fails after an item that is fine."""

    def __iter__(self) -> Iterator[int]:
        yield 1
        fail()

    def __repr__(self) -> str:
        return "FailsSecond()"


def error_of(build: Callable[[], object]) -> FineTuningParamsError:
    with pytest.raises(FineTuningParamsError) as caught:
        build()
    return caught.value


def refusals(build: Callable[[], object]) -> Dict[str, str]:
    return error_of(build).errors


def message(validate: Callable[[Any], object], value: object) -> str:
    with pytest.raises(ValueError) as caught:
        validate(value)
    return str(caught.value)


positive_floats = st.floats(SMALLEST, LARGEST)
non_negative_floats = st.one_of(st.just(0.0), positive_floats)
ratios = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0).map(abs))
windows = st.lists(non_negative_floats, min_size=2, max_size=2, unique=True).map(sorted)
orders = st.lists(st.sampled_from(ExamplesType), min_size=1, max_size=5)
white = st.text(" \t\n\r\f\v\u00a0\u2003", max_size=2)


@st.composite
def order_spellings(draw: Any, order: List[ExamplesType]) -> Any:
    """Another spelling of the order: one text, or a sequence or an iterator of mixed items."""

    def text(members: List[ExamplesType]) -> str:
        parts = [
            draw(white)
            + draw(st.sampled_from(["", "ExamplesType."]))
            + draw(st.sampled_from([member.name, str(member.value)]))
            + draw(white)
            for member in members
        ]
        opening, closing = draw(st.sampled_from(["  ", "[]", "()"]))
        return str(draw(white) + opening + ",".join(parts) + closing + draw(white))

    if len(order) == 1 and draw(st.booleans()):
        return draw(st.sampled_from([order[0], int(order[0]), Index(order[0])]))
    if draw(st.booleans()):
        return text(order)
    split = draw(st.integers(0, len(order)))
    items = [draw(st.sampled_from([m, int(m), Index(m), m.name, text([m])])) for m in order[:split]]
    items += [text(order[split:])] if order[split:] else []
    return draw(st.sampled_from([list, tuple, iter, collections.deque]))(items)


@st.composite
def stored_values(draw: Any) -> Dict[str, Any]:
    """All fields of a valid object as it stores them."""
    low, high = draw(windows)
    values = [
        draw(st.integers(0, 10**30)),
        draw(positive_floats),
        draw(positive_floats),
        draw(non_negative_floats),
        draw(non_negative_floats),
        draw(non_negative_floats),
        draw(st.booleans()),
        draw(ratios),
        low,
        high,
        draw(orders),
    ]
    return dict(zip(NAMES, values))


@st.composite
def spelled_values(draw: Any) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """The fields of a valid object in any accepted spelling, and as they have to be stored."""
    stored = draw(stored_values())
    written = dict(stored)
    for name, value in stored.items():
        if type(value) is int:
            written[name] = draw(st.sampled_from([int, Index, LyingInt]))(value)
        elif type(value) is float:
            written[name] = draw(st.sampled_from([float, LyingFloat]))(value)
            if value == 0.0 and draw(st.booleans()):
                written[name] = -0.0
            if name in NAMES[7:] and value.is_integer() and draw(st.booleans()):
                written[name] = draw(st.sampled_from([int, Index]))(int(value))
    written["examples_order"] = draw(order_spellings(stored["examples_order"]))
    return written, stored


valid_params = stored_values().map(lambda values: FineTuningParams(**values))

wrong_floats = [-SMALLEST, -1.0, -LARGEST, math.inf, -math.inf, math.nan, 1, 0, True, None, "0.1"]
wrong_ratios = [-SMALLEST, ABOVE_ONE, math.inf, math.nan, 2, -1, True, None, "0.5", Decimal("0.5")]
wrong_thresholds = [-SMALLEST, math.inf, math.nan, -1, 10**400, -(10**400), False, None, "0.5"]
WRONG: Dict[str, List[Any]] = {
    "num_fixed_layers": [-1, True, 1.0, "1", None, Index(-1)],
    "query_lr": [0.0, -0.0, *wrong_floats],
    "items_lr": [0.0, -0.0, *wrong_floats],
    "query_weight_decay": wrong_floats,
    "items_weight_decay": wrong_floats,
    "margin": wrong_floats,
    "not_irrelevant_only": [0, 1, 1.0, "True", "", None, [], Lies()],
    "negative_downsampling": wrong_ratios,
    LOW: wrong_thresholds,
    HIGH: wrong_thresholds,
    "examples_order": [[], (), "", " ", "1,", "1,,2", "12", "0", 12, 0, -1, True, 1.0, None],
}
GOOD_PARTS = ["1", " 2", "+3", "hard_all\t", "ExamplesType.soft_all", "ExamplesType.11"]
BAD_PARTS = [
    "",
    " ",
    "0",
    "12",
    "-1",
    "1.0",
    "1 2",
    "0x1",
    "True",
    "None",
    "nope",
    "Hard_all",
    "ha",
]
BAD_PARTS += ["ExamplesType.", "ExamplesType.12", "ExamplesType.ExamplesType.soft_all", "[", "'1'"]
wrong_subsets = st.sets(st.sampled_from(NAMES), min_size=1).flatmap(
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
    st.fractions(),
    st.datetimes(),
    st.floats().map(LyingFloat),
    st.integers().map(LyingInt),
    st.integers().map(Index),
    st.text(max_size=300).map(Shown),
    st.text(max_size=5).map(LyingText),
    st.sampled_from([int, float, str, list, bool, set]).map(Claims),
    st.builds(Fails),
    st.sampled_from([Fails, FailsSecond(), Lies(), Float32(), ExamplesType, "x" * 10**5]),
    st.sampled_from([400, 5000]).map(lambda digits: 10**digits),
    st.sampled_from([400, 5000]).map(lambda digits: -(10**digits)),
    st.sampled_from([range(9), fail, object(), ...]),
)
junk = st.recursive(
    junk_atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.lists(inner, max_size=4).map(iter),
        st.dictionaries(st.text(max_size=5), inner, max_size=3),
        st.sets(st.one_of(st.integers(1, 11), st.sampled_from(NAMES)), max_size=3),
    ),
    max_leaves=6,
)
names_and_texts = st.dictionaries(
    st.one_of(st.sampled_from(NAMES), st.text(max_size=60)), st.one_of(st.text(), junk), max_size=14
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
    assert known == sorted(known, key=NAMES.index)
    assert list(error.errors)[: len(known)] == known


def check_canonical(params: FineTuningParams) -> None:
    """A built object keeps every range, and holds nothing but plain values."""
    values = dict(params)
    kinds = [type(value) for value in values.values()]
    assert kinds == [int] + 5 * [float] + [bool] + 3 * [float] + [list]
    assert all(type(member) is ExamplesType for member in params.examples_order)
    floats = [value for value in values.values() if type(value) is float]
    assert all(math.isfinite(value) and math.copysign(1.0, value) == 1.0 for value in floats)
    assert 0 <= params.num_fixed_layers < 10**4300
    assert params.query_lr > 0.0 and params.items_lr > 0.0
    assert params.query_weight_decay >= 0.0 and params.items_weight_decay >= 0.0
    assert params.margin >= 0.0
    assert 0.0 <= params.negative_downsampling <= 1.0
    assert 0.0 <= params.min_abs_difference_threshold < params.max_abs_difference_threshold
    assert len(params.examples_order) >= 1


class TestLaws:
    @given(spelled_values())
    def test_every_accepted_spelling_is_stored_canonically(self, pair: Any) -> None:
        written, stored = pair
        params = FineTuningParams(**written)
        check_canonical(params)
        assert dict(params) == stored

    @given(stored_values(), wrong_subsets)
    def test_each_bad_field_is_named_and_no_good_one(self, values: Any, wrong: Any) -> None:
        errors = refusals(lambda: FineTuningParams(**{**values, **wrong}))
        assert list(errors) == [name for name in NAMES if name in wrong]

    @given(stored_values(), windows, st.booleans())
    def test_a_window_that_holds_no_pair_is_refused(
        self, values: Any, window: Any, equal: bool
    ) -> None:
        low, high = window[1], window[1 if equal else 0]
        errors = refusals(lambda: FineTuningParams(**{**values, LOW: low, HIGH: high}))
        text = f"{high!r} must be above {low!r}: no pair is between {LOW} and {HIGH}"
        assert errors == {HIGH: text}

    @given(spelled_values())
    def test_equal_params_have_equal_ids_hashes_and_reprs(self, pair: Any) -> None:
        written, stored = pair
        first, second = FineTuningParams(**written), FineTuningParams(**stored)
        assert (first == second, first != second) == (True, False)
        assert first.id == second.id
        assert hash(first) == hash(second)
        assert repr(first) == repr(second)
        assert str(first) == str(second)
        assert len({first, second}) == 1

    @given(valid_params, stored_values(), st.sets(st.sampled_from(NAMES), max_size=2))
    def test_different_params_have_different_ids(
        self, params: FineTuningParams, values: Any, names: Set[str]
    ) -> None:
        changes = {name: values[name] for name in names}
        if LOW in changes or HIGH in changes:
            changes.update({LOW: values[LOW], HIGH: values[HIGH]})
        other = dataclasses.replace(params, **changes)
        assert (params == other) == (params.id == other.id) == (str(params) == str(other))
        assert (params == other) == (dict(params) == dict(other))

    @given(orders.flatmap(lambda o: st.tuples(st.just(o), order_spellings(o))))
    def test_every_spelling_of_an_order_is_the_same_order(self, pair: Any) -> None:
        order, spelling = pair
        result = FineTuningParams.validate_examples_order(spelling)
        assert result == order
        assert type(result) is list and all(type(member) is ExamplesType for member in result)

    @given(valid_params)
    def test_the_id_is_the_sha_256_of_the_string(self, params: FineTuningParams) -> None:
        assert params.id == hashlib.sha256(str(params).encode("utf-8")).hexdigest()
        assert re.fullmatch("[0-9a-f]{64}", params.id)

    @given(valid_params)
    def test_the_string_is_made_of_the_texts_sorted_by_name(self, params: FineTuningParams) -> None:
        texts = params.to_strings()
        assert list(texts) == NAMES
        assert str(params) == " / ".join("{}: {}".format(*item) for item in sorted(texts.items()))

    @given(valid_params)
    def test_the_texts_are_those_of_plain_python(self, params: FineTuningParams) -> None:
        texts = params.to_strings()
        order = texts.pop("examples_order")
        assert order == ",".join("ExamplesType." + member.name for member in params.examples_order)
        assert texts == {name: repr(getattr(params, name)) for name in NAMES[:-1]}

    @given(valid_params)
    def test_strings_are_read_back(self, params: FineTuningParams) -> None:
        for texts in [
            params.to_strings(),
            {name: str(value) for name, value in dict(params).items()},
            {name: f"\t {text} \n" for name, text in params.to_strings().items()},
            dict(part.split(": ") for part in str(params).split(" / ")),
        ]:
            again = FineTuningParams.from_strings(texts)
            assert again == params and again.id == params.id

    @given(valid_params)
    def test_json_is_read_back(self, params: FineTuningParams) -> None:
        text = json.dumps(dataclasses.asdict(params))
        assert FineTuningParams(**json.loads(text)) == params
        assert FineTuningParams.from_strings(json.loads(text)) == params

    @given(valid_params, st.integers(0, pickle.HIGHEST_PROTOCOL))
    def test_pickles_are_read_back(self, params: FineTuningParams, protocol: int) -> None:
        again = pickle.loads(pickle.dumps(params, protocol))
        assert again == params and again.id == params.id and hash(again) == hash(params)

    @given(valid_params)
    def test_a_repr_is_code(self, params: FineTuningParams) -> None:
        again = eval(repr(params), vars(finetuning_params).copy())
        assert again == params and again.id == params.id

    @given(valid_params)
    def test_a_dict_is_the_arguments(self, params: FineTuningParams) -> None:
        assert list(dict(params)) == NAMES
        assert FineTuningParams(**dict(params)) == params
        assert FineTuningParams.from_strings(dict(params)) == params

    @given(valid_params, st.sampled_from([copy.copy, copy.deepcopy, dataclasses.replace]))
    def test_copies_are_equal_and_share_no_list(self, params: FineTuningParams, how: Any) -> None:
        again = how(params)
        assert again == params and again.id == params.id and type(again) is FineTuningParams
        again.examples_order.append(ExamplesType.hard_all)
        assert again != params

    @given(valid_params)
    def test_changing_the_list_does_not_move_the_hash(self, params: FineTuningParams) -> None:
        before = hash(params)
        params.examples_order.append(ExamplesType.soft_all)
        assert hash(params) == before

    @given(st.lists(st.integers(1, 11), min_size=1))
    def test_the_callers_list_is_not_shared(self, order: List[int]) -> None:
        first, second = (FineTuningParams(**{**VALID, "examples_order": order}) for _ in "12")
        expected = list(order)
        order.append(99)
        first.examples_order.append(ExamplesType.hard_all)
        assert second.examples_order == expected

    @given(st.sampled_from(NAMES), junk)
    def test_any_object_is_accepted_or_refused_cleanly(self, name: str, value: Any) -> None:
        try:
            check_canonical(FineTuningParams(**{**VALID, name: value}))
        except FineTuningParamsError as error:
            check_error(error)
            assert set(error.errors) <= {name, HIGH}

    @given(st.lists(junk, min_size=11, max_size=11))
    def test_any_objects_are_accepted_or_refused_cleanly(self, values: List[Any]) -> None:
        try:
            check_canonical(FineTuningParams(*values))
        except FineTuningParamsError as error:
            check_error(error)

    @given(names_and_texts, st.booleans(), st.booleans())
    def test_any_mapping_is_read_or_refused_cleanly(
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

    @given(junk)
    def test_any_object_in_place_of_a_mapping_is_refused_cleanly(self, value: Any) -> None:
        check_error(error_of(lambda: FineTuningParams.from_strings(value)))

    @given(st.lists(st.sampled_from(GOOD_PARTS + BAD_PARTS), min_size=1, max_size=4))
    def test_a_text_is_an_order_if_all_its_parts_are_examples_types(self, parts: List[str]) -> None:
        text = ",".join(parts)
        if set(parts) <= set(GOOD_PARTS):
            assert len(FineTuningParams.validate_examples_order(text)) == len(parts)
        else:
            assert NOT_AN_ORDER in message(FineTuningParams.validate_examples_order, text)

    @given(st.dictionaries(st.text(max_size=80), st.text(max_size=80), min_size=1))
    def test_errors_survive_pickle_and_copy(self, errors: Dict[str, str]) -> None:
        error = FineTuningParamsError(errors=errors)
        again = [pickle.loads(pickle.dumps(error, n)) for n in range(pickle.HIGHEST_PROTOCOL + 1)]
        for other in [*again, copy.copy(error), copy.deepcopy(error)]:
            assert type(other) is FineTuningParamsError
            assert str(other) == str(error) and other.errors == error.errors == errors


ACCEPTED: List[Tuple[str, Any, Any]] = [
    ("validate_non_negative_int", 0, 0),
    ("validate_non_negative_int", 3, 3),
    ("validate_non_negative_int", 10**400, 10**400),
    ("validate_non_negative_int", 10**4300 - 1, 10**4300 - 1),
    ("validate_non_negative_int", Index(7), 7),
    ("validate_non_negative_int", LyingInt(7), 7),
    ("validate_non_negative_int", ExamplesType.hard_all, 2),
    ("validate_positive_float", SMALLEST, SMALLEST),
    ("validate_positive_float", LARGEST, LARGEST),
    ("validate_positive_float", LyingFloat(0.25), 0.25),
    ("validate_non_negative_float", 0.0, 0.0),
    ("validate_non_negative_float", -0.0, 0.0),
    ("validate_non_negative_float", LyingFloat(-0.0), 0.0),
    ("validate_non_negative_float", SMALLEST, SMALLEST),
    ("validate_non_negative_float", LARGEST, LARGEST),
    ("validate_non_negative_float", LyingFloat(0.25), 0.25),
    ("validate_non_negative_float_margin", 0.0, 0.0),
    ("validate_non_negative_float_margin", -0.0, 0.0),
    ("validate_non_negative_float_margin", LARGEST, LARGEST),
    ("validate_bool", True, True),
    ("validate_bool", False, False),
    ("validate_ratio", 0, 0.0),
    ("validate_ratio", -0.0, 0.0),
    ("validate_ratio", SMALLEST, SMALLEST),
    ("validate_ratio", BELOW_ONE, BELOW_ONE),
    ("validate_ratio", 1.0, 1.0),
    ("validate_ratio", 1, 1.0),
    ("validate_ratio", Index(1), 1.0),
    ("validate_ratio", LyingInt(1), 1.0),
    ("validate_ratio", LyingFloat(0.25), 0.25),
    ("validate_threshold", 0, 0.0),
    ("validate_threshold", -0.0, 0.0),
    ("validate_threshold", LyingFloat(-0.0), 0.0),
    ("validate_threshold", SMALLEST, SMALLEST),
    ("validate_threshold", LARGEST, LARGEST),
    ("validate_threshold", int(LARGEST), LARGEST),
    ("validate_threshold", Index(7), 7.0),
    ("validate_examples_order", 1, [1]),
    ("validate_examples_order", ExamplesType.all_examples, [11]),
    ("validate_examples_order", Index(11), [11]),
    ("validate_examples_order", [1, ExamplesType.hard_all, "3"], [1, 2, 3]),
    ("validate_examples_order", (1, 1), [1, 1]),
    ("validate_examples_order", range(1, 12), list(range(1, 12))),
    ("validate_examples_order", iter([2, 11]), [2, 11]),
    ("validate_examples_order", {"x": 2, "y": 1}.values(), [2, 1]),
    ("validate_examples_order", "1,2,3", [1, 2, 3]),
    ("validate_examples_order", "hard_all,1", [2, 1]),
    ("validate_examples_order", "ExamplesType.hard_all, ExamplesType.all_examples", [2, 11]),
    ("validate_examples_order", "ExamplesType.2", [2]),
    ("validate_examples_order", "[2, 11]", [2, 11]),
    ("validate_examples_order", " ( 2,11 ) ", [2, 11]),
    ("validate_examples_order", ["1,2", "[3]"], [1, 2, 3]),
    ("validate_examples_order", "+1, 0_2", [1, 2]),
    ("validate_examples_order", LyingText("2"), [2]),
]
REFUSED: List[Tuple[str, Any, str]] = [
    ("validate_non_negative_int", -1, "-1 must be a non-negative integer"),
    ("validate_non_negative_int", Index(-1), "Index(-1) must be a non-negative integer"),
    ("validate_non_negative_int", True, "True must be a non-negative integer"),
    ("validate_non_negative_int", 3.0, "3.0 must be a non-negative integer"),
    ("validate_non_negative_int", "3", "'3' must be a non-negative integer"),
    ("validate_non_negative_int", None, "None must be a non-negative integer"),
    ("validate_positive_float", -0.01, "-0.01 must be a positive float"),
    ("validate_positive_float", 0.0, "0.0 must be a positive float"),
    ("validate_positive_float", -0.0, "-0.0 must be a positive float"),
    ("validate_positive_float", -SMALLEST, "-5e-324 must be a positive float"),
    ("validate_positive_float", math.nan, "nan must be a positive float"),
    ("validate_positive_float", math.inf, "inf must be a finite float"),
    ("validate_positive_float", LyingFloat("inf"), "inf must be a finite float"),
    ("validate_positive_float", LyingFloat("nan"), "nan must be a positive float"),
    ("validate_positive_float", LyingFloat(-1.0), "-1.0 must be a positive float"),
    ("validate_positive_float", -math.inf, "-inf must be a positive float"),
    ("validate_positive_float", 1, "1 must be a positive float"),
    ("validate_positive_float", True, "True must be a positive float"),
    ("validate_positive_float", "0.01", "'0.01' must be a positive float"),
    ("validate_positive_float", Float32(), "0.1 (Float32) must be a positive float"),
    ("validate_positive_float", Lies(), "Lies() must be a positive float"),
    ("validate_bool", Lies(), "Lies() must be True or False"),
    ("validate_positive_float", Claims(float), "claim must be a positive float"),
    ("validate_positive_float", Decimal("0.5"), "Decimal('0.5') must be a positive float"),
    ("validate_positive_float", None, "None must be a positive float"),
    ("validate_non_negative_float", -0.5, "-0.5 must be a non-negative float"),
    ("validate_non_negative_float", -SMALLEST, "-5e-324 must be a non-negative float"),
    ("validate_non_negative_float", math.nan, "nan must be a non-negative float"),
    ("validate_non_negative_float", math.inf, "inf must be a finite float"),
    ("validate_non_negative_float", -math.inf, "-inf must be a non-negative float"),
    ("validate_non_negative_float", 0, "0 must be a non-negative float"),
    ("validate_non_negative_float", False, "False must be a non-negative float"),
    ("validate_non_negative_float_margin", -0.5, "-0.5 must be a non-negative float"),
    ("validate_non_negative_float_margin", math.inf, "inf must be a finite float"),
    ("validate_non_negative_float_margin", 1, "1 must be a non-negative float"),
    ("validate_bool", 1, "1 must be True or False"),
    ("validate_bool", 0.0, "0.0 must be True or False"),
    ("validate_bool", "true", "'true' must be True or False"),
    ("validate_bool", None, "None must be True or False"),
    ("validate_bool", Claims(bool), "claim must be True or False"),
    ("validate_ratio", -SMALLEST, "-5e-324 must be a float or integer from 0 to 1"),
    ("validate_ratio", -1, "-1 must be a float or integer from 0 to 1"),
    ("validate_ratio", ABOVE_ONE, "1.0000000000000002 must be a float or integer from 0 to 1"),
    ("validate_ratio", 2, "2 must be a float or integer from 0 to 1"),
    ("validate_ratio", math.inf, "inf must be a float or integer from 0 to 1"),
    ("validate_ratio", math.nan, "nan must be a float or integer from 0 to 1"),
    ("validate_ratio", LyingFloat(2.0), "2.0 must be a float or integer from 0 to 1"),
    ("validate_ratio", True, "True must be a float or integer from 0 to 1"),
    ("validate_ratio", "0.5", "'0.5' must be a float or integer from 0 to 1"),
    ("validate_ratio", Float32(), "0.1 (Float32) must be a float or integer from 0 to 1"),
    ("validate_ratio", Fraction(1, 2), "Fraction(1, 2) must be a float or integer from 0 to 1"),
    ("validate_threshold", -SMALLEST, "-5e-324 must be a non-negative float or integer"),
    ("validate_threshold", -1, "-1 must be a non-negative float or integer"),
    ("validate_threshold", math.nan, "nan must be a non-negative float or integer"),
    ("validate_threshold", math.inf, "inf must be a finite float"),
    ("validate_threshold", -math.inf, "-inf must be a non-negative float or integer"),
    ("validate_threshold", 10**309, "1" + 46 * "0" + "... must be a finite float"),
    ("validate_threshold", -(10**309), "-1" + 45 * "0" + "... must be a finite float"),
    ("validate_threshold", False, "False must be a non-negative float or integer"),
    ("validate_threshold", "0.5", "'0.5' must be a non-negative float or integer"),
    ("validate_examples_order", [], "[] must be " + NOT_AN_ORDER),
    ("validate_examples_order", (), "() must be " + NOT_AN_ORDER),
    ("validate_examples_order", "", "'' must be " + NOT_AN_ORDER),
    ("validate_examples_order", "[]", "'[]' must be " + NOT_AN_ORDER + ": '' is not one"),
    ("validate_examples_order", "1,", "'1,' must be " + NOT_AN_ORDER + ": '' is not one"),
    ("validate_examples_order", "1,,2", "'1,,2' must be " + NOT_AN_ORDER + ": '' is not one"),
    ("validate_examples_order", ",1", "',1' must be " + NOT_AN_ORDER + ": '' is not one"),
    ("validate_examples_order", "1, 12", "'1, 12' must be " + NOT_AN_ORDER + ": ' 12' is not one"),
    ("validate_examples_order", "nope", "'nope' must be " + NOT_AN_ORDER),
    ("validate_examples_order", "Hard_All", "'Hard_All' must be " + NOT_AN_ORDER),
    ("validate_examples_order", "1.0", "'1.0' must be " + NOT_AN_ORDER),
    ("validate_examples_order", "True", "'True' must be " + NOT_AN_ORDER),
    ("validate_examples_order", "[1", "'[1' must be " + NOT_AN_ORDER),
    ("validate_examples_order", "(1]", "'(1]' must be " + NOT_AN_ORDER),
    ("validate_examples_order", "[[1]]", "'[[1]]' must be " + NOT_AN_ORDER + ": '[1]' is not one"),
    ("validate_examples_order", ["1", ""], "['1', ''] must be " + NOT_AN_ORDER + ": '' is not one"),
    ("validate_examples_order", [1, 12], "[1, 12] must be " + NOT_AN_ORDER + ": 12 is not one"),
    ("validate_examples_order", [0, 1], "[0, 1] must be " + NOT_AN_ORDER + ": 0 is not one"),
    ("validate_examples_order", [[1]], "[[1]] must be " + NOT_AN_ORDER + ": [1] is not one"),
    ("validate_examples_order", [True], "[True] must be " + NOT_AN_ORDER + ": True is not one"),
    ("validate_examples_order", [1.0], "[1.0] must be " + NOT_AN_ORDER + ": 1.0 is not one"),
    ("validate_examples_order", [None], "[None] must be " + NOT_AN_ORDER + ": None is not one"),
    ("validate_examples_order", 12, "12 must be " + NOT_AN_ORDER),
    ("validate_examples_order", 0, "0 must be " + NOT_AN_ORDER),
    ("validate_examples_order", -1, "-1 must be " + NOT_AN_ORDER),
    ("validate_examples_order", True, "True must be " + NOT_AN_ORDER),
    ("validate_examples_order", 1.0, "1.0 must be " + NOT_AN_ORDER),
    ("validate_examples_order", None, "None must be " + NOT_AN_ORDER),
    ("validate_examples_order", {1}, "{1} must be " + NOT_AN_ORDER),
    ("validate_examples_order", frozenset([1]), "frozenset({1}) must be " + NOT_AN_ORDER),
    ("validate_examples_order", {1: 2}, "{1: 2} must be " + NOT_AN_ORDER),
    ("validate_examples_order", {1: 2}.keys(), "dict_keys([1]) must be " + NOT_AN_ORDER),
    ("validate_examples_order", b"\1", "b'\\x01' must be " + NOT_AN_ORDER),
    ("validate_examples_order", bytearray(b"\1"), "bytearray(b'\\x01') must be " + NOT_AN_ORDER),
    ("validate_examples_order", FailsSecond(), "FailsSecond() must be " + NOT_AN_ORDER),
    ("validate_examples_order", Claims(str), "claim must be " + NOT_AN_ORDER),
    ("validate_examples_order", Claims(list), "claim must be " + NOT_AN_ORDER),
]


def ids(rows: List[Tuple[str, Any, Any]]) -> List[str]:
    return [f"{row[0]}-{number}" for number, row in enumerate(rows)]


class TestValidators:
    @pytest.mark.parametrize("name, value, expected", ACCEPTED, ids=ids(ACCEPTED))
    def test_a_good_value_is_returned_as_a_plain_one(
        self, name: str, value: Any, expected: Any
    ) -> None:
        result = getattr(FineTuningParams, name)(value)
        assert result == expected
        assert type(result) is type(expected)
        if type(expected) is list:
            assert [type(member) for member in result] == [ExamplesType] * len(expected)
        else:
            assert str(result) == repr(result) == repr(expected)

    @pytest.mark.parametrize("name, value, expected", REFUSED, ids=ids(REFUSED))
    def test_a_bad_value_is_refused_with_a_true_message(
        self, name: str, value: Any, expected: str
    ) -> None:
        assert message(getattr(FineTuningParams, name), value) == expected

    @pytest.mark.parametrize("value", [memoryview(b"\1"), iter({1})], ids=["memoryview", "set"])
    def test_what_has_no_order_or_holds_bytes_is_refused(self, value: Any) -> None:
        text = message(FineTuningParams.validate_examples_order, value)
        assert text == f"{value!r} must be {NOT_AN_ORDER}"

    def test_an_integer_that_python_may_not_print_is_refused(self) -> None:
        text = message(FineTuningParams.validate_non_negative_int, 10**4300)
        assert text.endswith(" must be a non-negative integer of at most 4300 digits")
        text = message(FineTuningParams.validate_non_negative_int, -(10**4300))
        assert text.endswith(" must be a non-negative integer")

    def test_numpys_bool_is_a_bool_once_numpy_is_loaded(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Bool:
            def __init__(self, value: bool) -> None:
                self.value = value

            def __bool__(self) -> bool:
                return self.value

            def __index__(self) -> int:
                return int(self.value)

            def __repr__(self) -> str:
                return "numpy." + str(self.value)

        text = message(FineTuningParams.validate_bool, Bool(True))
        assert text == "numpy.True must be True or False"
        monkeypatch.setitem(sys.modules, "numpy", types.SimpleNamespace(bool_=Bool))
        for value in [True, False]:
            assert FineTuningParams.validate_bool(Bool(value)) is value
            assert FineTuningParams.validate_bool(value) is value
            text = message(FineTuningParams.validate_non_negative_int, Bool(value))
            assert text == f"numpy.{value} must be a non-negative integer"
            text = message(FineTuningParams.validate_non_negative_int, value)
            assert text == f"{value} must be a non-negative integer"
        assert message(FineTuningParams.validate_bool, 1) == "1 must be True or False"


def shown_anyhow(value: object) -> str:
    try:
        text = repr(value)  # Python 3.10 and older print any integer
    except Exception:
        text = object.__repr__(value)
    return text if len(text) <= 50 else text[:47] + "..."


class TestMessages:
    @pytest.mark.parametrize(
        "text, shown",
        [
            ("x" * 50, "x" * 50),
            ("x" * 51, "x" * 47 + "..."),
            ("x" * 10**6, "x" * 47 + "..."),
            ("a\nb\tc\x1b[0m\u2028\ud800", "a b c [0m  "),
            ("two  blanks", "two  blanks"),
            ("\u00e9", "\u00e9"),
            ("", ""),
            ("nan1", "nan1 (Shown)"),
        ],
    )
    def test_a_value_is_shown_in_one_line_of_fifty(self, text: str, shown: str) -> None:
        assert (
            message(FineTuningParams.validate_bool, Shown(text)) == shown + " must be True or False"
        )

    def test_a_value_without_a_repr_is_shown_by_its_type(self) -> None:
        for value in [Fails(), 10**5000, -(10**5000), [10**5000]]:
            text = message(FineTuningParams.validate_bool, value)
            assert text == shown_anyhow(value) + " must be True or False"

    def test_a_repr_that_is_a_lying_text_is_shown_as_it_is(self) -> None:
        value = Shown(LyingText("truth"))
        assert message(FineTuningParams.validate_bool, value) == "truth must be True or False"

    def test_an_error_names_its_fields_in_order(self) -> None:
        bad = {HIGH: 0.5, LOW: 0.5, "examples_order": [], "num_fixed_layers": -1}
        error = error_of(lambda: FineTuningParams(**{**VALID, **bad}))
        assert isinstance(error, ValueError)
        assert error.errors == {
            "num_fixed_layers": "-1 must be a non-negative integer",
            HIGH: f"0.5 must be above 0.5: no pair is between {LOW} and {HIGH}",
            "examples_order": "[] must be " + NOT_AN_ORDER,
        }
        assert str(error) == (
            "3 invalid parameters\n"
            "num_fixed_layers: -1 must be a non-negative integer\n"
            "max_abs_difference_threshold: 0.5 must be above 0.5: no pair is between "
            "min_abs_difference_threshold and max_abs_difference_threshold\n"
            "examples_order: [] must be " + NOT_AN_ORDER
        )
        check_error(error)

    @pytest.mark.parametrize("name", [LOW, HIGH])
    def test_a_window_with_one_bad_end_is_not_also_called_empty(self, name: str) -> None:
        both: Dict[str, Any] = {LOW: 5.0, HIGH: 2.0, name: "x"}
        text = "'x' must be a non-negative float or integer"
        assert refusals(lambda: FineTuningParams(**{**VALID, **both})) == {name: text}

    def test_one_bad_parameter_is_counted_as_one(self) -> None:
        error = FineTuningParamsError({"margin": "bad"})
        assert str(error) == "1 invalid parameter\nmargin: bad"
        assert str(FineTuningParamsError({})) == "0 invalid parameters"

    def test_a_name_takes_one_line_of_fifty(self) -> None:
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
        assert issubclass(ExamplesType, enum.IntEnum)

    @pytest.mark.parametrize("member", ExamplesType)
    def test_every_text_of_a_member_is_its_full_name(self, member: ExamplesType) -> None:
        text = "ExamplesType." + member.name
        assert str(member) == repr(member) == format(member) == f"{member}" == text
        assert "%s".__mod__(member) == text
        assert f"{member:>30}" == text.rjust(30)
        assert json.dumps(member) == str(member.value)
        assert pickle.loads(pickle.dumps(member)) is member


class TestDataclass:
    def test_defaults(self) -> None:
        params = FineTuningParams(**VALID)
        assert params.min_abs_difference_threshold == 0.0
        assert params.max_abs_difference_threshold == 1.0
        assert params.examples_order == [ExamplesType.all_examples]
        assert params.examples_order is not FineTuningParams(**VALID).examples_order

    def test_it_is_frozen(self) -> None:
        params = FineTuningParams(**VALID)
        for name in [*NAMES, "new"]:
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(params, name, 1.0)
            with pytest.raises(dataclasses.FrozenInstanceError):
                delattr(params, name)
        assert params.id == VALID_ID

    def test_a_changed_copy_is_validated(self) -> None:
        params = FineTuningParams(**VALID)
        assert dataclasses.replace(params, margin=0.5).margin == 0.5
        errors = refusals(lambda: dataclasses.replace(params, margin=-0.5))
        assert errors == {"margin": "-0.5 must be a non-negative float"}

    def test_annotations_resolve(self) -> None:
        assert typing.get_type_hints(FineTuningParams) == {
            "num_fixed_layers": int,
            "query_lr": float,
            "items_lr": float,
            "query_weight_decay": float,
            "items_weight_decay": float,
            "margin": float,
            "not_irrelevant_only": bool,
            "negative_downsampling": float,
            "min_abs_difference_threshold": float,
            "max_abs_difference_threshold": float,
            "examples_order": List[ExamplesType],
        }

    def test_duplicates_leave_a_grid(self) -> None:
        spellings: List[Any] = ["2,11", [2, 11], "hard_all, all_examples", (2, 11)]
        assert len({FineTuningParams(**VALID, examples_order=order) for order in spellings}) == 1

    def test_it_is_checked_where_init_is_skipped(self) -> None:
        params = object.__new__(FineTuningParams)
        for name, value in {**VALID, "margin": -0.0, "examples_order": (2,)}.items():
            object.__setattr__(params, name, value)
        params.__post_init__()
        assert params == FineTuningParams(**{**VALID, "margin": 0.0, "examples_order": "hard_all"})
        assert params.id == hashlib.sha256(str(params).encode()).hexdigest()

    def test_validators_serve_instances_and_may_be_overridden(self) -> None:
        assert FineTuningParams(**VALID).validate_positive_float(0.5) == 0.5

        @dataclasses.dataclass(frozen=True)
        class Careful(FineTuningParams):
            @staticmethod
            def validate_positive_float(value: Any) -> float:
                if value > 0.1:
                    raise ValueError("too fast")
                return FineTuningParams.validate_positive_float(value)

        errors = refusals(lambda: Careful(**{**VALID, "query_lr": 0.5}))
        assert errors == {"query_lr": "too fast"}


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
        assert str(params) == (
            "epochs: 3 / examples_order: ExamplesType.all_examples / items_lr: 0.01 / "
            "items_weight_decay: 0.0 / margin: 1.0 / margin2: 0.5 / "
            "max_abs_difference_threshold: 2.0 / min_abs_difference_threshold: 0.0 / "
            "negative_downsampling: 0.5 / not_irrelevant_only: True / note:  as it is  / "
            "num_fixed_layers: 3 / query_lr: 0.01 / query_weight_decay: 0.0 / run: 0 / "
            "shuffle: False / steps: None"
        )
        assert list(params.to_strings()) == [
            *NAMES,
            "margin2",
            "epochs",
            "shuffle",
            "note",
            "steps",
            "run",
        ]

    def test_it_is_read_back_as_itself(self) -> None:
        params = Extended(**VALID, epochs=7, shuffle=True, margin2=0.25)
        texts = params.to_strings()
        del texts["run"], texts["steps"]
        again = Extended.from_strings(texts)
        assert type(again) is Extended
        assert again == params and again.id == params.id
        assert copy.copy(params) == copy.deepcopy(params) == params

    def test_what_it_adds_is_read_or_refused_too(self) -> None:
        bad = {"epochs": "x", "shuffle": "maybe", "query_lr": -1.0, "epoch": "1", "run": "1"}
        error = error_of(lambda: Extended.from_strings({**VALID, **bad}))
        assert error.errors == {
            "query_lr": "-1.0 must be a positive float",
            "epochs": "'x' must be readable as int",
            "shuffle": "'maybe' must be readable as true, 1, yes, on, false, 0, no, off",
            "epoch": "unknown parameter, did you mean 'epochs'?",
            "run": "unknown parameter",
        }
        assert list(error.errors) == ["query_lr", "epochs", "shuffle", "epoch", "run"]

    def test_its_own_checks_run_and_their_errors_pass(self) -> None:
        @dataclasses.dataclass(frozen=True)
        class Strict(FineTuningParams):
            epochs: int = 3

            def __post_init__(self) -> None:
                super().__post_init__()
                if self.epochs < 1:
                    raise ZeroDivisionError("own")

        with pytest.raises(ZeroDivisionError, match="own"):
            Strict.from_strings({**VALID, "epochs": "0"})
        errors = refusals(lambda: Strict.from_strings({**VALID, "epochs": "x"}))
        assert errors == {"epochs": "'x' must be readable as int"}

    def test_a_subclass_with_slots_is_canonical_too(self) -> None:
        slots: Any = {"slots": True} if sys.version_info >= (3, 10) else {}
        plain = type("Slotted", (FineTuningParams,), {"__annotations__": {}})
        slotted: Any = dataclasses.dataclass(frozen=True, **slots)(plain)
        params = slotted(**VALID, examples_order="2,11")
        assert params.examples_order == [2, 11]
        assert dict(params) == {**dict(FineTuningParams(**VALID)), "examples_order": [2, 11]}


class TestFromStrings:
    TEXTS = {name: str(value) for name, value in VALID.items()}

    def test_text_is_read_as_python_reads_it(self) -> None:
        texts = {
            **self.TEXTS,
            "num_fixed_layers": " +1_0 ",
            "query_lr": "1e-4",
            "items_lr": "\t1\n",
            "margin": "-0",
            "negative_downsampling": ".5",
            HIGH: "1E1",
            "examples_order": "[ExamplesType.hard_all, 11]",
        }
        assert dict(FineTuningParams.from_strings(texts)) == {
            **VALID,
            "num_fixed_layers": 10,
            "query_lr": 0.0001,
            "items_lr": 1.0,
            "margin": 0.0,
            LOW: 0.0,
            HIGH: 10.0,
            "examples_order": [2, 11],
        }

    @pytest.mark.parametrize("flag", [True, False])
    @pytest.mark.parametrize("number", range(4))
    @pytest.mark.parametrize("case", [str.lower, str.upper, str.title, " {} ".format])
    def test_flags(self, flag: bool, number: int, case: Callable[[str], str]) -> None:
        word = (["true", "1", "yes", "on"] if flag else ["false", "0", "no", "off"])[number]
        params = FineTuningParams.from_strings({**self.TEXTS, "not_irrelevant_only": case(word)})
        assert params.not_irrelevant_only is flag

    def test_other_values_are_taken_as_the_constructor_takes_them(self) -> None:
        assert FineTuningParams.from_strings(VALID) == FineTuningParams(**VALID)
        once = FineTuningParams.from_strings({**VALID, "examples_order": iter([2, 11])})
        assert once.examples_order == [2, 11]
        bad = {**VALID, "query_lr": 1, "not_irrelevant_only": 1, "margin": None}
        assert refusals(lambda: FineTuningParams.from_strings(bad)) == {
            "query_lr": "1 must be a positive float",
            "margin": "None must be a non-negative float",
            "not_irrelevant_only": "1 must be True or False",
        }

    @pytest.mark.parametrize(
        "name, text, expected",
        [
            ("num_fixed_layers", "3.0", "'3.0' must be readable as int"),
            ("num_fixed_layers", "", "'' must be readable as int"),
            ("num_fixed_layers", "-1", "-1 must be a non-negative integer"),
            ("query_lr", "fast", "'fast' must be readable as float"),
            ("query_lr", "inf", "inf must be a finite float"),
            ("query_lr", "NaN", "nan must be a positive float"),
            ("margin", "1,5", "'1,5' must be readable as float"),
            (
                "not_irrelevant_only",
                "2",
                "'2' must be readable as true, 1, yes, on, false, 0, no, off",
            ),
            ("examples_order", "1,,2", "'1,,2' must be " + NOT_AN_ORDER + ": '' is not one"),
            (LOW, "x", "'x' must be readable as float"),
            (HIGH, "0", f"0.0 must be above 0.0: no pair is between {LOW} and {HIGH}"),
        ],
    )
    def test_bad_text_is_refused(self, name: str, text: str, expected: str) -> None:
        values = {**self.TEXTS, name: text}
        assert refusals(lambda: FineTuningParams.from_strings(values)) == {name: expected}

    def test_all_problems_come_at_once_and_in_order(self) -> None:
        values: Dict[Any, Any] = {
            "Query_LR": "0.1",
            "x" * 99: "",
            7: "",
            "margin": "wide",
            LOW: "2",
            "num_fixed_layers": "-1",
        }
        error = error_of(lambda: FineTuningParams.from_strings(values))
        expected = {
            "num_fixed_layers": "-1 must be a non-negative integer",
            "query_lr": "missing",
            "items_lr": "missing",
            "query_weight_decay": "missing",
            "items_weight_decay": "missing",
            "margin": "'wide' must be readable as float",
            "not_irrelevant_only": "missing",
            "negative_downsampling": "missing",
            HIGH: f"1.0 must be above 2.0: no pair is between {LOW} and {HIGH}",
            "Query_LR": "unknown parameter, did you mean 'query_lr'?",
            "x" * 99: "unknown parameter",
            "7": "unknown parameter",
        }
        assert error.errors == expected
        assert list(error.errors) == list(expected)
        check_error(error)

    def test_unknown_names_pass_if_asked_to(self) -> None:
        values: Dict[Any, str] = {**self.TEXTS, "host": "x"}
        values[7] = "y"
        params = FineTuningParams.from_strings(values, ignore_unknown=True)
        assert params.id == VALID_ID
        errors = refusals(lambda: FineTuningParams.from_strings({"a": 1}, ignore_unknown=True))
        assert errors == dict.fromkeys(REQUIRED, "missing")
        with pytest.raises(TypeError):
            FineTuningParams.from_strings(self.TEXTS, True)  # type: ignore[call-arg]

    def test_a_close_name_is_suggested(self) -> None:
        for name, hint in [
            ("qurey_lr", ", did you mean 'query_lr'?"),
            (HIGH.upper(), f", did you mean {HIGH!r}?"),
            ("xyz", ""),
            ("x" * 10**6, ""),
        ]:
            values = {**self.TEXTS, name: 1}
            errors = refusals(lambda: FineTuningParams.from_strings(values))  # noqa: B023
            assert errors == {name: "unknown parameter" + hint}

    def test_what_is_no_mapping_of_names_is_refused(self) -> None:
        wrong: List[Any] = [None, 3, "text", [1], {Fails(): 1}, object]
        for values in wrong:
            errors = refusals(lambda: FineTuningParams.from_strings(values))  # noqa: B023
            text = shown_anyhow(values) + " must be a mapping of names to values"
            assert errors == {"values": text}

    def test_any_mapping_will_do(self) -> None:
        text: Any = type("Text", (str,), {})
        mappings: List[Mapping[str, Any]] = [
            collections.OrderedDict(self.TEXTS),
            types.MappingProxyType(self.TEXTS),
            collections.ChainMap(self.TEXTS),
            {text(name): text(value) for name, value in self.TEXTS.items()},
        ]
        assert [FineTuningParams.from_strings(m).id for m in mappings] == [VALID_ID] * 4

    def test_errors_hide_no_other_error(self) -> None:
        wrong: Any = None
        assert error_of(lambda: FineTuningParams.from_strings(wrong)).__suppress_context__


class TestFrozenPromises:
    @pytest.mark.parametrize("source, text, id_", GOLDEN, ids=[row[2][:8] for row in GOLDEN])
    def test_strings_and_ids_stay(self, source: str, text: str, id_: str) -> None:
        params = FineTuningParams(*eval(f"[{source}]"))
        assert str(params) == text
        assert params.id == id_

    def test_the_documented_id_stays(self) -> None:
        params = FineTuningParams(**VALID)
        assert str(params) == (
            "examples_order: ExamplesType.all_examples / items_lr: 0.01 / "
            "items_weight_decay: 0.0 / margin: 1.0 / max_abs_difference_threshold: 1.0 / "
            "min_abs_difference_threshold: 0.0 / negative_downsampling: 0.5 / "
            "not_irrelevant_only: True / num_fixed_layers: 3 / query_lr: 0.01 / "
            "query_weight_decay: 0.0"
        )
        assert params.id == VALID_ID

    def test_the_repr_stays(self) -> None:
        assert repr(FineTuningParams(**{**VALID, "examples_order": "2,11"})) == (
            "FineTuningParams(num_fixed_layers=3, query_lr=0.01, items_lr=0.01, "
            "query_weight_decay=0.0, items_weight_decay=0.0, margin=1.0, "
            "not_irrelevant_only=True, negative_downsampling=0.5, "
            "min_abs_difference_threshold=0.0, max_abs_difference_threshold=1.0, "
            "examples_order=[ExamplesType.hard_all, ExamplesType.all_examples])"
        )

    def test_a_pickle_of_1_0_0_is_read(self) -> None:
        params = pickle.loads(PICKLE)
        assert params == FineTuningParams(
            3, 0.01, 0.02, 0.0, 0.1, 1.0, True, 0.5, 0.25, 1.5, [ExamplesType(2), ExamplesType(11)]
        )
        assert params.id == PICKLED_ID

    def test_public_names_stay(self) -> None:
        assert finetuning_params.__all__ == [
            "ExamplesType",
            "FineTuningParams",
            "FineTuningParamsError",
        ]
        assert finetuning_params.__version__ == "1.0.0"
        assert [name for name in vars(FineTuningParams) if name.startswith("validate_")] == [
            "validate_non_negative_int",
            "validate_positive_float",
            "validate_non_negative_float",
            "validate_non_negative_float_margin",
            "validate_bool",
            "validate_ratio",
            "validate_threshold",
            "validate_examples_order",
        ]

    @pytest.mark.parametrize(
        "function, expected",
        [
            (FineTuningParamsError, ["errors"]),
            (
                FineTuningParams,
                [*REQUIRED, LOW + "=0.0", HIGH + "=1.0", "examples_order=<factory>"],
            ),
            (FineTuningParams.from_strings, ["values", "*ignore_unknown=False"]),
            (FineTuningParams.to_strings, ["self"]),
            (FineTuningParams.validate_non_negative_int, ["value"]),
            (FineTuningParams.validate_positive_float, ["value"]),
            (FineTuningParams.validate_non_negative_float, ["value"]),
            (FineTuningParams.validate_non_negative_float_margin, ["value"]),
            (FineTuningParams.validate_bool, ["value"]),
            (FineTuningParams.validate_ratio, ["value"]),
            (FineTuningParams.validate_threshold, ["value"]),
            (FineTuningParams.validate_examples_order, ["value"]),
            (finetuning_params.main, ["argv=None"]),
        ],
    )
    def test_signatures_stay(self, function: Callable[..., Any], expected: List[str]) -> None:
        found = []
        for name, parameter in inspect.signature(function).parameters.items():
            star = "*" if parameter.kind is parameter.KEYWORD_ONLY else ""
            default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
            found.append(star + name + default)
        assert found == expected


def python(
    *arguments: str, stdin: str = "", env: Optional[Dict[str, str]] = None
) -> "subprocess.CompletedProcess[str]":
    """Run a fresh interpreter that finds the module where this one has found it."""
    return subprocess.run(
        [sys.executable, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(MODULE.parent), "COLUMNS": "100", **(env or {})},
    )


class TestProcesses:
    @pytest.mark.parametrize("seed", ["0", "1", "4242"])
    def test_ids_do_not_move_with_the_hash_seed(self, seed: str) -> None:
        code = f"from finetuning_params import *; p = FineTuningParams(**{VALID})"
        code += "; print(p.id, hash(p))"
        done = python("-c", code, env={"PYTHONHASHSEED": seed})
        assert done.stdout == f"{VALID_ID} {hash(FineTuningParams(**VALID))}\n"

    def test_a_fresh_interpreter_reads_a_pickle(self, tmp_path: Path) -> None:
        file = tmp_path / "params.pickle"
        file.write_bytes(pickle.dumps(FineTuningParams(**VALID)))
        code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).id)"
        assert python("-c", code, str(file)).stdout == VALID_ID + "\n"

    def test_an_error_comes_whole_from_a_spawned_worker(self) -> None:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            good = pool.submit(functools.partial(FineTuningParams, **VALID))
            bad = pool.submit(functools.partial(FineTuningParams, **{**VALID, "margin": -0.5}))
            assert good.result().id == VALID_ID
            error = bad.exception()
        assert isinstance(error, FineTuningParamsError)
        assert error.errors == {"margin": "-0.5 must be a non-negative float"}
        assert str(error) == "1 invalid parameter\nmargin: -0.5 must be a non-negative float"

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
            "import sys, operator, collections.abc, dataclasses, enum, functools, hashlib, math\n"
            "import typing\n"
            "before = set(sys.modules)\n"
            "import finetuning_params\n"
            "print(sorted(set(sys.modules) - before))"
        )
        assert python("-c", code).stdout == "['finetuning_params']\n"


HELP = f"""\
usage: finetuning_params.py [-h] [--json FILE] [--version] [NAME=VALUE ...]

Print id and string of one run. A later FILE goes on top; - is standard input.

Parameters (max_abs_difference_threshold above min_abs_difference_threshold):

num_fixed_layers              a non-negative integer, required
query_lr                      a positive float, required
items_lr                      a positive float, required
query_weight_decay            a non-negative float, required
items_weight_decay            a non-negative float, required
margin                        a non-negative float, required
not_irrelevant_only           True or False, required
negative_downsampling         a float or integer from 0 to 1, required
min_abs_difference_threshold  a non-negative float or integer, default 0.0
max_abs_difference_threshold  a non-negative float or integer, default 1.0
examples_order                {NOT_AN_ORDER}, default [ExamplesType.all_examples]

positional arguments:
  NAME=VALUE   goes on top of FILE

options:
  -h, --help   show this help message and exit
  --json FILE  JSON object
  --version    show program's version number and exit
"""
PAIRS = ["{}={}".format(*item) for item in VALID.items()]
LINE = f"{VALID_ID}  {FineTuningParams(**VALID)}\n"


def command(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    return python(str(MODULE), *arguments, **options)


def problems(*arguments: str, **options: Any) -> List[str]:
    """The problems that the command tells, with all that must hold of a failure."""
    done = command(*arguments, **options)
    assert done.returncode == 2
    assert done.stdout == ""
    usage, _, rest = done.stderr.partition("finetuning_params.py: error: ")
    assert usage.startswith("usage: finetuning_params.py ")
    return rest.splitlines()


class TestCommandLine:
    def test_pairs_give_one_line_of_id_and_string(self) -> None:
        done = command(*PAIRS)
        assert (done.returncode, done.stdout, done.stderr) == (0, LINE, "")

    def test_it_runs_as_a_module(self) -> None:
        assert python("-m", "finetuning_params", *PAIRS).stdout == LINE

    def test_json_comes_from_a_file_with_pairs_on_top(self, tmp_path: Path) -> None:
        file = tmp_path / "params.json"
        values = {**VALID, "margin": 7.0, "examples_order": [2, "all_examples"]}
        file.write_text(json.dumps(values), encoding="utf-8-sig")
        on_top = tmp_path / "top.json"
        on_top.write_text('{"margin": 1.0, "examples_order": "11"}', encoding="utf-8")
        for arguments in [
            ["--json", str(file), "margin=1", "examples_order=[11]"],
            ["margin=1", "--json", str(file), "examples_order=all_examples"],
            ["margin= 1.0 ", "examples_order=11", "--json=" + str(file)],
            ["--json", str(file), "--json", str(on_top)],
        ]:
            done = command(*arguments)
            assert (done.returncode, done.stdout, done.stderr) == (0, LINE, "")

    def test_json_comes_from_standard_input(self) -> None:
        done = command("--json", "-", stdin=json.dumps(VALID))
        assert (done.returncode, done.stdout, done.stderr) == (0, LINE, "")

    def test_all_problems_are_told_at_once(self) -> None:
        text = '{"margin": 1.0, "margin": 2.0, "query_lr": 1, "a": {"b": 1, "b": 2}}'
        assert problems(
            "--json",
            "-",
            "items_lr=x",
            "items_lr=y",
            "items_lr=z",
            "margin",
            "-x",
            "=",
            "M=1=2",
            stdin=text,
        ) == [
            "b: given twice",
            "margin: given twice",
            "'margin' must be NAME=VALUE",
            "'-x' must be NAME=VALUE",
            "items_lr: given twice",
            "items_lr: given twice",
            "num_fixed_layers: missing",
            "query_lr: 1 must be a positive float",
            "items_lr: 'z' must be readable as float",
            "query_weight_decay: missing",
            "items_weight_decay: missing",
            "not_irrelevant_only: missing",
            "negative_downsampling: missing",
            "a: unknown parameter",
            ": unknown parameter",
            "M: unknown parameter",
        ]

    def test_an_option_like_parameter_is_told_its_name(self) -> None:
        assert problems(*PAIRS, "--query_lr=1") == [
            "--query_lr: unknown parameter, did you mean 'query_lr'?"
        ]

    def test_an_unread_file_hides_no_other_problem_and_makes_none(self, tmp_path: Path) -> None:
        file = tmp_path / "no.json"
        found = problems("--json", str(file), "margin=-1", "nope=1")
        reason = f"--json: [Errno 2] No such file or directory: {str(file)!r}"
        assert found == [
            reason,
            "margin: -1.0 must be a non-negative float",
            "nope: unknown parameter",
        ]

    @pytest.mark.parametrize(
        "text, expected",
        [
            ("", "--json: Expecting value: line 1 column 1 (char 0)"),
            ("{", "--json: Expecting property name enclosed in double quotes: "),
            ("[]", "--json: 'list' object is not a mapping"),
            ("3", "--json: 'int' object is not a mapping"),
            ("null", "--json: 'NoneType' object is not a mapping"),
            ("[" * 10**5, "--json: maximum recursion depth exceeded"),
        ],
        ids=["empty", "cut", "list", "number", "null", "deep"],
    )
    def test_what_is_no_json_object_is_refused(self, text: str, expected: str) -> None:
        found = problems("--json", "-", stdin=text)
        assert len(found) == 1 and found[0].startswith(expected)

    def test_a_file_that_is_no_text_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "params.json"
        file.write_bytes(b'{"\xff": 1}')
        found = problems("--json", str(file))
        assert len(found) == 1 and found[0].startswith(
            "--json: 'utf-8' codec can't decode byte 0xff"
        )

    def test_infinity_and_nan_in_json_are_refused(self) -> None:
        text = json.dumps({**VALID, "query_lr": math.inf, "margin": math.nan})
        assert problems("--json", "-", stdin=text) == [
            "query_lr: inf must be a finite float",
            "margin: nan must be a non-negative float",
        ]

    def test_a_name_of_many_lines_takes_one(self) -> None:
        found = problems(*PAIRS, "a\nb=1", "a\nb=2", "c\nd")
        assert found == ["'c\\nd' must be NAME=VALUE", "a b: given twice", "a b: unknown parameter"]

    @pytest.mark.parametrize("flags", [[], ["-OO"]])
    def test_help_lists_every_parameter_with_range_and_default(self, flags: List[str]) -> None:
        done = python(*flags, str(MODULE), "--help")
        text = done.stdout.replace("[NAME=VALUE [NAME=VALUE ...]]", "[NAME=VALUE ...]")
        assert (done.returncode, done.stderr) == (0, "")
        assert text.replace("optional arguments:", "options:") == HELP

    @pytest.mark.parametrize("flags", [[], ["-OO"]])
    def test_version(self, flags: List[str]) -> None:
        done = python(*flags, str(MODULE), "--version")
        assert (done.returncode, done.stdout, done.stderr) == (0, "1.0.0\n", "")


def hyperopt_stand_in() -> Any:
    """The two names of hyperopt that the README uses, for where it is not installed."""
    stand_in: Any = types.ModuleType("hyperopt")
    stand_in.hp = types.SimpleNamespace(choice=lambda label, options: (label, options))

    def space_eval(space: Any, point: Any) -> Any:
        chosen = {name: options[point[label]] for name, (label, options) in space.items()}
        return {name: tuple(v) if type(v) is list else v for name, v in chosen.items()}

    stand_in.space_eval = space_eval
    return stand_in


class TestDocuments:
    def test_the_docstrings_run(self) -> None:
        result = doctest.testmod(finetuning_params)
        assert result.attempted >= 3 and result.failed == 0

    def test_the_readme_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        try:
            import hyperopt  # type: ignore  # noqa: F401
        except ImportError:
            monkeypatch.setitem(sys.modules, "hyperopt", hyperopt_stand_in())
        monkeypatch.setattr(os, "environ", dict(os.environ))
        result = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
        assert result.attempted >= 20 and result.failed == 0

    def test_the_readmes_first_command_is_the_main_job(self) -> None:
        block = README.read_text(encoding="utf-8").split("```sh\n")[1].split("```")[0]
        words = block.replace("\\\n", " ").split()
        assert words[:2] == ["python3", "finetuning_params.py"]
        assert command(*words[2:]).stdout == LINE

    def test_public_things_have_docstrings(self) -> None:
        things = [finetuning_params, ExamplesType, FineTuningParams, FineTuningParamsError]
        names = [name for name in vars(FineTuningParams) if name[0] != "_" and name not in NAMES]
        things += [getattr(FineTuningParams, name) for name in names]
        assert all(inspect.getdoc(thing) for thing in things)

    def test_the_module_is_small(self) -> None:
        assert len(MODULE.read_text(encoding="utf-8").splitlines()) < 400
