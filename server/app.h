/*
 * The picture that requests read, and how it is swapped beneath them without a lock.
 *
 * A picture is one dataset, the vacancies made for it and the prepared fragments of it (and of a
 * server's its coverage, now and of earlier days): they belong
 * together, are published together and are never changed afterwards. A reader borrows the current
 * picture for the time of one answer; a publisher puts a new one in its place at any moment. What
 * was replaced is freed when no reader holds it any more: each reader has a slot of its own that
 * says which picture it holds (hazard pointers; Michael 2004), so that borrowing is two atomic
 * stores and a load, and no reader ever waits.
 *
 *   thread start:  app_reader_open(app, &reader, error)
 *   each request:  const struct picture *picture = app_borrow(reader);
 *                  … read …
 *                  app_return(reader);
 *   thread end:    app_reader_close(reader)
 *
 * At most APP_MAX_GENERATIONS pictures are alive: a publisher that would make one more waits for
 * the readers of the oldest.
 */
#ifndef SERVER_APP_H
#define SERVER_APP_H

#include "data/records.h"

#include <stdbool.h>
#include <stdint.h>

struct app;
struct app_reader;
struct dataset;
struct vacancies;
struct fragments;  /* server/fragments.h */
struct suggest;    /* data/suggest.h */
struct kept_runs;  /* data/kept_runs.h */
struct usual_runs; /* server/usual_runs.h */
struct store;

enum {
    APP_MAX_READERS = 256,  /* readers open at one time */
    APP_MAX_GENERATIONS = 3 /* pictures alive at one time: the current one and two still borrowed */
};

struct picture {
    const struct dataset *dataset;
    const struct vacancies *vacancies;
    const struct fragments *fragments;
    struct suggest *suggest;        /* gathers its names once, whoever asks first */
    const struct kept_runs *kept;   /* of a server's: coverage of earlier days; else NULL */
    const struct usual_runs *usual; /* likewise: coverage of each region, as it is usually asked */
    uint64_t generation; /* counts what was published, from 1; differs between any two pictures */

    /* Frees the picture with all that it alone owns. Called by the publishing side, when no reader
     * can hold it. */
    void (*release)(struct picture *picture);
};

/* Nothing is published yet. */
enum status MUST_CHECK app_open(struct app **app, struct error *error);
/* Every reader is closed. Releases what is published. Safe on NULL. */
void app_close(struct app *app);

/* A place from which one thread borrows. LIMIT past APP_MAX_READERS. Any thread. */
enum status MUST_CHECK app_reader_open(struct app *app, struct app_reader **reader,
                                       struct error *error);
void app_reader_close(struct app_reader *reader); /* holds nothing; safe on NULL */

/*
 * The current picture; NULL only before the first is published. It stays as it is until
 * app_return(); a reader borrows one at a time. No lock, no allocation, no waiting.
 */
const struct picture *app_borrow(struct app_reader *reader);
void app_return(struct app_reader *reader);

/*
 * Put `picture` (malloc'd by the caller, `release` set, now the app's) in the place of the current
 * one, and release what nobody holds. Sets its generation. Any thread; publishers take turns, and
 * wait (a millisecond at a time) while APP_MAX_GENERATIONS pictures are alive.
 */
void app_publish(struct app *app, struct picture *picture);

/* Pictures alive, the current one among them. Any thread; for metrics and tests. */
uint32_t app_generations_alive(struct app *app);

#endif
