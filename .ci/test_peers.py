# SPDX-License-Identifier: MIT-0
"""What real libraries do with the parameters: none of them may lose or change a run.

A library that is not installed is a visible skip.
"""

import importlib
import io
import json
import sys
import textwrap
from pathlib import Path

import pytest

import finetuning_params
from finetuning_params import FineTuningParams
from test_finetuning_params import BASE, NAMES, errors_of

MODULE = Path(finetuning_params.__file__)


@pytest.fixture
def params():
    return FineTuningParams(**BASE, examples_order=[2, 11])


class TestNumpy:
    @pytest.fixture(autouse=True)
    def numpy(self):
        return pytest.importorskip("numpy")

    def test_scalars_are_stored_as_plain_values(self, numpy, params):
        scalars = {name: numpy.asarray(value)[()] for name, value in BASE.items()}
        assert all(isinstance(value, numpy.generic) for value in scalars.values())
        again = FineTuningParams(**scalars, examples_order=[2, 11])
        assert repr(again) == repr(params)

    @pytest.mark.parametrize("items", [[2, 11], ["2", "all_examples"]])
    def test_arrays_are_orders(self, numpy, params, items):
        assert repr(FineTuningParams(**BASE, examples_order=numpy.array(items))) == repr(params)

    @pytest.mark.parametrize(
        "name, value, kind, problem",
        [
            ("num_fixed_layers", True, "bool", ", not bool"),
            ("num_fixed_layers", 3, "float64", ", not float64"),
            ("query_lr", 0.1, "float32", ", not float32"),
            ("query_lr", float("nan"), "float64", " must be a finite float"),
            ("margin", 1, "int64", ", not int64"),
            ("negative_downsampling", True, "bool", ", not bool"),
            ("examples_order", [], "int64", " must be a non-empty sequence of examples types"),
            ("examples_order", [[1]], "int64", ", not ndarray"),
            ("examples_order", [1], "float64", ", not float64"),
            ("examples_order", [True], "bool", ", not bool"),
        ],
    )
    def test_what_loses_digits_or_means_something_else_is_rejected(
        self, numpy, name, value, kind, problem
    ):
        errors = errors_of(**{name: numpy.asarray(value, dtype=kind)[()]})
        assert list(errors) == [name]
        assert problem in errors[name].replace("bool_", "bool")

    def test_integers_that_numpy_writes_as_floats_are_read(self, numpy):
        values = {**BASE, "num_fixed_layers": numpy.float64(3)}
        assert FineTuningParams.from_strings(values).num_fixed_layers == 3

    def test_a_validator_that_returns_a_scalar_is_a_type_error(self, numpy):
        class Careless(FineTuningParams):
            validate_margin = staticmethod(numpy.float64)

        with pytest.raises(TypeError, match=r"Careless.validate_margin must return .*\(float64\)"):
            Careless(**BASE)


class TestPandas:
    @pytest.fixture(autouse=True)
    def pandas(self):
        return pytest.importorskip("pandas")

    def test_an_object_is_one_cell_and_its_dict_one_row(self, pandas, params):
        frame = pandas.DataFrame([dict(params)])
        assert list(frame.columns) == params.keys()
        assert frame.loc[0, "margin"] == 0.3
        frame["params"] = params
        assert frame.loc[0, "params"] is params
        assert not pandas.api.types.is_list_like(params)

    def test_a_series_and_a_table_are_read(self, pandas, params):
        assert FineTuningParams.from_strings(pandas.Series(params.to_strings())) == params
        assert FineTuningParams.validate_examples_order(pandas.Series([2, 11])) == [2, 11]
        text = pandas.DataFrame([params.to_strings()]).to_csv(index=False)
        (row,) = pandas.read_csv(io.StringIO(text), dtype=str).to_dict("records")
        assert FineTuningParams.from_strings(row) == params

    def test_integers_and_flags_in_columns_with_a_gap_are_floats_that_are_read(
        self, pandas, params
    ):
        text = pandas.DataFrame([dict(params), {"margin": 0.1}]).to_csv(index=False)
        text = text.replace("True", "1")
        row = pandas.read_csv(io.StringIO(text)).to_dict("records")[0]
        assert isinstance(row["num_fixed_layers"], float)
        assert isinstance(row["not_irrelevant_only"], float)
        assert FineTuningParams.from_strings(row) == params


def through_yaml(data):
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(yaml.safe_dump(data))


def through_ruamel(data):
    yaml = pytest.importorskip("ruamel.yaml").YAML(typ="safe", pure=True)
    stream = io.StringIO()
    yaml.dump(data, stream)
    return yaml.load(stream.getvalue())


def through_tomli_w(data):
    text = pytest.importorskip("tomli_w").dumps(data)
    return pytest.importorskip("tomlkit").parse(text).unwrap()


def through_tomlkit(data):
    tomlkit = pytest.importorskip("tomlkit")
    return tomlkit.parse(tomlkit.dumps(data)).unwrap()


def through_rtoml(data):
    rtoml = pytest.importorskip("rtoml")
    return rtoml.loads(rtoml.dumps(data))


def through_yacs(data):
    node = pytest.importorskip("yacs.config").CfgNode
    return node.load_cfg(node(data).dump())


def through_papermill(data):
    translators = pytest.importorskip("papermill.translators")
    names = {}
    exec(translators.PythonTranslator.codify(data), names)
    return {name: names[name] for name in data}


def through_omegaconf(data):
    return pytest.importorskip("omegaconf").OmegaConf.create(data)


def through_json(data):
    return json.loads(json.dumps(data))


WRITERS = [
    through_json,
    through_yaml,
    through_ruamel,
    through_tomli_w,
    through_tomlkit,
    through_rtoml,
    through_yacs,
    through_papermill,
    through_omegaconf,
]


class TestDataFiles:
    @pytest.mark.parametrize("through", WRITERS)
    def test_the_dict_comes_back_with_the_same_id(self, through, params):
        assert FineTuningParams.from_strings(through(dict(params))).id == params.id

    @pytest.mark.parametrize("through", WRITERS)
    def test_the_strings_come_back_with_the_same_id(self, through, params):
        assert FineTuningParams.from_strings(through(params.to_strings())).id == params.id

    def test_what_people_write_in_yaml_is_read(self):
        yaml = pytest.importorskip("yaml")
        text = "{query_lr: 1e-2, margin: 1, not_irrelevant_only: yes, examples_order: [2, 11]}"
        written = yaml.safe_load(text)
        assert written["query_lr"] == "1e-2"
        assert FineTuningParams.from_strings({**BASE, **written}).query_lr == 0.01


class TestTypedConfiguration:
    def test_omegaconf_makes_a_structured_configuration_of_it(self, params):
        conf = pytest.importorskip("omegaconf").OmegaConf
        assert conf.to_object(conf.structured(params)) == params

    @pytest.mark.parametrize("order", [[2, 11], ["hard_all", "all_examples"]])
    def test_pydantic_has_it_as_a_field(self, params, order):
        pydantic = pytest.importorskip("pydantic")
        if sys.version_info < (3, 8) and order[0] == "hard_all":
            pytest.skip("pydantic on Python 3.7 does not ask the enum for its names")
        job_class = pydantic.create_model("Job", params=(FineTuningParams, ...))
        job = job_class.model_validate({"params": {**BASE, "examples_order": order}})
        assert job.params.id == params.id
        assert job_class.model_validate_json(job.model_dump_json()).params == params

    @pytest.mark.parametrize("changes", [{"margin": -1.0}, {"examples_order": ["nope"]}])
    def test_pydantic_reports_what_is_invalid(self, changes):
        pydantic = pytest.importorskip("pydantic")
        job_class = pydantic.create_model("Job", params=(FineTuningParams, ...))
        with pytest.raises(pydantic.ValidationError):
            job_class.model_validate({"params": {**BASE, **changes}})

    def test_deepdiff_compares_it_as_an_object(self, params):
        deepdiff = pytest.importorskip("deepdiff")
        other = FineTuningParams(**{**params, "margin": 0.5})
        changes = deepdiff.DeepDiff(params, other)["values_changed"]
        assert sorted(changes) == ["root.id", "root.margin"]
        assert changes["root.margin"] == {"new_value": 0.5, "old_value": 0.3}


class TestImportHooks:
    """A vendored copy below a package whose hints are checked as it is imported."""

    CODE = """
        from acme.tuning import FineTuningParams, FineTuningParamsError
        params = FineTuningParams(**VALUES)
        assert FineTuningParams.from_strings(params.to_strings()) == params
        try:
            FineTuningParams.from_strings({"margin": "x"})
        except FineTuningParamsError as error:
            assert "margin" in error.errors
    """

    @pytest.fixture
    def package(self, tmp_path, monkeypatch):
        package = tmp_path / "acme"
        package.mkdir()
        text = MODULE.read_text(encoding="utf-8")
        (package / "tuning.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        yield package
        for name in [name for name in sys.modules if name.split(".")[0] == "acme"]:
            del sys.modules[name]

    @pytest.mark.skipif(sys.version_info < (3, 8), reason="beartype.claw is no Python 3.7")
    def test_beartype(self, package):
        pytest.importorskip("beartype.claw")
        hook = "from beartype.claw import beartype_this_package\nbeartype_this_package()\n"
        (package / "__init__.py").write_text(hook, encoding="utf-8")
        exec(textwrap.dedent(self.CODE), {"VALUES": BASE})

    def test_typeguard(self, package):
        typeguard = pytest.importorskip("typeguard")
        (package / "__init__.py").write_text("", encoding="utf-8")
        with typeguard.install_import_hook("acme"):
            exec(textwrap.dedent(self.CODE), {"VALUES": BASE})


class TestAutoreload:
    """IPython's %autoreload writes a changed module into the old classes."""

    CODE = """
from dataclasses import dataclass
from finetuning_params import FineTuningParams
@dataclass(frozen=True)
class Longer(FineTuningParams):
    dropout: float = 0.1
"""
    RATIO = "    validate_dropout = staticmethod(FineTuningParams.validate_ratio)\n"
    THRESHOLD = "    validate_dropout = staticmethod(FineTuningParams.validate_threshold)\n"
    HALVED = "    validate_query_lr = staticmethod(lambda value: value / 2)\n"

    @pytest.fixture
    def reload(self, tmp_path, monkeypatch):
        """Return a function that changes the module of a subclass and reloads it."""
        superreload = pytest.importorskip("IPython.extensions.autoreload").superreload
        monkeypatch.syspath_prepend(str(tmp_path))

        def write(*lines):
            (tmp_path / "longer.py").write_text(self.CODE + "".join(lines), encoding="utf-8")

        write(self.RATIO)
        importlib.invalidate_caches()
        module = importlib.import_module("longer")
        old = module.Longer
        old(**BASE)

        def reload(*lines):
            write(*lines)
            superreload(module)
            return old, module.Longer

        yield reload
        del sys.modules["longer"]

    def test_another_validator_is_used_and_ours_stay(self, reload):
        for cls in reload(self.THRESHOLD):
            assert cls(**BASE, dropout=2.0).dropout == 2.0
        assert list(errors_of(negative_downsampling=2.0)) == ["negative_downsampling"]

    def test_a_validator_that_is_new_must_read_back(self, reload):
        for cls in reload(self.RATIO, self.HALVED):
            with pytest.raises(TypeError, match=r"0\.005 .* became 0\.0025"):
                cls(**BASE)

    def test_a_field_without_validator_is_refused(self, reload):
        _, new = reload(self.RATIO, "    epochs: int = 3\n")
        with pytest.raises(TypeError, match="epochs must have a validator"):
            new(**BASE)


class TestDocumentation:
    def test_docstring_parser_finds_every_parameter(self):
        parser = pytest.importorskip("docstring_parser")
        described = parser.parse(FineTuningParams.__doc__ or "").params
        assert [each.arg_name for each in described] == NAMES
        assert all(each.description for each in described)

    def test_sphinx_has_no_warning(self, tmp_path):
        build = pytest.importorskip("sphinx.cmd.build")
        extensions = "extensions = ['sphinx.ext.autodoc', 'sphinx.ext.napoleon']\n"
        (tmp_path / "conf.py").write_text(extensions, encoding="utf-8")
        page = "Module\n======\n\n.. automodule:: finetuning_params\n   :members:\n"
        (tmp_path / "index.rst").write_text(page, encoding="utf-8")
        out = tmp_path / "out"
        assert build.main(["-W", "-q", "-b", "text", str(tmp_path), str(out)]) == 0
        text = (out / "index.txt").read_text(encoding="utf-8")
        for name in NAMES:
            assert f"* **{name}**" in text, name
