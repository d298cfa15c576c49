"""Where evidence lies is a setting; a range of a file is read as HTTP has it."""

from pathlib import Path

import pytest

from server.evidence.bucket_store import BucketStore
from server.evidence.file_store import FileStore
from server.evidence.sending import part_of
from server.kit.errors import SettingsError
from server.opening import evidence_store
from server.settings import load_settings

BUCKET = """
data: data
evidence_bucket: {name: evidence, endpoint: "http://127.0.0.1:9", credential_file: bucket.json}
"""


def settings_at(folder: Path, text: str) -> Path:
    path = folder / "server.yaml"
    path.write_text(text)
    return path


def test_without_a_bucket_evidence_lies_in_the_data_folder(tmp_path: Path) -> None:
    assert isinstance(evidence_store(load_settings(settings_at(tmp_path, "data: data"))), FileStore)


def test_a_bucket_opens_with_its_credential_beside_the_settings(tmp_path: Path) -> None:
    settings = load_settings(settings_at(tmp_path, BUCKET))
    key = tmp_path / "bucket.json"
    for content in ("", "{}", "[1]"):
        key.write_text(content)
        with pytest.raises(SettingsError, match=r"evidence_bucket\.credential_file"):
            evidence_store(settings)
    key.write_text('{"access_key_id": "k", "secret_access_key": "geheim"}')
    assert isinstance(evidence_store(settings), BucketStore)


def test_an_endpoint_without_a_scheme_is_refused(tmp_path: Path) -> None:
    text = BUCKET.replace("http://127.0.0.1:9", "objects.example")
    with pytest.raises(SettingsError, match=r"evidence_bucket\.endpoint"):
        load_settings(settings_at(tmp_path, text))


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (None, None),
        ("bytes=0-0", (0, 1)),
        ("bytes=90-", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=40-1000", (40, 100)),
        ("bytes=100-", (100, 100)),
        ("bytes=-0", (100, 100)),
        ("bytes=9-3", (100, 100)),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
    ],
)
def test_a_range_is_read(asked: str | None, part: tuple[int, int] | None) -> None:
    assert part_of(asked, 100) == part
