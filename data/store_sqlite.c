/*
 * The SQLite backend: opening, the lock, transactions.
 *
 * One process owns a store, by a lock on STORE.lock that lives as long as the process (an open file
 * description lock: SQLite's own locks on the store file are POSIX locks, which a mere close() of
 * that file elsewhere in the process would drop; they are not touched). WAL with synchronous=FULL:
 * a commit is on the disk when it returns. SQLite 3.40 can lose pages when a second connection
 * checkpoints beside a writer, so the writer alone does, between its transactions.
 */
#include "data/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHECKPOINT_PAGES = 2000 };

/* Transactions -----------------------------------------------------------------------------------*/

static void forget_cached(struct sqlite_store *store)
{
    sqlite_forget_names(&store->writer.sources);
    sqlite_forget_names(&store->writer.regions);
    memset(store->fresh, 0, sizeof store->fresh);
    memset(store->hourless, 0, sizeof store->hourless);
    store->last_facility = store->last_group = store->group_facility = store->report_group = 0;
    store->next_number = 0;
    store->change_day_count = 0;
}

static enum status sqlite_begin(struct store *base, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    sqlite3_stmt *statement;
    enum status status =
        sqlite_statement(&store->writer, SLOT_BEGIN, "BEGIN IMMEDIATE", &statement, error);
    if (!status)
        status = sqlite_run(&store->writer, statement, "beginning to write", error);
    store->writer.in_transaction = status == STATUS_OK;
    return status;
}

static void sqlite_rollback(struct store *base)
{
    struct sqlite_store *store = sqlite_of(base);
    if (!sqlite3_get_autocommit(store->writer.db))
        (void)sqlite3_exec(store->writer.db, "ROLLBACK", NULL, NULL, NULL);
    store->writer.in_transaction = false;
    forget_cached(store);
}

/* Between transactions. A failed write into the store file leaves the log whole; but after a failed
 * sync nothing may be tried again, because the kernel reports a lost page only once. */
static void checkpoint(struct sqlite_store *store)
{
    if (store->wal_pages < CHECKPOINT_PAGES)
        return;
    int code =
        sqlite3_wal_checkpoint_v2(store->writer.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if ((code & 0xFF) == SQLITE_IOERR)
        atomic_store(&store->base.failed, true);
}

static enum status sqlite_commit(struct store *base, struct error *error)
{
    struct sqlite_store *store = sqlite_of(base);
    struct sqlite_link *link = &store->writer;
    sqlite3_stmt *statement;
    enum status status = STATUS_OK;
    if (base->dirty) {
        status = sqlite_statement(link, SLOT_GENERATION_NEXT,
                                  "UPDATE generation SET generation = generation + 1", &statement,
                                  error);
        if (!status)
            status = sqlite_run(link, statement, "writing", error);
    }
    if (!status)
        status = sqlite_statement(link, SLOT_COMMIT, "COMMIT", &statement, error);
    if (status) {
        sqlite_rollback(base);
        return status;
    }
    status = sqlite_run(link, statement, "committing", error);
    if (status) {
        /* Full: the frame that commits was not written. Anything else may have reached the disk. */
        int code = sqlite3_extended_errcode(link->db) & 0xFF;
        if (code != SQLITE_FULL && code != SQLITE_BUSY && code != SQLITE_CONSTRAINT)
            atomic_store(&base->failed, true);
        sqlite_rollback(base);
        return status;
    }
    link->in_transaction = false;
    checkpoint(store);
    return STATUS_OK;
}

static int count_wal_pages(void *context, sqlite3 *db, const char *schema, int pages)
{
    (void)db, (void)schema;
    struct sqlite_store *store = context;
    store->wal_pages = pages;
    return SQLITE_OK;
}

/* Opening ----------------------------------------------------------------------------------------*/

static enum status look_at_file(const char *path, enum store_mode mode, struct error *error)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            return error_set(error, STATUS_IO, "store %s: %s", path, strerror(errno));
        return mode == STORE_CREATE
                   ? STATUS_OK
                   : error_set(error, STATUS_NOT_FOUND, "there is no store %s", path);
    }
    if (S_ISDIR(info.st_mode))
        return error_set(error, STATUS_CORRUPT, "store %s: it is a folder, not a store", path);
    if (mode == STORE_CREATE)
        return error_set(error, STATUS_CONFLICT, "store %s: it is there already", path);
    if (!S_ISREG(info.st_mode))
        return error_set(error, STATUS_CORRUPT, "store %s: it is not a file", path);
    if (info.st_size == 0)
        return error_set(error, STATUS_CORRUPT, "store %s: the file is empty, not a store", path);
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return error_set(error, STATUS_IO, "store %s: it may not be read by this user", path);
    if (mode == STORE_WRITE && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        return error_set(error, STATUS_READ_ONLY, "store %s: it may be read, but not written",
                         path);
    return STATUS_OK;
}

/* Readers share the lock, a writer has it alone. A store that cannot change, on a medium or in a
 * folder that cannot be written, needs none. */
static enum status take_lock(struct sqlite_store *store, enum store_mode mode, struct error *error)
{
    bool reads = mode == STORE_READ;
    struct error reason = {0};
    enum status status = store_lock_take(store->path, reads ? STORE_LOCK_SHARED : STORE_LOCK_ALONE,
                                         &store->base.lock, &reason);
    store->immutable = reads && (status == STATUS_READ_ONLY || status == STATUS_NOT_FOUND);
    if (!status || store->immutable)
        return STATUS_OK;
    return error_set(error, status, "%s", reason.message);
}

static enum status read_generation(struct sqlite_store *store, struct sqlite_link *link,
                                   struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(link->db, "SELECT generation FROM generation", -1, &statement, NULL);
    if (!code)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        atomic_store(&store->base.generation, (uint64_t)sqlite3_column_int64(statement, 0));
    enum status status = STATUS_OK;
    if (code == SQLITE_DONE)
        status =
            error_set(error, STATUS_CORRUPT, "store %s: its generation is missing", store->path);
    else if (code != SQLITE_ROW)
        status = sqlite_failure(link, code, "opening it", error);
    sqlite3_finalize(statement);
    return status;
}

static enum status open_writer(struct sqlite_store *store, struct error *error)
{
    struct sqlite_link *link = &store->writer;
    enum status status = sqlite_link_open(link, store->path, SQLITE_OPEN_READWRITE, error);
    if (!status)
        status = sqlite_migrate(link, true, error);
    if (!status)
        status = sqlite_exec(link,
                             "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                             "PRAGMA cache_size=-32768; PRAGMA journal_size_limit=67108864",
                             error);
    if (status)
        return status;
    link->failed = &store->base.failed;
    sqlite3_wal_hook(link->db, count_wal_pages, store); /* instead of checkpointing by itself */
    return read_generation(store, link, error);
}

static enum status open_reader(struct sqlite_store *store, struct error *error)
{
    enum status status = sqlite_link_open_reader(&store->reader, store, error);
    if (!status)
        status = sqlite_migrate(&store->reader, false, error);
    return status ? status : read_generation(store, &store->reader, error);
}

static void sqlite_close(struct store *base)
{
    struct sqlite_store *store = sqlite_of(base);
    sqlite_link_close(&store->reader);
    if (store->writer.db && atomic_load(&base->failed))
        sqlite3_db_config(store->writer.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite_link_close(&store->writer); /* last: it checkpoints and takes the log away */
    store_lock_release(&base->lock);
    pthread_mutex_destroy(&store->reader_lock);
    free(store->path);
    free(store);
}

static const struct store_backend sqlite_backend = {
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .meta_get = sqlite_meta_get,
    .meta_put = sqlite_meta_put,
    .region_put = sqlite_region_put,
    .regions = sqlite_regions,
    .street_put = sqlite_street_put,
    .community_put = sqlite_community_put,
    .streets = sqlite_streets,
    .communities = sqlite_communities,
    .residents_replace = sqlite_residents_replace,
    .residents = sqlite_residents,
    .facility_insert = sqlite_facility_insert,
    .group_insert = sqlite_group_insert,
    .offer_insert = sqlite_offer_insert,
    .facility_find = sqlite_facility_find,
    .facility_find_id = sqlite_facility_find_id,
    .facility_next_number = sqlite_facility_next_number,
    .facility_version_insert = sqlite_facility_version_insert,
    .group_version_insert = sqlite_group_version_insert,
    .offer_version_insert = sqlite_offer_version_insert,
    .version_supersede = sqlite_version_supersede,
    .facility_history = sqlite_facility_history,
    .places_append = sqlite_places_append,
    .places_forget = sqlite_places_forget,
    .hours_replace = sqlite_hours_replace,
    .slots_replace = sqlite_slots_replace,
    .field_edit_put = sqlite_field_edit_put,
    .field_edits = sqlite_field_edits,
    .import_run_insert = sqlite_import_run_insert,
    .import_runs = sqlite_import_runs,
    .run_insert = sqlite_run_insert,
    .runs = sqlite_runs,
    .run_result = sqlite_run_result,
    .run_delete = sqlite_run_delete,
    .import_after = sqlite_import_after,
    .scan_open = sqlite_scan_open,
    .scan_next = sqlite_scan_next,
    .scan_close = sqlite_scan_close,
    .scan_each = sqlite_scan_each,
    .next_change = sqlite_next_change,
    .check = sqlite_check,
    .backup = sqlite_backup,
};

enum status store_sqlite_open(const char *path, enum store_mode mode, struct store **store,
                              struct error *error)
{
    struct sqlite_store *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error, "opening a store");
    pthread_mutex_init(&made->reader_lock, NULL);
    made->base.backend = &sqlite_backend;
    made->base.may_write = mode != STORE_READ;
    made->path = strdup(path);
    made->base.location = made->path;
    enum status status =
        made->path ? look_at_file(path, mode, error) : error_memory(error, "opening a store");
    if (!status)
        status = take_lock(made, mode, error);
    if (!status && mode == STORE_CREATE)
        status = sqlite_create(path, sqlite_schema_version(), error);
    if (!status)
        status = mode == STORE_READ ? open_reader(made, error) : open_writer(made, error);
    if (status) {
        sqlite_close(&made->base);
        return status;
    }
    *store = &made->base;
    return STATUS_OK;
}
