#include "server/cursor.h"

#include <math.h>
#include <string.h>

enum { BY_LINE = 1, BY_WALK = 2, HEAD_BYTES = 17, MAX_RAW_BYTES = HEAD_BYTES + ID_MAX_BYTES };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void put_u64(unsigned char *bytes, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get_u64(const unsigned char *bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

void cursor_encode(const struct cursor *cursor, char text[CURSOR_MAX_BYTES])
{
    unsigned char raw[MAX_RAW_BYTES] = {cursor->by_walk ? BY_WALK : BY_LINE};
    uint64_t distance_bits = cursor->walk_mm;
    if (!cursor->by_walk)
        memcpy(&distance_bits, &cursor->distance_m, sizeof distance_bits);
    put_u64(raw + 1, cursor->parameters_hash);
    put_u64(raw + 9, distance_bits);
    size_t id_length = strnlen(cursor->id, ID_MAX_BYTES);
    memcpy(raw + HEAD_BYTES, cursor->id, id_length);

    size_t length = HEAD_BYTES + id_length, out = 0;
    uint32_t bits = 0, bit_count = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 8 | raw[i];
        for (bit_count += 8; bit_count >= 6; bit_count -= 6)
            text[out++] = alphabet[bits >> (bit_count - 6) & 63];
    }
    if (bit_count)
        text[out++] = alphabet[bits << (6 - bit_count) & 63];
    text[out] = '\0';
}

/* The bytes, or 0 for text that is not exactly what cursor_encode() would write for them. */
static size_t decode_base64url(const char *text, size_t length, unsigned char raw[MAX_RAW_BYTES])
{
    if (length % 4 == 1 || length * 6 / 8 > MAX_RAW_BYTES)
        return 0;
    size_t out = 0;
    uint32_t bits = 0, bit_count = 0;
    for (size_t i = 0; i < length; i++) {
        const char *found = text[i] ? strchr(alphabet, text[i]) : NULL;
        if (!found)
            return 0;
        bits = bits << 6 | (uint32_t)(found - alphabet);
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            raw[out++] = (unsigned char)(bits >> bit_count);
        }
    }
    return bits & ((1u << bit_count) - 1) ? 0 : out; /* left-over bits are zero */
}

enum status cursor_decode(const char *text, size_t length, uint64_t parameters_hash,
                          struct cursor *cursor, struct error *error)
{
    unsigned char raw[MAX_RAW_BYTES];
    struct cursor found = {0};
    size_t raw_length = decode_base64url(text, length, raw);
    if (raw_length <= HEAD_BYTES || (raw[0] != BY_LINE && raw[0] != BY_WALK))
        return error_set_parameter(error, STATUS_INVALID, "cursor",
                                   "cursor is not one that a next link of this server gave");
    uint64_t distance_bits = get_u64(raw + 9);
    found.by_walk = raw[0] == BY_WALK;
    if (found.by_walk)
        found.walk_mm = distance_bits;
    else
        memcpy(&found.distance_m, &distance_bits, sizeof found.distance_m);
    memcpy(found.id, raw + HEAD_BYTES, raw_length - HEAD_BYTES);
    found.parameters_hash = get_u64(raw + 1);
    if (!isfinite(found.distance_m) || found.distance_m < 0 || !record_id_is_valid(found.id) ||
        strlen(found.id) != raw_length - HEAD_BYTES)
        return error_set_parameter(error, STATUS_INVALID, "cursor",
                                   "cursor is not one that a next link of this server gave");
    if (found.parameters_hash != parameters_hash)
        return error_set_parameter(error, STATUS_INVALID, "cursor",
                                   "cursor belongs to other parameters; follow the next link with "
                                   "the parameters of the first page");
    *cursor = found;
    return STATUS_OK;
}
