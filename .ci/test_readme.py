# SPDX-License-Identifier: MIT-0
"""Everything that the README prints is run as printed, its sweep with kills.

What a block needs and is not installed is a visible skip, one for each block.
"""

import collections
import contextlib
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
import types
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
        if importlib.util.find_spec(name) is None:
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
        assert len(PROSE.split()) <= 2060
        assert len(re.findall(r"^#+ ", PROSE, re.MULTILINE)) <= 14
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

    def test_the_tests_pass_and_the_wheel_is_built(self, checkout):
        done = bash(checkout, block_with("sh", "-m pytest -q"))
        assert done.returncode == 0, done.stdout
        assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)
        done = bash(checkout, block_with("sh", "pip wheel"))
        assert done.returncode == 0, done.stderr
        (wheel,) = checkout.glob(".venv/*.whl")
        assert finetuning_params.__version__ in wheel.name


# A training that logs when it starts and ends, and does to its surroundings what users do.
TRAIN = """
def train(params):
    import os, shutil, sys, time
    def log(word):
        with open(LOG, "a") as file:
            file.write(f"{word} {params.id} {os.getpid()}\\n")
    log("start")
    action = os.environ.get("ACTION") if params.margin == 0.2 else None
    if action == "raise":
        raise MemoryError("out of memory")
    if action == "exit":
        sys.exit()
    if action == "kill":
        os.kill(os.getpid(), 9)
    if action == "timeout":
        raise Timeout("another.lock")
    if "COPY" in os.environ:
        shutil.copytree(folder.parent, f"{folder.parent}-{params.id}", dirs_exist_ok=True)
        os.chdir("/")
    time.sleep(float(os.environ.get("SECONDS", "0")))
    log("end")
    return None if action == "none" else float(os.environ.get("METRIC", params.margin))

"""
GRID = """\
grid = dict(query_lr=["1e-4", 0.0001, 0.001], items_lr=[0.02], margin=[0.1, 0.2, 0.3, 0.4])
"""
POINTS = 8


class Sweep:
    """A folder in which the scripts of the README sweep over eight points."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder.parent / "log.txt"
        self.log.touch()
        shutil.copy(ROOT / "finetuning_params.py", folder)
        code = block_with("python", "def read_grid")
        code = self.replaced(code, r"^def train.*?\n\n", f"LOG = {str(self.log)!r}\n" + TRAIN)
        code = self.replaced(code, r"^grid = .*?\n", GRID)
        (folder / "sweep.py").write_text(code, encoding="utf-8")
        for name, part in [
            ("on_dask.py", "Client"),
            ("results.py", "pandas"),
            ("tune.py", "optuna"),
        ]:
            (folder / name).write_text(block_with("python", part), encoding="utf-8")

    def replaced(self, code, pattern, replacement):
        """Return code with the one match of a pattern replaced."""
        changed, number = re.subn(pattern, lambda _: replacement, code, flags=re.DOTALL | re.M)
        assert number == 1
        return changed

    def edit(self, pattern, replacement, script="sweep.py"):
        file = self.folder / script
        changed = self.replaced(file.read_text(encoding="utf-8"), pattern, replacement)
        file.write_text(changed, encoding="utf-8")

    def start(self, *arguments, script="sweep.py", folder=None, **variables):
        """Start a script, and return its process."""
        return subprocess.Popen(
            [sys.executable, str((folder or self.folder) / script), *arguments],
            cwd=str(self.folder.parent),
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments, **options):
        """Return the status of a script, and what it has printed."""
        process = self.start(*arguments, **options)
        output, _ = process.communicate(timeout=120)
        return process.returncode, output

    def count(self, word):
        """Return how often each run has started or ended."""
        text = self.log.read_text(encoding="utf-8")
        return collections.Counter(re.findall(rf"^{word} (\w+)", text, re.MULTILINE))

    def finished(self):
        """Return the number of the runs that are stored, and read each."""
        files = list((self.folder / "runs").glob("*.json"))
        assert all(json.loads(file.read_text())["items_lr"] == 0.02 for file in files)
        return len(files)

    def wait_for(self, number, word="end"):
        """Wait until so many trainings have started or ended."""
        limit = time.monotonic() + 60
        while sum(self.count(word).values()) < number:
            assert time.monotonic() < limit, f"{number} trainings did not {word}"
            time.sleep(0.01)

    def worker(self):
        """Return the process of the last training that has started."""
        text = self.log.read_text(encoding="utf-8")
        return int(re.findall(r"^start \w+ (\d+)", text, re.MULTILINE)[-1])


@pytest.fixture
def sweep(tmp_path):
    (tmp_path / "here").mkdir()
    return Sweep(tmp_path / "here")


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


class TestSweep:
    def test_it_is_short(self):
        assert len([line for line in block_with("python", "def run").splitlines() if line]) <= 51
        assert len([line for line in block_with("python", "Client").splitlines() if line]) <= 22
        assert len([line for line in block_with("python", "pandas").splitlines() if line]) <= 10

    def test_each_point_is_trained_once_and_tells_its_progress(self, sweep):
        status, output = sweep.run()
        assert status == 0
        lines = output.splitlines()
        assert len(lines) == 2 * POINTS
        varied = "{'query_lr': 0.0001, 'items_lr': 0.02, 'margin': 0.1}"
        assert re.fullmatch(rf"training [0-9a-f]{{64}} \(1 of 8\) {varied}", lines[0])
        assert re.fullmatch(r"\d\d:\d\d:\d\d [0-9a-f]{64} metric 0.1", lines[1])
        assert sweep.run() == (0, "")
        assert sorted(sweep.count("start").values()) == POINTS * [1]

    def test_an_invalid_point_stops_it_before_it_trains(self, sweep):
        sweep.edit(r"0\.4\]", "-0.4, 0.0, 1]")
        status, output = sweep.run()
        assert status == 1
        assert "1 invalid parameter\nmargin: -0.4 must be a non-negative float\n" in output
        assert output.endswith("in {'query_lr': '1e-4', 'items_lr': 0.02, 'margin': -0.4}\n")
        assert sweep.count("start") == {}

    @pytest.mark.parametrize(
        "action, shown",
        [
            ("raise", "MemoryError: out of memory"),
            ("none", "TypeError: float() argument must be"),
            ("exit", "SystemExit"),
        ],
    )
    def test_what_fails_is_told_at_once_and_the_others_go_on(self, sweep, action, shown):
        status, output = sweep.run(ACTION=action)
        assert status == 1
        assert output.count("Traceback (most recent call last)") == 2
        assert output.index(shown) < output.rindex("training ")
        assert output.endswith("2 failed here, 0 held elsewhere\n")
        assert sweep.finished() == POINTS - 2
        assert sweep.run()[0] == 0
        assert sorted(sweep.count("start").values()) == (POINTS - 2) * [1] + 2 * [2]

    def test_a_timeout_of_the_training_is_no_success(self, sweep):
        status, output = sweep.run(ACTION="timeout")
        assert status == 1
        assert "another.lock" in output
        assert sweep.finished() == POINTS - 2

    def test_kills_lose_and_repeat_no_finished_run(self, sweep):
        for finished in [1, 3, 4]:
            process = sweep.start(SECONDS="0.05")
            sweep.wait_for(finished)
            kill(process)
        assert sweep.run()[0] == 0
        assert sweep.finished() == POINTS
        # A kill between the end of a training and its file may cost that one run.
        assert sum(sweep.count("end").values()) <= POINTS + 3

    def test_an_output_that_closes_loses_no_finished_run(self, sweep):
        process = sweep.start(SECONDS="0.3")
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) != 0
        assert sweep.finished() == sum(sweep.count("end").values()) == 1

    def test_starts_share_the_work_whatever_a_training_does_to_its_folder(self, sweep):
        starts = [sweep.start(SECONDS="0.2", COPY="1") for _ in range(3)]
        sweep.wait_for(2, "start")
        kill(starts.pop())
        for process in starts:
            output, _ = process.communicate(timeout=60)
            assert "Traceback" not in output
        assert sweep.run()[0] == 0
        assert sweep.finished() == POINTS
        assert sorted(sweep.count("end").values()) == POINTS * [1]

    def test_a_held_run_is_a_line_and_no_success(self, sweep):
        first = sweep.start(SECONDS="1")
        sweep.wait_for(1, "start")
        second = sweep.start()
        output, _ = second.communicate(timeout=60)
        first.communicate(timeout=60)
        assert second.returncode == 1
        assert first.returncode == 0
        assert "Traceback" not in output
        assert output.endswith("0 failed here, 1 held elsewhere\n")

    def test_a_run_whose_file_is_deleted_is_trained_again(self, sweep):
        sweep.run()
        next((sweep.folder / "runs").glob("*.json")).unlink()
        assert sweep.run()[0] == 0
        assert sorted(sweep.count("start").values()) == (POINTS - 1) * [1] + [2]

    @pytest.mark.parametrize("error", ["ENOLCK", "ENOSYS"])
    def test_without_locks_it_is_no_silent_success(self, sweep, error):
        code = f"""
import errno, fcntl
def flock(*_):
    raise OSError(errno.{error}, "no locks here")
fcntl.flock = flock
"""
        (sweep.folder.parent / "sitecustomize.py").write_text(code, encoding="utf-8")
        status, output = sweep.run(PYTHONPATH=str(sweep.folder.parent))
        assert (status == 0) == (sweep.finished() == POINTS)
        assert "lock" in output


class TestResults:
    def test_the_best_comes_first_and_nan_last(self, sweep):
        pytest.importorskip("pandas")
        assert sweep.run(script="results.py") == (
            0,
            "Empty DataFrame\nColumns: [metric]\nIndex: []\n",
        )
        sweep.edit(r"margin=\[.*?\]", "margin=[0.1]")
        sweep.edit(r"query_lr=\[.*?\]", "query_lr=[0.0001]")
        sweep.run(METRIC="nan")
        assert sweep.run(script="results.py")[1].split() == ["metric", "NaN"]
        sweep.edit(r"margin=\[.*?\]", "margin=[0.1, 0.2, 0.3]")
        sweep.run()
        output = sweep.run(script="results.py")[1].splitlines()
        assert output[0].split() == ["id", "margin", "metric"]
        assert [line.split()[1:] for line in output[1:]] == [
            ["0.3", "0.3"],
            ["0.2", "0.2"],
            ["0.1", "NaN"],
        ]


class TestDask:
    @pytest.fixture(autouse=True)
    def installed(self):
        pytest.importorskip("distributed")

    @pytest.fixture
    def cluster(self, sweep):
        """The address of a scheduler, with functions that start workers and end processes."""
        with contextlib.ExitStack() as stack:

            def start(name, *arguments, folder=sweep.folder, **variables):
                command = [sys.executable, "-m", "dask", name, "--no-dashboard", *arguments]
                process = stack.enter_context(
                    subprocess.Popen(
                        command,
                        cwd=str(folder),
                        env={**os.environ, "PYTHONPATH": ".", **variables},
                        stderr=subprocess.PIPE,
                        text=True,
                    )
                )
                stack.callback(process.kill)
                return process

            scheduler = start("scheduler", "--port", "0", "--host", "127.0.0.1")
            found = None
            while found is None:
                found = re.search(r"Scheduler at:\s+(tcp:\S+)", scheduler.stderr.readline())
            yield types.SimpleNamespace(start=start, scheduler=scheduler, address=found.group(1))

    def copy_of(self, sweep, name):
        """Return a folder on another machine that shares nothing."""
        ignored = shutil.ignore_patterns("runs")
        return Path(shutil.copytree(sweep.folder, sweep.folder.parent / name, ignore=ignored))

    def test_on_this_machine_each_point_is_trained_once(self, sweep):
        status, output = sweep.run(script="on_dask.py", ACTION="raise")
        assert status == 1
        assert re.search(r"^8 of 8 run-[0-9a-f]{64} ", output, re.MULTILINE)
        assert output.count("MemoryError('out of memory')\n") == 2
        assert output.endswith("2 of 8 are not finished\n")
        status, output = sweep.run(script="on_dask.py")
        assert (status, sweep.finished()) == (0, POINTS)
        assert sorted(sweep.count("end").values()) == POINTS * [1]

    def test_killed_workers_and_drivers_lose_nothing(self, sweep):
        process = sweep.start(script="on_dask.py", SECONDS="0.3")
        sweep.wait_for(2, "start")
        os.kill(sweep.worker(), signal.SIGKILL)
        sweep.wait_for(4)
        kill(process)
        assert sweep.run(script="on_dask.py")[0] == 0
        assert sweep.finished() == POINTS
        assert sum(sweep.count("end").values()) <= POINTS + 2

    def test_two_drivers_share_workers_without_a_shared_folder(self, sweep, cluster):
        for name in ["one", "two"]:
            folder = self.copy_of(sweep, name)
            cluster.start(
                "worker", "--nthreads", "1", cluster.address, folder=folder, SECONDS="0.2"
            )
        theirs = self.copy_of(sweep, "theirs")
        first = sweep.start(cluster.address, script="on_dask.py")
        second = sweep.start(cluster.address, script="on_dask.py", folder=theirs)
        for driver in [first, second]:
            output, _ = driver.communicate(timeout=60)
            assert driver.returncode == 0, output
        assert sweep.finished() == POINTS
        assert len(list((theirs / "runs").glob("*.json"))) == POINTS
        assert sorted(sweep.count("end").values()) == POINTS * [1]

    def test_what_a_lost_worker_has_finished_is_not_trained_again(self, sweep, cluster):
        for name in ["one", "two"]:
            folder = self.copy_of(sweep, name)
            options = ["--nthreads", "1", "--no-nanny", cluster.address]
            worker = cluster.start("worker", *options, folder=folder, SECONDS="0.3")
        driver = sweep.start(cluster.address, script="on_dask.py")
        sweep.wait_for(6)
        worker.kill()
        output, _ = driver.communicate(timeout=60)
        assert driver.returncode == 0, output
        # Only what has just ended and was not yet sent may be trained again.
        assert sum(sweep.count("end").values()) <= POINTS + 1

    def test_a_scheduler_that_dies_is_no_success(self, sweep, cluster):
        cluster.start("worker", "--nthreads", "1", cluster.address, SECONDS="0.5")
        driver = sweep.start(cluster.address, script="on_dask.py")
        sweep.wait_for(2)
        cluster.scheduler.kill()
        driver.communicate(timeout=60)
        assert driver.returncode == 1
        assert 2 <= sweep.finished() < POINTS

    def test_without_workers_it_ends(self, sweep, cluster):
        sweep.edit("timeout=60", "timeout=1", script="on_dask.py")
        status, output = sweep.run(cluster.address, script="on_dask.py")
        assert status == 1
        assert "TimeoutError" in output

    def test_a_run_that_kills_its_worker_is_no_success(self, sweep):
        settings = re.findall(r"`(DASK_\w+)=(\w+)`", PROSE)
        assert [value for _, value in settings] == ["False", "60s", "0"]
        status, output = sweep.run(script="on_dask.py", ACTION="kill", **dict(settings))
        assert status == 1
        # Each may take down the run that waits beside it.
        assert 2 <= output.count("KilledWorker(") <= 4
        assert sweep.finished() >= POINTS - 4


class TestRecipes:
    def test_optuna_trains_twenty_trials_in_all(self, sweep):
        optuna = pytest.importorskip("optuna")
        sweep.edit(
            r"1e-5, 1e-2, log=True\),\n             \"m", '1e-4, 1e-4),\n             "m', "tune.py"
        )
        status, output = sweep.run(script="tune.py", ACTION="raise")
        assert status == 1
        assert "MemoryError: out of memory" in output
        for _ in range(2):
            assert sweep.run(script="tune.py")[0] == 0
        storage = f"sqlite:///{sweep.folder}/optuna.db"
        study = optuna.load_study(study_name="towers", storage=storage)
        states = collections.Counter(trial.state.name for trial in study.trials)
        assert states == {"COMPLETE": 19, "FAIL": 1}

    def test_hydra_takes_overrides(self, sweep):
        pytest.importorskip("hydra")
        code = block_with("python", "hydra")
        (sweep.folder / "configured.py").write_text(code, encoding="utf-8")
        lines = [f"  {name}: {json.dumps(value)}" for name, value in BASE.items()]
        config = "\n".join(["params:", *lines]).replace("0.01", "1e-2") + "\n"
        (sweep.folder / "config.yaml").write_text(config, encoding="utf-8")
        assert BASE_ID in sweep.run(script="configured.py")[1]
        output = sweep.run("--multirun", "params.margin=0.3,0.1", script="configured.py")[1]
        assert sorted(sweep.count("start").values()) == [1, 1], output
        status, output = sweep.run("params.margin=-1", script="configured.py")
        assert status == 1
        assert "margin: -1.0 must be a non-negative float" in output

    def test_a_csv_with_strings_keeps_every_digit(self, tmp_path):
        pandas = pytest.importorskip("pandas")
        (call,) = re.findall(r"`(pandas.read_csv[^`]*)`", PROSE)
        file = tmp_path / "runs.csv"
        params = finetuning_params.FineTuningParams(**{**BASE, "query_lr": 2.3456789012345678e-05})
        pandas.DataFrame([params.to_strings()]).to_csv(file, index=False)
        (row,) = eval(call, {"pandas": pandas, "file": file})
        assert finetuning_params.FineTuningParams.from_strings(row) == params
