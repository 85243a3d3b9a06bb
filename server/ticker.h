/*
 * The ticker: the thread by which the clock changes the answers.
 *
 * It sleeps until the next moment at which the dataset or the vacancies stop holding, or a region's
 * day begins, but never longer than a minute: a clock that is set, or a machine that slept, is
 * noticed then. A sample store is dated anew each day, so that its numbers stay as fresh as they
 * were made to be.
 */
#ifndef SERVER_TICKER_H
#define SERVER_TICKER_H

#include "server/service.h"

struct ticker;
struct log;

enum {
    TICKER_MAX_SLEEP_S = 60,
    TICKER_SETTLES_MS = 1000 /* coverage is computed whole at most so often */
};

/* Starts the thread. `log` (may be NULL) hears of what fails. */
enum status MUST_CHECK ticker_start(struct service *service, struct log *log,
                                    struct ticker **ticker, struct error *error);
/* Ends and joins it; service_end() has been called. Safe on NULL. */
void ticker_stop(struct ticker *ticker);

/*
 * What is to be done at `now`, and when to look again: the one decision of the thread, apart so
 * that it can be tested without waiting. A `now` before the picture's own means that the clock was
 * set back: everything is built anew.
 */
enum ticker_action {
    TICKER_NOTHING,
    TICKER_REFRESH, /* vacancies */
    TICKER_RELOAD,  /* the dataset too */
    TICKER_SETTLE,  /* coverage: what counters do not tell */
    TICKER_NEW_DAY  /* a sample is dated anew; the dataset too */
};
struct ticker_decision {
    enum ticker_action action;
    int32_t sleep_s; /* 1..TICKER_MAX_SLEEP_S: until the next change, where nothing is to be done */
};
struct ticker_decision ticker_decide(struct service_changes changes, moment_t now,
                                     int64_t since_settled_ms);

#endif
