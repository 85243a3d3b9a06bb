#include "data/network_file.h"

#include "data/store_files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The file, version 2. Numbers are little-endian, as the machines are that we run on; every section
 * begins at a multiple of 8 bytes and holds an array as the structs of network.h and base_map.h
 * lay it out.
 *
 *   byte  size  field
 *   0     8     "TUOYUNET"
 *   8     4     version: 2
 *   12    4     how many sections: 11
 *   16    8     bytes of the whole file
 *   24    8     timestamp of the data, UTC seconds; 0 unknown
 *   32    32    bounds of the network: west, south, east, north (doubles, degrees)
 *   64    24*11 the sections, in the order of enum section: offset (8), count of elements (8),
 *               CRC-32 of its bytes (4), bytes of one element (4)
 *   328   4     bit 0: the data are invented, and not of OpenStreetMap
 *   332   4     CRC-32 of bytes 0 to 331
 *   336         the sections
 *
 * Version 1 had the features as they were read, not made ready to be drawn.
 */
#define MAGIC "TUOYUNET"
enum { VERSION = 2, ALIGNMENT = 8, FLAG_INVENTED = 1 };

enum section {
    SECTION_NODES,      /* struct network_point */
    SECTION_FIRST_EDGE, /* uint32_t, nodes + 1 */
    SECTION_EDGES,      /* struct network_edge */
    SECTION_PIECES,     /* struct network_piece */
    SECTION_POINTS,     /* struct network_point, of pieces */
    SECTION_BLOCKS,     /* struct base_block */
    SECTION_FEATURES,   /* struct base_feature */
    SECTION_RINGS,      /* struct base_ring */
    SECTION_MAP_POINTS, /* struct plane_point, of rings */
    SECTION_ZOOMS,      /* bytes, beside map points */
    SECTION_TEXT,       /* bytes */
    SECTION_COUNT
};

static const char *const section_names[SECTION_COUNT] = {
    "nodes",    "first edges", "edges",      "pieces",    "points", "blocks",
    "features", "rings",       "map points", "map zooms", "text"};
static const uint32_t element_bytes[SECTION_COUNT] = {sizeof(struct network_point),
                                                      sizeof(uint32_t),
                                                      sizeof(struct network_edge),
                                                      sizeof(struct network_piece),
                                                      sizeof(struct network_point),
                                                      sizeof(struct base_block),
                                                      sizeof(struct base_feature),
                                                      sizeof(struct base_ring),
                                                      sizeof(struct plane_point),
                                                      1,
                                                      1};

struct section_entry {
    uint64_t offset, count;
    uint32_t crc, bytes;
};

struct header {
    char magic[8];
    uint32_t version, section_count;
    uint64_t file_bytes;
    int64_t timestamp;
    double bounds[4];
    struct section_entry sections[SECTION_COUNT];
    uint32_t flags, crc;
};

static_assert(sizeof(struct header) == 336, "the header is drawn above");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is little-endian");
static_assert(sizeof(struct network_piece) == 24 && sizeof(struct network_edge) == 12 &&
                  sizeof(struct base_feature) == 36 && sizeof(struct base_ring) == 12 &&
                  sizeof(struct base_block) == 28,
              "a changed struct is a new version");

/* Writing -------------------------------------------------------------------------------------- */

static void fill_header(struct header *header, const void *arrays[SECTION_COUNT],
                        const struct network *network, const struct base_map *map,
                        const struct osm_extract *extract)
{
    const uint64_t counts[SECTION_COUNT] = {network->node_count,  network->node_count + UINT64_C(1),
                                            network->edge_count,  network->piece_count,
                                            network->point_count, map->block_count,
                                            map->feature_count,   map->ring_count,
                                            map->point_count,     map->point_count,
                                            map->text_bytes};
    *header = (struct header){.version = VERSION,
                              .section_count = SECTION_COUNT,
                              .timestamp = extract->timestamp,
                              .flags = extract->is_invented ? FLAG_INVENTED : 0,
                              .bounds = {network->bounds.west, network->bounds.south,
                                         network->bounds.east, network->bounds.north}};
    memcpy(header->magic, MAGIC, sizeof header->magic);
    uint64_t offset = sizeof *header;
    for (int i = 0; i < SECTION_COUNT; i++) {
        uint64_t bytes = counts[i] * element_bytes[i];
        header->sections[i] = (struct section_entry){
            offset, counts[i], bytes ? libdeflate_crc32(0, arrays[i], bytes) : 0, element_bytes[i]};
        offset += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    header->file_bytes = offset;
    header->crc = libdeflate_crc32(0, header, offsetof(struct header, crc));
}

static enum status write_all(FILE *file, const struct header *header,
                             const void *arrays[SECTION_COUNT])
{
    static const char padding[ALIGNMENT];
    if (fwrite(header, sizeof *header, 1, file) != 1)
        return STATUS_IO;
    for (int i = 0; i < SECTION_COUNT; i++) {
        size_t bytes = header->sections[i].count * element_bytes[i];
        size_t rest = (ALIGNMENT - bytes % ALIGNMENT) % ALIGNMENT;
        if ((bytes && fwrite(arrays[i], bytes, 1, file) != 1) ||
            (rest && fwrite(padding, rest, 1, file) != 1))
            return STATUS_IO;
    }
    return fflush(file) == 0 && fsync(fileno(file)) == 0 ? STATUS_OK : STATUS_IO;
}

/* Write it all to PATH.new, then give it its name. */
static enum status write_aside(const char *path, const struct header *header,
                               const void *arrays[SECTION_COUNT], struct error *error)
{
    char aside[PATH_MAX];
    if ((size_t)snprintf(aside, sizeof aside, "%s.new", path) >= sizeof aside)
        return error_set(error, STATUS_INVALID, "the path of the street file is too long: %s",
                         path);
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); /* its owner's alone */
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!file) {
        int opening_failed_with = errno;
        if (fd >= 0)
            close(fd);
        return error_set(error, STATUS_IO, "%s: %s", aside, strerror(opening_failed_with));
    }
    enum status status = write_all(file, header, arrays);
    int failed_with = errno;
    if (fclose(file) != 0 && !status) {
        status = STATUS_IO;
        failed_with = errno;
    }
    if (!status && rename(aside, path) != 0) {
        status = STATUS_IO;
        failed_with = errno;
    }
    if (status) {
        unlink(aside);
        return error_set(error, status, "%s could not be written: %s", path, strerror(failed_with));
    }
    return store_files_sync_folder(path, error); /* the name too must be on disk */
}

enum status network_file_write(const char *path, const struct network *network,
                               const struct osm_extract *extract, struct error *error)
{
    struct base_map map;
    enum status status = base_map_build(extract, &map, error);
    if (status)
        return status;
    const void *arrays[SECTION_COUNT] = {
        network->nodes,  network->first_edge, network->edges, network->pieces,
        network->points, map.blocks,          map.features,   map.rings,
        map.points,      map.point_zooms,     map.text};
    struct header header;
    fill_header(&header, arrays, network, &map, extract);
    status = write_aside(path, &header, arrays, error);
    base_map_release(&map);
    return status;
}

/* Reading -------------------------------------------------------------------------------------- */

static enum status map_file(const char *path, struct network_file *file, struct error *error)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
                         strerror(errno));
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return error_set(error, STATUS_IO, "%s is not a file", path);
    }
    if ((size_t)info.st_size < sizeof(struct header)) {
        close(fd);
        return error_set(error, STATUS_CORRUPT, "%s has %lld bytes: it is no street file", path,
                         (long long)info.st_size);
    }
    void *mapping = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    int failed_with = errno;
    close(fd);
    if (mapping == MAP_FAILED)
        return error_set(error, STATUS_IO, "%s: %s", path, strerror(failed_with));
    file->mapping = mapping;
    file->mapping_bytes = (size_t)info.st_size;
    return STATUS_OK;
}

static enum status check_header(const char *path, const struct header *header, size_t bytes,
                                struct error *error)
{
    if (memcmp(header->magic, MAGIC, sizeof header->magic) != 0)
        return error_set(error, STATUS_CORRUPT, "%s is not a street file of Tuoyu", path);
    if (header->version != VERSION)
        return error_set(error, STATUS_VERSION,
                         "%s is of version %u; this program reads version %d: import the "
                         "OpenStreetMap file again",
                         path, header->version, VERSION);
    if (header->crc != libdeflate_crc32(0, header, offsetof(struct header, crc)) ||
        header->section_count != SECTION_COUNT)
        return error_set(error, STATUS_CORRUPT, "%s is damaged: its header does not add up", path);
    if (header->file_bytes != bytes)
        return error_set(error, STATUS_CORRUPT, "%s is damaged: it has %zu bytes of %llu", path,
                         bytes, (unsigned long long)header->file_bytes);
    return STATUS_OK;
}

/* The header has proved itself, so its numbers are ours; still nothing may point outside. */
static enum status check_sections(const char *path, const struct network_file *file,
                                  struct error *error)
{
    const struct header *header = file->mapping;
    uint64_t end = sizeof *header;
    for (int i = 0; i < SECTION_COUNT; i++) {
        const struct section_entry *entry = &header->sections[i];
        uint64_t room = end <= file->mapping_bytes ? file->mapping_bytes - end : 0;
        if (entry->bytes != element_bytes[i] || entry->offset != end ||
            entry->count > room / element_bytes[i] || entry->count > UINT32_MAX)
            return error_set(error, STATUS_CORRUPT, "%s is damaged: section %s lies outside", path,
                             section_names[i]);
        uint64_t bytes = entry->count * element_bytes[i];
        const char *at = (const char *)file->mapping + entry->offset;
        if (entry->crc != (bytes ? libdeflate_crc32(0, at, bytes) : 0))
            return error_set(error, STATUS_CORRUPT,
                             "%s is damaged: the checksum of section %s is wrong", path,
                             section_names[i]);
        end += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    if (header->sections[SECTION_FIRST_EDGE].count != header->sections[SECTION_NODES].count + 1 ||
        header->sections[SECTION_ZOOMS].count != header->sections[SECTION_MAP_POINTS].count)
        return error_set(error, STATUS_CORRUPT,
                         "%s is damaged: sections that belong together disagree", path);
    return STATUS_OK;
}

static const void *section(const struct network_file *file, enum section number, uint32_t *count)
{
    const struct header *header = file->mapping;
    if (count)
        *count = (uint32_t)header->sections[number].count;
    return (const char *)file->mapping + header->sections[number].offset;
}

static void point_into_mapping(struct network_file *file)
{
    const struct header *header = file->mapping;
    struct network *network = &file->network;
    network->nodes = section(file, SECTION_NODES, &network->node_count);
    network->first_edge = section(file, SECTION_FIRST_EDGE, NULL);
    network->edges = section(file, SECTION_EDGES, &network->edge_count);
    network->pieces = section(file, SECTION_PIECES, &network->piece_count);
    network->points = section(file, SECTION_POINTS, &network->point_count);
    network->bounds = (struct geo_box){header->bounds[0], header->bounds[1], header->bounds[2],
                                       header->bounds[3]};
    struct base_map *map = &file->map;
    map->blocks = section(file, SECTION_BLOCKS, &map->block_count);
    map->features = section(file, SECTION_FEATURES, &map->feature_count);
    map->rings = section(file, SECTION_RINGS, &map->ring_count);
    map->points = section(file, SECTION_MAP_POINTS, &map->point_count);
    map->point_zooms = section(file, SECTION_ZOOMS, NULL);
    map->text = section(file, SECTION_TEXT, &map->text_bytes);
    file->timestamp = header->timestamp;
    file->is_invented = header->flags & FLAG_INVENTED;
    file->checksum = header->crc;
}

enum status network_file_open(const char *path, struct network_file *file, struct error *error)
{
    *file = (struct network_file){0};
    enum status status = map_file(path, file, error);
    if (!status)
        status = check_header(path, file->mapping, file->mapping_bytes, error);
    if (!status)
        status = check_sections(path, file, error);
    if (!status) {
        point_into_mapping(file);
        if (!base_map_is_sound(&file->map))
            status =
                error_set(error, STATUS_CORRUPT, "%s is damaged: its map features disagree", path);
    }
    if (!status) {
        status = network_check(&file->network, error);
        if (status)
            error_prefix(error, "%s is damaged", path);
    }
    if (status)
        network_file_close(file);
    return status;
}

void network_file_close(struct network_file *file)
{
    if (file->mapping)
        munmap((void *)file->mapping, file->mapping_bytes);
    *file = (struct network_file){0};
}
