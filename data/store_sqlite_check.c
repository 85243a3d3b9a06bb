/*
 * Is the store sound, and a copy of it for a safe place.
 */
#include "data/store_sqlite.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SQLite's own checks ----------------------------------------------------------------------------*/

/* A query that must give no row, or only rows that say "ok"; else its first row is the reason. */
static enum status must_be_empty(struct sqlite_link *link, const char *what, const char *sql,
                                 struct error *error)
{
    sqlite3_stmt *statement = NULL;
    enum status status = STATUS_OK;
    int code = sqlite3_prepare_v2(link->db, sql, -1, &statement, NULL);
    if (!code)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const char *found = (const char *)sqlite3_column_text(statement, 0);
        if (!found || strcmp(found, "ok") != 0)
            status = error_set(error, STATUS_CORRUPT, "store %s: %s: %s", link->path, what,
                               found ? found : "?");
    } else if (code != SQLITE_DONE) {
        status = sqlite_failure(link, code, "checking it", error);
    }
    sqlite3_finalize(statement);
    return status;
}

#define OVERLAPS(table, owner)                                                                  \
    "SELECT owner FROM (SELECT " owner " AS owner, valid_to, lead(valid_from) OVER (PARTITION " \
    "BY " owner " ORDER BY valid_from, valid_to) AS next_from FROM " table                      \
    " WHERE superseded_at IS NULL AND valid_from < valid_to) WHERE next_from < valid_to LIMIT 1"
#define STRANGE_IDS(table, key, kind)                                                             \
    "SELECT t.id FROM " table " t LEFT JOIN public_id p ON p.id = t.id WHERE p.key IS NOT t." key \
    " OR p.kind IS NOT " kind " OR length(t.id) NOT BETWEEN 1 AND 64 OR t.id GLOB "               \
    "'*[^a-z0-9-]*' LIMIT 1"

static const struct {
    const char *what, *sql;
} checks[] = {
    {"integrity", "PRAGMA integrity_check(1)"},
    {"a row names one that is not there, in table", "PRAGMA foreign_key_check"},
    {"versions of a facility overlap, number", OVERLAPS("facility_version", "facility")},
    {"versions of a group overlap, number", OVERLAPS("grp_version", "grp")},
    {"versions of an offer overlap, number", OVERLAPS("offer_version", "offer")},
    {"a facility's id is not its own", STRANGE_IDS("facility", "facility", "0")},
    {"a group's id is not its own", STRANGE_IDS("grp", "grp", "1")},
    {"an offer's id is not its own", STRANGE_IDS("offer", "offer", "2")},
    {"an id belongs to nothing",
     "SELECT id FROM public_id p WHERE CASE kind "
     "WHEN 0 THEN NOT EXISTS (SELECT 1 FROM facility WHERE facility = p.key) "
     "WHEN 1 THEN NOT EXISTS (SELECT 1 FROM grp WHERE grp = p.key) "
     "ELSE NOT EXISTS (SELECT 1 FROM offer WHERE offer = p.key) END LIMIT 1"},
    {"a facility has no version",
     "SELECT id FROM facility f WHERE NOT EXISTS (SELECT 1 FROM facility_version WHERE version "
     "BETWEEN f.facility << 20 AND (f.facility << 20) + 1048575) LIMIT 1"},
    {"an offer sells places of another facility's group",
     "SELECT o.id FROM offer o JOIN grp g ON g.grp = o.grp WHERE g.facility <> o.facility LIMIT 1"},
    {"a past report is newer than the current one, group",
     "SELECT p.grp FROM grp_places_past p LEFT JOIN grp_places c ON c.grp = p.grp WHERE c.grp IS "
     "NULL OR (p.as_of, p.seq) >= (c.as_of, c.seq) LIMIT 1"},
    {"a day of change is missing",
     "SELECT valid_from FROM (SELECT valid_from FROM facility_version UNION SELECT valid_from FROM "
     "grp_version UNION SELECT valid_from FROM offer_version UNION SELECT valid_to FROM "
     "facility_version UNION SELECT valid_to FROM grp_version UNION SELECT valid_to FROM "
     "offer_version) WHERE valid_from <> 2147483647 AND valid_from NOT IN (SELECT day FROM "
     "change_day) LIMIT 1"},
    {"a geometry stands for no facility",
     "SELECT g.version FROM facility_geometry g LEFT JOIN facility_version v ON v.version = "
     "g.version WHERE v.lon_e7 IS NULL LIMIT 1"},
    {"a geometry stands for no community",
     "SELECT g.community FROM community_geometry g LEFT JOIN community c ON c.community = "
     "g.community WHERE c.outline IS NULL LIMIT 1"},
};

/* Geometries beside their facts ------------------------------------------------------------------*/

static bool is_blob(sqlite3_stmt *row, int column, const void *expected, size_t bytes)
{
    const void *blob = sqlite3_column_blob(row, column);
    return blob && (size_t)sqlite3_column_bytes(row, column) == bytes &&
           memcmp(blob, expected, bytes) == 0;
}

static enum status check_point(struct sqlite_link *link, sqlite3_stmt *row, struct error *error)
{
    unsigned char expected[POINT_BLOB_BYTES];
    sqlite_point_blob(sqlite3_column_int(row, 1), sqlite3_column_int(row, 2), expected);
    if (is_blob(row, 3, expected, sizeof expected))
        return STATUS_OK;
    return error_set(error, STATUS_CORRUPT,
                     "store %s: facility %s: its geometry is not where its coordinates are",
                     link->path, (const char *)sqlite3_column_text(row, 0));
}

static enum status check_outline(struct sqlite_link *link, sqlite3_stmt *row, struct error *error)
{
    unsigned char *expected;
    size_t bytes;
    const char *code = (const char *)sqlite3_column_text(row, 0);
    const char *outline = (const char *)sqlite3_column_text(row, 1);
    enum status status = sqlite_outline_blob(outline, &expected, &bytes, error);
    if (status == STATUS_MEMORY)
        return status;
    bool same = !status && is_blob(row, 2, expected, bytes);
    free(expected);
    if (same)
        return STATUS_OK;
    return error_set(error, STATUS_CORRUPT,
                     "store %s: community %s: its geometry is not its outline", link->path, code);
}

typedef enum status check_row(struct sqlite_link *link, sqlite3_stmt *row, struct error *error);

static enum status check_rows(struct sqlite_link *link, const char *sql, check_row *check,
                              struct error *error)
{
    sqlite3_stmt *statement = NULL;
    enum status status = STATUS_OK;
    int code = sqlite3_prepare_v2(link->db, sql, -1, &statement, NULL);
    while (!status && !code && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        status = check(link, statement, error);
        code = SQLITE_OK;
    }
    if (!status && code != SQLITE_DONE)
        status = sqlite_failure(link, code, "checking it", error);
    sqlite3_finalize(statement);
    return status;
}

static enum status check_link(struct sqlite_link *link, struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !status; i++)
        status = must_be_empty(link, checks[i].what, checks[i].sql, error);
    if (!status)
        status =
            check_rows(link,
                       "SELECT f.id, v.lon_e7, v.lat_e7, g.geometry FROM facility_version v "
                       "JOIN facility f ON f.facility = v.facility LEFT JOIN "
                       "facility_geometry g ON g.version = v.version WHERE v.lon_e7 IS NOT NULL",
                       check_point, error);
    if (!status)
        status = check_rows(link,
                            "SELECT c.code, c.outline, g.geometry FROM community c LEFT JOIN "
                            "community_geometry g ON g.community = c.community "
                            "WHERE c.outline IS NOT NULL",
                            check_outline, error);
    return status;
}

enum status sqlite_check(struct store *base, struct error *error)
{
    struct sqlite_link link = {0};
    enum status status = sqlite_link_open_reader(&link, sqlite_of(base), error);
    if (!status)
        status = sqlite_exec(&link, "BEGIN", error); /* one commit throughout */
    if (!status)
        status = check_link(&link, error);
    sqlite_link_close(&link);
    return status;
}

/* Copies -----------------------------------------------------------------------------------------*/

/* Page by page, the whole at one commit: the copying connection holds its read transaction. */
static enum status copy_pages(struct sqlite_link *from, struct sqlite_link *to, struct error *error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to->db, "main", from->db, "main");
    if (!backup)
        return sqlite_failure(to, sqlite3_extended_errcode(to->db), "copying", error);
    int code = sqlite3_backup_step(backup, -1);
    int finished = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE && finished == SQLITE_OK)
        return STATUS_OK;
    return sqlite_failure(to, finished ? finished : code, "copying", error);
}

enum status sqlite_backup(struct store *base, const char *path, struct error *error)
{
    char aside[4096];
    if (snprintf(aside, sizeof aside, "%s.new", path) >= (int)sizeof aside)
        return error_set(error, STATUS_INVALID, "the backup's path is longer than 4,000 bytes");
    if (access(path, F_OK) == 0)
        return error_set(error, STATUS_CONFLICT, "%s: it is there already", path);
    enum status status = sqlite_make_empty_file(aside, error);
    if (status)
        return status;
    struct sqlite_link from = {0}, to = {0};
    status = sqlite_link_open_reader(&from, sqlite_of(base), error);
    if (!status)
        status = sqlite_link_open(&to, aside, SQLITE_OPEN_READWRITE, error);
    if (!status)
        status = sqlite_exec(&to, "PRAGMA synchronous=FULL", error);
    if (!status)
        status = copy_pages(&from, &to, error);
    sqlite_link_close(&to);
    sqlite_link_close(&from);
    if (!status)
        status = sqlite_publish_file(aside, path, error);
    if (status)
        unlink(aside);
    return status;
}
