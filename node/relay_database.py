"""A relay whose mailboxes are in PostgreSQL. Only what needs the driver imports this."""

from node.mailbox.postgres import PostgresStore
from node.mailbox.postgres_bounds import SharedBounds
from node.mailbox.records import STANDARD_QUOTA
from node.relaying import Kept


async def open_database(address: str, *, deposits_per_minute: int, is_new: bool = False) -> Kept:
    """Open the mailboxes in this database, for one of the processes that serve them.

    Raises:
        UnfitDatabaseError: if it holds no relay's tables and they are not to be made, or cannot serve.
        StoreAwayError: if it cannot be reached.
    """
    store = await PostgresStore.open(address, quota=STANDARD_QUOTA, is_new=is_new)
    bounds = SharedBounds(store, deposits_per_minute=deposits_per_minute, clock=None)
    return Kept(
        mailboxes=store,
        bounds=bounds,
        time=store.time,
        attending=(store.attend,),
        minutely=(bounds.sweep,),
    )
