"""The invented people and words of the story. Nobody in it exists."""

from typing import Final

from protocol.vocabulary.categories import Category
from protocol.vocabulary.codes import TextKind

ALO: Final = "Alo Shelter"
BANDHAN: Final = "Bandhan"
RINA: Final = "Rina"
SALMA: Final = "Salma"
CASE_NUMBER: Final = "A-2026-017"
NOTICE: Final = "আমরা আপনার কথা শুধু বন্ধনকে জানাব, আপনি যা বলেছেন শুধু তাই। আপনি যে কোনো সময় না বলতে পারেন।"

# Her own words, each with what it is. Three were read back to her; she ticked the first two.
WISH: Final = "আমি মায়ের কাছে ফিরে গিয়ে একটা সেলাইয়ের দোকান দিতে চাই।"
FEAR_TICKED: Final = "ভয় হয়, পাড়ার লোকে আমাকে নিয়ে কথা বলবে।"
FEAR_KEPT: Final = "ভয় হয়, যে লোকটা আমাকে নিয়ে গিয়েছিল সে আবার আসবে।"
GOAL: Final = "ছয় মাসের মধ্যে নিজের রোজগারে চলব।"
WORDS: Final = (
    (TextKind.WISH, WISH),
    (TextKind.FEAR, FEAR_TICKED),
    (TextKind.FEAR, FEAR_KEPT),
    (TextKind.GOAL, GOAL),
)
TICKED: Final = (WISH, FEAR_TICKED)

ALLOWED: Final = [Category.LOCATION_CONTACT, Category.PLAN_WISHES, Category.WORK_LEARNING]
TOWN: Final = "Satkhira-demo-town"
PHONE: Final = "+880-1700-DEMO-41"
TIMES: Final = "Friday after the noon prayer"
SHARED_FACTS: Final[dict[str, str | int | list[str]]] = {
    "present_town": TOWN,
    "safe_phone": PHONE,
    "contact_how": "phone",
    "contact_times": TIMES,
    "contact_never": ["neighbours", "uncle"],
    "plan_position": "agreed",
    "skills": ["sewing"],
    "work_wanted": ["tailoring_shop"],
}
NAME: Final = "Invented-Name-Shefali"
MEDICINE: Final = "invented-medicine-xylofen"
POLICE_NUMBER: Final = "FIR-INVENTED-2291"
KEPT_FACTS: Final[dict[str, str | int | list[str]]] = {
    "given_name": NAME,
    "medicines": MEDICINE,
    "health_conditions": "invented-condition-arbolia",
    "case_number_police": POLICE_NUMBER,
    "court_order": "invented-order-7714",
}
NEVER_LEAVES: Final = (
    NAME,
    MEDICINE,
    "invented-condition-arbolia",
    POLICE_NUMBER,
    "invented-order-7714",
    FEAR_KEPT,
    GOAL,
)

REPORT_WORDS: Final = "দোকানটা খুলেছি, মা পাশে আছে, এখন ভালো আছি।"
DRAFT: Final = "Salma's half-written note: ask about the sewing machine, draft-canary-5521"
