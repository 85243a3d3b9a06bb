#include "data/region_streets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FACT_BYTES = 96, CHECKSUM_DIGITS = 8 };

enum status region_streets_path(const struct store *store, const char *region,
                                char path[REGION_STREETS_PATH_BYTES], struct error *error)
{
    const char *location = store_location(store);
    if (strcmp(location, "memory:") == 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "a store in memory keeps no streets: they are a file beside the store");
    int length = snprintf(path, REGION_STREETS_PATH_BYTES, "%s.%s.streets", location, region);
    if (length >= REGION_STREETS_PATH_BYTES)
        return error_set(error, STATUS_LIMIT, "the path of the street file is %d bytes long",
                         length);
    return STATUS_OK;
}

/* Where it is until its commit. */
static enum status next_path(const struct store *store, const char *region,
                             char path[REGION_STREETS_PATH_BYTES], struct error *error)
{
    enum status status = region_streets_path(store, region, path, error);
    size_t length = status ? 0 : strlen(path);
    if (status)
        return status;
    if (length + sizeof ".next" > REGION_STREETS_PATH_BYTES)
        return error_set(error, STATUS_LIMIT, "the path of the street file is %zu bytes long",
                         length + strlen(".next"));
    memcpy(path + length, ".next", sizeof ".next");
    return STATUS_OK;
}

static void fact_name(const char *region, char name[FACT_BYTES])
{
    snprintf(name, FACT_BYTES, "streets.%s", region);
}

/* The checksum that the store names; NOT_FOUND. */
static enum status read_checksum(struct store *store, const char *region, uint32_t *checksum,
                                 struct error *error)
{
    char name[FACT_BYTES];
    struct arena arena;
    const char *value = NULL;
    fact_name(region, name);
    arena_init(&arena, 4096);
    enum status status = store_meta_get(store, name, &arena, &value, error);
    if (!status &&
        (strlen(value) != CHECKSUM_DIGITS || strspn(value, "0123456789abcdef") != CHECKSUM_DIGITS))
        status = error_set(error, STATUS_CORRUPT, "the store's fact %s is no checksum", name);
    if (!status)
        *checksum = (uint32_t)strtoul(value, NULL, 16);
    arena_release(&arena);
    return status;
}

/* Open one path; CONFLICT where it is missing or another file. */
static enum status open_as(const char *path, const char *region, uint32_t checksum,
                           struct network_file *file, struct error *error)
{
    enum status status = network_file_open(path, file, error);
    if (status == STATUS_NOT_FOUND)
        return error_set(
            error, STATUS_CONFLICT,
            "the street file of region '%s' is missing (%s); there is no walking until "
            "`tuoyu import osm` makes it anew",
            region, path);
    if (status || file->checksum == checksum)
        return status;
    network_file_close(file);
    return error_set(error, STATUS_CONFLICT,
                     "the street file of region '%s' (%s) is not the one that the store names; "
                     "there is no walking until `tuoyu import osm` makes it anew",
                     region, path);
}

enum status region_streets_open(struct store *store, const char *region, struct network_file *file,
                                struct error *error)
{
    uint32_t checksum = 0;
    char path[REGION_STREETS_PATH_BYTES], next[REGION_STREETS_PATH_BYTES];
    *file = (struct network_file){0};
    enum status status = read_checksum(store, region, &checksum, error);
    if (!status)
        status = region_streets_path(store, region, path, error);
    if (!status)
        status = next_path(store, region, next, error);
    if (status)
        return status;
    status = open_as(path, region, checksum, file, error);
    if (status && !open_as(next, region, checksum, file, NULL))
        return STATUS_OK;
    return status;
}

enum status region_streets_copy(struct store *store, const char *region, const char *to,
                                struct error *error)
{
    struct network_file file;
    enum status status = region_streets_open(store, region, &file, error);
    if (status)
        return status;
    FILE *copy = fopen(to, "wxe");
    bool good = copy && fwrite(file.mapping, file.mapping_bytes, 1, copy) == 1 &&
                fflush(copy) == 0 && fchmod(fileno(copy), 0600) == 0 && fsync(fileno(copy)) == 0;
    int reason = errno;
    if (copy)
        fclose(copy);
    if (copy && !good)
        unlink(to);
    network_file_close(&file);
    return good ? STATUS_OK
                : error_set(error, STATUS_IO, "%s cannot be written: %s", to, strerror(reason));
}

/* What was written is read back: its checksum, and the proof that it can be. */
static enum status write_next(const char *path, const struct network *network,
                              const struct osm_extract *extract, uint32_t *checksum,
                              struct error *error)
{
    struct network_file file;
    enum status status = network_file_write(path, network, extract, error);
    if (!status)
        status = network_file_open(path, &file, error);
    if (status)
        return status;
    *checksum = file.checksum;
    network_file_close(&file);
    return STATUS_OK;
}

enum status region_streets_put(struct store *store, const char *region,
                               const struct network *network, const struct osm_extract *extract,
                               uint32_t *checksum, struct error *error)
{
    char path[REGION_STREETS_PATH_BYTES], name[FACT_BYTES], value[CHECKSUM_DIGITS + 1];
    enum status status = next_path(store, region, path, error);
    if (!status)
        status = write_next(path, network, extract, checksum, error);
    if (status)
        return status;
    fact_name(region, name);
    snprintf(value, sizeof value, "%08" PRIx32, *checksum);
    return store_meta_put(store, name, value, error);
}

enum status region_streets_settle(const struct store *store, const char *region,
                                  struct error *error)
{
    char path[REGION_STREETS_PATH_BYTES], next[REGION_STREETS_PATH_BYTES];
    enum status status = region_streets_path(store, region, path, error);
    if (!status)
        status = next_path(store, region, next, error);
    if (!status && rename(next, path) != 0)
        status =
            error_set(error, STATUS_IO, "%s cannot be given its name: %s", next, strerror(errno));
    return status;
}

void region_streets_forget(const struct store *store, const char *region)
{
    char path[REGION_STREETS_PATH_BYTES];
    if (!next_path(store, region, path, NULL))
        unlink(path);
}

void region_streets_recover(struct store *store, const char *region)
{
    uint32_t checksum = 0;
    char next[REGION_STREETS_PATH_BYTES];
    struct network_file file;
    if (read_checksum(store, region, &checksum, NULL) || next_path(store, region, next, NULL) ||
        open_as(next, region, checksum, &file, NULL))
        return;
    network_file_close(&file);
    if (region_streets_settle(store, region, NULL))
        return; /* it is found under the other name all the same */
}
