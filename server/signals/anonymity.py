"""No informant's identity is kept (WORKFLOW §7.3): what names a person is struck out. Pure.

Done before anything is written. What is struck out cannot be brought back: the source has it.
"""

import re

STRUCK = "〔已隐去〕"

_PATTERNS = (
    # 举报人：张三, 反映人 李四, 联系电话:…, up to the next stop.
    re.compile(
        r"((?:举报|投诉|反映|信访|来访|来电|报告|联系)(?:人|者|群众)?(?:姓名|电话|方式|手机|地址)?\s*[:：为是]\s*)"
        r"[^\s,，;；。、]{2,40}"
    ),
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
)

#: Columns of a file that would tell who spoke: they are not even read.
_OF_INFORMANTS = re.compile(r"(举报|投诉|反映|信访|来访|来电|联系)(人|者)|身份证|手机|电话|姓名")


def strike_identity(text: str) -> str:
    """Return a text without names, numbers and addresses of who told it."""
    named, *others = _PATTERNS
    text = named.sub(lambda found: found[1] + STRUCK, text)
    for pattern in others:
        text = pattern.sub(STRUCK, text)
    return text


def tells_of_informants(column: str) -> bool:
    """Whether a column of a file is about who spoke."""
    return _OF_INFORMANTS.search(column) is not None
