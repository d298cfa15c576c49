"""Articles cut out of a statute's text."""

import re

_CHINESE_NUMBER = "[一二三四五六七八九十百零]+"
#: How an article begins in laws, in standards and in lists of criteria.
_FORMS = (
    re.compile(rf"(?:#+ *)?\**(第{_CHINESE_NUMBER}条(?:之{_CHINESE_NUMBER})?)\**(?=[\s\u3000]|$)"),
    re.compile(r"(\d+(?:\.\d+)+)(?=\s)"),
    re.compile(rf"\**({_CHINESE_NUMBER}、)"),
)
_CHAPTER = re.compile(r"#+ ")


def article_of(text: str, article: str) -> str | None:
    """Return an article, from its number up to the next article or chapter; None: it is not there.

    article: `第四十五条`, `5.2.1` or `四、`.
    """
    form = next(form for form in _FORMS if form.fullmatch(article) or form.match(f"{article} "))
    kept: list[str] = []
    for line in text.splitlines():
        begins = form.match(line)
        if begins and begins[1] == article:
            kept = [line]
        elif kept and (begins or _CHAPTER.match(line)):
            break
        elif kept:
            kept.append(line)
    return "\n".join(kept).strip() if kept else None


def is_in(quotation: str, text: str) -> bool:
    """Whether a quotation stands in a text word for word; white space does not count."""
    return "".join(quotation.split()) in "".join(text.split())
