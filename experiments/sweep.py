"""``relsim sweep``: a design over levers, world parameters and scenario values, in a store that can be resumed."""

import errno
import hashlib
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.engines import check_installed, opened, warm_up
from experiments.fits.line import fitted_to
from experiments.fits.tables import read_survival
from experiments.settings.composing import request_of
from experiments.settings.guard import WrongRequest, one_line, short
from experiments.settings.overrides import jobs_of
from experiments.settings.schema import SweepRequest
from experiments.sweeps.cells import aloud
from experiments.sweeps.filling import Filled, fill
from experiments.sweeps.gathering import all_rows, leave
from experiments.sweeps.plan import Plan, check_same, frozen
from experiments.sweeps.store import Store
from sim.metrics import METRICS
from sim.policy import Policy
from sim.quantities import OutOfRange
from sim.scenario import Scenario

DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG, errno.EACCES, errno.EPERM}
SHOWN, FEW = 5, 8
DEAD, MANY_DEAD = 0.05, 0.2  # share of members left that counts as dying; share of runs from which it is said; assumed


def leave_effects(plan: Plan, runs: pd.DataFrame, request, folder: Path) -> str:
    """effects.csv and figures/ of a sweep that varied something."""
    from experiments.analysis import analyse  # slow to import

    runs = runs.drop_duplicates("run_id")  # points that are alike share a run
    names = analyse(runs, plan.factors, request.reference if request.paired else None).leave(folder)
    return f"\nWhat was varied does: {', '.join(names)}, figures/ beside it"


def run(request, analysis=leave_effects) -> int:
    """Run what the design asks for and is not there yet; returns the exit status.

    Parameters
    ----------
    request : SweepRequest
    analysis : callable
        ``(plan, rows, request, folder) -> str``: leaves what the rows say in the folder of the sweep, returns what to
        tell. Points that are alike share a run; it has a row at each.
    """
    folder = Path(request.resume or request.out)
    store = Store(folder)
    check_installed(request.engine)
    try:
        if request.resume is None:
            plan = planned(request)
            store.parts.mkdir()
            with store.locked():
                store.begin(plan)
                return carry_out(plan, store, request, analysis)
        return resumed(request, store, analysis)
    except KeyboardInterrupt:
        remedy = f"go on with: relsim {request.command} resume={folder}"
        print(one_line(f"relsim: interrupted; {short(folder)} keeps what is done, {remedy}"), file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno not in DISK:
            raise
        remedy = f"put that right, then go on with: relsim {request.command} resume={folder}"
        print(one_line(f"relsim: {short(folder)} cannot be written ({error.strerror}): {remedy}"), file=sys.stderr)
        return 2


def planned(request) -> Plan:
    """The plan of a new sweep; fits the scenario to the user's data first, where there are some."""
    if request.metric not in METRICS:
        raise OutOfRange(f"metric={request.metric} is not usable: choose from {', '.join(METRICS)}")
    if request.data is None:
        return frozen(request)
    table = read_survival(request.data)
    if request.scenario.stationary:
        raise OutOfRange(f"data={request.data}: a renewal table follows one cohort: add scenario=contract")
    scenario = fitted_to(table, request.scenario, request.world, request.seed)
    return frozen(request, scenario, digest_of_file(request.data))


def digest_of_file(path: str) -> str:
    """What the plan remembers of a table of the user's."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:32]


def resumed(request, store: Store, analysis) -> int:
    """Go on with an earlier sweep: only what is missing or damaged is computed."""
    plan = store.plan()
    request = recomposed(request, plan)
    scenario = plan.cells.scenario if request.data else None
    check_same(plan, frozen(request, scenario, digest_of_file(request.data) if request.data else ""))
    if request.only is not None:
        return once_more(plan, store, request.only)
    with store.locked():
        return carry_out(store.plan(repair=True), store, request, analysis)


def recomposed(request, plan: Plan) -> SweepRequest:
    """The request as it would be composed now from what was typed then, and now."""
    folders = [Path(folder) for folder in request.folders]
    (then,) = jobs_of(plan.content["overrides"], type(request), folders)  # looked at as if typed now
    typed = {text.partition("=")[0]: text for text in then}
    typed |= {text.partition("=")[0]: text for text in request.overrides}
    only, resume = request.only, request.resume
    overrides = [text for name, text in typed.items() if name not in ("resume", "only", "out")]
    begun, now = plan.content["command"], request.command
    if begun != now:
        raise WrongRequest(f"resume={short(request.resume)} was begun by relsim {begun}: go on with relsim {begun} resume=DIR")
    fresh = request_of(now, overrides, type(request), folders)
    if fresh.engine.address != request.engine.address:  # a cluster is sent code: one named in a folder is not trusted
        raise WrongRequest(f"this sweep ran on a cluster: to go on there, add engine.address={short(fresh.engine.address)}")
    fresh.only, fresh.resume, fresh.out = only, resume, resume
    return fresh


def carry_out(plan: Plan, store: Store, request, analysis) -> int:
    """Fill the store, write the tables, tell what came out."""
    began = time.perf_counter()
    warm_up(*ends(plan))
    with opened(request.engine, private=str(store.folder)) as engine:
        filled = fill(plan, store, engine)
    runs, failures = leave(plan, store, request, filled, time.perf_counter() - began)
    told = analysis(plan, all_rows(plan, store).to_pandas(), request, store.folder) if request.effects else ""
    print(summary(plan, store, runs, filled) + told)
    if len(failures):
        told = "failures.csv names each, its error and its command"
        print(f"relsim: {len(failures)} of {runs.num_rows} runs failed; {told}:", file=sys.stderr)
        for row in failures.head(SHOWN).itertuples():
            print(one_line(f"  {row.error}: {row.command}"), file=sys.stderr)
    return 3 if len(failures) else 0


def ends(plan: Plan) -> tuple[Scenario, list[Policy]]:
    """The scenario and the policies of the first and the last point: what is compiled before workers start.

    Points between them call on the same rules but for odd designs, where workers compile what is missing.
    """
    first, last = (plan.cells.at(tuple(plan.points[place].tolist()))[0] for place in (0, -1))
    return last.scenario, [*first.policies.values(), *last.policies.values()]


def once_more(plan: Plan, store: Store, run_id: str) -> int:
    """One run again, in this process, with everything it has to say; the store stays as it is."""
    for _, table in store.tables(plan, ["run_id", "point", "replicate", "policy"]):
        if table is None:
            continue
        for row in table.to_pylist():
            if row["run_id"] == run_id:
                done = aloud(plan.cells, tuple(plan.points[row["point"]].tolist()), row["replicate"], row["policy"])
                print("\n".join(f"{name}: {value}" for name, value in done.items() if value != ""))
                return 0 if done["status"] == "ok" else 3
    raise WrongRequest(f"only={short(run_id)} is no run of {store.folder}: take a run_id of runs.parquet or failures.csv")


def dying(runs: pa.Table) -> str:
    """What to say where many organisations lose nearly all their members, as they do in most of the far corners of ranges."""
    left = runs["growth_ratio"].to_numpy()
    dead, known = int((left < DEAD).sum()), int(np.isfinite(left).sum())
    if known == 0 or dead < MANY_DEAD * known:
        return ""
    return (
        f"{dead:,} of {known:,} runs end with less than {DEAD:.0%} of the members they began with (growth_ratio): averages over "
        "all of them mix organisations that live with ones that die; narrow the ranges, or look at each kind alone"
    )


def summary(plan: Plan, store: Store, runs: pa.Table, filled: Filled) -> str:
    """What the terminal shows: how many runs, how precise, how many organisations die, where the table is."""
    content = plan.content
    named = ", ".join(plan.factors[:FEW]) + (f" and {more} more" if (more := len(plan.factors) - FEW) > 0 else "")
    varied = f" over {named}" if plan.factors else ""
    lines = ["", f"{runs.num_rows:,} runs: {len(plan.points):,} points ({content['config']['design']['kind']}{varied})"]
    if filled.found:
        lines.append(f"{filled.found:,} replicates of points were there already, {filled.made:,} were computed now")
    table = filled.precision
    if len(table):
        kind = "difference to the reference" if content["paired"] else "mean"
        short_of = table[~table["reached"]]
        lines.append(
            f"{content['metric']}: {kind} known to +/- {content['precision']:g} at {len(table) - len(short_of)} of {len(table)} "
            f"points x policies, with {table['n'].min()} to {table['n'].max()} replicates (precision.csv)"
        )
        if len(short_of):
            needed = short_of["needed_n"].max()
            again = f"the others need up to {needed:,} replicates: begin again in a new folder with most_replicates={needed}"
            unknown = f"the others have runs in which {content['metric']} is not a number: choose another metric"
            lines.append(unknown if (short_of["n"] < 2).all() else again)
    lines += filter(None, [dying(runs)])
    lines.append(f"Table: {store.folder / 'runs.parquet'} (pandas, polars, DuckDB and R open it)")
    return "\n".join(lines)


if __name__ == "__main__":
    from experiments.door import main

    sys.exit(main(["sweep", *sys.argv[1:]]))
