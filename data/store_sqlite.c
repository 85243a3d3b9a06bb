/*
 * The SQLite backend: opening, the lock, connections, transactions.
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

enum { CHECKPOINT_PAGES = 2000, BUSY_MS = 2000 };

/* Connections -----------------------------------------------------------------------------------*/

enum status sqlite_failure(struct sqlite_link *link, int code, const char *doing,
                           struct error *error)
{
    int primary = code & 0xFF;
    enum status status = STATUS_IO;
    const char *what = link->db ? sqlite3_errmsg(link->db) : sqlite3_errstr(code);
    if (primary == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)
        status = STATUS_MEMORY;
    else if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
             code == SQLITE_CONSTRAINT_ROWID)
        status = STATUS_CONFLICT;
    else if (primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH)
        status = STATUS_INVALID;
    else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
        status = STATUS_CORRUPT;
    else if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
        status = STATUS_BUSY;
    else if (primary == SQLITE_READONLY || primary == SQLITE_PERM)
        status = STATUS_READ_ONLY;
    else if (primary == SQLITE_TOOBIG)
        status = STATUS_LIMIT;
    if (primary == SQLITE_FULL)
        what = "the disk is full";
    else if (primary == SQLITE_NOTADB)
        what = "it is not a store of this program";
    else if (primary == SQLITE_CORRUPT)
        what = "the file is damaged; restore it from a backup";
    else if (status == STATUS_BUSY)
        what = "another program holds it";
    if (status == STATUS_IO && primary != SQLITE_FULL && link->in_transaction && link->failed)
        atomic_store(link->failed, true);
    /* These two say that the system refused, but not why. */
    bool by_system = link->db && (primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR);
    int reason = by_system && status == STATUS_IO ? sqlite3_system_errno(link->db) : 0;
    return error_set(error, status, "store %s: %s: %s%s%s", link->path, doing, what,
                     reason ? ": " : "", reason ? strerror(reason) : "");
}

enum status sqlite_exec(struct sqlite_link *link, const char *sql, struct error *error)
{
    int code = sqlite3_exec(link->db, sql, NULL, NULL, NULL);
    return code ? sqlite_failure(link, code, "preparing it", error) : STATUS_OK;
}

/* SQLite's statistics of memory cost a lock an allocation, and nobody reads them. */
static void configure_sqlite(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* too late is no harm */
}

/* What no statement of ours needs, and a hostile file could use. Triggers are SpatiaLite's own. */
static void lock_down(sqlite3 *db)
{
    static const int off[] = {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
                              SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_DQS_DML,
                              SQLITE_DBCONFIG_DQS_DDL};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        sqlite3_db_config(db, off[i], 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
}

enum status sqlite_link_open(struct sqlite_link *link, const char *path, int flags,
                             struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_sqlite);
    link->path = path;
    int code =
        sqlite3_open_v2(path, &link->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code) {
        enum status status = sqlite_failure(link, code, "opening it", error);
        sqlite_link_close(link);
        return status;
    }
    sqlite3_busy_timeout(link->db, BUSY_MS);
    lock_down(link->db);
    enum status status = sqlite_exec(
        link, "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY", error);
    if (status)
        sqlite_link_close(link);
    return status;
}

/* "file:PATH?immutable=1" with what has a meaning in a URI escaped. */
static char *immutable_uri(const char *path)
{
    char *uri = malloc(strlen(path) * 3 + 32);
    if (!uri)
        return NULL;
    const char *const hexadecimal = "0123456789ABCDEF";
    char *end = stpcpy(uri, "file:");
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        bool special = strchr("?#% ", c) != NULL;
        *end++ = special ? '%' : (char)c;
        if (special) {
            *end++ = hexadecimal[c >> 4];
            *end++ = hexadecimal[c & 15];
        }
    }
    stpcpy(end, "?immutable=1");
    return uri;
}

enum status sqlite_link_open_reader(struct sqlite_link *link, const struct sqlite_store *store,
                                    struct error *error)
{
    char *uri = store->immutable ? immutable_uri(store->path) : NULL;
    if (store->immutable && !uri)
        return error_memory(error, "opening a store");
    enum status status = sqlite_link_open(
        link, uri ? uri : store->path, SQLITE_OPEN_READONLY | (uri ? SQLITE_OPEN_URI : 0), error);
    free(uri);
    if (status)
        return status;
    link->path = store->path;
    sqlite3_wal_autocheckpoint(link->db, 0);
    sqlite3_db_config(link->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    status = sqlite_exec(link, "PRAGMA query_only=ON; PRAGMA cache_size=-1024", error);
    if (status)
        sqlite_link_close(link);
    return status;
}

static void forget_names(struct sqlite_names *names)
{
    for (int64_t key = 0; key < names->count; key++)
        free(names->names[key]);
    free(names->names);
    *names = (struct sqlite_names){0};
}

void sqlite_link_close(struct sqlite_link *link)
{
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        sqlite3_finalize(link->statements[slot]);
    forget_names(&link->sources);
    forget_names(&link->regions);
    sqlite3_close(link->db);
    *link = (struct sqlite_link){0};
}

enum status sqlite_statement(struct sqlite_link *link, enum sqlite_slot slot, const char *sql,
                             sqlite3_stmt **statement, struct error *error)
{
    *statement = NULL;
    if (!link->statements[slot]) {
        int code = sqlite3_prepare_v3(link->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      &link->statements[slot], NULL);
        if (code)
            return sqlite_failure(link, code, "reading its tables", error);
    }
    *statement = link->statements[slot];
    return STATUS_OK;
}

enum status sqlite_run(struct sqlite_link *link, sqlite3_stmt *statement, const char *doing,
                       struct error *error)
{
    if (link->in_transaction && sqlite3_get_autocommit(link->db))
        return error_set(error, STATUS_IO,
                         "store %s: %s: an earlier failure has ended the transaction", link->path,
                         doing);
    int code = sqlite3_step(statement);
    enum status status = STATUS_OK;
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        status = sqlite_failure(link, code, doing, error);
    sqlite3_reset(statement);
    return status;
}

enum status sqlite_borrow(struct sqlite_store *store, struct sqlite_link **link,
                          struct error *error)
{
    *link = NULL;
    if (store_is_mine(&store->base)) {
        *link = &store->writer;
        return STATUS_OK;
    }
    pthread_mutex_lock(&store->reader_lock);
    enum status status = STATUS_OK;
    if (!store->reader.db)
        status = sqlite_link_open_reader(&store->reader, store, error);
    sqlite3_stmt *begin;
    if (!status)
        status = sqlite_statement(&store->reader, SLOT_BEGIN_READ, "BEGIN", &begin, error);
    if (!status)
        status = sqlite_run(&store->reader, begin, "reading", error);
    if (status)
        pthread_mutex_unlock(&store->reader_lock);
    else
        *link = &store->reader;
    return status;
}

void sqlite_give_back(struct sqlite_store *store, struct sqlite_link *link)
{
    if (link != &store->reader)
        return;
    sqlite3_stmt *end;
    if (sqlite_statement(link, SLOT_COMMIT, "COMMIT", &end, NULL) ||
        sqlite_run(link, end, "reading", NULL))
        sqlite_link_close(link); /* its transaction must not stay open; made anew when needed */
    pthread_mutex_unlock(&store->reader_lock);
}

/* Names kept by number ---------------------------------------------------------------------------*/

enum { NAME_KEY_MAX = 1 << 20 };

/* The names are an array, so their numbers must be such as this program gives: counted from 1. */
static enum status keep_name(struct sqlite_link *link, struct sqlite_names *names, int64_t key,
                             const char *name, struct error *error)
{
    if (key <= 0 || key > NAME_KEY_MAX)
        return error_set(error, STATUS_CORRUPT,
                         "store %s: '%s' has the number %" PRId64 ", which no store gives",
                         link->path, name, key);
    if (key >= names->count) {
        int64_t count = key + 16;
        char **grown = realloc(names->names, (size_t)count * sizeof *grown);
        if (!grown)
            return error_memory(error, "reading a store");
        for (int64_t i = names->count; i < count; i++)
            grown[i] = NULL;
        *names = (struct sqlite_names){grown, count};
    }
    if (!names->names[key])
        names->names[key] = strdup(name);
    return names->names[key] ? STATUS_OK : error_memory(error, "reading a store");
}

static int64_t known_key(const struct sqlite_names *names, const char *name)
{
    for (int64_t key = 0; key < names->count; key++)
        if (names->names[key] && strcmp(names->names[key], name) == 0)
            return key;
    return 0;
}

static enum status find_key(struct sqlite_link *link, struct sqlite_names *names,
                            enum sqlite_slot slot, const char *sql, const char *name, int64_t *key,
                            struct error *error)
{
    *key = known_key(names, name);
    if (*key)
        return STATUS_OK;
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(link, slot, sql, &statement, error);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *key = sqlite3_column_int64(statement, 0);
    else if (code != SQLITE_DONE)
        status = sqlite_failure(link, code, "reading a name", error);
    sqlite3_reset(statement);
    if (!status && !*key)
        return STATUS_NOT_FOUND;
    return status ? status : keep_name(link, names, *key, name, error);
}

enum status sqlite_source_key(struct sqlite_link *link, const char *name, bool make, int64_t *key,
                              struct error *error)
{
    enum status status = find_key(link, &link->sources, SLOT_SOURCE_FIND,
                                  "SELECT source FROM source WHERE name = ?", name, key, error);
    if (status != STATUS_NOT_FOUND)
        return status;
    if (!make)
        return error_set(error, STATUS_NOT_FOUND, "no source '%s'", name);
    sqlite3_stmt *statement;
    status = sqlite_statement(link, SLOT_SOURCE_INSERT, "INSERT INTO source(name) VALUES (?)",
                              &statement, error);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    status = sqlite_run(link, statement, "writing a source", error);
    if (status)
        return status;
    *key = sqlite3_last_insert_rowid(link->db);
    return keep_name(link, &link->sources, *key, name, error);
}

enum status sqlite_region_key(struct sqlite_link *link, const char *name, int64_t *key,
                              struct error *error)
{
    enum status status = find_key(link, &link->regions, SLOT_REGION_FIND,
                                  "SELECT region FROM region WHERE name = ?", name, key, error);
    return status == STATUS_NOT_FOUND ? error_set(error, STATUS_NOT_FOUND, "no region '%s'", name)
                                      : status;
}

static enum status find_name(struct sqlite_link *link, struct sqlite_names *names,
                             enum sqlite_slot slot, const char *sql, int64_t key, const char **name,
                             struct error *error)
{
    if (key > 0 && key < names->count && names->names[key]) {
        *name = names->names[key];
        return STATUS_OK;
    }
    *name = NULL;
    sqlite3_stmt *statement;
    enum status status = sqlite_statement(link, slot, sql, &statement, error);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, key);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        status =
            keep_name(link, names, key, (const char *)sqlite3_column_text(statement, 0), error);
    else if (code == SQLITE_DONE)
        status = error_set(error, STATUS_CORRUPT, "store %s: a row names %" PRId64 ", which is not",
                           link->path, key);
    else
        status = sqlite_failure(link, code, "reading a name", error);
    sqlite3_reset(statement);
    if (!status)
        *name = names->names[key];
    return status;
}

enum status sqlite_source_name(struct sqlite_link *link, int64_t key, const char **name,
                               struct error *error)
{
    return find_name(link, &link->sources, SLOT_SOURCE_NAME,
                     "SELECT name FROM source WHERE source = ?", key, name, error);
}

enum status sqlite_region_name(struct sqlite_link *link, int64_t key, const char **name,
                               struct error *error)
{
    return find_name(link, &link->regions, SLOT_REGION_NAME,
                     "SELECT name FROM region WHERE region = ?", key, name, error);
}

/* Transactions -----------------------------------------------------------------------------------*/

static void forget_cached(struct sqlite_store *store)
{
    forget_names(&store->writer.sources);
    forget_names(&store->writer.regions);
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
