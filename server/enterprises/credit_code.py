"""统一社会信用代码: 18 characters, the last one a check digit (GB 32100-2015)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check_digit(body: str) -> str:
    """Return the 18th character for the first 17.

    Raises:
        ValueError: a character is not of the code's alphabet.
    """
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """Whether a code has 18 characters of the alphabet and the right check digit."""
    if len(code) != 18 or any(sign not in ALPHABET for sign in code):  # noqa: PLR2004 - GB 32100
        return False
    return check_digit(code[:17]) == code[17]
