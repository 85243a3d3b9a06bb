/*
 * The rows of a register file, read, converted and placed by a thread of its own while the caller
 * stores those before them: half of an import's work can so be done beside the other half.
 *
 * Rows travel in batches through a short queue. A batch has one owner at a time: the feed while it
 * fills it, then the caller from register_feed_next() until the call after it. What the feed is made
 * from (table, reader, placer, identities) is the feed's alone until register_feed_close(). Where no
 * thread can be had, the caller's call does the work.
 */
#ifndef DATA_REGISTER_FEED_H
#define DATA_REGISTER_FEED_H

#include "data/register_identities.h"
#include "data/register_place.h"

enum register_fed {
    REGISTER_FED_ROW,      /* a facility in `row` */
    REGISTER_FED_SKIPPED,  /* the mapping says that it is none */
    REGISTER_FED_REJECTED, /* the rest says why */
};

struct register_fed_row {
    enum register_fed outcome;
    uint64_t line;
    double done;                         /* how much of the file is behind it, 0 to 1 */
    const char *identity;                /* of a row; of a rejected one, where it has one */
    const char *column, *value, *reason; /* of a rejected one */
    struct register_row row;
};

struct register_feed;

/*
 * `identities`: those of the whole file. All four are borrowed until the feed is closed.
 */
enum status MUST_CHECK register_feed_open(struct table *table, const struct register_reader *reader,
                                          const struct register_placer *placer,
                                          const struct register_identities *identities,
                                          struct register_feed **feed, struct error *error);

/*
 * The next row; NULL in *row after the last one. It is the caller's to change (ids are written into
 * its bundle, whose text lives as the row does) until the next call. A failure of the file or of the
 * reading comes after all rows before it.
 */
enum status MUST_CHECK register_feed_next(struct register_feed *feed, struct register_fed_row **row,
                                          struct error *error);

/* Stops the thread, wherever it is. Safe on NULL. */
void register_feed_close(struct register_feed *feed);

#endif
