"""The last step: she withdraws, and nothing of it is left."""

from node.cli.story import cast, late, proof
from node.cli.story.stage import settle
from node.cli.story.story import Story
from node.cli.story.untrue import check
from protocol.errors import RefusalCode
from protocol.local import commands, views
from protocol.vocabulary.codes import WithdrawalWanted


async def withdraw(story: Story) -> None:
    """Step 7: she withdraws; locked, erased, both answers held, and no byte of it in any file."""
    alo, bandhan = story.alo, story.bandhan
    await bandhan.do(
        commands.SaveDraft(place="message", about=story.dossier_message, text=cast.DRAFT)
    )
    words = (*cast.TICKED, cast.TOWN, cast.PHONE, cast.TIMES, cast.DRAFT)
    keys = proof.disclosure_keys(bandhan)
    before = proof.found(bandhan, words, keys)
    check(before == {*words, *keys}, "the check finds every word and key while they are there")
    story.say(f"before: the check finds all {len(words)} texts and {len(keys)} keys, page by page")
    for consent_id in (story.consent, story.way_back):
        await alo.do(
            commands.WithdrawConsent(consent_id=consent_id, wanted=WithdrawalWanted.ERASE)
        )
    await settle(alo, bandhan)
    await settle(alo, bandhan)
    await _check_answers(story)
    status = await bandhan.ask(commands.ShowStatus(), views.NodeStatus)
    check(not status.is_erasure_pending, "no old page is left in a log file")
    after = proof.found(bandhan, words, keys)
    check(after == set(), "the erased text and its keys are in no file of Bandhan's folder")
    story.say("after: every page of both databases and every frame of their logs,")
    story.say("decrypted one by one, holds none of it")
    await _late_copy(story, words)


async def _check_answers(story: Story) -> None:
    listed = await story.alo.ask(commands.ListConsents(case_id=story.case_id), views.Consents)
    (care,) = (each for each in listed.consents if each.consent_id == story.consent)
    (holder,) = care.holders
    check(care.state == "withdrawn", "the consent is withdrawn")
    check(
        holder.locked_at is not None and holder.erased_at is not None,
        "Alo holds both signed answers: locked, then erased",
    )
    read = commands.ReadMessage(
        peer=story.peer_of_bandhan, message_id=story.dossier_message, with_names=True
    )
    no = await story.bandhan.refused(read, views.MessageView)
    check(no.code in (views.No.LOCKED, views.No.ERASED), "nobody reads it any more")
    story.say("withdrawn: Bandhan locked, then erased; Alo holds both signed answers")


async def _late_copy(story: Story, words: tuple[str, ...]) -> None:
    """Somebody with Alo's key seals the dossier anew after all: refused, and nothing of it is kept."""
    await story.alo.lock()
    envelope, bundle, name = late.sealed_again(
        story.alo, story.dossier_content, story.consent, story.thread
    )
    await story.alo.unlock()
    await late.leave(envelope, bundle)
    await settle(story.bandhan)
    view = await story.bandhan.ask(commands.ShowReferral(thread=story.thread), views.ReferralView)
    (line,) = (message for message in view.messages if message.message_id == name)
    check(
        (line.status, line.code) == ("refused", RefusalCode.E_CONSENT_WITHDRAWN),
        "a late copy is refused",
    )
    check(proof.found(story.bandhan, words, ()) == set(), "nothing of the late copy was written")
    for player in (story.alo, story.bandhan):
        audit = await player.ask(commands.CheckAudit(), views.AuditState)
        check(audit.is_whole, f"{player.name}'s audit chain is whole")
    story.say("a late copy of the dossier is refused by the tombstone (E_CONSENT_WITHDRAWN)")
    story.say("both audit chains are whole")
