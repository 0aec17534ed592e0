/* Trust and renewals, the end of a week, and the loop over weeks. Part of core.c. */

/* Quality as it arrives: distrust leaves part of a good answer unused. */
static double taken_up(double quality, double trust, double friction)
{
    return quality > 0.0 ? quality * (1.0 - friction * (1.0 - trust)) : quality;
}

static void live_through(Run *run, int week, Case *cases, int64_t used, double *tally)
{
    const Rules *rules = &run->rules;
    for (int64_t row = 0; row < run->staff_count; row++)
        run->staff[row].aftermath = 0;
    double received = 0.0, hidden = 0.0;
    bool admitted = false, advised = false;
    for (int64_t index = 0; index < used; index++) {
        Case *entry = &cases[index];
        if (entry->ordinal % 2 == 0) {
            received = hidden = 0.0;
            admitted = advised = false;
        }
        received += entry->received;
        hidden += entry->hidden;
        admitted |= entry->admitted;
        advised |= entry->advising;
        if (entry->ordinal % 2 != entry->parts - 1)
            continue; /* a later part is still to come */
        Member *member = &run->members[entry->member];
        Staff *person = &run->staff[entry->server];
        const Department *unit = &run->departments[person->department];
        double before = run->trust[entry->member], trust = before;
        double true_quality = received / entry->parts, quality = (received + hidden) / entry->parts;
        if (hidden > 0.0
            && draws(rules, rules->key_exposure, week, member->identity, entry->ordinal).at[0] < rules->found_out) {
            quality = true_quality;
            trust -= rules->betrayal * trust;
            member->ceiling = (float)(member->ceiling * (1.0 - rules->scar));
            tally[FOUND_OUT] += 1.0;
        }
        double line = rules->line + rules->disappointment * fmax(0.0, member->expectation - rules->expectation);
        double arrived = taken_up(quality, before, rules->friction);
        double worth = rules->request_worth * taken_up(true_quality, before, rules->friction);
        entry->taken = rules->exposure * unit->vulnerability * (1.0 - before);
        if (quality >= line) {
            double gain = rules->gain * (1.0 + rules->humble * unit->listening * (1.0 - before));
            if (advised)
                gain = gain * (1.0 + rules->objectivity);
            trust += fmin(1.0, gain) * fmax(0.0, member->ceiling - trust);
            tally[GOOD] += 1.0;
        } else {
            double loss = admitted ? rules->loss * (1.0 - rules->apology) : rules->loss;
            trust -= loss * trust * fmin(1.0, (line - quality) / rules->severe);
            worth -= rules->let_down_cost;
            member->let_downs++;
            tally[LET_DOWNS] += 1.0;
            Draws luck = draws(rules, rules->key_voice, week, member->identity, entry->ordinal);
            if (luck.at[0] < member->voice * (0.5 + 0.5 * before)) {
                member->complaints++;
                tally[COMPLAINTS] += 1.0;
                person->aftermath += (int64_t)(rules->complaint_hours * HOUR);
                if (luck.at[1] < (entry->free ? rules->resolved_free : rules->resolved_standard) * person->care) {
                    trust += rules->healing * fmax(0.0, member->ceiling - trust);
                } else {
                    member->grievance = week;
                    tally[UNRESOLVED] += 1.0;
                }
            }
        }
        run->trust[entry->member] = trust;
        double lesson = advised ? arrived * rules->advice_credit : arrived;
        member->belief += rules->learning * (lesson - member->belief);
        double lifted = quality + rules->promise_lift * rules->promise;
        member->expectation = (float)(member->expectation + rules->expecting * (lifted - member->expectation));
        tally[QUALITY] += true_quality;
        tally[WORTH] += worth;
    }
}

/* ---- renewals ---- */

static double logistic(double x)
{
    if (x >= 0.0)
        return 1.0 / (1.0 + exp(-x));
    double grown = exp(x);
    return grown / (1.0 + grown);
}

static double base_commitment(double commitment, double years, const Rules *rules)
{
    return (rules->prior_years * rules->prior + years * commitment) / (rules->prior_years + years);
}

/* A CES mean over departments of the bonds alive within a year. */
static double combined_bond(const Run *run, int64_t row, int week)
{
    const Rules *rules = &run->rules;
    const Tie *tie = run->ties + row * rules->departments;
    double total = 0.0;
    for (int department = 0; department < rules->departments; department++, tie++) {
        int weeks = week - tie->last_contact;
        if (tie->staff < 0 || weeks > YEAR || !run->staff[tie->staff].alive)
            continue;
        double bond = faded(tie->bond, weeks, rules->bond_years);
        if (bond > 0.0)
            total += exp(rules->bond_elasticity * log(bond));
    }
    return total <= 0.0 ? 0.0 : exp(log(total / rules->departments) / rules->bond_elasticity);
}

/* The one term whose reset to the reference median would have kept this member, with the same luck. */
static int reason(double odds, double chance, const double gaps[4])
{
    int code = NO_SINGLE_CAUSE;
    double largest = 0.0;
    for (int term = 0; term < 4; term++) {
        if (gaps[term] > largest && chance < logistic(odds + gaps[term])) {
            code = COMMITMENT + term;
            largest = gaps[term];
        }
    }
    return code;
}

static void renew(Run *run, int week, double *tally)
{
    const Rules *rules = &run->rules;
    int due = week % YEAR;
    double staying_open = 1.0 - rules->involuntary;
    for (int64_t row = 0; row < run->member_count; row++) {
        if (run->renewal_week[row] != due || !run->alive[row])
            continue;
        Member *member = &run->members[row];
        int years = (week + 1 - member->joined) / YEAR;
        if (years < 1)
            continue;
        Draws luck = draws(rules, rules->key_renewal, week, member->identity, 0);
        double leaving = luck.at[0], staying = luck.at[1], bond = combined_bond(run, row, week);
        bool held_against = member->grievance >= 0 && week - member->grievance <= rules->grievance_weeks;
        double grievance = held_against ? 1.0 : 0.0, base = base_commitment(member->commitment, years, rules);
        double lived = (member->belief - rules->belief) + rules->bond_weight * (bond - rules->bond)
                     - rules->grievance_weight * (grievance - rules->grievance);
        double odds = base + rules->lived_weight * lived - rules->price_weight * (rules->dues - 1.0)
                    - rules->outside_option;
        double chance = logistic(odds);
        tally[DUE] += 1.0;
        tally[DUE_BELIEF] += member->belief;
        tally[DUE_BOND] += bond;
        tally[DUE_GRIEVANCE] += grievance;
        tally[EXPECTED] += staying_open * chance;
        if (years == 1) {
            tally[DUE_FIRST] += 1.0;
            tally[EXPECTED_FIRST] += staying_open * chance;
        }
        if (leaving >= rules->involuntary && staying < chance) {
            member->renewals++;
            tally[RENEWED] += 1.0;
            if (years == 1)
                tally[RENEWED_FIRST] += 1.0;
            continue;
        }
        int code = INVOLUNTARY;
        if (leaving >= rules->involuntary) {
            const double gaps[4] = {
                base_commitment(rules->commitment_median, years, rules) - base,
                rules->lived_weight * (rules->belief_median - member->belief),
                rules->lived_weight * rules->bond_weight * (rules->bond_median - bond),
                rules->lived_weight * rules->grievance_weight * grievance,
            };
            code = reason(odds, staying, gaps);
        }
        run->alive[row] = false;
        member->left = week;
        member->lapse = (int8_t)code;
        tally[LAPSES + code - 1] += 1.0;
    }
}

/* ---- a run ---- */

/* Runs the weeks first..last-1; `series` has a row of SERIES numbers a week, zeroed. */
void run_weeks(Run *run, int first, int last, double *series)
{
    int64_t room = run->member_count / 3 + 64;
    Case *cases = malloc(room * sizeof(Case));
    if (!cases)
        abort();
    for (int week = first; week < last; week++) {
        double *tally = series + (int64_t)(week - first) * SERIES;
        drift(run, week);
        int64_t used = collect(run, week, &cases, &room, tally);
        route(run, week, cases, used, tally);
        share_hours(run, cases, used, tally);
        answer(run, week, cases, used, tally);
        meet(run, week, cases, used);
        live_through(run, week, cases, used, tally);
        renew(run, week, tally);
        double trust = 0.0;
        for (int64_t row = 0; row < run->member_count; row++) {
            if (run->alive[row]) {
                tally[MEMBERS] += 1.0;
                trust += run->trust[row];
            }
        }
        tally[TRUST] = tally[MEMBERS] > 0.0 ? trust / tally[MEMBERS] : 0.0;
    }
    free(cases);
}
