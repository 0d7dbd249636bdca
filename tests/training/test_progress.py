from clave.training.progress import counted, of_task


def test_progress_of_a_task_carries_its_name():
    told = []
    count = of_task(lambda *step: told.append(step), "reading")
    count(2, 5)
    assert told == [("reading", 2, 5)]
    of_task(None, "reading")(1, 2)  # nobody wants to know


def test_items_count_as_done_when_the_next_one_is_wanted():
    told = []
    items = counted("ab", 2, lambda *step: told.append(step))
    assert next(items) == "a"
    assert told == []
    assert list(items) == ["b"]
    assert told == [(1, 2), (2, 2)]
