#include "tests/geo/mvt_decoder.h"

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more, doubled when `count` is a power of two. */
static void *grow(void *array, uint32_t count, size_t element_bytes)
{
    if (count & (count - 1))
        return array;
    void *grown = realloc(array, (count ? 2 * (size_t)count : 1) * element_bytes);
    REQUIRE(grown);
    return grown;
}

/* What is left of a message. */
struct reader {
    const uint8_t *at, *end;
};

static uint64_t read_varint(struct reader *reader)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        REQUIRE(reader->at < reader->end);
        uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return value;
    }
    test_fail(__FILE__, __LINE__, "a varint of more than ten bytes");
    test_abandon();
}

static struct reader read_bytes(struct reader *reader)
{
    uint64_t length = read_varint(reader);
    REQUIRE(length <= (uint64_t)(reader->end - reader->at));
    struct reader inside = {reader->at, reader->at + length};
    reader->at = inside.end;
    return inside;
}

/* The field's number; its wire type must be `wire`. */
static uint32_t field_of(uint64_t tag, uint32_t wire)
{
    CHECK_INT(tag & 7, wire);
    return (uint32_t)(tag >> 3);
}

static void copy_text(struct reader text, char *buffer, size_t size)
{
    size_t length = (size_t)(text.end - text.at);
    REQUIRE(length < size);
    memcpy(buffer, text.at, length);
    buffer[length] = '\0';
}

/* Values and keys ------------------------------------------------------------------------------- */

struct value {
    char text[128];
    int64_t number;
};

struct lists {
    char (*keys)[32];
    struct value *values;
};

static struct value read_value(struct reader reader)
{
    struct value value = {0};
    uint64_t tag = read_varint(&reader);
    if (tag >> 3 == 1) {
        CHECK_INT(field_of(tag, 2), 1);
        copy_text(read_bytes(&reader), value.text, sizeof value.text);
    } else {
        CHECK_INT(field_of(tag, 0), 6);
        uint64_t zigzag = read_varint(&reader);
        value.number = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
    }
    CHECK(reader.at == reader.end);
    return value;
}

/* Geometry -------------------------------------------------------------------------------------- */

static int32_t read_step(struct reader *reader)
{
    uint32_t zigzag = (uint32_t)read_varint(reader);
    return (int32_t)(zigzag >> 1) ^ -(int32_t)(zigzag & 1);
}

static struct decoded_part *add_part(struct decoded_feature *feature)
{
    feature->parts = grow(feature->parts, feature->part_count, sizeof *feature->parts);
    struct decoded_part *part = &feature->parts[feature->part_count++];
    *part = (struct decoded_part){0};
    return part;
}

static void add_point(struct decoded_part *part, struct grid_point point)
{
    part->points = grow(part->points, part->count, sizeof *part->points);
    part->points[part->count++] = point;
}

/* 4.3.4: a point is MoveTo; lines MoveTo(1) LineTo(n > 0); rings MoveTo(1) LineTo(n > 1) ClosePath. */
static void read_geometry(struct reader reader, struct decoded_feature *feature)
{
    struct grid_point cursor = {0, 0};
    while (reader.at < reader.end) {
        uint32_t command = (uint32_t)read_varint(&reader);
        CHECK_INT(command, 1 << 3 | 1);
        struct decoded_part *part = add_part(feature);
        cursor.x += read_step(&reader);
        cursor.y += read_step(&reader);
        add_point(part, cursor);
        if (feature->type == 1)
            continue;
        command = (uint32_t)read_varint(&reader);
        CHECK_INT(command & 7, 2);
        CHECK(command >> 3 >= (feature->type == 3 ? 2 : 1));
        for (uint32_t i = command >> 3; i > 0; i--) {
            int32_t x = read_step(&reader), y = read_step(&reader);
            CHECK(x || y); /* no point twice in a row */
            cursor.x += x;
            cursor.y += y;
            add_point(part, cursor);
        }
        if (feature->type == 3) {
            CHECK_INT(read_varint(&reader), 1 << 3 | 7);
            part->is_closed = true;
        }
    }
    CHECK(feature->part_count > 0);
}

/* Features and layers --------------------------------------------------------------------------- */

static void read_tags(struct reader reader, const struct lists *lists,
                      const struct decoded_layer *layer, struct decoded_feature *feature)
{
    while (reader.at < reader.end) {
        uint64_t key = read_varint(&reader), value = read_varint(&reader);
        REQUIRE(key < layer->key_count && value < layer->value_count && feature->tag_count < 8);
        struct decoded_tag *tag = &feature->tags[feature->tag_count++];
        memcpy(tag->key, lists->keys[key], sizeof tag->key);
        memcpy(tag->text, lists->values[value].text, sizeof tag->text);
        tag->number = lists->values[value].number;
    }
}

static void read_feature(struct reader reader, const struct lists *lists,
                         struct decoded_layer *layer)
{
    layer->features = grow(layer->features, layer->feature_count, sizeof *layer->features);
    struct decoded_feature *feature = &layer->features[layer->feature_count++];
    *feature = (struct decoded_feature){0};
    struct reader geometry = {0};
    while (reader.at < reader.end) {
        uint64_t tag = read_varint(&reader);
        switch (tag >> 3) {
        case 2:
            CHECK_INT(field_of(tag, 2), 2);
            read_tags(read_bytes(&reader), lists, layer, feature);
            break;
        case 3:
            CHECK_INT(field_of(tag, 0), 3);
            feature->type = (int)read_varint(&reader);
            break;
        default:
            CHECK_INT(field_of(tag, 2), 4);
            geometry = read_bytes(&reader);
        }
    }
    CHECK(feature->type >= 1 && feature->type <= 3);
    read_geometry(geometry, feature);
}

/* Keys and values first: features speak of them by number. */
static void read_lists(struct reader reader, struct lists *lists, struct decoded_layer *layer)
{
    uint64_t version = 0;
    while (reader.at < reader.end) {
        uint64_t tag = read_varint(&reader);
        switch (tag >> 3) {
        case 1:
            copy_text(read_bytes(&reader), layer->name, sizeof layer->name);
            break;
        case 2:
            read_bytes(&reader);
            break;
        case 3:
            lists->keys = grow(lists->keys, layer->key_count, sizeof *lists->keys);
            copy_text(read_bytes(&reader), lists->keys[layer->key_count++], sizeof *lists->keys);
            break;
        case 4:
            lists->values = grow(lists->values, layer->value_count, sizeof *lists->values);
            lists->values[layer->value_count++] = read_value(read_bytes(&reader));
            break;
        case 5:
            layer->extent = (uint32_t)read_varint(&reader);
            break;
        default:
            CHECK_INT(field_of(tag, 0), 15);
            version = read_varint(&reader);
        }
    }
    CHECK_INT(version, 2);
    CHECK(layer->name[0] != '\0');
}

/* "Keys and values should be unique." */
static void check_unique(const struct lists *lists, const struct decoded_layer *layer)
{
    for (uint32_t i = 0; i < layer->key_count; i++)
        for (uint32_t j = 0; j < i; j++)
            CHECK(strcmp(lists->keys[i], lists->keys[j]) != 0);
    for (uint32_t i = 0; i < layer->value_count && i < 2000; i++)
        for (uint32_t j = 0; j < i; j++)
            CHECK(strcmp(lists->values[i].text, lists->values[j].text) != 0 ||
                  lists->values[i].number != lists->values[j].number);
}

static void read_layer(struct reader reader, struct decoded_layer *layer)
{
    struct lists lists = {0};
    struct reader again = reader;
    read_lists(reader, &lists, layer);
    check_unique(&lists, layer);
    while (again.at < again.end) {
        uint64_t tag = read_varint(&again);
        if (tag >> 3 == 2)
            read_feature(read_bytes(&again), &lists, layer);
        else if ((tag & 7) == 2)
            read_bytes(&again);
        else
            read_varint(&again);
    }
    CHECK(layer->feature_count > 0);
    free(lists.keys);
    free(lists.values);
}

struct decoded_tile mvt_decode(const uint8_t *bytes, size_t length)
{
    struct decoded_tile tile = {0};
    struct reader reader = {bytes, bytes + length};
    while (reader.at < reader.end) {
        CHECK_INT(field_of(read_varint(&reader), 2), 3);
        REQUIRE(tile.layer_count < 8);
        read_layer(read_bytes(&reader), &tile.layers[tile.layer_count++]);
        for (uint32_t i = 0; i + 1 < tile.layer_count; i++) /* names are unique */
            CHECK(strcmp(tile.layers[i].name, tile.layers[tile.layer_count - 1].name) != 0);
    }
    return tile;
}

void mvt_decoded_release(struct decoded_tile *tile)
{
    for (uint32_t i = 0; i < tile->layer_count; i++) {
        struct decoded_layer *layer = &tile->layers[i];
        for (uint32_t f = 0; f < layer->feature_count; f++) {
            for (uint32_t p = 0; p < layer->features[f].part_count; p++)
                free(layer->features[f].parts[p].points);
            free(layer->features[f].parts);
        }
        free(layer->features);
    }
    *tile = (struct decoded_tile){0};
}

const struct decoded_layer *mvt_decoded_layer(const struct decoded_tile *tile, const char *name)
{
    for (uint32_t i = 0; i < tile->layer_count; i++)
        if (strcmp(tile->layers[i].name, name) == 0)
            return &tile->layers[i];
    return NULL;
}

const char *mvt_decoded_text(const struct decoded_feature *feature, const char *key)
{
    for (uint32_t i = 0; i < feature->tag_count; i++)
        if (strcmp(feature->tags[i].key, key) == 0)
            return feature->tags[i].text;
    return NULL;
}

double mvt_decoded_area(const struct decoded_feature *feature)
{
    double area2 = 0;
    for (uint32_t p = 0; p < feature->part_count; p++) {
        const struct decoded_part *part = &feature->parts[p];
        for (uint32_t i = 0; i < part->count; i++) {
            struct grid_point a = part->points[i], b = part->points[(i + 1) % part->count];
            area2 += (double)a.x * b.y - (double)b.x * a.y;
        }
    }
    return area2 / 2;
}
