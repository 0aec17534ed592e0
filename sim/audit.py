"""Six questions to a leadership, and the policy that the answers describe.

Each question stands between two ways of leading: 0 is the first, 1 the second. An answer sets a few levers, linearly
between two ends, each with its reason. What no question asks about stays as in the conventional organisation. The
questions are those that end the leadership text (text 000, docs/texts.md), in words of our own; the ends are assumed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sim.policy import Policy
from sim.quantities import OutOfRange


@dataclass(frozen=True)
class End:
    """What a question says about one lever.

    Attributes
    ----------
    lever : str
    first, second : float
        Value at an answer of 0 and of 1, in the unit of the lever.
    reason : str
        Why the question says something about this lever.
    """

    lever: str
    first: float
    second: float
    reason: str


@dataclass(frozen=True)
class Question:
    """One question of the audit: two ways, and the levers they decide."""

    name: str
    ask: str
    first: str
    second: str
    ends: tuple[End, ...]


QUESTIONS = (
    Question(
        "board",
        "How do you lead, and how do you work with your board?",
        "you manage operations and carry out what the board has decided",
        "you lead; the board are peers who learn and develop with you, and you have the authority to follow the market",
        (
            End("authority", 0.1, 0.9, "without it every decision waits for the board to meet"),
            End("shared", 0.0, 0.7, "peers who learn together decide together"),
            End("hours_board", 0.4, 0.15, "reporting to the board takes leaders' time; learning with it takes less"),
            End("hours_staff", 0.15, 0.3, "who leads is with the staff"),
            End("why", 0.1, 0.8, "who leads says why; who carries out says what"),
        ),
    ),
    Question(
        "roles",
        "Whom do you look for when a post is to be filled?",
        "somebody who fits the post as it is described",
        "somebody whose abilities and motives further your aims; the role is then made to fit",
        (
            End("roles", 0.0, 0.9, "roles are shaped around people in that measure"),
            End("selectivity", 2, 5, "looking for a person takes more applicants than filling a post"),
        ),
    ),
    Question(
        "hiring",
        "What do you hire for?",
        "skill, experience and efficiency",
        "understanding members, putting solutions together for them, seeing openings that others miss",
        (
            End("hire_values", 0.0, 0.5, "understanding members is a matter of empathy and values"),
            End("hire_opportunities", 0.0, 0.3, "an eye for openings is looked for"),
            End("relational_leaders", 0.1, 0.8, "leaders are chosen as staff are"),
            End("solutions", 0.05, 0.5, "who is hired to put solutions together does so"),
        ),
    ),
    Question(
        "evaluation",
        "What are staff evaluated by?",
        "efficiency and competence in what they have to do",
        "results, and the worth of the relationships they build",
        (
            End("evaluation", 0.0, 0.9, "that is the lever itself"),
            End("judgement", 0.2, 0.7, "the worth of a relationship has to be judged; cases can be counted"),
        ),
    ),
    Question(
        "development",
        "How do staff develop?",
        "training in your systems and your field",
        "a month or two among members, to see the world as they do",
        (
            End("immersion", 0.0, 0.9, "that time is spent among members"),
            # Six weeks in a year of 52, of some 22 hours with members a week: 2.5 hours in the average week.
            End("development", 0.5, 2.5, "a month or two is more time than courses take"),
        ),
    ),
    Question(
        "strategy",
        "What do you do first about a new strategy or a hard problem?",
        "put an internal task force or committee together",
        "talk to members about where they want to go, and develop the answer with them",
        (
            End("cocreate_idea", 0.0, 0.5, "the idea is found with members"),
            End("cocreate_development", 0.0, 0.6, "the answer is developed with them"),
            End("intimacy", 0.05, 0.25, "what staff learn in talking to members counts"),
            End("survey", 0.3, 0.15, "talking takes the place of questionnaires, in part"),
            End("listening", 0.2, 0.8, "talking to members first is listening before offering"),
            End("hours_members", 0.02, 0.25, "leaders talk to members themselves"),
        ),
    ),
)
"""The audit, in the order of the text."""


def check_answers(answers: Mapping[str, float]) -> None:
    """Refuse answers to other questions, missing ones, and numbers outside 0..1.

    Raises
    ------
    OutOfRange
    """
    names = [question.name for question in QUESTIONS]
    for name in answers:
        if name not in names:
            raise OutOfRange(f"audit.{name} is no question: there are {', '.join(names)}")
    for name in names:
        if name not in answers:
            raise OutOfRange(f"audit.{name} has no answer: give a number from 0 to 1")
        value = answers[name]
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 <= value <= 1:
            raise OutOfRange(f"audit.{name}={value!r} is not usable: give a number from 0 to 1")


def levers(answers: Mapping[str, float]) -> dict[str, float]:
    """The levers that answers set; the others stay as they are in the conventional organisation.

    Parameters
    ----------
    answers : mapping of str to float, 0..1
        One for each question of :data:`QUESTIONS`, by name: 0 the first way, 1 the second.

    Raises
    ------
    OutOfRange
        For a question that is not there, an answer that is missing or not from 0 to 1.
    """
    check_answers(answers)
    values = {}
    for question in QUESTIONS:
        answer = answers[question.name]
        for end in question.ends:
            value = end.first + answer * (end.second - end.first)
            values[end.lever] = round(value) if Policy.record_dtype[end.lever].kind == "i" else round(value, 4)
    return values


def policy(answers: Mapping[str, float]) -> Policy:
    """The policy that answers describe.

    Examples
    --------
    >>> policy(dict.fromkeys(("board", "roles", "hiring", "evaluation", "development", "strategy"), 0.5)).authority
    0.5
    """
    return Policy(**levers(answers))
