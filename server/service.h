/*
 * What a running server shares among its threads: the store that it owns, the pictures it shows, the
 * clock, and whose turn it is to write.
 *
 * Three things happen beside requests: commands that came over the control socket, the ticker, and
 * the end. Whoever writes to the store takes the turn first; whoever has written, or finds that time
 * has moved on, has a new picture published. Requests never wait for any of it.
 */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include "server/app.h"
#include "server/clock.h"

#include <pthread.h>
#include <stdatomic.h>

struct service {
    struct store *store;
    const char *store_path;         /* absolute; set by the caller */
    _Atomic(const char *) base_url; /* what links begin with; NULL before HTTP is up */
    struct app *app;
    struct clock clock;

    pthread_mutex_t turn;       /* who holds it may write to the store */
    pthread_mutex_t publishing; /* pictures are built one at a time: none is older than the last */
    struct app_reader *reader;  /* whoever holds `publishing` borrows by it */

    pthread_mutex_t waking; /* guards the two below */
    pthread_cond_t wake;    /* on CLOCK_MONOTONIC: something was published, or it ends */
    bool ending;
};

/* Takes over neither store nor clock; opens an app. Nothing is published yet. */
enum status MUST_CHECK service_open(struct service *service, struct store *store,
                                    const struct clock *clock, struct error *error);
/* No other thread uses it any more. Safe on {0}. */
void service_close(struct service *service);

/*
 * Wait for the turn to write; CANCELLED when `cancelled` (may be NULL) becomes true meanwhile.
 * What holds it must not print to a person's terminal: a stopped terminal would stop the server.
 */
enum status MUST_CHECK service_take_turn(struct service *service, const atomic_bool *cancelled,
                                         struct error *error);
void service_give_turn(struct service *service);

/* Build a picture from what the store has committed, and publish it; on failure the current one
 * stays. Requests meanwhile answer from the current one. */
enum status MUST_CHECK service_reload(struct service *service, struct error *error);

/* The same dataset, vacancies for now. */
enum status MUST_CHECK service_refresh(struct service *service, struct error *error);

/* The same, with the runs of coverage that the store keeps by now. */
enum status MUST_CHECK service_show_kept(struct service *service, struct error *error);

/* Compute anew what counters do not tell of coverage, and publish it; requests and publishers meanwhile
 * go on. Something is published already. */
enum status MUST_CHECK service_settle(struct service *service, struct error *error);

/* A day has begun: a sample store is dated anew (in its turn), then everything is built anew. */
enum status MUST_CHECK service_new_day(struct service *service, struct error *error);

/* When the current picture was made for, and when it stops holding; INT64_MAX = never. */
struct service_changes {
    moment_t made_for;     /* INT64_MIN before the first picture */
    moment_t dataset_at;   /* the register says something else from then on */
    moment_t vacancies_at; /* a number ages, a slot passes */
    moment_t midnight_at;  /* the next day begins in one of the regions */
    bool is_settled;       /* else coverage has moved since it was computed whole */
};
struct service_changes service_next_changes(struct service *service);

/* Tell whoever waits (ticker.c) that it ends. */
void service_end(struct service *service);

#endif
