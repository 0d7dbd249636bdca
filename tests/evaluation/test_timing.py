import time

from clave.evaluation.timing import timed


def test_waiting_passes_time_without_work():
    waiting = timed(lambda: time.sleep(0.05))
    assert waiting.elapsed_s >= 0.05
    assert waiting.processor_s < waiting.elapsed_s
