"""The local API as typed methods: for the desk, the command line and any script; nothing of Textual.

    async with Client(Path("run/api.sock")) as client:
        await client.open_session(name="Asha", passphrase=passphrase)
        made = await client.open_case(OpenCase(case_number="2027-001", ...))

The session's token stays inside the client.
"""

from tui.client.errors import (
    BusyError,
    ClientError,
    ConnectionLostError,
    FaultError,
    LockedError,
    NoSessionError,
    NotLegalError,
    NotRunningError,
    RefusedError,
)
from tui.client.methods import Client

__all__ = [
    "BusyError",
    "Client",
    "ClientError",
    "ConnectionLostError",
    "FaultError",
    "LockedError",
    "NoSessionError",
    "NotLegalError",
    "NotRunningError",
    "RefusedError",
]
