#include "tests/data/coverage_same.h"

#include <math.h>
#include <string.h>

/* NaN is NaN; else to the last bit. */
static void check_same(double actual, double expected)
{
    CHECK(isnan(expected) ? isnan(actual) : actual == expected);
}

static void check_entry(const struct coverage_entry *a, const struct coverage_entry *b)
{
    CHECK_TEXT(a->code, b->code);
    CHECK_TEXT(a->name, b->name);
    CHECK_TEXT(a->name_en, b->name_en);
    CHECK_TEXT(a->street, b->street);
    CHECK_INT(a->state, b->state);
    CHECK_INT(a->residents, b->residents);
    CHECK_INT(a->children, b->children);
    CHECK_INT(a->located, b->located);
    CHECK_INT(a->reachable, b->reachable);
    CHECK_INT(a->open, b->open);
    CHECK_INT(a->missing, b->missing);
    CHECK_INT(a->facilities, b->facilities);
    CHECK_INT(a->places, b->places);
    CHECK_INT(a->places_staff_only, b->places_staff_only);
    CHECK_INT(a->places_needed, b->places_needed);
    check_same(a->places_per_1000, b->places_per_1000);
    check_same(a->public_places_per_1000, b->public_places_per_1000);
    check_same(a->standard_per_1000, b->standard_per_1000);
    check_same(a->access, b->access);
    check_same(a->access_plain, b->access_plain);
    CHECK(memcmp(a->figures->cells, b->figures->cells, sizeof a->figures->cells) == 0);
    CHECK(memcmp(a->figures->located, b->figures->located, sizeof a->figures->located) == 0);
    check_same(a->figures->weight, b->figures->weight);
    check_same(a->figures->off_network_weight, b->figures->off_network_weight);
}

void coverage_runs_check_same(const struct coverage_run *a, const struct coverage_run *b)
{
    CHECK_TEXT(a->region, b->region);
    CHECK_TEXT(a->profile.name, b->profile.name);
    CHECK_INT(a->day, b->day);
    CHECK_INT(a->made_for, b->made_for);
    CHECK_INT(a->dataset_at, b->dataset_at);
    CHECK_INT(a->known_communities, b->known_communities);
    CHECK_INT(a->resident_points, b->resident_points);
    CHECK(memcmp(a->reachable, b->reachable, sizeof a->reachable) == 0);
    check_same(a->empty_supply, b->empty_supply);
    REQUIRE(a->community_count == b->community_count);
    check_entry(&a->whole, &b->whole);
    for (uint32_t c = 0; c < b->community_count; c++)
        check_entry(&a->communities[c], &b->communities[c]);
}
