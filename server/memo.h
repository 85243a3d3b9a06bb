/*
 * A memo: expensive answers to few questions, kept for whoever asks next, and a bound on what strangers
 * can make a server compute.
 *
 * One answer is computed at a time, by the request that asked for it; no request ever waits for
 * another. Computing is paid from a purse of time that fills at a quarter of a processor's pace, so
 * that questions nobody asked before cannot take more than that from the server. An answer older than
 * the data is handed out for a second more, and for as long as a new one cannot be computed.
 *
 *   switch (memo_find(memo, question, generation, now_ms, &answer)) {
 *   case MEMO_FOUND:   … read answer->value … memo_return(memo, answer); break;
 *   case MEMO_COMPUTE: value = …; answer = memo_put(memo, value, now_ms); … memo_return(…); break;
 *   case MEMO_BUSY:    503, ask again in a second
 *   }
 *
 * Any thread. Values are read by several threads at once and never changed.
 */
#ifndef SERVER_MEMO_H
#define SERVER_MEMO_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MEMO_KEPT = 24,       /* answers kept; the one not asked for the longest goes first */
    MEMO_OLD_MS = 1000,   /* answers are computed anew at most so often */
    MEMO_PURSE_MS = 4000, /* computing that may happen at once */
    MEMO_FILLS_IN = 4     /* a millisecond comes back in so many */
};

struct memo;
struct memo_answer { /* read only */
    void *value;
    uint64_t question;   /* exact, not a hash */
    uint64_t generation; /* of the data that it was computed from */
    int64_t made_ms, took_ms;
};

/* `release` frees a value. */
enum status MUST_CHECK memo_open(void (*release)(void *value), struct memo **memo,
                                 struct error *error);
/* Nobody holds an answer any more. Safe on NULL. */
void memo_close(struct memo *memo);

enum memo_found { MEMO_FOUND, MEMO_COMPUTE, MEMO_BUSY };

/* now_ms is of a clock that does not go back. After MEMO_COMPUTE the caller alone computes, and must say
 * memo_put() or memo_give_up(). */
enum memo_found MUST_CHECK memo_find(struct memo *memo, uint64_t question, uint64_t generation,
                                     int64_t now_ms, struct memo_answer **answer);

/* Keep what was computed; the memo owns it even where it cannot keep it (NULL is then returned: no
 * memory). The answer is borrowed until memo_return(). */
struct memo_answer *memo_put(struct memo *memo, void *value, int64_t now_ms);
void memo_give_up(struct memo *memo, int64_t now_ms); /* it failed; the time is paid all the same */
void memo_return(struct memo *memo, struct memo_answer *answer);

#endif
