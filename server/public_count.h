/*
 * Counts of people as the public may see them.
 *
 * Exact counts of residents and children are for officers. In public answers a count is rounded to
 * the nearest 10, and below 10 it is "<10": two questions that differ by one building then differ by
 * 0, or by 10 where the building holds perhaps one child. Whatever else is made of people, a share or
 * places per 1,000, is made of the rounded counts and so says no more than they do. In JSON a count
 * is a whole number, a multiple of 10, or the text "<10"; null is unknown.
 */
#ifndef SERVER_PUBLIC_COUNT_H
#define SERVER_PUBLIC_COUNT_H

#include "server/json.h"

enum { PUBLIC_COUNT_STEP = 10 };
#define PUBLIC_COUNT_FEW "<10"

/* Rounded to 10, halves up; 0 for anything below 10: "few", which is not to be told from none. */
int64_t public_count(double exact);

/* public_count(part) / public_count(whole), at most 1; NaN where the whole is few: of fewer than ten
 * people no share is told. */
double public_share(double part, double whole);

/* Something that is made of exact counts and cannot be made of rounded ones (places per child, by
 * ways of different length): two significant digits. */
double public_ratio(double exact);

/* "key": 120, or "<10"; null for NaN. */
void json_key_people(struct json *json, const char *key, double exact);

#endif
