/* Encounters: cases are answered, and contact keeps ties alive. Part of core.c. */

static double fit(double distance, double tolerance)
{
    double ratio = distance / tolerance;
    return 1.0 / (1.0 + ratio * ratio);
}

/* How much of what the holder learned about a member the server can see. */
static double visible_share(const Run *run, int holder, int server)
{
    const Rules *rules = &run->rules;
    if (holder < 0)
        return 0.0;
    if (holder == server)
        return 1.0;
    const Department *unit = &run->departments[run->staff[holder].department];
    if (!run->staff[holder].alive)
        return 1.0 - (1.0 - rules->codified) * (1.0 - rules->records * unit->strictness)
                   * (1.0 - rules->records * unit->information);
    return run->staff[holder].department == run->staff[server].department ? 1.0 : unit->information;
}

static double failure_chance(const Rules *rules, double ability)
{
    return rules->standard_failure + rules->free_failure * fmin(2.0, fmax(0.0, 1.0 - ability));
}

/* Chance that a part handed on is never answered. */
static double dropping_chance(const Rules *rules, const Department *unit, double alignment)
{
    double together = 0.5 * fmax(unit->information, unit->climate);
    double values = fmax(0.0, 1.0 + rules->neglect * (0.6 - alignment) / 0.6);
    return rules->handoff_drop * (1.0 - together) * values;
}

static double warmth(const Rules *rules, const Staff *person)
{
    return fmin(1.0, person->empathy + rules->immersion_warmth * person->immersed);
}

/* Mean fit over what the member does not ask for; `known` is the member's first latent coordinate. */
static double latent_fit(const Run *run, const Knowledge *known, int server, double reach)
{
    double total = 0.0;
    for (int place = 0; place < LATENT; place++, known++) {
        int coordinate = run->rules.departments + place;
        double answer = run->offer[coordinate];
        if (reach > 0.0)
            answer += reach * visible_share(run, known->holder, server) * (known->estimate - answer);
        total += fit(known->need + run->trend[coordinate] - answer, run->rules.tolerance);
    }
    return total / LATENT;
}

/* Quality of an answer that is given; notes what is given away, admitted and covered up. */
static double quality_of(const Run *run, int week, Case *entry, const Draws *luck, double *tally)
{
    const Rules *rules = &run->rules;
    const Staff *person = &run->staff[entry->server];
    const Department *unit = &run->departments[person->department];
    const Knowledge *all = &run->knowledge[(int64_t)entry->member * (rules->departments + LATENT)];
    const Knowledge *asked = all + entry->domain;
    double prior = rules->spread * rules->spread + rules->trend_spread * rules->trend_spread;
    double offer = run->offer[entry->domain], reach = 0.0, known = 0.0, quality;
    if (entry->free || entry->configured) {
        double visible = visible_share(run, asked->holder, entry->server);
        known = visible * fmax(0.0, 1.0 - asked->uncertainty / prior);
        reach = entry->free ? visible : visible * rules->solution_reach;
        if (entry->handed)
            reach *= 1.0 - rules->handoff_loss * (1.0 - 0.5 * unit->information);
    }
    double need = asked->need + run->trend[entry->domain];
    double near = fit(need - offer - reach * (asked->estimate - offer), rules->tolerance);
    double fitting = near + rules->latent_share
                          * (latent_fit(run, all + rules->departments, entry->server, reach) - near);
    bool failed;
    if (entry->free) {
        double error = rules->free_error * (1.0 - rules->error_known * known);
        quality = fitting + person->ability + rules->empathy * (warmth(rules, person) - 0.5)
                + error * normal(luck->at[0]);
        if (person->department != entry->domain)
            quality -= rules->depth_loss;
        entry->gift = fmin(unit->guardrail, rules->giveaway * (1.0 - person->alignment));
        failed = luck->at[1] < failure_chance(rules, person->ability);
    } else {
        quality = fitting + rules->standard_error * normal(luck->at[0]);
        failed = luck->at[1] < rules->standard_failure;
    }
    if (failed) {
        double amends = fmin(unit->guardrail, rules->amends);
        quality -= rules->failure_size;
        if (entry->free && luck->at[2] < rules->recovery * amends / rules->amends) {
            quality += rules->failure_size;
            entry->gift = fmin(unit->guardrail, entry->gift + amends);
        } else {
            uint32_t identity = run->members[entry->member].identity;
            double covering = draws(rules, rules->key_covering, week, identity, entry->ordinal).at[0];
            entry->admitted = covering < unit->transparency;
            entry->hidden = entry->admitted ? 0.0 : rules->covered * rules->failure_size;
        }
    }
    entry->advising = entry->advising && quality < rules->advice_line;
    if (entry->advising) {
        entry->hidden = 0.0;
        entry->admitted = false;
        quality = rules->advice_quality;
        tally[ADVISED] += 1.0;
    }
    tally[ADMITTED] += entry->admitted ? 1.0 : 0.0;
    tally[COVERED] += entry->hidden > 0.0 ? 1.0 : 0.0;
    return quality;
}

static void answer(Run *run, int week, Case *cases, int64_t used, double *tally)
{
    const Rules *rules = &run->rules;
    for (int64_t index = 0; index < used; index++) {
        Case *entry = &cases[index];
        const Staff *person = &run->staff[entry->server];
        const Department *unit = &run->departments[person->department];
        uint32_t identity = run->members[entry->member].identity;
        Draws luck = draws(rules, rules->key_answer, week, identity, entry->ordinal);
        entry->gift = entry->hidden = 0.0;
        entry->admitted = false;
        double quality = 0.0;
        if (!entry->handed || luck.at[3] >= dropping_chance(rules, unit, person->alignment))
            quality = quality_of(run, week, entry, &luck, tally);
        else
            entry->advising = false;
        double weeks = person->waiting + (entry->handed ? rules->handoff_wait : 0.0);
        entry->received = quality - (rules->effort_cost * fmax(0.0, 1.0 - person->care)
                                     + rules->wait_cost * weeks / (1.0 + 0.5 * weeks));
    }
}

/* ---- ties ---- */

static double faded(double bond, int weeks, double years) { return bond * exp(-weeks / (52.0 * years)); }

static void meet(Run *run, int week, const Case *cases, int64_t used)
{
    const Rules *rules = &run->rules;
    for (int64_t index = 0; index < used; index++) {
        const Case *entry = &cases[index];
        const Staff *person = &run->staff[entry->server];
        Tie *tie = &run->ties[(int64_t)entry->member * rules->departments + person->department];
        double bond = 0.0;
        if (tie->staff != entry->server) {
            tie->staff = entry->server;
            tie->since = week;
        } else {
            bond = faded(tie->bond, week - tie->last_contact, rules->bond_years);
        }
        double growth = fmin(1.0, rules->bond_growth * (0.5 + warmth(rules, person)) * person->care);
        tie->bond = (float)(bond + growth * (1.0 - bond));
        tie->last_contact = week;
    }
}

#include "core_year.h"
