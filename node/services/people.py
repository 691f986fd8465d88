"""The people of this node after they were added: removed, given a new passphrase, or let in by the sheet."""

from node.effects import Acting, audit
from node.vault.keyring import Kind, Owner, spelled
from node.vault.records import User
from node.vault.tables import identity
from node.vault.unit import Unit
from protocol.local import views
from protocol.local.views import No, NoticeCode, Refused, refused
from protocol.vocabulary.codes import Role


def may_remove(unit: Unit, user_id: bytes, *, acting: Acting) -> User | Refused:
    """Whom a removal would be about, or why there is none."""
    user = identity.user_by_id(unit.vault, user_id)
    if user is None:
        return refused(No.NOT_FOUND)
    if user.user_id == acting.actor:
        return refused(No.ONESELF)
    if _is_last_supervisor(unit, user):
        return refused(No.LAST_SUPERVISOR)
    return user


def remove(unit: Unit, user_id: bytes, *, recovery: Owner, acting: Acting) -> views.Done | Refused:
    """End a person's time here; only together with a new vault key, under which she has no slot."""
    user = may_remove(unit, user_id, acting=acting)
    if isinstance(user, Refused):
        return user
    identity.close_user(unit.vault, user)
    identity.take_notices(unit.vault, user.user_id)
    audit(unit, "user.removed", user.user_id, acting=acting)
    _renew(unit, recovery, acting=acting)
    _tell_everybody(unit, NoticeCode.PERSON_REMOVED, acting=acting)
    _tell_everybody(unit, NoticeCode.SHEET_NEW, acting=acting)
    return views.Done(ref=user.user_id)


def may_reset(unit: Unit, user_id: bytes, *, role: Role | None) -> User | Refused:
    """Whom a new passphrase would be for, or why there is nobody."""
    user = identity.user_by_id(unit.vault, user_id)
    if user is None:
        return refused(No.NOT_FOUND)
    if role not in {None, Role.SUPERVISOR} and _is_last_supervisor(unit, user):
        return refused(No.LAST_SUPERVISOR)
    return user


def reset(
    unit: Unit, user_id: bytes, *, role: Role | None, owner: Owner, acting: Acting
) -> views.Done | Refused:
    """Put a new slot in the place of a person's old one; the caller seals the keyring anew."""
    user = may_reset(unit, user_id, role=role)
    if isinstance(user, Refused):
        return user
    became = user.role if role is None else role
    _give_slot(unit, user, owner=owner, role=became)
    identity.owe_keyring(unit.vault)
    audit(unit, "user.reset", user.user_id, acting=acting, details=became.value)
    if acting.actor != user.user_id:
        code = NoticeCode.PASSPHRASE_RESET
        identity.insert_notice(unit.vault, user.user_id, code=code.value, now=acting.now)
    return views.Done(ref=user.user_id)


def may_recover(unit: Unit, name: str) -> User | Refused:
    """Which supervisor the sheet would give a passphrase to, or why there is none."""
    for user in identity.load_active_users(unit.vault):
        if spelled(user.name) == spelled(name) and user.role is Role.SUPERVISOR:
            return user
    return refused(No.NOT_FOUND)


def recover(
    unit: Unit, name: str, *, owner: Owner, recovery: Owner, acting: Acting
) -> views.Done | Refused:
    """The sheet was shown: a supervisor gets a new slot, and the sheet is void.

    Only together with a new vault key: a copy of the old keyring is no use with the old sheet then.
    """
    user = may_recover(unit, name)
    if isinstance(user, Refused):
        return user
    _give_slot(unit, user, owner=owner, role=user.role)
    audit(unit, "sheet.used", user.user_id, acting=acting)
    _renew(unit, recovery, acting=acting)
    _tell_everybody(unit, NoticeCode.SHEET_USED, acting=acting)
    return views.Done(ref=user.user_id)


def renew_sheet(unit: Unit, *, recovery: Owner, acting: Acting) -> views.Done:
    """Put a new recovery sheet in the place of the old one; only together with a new vault key."""
    _renew(unit, recovery, acting=acting)
    _tell_everybody(unit, NoticeCode.SHEET_NEW, acting=acting)
    return views.Done()


def take_notices(unit: Unit, user_id: bytes) -> list[views.NoticeView]:
    """What a person has to be told, once."""
    user = identity.user_by_id(unit.vault, user_id)
    if user is None:
        return []
    taken = identity.take_notices(unit.vault, user.user_id)
    return [views.NoticeView(code=code, at=at) for code, at in taken]


def _is_last_supervisor(unit: Unit, user: User) -> bool:
    active = identity.load_active_users(unit.vault)
    supervisors = {other.user_id for other in active if other.role is Role.SUPERVISOR}
    return supervisors == {user.user_id}


def _give_slot(unit: Unit, user: User, *, owner: Owner, role: Role) -> None:
    _insert_slot(unit, owner)
    identity.change_user(unit.vault, user, slot_id=owner.slot_id, role=role)


def _renew(unit: Unit, recovery: Owner, *, acting: Acting) -> None:
    identity.drop_slots(unit.vault, kind=int(Kind.RECOVERY))
    _insert_slot(unit, recovery)
    audit(unit, "sheet.renewed", recovery.slot_id, acting=acting)


def _insert_slot(unit: Unit, owner: Owner) -> None:
    identity.insert_slot(
        unit.vault, slot_id=owner.slot_id, kind=int(owner.kind), public=owner.public
    )


def _tell_everybody(unit: Unit, code: NoticeCode, *, acting: Acting) -> None:
    for user in identity.load_active_users(unit.vault):
        identity.insert_notice(unit.vault, user.user_id, code=code.value, now=acting.now)
