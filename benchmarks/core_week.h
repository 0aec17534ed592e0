/* The processes of a week, in their order, and the loop over weeks. Part of core.c. */

/* ---- needs ---- */

static void drift(Run *run, int week)
{
    const Rules *rules = &run->rules;
    double ratio = rules->drift / rules->spread;
    double kept = sqrt(fmax(0.0, 1.0 - ratio * ratio)), step = rules->spread * sqrt(1.0 - kept * kept);
    int dimensions = rules->departments + LATENT, due = (week + HALF_YEAR) % YEAR;
    for (int64_t row = 0; row < run->member_count; row++) {
        if (run->renewal_week[row] != due || !run->alive[row])
            continue;
        Knowledge *known = run->knowledge + row * dimensions;
        Draws luck = {{0}};
        for (int domain = 0; domain < dimensions; domain++) {
            if (domain % 4 == 0)
                luck = draws(rules, rules->key_drift, week, run->members[row].identity, domain / 4);
            known[domain].need = (float)(kept * known[domain].need + step * normal(luck.at[domain % 4]));
        }
    }
    kept = exp(-1.0 / (YEAR * rules->trend_years));
    step = rules->trend_spread * sqrt(1.0 - kept * kept);
    for (int domain = 0; domain < dimensions; domain++) {
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

static double case_hours(const Rules *rules, const Department *unit, const Case *entry, bool owned_elsewhere)
{
    double hours = rules->hours + rules->record_hours * unit->information;
    if (owned_elsewhere)
        hours += rules->coordination_hours;
    if (entry->handed)
        hours += rules->handoff_hours * (1.0 - rules->handoff_ease * unit->climate);
    double extra = rules->listening_hours * unit->listening;
    if (entry->free)
        extra += rules->free_hours;
    if (entry->configured)
        extra += rules->solution_hours;
    return hours * (1.0 + extra);
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
        bool later_part = entry->ordinal % 2 == 1;
        bool owned = member->owner_rank < run->departments[member->main_domain].routing;
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
        const Department *unit = &run->departments[person->department];
        Draws luck = draws(rules, rules->key_freedom, week, member->identity, entry->ordinal);
        entry->server = server;
        entry->owned = owned;
        entry->free = person->freedom_rank < unit->coverage && luck.at[0] < 1.0 - unit->strictness;
        entry->configured = !entry->free && luck.at[1] < unit->solutions;
        entry->handed = (later_part && !owned) || luck.at[2] < rules->role_gap * unit->roles;
        entry->advising = luck.at[3] < unit->advice;
        entry->seconds = (int64_t)(case_hours(rules, unit, entry, later_part && owned) * unit->thrift * HOUR);
        person->demand += entry->seconds;
        if (entry->free)
            tally[FREE] += 1.0;
        if (entry->handed)
            tally[HANDED_OFF] += 1.0;
    }
}

/* Each person meets the week's work and the backlog with the hours there are. */
static void share_hours(Run *run, const Case *cases, int64_t used, double *tally)
{
    const Rules *rules = &run->rules;
    for (int64_t row = 0; row < run->staff_count; row++) {
        Staff *person = &run->staff[row];
        if (!person->alive)
            continue;
        const Department *unit = &run->departments[person->department];
        double other = rules->climate_hours * unit->climate + rules->meaning_hours * unit->why
                     + rules->shared_hours * unit->shared;
        other += rules->report_hours * (1.0 - unit->judgement) + rules->judging_hours * unit->judgement
               + unit->development;
        double hours = fmax(1.0, rules->week_hours - other);
        int64_t capacity = (int64_t)(hours * HOUR);
        double seen = unit->evaluation * (1.0 - unit->judgement * (1.0 - unit->insight));
        double aim = 1.0 - rules->hurry * (1.0 - seen) + rules->deepening * seen;
        int64_t demand = (int64_t)((double)person->demand * aim);
        double load = (double)demand / (double)capacity;
        double needed = load <= 1.0 ? 1.0 : fmax(rules->least_effort, 1.0 / sqrt(load)), norm = person->standard;
        norm += needed < norm ? rules->sinking * (needed - norm) : rules->recovering * (1.0 - norm);
        person->standard = norm;
        double effort = fmin(needed, norm);
        person->effort = aim * effort;
        person->care = aim * effort * (1.0 - rules->gaming * (1.0 - unit->judgement) * (1.0 - person->alignment));
        int64_t work = person->backlog + (int64_t)((double)demand * effort);
        person->worked = work < capacity ? work : capacity;
        person->waiting = (double)person->backlog / (double)capacity;
        person->backlog = work - person->worked;
        tally[WORKED] += (double)person->worked / HOUR;
        tally[AVAILABLE] += hours;
        tally[ON_DUTY] += 1.0;
        tally[BACKLOG] += (double)person->backlog / HOUR;
        if (demand > capacity)
            tally[OVERLOADED] += 1.0;
    }
    for (int64_t index = 0; index < used; index++)
        tally[WAITED] += run->staff[cases[index].server].waiting;
}

#include "core_answer.h"
