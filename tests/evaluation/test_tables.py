from clave.evaluation.tables import markdown_table, number, percent, write


def test_cells_are_measurements_or_empty():
    row = {"f1": 0.98765, "share": 0.5, "none": None}
    assert number("f1", 2)(row) == "0.99"
    assert number("f1", 0, scale=1000)(row) == "988"
    assert percent("share")(row) == "50.0%"
    assert number("none", 1)(row) == percent("other")(row) == ""


def test_a_table_has_a_line_a_row():
    assert markdown_table(["a", "b"], [["1", "2"], ["3", ""]]).splitlines() == [
        "| a | b |", "| --- | --- |", "| 1 | 2 |", "| 3 |  |"
    ]  # fmt: skip


def test_what_is_written_is_named(tmp_path):
    paths = write(tmp_path / "new", "# table\n", {"a": 1}, {})
    assert [path.read_text() for path in paths] == ["# table\n", '{\n  "a": 1\n}\n']
