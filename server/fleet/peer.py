"""Who stands at the other end of a TLS connection, handed from uvicorn to the routes."""

import asyncio
from typing import Any, cast

from cryptography import x509
from fastapi import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_KEY = "patrol.peer_certificate"


class PeerProtocol(H11Protocol):
    """Uvicorn's HTTP/1.1, which also tells the application the certificate that a client showed.

    OpenSSL has verified it against our authority by then; a client may show none.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the client's certificate (DER, or None) into the scope of each request."""
        super().connection_made(transport)
        wire = transport.get_extra_info("ssl_object")
        shown = wire.getpeercert(binary_form=True) if wire is not None else None
        inner = self.app

        async def with_peer(scope: Any, receive: Any, send: Any) -> None:
            scope[_KEY] = shown
            await inner(scope, receive, send)

        self.app = cast("Any", with_peer)


def certificate_of(request: Request) -> x509.Certificate | None:
    """Return the verified certificate that came with a request; None: none was shown."""
    shown = request.scope.get(_KEY)
    return x509.load_der_x509_certificate(shown) if shown else None
