"""Debian's Chromium in the hands of a test, and a desk in front of the console."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chain import WholeChain
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from server.demo.seed import BY, LINK_LASTS
from server.identity import service as identity
from server.kit.clock import SystemClock

ROOT = Path(__file__).resolve().parents[1]
ARTEFACTS = ROOT / "artefacts"
OFFICE = (1440, 900)
HAND_HELD = (390, 844)

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_PATIENCE_MS = 20_000


@dataclass
class Desk:
    """One person's browser page. `complaints` is what the browser itself found wrong."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(_PATIENCE_MS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        """Go to an address of the console."""
        self.page.goto(self.address + path)

    def sign_in(self, token: str) -> None:
        """Use a one-time link, and wait until the console is there."""
        self.open(f"/sign-in#token={token}")
        self.page.get_by_role("navigation").first.wait_for()

    def keep(self, name: str) -> None:
        """Keep a picture of the page as an artefact of the build."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the browser until the end of the block."""
    program = shutil.which("chromium")
    assert program, "chromium is missing; run `make setup` or apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=list(_FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


def desk(
    browser: Browser,
    address: str,
    size: tuple[int, int] = OFFICE,
    *,
    inspected: bool = False,
) -> Desk:
    """Sit down; `inspected` lets a test bring its own script past the content security policy."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", bypass_csp=inspected
    )
    return Desk(context.new_page(), address)


def link_token(chain: WholeChain, account: str) -> str:
    """Make a one-time sign-in link for an account of the demo; return its token."""
    with chain.database() as database, database.writing() as db:
        return identity.make_link(db, SystemClock().now(), BY, account, LINK_LASTS)
