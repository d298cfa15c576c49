"""The server keeps evidence in a folder or in a bucket: both pass the same suite."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from ports import free_port

from server.evidence.bucket_store import Bucket, BucketStore
from server.evidence.file_store import FileStore
from server.kit.errors import Unavailable
from server.testing.evidence_store import PICTURE, EvidenceStoreConformance, keep, name_of

KEY = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}


class TestFileStore(EvidenceStoreConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FileStore:
        return FileStore(tmp_path)

    @pytest.fixture
    def spoil(self, store: FileStore) -> Callable[[str, bytes], None]:
        def other(sha256: str, content: bytes) -> None:
            store.path(sha256).chmod(0o600)
            store.path(sha256).write_bytes(content)

        return other


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A real S3 server on this machine, as boxes' files go to it over HTTP."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path) -> Bucket:
    name = f"evidence-{tmp_path.name.lower().replace('_', '-')[-40:].strip('-')}"
    boto3.client("s3", endpoint_url=endpoint, **KEY).create_bucket(Bucket=name)
    return Bucket(name, "k", "s", endpoint, prefix="county")


class TestBucketStore(EvidenceStoreConformance):
    @pytest.fixture
    def store(self, bucket: Bucket, tmp_path: Path) -> BucketStore:
        return BucketStore(bucket, tmp_path / "incoming")

    @pytest.fixture
    def spoil(self, bucket: Bucket, endpoint: str) -> Callable[[str, bytes], None]:
        client = boto3.client("s3", endpoint_url=endpoint, **KEY)

        def other(sha256: str, content: bytes) -> None:
            client.put_object(Bucket=bucket.name, Key=f"county/{sha256[:2]}/{sha256}", Body=content)

        return other

    def test_nothing_lies_in_the_local_folder_once_it_is_in_the_bucket(
        self, store: BucketStore, tmp_path: Path
    ) -> None:
        keep(store, PICTURE)
        left = [one for one in (tmp_path / "incoming").rglob("*") if one.suffix != ".lock"]
        assert [one.name for one in left if one.is_file()] == []

    def test_a_bucket_that_does_not_answer_is_told_and_what_came_stays(
        self, bucket: Bucket, tmp_path: Path
    ) -> None:
        silent = replace(bucket, endpoint=f"http://127.0.0.1:{free_port()}")
        for wrong in (replace(bucket, name="nowhere"), silent):
            store = BucketStore(wrong, tmp_path / "other", patience=timedelta(seconds=1))
            store.discard(name_of(PICTURE))
            store.append(name_of(PICTURE), PICTURE)
            with pytest.raises(Unavailable, match=r"server\.yaml"):
                store.keep(name_of(PICTURE))
            assert store.offset(name_of(PICTURE)) == len(PICTURE)
