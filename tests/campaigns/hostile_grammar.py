"""Hostile command lines, made from a grammar, a corpus and mutations; the same seed gives the same lines.

Every set is a command line of ``relsim compare`` and the files it speaks of. Sizes in valid ones stay small, and
folders for results stay below the working folder, so that what turns out to be right can be run.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import hypothesis
from hypothesis import strategies as st

from experiments.settings.folders import GROUPS

SCALARS = (
    "nan", "NaN", ".nan", "inf", "-inf", ".inf", "1e500", "-1e500", "1e-400", "0x1F", "0b101", "0o17", "017", "1_000", "1e3",
    "1.5e0", "+5", "-0", "-0.0", "00", "12:30:45", "1:2", "on", "off", "yes", "no", "true", "True", "false", "null", "~", "None",
    "???", "''", '""', "[]", "{}", "[[]]", "{a:b}", "[1,2", "{a:", "}", "]", ")", "(", ",", ",,", "=", "==", ":", "\\", "\\\\",
    "'", '"', "`id`", "$(id)", ";id", "|id", "&& id", "%s%n", "{0}", "\u202e", "\u200b", "\x00", "\x1b[2J", "\n", "\r\n",
    "\ud800", "\U0001f600", "\u0660", "\uff11", "Infinity", "1/3", "5 ", " 5", "5;", "5#", "#", "!!int 5", "&a 5", "*a", "<<",
    "2024-01-01", "9" * 30, "9" * 400, "-" + "9" * 400, "1" * 5000, "0." + "0" * 400 + "1", "a" * 3000, "[" * 50, "{" * 50,
    "[" * 3000, "(" * 3000, "{a:" * 15 + "1" + "}" * 15, "[" * 15 + "]" * 15, "a" + ",a" * 300,
)  # fmt: skip
LOOKUPS = (
    "${oc.env:HOME}", "${oc.env:PATH,x}", "${oc.decode:1}", "${oc.create:{a:1}}", "${oc.deprecated:seed}", "${oc.select:seed}",
    "${oc.dict.keys:scenario}", "${hydra:job.name}", "${now:%Y}", "${seed}", "${years}", "${scenario.horizon}", "${scenario}",
    "${nowhere}", "${.seed}", "${..seed}", "${seed}${seed}", "${${seed}}", "${", "${}", "$${seed}", "a${seed}b", "${seed }",
    "${eval:1}", "${python:os.system}", "${random:}", "${file:/etc/passwd}",
)  # fmt: skip
FUNCTIONS = (
    "range(1,4)", "range(3)", "range(0,1,0)", "range(1,9999999999)", "range(0,1,1e-300)", "range(nan,2)", "interval(0,1)", "choice(1,2)",
    "choice(a,choice(b))", "glob(*)", "glob([*],exclude=s*)", "glob(../*)", "sort(3,1,2)", "shuffle(range(1,99999999))",
    "tag(a,1)", "int(3.7)", "int(nan)", "float(1)", "float(inf)", "str(5)", "bool(1)", "json_str({a:1})", "int('" + "9" * 3000 + "')",
    "extend_list(a,b)", "shuffle(1,2,3)", "sort(range(1,5),reverse=true)", "eval(1)", "os.system(id)", "__import__(os)",
    "int(shuffle(range(1,9)))", "cast(1)", "range(1,3,name=x)", "interval(nan,inf)",
)  # fmt: skip
CODE_KEYS = (
    "_target_", "_args_", "_partial_", "_convert_", "_recursive_", "()", "class", "factory", "scenario._target_",
    "world.trust._target_", "hydra.callbacks.x._target_", "hydra.run.dir", "hydra.sweep.dir", "hydra.job.env_set.A", "hydra.searchpath",
    "hydra/launcher", "hydra/job_logging", "hydra.job_logging.handlers.x.()", "hydra.mode", "hydra.verbose", "hydra.output_subdir",
    "hydra", "hydra.job.chdir", "hydra/sweeper", "hydra.launcher.n_jobs", "__class__", "scenario.__init__", "engine.__dict__",
    "policy_set", "manifest_config", "overrides", "choices", "scenario@world", "policy@_global_", "defaults", "_self_", "out/..",
)  # fmt: skip
PATHS = (
    "../x", "/etc/passwd", "..", ".", "/", "~", "~/x", "a/../../b", "-", "--help", "con", "file:///etc/passwd", "pkg://os", "a\x00b",
    "\u202egnp", "strict/../../x", "strict.yaml", "strict_siloed", ".hidden", "_self_", "???", "*", "policy", "conventional",
)  # fmt: skip
FLAGS = (
    "-m", "--multirun", "--cfg=job", "--resolve", "--info=all", "--cfg=hydra", "--package=world", "--run", "--multirn", "-x", "--",
    "---", "--cfg", "--config-name=x", "--experimental-rerun=x", "--config-dir=.", "--config-dir=/nowhere", "--shell-completion=evil",
    "-h=1", "--cfg=\x00", "--package=__class__", "--info", "-sc", "--config-dir=own",
)  # fmt: skip
YAML_LINES = (
    "a: &a [x,x]", "b: *a", "<<: {members: 5}", "members: !!python/object/apply:os.system [id]", "members: !!int 5", "? [a]", "- a",
    "members: 12:30:45", "members: 0500", "members: on", "dues: .nan", "dues: 1e500", "dues: ???", "dues: '1'", "members: 99", "---",
    "_target_: os.system", "hydra: {run: {dir: /x}}", "name: ../x", "name: ${oc.env:HOME}", "horizon: ${.departments}", "line: []",
    "line: [{lived_weight: 1}]", "line: [{lived_weight: nan}]", '"off": [growth]', "off: [growth]", '"off": [' + "[" * 60, "%YAML 1.2",
    "defaults: [association]", "defaults: [nowhere]", "defaults: [/policy/../x]", "defaults: [h, h]", "defaults: [/scenario: h]",
    "members: {a: 1}", "members: [5]", "burn_in: 9" + "9" * 300, "stationary: maybe", "\tmembers: 5", "members: 'a\x07'", "{", "}", ": :",
    "outside_option: -3.0000001", "dues: 5.000001", "departments: 40", "members_per_post: 4.5", "k" * 2000 + ": 1", "x: |\n  a\n  b",
    "timeline: [{week: 0, over: 5}]", "timeline: [{week: .nan}]", "timeline: []", "timeline: {week: 1}", "strictness: 0.5", "coverage: 1.1",
    "timeline: [{week: 99, strictness: 2}]", "timeline: [{week: 5, departments: [99], strictness: 0}]", "timeline: [{week: 1, routing: 1}]",
    "# @package hydra.run", "# @package _global_", "# @package ${oc.env:HOME}", "out: /etc", "data: /dev/zero",
)  # fmt: skip
CSV_LINES = (
    "0,100", "1,80", "2,70", "3,60", "4,55", "1,nan", "1,inf", "1,-5", "1,101", "one,two", "0,1e400", "\x00,\x00", "1;80", '"', "'", "=1+1",
    "1,80,90,90", "1", "", ",", "\u0661,\u0668\u0660", "1_0,80", "9" * 5000,
    '"' + "x" * 200_000, "\u202e1,80", "1,80\r", "5,5", "-1,100", "1,1e-320",
)  # fmt: skip
ROOMS = re.compile(r"^\+*\s*(out|hydra\.run\.dir|hydra\.sweep\.dir)\b")
WAYS_OUT = re.compile(r"=\s*['\"]*\s*(/|~|\.\.)|\.\.|\$|file:")
SIZES = {
    "scenario.members": (20, 60), "scenario.departments": (1, 6), "scenario.burn_in": (0, 3), "replicates": (1, 2), "years": (1, 2),
    "preliminary": (1, 2), "line_replicates": (1, 2), "scenario.horizon": (1, 2), "engine.workers": (1, 2),
}  # fmt: skip


@dataclass
class Set:
    """One command line and its files.

    Attributes
    ----------
    words : list of str
        What stands behind ``relsim compare``.
    files : dict of str to bytes
        Path below the working folder -> content.
    """

    words: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


def stays_here(one: Set) -> bool:
    """Whether what a set names for results is below the working folder: what a user types may lie anywhere."""
    return not any(ROOMS.match(word) and WAYS_OUT.search(word) for word in one.words)


def found_by_hypothesis(count: int, seed: int, keys: list[str]) -> list[Set]:
    """``count`` sets that hypothesis makes of its own text and numbers; the same seed gives the same sets."""
    values = st.one_of(
        st.sampled_from((*SCALARS, *LOOKUPS, *FUNCTIONS)), st.floats().map(repr), st.integers().map(str), st.text(max_size=20)
    )
    names = st.one_of(st.sampled_from(keys), st.sampled_from(CODE_KEYS), st.text(alphabet="abc._-@:/~+ ", max_size=12))
    starts = st.sampled_from(["", "", "", "+", "++", "~", "--"])
    word = st.one_of(st.builds("{}{}={}".format, starts, names, values), st.text(max_size=30))
    made: list[Set] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=count, database=None, deadline=None, phases=[hypothesis.Phase.generate])
    @hypothesis.given(words=st.lists(word, min_size=1, max_size=3), multirun=st.booleans())
    def collect(words, multirun):
        one = Set([*(["-m"] if multirun else []), *words])
        if stays_here(one):
            made.append(one)

    collect()
    return made


class Grammar:
    """Makes hostile sets.

    Parameters
    ----------
    seed : int
        The same seed makes the same sets.
    numbers : dict of str to (kind, low, high)
        The numeric settings by dotted path, with type and range.
    others : sequence of str
        All other settings and groups.
    """

    def __init__(self, seed: int, numbers: dict[str, tuple[type, float, float]], others: list[str]):
        self.luck = random.Random(seed)
        self.numbers = numbers
        self.others = others
        self.kinds: list[tuple[int, Callable[[], str]]] = [
            (30, self.right), (20, self.edge), (15, self.scalar), (8, self.lookup), (6, self.function), (6, self.code),
            (6, self.path), (12, self.mutated), (5, self.nested), (4, self.noise),
        ]  # fmt: skip

    def sets(self, count: int) -> list[Set]:
        """``count`` sets, none of which would write outside the working folder."""
        made = []
        while len(made) < count:
            one = self.one()
            if stays_here(one):
                made.append(one)
        return made

    def one(self) -> Set:
        luck = self.luck
        weights, makers = zip(*self.kinds, strict=True)
        made = Set([maker() for maker in luck.choices(makers, weights, k=luck.choice((1, 1, 1, 2, 2, 3, 5)))])
        if luck.random() < 0.15:
            made.words.insert(luck.randrange(len(made.words) + 1), luck.choice(FLAGS))
        if luck.random() < 0.12:
            lines = luck.choices(YAML_LINES, k=luck.choice((1, 1, 2, 4)))
            group = luck.choice(("scenario", "policy", "experiment", "world"))
            made.files[f"own/{group}/h.yaml"] = self.bent("\n".join(lines))
            made.words += ["--config-dir=own", f"{'policies=[h]' if group == 'policy' else f'{group}=h'}"]
        elif luck.random() < 0.06:
            lines = ["year,pct_surviving", *luck.choices(CSV_LINES, k=luck.randrange(7))]
            made.files["t.csv"] = self.bent("\n".join(lines))
            made.words += ["data=t.csv", "scenario=contract"]
        return made

    def key(self) -> str:
        return self.luck.choice((*self.numbers, *self.others))

    def right(self) -> str:
        """A setting as it should be."""
        luck = self.luck
        if luck.random() < 0.3:
            return luck.choice(
                (
                    "policy=strict", "policies=[strict,loosened]", "scenario=contract", "experiment=quick",
                    "reference=strict", "targets=false", "line=false", "scenario.stationary=false",
                    "scenario.off=[growth]", "out=r/a b", "out=2024_01", "seed=1,2", "policy=strict,holistic",
                    "scenario.name=x", "world=default", "hydra.verbose=false", "hydra.run.dir=r1", "seed=${years}",
                )
            )  # fmt: skip
        path = luck.choice(tuple(self.numbers))
        kind, low, high = self.numbers[path]
        low, high = SIZES.get(path, (low, high))
        return f"{path}={luck.randint(int(low), int(high)) if kind is int else repr(luck.uniform(low, high))}"

    def edge(self) -> str:
        """A number at, just inside or just outside its range."""
        luck = self.luck
        path = luck.choice(tuple(self.numbers))
        _, low, high = self.numbers[path]
        near = luck.choice((low, high))
        step = luck.choice((0, 0, 1, -1, 0.5, -0.5, 1e-9, -1e-9, 1e-300, 1e308, -1e308, 10**20))
        return f"{path}={near + step!r}"

    def scalar(self) -> str:
        return f"{self.key()}={self.luck.choice(SCALARS)}"

    def lookup(self) -> str:
        quote = self.luck.choice(("", "", "'"))
        return f"{self.key()}={quote}{self.luck.choice(LOOKUPS)}{quote}"

    def function(self) -> str:
        return f"{self.key()}={self.luck.choice(FUNCTIONS)}"

    def code(self) -> str:
        start = self.luck.choice(("", "", "+", "++", "~"))
        return f"{start}{self.luck.choice(CODE_KEYS)}={self.luck.choice((*SCALARS[:30], 'os.system', 'joblib', 'MULTIRUN', '[own]'))}"

    def path(self) -> str:
        key = self.luck.choice((*GROUPS, "policies", "reference", "data", "out", "scenario.name"))
        value = self.luck.choice(PATHS)
        return f"{key}=[{value}]" if key == "policies" else f"{key}={value}"

    def nested(self) -> str:
        luck = self.luck
        inner = luck.choice((*SCALARS, *LOOKUPS))
        for _ in range(luck.randrange(1, 6)):
            inner = luck.choice((f"[{inner}]", f"{{{luck.choice((*CODE_KEYS, 'members', 'trust', 'alpha'))}:{inner}}}", f"{inner},{inner}"))
        return f"{luck.choice(('scenario', 'world', 'world.trust', 'scenario.line', 'policies', 'engine', 'scenario.off'))}={inner[:4500]}"

    def noise(self) -> str:
        codes = (*range(32, 127), 0x202E, 0x85, 0xA0, 0x2028, 0xD800, 7)
        return "".join(map(chr, self.luck.choices(codes, k=self.luck.randrange(30))))

    def mutated(self) -> str:
        """A right setting with a few characters changed."""
        text = list(self.luck.choice((self.right, self.right, self.path, self.function))())
        for _ in range(self.luck.choice((1, 1, 2, 4))):
            place = self.luck.randrange(len(text) + 1)
            what = self.luck.randrange(4)
            if what == 0 and place < len(text):
                del text[place]
            elif what == 1 and place < len(text):
                text.insert(place, text[place])
            else:
                text.insert(place, self.luck.choice("=+~@.:,'\"[]{}()$\\/ \t\n#&*!|>%-_09eEnN\u202e\x00"))
        return "".join(text)

    def bent(self, text: str) -> bytes:
        """A file's bytes, one time in four with some of them changed."""
        content = bytearray(text.encode(errors="surrogatepass"))
        if self.luck.random() < 0.25:
            for _ in range(self.luck.choice((1, 3))):
                content.insert(self.luck.randrange(len(content) + 1), self.luck.randrange(256))
        return bytes(content)
