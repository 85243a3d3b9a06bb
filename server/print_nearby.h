/*
 * A nearby answer in plain words, for people at a terminal. No columns: names are Chinese, English
 * or both, and terminals disagree on how wide they are.
 */
#ifndef SERVER_PRINT_NEARBY_H
#define SERVER_PRINT_NEARBY_H

#include "data/nearby.h"

#include <stdio.h>

void print_nearby(const struct dataset *dataset, const struct vacancies *vacancies,
                  const struct nearby_query *query, const struct nearby_list *list, FILE *out);

/* "412 m", "1.2 km"; "3 days ago", "just now"; what `text` holds, NUL included. */
enum { PRINT_TEXT_BYTES = 48 };
void print_format_distance(double metres, char text[PRINT_TEXT_BYTES]);
void print_format_age(int64_t seconds, char text[PRINT_TEXT_BYTES]);
/* "40 CNY", "12.50 CNY", "3000 JPY": minor units as people write them. */
void print_format_money(int32_t minor_units, const char *currency, char text[PRINT_TEXT_BYTES]);

#endif
