"""Server-sent events: every page hears of changes at once, and of what it missed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from threading import Event, Lock

import psycopg
import structlog
from starlette.concurrency import run_in_threadpool

from server.kit.errors import NotSignedIn
from server.kit.live import CHANNEL, LiveChange

log = structlog.get_logger(__name__)

_PING_S = 10.0
_RETRY_S = 1.0
_LISTEN_S = 0.5


@dataclass(frozen=True, slots=True)
class News:
    """What a page may hear, and the number up to which it was looked."""

    seen: int
    changes: Sequence[LiveChange]


#: Fetches what came after a number; refuses when the reader may no longer listen.
Fetch = Callable[[int], News]


class LiveFeed:
    """One thread runs `run` and wakes all pages; each page iterates over `events`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopped = Event()
        self._lock = Lock()
        self._pages: set[_Page] = set()

    def run(self) -> None:
        """Listen to the database until `stop`."""
        while not self._stopped.is_set():
            try:
                self._listen()
            except psycopg.Error as fault:
                log.warning("live_feed_lost_database", reason=str(fault).strip())
                self._stopped.wait(_RETRY_S)

    def stop(self) -> None:
        """End the thread and all pages' streams."""
        self._stopped.set()
        self._wake_all()

    async def events(self, after: int, fetch: Fetch) -> AsyncIterator[str]:
        """Yield changes as server-sent events, with a comment when nothing happens."""
        page = _Page(asyncio.get_running_loop())
        with self._lock:
            self._pages.add(page)
        try:
            yield "retry: 2000\n\n"
            while not self._stopped.is_set():
                page.clear()
                news = await run_in_threadpool(fetch, after)
                for change in news.changes:
                    yield _written(change)
                is_news, after = news.seen > after, news.seen
                if not is_news and not await page.wait():
                    yield ": ping\n\n"
        except NotSignedIn:
            return
        finally:
            with self._lock:
                self._pages.discard(page)

    def _listen(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._wake_all()
            while not self._stopped.is_set():
                for _ in connection.notifies(timeout=_LISTEN_S, stop_after=1):
                    self._wake_all()

    def _wake_all(self) -> None:
        with self._lock:
            pages = list(self._pages)
        for page in pages:
            page.wake()


class _Page:
    """One open stream, woken from another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._event = asyncio.Event()

    def clear(self) -> None:
        self._event.clear()

    def wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> bool:
        try:
            await asyncio.wait_for(self._event.wait(), _PING_S)
        except TimeoutError:
            return False
        return True


def _written(change: LiveChange) -> str:
    data = json.dumps(change.data, ensure_ascii=False)
    return f"id: {change.seq}\nevent: {change.kind.value}\ndata: {data}\n\n"
