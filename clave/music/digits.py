"""Whole numbers in texts from elsewhere: addresses, headers, files."""


def whole_number(text: str, most: int) -> int | None:
    """The number from 0 to `most` that these digits write; None for a larger one, however long, and for other letters.

    `int` alone takes blanks and digits of other scripts too, and raises ValueError for more than 4300 digits.
    """
    if not (text.isascii() and text.isdigit()) or len(text.lstrip("0")) > len(str(most)):
        return None
    return number if (number := int(text.lstrip("0") or "0")) <= most else None
