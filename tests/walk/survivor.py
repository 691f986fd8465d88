"""One invented survivor: what she says, and what she lets others know."""

from typing import Final

ZWJ: Final = "\u200d"
RAB: Final = f"র{ZWJ}্যাব"
"""Without the joiner it would be another word."""
CASE: Final = "K-0142"
WISH: Final = f"আমি নিজের দোকানে সেলাই করতে চাই, {RAB} যেন আর না আসে।"
FEAR: Final = "আমি অন্ধকারে একা থাকতে ভয় পাই।"
KEPT: Final = "কাকার বাড়িতে আমার ওষুধ বন্ধ হয়ে যাবে।"
"""She does not let this one go."""
KINDS: Final = {WISH: "Her wish", FEAR: "Her worry", KEPT: "Her worry"}
SKILL: Final = "sewing"
HER_WORDS: Final = f"আমি ভালো আছি, নতুন কাজ শিখছি। {RAB} আসেনি।"
