"""``relsim audit``: six questions to a leadership, and the policy that the answers describe, with what it costs."""

import re
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from experiments.settings.folders import find, names, our_folder
from experiments.settings.guard import WrongRequest, check_name, nearest, short
from experiments.words.lever_words import lever
from experiments.words.wording import plain
from sim.audit import QUESTIONS, check_answers, levers
from sim.policy import Policy
from sim.quantities import OutOfRange, described

NAMES = tuple(question.name for question in QUESTIONS)
NUMBER = re.compile(r"[-+]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})", re.ASCII)
WIDTH = 110
PRICE = "Price of "

USAGE = """\
relsim audit [answers=[a,b,c,d,e,f] | QUESTION=a ...] [name=NAME] [--config-dir DIR]

Asks a leadership six questions and writes the policy that the answers describe: policy/NAME.yaml in the working folder,
or in DIR, ready for relsim compare. An answer is a number from 0 (the first way) to 1 (the second). What is not given
is asked for at a terminal. A file that is there already is not overwritten.

"""
EXAMPLES = """
Examples:
  relsim audit
  relsim audit answers=[0.2,0.8,0,1,0.5,0.3]
  relsim audit board=0.2 roles=0.8 hiring=0 evaluation=1 development=0.5 strategy=0.3 name=ours

Exit status: 0 written; 2 the request is wrong; 130 interrupted."""


def main(words: Sequence[str]) -> int:
    """Ask what is missing, write the policy and say what it means; returns the exit status.

    Raises
    ------
    WrongRequest
        For words that are not understood, answers out of range or missing, a name that is in use.
    """
    if {"-h", "--help"} & set(words):
        print(USAGE + "\n".join(map(asked, range(len(QUESTIONS)))) + EXAMPLES)
        return 0
    given, name, folder = taken_apart(words)
    path = place_for(name, folder)
    if set(given) != set(NAMES):
        given |= answers_at_terminal([question for question in NAMES if question not in given])
    answers = {question: given[question] for question in NAMES}
    checked(answers)
    write(path, policy_text(answers))
    print(meaning(answers))
    print(f"\nWrote {path}. Try it: relsim compare --config-dir {folder} policies=[{name}]")
    return 0


def taken_apart(words: Sequence[str]) -> tuple[dict[str, float], str, Path]:
    """Answers given, the policy's name and the folder it goes to."""
    given: dict[str, float] = {}
    name, folder, waiting = "audit", Path(), list(words)
    while waiting:
        word = waiting.pop(0)
        key, equals, value = word.partition("=")
        if key in ("--config-dir", "-cd"):
            value = value if equals else waiting.pop(0) if waiting else ""
            folder = Path(value)
            if not value or not folder.is_dir():
                raise WrongRequest(f"--config-dir {short(value)} is no folder: name one for policy/{name}.yaml")
        elif not equals:
            raise WrongRequest(f"audit does not understand {short(word)!r}: write QUESTION=ANSWER, or --help")
        elif key == "name":
            name = check_name(value, "name")
        elif key == "answers":
            listed = value_of(value, key)
            if not isinstance(listed, list) or len(listed) != len(NAMES):
                raise WrongRequest(
                    f"answers={short(value)} is not usable: give {len(NAMES)} numbers, answers=[{','.join(NAMES)}]"
                )
            _add(given, dict(zip(NAMES, listed, strict=True)))
        elif key in NAMES:
            _add(given, {key: value_of(value, key)})
        else:
            raise WrongRequest(f"{short(key)} is no question: {nearest(key, [*NAMES, 'answers', 'name'])}")
    checked(given | {question: 0.0 for question in NAMES if question not in given})
    return given, name, folder


def _add(given: dict, more: dict) -> None:
    """Note answers; one that is there already is refused."""
    twice = given.keys() & more.keys()
    if twice:
        raise WrongRequest(f"{sorted(twice)[0]} is answered twice: keep one")
    given.update(more)


def value_of(text: str, place: str) -> float | list[float]:
    """A number, or a list of numbers in brackets, as typed; nothing else is read."""
    parts = text[1:-1].split(",") if text.startswith("[") and text.endswith("]") else [text]
    if not all(NUMBER.fullmatch(part.strip()) for part in parts):
        raise WrongRequest(f"{place}={short(text)} is not usable: give numbers from 0 to 1")
    return [float(part) for part in parts] if text.startswith("[") else float(text)


def checked(answers: dict) -> None:
    """Refuse answers out of range."""
    try:
        check_answers(answers)
    except OutOfRange as error:
        raise WrongRequest(str(error).removeprefix("audit.")) from None


def asked(number: int) -> str:
    """One question with its two ways."""
    question = QUESTIONS[number]
    return (
        f"{number + 1}. {question.name}: {question.ask}\n"
        f"     0 = {wrapped(question.first)}\n     1 = {wrapped(question.second)}"
    )


def wrapped(text: str) -> str:
    """Text in lines of readable length, set in below its first one."""
    return textwrap.fill(text, WIDTH, initial_indent=" " * 9, subsequent_indent=" " * 9).strip()


def answers_at_terminal(missing: Sequence[str]) -> dict[str, float]:
    """Ask for the missing answers, each until it is one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongRequest(
            f"audit has no answer for {', '.join(missing)}, and there is no terminal to ask at: "
            f"give answers=[{','.join(NAMES)}], numbers from 0 to 1; --help shows the questions"
        )
    found = {}
    print("An answer is a number from 0 (the first way) to 1 (the second).")
    for name in missing:
        print(f"\n{asked(NAMES.index(name))}")
        while name not in found:
            try:
                found[name] = float(input("   Your answer, 0 to 1: ").replace(",", "."))
                checked({**dict.fromkeys(NAMES, 0.0), name: found[name]})
            except EOFError:
                raise WrongRequest(f"audit has no answer for {name}: the questions were broken off") from None
            except ValueError:
                found.pop(name, None)
                print("   That is no number from 0 to 1.")
    print()
    return found


def place_for(name: str, folder: Path) -> Path:
    """Where the policy file goes, once nothing of its name is there."""
    if find("policy", name, [our_folder()]) is not None:
        raise WrongRequest(
            f"name={name} is a policy of ours: choose another name than {', '.join(names('policy', [our_folder()]))}"
        )
    path = folder / "policy" / f"{name}.yaml"
    if path.parent.is_symlink() or path.is_symlink() or path.exists():
        raise WrongRequest(f"{path} is there already: choose another name=NAME, or remove it")
    return path


def write(path: Path, text: str) -> None:
    """Write the policy file; a file that appeared meanwhile is kept."""
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise WrongRequest(f"{path} cannot be written ({error.strerror}): choose --config-dir DIR") from None


def policy_text(answers: dict[str, float]) -> str:
    """The policy file: what was answered, then the levers question by question, each with its reason."""
    values, said = levers(answers), ", ".join(f"{name} {plain(answer)}" for name, answer in answers.items())
    lines = [
        f"# An organisation as its leadership answered the audit: {said}.",
        "# 0 is the first way of each question, 1 the second. What no question asks about stays conventional: how strictly",
        "# cases are answered, how departments work together, what is promised and admitted. The ends are assumed.",
    ]
    units = described(Policy)
    for question in QUESTIONS:
        lines += ["", f"# {question.ask} (0: {question.first}; 1: {question.second})"]
        for end in question.ends:
            setting = f"{end.lever}: {values[end.lever]}"
            lines.append(f"{setting:<28} # {units[end.lever].unit}; {end.reason}")
    return "\n".join(lines) + "\n"


def meaning(answers: dict[str, float]) -> str:
    """What the answers mean, in plain words: the levers they set, against the conventional organisation, with prices."""
    values, usual, known = levers(answers), Policy(), described(Policy)
    lines = []
    for number, question in enumerate(QUESTIONS, start=1):
        answer = answers[question.name]
        lines += [f"{number}. {question.name}: {plain(answer)}, {nearer(answer, question)}"]
        for end in question.ends:
            words, value = lever(end.lever, values[end.lever])
            _, before = lever(end.lever, getattr(usual, end.lever))
            change = values[end.lever] - getattr(usual, end.lever)
            about = known[end.lever].about
            price = about[about.index(PRICE) + len(PRICE) :].split(". ")[0]
            price = price if (change > 0) == price.startswith("more") else ""
            shown = f"{words}: {value}" + (
                f", conventional {before}" if change else ", as in the conventional organisation"
            )
            lines += textwrap.wrap(
                shown + (f". Its price: {price.partition(': ')[2]}" if price and change else ""),
                WIDTH, initial_indent="   - ", subsequent_indent="     ",
            )  # fmt: skip
    return "\n".join([*lines, "", *textwrap.wrap(summary(answers), WIDTH)])


def nearer(answer: float, question) -> str:
    """Which way an answer leans, in words."""
    if answer == 0.5:
        return "half way between both"
    way = question.second if answer > 0.5 else question.first
    return (
        f"{'all' if answer in (0, 1) else 'more'} the way that {way}" if way.startswith("you") else f"nearer to: {way}"
    )


def summary(answers: dict[str, float]) -> str:
    """The whole in two sentences."""
    mean = sum(answers.values()) / len(answers)
    weakest = min(answers, key=lambda name: (answers[name], NAMES.index(name)))
    if max(answers.values()) == min(answers.values()):
        first = f"All answers are {plain(mean)}."
    else:
        stand = plain(round(mean, 2))
        first = f"On average you stand at {stand} of the way from operations to relationships; furthest behind is {weakest}."
    return (
        f"{first} The audit says what you would do, not whether it pays: that is for relsim compare to show. What it "
        "does not ask (strictness, routing, sharing, promises, openness) stays as in the conventional organisation."
    )


if __name__ == "__main__":
    from experiments.door import main as door

    sys.exit(door(["audit", *sys.argv[1:]]))
