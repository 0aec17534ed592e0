"""Words and numbers for people who do not read code: names of metrics, signs, and no more decimals than are known.

Shares are spoken of as so many in 100. Nothing here computes a result.
"""

import math

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"

METRIC_WORDS = {
    "retention_rate": "members who renew",
    "first_year_retention": "first renewals",
    "value_surplus_mean": "value created",
    "value_member_mean": "value to members",
    "value_organisation_mean": "value to the organisation",
    "revenue": "revenue",
    "other_spending": "spent beside serving",
    "growth_ratio": "members in the end, for each at the switch",
    "members": "members in the end",
    "referrals": "people brought by members",
    "bought": "people won by campaigns",
    "returned": "people who had left and came back",
    "first_trust_mean": "trust of those who joined since the switch",
    "left_bound": "members who left before their contract ended",
    "grieved_churn_ratio": "leaving after a complaint left open, against others",
    "not_accepting": "prospects who did not accept what they were told",
    "not_kept": "members the organisation did not keep",
    "loss_making": "members who cost more than they paid",
    "cost_of_loss_making": "cost of those who cost more than they paid",
    "upside_beyond_reference": "upside",
    "downside_beyond_reference": "downside",
    "upside_beyond_reference_per_request": "upside per request",
    "downside_beyond_reference_per_request": "downside per request",
    "upside": "spread above the middle",
    "downside": "spread below the middle",
    "margin": "margin",
    "cost_to_serve": "cost to serve",
    "staff_hours": "staff hours",
    "share_negative": "members with a negative value",
    "overload": "overloaded staff-weeks",
    "complaints": "complaints",
    "staff_turnover": "staff leaving",
    "trust_mean": "trust",
    "satisfaction_mean": "satisfaction",
    "retention_expected": "chance to renew",
    "first_year_retention_mixed": "first renewals, earlier joiners included",
    "quality_received": "quality of answers",
    "let_downs": "let-downs",
    "recruits": "people who join",
    "knowledge": "what is known of members' needs",
    "latent_knowledge": "what is known of needs nobody speaks of",
    "latent_needs_met": "needs nobody speaks of, met",
    "offer_misfit": "distance of the offer from what is needed",
    "launches": "offers launched",
    "covered_up": "failures covered up",
    "staff_alignment": "how staff share the values",
    "alignment_apart": "departments drifting apart in values",
    "cross_department_ties": "talk across departments",
    "policy_gap": "declared but not done",
    "posts": "staff posts",
    "support_clique": "members in the innermost layer",
    "sympathy_group": "members in the two inner layers",
    "affinity_group": "members in the three inner layers",
    "active_network": "members in touch",
    "ties_weekly": "members met in most weeks",
    "ties_monthly": "members met monthly",
    "ties_half_yearly": "members met half-yearly",
    "ties_yearly": "members met yearly",
    "contacts_with_closest": "contacts with the five closest",
    "in_touch": "conversations of the staff's own choice",
    "in_touch_cost": "cost of conversations of the staff's own choice",
    "queue_weeks": "waiting",
    "gifts": "given away",
    "hours_used": "hours in use",
    "community_size": "people in the community",
    "community_activity": "how alive the community is",
    "community_share": "members who take part in the community",
    "peer_help": "requests answered by peers",
    "peer_value": "worth of what peers answer",
    "retention_in_community": "renewals of those who take part",
    "retention_beside_community": "renewals of those who do not",
    "never_posted": "participants who have never written",
    "top_tenth_messages": "messages of the tenth who write most",
    "paid_tiers": "fees for paid levels of the community",
    "community_cost": "money spent on the community",
    "market_share": "share of the market",
    "market_share_change": "change of the share of the market",
    "lost_to_background": "members lost to what has always been there",
    "lost_to_price": "members lost to cheap rivals",
    "lost_to_innovator": "members lost to innovators",
    "lost_to_service": "members lost to rivals who serve better",
    "known_lost": "how well those lost to entrants were known",
    "offer_lead": "lead of the offer over the best rival's",
    "rival_price": "lowest price among rivals",
    "partner_value": "joint value with partners",
    "partner_retention": "partners who went on",
    "partner_retention_expected": "partners' chance of going on",
    "revenue_at_risk": "revenue at risk",
    "partner_upside_beyond_reference": "upside over ties",
    "partner_downside_beyond_reference": "downside over ties",
    "partner_margin": "own part of joint value less its cost",
    "partner_value_p10": "joint value of the weakest tenth of ties",
    "partner_value_p90": "joint value of the strongest tenth of ties",
    "value_per_meeting": "joint value per meeting",
    "partner_hours": "hours for partners",
    "misunderstandings": "misunderstandings",
    "partner_trust": "partners' trust",
    "knowing_each_other": "what people of both sides know of each other",
    "strikes": "advantage taken by partners",
}

METRIC_MEANING = {
    "retention_rate": "renewals, of 100 members due to renew",
    "value_surplus_mean": "dues per member-year; to members and organisation together",
    "upside_beyond_reference": "dues per member-year above the line that nine in ten stay under with the reference",
    "downside_beyond_reference": "dues per member-year below the line that nine in ten stay over; less is better",
    "upside_beyond_reference_per_request": "dues per answered request",
    "downside_beyond_reference_per_request": "dues per answered request; less is better",
    "margin": "dues per member-year",
    "revenue": "dues per member-year; what comes in",
    "other_spending": "dues per member-year; recruiting, outreach, the offer, replacing staff and leaders, partners and the rest",
    "growth_ratio": "newcomers counted",
    "referrals": "to each member-year",
    "bought": "to each member-year",
    "returned": "to each member-year",
    "recruits": "to each member-year",
    "first_trust_mean": "0 none, 1 full",
    "trust_mean": "0 none, 1 full",
    "left_bound": "to each member whose year ended under a contract that did not",
    "grieved_churn_ratio": "1: an open complaint makes no difference",
    "offer_lead": "in sd of needs, as far as what members need differs from one to the other; more is better",
    "cost_to_serve": "dues per member-year; less is better",
    "retention_expected": "mean chance in 100 of those due; the same without the luck of single decisions",
    "knowledge": "in 100; part of the doubt about members' needs that is gone",
    "latent_knowledge": "in 100; part of the doubt about needs nobody speaks of that is gone",
    "latent_needs_met": "0 not at all, 1 in full",
    "offer_misfit": "in standard deviations of what members need; less is better",
    "covered_up": "of 100 failures not put right; less is better",
    "staff_alignment": "0 not at all, 1 in full",
    "alignment_apart": "sd between departments; less is better",
    "cross_department_ties": "of 100 contacts among staff",
    "policy_gap": "levers, their distances added up; less is better",
    "contacts_with_closest": "of 100 contacts of a person on the staff",
    "support_clique": "members to each person on the staff",
    "sympathy_group": "members to each person on the staff",
    "affinity_group": "members to each person on the staff",
    "active_network": "members to each person on the staff",
    "ties_weekly": "members to each person on the staff",
    "ties_monthly": "members to each person on the staff, the weekly ones included",
    "ties_half_yearly": "members to each person on the staff, those met more often included",
    "ties_yearly": "members to each person on the staff, those met more often included",
    "in_touch": "a week and person on the staff",
    "in_touch_cost": "dues per member-year; less is better",
}

LAPSE_WORDS = {
    "involuntary": "left the field, closed or retired",
    "commitment": "little commitment to begin with",
    "value": "too little value",
    "engagement": "too little contact",
    "grievance": "a complaint left unresolved",
    "friends": "friends who left, or none to stay for",
    "no_single_cause": "no single cause",
    "community": "a community that needs no membership",
    "let_go": "not kept, since the organisation saw more cost than dues",
    "rival": "a rival who offers more, or asks less",
}


def label(name) -> str:
    """Name of a policy as people read it: underscores become spaces."""
    return str(name).replace("_", " ").strip() or "unnamed"


def shorten(text: str, most: int = 26) -> str:
    """Cut text to at most ``most`` characters, so that a long name cannot push a chart off its page."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def capital(text: str) -> str:
    """First letter large, the rest untouched."""
    return text[:1].upper() + text[1:]


def metric_words(metric: str) -> str:
    """Name of a metric in words."""
    if metric.startswith("survival_year_"):
        return f"still members after year {metric.rsplit('_', 1)[1]}"
    return METRIC_WORDS.get(metric, label(metric))


def metric_meaning(metric: str, unit: str = "") -> str:
    """Unit and, where it is needed, the meaning of a metric."""
    return METRIC_MEANING.get(metric) or shown_unit(unit)


def changing(unit: str) -> str:
    """What a picture of changes calls its unit: "change in dues", but "change, in 100 of revenue"."""
    shown = shown_unit(unit)
    return f"change, {shown}" if shown.startswith("in ") else f"change in {shown}"


def scale(unit: str) -> float:
    """Factor from the stored unit to the shown one: shares are shown as so many in 100."""
    return 100.0 if str(unit).startswith("share") else 1.0


def shown_unit(unit: str) -> str:
    """Stored unit, as shown."""
    unit = str(unit)
    return f"in 100{unit[5:]}" if unit.startswith("share") else unit


def decimals(half_width: float, most: int = 3) -> int:
    """Decimals that are known: one significant figure of the half width of the interval (0 .. ``most``)."""
    if not math.isfinite(half_width) or half_width <= 0:
        return min(2, most)
    return min(most, max(0, -math.floor(math.log10(half_width) + 1e-9)))


def number(value: float, places: int = 2, sign: bool = False) -> str:
    """A number with fixed decimals and a true minus sign; a dash when missing; never "-0"."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{abs(value):,.{places}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def plain(value) -> str:
    """Any value of a setting, short: numbers without trailing zeros, True as yes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:,.4g}".replace("-", MINUS) if math.isfinite(value) else DASH
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(item) for item in value)
    return DASH if value is None else str(value)


def more_or_fewer(value: float, places: int, more: str = "more", fewer: str = "fewer") -> str:
    """A signed number in words: "1.8 fewer", "6.6 more"."""
    text = number(abs(value), places)
    return text if float(text.replace(",", "")) == 0 else f"{text} {more if value > 0 else fewer}"


def listed(items) -> str:
    """Items as a list in a sentence: "a, b and c"."""
    items = list(items)
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
