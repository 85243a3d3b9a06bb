/*
 * An offer in words: who may come, what is free and how old that is, what it costs, when it is open.
 * web/src/offer_words.ts says the same in the browser.
 */
#ifndef SERVER_OFFER_WORDS_H
#define SERVER_OFFER_WORDS_H

#include "data/vacancies.h"
#include "server/format_text.h"
#include "server/html.h"

/* The words of codes; of an unknown one the text for that. */
enum text_key offer_care_words(int8_t care);
enum text_key kind_words(int8_t kind);
enum text_key ownership_words(int8_t ownership);
enum text_key weekday_words(unsigned weekday); /* 0 = Monday */
enum text_key profile_words(uint32_t profile); /* PROFILE_… */

/* "free", "full", "ask", "unknown": the class of the element that says it. */
const char *offer_tone(const struct offer_state *state);
/*
 * "3 places free", "full", "ask whether a place is free", "places unknown". A stale number is told as
 * what it was, never as free; of a later start "a place by the start month".
 */
void offer_open_words(enum language language, const struct offer_state *state,
                      char text[FORMAT_BYTES]);

/* <span class="offer-open TONE">3 places free<small> · updated 2 hours ago</small></span> */
void offer_write_open(struct html *html, const struct offer_state *state, moment_t now);

/* "today 08:00–18:00", "hours unknown" */
void offer_hours_words(enum language language, const struct vacancies *vacancies, uint32_t offer,
                       char text[FORMAT_BYTES]);

/* <li class="offer">…</li>: care and ages, what is free, fee and today's hours. */
void offer_write(struct html *html, const struct vacancies *vacancies, uint32_t offer,
                 const struct offer_state *state, moment_t now);

#endif
