/*
 * The SQLite backend's connections: how they are opened, asked and closed, what their failures mean,
 * and the names that each keeps by number.
 */
#include "data/store_sqlite.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUSY_MS = 2000 };

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

void sqlite_forget_names(struct sqlite_names *names)
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
    sqlite_forget_names(&link->sources);
    sqlite_forget_names(&link->regions);
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
