"""`patrol server run` as a program: it says what is wrong, works, and leaves when told."""

import json
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ports import free_port
from waiting import wait_until

from server.cli import main
from server.enterprises.credit_code import check_digit
from server.testing.fake_device import FakeDevice

ROOT = Path(__file__).parents[3]
RECORD = """
name: 某某机械有限公司
credit_code: {code}
address: 某市某路1号
legal_representative: 某某
industry: 其他工贸
source: 测试
sites: [{{id: site-1, name: 某厂区, address: 某市某路1号, division_code: "320583"}}]
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A server set up by commands alone, as an operator would."""
    folder = Path(tempfile.mkdtemp(prefix="patrol-run-", dir="/var/tmp"))
    folder.chmod(0o711)
    (folder / "server.yaml").write_text(
        f"data: data\nhttp: {{port: {free_port()}}}\n"
        f"broker: {{port: {free_port()}, credential_file: server.json, folder: broker}}\n"
    )
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def patrol(home: Path, verb: str, *words: str) -> int:
    return main(["server", verb, "--config", str(home / "server.yaml"), *words])


@pytest.fixture(scope="module")
def ready(home: Path) -> Path:
    code = "91320583MA0PR0BE0"
    (home / "record.yaml").write_text(RECORD.format(code=code + check_digit(code)))
    (home / "password").write_text("a-long-enough-password\n")
    (home / "box.pub").write_bytes(FakeDevice().public_key)
    place = ["--unit", "某市应急管理局", "--division", "320583"]
    assert patrol(home, "migrate") == 0
    assert patrol(home, "register-enterprise", str(home / "record.yaml"), *place) == 0
    assert patrol(home, "broker-config") == 0
    box = ["--device", "box-1", "--public-key", str(home / "box.pub"), "--site", "site-1"]
    out = ["--credential-out", str(home / "box.json"), "--cameras", "gate=大门,yard"]
    assert patrol(home, "enrol", *box, *out) == 0
    person = ["--name", "wang", "--full-name", "王某", "--role", "officer", *place]
    assert patrol(home, "add-user", *person, "--password-file", str(home / "password")) == 0
    return home


class Server:
    """One running `patrol server run`."""

    def __init__(self, home: Path) -> None:
        port = (home / "server.yaml").read_text().split("port: ")[1].split("}")[0]
        self.address = f"http://127.0.0.1:{port}"
        self.log = home / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "patrol", "server", "run", "--config", home / "server.yaml"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return httpx.get(f"{self.address}/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture
def server(ready: Path) -> Iterator[Server]:
    running = Server(ready)
    try:
        wait_until(running.answers, 60, "the server")
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def test_enrolling_writes_the_box_its_credential_and_the_broker_its_files(ready: Path) -> None:
    box = ready / "box.json"
    assert stat.S_IMODE(box.stat().st_mode) == 0o600
    credential = json.loads(box.read_text())
    assert credential["device"] == "box-1"
    assert "box-1:$7$" in (ready / "broker" / "passwords").read_text()
    assert credential["secret"] not in (ready / "broker" / "passwords").read_text()


def test_it_serves_live_changes_and_leaves_when_told(server: Server, ready: Path) -> None:
    origin = {"Origin": server.address}
    with httpx.Client(base_url=server.address, headers=origin, trust_env=False) as browser:
        account = {"account": "wang", "password": "a-long-enough-password"}
        assert browser.post("/api/v1/sign-in", json=account).status_code == 200
        with browser.stream("GET", "/api/v1/live", timeout=30) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            assert next(lines) == "retry: 2000"
            tell_of_a_device(ready)
            told = next(line for line in lines if line.startswith("event:"))
            assert told == "event: device"
            assert server.stop() == 0
    log = server.log.read_text()
    assert "server_stopped" in log
    assert "Traceback" not in log
    assert "a-long-enough-password" not in log


def tell_of_a_device(home: Path) -> None:
    """Write a change from another process's connection, as the ingest role would."""
    from server.kit import live  # noqa: PLC0415
    from server.kit.live import Change, Kind  # noqa: PLC0415
    from server.opening import open_database  # noqa: PLC0415
    from server.settings import load_settings  # noqa: PLC0415
    from server.testing.fake_device import START  # noqa: PLC0415

    settings = load_settings(home / "server.yaml")
    with open_database(settings) as database, database.writing() as db:
        live.announce(db, START, Change(Kind.DEVICE, "box-1", {"status": "online"}))


def test_a_port_in_use_is_one_sentence_and_exit_2(ready: Path) -> None:
    port = int((ready / "server.yaml").read_text().split("port: ")[1].split("}")[0])
    with socket.create_server(("127.0.0.1", port)):
        told = subprocess.run(
            [sys.executable, "-m", "patrol", "server", "run", "--config", ready / "server.yaml"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert told.returncode == 2
    assert f"127.0.0.1:{port}" in told.stderr
    assert "http.port" in told.stderr
    assert "Traceback" not in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1


def test_the_report_works_while_the_server_runs(
    server: Server, ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert patrol(ready, "report", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["leads"], report["duplicates"], report["gaps"]) == (0, 0, [])
    assert server.answers()


def test_the_checks_say_that_all_is_well(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert patrol(ready, "check", "audit", "--json") == 0
    assert json.loads(capsys.readouterr().out)["entries"] >= 3
    assert patrol(ready, "check", "stores") == 0


def test_a_link_is_made_for_known_people_only(
    ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert patrol(ready, "sign-in-link", "--name", "wang") == 0
    assert "/sign-in#token=" in capsys.readouterr().out
    assert patrol(ready, "sign-in-link", "--name", "nobody") == 1
    said = capsys.readouterr().err
    assert "nobody" in said
    assert "Traceback" not in said


def test_without_tls_the_broker_stays_on_loopback(
    ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert patrol(ready, "broker-config", "--host", "0.0.0.0") == 2  # noqa: S104 - refused
    assert "TLS" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--name", "No Spaces", "--unit", "某市应急管理局"], "name"),
        (["--name", "li"], "--unit"),
        (["--name", "li", "--unit", "新单位"], "division"),
        (["--name", "wang", "--unit", "某市应急管理局"], "wang"),
        (["--name", "li", "--unit", "某市应急管理局", "--certificate", "1"], "--valid-from"),
    ],
)
def test_a_person_who_cannot_be_registered_is_one_sentence(
    ready: Path, capsys: pytest.CaptureFixture[str], words: list[str], named: str
) -> None:
    rest = ["--full-name", "李某", "--role", "officer", "--link-only"]
    assert patrol(ready, "add-user", *words, *rest) in {1, 2}
    said = capsys.readouterr().err
    assert named in said
    assert len(said.strip().splitlines()) == 1


def test_a_maintainers_token_and_an_enterprises_consent(
    ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit = ["--unit", "某市应急管理局", "--link-only"]
    person = ["--name", "qian", "--full-name", "钱某", "--role", "maintainer", *unit]
    assert patrol(ready, "add-user", *person) == 0
    out = ready / "token"
    assert patrol(ready, "library-token", "--name", "qian", "--out", str(out)) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert len(out.read_text().strip()) > 40
    assert out.read_text().strip() not in capsys.readouterr().out
    assert patrol(ready, "library-token", "--name", "wang", "--out", str(out)) == 1
    assert patrol(ready, "library-token", "--name", "qian") == 2
    assert "--out or --revoke" in capsys.readouterr().err
    assert patrol(ready, "library-token", "--name", "qian", "--revoke") == 0
    code = "91320583MA0PR0BE0"
    firm = ["--credit-code", code + check_digit(code)]
    assert patrol(ready, "training-consent", *firm, "--reference", "同意书 1 号") == 0
    assert patrol(ready, "training-consent", *firm, "--reference", "是") == 2
    assert patrol(ready, "training-consent", *firm, "--end") == 0
    assert patrol(ready, "training-consent", "--credit-code", "0" * 18, "--end") == 1
    assert patrol(ready, "check", "audit") == 0
