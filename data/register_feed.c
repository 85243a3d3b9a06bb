#include "data/register_feed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCHES = 4,              /* one with each side, two in between */
    BATCH_ROWS = 64,          /* a batch is full at these, */
    BATCH_BYTES = 1 << 20,    /* or when it has used these */
    ROW_MAX_BYTES = 16 << 20, /* what one row may become */
};

struct batch {
    struct register_fed_row rows[BATCH_ROWS];
    uint32_t count;
    struct arena arena; /* the rows' text */
    bool is_last;       /* nothing comes after it, or `status` */
    enum status status;
    struct error error;
};

struct register_feed {
    struct table *table;
    const struct register_reader *reader;
    const struct register_placer *placer;
    const struct register_identities *identities;

    struct batch *batches[BATCHES]; /* filled and emptied in turn */
    uint64_t filled, emptied;       /* how many batches so far; under the lock */
    bool stop;                      /* the caller wants no more; under the lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool has_thread;

    struct batch *current; /* the caller's, NULL before the first */
    uint32_t at;           /* its next row */
};

/* Filling ----------------------------------------------------------------------------------------*/

/* The table's row is gone at its next one; a fed row stays. */
static bool keep_cells(struct arena *arena, struct table_row *row)
{
    struct table_cell *cells = arena_calloc(arena, row->cell_count, sizeof *cells);
    if (!cells)
        return false;
    for (uint32_t i = 0; i < row->cell_count; i++) {
        cells[i] = row->cells[i];
        cells[i].text = arena_copy(arena, row->cells[i].text, row->cells[i].length);
        if (!cells[i].text)
            return false;
    }
    row->cells = cells;
    return true;
}

static void reject(struct arena *arena, struct register_fed_row *fed, const char *column,
                   const char *value, const char *reason)
{
    fed->outcome = REGISTER_FED_REJECTED;
    fed->column = column;
    fed->value = value;
    fed->reason = arena_string(arena, reason);
}

/* Is the row one facility, and which? False: it is rejected, and `fed` says why. */
static bool identify(const struct register_feed *feed, struct arena *arena,
                     const struct table_row *row, struct register_fed_row *fed)
{
    char reason[160];
    const struct register_reader *reader = feed->reader;
    const char *column = NULL;
    if (row->cell_count != reader->column_count) {
        snprintf(reason, sizeof reason, "the row has %u cells, the file %u columns",
                 row->cell_count, reader->column_count);
        reject(arena, fed, NULL, NULL, reason);
        return false;
    }
    fed->identity = register_row_identity(reader, row, arena, &column);
    if (!fed->identity) {
        snprintf(reason, sizeof reason, "no identity: empty, or longer than %d bytes",
                 REGISTER_MAX_ID_BYTES);
        reject(arena, fed, column, NULL, reason);
        return false;
    }
    const struct register_identity *known =
        register_identities_find(feed->identities, fed->identity);
    if (known && known->other_line) {
        uint64_t other = known->first_line == row->line ? known->other_line : known->first_line;
        snprintf(reason, sizeof reason, "the identity stands also on %s %llu",
                 table_row_word(feed->table), (unsigned long long)other);
        reject(arena, fed, column, fed->identity, reason);
        return false;
    }
    return true;
}

static enum status feed_row(const struct register_feed *feed, struct batch *batch,
                            struct table_row *row, struct error *error)
{
    struct register_fed_row *fed = &batch->rows[batch->count];
    struct arena *arena = &batch->arena;
    fed->outcome = REGISTER_FED_ROW;
    fed->line = row->line;
    fed->done = table_progress(feed->table);
    fed->identity = fed->column = fed->value = fed->reason = NULL;
    if (!keep_cells(arena, row))
        return error_set(error, STATUS_LIMIT, "row %llu is too long",
                         (unsigned long long)row->line);
    if (row->cell_count == feed->reader->column_count &&
        register_row_skipped(feed->reader, row, arena)) {
        fed->outcome = REGISTER_FED_SKIPPED;
    } else if (identify(feed, arena, row, fed)) {
        enum status status =
            register_row_read(feed->reader, row, fed->identity, arena, &fed->row, error);
        if (status)
            return status;
        register_place(feed->placer, &fed->row);
    }
    batch->count++;
    return STATUS_OK;
}

static void fill(const struct register_feed *feed, struct batch *batch)
{
    struct table_row row;
    bool more = true;
    arena_reset(&batch->arena);
    batch->count = 0;
    while (batch->count < BATCH_ROWS && batch->arena.used_bytes < BATCH_BYTES) {
        batch->status = table_next(feed->table, &row, &more, &batch->error);
        if (!batch->status && more)
            batch->status = feed_row(feed, batch, &row, &batch->error);
        batch->is_last = batch->status || !more;
        if (batch->is_last)
            return;
    }
}

static void *fill_all(void *context)
{
    struct register_feed *feed = context;
    for (bool goes_on = true; goes_on;) {
        pthread_mutex_lock(&feed->lock);
        while (feed->filled - feed->emptied == BATCHES && !feed->stop)
            pthread_cond_wait(&feed->changed, &feed->lock);
        goes_on = !feed->stop;
        struct batch *batch = feed->batches[feed->filled % BATCHES];
        pthread_mutex_unlock(&feed->lock);
        if (!goes_on)
            break;
        fill(feed, batch);
        goes_on = !batch->is_last;
        pthread_mutex_lock(&feed->lock);
        feed->filled++;
        pthread_cond_signal(&feed->changed);
        pthread_mutex_unlock(&feed->lock);
    }
    return NULL;
}

/* Emptying ---------------------------------------------------------------------------------------*/

/* Give the batch in hand back, and take the next one. */
static void take_batch(struct register_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    if (feed->current) {
        feed->emptied++;
        pthread_cond_signal(&feed->changed);
    }
    while (feed->has_thread && feed->filled == feed->emptied)
        pthread_cond_wait(&feed->changed, &feed->lock);
    feed->current = feed->batches[feed->emptied % BATCHES];
    feed->at = 0;
    pthread_mutex_unlock(&feed->lock);
    if (!feed->has_thread)
        fill(feed, feed->current);
}

enum status register_feed_next(struct register_feed *feed, struct register_fed_row **row,
                               struct error *error)
{
    *row = NULL;
    while (!feed->current || feed->at == feed->current->count) {
        struct batch *batch = feed->current;
        if (batch && batch->is_last) {
            if (batch->status && error)
                *error = batch->error;
            return batch->status;
        }
        take_batch(feed);
    }
    *row = &feed->current->rows[feed->at++];
    return STATUS_OK;
}

/* Life -------------------------------------------------------------------------------------------*/

enum status register_feed_open(struct table *table, const struct register_reader *reader,
                               const struct register_placer *placer,
                               const struct register_identities *identities,
                               struct register_feed **result, struct error *error)
{
    *result = NULL;
    struct register_feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        return error_memory(error, "reading a register");
    feed->table = table;
    feed->reader = reader;
    feed->placer = placer;
    feed->identities = identities;
    pthread_mutex_init(&feed->lock, NULL);
    pthread_cond_init(&feed->changed, NULL);
    for (int i = 0; i < BATCHES; i++) {
        feed->batches[i] = calloc(1, sizeof *feed->batches[i]);
        if (!feed->batches[i]) {
            register_feed_close(feed);
            return error_memory(error, "reading a register");
        }
        arena_init(&feed->batches[i]->arena, BATCH_BYTES + ROW_MAX_BYTES);
    }
    feed->has_thread = pthread_create(&feed->thread, NULL, fill_all, feed) == 0;
    *result = feed;
    return STATUS_OK;
}

void register_feed_close(struct register_feed *feed)
{
    if (!feed)
        return;
    if (feed->has_thread) {
        pthread_mutex_lock(&feed->lock);
        feed->stop = true;
        pthread_cond_signal(&feed->changed);
        pthread_mutex_unlock(&feed->lock);
        pthread_join(feed->thread, NULL);
    }
    for (int i = 0; i < BATCHES && feed->batches[i]; i++) {
        arena_release(&feed->batches[i]->arena);
        free(feed->batches[i]);
    }
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->lock);
    free(feed);
}
