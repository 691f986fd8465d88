"""The local API as typed methods: one for each command, for the desk, the command line and any script.

    async with Client(Path("/home/asha/sathi/run/api.sock")) as client:
        await client.open_session(name="Asha", passphrase=passphrase)
        made = await client.open_case(case_number="2027-001", age_band=..., language="ben")

The session's token stays inside the client and ends with it.
"""

import re
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar, final

import aiohttp
from aiohttp import hdrs

from protocol import limits
from protocol.errors import MalformedError, SathiError
from protocol.local import commands, views
from protocol.local.commands import Command, encode_command
from protocol.local.transport import (
    PATH_PREFIX,
    PROBLEM_PREFIX,
    LocalProblem,
    ProblemBody,
    parse_problem,
    session_header,
)
from protocol.local.views import CONTENT_TYPE, View, parse_view
from protocol.vocabulary.codes import Role, VerifiedHow
