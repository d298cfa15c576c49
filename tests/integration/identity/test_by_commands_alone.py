"""What an administrator and an operator type, and nothing else: programs, real broker, real TLS."""

import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from brokers import Broker
from ports import free_port
from waiting import wait_until

from edge.delivery.identity_files import Enrolled, IdentityFolder
from edge.delivery.mqtt_link import BrokerAddress, MqttLink
from edge.testing.conformance.link import Listener
from edge.testing.tally import Tally
from server.enterprises.credit_code import check_digit

CODE = "91320583MA0PR0BE0"
RECORD = f"""
name: 某某机械有限公司
credit_code: {CODE + check_digit(CODE)}
address: 某市某路1号
legal_representative: 某某
industry: 其他工贸
source: 测试
sites: [{{id: site-1, name: 某厂区, address: 某市某路1号, division_code: "320583"}}]
"""

# paho leaves the socket of a refused handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Office:
    """A folder with a server.yaml, and the commands that are run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.http, self.door, self.mqtt, self.boxes = (free_port() for _ in range(4))
        (folder / "server.yaml").write_text(
            f"data: data\nhttp: {{port: {self.http}}}\n"
            f"broker: {{port: {self.mqtt}, credential_file: server.json, folder: broker}}\n"
            f"devices: {{names: [127.0.0.1], host: 127.0.0.1, port: {self.door},"
            f" broker_port: {self.boxes}}}\n"
        )
        (folder / "record.yaml").write_text(RECORD)

    def patrol(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "patrol", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def server(self) -> Iterator[None]:
        """Run `patrol server run` meanwhile."""
        log = self.folder / "server.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "patrol", "server", "run"],
                cwd=self.folder,
                stdout=out,
                stderr=out,
            )

        def answers() -> bool:
            assert process.poll() is None, log.read_text()
            try:
                address = f"http://127.0.0.1:{self.http}/health"
                return httpx.get(address, trust_env=False).is_success
            except httpx.TransportError:
                return False

        try:
            wait_until(answers, 60, "the server")
            yield
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert "Traceback" not in log.read_text()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.fixture
def office() -> Iterator[Office]:
    folder = Path(tempfile.mkdtemp(prefix="patrol-identity-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield Office(folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_box_is_let_in_and_cut_off_again(office: Office) -> None:
    place = ("--unit", "某市应急管理局", "--division", "320583")
    office.patrol("server", "migrate")
    office.patrol("server", "register-enterprise", "record.yaml", *place)
    office.patrol("server", "broker-config")
    config = office.folder / "broker" / "mosquitto.conf"
    with ExitStack() as stack:
        broker = Broker(office.mqtt, config, office.folder / "mosquitto.log")
        broker.start()
        stack.callback(broker.stop)
        stack.enter_context(office.server())
        box = ("--device", "box-1", "--site", "site-1", "--cameras", "gate=大门,yard")
        said = office.patrol("server", "device", "enrol-code", *box)
        command = said.strip().splitlines()[-1].split(": ", 1)[1]
        assert command.startswith("patrol edge enrol ")
        words = command.removeprefix("patrol ").replace("--config site.yaml", "--stores stores")
        assert "box-1" in office.patrol(*words.split())
        identity = IdentityFolder(office.folder / "stores" / "identity").read()
        assert (identity.broker_port, identity.device) == (office.boxes, "box-1")
        tally, context = Tally(), identity.context()
        link = stack.enter_context(linked(identity, context, tally))
        wait_until(lambda: link.is_connected, 30, "the box is let in")
        assert asked(identity.server, context) == 404, "a known box, an unknown file"
        office.patrol("server", "device", "revoke", "--device", "box-1", "--reason", "被盗")
        assert asked(identity.server, context) == 401
        wait_until(lambda: tally["broker_hung_up"] >= 2, 60, "the broker refuses the box")
        assert not link.is_connected
        office.patrol("server", "check", "audit")


@contextmanager
def linked(identity: Enrolled, context: ssl.SSLContext, tally: Tally) -> Iterator[MqttLink]:
    """Be at the broker meanwhile, as the box would."""
    address = BrokerAddress(
        identity.broker_host, identity.broker_port, identity.device, None, tls=context
    )
    link = MqttLink(address, lambda: b"offline", tally)
    link.start(Listener())
    try:
        yield link
    finally:
        link.stop()


def asked(server: str, context: ssl.SSLContext) -> int:
    """Ask for a file of evidence as the box; return the status."""
    with httpx.Client(verify=context, trust_env=False) as client:
        return client.head(f"{server}/api/v1/device/evidence/{'0' * 64}").status_code
