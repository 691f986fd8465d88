"""What `sathi file list` asks of whoever reads it."""

from node.cli.files import what_to_do


def test_a_file_that_did_not_arrive_whole_is_said_to_be_attached_again() -> None:
    [sentence] = what_to_do(["sent", "again", "again"])

    assert sentence.startswith("again: ")
    assert "attach it again" in sentence


def test_a_file_that_was_lost_with_the_computer_is_said_to_be_asked_for() -> None:
    [sentence] = what_to_do(["lost", "whole"])

    assert sentence.startswith("lost: ")
    assert "ask them" in sentence


def test_files_that_ask_for_nothing_say_nothing() -> None:
    assert what_to_do(["kept", "sending", "sent", "ended", "arriving", "whole", "erased"]) == []
