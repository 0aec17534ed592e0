/* The processes of a week, in their order, and the loop over weeks. Part of core.c. */

/* ---- needs ---- */

static void drift(Run *run, int week)
{
    const Rules *rules = &run->rules;
    double ratio = rules->drift / rules->spread;
    double kept = sqrt(fmax(0.0, 1.0 - ratio * ratio)), step = rules->spread * sqrt(1.0 - kept * kept);
    int departments = rules->departments, due = (week + HALF_YEAR) % YEAR;
    for (int64_t row = 0; row < run->member_count; row++) {
        if (run->renewal_week[row] != due || !run->alive[row])
            continue;
        Knowledge *known = run->knowledge + row * departments;
        Draws luck = {{0}};
        for (int domain = 0; domain < departments; domain++) {
            if (domain % 4 == 0)
                luck = draws(rules, rules->key_drift, week, run->members[row].identity, domain / 4);
            known[domain].need = (float)(kept * known[domain].need + step * normal(luck.at[domain % 4]));
        }
    }
    kept = exp(-1.0 / (YEAR * rules->trend_years));
    step = rules->trend_spread * sqrt(1.0 - kept * kept);
    for (int domain = 0; domain < departments; domain++) {
        double move = normal(draws(rules, rules->key_trend, week, 0, domain).at[0]);
        run->trend[domain] = kept * run->trend[domain] + step * move;
    }
}

static int other_domain(int domain, int departments, double chance)
{
    int other = (int)(chance * (departments - 1));
    if (other > departments - 2)
        other = departments - 2;
    return other >= domain ? other + 1 : other;
}

/* Writes the week's cases; the table grows when it is full. Returns how many. */
static int64_t collect(Run *run, int week, Case **cases, int64_t *room, double *tally)
{
    const Rules *rules = &run->rules;
    int departments = rules->departments;
    int64_t used = 0;
    for (int64_t row = 0; row < run->member_count; row++) {
        if (run->next_request[row] >= week + 1)
            continue;
        if (!run->alive[row]) {
            run->next_request[row] = INFINITY;
            continue;
        }
        const Member *member = &run->members[row];
        double next = run->next_request[row];
        for (int ordinal = 0; next < week + 1; ordinal++) {
            Draws luck = draws(rules, rules->key_request, week, member->identity, ordinal);
            next += -log(luck.at[0]) / member->request_rate;
            double share = rules->main_domain_share;
            int domain = member->main_domain;
            if (luck.at[1] >= share && departments > 1)
                domain = other_domain(domain, departments, (luck.at[1] - share) / (1.0 - share));
            int parts = luck.at[2] < rules->several_domains_share && departments > 1 ? 2 : 1;
            if (used + 2 > *room) {
                *room *= 2;
                *cases = realloc(*cases, *room * sizeof(Case));
                if (!*cases)
                    abort();
            }
            for (int part = 0; part < parts; part++) {
                Case *entry = &(*cases)[used++];
                entry->member = (int32_t)row;
                entry->ordinal = ordinal * 2 + part;
                entry->parts = parts;
                entry->domain = part == 0 ? domain : other_domain(domain, departments, luck.at[3]);
            }
            tally[REQUESTS] += 1.0;
            tally[PARTS] += parts;
        }
        run->next_request[row] = next;
    }
    return used;
}

/* ---- routing ---- */

/* Staff row of who serves a member in a department; a department without anybody is stood in for by the next. */
static int occupant(const Run *run, int department, uint32_t allotment)
{
    int departments = run->rules.departments;
    for (int shift = 0; shift < departments; shift++) {
        int unit = (department + shift) % departments, first = run->first_post[unit], opened = run->opened[unit];
        uint32_t posts = (uint32_t)(run->first_post[unit + 1] - first);
        if (opened == 0)
            continue;
        uint32_t start = allotment % posts;
        if (start >= (uint32_t)opened)
            start = allotment / posts % (uint32_t)opened;
        for (int turn = 0; turn < opened; turn++) {
            int person = run->seats[first + ((int)start + turn) % opened];
            if (person >= 0)
                return person;
        }
    }
    return -1;
}

static int relieved(const Run *run, int server, int64_t limit)
{
    const Staff *person = &run->staff[server];
    if (person->backlog <= limit)
        return server;
    int first = run->first_post[person->department], opened = run->opened[person->department];
    for (int turn = 1; turn < opened; turn++) {
        int colleague = run->seats[first + (person->post - first + turn) % opened];
        if (colleague >= 0 && run->staff[colleague].backlog <= limit)
            return colleague;
    }
    return server;
}

static void route(Run *run, int week, Case *cases, int64_t used, double *tally)
{
    const Rules *rules = &run->rules;
    int64_t limit = (int64_t)(rules->relief * rules->week_hours * HOUR);
    for (int64_t row = 0; row < run->staff_count; row++)
        run->staff[row].demand = run->staff[row].alive ? run->staff[row].aftermath : 0;
    for (int64_t index = 0; index < used; index++) {
        Case *entry = &cases[index];
        Member *member = &run->members[entry->member];
        bool later_part = entry->ordinal % 2 == 1, owned = member->owner_rank < rules->routing;
        int server;
        if (owned) {
            server = member->owner;
            if (server < 0 || !run->staff[server].alive) {
                server = run->ties[(int64_t)entry->member * rules->departments + member->main_domain].staff;
                if (server < 0 || !run->staff[server].alive)
                    server = occupant(run, member->main_domain, member->allotment);
                member->owner = server;
            }
        } else {
            server = occupant(run, entry->domain, member->allotment);
        }
        server = relieved(run, server, limit);
        Staff *person = &run->staff[server];
        double chance = draws(rules, rules->key_freedom, week, member->identity, entry->ordinal).at[0];
        bool free = person->freedom_rank < rules->coverage && chance < 1.0 - rules->strictness;
        double hours = rules->hours + rules->record_hours * rules->information;
        if (later_part)
            hours += owned ? rules->coordination_hours : rules->handoff_hours;
        if (free)
            hours *= 1.0 + rules->free_hours;
        entry->server = server;
        entry->owned = owned;
        entry->free = free;
        entry->seconds = (int64_t)(hours * HOUR);
        person->demand += entry->seconds;
        if (free)
            tally[FREE] += 1.0;
        if (later_part && !owned)
            tally[HANDED_OFF] += 1.0;
    }
    int64_t capacity = (int64_t)(rules->week_hours * HOUR);
    for (int64_t row = 0; row < run->staff_count; row++) {
        Staff *person = &run->staff[row];
        if (!person->alive)
            continue;
        double load = (double)person->demand / (double)capacity;
        double needed = load <= 1.0 ? 1.0 : fmax(rules->least_effort, 1.0 / sqrt(load)), norm = person->standard;
        norm += needed < norm ? rules->sinking * (needed - norm) : rules->recovering * (1.0 - norm);
        person->standard = norm;
        person->effort = fmin(needed, norm);
        int64_t work = person->backlog + (int64_t)((double)person->demand * person->effort);
        person->worked = work < capacity ? work : capacity;
        person->waiting = (double)person->backlog / (double)capacity;
        person->backlog = work - person->worked;
        tally[WORKED] += (double)person->worked / HOUR;
        tally[AVAILABLE] += rules->week_hours;
        tally[BACKLOG] += (double)person->backlog / HOUR;
        if (person->demand > capacity)
            tally[OVERLOADED] += 1.0;
    }
    for (int64_t index = 0; index < used; index++)
        tally[WAITED] += run->staff[cases[index].server].waiting;
}

/* ---- encounters ---- */

static double fit(double distance, double tolerance)
{
    double ratio = distance / tolerance;
    return 1.0 / (1.0 + ratio * ratio);
}

/* How much of what the holder learned about a member the server can see. */
static double visible_share(const Run *run, int holder, int server)
{
    const Rules *rules = &run->rules;
    if (holder < 0 || holder == server)
        return 1.0;
    if (!run->staff[holder].alive)
        return 1.0 - (1.0 - rules->codified) * (1.0 - rules->records * rules->strictness)
                   * (1.0 - rules->records * rules->information);
    return run->staff[holder].department == run->staff[server].department ? 1.0 : rules->information;
}

static double faded(double bond, int weeks, double years) { return bond * exp(-weeks / (52.0 * years)); }

static void answer(Run *run, int week, Case *cases, int64_t used)
{
    const Rules *rules = &run->rules;
    double prior = rules->spread * rules->spread + rules->trend_spread * rules->trend_spread;
    for (int64_t index = 0; index < used; index++) {
        Case *entry = &cases[index];
        int domain = entry->domain;
        const Staff *person = &run->staff[entry->server];
        const Knowledge *known_of = &run->knowledge[(int64_t)entry->member * rules->departments + domain];
        Draws luck = draws(rules, rules->key_answer, week, run->members[entry->member].identity, entry->ordinal);
        double need = known_of->need + run->trend[domain], offer = run->offer[domain], gift = 0.0, quality;
        bool handed_on = entry->ordinal % 2 == 1 && !entry->owned;
        if (handed_on && luck.at[3] < rules->handoff_drop * (1.0 - 0.5 * rules->information)) {
            quality = 0.0;
        } else if (entry->free) {
            double visible = visible_share(run, known_of->holder, entry->server);
            double known = visible * fmax(0.0, 1.0 - known_of->uncertainty / prior), tailoring = visible;
            if (handed_on)
                tailoring *= 1.0 - rules->handoff_loss * (1.0 - 0.5 * rules->information);
            double response = offer + tailoring * (known_of->estimate - offer);
            double error = rules->free_error * (1.0 - rules->error_known * known);
            quality = fit(need - response, rules->tolerance) + person->ability
                    + rules->empathy * (person->empathy - 0.5) + error * normal(luck.at[0]);
            if (person->department != domain)
                quality -= rules->depth_loss;
            gift = fmin(rules->guardrail, rules->giveaway * (1.0 - person->alignment));
            double amends = fmin(rules->guardrail, rules->amends);
            double chance = rules->standard_failure + rules->free_failure * fmin(2.0, fmax(0.0, 1.0 - person->ability));
            if (luck.at[1] < chance) {
                quality -= rules->failure_size;
                if (luck.at[2] < rules->recovery * amends / rules->amends) {
                    quality += rules->failure_size;
                    gift = fmin(rules->guardrail, gift + amends);
                }
            }
        } else {
            quality = fit(need - offer, rules->tolerance) + rules->standard_error * normal(luck.at[0]);
            if (luck.at[1] < rules->standard_failure)
                quality -= rules->failure_size;
        }
        entry->gift = gift;
        double weeks = person->waiting + (handed_on ? rules->handoff_wait : 0.0);
        entry->received = quality - (rules->effort_cost * (1.0 - person->effort)
                                     + rules->wait_cost * weeks / (1.0 + 0.5 * weeks));
        Tie *tie = &run->ties[(int64_t)entry->member * rules->departments + person->department];
        double bond = 0.0;
        if (tie->staff != entry->server) {
            tie->staff = entry->server;
            tie->since = week;
        } else {
            bond = faded(tie->bond, week - tie->last_contact, rules->bond_years);
        }
        tie->bond = (float)(bond + rules->bond_growth * (0.5 + person->empathy) * person->effort * (1.0 - bond));
        tie->last_contact = week;
    }
}

#include "core_year.h"
