"""What each destination asks of the node first: a role that may not ask it is not led there.

The roles themselves stand in one table, the node's own (`protocol.local.commands.may_use`).
"""

from collections.abc import Mapping
from typing import Final

from protocol.local import commands
from protocol.local.commands import Command, may_use
from protocol.vocabulary.codes import Role
from tui import places
from tui.places import Destination, Place, ToPlace

_OF_PLACES: Final[Mapping[Place, type[Command]]] = {
    Place.TODAY: commands.ShowToday,
    Place.CASES: commands.PageCases,
    Place.REFER: commands.ListReferrals,
    Place.INBOX: commands.ListReferrals,
    Place.FOLLOW_UPS: commands.ListFollowUps,
    Place.PARTNERS: commands.ListPeers,
    Place.SHARING: commands.PageCases,
}


_OF_SCREENS: Final[Mapping[type[Destination], type[Command] | None]] = {
    places.ToCase: commands.LookAtCase,
    places.ToNewCase: commands.OpenCase,
    places.ToWords: commands.LookAtCase,
    places.ToFacts: commands.LookAtCase,
    places.ToConsents: commands.ListConsents,
    places.ToTakeConsent: commands.LookAtCase,
    places.ToWithdraw: commands.ListConsents,
    places.ToTickSentences: commands.LookAtCase,
    places.ToThreadConsents: commands.ShowReferral,
    places.ToWithdrawThread: commands.ShowReferral,
    places.ToSame: commands.LookForSame,
    places.ToLedger: commands.ShowLedger,
    places.ToOffer: commands.LookAtCase,
    places.ToReferral: commands.ShowReferral,
    places.ToAnswer: commands.ShowReferral,
    places.ToDossier: commands.ShowReferral,
    places.ToMessage: commands.ReadMessage,
    places.ToFiles: commands.ListFiles,
    places.ToAttach: commands.BeginFile,
    places.ToSendFile: commands.ListFiles,
    places.ToTakeOut: commands.ListFiles,
    places.ToReport: commands.ShowReferral,
    places.ToPartner: commands.ListPeers,
    places.ToMeet: commands.MakeIntroduction,
    places.ToMembership: commands.ShowCharter,
    places.ToOutbox: commands.ListOutbox,
    places.ToSticks: commands.MakeStick,
    places.ToSettings: None,
    places.ToPlainWords: None,
    places.ToPractice: None,
}


def needs_of(to: Destination) -> type[Command] | None:
    """What its screen asks of the node first; None: nothing of it."""
    return _OF_PLACES[to.place] if isinstance(to, ToPlace) else _OF_SCREENS[type(to)]


def may(role: str | None, command: type[Command] | None) -> bool:
    """May somebody of this role give a command, or need not, where there is none? Nobody may nothing."""
    if command is None:
        return True
    return role is not None and may_use(Role(role), command)


def first_place(role: str) -> Place:
    """Where the desk begins for this role: the first of the places that it may see."""
    return next(place for place in Place if may(role, needs_of(ToPlace(place=place))))
