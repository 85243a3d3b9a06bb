/*
 * Making a store and bringing an older one forward.
 *
 * schema.sql is a list of steps ("-- step N" lines); PRAGMA user_version says how many a store has
 * taken. SpatiaLite makes its own tables and geometry columns, so it is loaded here, as a module at
 * run time, and nowhere else: daily work needs none of it (store_sqlite_geometry.c writes its BLOBs).
 */
#include "data/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PAGE_BYTES = 8192
}; /* measured: a start reads 100,000 facilities a tenth faster than 4096 */

extern const char schema_sql[];

/* SpatiaLite sets up and tears down libxml2 for the whole process when a connection comes and goes,
 * which is not safe on two threads at once. The one lock of the program that is not in a struct. */
static pthread_mutex_t spatialite_lock = PTHREAD_MUTEX_INITIALIZER;

enum status sqlite_load_spatialite(struct sqlite_link *link, struct error *error)
{
    sqlite3 *db = link->db;
    char *reason = NULL;
    /* Its own functions stand in the schema it makes, and need trust while we let it. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    pthread_mutex_lock(&spatialite_lock);
    int code = sqlite3_load_extension(db, "mod_spatialite", NULL, &reason);
    pthread_mutex_unlock(&spatialite_lock);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    enum status status = STATUS_OK;
    if (code)
        status = error_set(error, STATUS_UNSUPPORTED,
                           "store %s: SpatiaLite cannot be loaded; install the package "
                           "libsqlite3-mod-spatialite (%s)",
                           link->path, reason ? reason : "no reason given");
    sqlite3_free(reason);
    return status;
}

void sqlite_close_spatialite(struct sqlite_link *link)
{
    pthread_mutex_lock(&spatialite_lock);
    sqlite_link_close(link);
    pthread_mutex_unlock(&spatialite_lock);
}

/* Steps ------------------------------------------------------------------------------------------*/

static const char *find_step(int number)
{
    char line[32];
    snprintf(line, sizeof line, "\n-- step %d\n", number);
    return strstr(schema_sql, line);
}

int sqlite_schema_version(void)
{
    int version = 0;
    while (find_step(version + 1))
        version++;
    return version;
}

/* SpatiaLite's functions answer 0 instead of failing. */
static int refuse_zero(void *context, int count, char **values, char **names)
{
    (void)context, (void)names;
    return count == 1 && values[0] && strcmp(values[0], "0") == 0;
}

static enum status take_step(struct sqlite_link *link, int number, struct error *error)
{
    const char *from = find_step(number);
    const char *to = find_step(number + 1);
    size_t length = to ? (size_t)(to - from) : strlen(from);
    char *sql = malloc(length + 128);
    if (!sql)
        return error_memory(error, "preparing a store");
    int used = snprintf(sql, length + 128, "BEGIN IMMEDIATE;%.*s;PRAGMA user_version=%d;COMMIT",
                        (int)length, from, number);
    char *reason = NULL;
    int code = used > 0 ? sqlite3_exec(link->db, sql, refuse_zero, NULL, &reason) : SQLITE_ERROR;
    enum status status = STATUS_OK;
    if (code) {
        char doing[64];
        snprintf(doing, sizeof doing, "taking step %d of its schema", number);
        status =
            code == SQLITE_ABORT
                ? error_set(error, STATUS_IO, "store %s: %s: SpatiaLite refused", link->path, doing)
                : sqlite_failure(link, code, doing, error);
        (void)sqlite3_exec(link->db, "ROLLBACK", NULL, NULL, NULL);
    }
    sqlite3_free(reason);
    free(sql);
    return status;
}

static enum status take_steps(struct sqlite_link *link, int from, int to, struct error *error)
{
    enum status status = STATUS_OK;
    for (int number = from + 1; number <= to && !status; number++)
        status = take_step(link, number, error);
    return status;
}

/* Making -----------------------------------------------------------------------------------------*/

static enum status sync_folder_of(const char *path, struct error *error)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int file = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0 || fsync(file) != 0) {
        int reason = errno;
        if (file >= 0)
            close(file);
        return error_set(error, STATUS_IO, "store %s: its folder cannot be written: %s", path,
                         strerror(reason));
    }
    close(file);
    return STATUS_OK;
}

enum status sqlite_publish_file(const char *from, const char *to, struct error *error)
{
    if (link(from, to) != 0) /* unlike rename(), never over a file that is there */
        return error_set(error, errno == EEXIST ? STATUS_CONFLICT : STATUS_IO, "%s: %s", to,
                         errno == EEXIST ? "it is there already" : strerror(errno));
    unlink(from);
    return sync_folder_of(to, error);
}

enum status sqlite_make_empty_file(const char *path, struct error *error)
{
    unlink(path); /* left by a run that was cut off; the lock says nobody else is at it */
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        enum status status = errno == ENOENT                     ? STATUS_NOT_FOUND
                             : errno == EACCES || errno == EROFS ? STATUS_READ_ONLY
                                                                 : STATUS_IO;
        return error_set(error, status, "%s: it cannot be made: %s", path, strerror(errno));
    }
    close(file);
    return STATUS_OK;
}

enum status sqlite_create(const char *path, int version, struct error *error)
{
    char aside[4096];
    if (snprintf(aside, sizeof aside, "%s.new", path) >= (int)sizeof aside)
        return error_set(error, STATUS_INVALID, "the store's path is longer than 4,000 bytes");
    enum status status = sqlite_make_empty_file(aside, error);
    if (status)
        return status;
    struct sqlite_link link = {0};
    char pragmas[160];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA page_size=%d; PRAGMA application_id=%d; PRAGMA synchronous=FULL", PAGE_BYTES,
             STORE_APPLICATION_ID);
    status = sqlite_link_open(&link, aside, SQLITE_OPEN_READWRITE, error);
    if (!status)
        status = sqlite_load_spatialite(&link, error);
    if (!status)
        status = sqlite_exec(&link, pragmas, error);
    if (!status)
        status = take_steps(&link, 0, version, error);
    if (!status)
        status = sqlite_exec(&link, "PRAGMA journal_mode=WAL", error);
    sqlite_close_spatialite(&link);
    if (!status)
        status = sqlite_publish_file(aside, path, error);
    if (status)
        unlink(aside);
    return status;
}

/* Bringing forward -------------------------------------------------------------------------------*/

static enum status read_pragma(struct sqlite_link *link, const char *sql, int *value,
                               struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(link->db, sql, -1, &statement, NULL);
    if (!code)
        code = sqlite3_step(statement);
    enum status status = STATUS_OK;
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int(statement, 0);
    else
        status = sqlite_failure(link, code, "opening it", error);
    sqlite3_finalize(statement);
    return status;
}

enum status sqlite_migrate(struct sqlite_link *link, bool may_write, struct error *error)
{
    int application = 0, version = 0, known = sqlite_schema_version();
    enum status status = read_pragma(link, "PRAGMA application_id", &application, error);
    if (!status)
        status = read_pragma(link, "PRAGMA user_version", &version, error);
    if (status)
        return status;
    if (application != STORE_APPLICATION_ID || version < 1)
        return error_set(error, STATUS_CORRUPT,
                         "store %s: it is a database of another program, not a store", link->path);
    if (version > known)
        return error_set(error, STATUS_VERSION,
                         "store %s: its schema is version %d; this program knows versions up to %d",
                         link->path, version, known);
    if (version == known)
        return STATUS_OK;
    if (!may_write)
        return error_set(
            error, STATUS_READ_ONLY,
            "store %s: its schema is version %d; opening it for writing would bring it "
            "to version %d",
            link->path, version, known);
    struct sqlite_link worker = {0};
    status = sqlite_link_open(&worker, link->path, SQLITE_OPEN_READWRITE, error);
    if (!status)
        status = sqlite_load_spatialite(&worker, error);
    if (!status)
        status = sqlite_exec(&worker, "PRAGMA synchronous=FULL", error);
    if (!status)
        status = take_steps(&worker, version, known, error);
    sqlite_close_spatialite(&worker);
    return status;
}
