#include "data/zip.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * PKWARE's APPNOTE 6.3.3, sections 4.3.7, 4.3.12, 4.3.16; little endian:
 *   local   "PK\3\4" version flags method time:4 checksum:4 packed:4 size:4 name:2 extra:2  = 30
 *   central "PK\1\2" by version flags method time:4 checksum:4 packed:4 size:4 name:2 extra:2
 *           comment:2 disk:2 internal:2 external:4 offset:4                                 = 46
 *   end     "PK\5\6" disk:2 disk:2 count:2 count:2 directory size:4 offset:4 comment:2       = 22
 */
enum {
    LOCAL_BYTES = 30,
    CENTRAL_BYTES = 46,
    END_BYTES = 22,
    MAX_COMMENT_BYTES = 65535,
    STORED = 0,
    DEFLATED = 8,
    FLAG_ENCRYPTED = 1,
    FLAG_SIZES_FOLLOW = 8,
};

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16;
}

static void put16(unsigned char *at, uint32_t value)
{
    at[0] = (unsigned char)value;
    at[1] = (unsigned char)(value >> 8);
}

static void put32(unsigned char *at, uint32_t value)
{
    put16(at, value);
    put16(at + 2, value >> 16);
}

static enum status refuse(struct error *error, const char *what)
{
    return error_set(error, STATUS_CORRUPT, "the archive is damaged or cut off: %s", what);
}

/* The record at the end, behind which only the archive's comment may stand; NULL without one. */
static const unsigned char *find_end(const unsigned char *bytes, size_t length)
{
    for (size_t comment = 0; comment <= MAX_COMMENT_BYTES && comment + END_BYTES <= length;
         comment++) {
        const unsigned char *at = bytes + length - END_BYTES - comment;
        if (memcmp(at, "PK\5\6", 4) == 0 && get16(at + 20) == comment)
            return at;
    }
    return NULL;
}

/* From the directory's entry at *at, which is stepped over. */
static enum status read_member(const struct zip *zip, size_t *at, struct zip_member *member,
                               struct error *error)
{
    const unsigned char *header = zip->bytes + *at;
    if (zip->length - *at < CENTRAL_BYTES || memcmp(header, "PK\1\2", 4) != 0)
        return refuse(error, "its directory breaks off");
    size_t name = get16(header + 28),
           size = CENTRAL_BYTES + name + get16(header + 30) + get16(header + 32);
    if (zip->length - *at < size)
        return refuse(error, "its directory breaks off");
    *member = (struct zip_member){.name = (const char *)header + CENTRAL_BYTES,
                                  .name_length = (uint16_t)name,
                                  .flags = get16(header + 8),
                                  .method = get16(header + 10),
                                  .checksum = get32(header + 16),
                                  .packed_bytes = get32(header + 20),
                                  .bytes = get32(header + 24),
                                  .header = header};
    *at += size;
    size_t local = get32(header + 42);
    if (zip->length < LOCAL_BYTES || local > zip->length - LOCAL_BYTES ||
        memcmp(zip->bytes + local, "PK\3\4", 4) != 0)
        return refuse(error, "a member is not where the directory says");
    size_t start =
        local + LOCAL_BYTES + get16(zip->bytes + local + 26) + get16(zip->bytes + local + 28);
    if (start > zip->length || member->packed_bytes > zip->length - start)
        return refuse(error, "a member breaks off");
    member->packed = zip->bytes + start;
    return STATUS_OK;
}

enum status zip_open(const void *bytes, size_t length, struct zip *zip, struct error *error)
{
    *zip = (struct zip){.bytes = bytes, .length = length};
    const unsigned char *end = find_end(bytes, length);
    if (!end)
        return refuse(error, "its directory is missing");
    uint32_t count = get16(end + 10);
    size_t at = get32(end + 16);
    if (get16(end + 4) || get16(end + 6) || count == 0xFFFF || at == 0xFFFFFFFF)
        return error_set(error, STATUS_UNSUPPORTED,
                         "ZIP64 archives and archives in pieces are not read");
    if (count > ZIP_MAX_MEMBERS)
        return error_set(error, STATUS_LIMIT, "the archive has %u members; at most %d are read",
                         count, ZIP_MAX_MEMBERS);
    if (at > length)
        return refuse(error, "its directory is missing");
    zip->members = calloc(count + 1u, sizeof *zip->members);
    if (!zip->members)
        return error_memory(error, "reading an archive");
    enum status status = STATUS_OK;
    while (!status && zip->member_count < count)
        if (!(status = read_member(zip, &at, &zip->members[zip->member_count], error)))
            zip->member_count++;
    if (status)
        zip_close(zip);
    return status;
}

void zip_close(struct zip *zip)
{
    free(zip->members);
    *zip = (struct zip){0};
}

bool zip_name_ends(const struct zip_member *member, const char *ending)
{
    size_t length = strlen(ending);
    return member->name_length >= length &&
           strncasecmp(member->name + member->name_length - length, ending, length) == 0;
}

static bool inflate(const struct zip_member *member, char *bytes)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (!decompressor)
        return false;
    enum libdeflate_result result = libdeflate_deflate_decompress(
        decompressor, member->packed, member->packed_bytes, bytes, member->bytes, NULL);
    libdeflate_free_decompressor(decompressor);
    return result == LIBDEFLATE_SUCCESS;
}

enum status zip_unpack(const struct zip_member *member, size_t max_bytes, char **bytes,
                       size_t *length, struct error *error)
{
    *bytes = NULL;
    *length = 0;
    const int shown = member->name_length > 100 ? 100 : member->name_length;
    if (member->flags & FLAG_ENCRYPTED)
        return error_set(error, STATUS_UNSUPPORTED, "the archive is encrypted");
    if (member->bytes > max_bytes)
        return error_set(error, STATUS_LIMIT,
                         "'%.*s' in the archive has %u bytes; at most %zu are read", shown,
                         member->name, member->bytes, max_bytes);
    if (member->method != STORED && member->method != DEFLATED)
        return error_set(error, STATUS_UNSUPPORTED,
                         "'%.*s' is packed by method %u; 0 and 8 are read", shown, member->name,
                         member->method);
    char *made = malloc((size_t)member->bytes + 1);
    if (!made)
        return error_memory(error, "unpacking an archive");
    bool good =
        member->method == DEFLATED ? inflate(member, made) : member->packed_bytes == member->bytes;
    if (good && member->method == STORED && member->bytes)
        memcpy(made, member->packed, member->bytes);
    if (!good || libdeflate_crc32(0, made, member->bytes) != member->checksum) {
        free(made);
        return error_set(error, STATUS_CORRUPT, "'%.*s' in the archive is damaged", shown,
                         member->name);
    }
    made[member->bytes] = '\0';
    *bytes = made;
    *length = member->bytes;
    return STATUS_OK;
}

/* Writing: `at` runs through a buffer that is large enough ----------------------------------- */

struct writer {
    unsigned char *bytes;
    size_t at;
};

static void write_bytes(struct writer *writer, const void *bytes, size_t length)
{
    if (length)
        memcpy(writer->bytes + writer->at, bytes, length);
    writer->at += length;
}

/* Local header, name and packed bytes; no extra fields, the sizes in front. */
static void write_local(struct writer *writer, const struct zip_member *member)
{
    unsigned char header[LOCAL_BYTES] = {'P', 'K', 3, 4, 20};
    put16(header + 6, member->flags & ~(unsigned)FLAG_SIZES_FOLLOW);
    put16(header + 8, member->method);
    put32(header + 14, member->checksum);
    put32(header + 18, member->packed_bytes);
    put32(header + 22, member->bytes);
    put16(header + 26, member->name_length);
    write_bytes(writer, header, sizeof header);
    write_bytes(writer, member->name, member->name_length);
    write_bytes(writer, member->packed, member->packed_bytes);
}

static void write_central(struct writer *writer, const struct zip_member *member, size_t local)
{
    unsigned char header[CENTRAL_BYTES] = {'P', 'K', 1, 2, 20, 0, 20};
    put16(header + 8, member->flags & ~(unsigned)FLAG_SIZES_FOLLOW);
    put16(header + 10, member->method);
    put32(header + 16, member->checksum);
    put32(header + 20, member->packed_bytes);
    put32(header + 24, member->bytes);
    put16(header + 28, member->name_length);
    put32(header + 42, (uint32_t)local);
    write_bytes(writer, header, sizeof header);
    write_bytes(writer, member->name, member->name_length);
}

enum status zip_exchange(const struct zip *zip, uint32_t member, const char *bytes, size_t length,
                         char **archive, size_t *archive_length, struct error *error)
{
    *archive = NULL;
    *archive_length = 0;
    struct zip_member other = zip->members[member];
    other.method = STORED;
    other.packed = (const unsigned char *)bytes;
    other.packed_bytes = other.bytes = (uint32_t)length;
    other.checksum = libdeflate_crc32(0, bytes, length);
    size_t room = END_BYTES;
    for (uint32_t i = 0; i < zip->member_count; i++)
        room += LOCAL_BYTES + CENTRAL_BYTES + 2u * zip->members[i].name_length +
                (i == member ? length : zip->members[i].packed_bytes);
    if (room > UINT32_MAX)
        return error_set(error, STATUS_LIMIT, "the archive has more than 4 GiB");
    struct writer writer = {malloc(room), 0};
    size_t *locals = malloc((zip->member_count + 1u) * sizeof *locals);
    if (!writer.bytes || !locals) {
        free(writer.bytes);
        free(locals);
        return error_memory(error, "writing an archive");
    }
    for (uint32_t i = 0; i < zip->member_count; i++) {
        locals[i] = writer.at;
        write_local(&writer, i == member ? &other : &zip->members[i]);
    }
    const size_t directory = writer.at;
    for (uint32_t i = 0; i < zip->member_count; i++)
        write_central(&writer, i == member ? &other : &zip->members[i], locals[i]);
    unsigned char end[END_BYTES] = {'P', 'K', 5, 6};
    put16(end + 8, zip->member_count);
    put16(end + 10, zip->member_count);
    put32(end + 12, (uint32_t)(writer.at - directory));
    put32(end + 16, (uint32_t)directory);
    write_bytes(&writer, end, sizeof end);
    free(locals);
    *archive = (char *)writer.bytes;
    *archive_length = writer.at;
    return STATUS_OK;
}
