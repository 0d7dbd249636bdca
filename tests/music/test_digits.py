import pytest

from clave.music.digits import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("127", 127), ("007", 7), ("0" * 5000 + "9", 9), ("128", None), ("9" * 5000, None), ("", None)]
    + [(text, None) for text in ("-1", "+1", " 1", "1.0", "1_0", "²", "٣", "x")],
)
def test_a_whole_number_is_written_in_digits_however_many(text: str, number: int | None) -> None:
    assert whole_number(text, 127) == number
