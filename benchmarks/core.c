/* The core of a week, in C: needs, routing, encounters, trust, renewals.
 *
 * The same rules with the same keyed luck as the Python model, with structures of its own. It is founded from the
 * columns of a model at week 0 and must then give the same renewals to the person. Nobody joins, nobody on the staff or
 * among leaders leaves, nothing is learned, the offer and what departments do stay as they are: the processes that
 * change them are not part of the core. Nor are jumps of needs and breaches of trust, which a scenario may have.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define LATENT 2 /* coordinates of need that nobody asks for */
#define YEAR 52
#define HALF_YEAR 26
#define HOUR 3600

typedef struct { /* all numbers that the rules are given */
    double spread, drift, trend_spread, trend_years, main_domain_share, several_domains_share;
    double hours, handoff_hours, coordination_hours, record_hours, handoff_ease, listening_hours, solution_hours;
    double free_hours, role_gap, climate_hours, meaning_hours, shared_hours, report_hours, judging_hours;
    double week_hours, hurry, deepening, gaming, relief, least_effort, sinking, recovering;
    double tolerance, standard_error, free_error, error_known, empathy, standard_failure, free_failure, failure_size;
    double recovery, amends, giveaway, latent_share, solution_reach, immersion_warmth, advice_line, advice_quality;
    double covered, neglect, handoff_loss, handoff_drop, handoff_wait, depth_loss, effort_cost, wait_cost;
    double codified, records, bond_growth, bond_years;
    double gain, loss, severe, line, disappointment, promise_lift, expecting, learning, friction;
    double resolved_standard, resolved_free, healing, apology, found_out, betrayal, scar, humble, objectivity, exposure;
    double advice_credit, complaint_hours, request_worth, let_down_cost, promise;
    double lived_weight, bond_weight, bond_elasticity, grievance_weight, price_weight, grievance_weeks;
    double dues, outside_option;
    double prior, prior_years, involuntary, belief, bond, grievance, expectation;
    double commitment_median, belief_median, bond_median;
    uint32_t seed, replicate, key_drift, key_trend, key_request, key_freedom, key_answer, key_covering, key_exposure;
    uint32_t key_voice, key_renewal;
    int32_t departments;
} Rules;

typedef struct { /* what a department does; nobody leads in the core, so all of it stays as founded */
    double strictness, coverage, guardrail, solutions, advice, listening, routing, information, climate;
    double transparency, vulnerability, why, shared, roles, development, evaluation, judgement;
    double insight, thrift;
} Department;

typedef struct { /* what a request touches; numbers a coordinate of need are in Knowledge */
    double belief;
    uint32_t identity, allotment;
    float expectation, ceiling, request_rate, owner_rank, voice, commitment;
    int32_t owner, grievance, joined, left;
    int16_t let_downs, complaints, renewals;
    int8_t main_domain, lapse;
} Member;

typedef struct { float need, estimate, uncertainty; int32_t holder; } Knowledge; /* one a member and coordinate */
typedef struct { int32_t staff; float bond; int32_t since, last_contact; } Tie;  /* one a member and department */

typedef struct {
    double empathy, alignment, freedom_rank, ability, immersed, effort, care, standard, waiting;
    int64_t demand, backlog, worked, aftermath;
    int32_t department, post;
    int32_t alive;
} Staff;

typedef struct {
    double received, hidden, gift, taken;
    int64_t seconds;
    int32_t member, ordinal, parts, domain, server;
    bool owned, free, configured, handed, advising, admitted;
} Case;

typedef struct { /* a whole run; the arrays belong to the caller */
    Rules rules;
    Member *members;
    Knowledge *knowledge;
    Tie *ties;
    double *trust, *next_request;
    int8_t *renewal_week;
    uint8_t *alive;
    Staff *staff;
    Department *departments;
    int32_t *seats, *first_post, *opened;
    double *trend, *offer;
    int64_t member_count, staff_count;
} Run;

enum {
    MEMBERS, TRUST, REQUESTS, PARTS, FREE, HANDED_OFF, ADVISED, ADMITTED, COVERED, FOUND_OUT, WAITED, QUALITY, WORTH,
    GOOD, LET_DOWNS, COMPLAINTS, UNRESOLVED, DUE, RENEWED, EXPECTED, DUE_FIRST, RENEWED_FIRST, EXPECTED_FIRST,
    ON_DUTY, OVERLOADED, BACKLOG, WORKED, AVAILABLE, DUE_BELIEF, DUE_BOND, DUE_GRIEVANCE, LAPSES, SERIES = LAPSES + 7
};
enum { INVOLUNTARY = 1, COMMITMENT, VALUE, ENGAGEMENT, GRIEVANCE, FRIENDS_GONE, NO_SINGLE_CAUSE };

/* Checked by the caller, so that both sides mean the same memory. */
int64_t size_of(int which)
{
    const int64_t sizes[] = {sizeof(Rules), sizeof(Member), sizeof(Knowledge), sizeof(Tie), sizeof(Staff),
                             sizeof(Department), SERIES};
    return sizes[which];
}

/* ---- luck: Philox4x32-10 and the normal quantile AS 241 ---- */

typedef struct { double at[4]; } Draws;

static Draws draws(const Rules *rules, uint32_t what, int week, uint32_t person, int ordinal)
{
    uint32_t c0 = person, c1 = (uint32_t)week + ((uint32_t)ordinal << 16), c2 = 0, c3 = what;
    uint32_t k0 = rules->seed, k1 = rules->replicate;
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    const double unit = 0x1p-32;
    return (Draws){{(c0 + 0.5) * unit, (c1 + 0.5) * unit, (c2 + 0.5) * unit, (c3 + 0.5) * unit}};
}

static double normal(double uniform)
{
    double q = uniform - 0.5, r, top, low;
    if (fabs(q) <= 0.425) {
        r = 0.180625 - q * q;
        top = 2509.0809287301226727 * r + 33430.575583588128105;
        top = (top * r + 67265.770927008700853) * r + 45921.953931549871457;
        top = ((top * r + 13731.693765509461125) * r + 1971.5909503065514427) * r + 133.14166789178437745;
        top = top * r + 3.387132872796366608;
        low = 5226.495278852545925 * r + 28729.085735721942674;
        low = (low * r + 39307.89580009271061) * r + 21213.794301586595867;
        low = ((low * r + 5394.1960214247511077) * r + 687.1870074920579083) * r + 42.313330701600911252;
        return q * top / (low * r + 1.0);
    }
    r = sqrt(-log(fmin(uniform, 1.0 - uniform)));
    if (r <= 5.0) {
        r -= 1.6;
        top = 7.7454501427834140764e-4 * r + 0.0227238449892691845833;
        top = ((top * r + 0.24178072517745061177) * r + 1.27045825245236838258) * r + 3.64784832476320460504;
        top = ((top * r + 5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734;
        low = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4;
        low = ((low * r + 0.0151986665636164571966) * r + 0.14810397642748007459) * r + 0.68976733498510000455;
        low = ((low * r + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1.0;
    } else {
        r -= 5.0;
        top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5;
        top = ((top * r + 0.0012426609473880784386) * r + 0.026532189526576123093) * r + 0.29656057182850489123;
        top = ((top * r + 1.7848265399172913358) * r + 5.4637849111641143699) * r + 6.6579046435011037772;
        low = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7;
        low = ((low * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r + 0.0148753612908506148525;
        low = ((low * r + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0;
    }
    return q < 0.0 ? -top / low : top / low;
}

#include "core_week.h"
