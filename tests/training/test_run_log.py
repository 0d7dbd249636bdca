import csv

import pytest

from clave.errors import TrainingError
from clave.training.run_log import read_log, write_log

LOG = [
    {"epoch": n, "seconds": 1.2345, "train": {"hits": 9 / n, "total": 10.0}, "tuning": {"hits": 1.0, "total": 2.0}}
    for n in (1, 2)
]


def test_a_log_is_read_as_it_was_written(tmp_path):
    write_log(tmp_path, LOG)
    assert read_log(tmp_path) == LOG
    with (tmp_path / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", "seconds", "train_hits", "train_total", "tuning_hits", "tuning_total"]
    assert [row["train_hits"] for row in rows] == ["9.0", "4.5"]
    assert rows[0]["seconds"] == "1.23"


def test_a_folder_without_a_log_is_no_run(tmp_path):
    with pytest.raises(TrainingError, match=r"holds no training run: there is no log\.json"):
        read_log(tmp_path)
