/*
 * Protocol buffers as far as tiles need them (protobuf.dev/programming-guides/encoding): varints, and
 * fields of varints and of bytes.
 *
 *   Tile     3 Layer …
 *   Layer    15 version = 2, 1 name, 2 Feature …, 3 key …, 4 Value …, 5 extent
 *   Feature  2 tags (packed), 3 type, 4 geometry (packed)
 *   Value    1 string, 6 sint64
 */
#include "geo/mvt.h"

#include "geo/mercator.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, VARINT_MAX = 10 };
enum { MOVE_TO = 1, LINE_TO = 2, CLOSE_PATH = 7 };

void mvt_init(struct mvt *mvt, size_t max_bytes)
{
    memset(mvt, 0, sizeof *mvt);
    mvt->max_bytes = max_bytes;
}

void mvt_release(struct mvt *mvt)
{
    free(mvt->tile.bytes);
    free(mvt->layer.bytes);
    free(mvt->values.bytes);
    free(mvt->geometry);
    grid_points_release(&mvt->ring);
    mvt_init(mvt, mvt->max_bytes);
}

/* Bytes ----------------------------------------------------------------------------------------- */

static bool reserve(struct mvt *mvt, struct mvt_bytes *to, size_t more)
{
    if (mvt->failed)
        return false;
    if (to->capacity - to->length >= more)
        return true;
    size_t capacity = to->capacity ? to->capacity : 4096;
    while (capacity - to->length < more)
        capacity *= 2;
    if (to->length + more > mvt->max_bytes) {
        mvt->failed = STATUS_LIMIT;
        return false;
    }
    uint8_t *grown = realloc(to->bytes, capacity);
    if (!grown) {
        mvt->failed = STATUS_MEMORY;
        return false;
    }
    to->bytes = grown;
    to->capacity = capacity;
    return true;
}

static size_t varint_bytes(uint64_t value)
{
    size_t bytes = 1;
    while (value >>= 7)
        bytes++;
    return bytes;
}

/* Room has been made. */
static void put_varint(struct mvt_bytes *to, uint64_t value)
{
    while (value >= 0x80) {
        to->bytes[to->length++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    to->bytes[to->length++] = (uint8_t)value;
}

static void put_number(struct mvt *mvt, struct mvt_bytes *to, uint32_t field, uint64_t value)
{
    if (!reserve(mvt, to, 2 * VARINT_MAX))
        return;
    put_varint(to, field << 3 | WIRE_VARINT);
    put_varint(to, value);
}

/* The head of a field of bytes, and room for them. */
static bool begin_bytes(struct mvt *mvt, struct mvt_bytes *to, uint32_t field, size_t length)
{
    if (!reserve(mvt, to, 2 * VARINT_MAX + length))
        return false;
    put_varint(to, field << 3 | WIRE_BYTES);
    put_varint(to, length);
    return true;
}

static void put_bytes(struct mvt *mvt, struct mvt_bytes *to, uint32_t field, const void *bytes,
                      size_t length)
{
    if (!begin_bytes(mvt, to, field, length))
        return;
    if (length)
        memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static size_t packed_bytes(const uint32_t *values, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += varint_bytes(values[i]);
    return bytes;
}

static void put_packed(struct mvt *mvt, struct mvt_bytes *to, uint32_t field,
                       const uint32_t *values, size_t count)
{
    if (begin_bytes(mvt, to, field, packed_bytes(values, count)))
        for (size_t i = 0; i < count; i++)
            put_varint(to, values[i]);
}

/* Layers ---------------------------------------------------------------------------------------- */

void mvt_begin(struct mvt *mvt)
{
    mvt->failed = STATUS_OK;
    mvt->tile.length = 0;
}

void mvt_layer_begin(struct mvt *mvt, const char *name)
{
    mvt->layer_name = name;
    mvt->layer.length = mvt->values.length = 0;
    mvt->key_count = mvt->value_count = mvt->known_count = 0;
    memset(mvt->slots, 0, sizeof mvt->slots);
}

void mvt_layer_end(struct mvt *mvt)
{
    size_t name_length = strlen(mvt->layer_name), length = mvt->layer.length + mvt->values.length;
    if (mvt->failed || mvt->layer.length == 0)
        return;
    length += 2 + 1 + varint_bytes(name_length) + name_length + 1 + varint_bytes(TILE_EXTENT);
    for (uint32_t i = 0; i < mvt->key_count; i++)
        length += 1 + varint_bytes(strlen(mvt->keys[i])) + strlen(mvt->keys[i]);
    struct mvt_bytes *tile = &mvt->tile;
    if (!begin_bytes(mvt, tile, 3, length))
        return;
    size_t begin = tile->length;
    put_number(mvt, tile, 15, 2);
    put_bytes(mvt, tile, 1, mvt->layer_name, name_length);
    if (!reserve(mvt, tile, length))
        return;
    memcpy(tile->bytes + tile->length, mvt->layer.bytes, mvt->layer.length);
    tile->length += mvt->layer.length;
    for (uint32_t i = 0; i < mvt->key_count; i++)
        put_bytes(mvt, tile, 3, mvt->keys[i], strlen(mvt->keys[i]));
    if (!reserve(mvt, tile, mvt->values.length + 2 * VARINT_MAX))
        return;
    if (mvt->values.length)
        memcpy(tile->bytes + tile->length, mvt->values.bytes, mvt->values.length);
    tile->length += mvt->values.length;
    put_number(mvt, tile, 5, TILE_EXTENT);
    assert(mvt->failed || tile->length - begin == length);
}

enum status mvt_end(struct mvt *mvt, const uint8_t **bytes, size_t *length, struct error *error)
{
    *bytes = mvt->tile.bytes;
    *length = mvt->failed ? 0 : mvt->tile.length;
    if (mvt->failed == STATUS_MEMORY)
        return error_memory(error, "drawing a tile");
    if (mvt->failed)
        return error_set(error, mvt->failed, "the tile is larger than %zu bytes", mvt->max_bytes);
    return STATUS_OK;
}

/* Tags ------------------------------------------------------------------------------------------ */

static uint32_t key_number(struct mvt *mvt, const char *key)
{
    uint32_t i = 0;
    while (i < mvt->key_count && strcmp(mvt->keys[i], key) != 0)
        i++;
    assert(i < MVT_KEYS); /* keys are our own words */
    if (i == mvt->key_count)
        mvt->keys[mvt->key_count++] = key;
    return i;
}

/* FNV-1a (Fowler, Noll and Vo), mixed once more. */
static uint32_t hash_value(const char *text, int64_t number)
{
    uint64_t hash = 0xCBF29CE484222325u ^ (uint64_t)number;
    for (; text && *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3u;
    hash ^= hash >> 29;
    return (uint32_t)(hash ^ hash >> 14);
}

static void write_value(struct mvt *mvt, const char *text, int64_t number)
{
    if (text) {
        size_t length = strlen(text);
        if (!begin_bytes(mvt, &mvt->values, 4, 1 + varint_bytes(length) + length))
            return;
        put_bytes(mvt, &mvt->values, 1, text, length);
    } else {
        uint64_t zigzag = (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
        if (begin_bytes(mvt, &mvt->values, 4, 1 + varint_bytes(zigzag)))
            put_number(mvt, &mvt->values, 6, zigzag);
    }
}

static uint32_t value_number(struct mvt *mvt, const char *text, int64_t number)
{
    uint32_t slot = hash_value(text, number) % MVT_SLOTS;
    for (; mvt->slots[slot]; slot = (slot + 1) % MVT_SLOTS) {
        uint32_t i = mvt->slots[slot] - 1u;
        bool same = text ? mvt->known[i].text && strcmp(mvt->known[i].text, text) == 0
                         : !mvt->known[i].text && mvt->known[i].number == number;
        if (same)
            return i; /* while few are known, known and written are numbered alike */
    }
    if (mvt->known_count < MVT_VALUES) {
        mvt->known[mvt->known_count].text = text;
        mvt->known[mvt->known_count].number = number;
        mvt->slots[slot] = (uint16_t)++mvt->known_count;
    }
    write_value(mvt, text, number);
    return mvt->value_count++;
}

static void put_tag(struct mvt *mvt, const char *key, const char *text, int64_t number)
{
    assert(mvt->tag_count + 2 <= 2 * MVT_KEYS);
    mvt->tags[mvt->tag_count++] = key_number(mvt, key);
    mvt->tags[mvt->tag_count++] = value_number(mvt, text, number);
}

void mvt_tag_text(struct mvt *mvt, const char *key, const char *text)
{
    if (text && *text)
        put_tag(mvt, key, text, 0);
}

void mvt_tag_int(struct mvt *mvt, const char *key, int64_t number)
{
    put_tag(mvt, key, NULL, number);
}

/* Geometry -------------------------------------------------------------------------------------- */

void mvt_feature_begin(struct mvt *mvt, enum mvt_type type)
{
    mvt->type = type;
    mvt->has_exterior = false;
    mvt->cursor_x = mvt->cursor_y = 0;
    mvt->tag_count = 0;
    mvt->geometry_count = 0;
}

void mvt_feature_end(struct mvt *mvt)
{
    if (mvt->failed || mvt->geometry_count == 0)
        return;
    size_t tags = packed_bytes(mvt->tags, mvt->tag_count);
    size_t geometry = packed_bytes(mvt->geometry, mvt->geometry_count);
    size_t length = 2 + 1 + varint_bytes(geometry) + geometry;
    if (mvt->tag_count)
        length += 1 + varint_bytes(tags) + tags;
    if (!begin_bytes(mvt, &mvt->layer, 2, length))
        return;
    if (mvt->tag_count)
        put_packed(mvt, &mvt->layer, 2, mvt->tags, mvt->tag_count);
    put_number(mvt, &mvt->layer, 3, mvt->type);
    put_packed(mvt, &mvt->layer, 4, mvt->geometry, mvt->geometry_count);
}

static bool reserve_geometry(struct mvt *mvt, size_t more)
{
    if (mvt->failed)
        return false;
    size_t needed = mvt->geometry_count + more, capacity = mvt->geometry_capacity;
    if (needed <= capacity)
        return true;
    if (needed > mvt->max_bytes) { /* each is a byte at least */
        mvt->failed = STATUS_LIMIT;
        return false;
    }
    capacity = capacity ? capacity : 1024;
    while (capacity < needed)
        capacity *= 2;
    uint32_t *grown = realloc(mvt->geometry, capacity * sizeof *grown);
    if (!grown) {
        mvt->failed = STATUS_MEMORY;
        return false;
    }
    mvt->geometry = grown;
    mvt->geometry_capacity = capacity;
    return true;
}

static uint32_t zigzag(int32_t value)
{
    return (uint32_t)value << 1 ^ (value < 0 ? UINT32_MAX : 0);
}

static void put_command(struct mvt *mvt, uint32_t command, uint32_t count)
{
    mvt->geometry[mvt->geometry_count++] = count << 3 | command;
}

static void put_step(struct mvt *mvt, struct grid_point to)
{
    mvt->geometry[mvt->geometry_count++] = zigzag(to.x - mvt->cursor_x);
    mvt->geometry[mvt->geometry_count++] = zigzag(to.y - mvt->cursor_y);
    mvt->cursor_x = to.x;
    mvt->cursor_y = to.y;
}

/* One point at a time: a feature of several would have its command first. */
void mvt_point(struct mvt *mvt, struct grid_point point)
{
    if (mvt->geometry_count > 0 || !reserve_geometry(mvt, 3))
        return;
    put_command(mvt, MOVE_TO, 1);
    put_step(mvt, point);
}

static bool are_same(struct grid_point a, struct grid_point b)
{
    return a.x == b.x && a.y == b.y;
}

/* Every point but those equal to the one before: steps of a path of at least two points. */
static void put_path(struct mvt *mvt, const struct grid_point *points, uint32_t count)
{
    put_command(mvt, MOVE_TO, 1);
    put_step(mvt, points[0]);
    size_t command = mvt->geometry_count++;
    uint32_t steps = 0;
    for (uint32_t i = 1; i < count; i++)
        if (points[i].x != mvt->cursor_x || points[i].y != mvt->cursor_y) {
            put_step(mvt, points[i]);
            steps++;
        }
    mvt->geometry[command] = steps << 3 | LINE_TO;
}

void mvt_line(struct mvt *mvt, const struct grid_point *points, uint32_t count)
{
    uint32_t other = 1;
    while (other < count && are_same(points[other], points[0]))
        other++;
    if (other < count && reserve_geometry(mvt, 2 * (size_t)count + 4))
        put_path(mvt, points, count);
}

int64_t mvt_ring_area2(const struct grid_point *points, uint32_t count)
{
    /* from the first point, so that the products stay small */
    int64_t area2 = 0;
    for (uint32_t i = 1; i + 1 < count; i++)
        area2 += ((int64_t)points[i].x - points[0].x) * ((int64_t)points[i + 1].y - points[0].y) -
                 ((int64_t)points[i + 1].x - points[0].x) * ((int64_t)points[i].y - points[0].y);
    return area2;
}

/* Does b lie on the way straight from a to c, or back? */
static bool is_straight(struct grid_point a, struct grid_point b, struct grid_point c)
{
    return ((int64_t)b.x - a.x) * ((int64_t)c.y - b.y) ==
           ((int64_t)c.x - b.x) * ((int64_t)b.y - a.y);
}

/* Points that change nothing are left out: equal ones, those on a straight line, and needles that run
 * out and back along the tile's edge. The area stays as it is. */
static uint32_t tidy_ring(const struct grid_point *points, uint32_t count, struct grid_point *tidy)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        tidy[kept++] = points[i];
        while (kept >= 3 && is_straight(tidy[kept - 3], tidy[kept - 2], tidy[kept - 1])) {
            tidy[kept - 2] = tidy[kept - 1];
            kept--;
        }
        if (kept == 2 && are_same(tidy[0], tidy[1]))
            kept = 1;
    }
    uint32_t first = 0;
    while (kept - first >= 3) { /* where the end meets the start */
        if (is_straight(tidy[kept - 2], tidy[kept - 1], tidy[first]))
            kept--;
        else if (is_straight(tidy[kept - 1], tidy[first], tidy[first + 1]))
            first++;
        else
            break;
    }
    memmove(tidy, tidy + first, (kept - first) * sizeof *tidy);
    return kept - first;
}

static void turn_around(struct grid_point *points, uint32_t count)
{
    for (uint32_t i = 1, j = count - 1; i < j; i++, j--) { /* the first stays the first */
        struct grid_point swapped = points[i];
        points[i] = points[j];
        points[j] = swapped;
    }
}

static void remember_exterior(struct mvt *mvt, int64_t area2)
{
    mvt->has_exterior = true;
    mvt->exterior_area2 = area2 < 0 ? -area2 : area2;
    mvt->before_exterior.geometry_count = mvt->geometry_count;
    mvt->before_exterior.cursor_x = mvt->cursor_x;
    mvt->before_exterior.cursor_y = mvt->cursor_y;
}

/* A hole as large as what it is in leaves nothing: a tile in the middle of an island. */
static void forget_exterior(struct mvt *mvt)
{
    mvt->has_exterior = false;
    mvt->geometry_count = mvt->before_exterior.geometry_count;
    mvt->cursor_x = mvt->before_exterior.cursor_x;
    mvt->cursor_y = mvt->before_exterior.cursor_y;
}

void mvt_ring(struct mvt *mvt, const struct grid_point *points, uint32_t count, bool is_exterior)
{
    if (is_exterior)
        mvt->has_exterior = false;
    if (count < 3 || (!is_exterior && !mvt->has_exterior))
        return;
    mvt->ring.count = 0;
    if (grid_points_reserve(&mvt->ring, count)) {
        mvt->failed = STATUS_MEMORY;
        return;
    }
    struct grid_point *ring = mvt->ring.points;
    count = tidy_ring(points, count, ring);
    int64_t area2 = count < 3 ? 0 : mvt_ring_area2(ring, count);
    if (area2 == 0 || !reserve_geometry(mvt, 2 * (size_t)count + 5))
        return;
    if (!is_exterior && (area2 < 0 ? -area2 : area2) == mvt->exterior_area2) {
        forget_exterior(mvt);
        return;
    }
    if (is_exterior)
        remember_exterior(mvt, area2);
    if ((area2 > 0) != is_exterior)
        turn_around(ring, count);
    put_path(mvt, ring, count);
    put_command(mvt, CLOSE_PATH, 1);
}
