/* In which order groups and offers stand. */
#include "data/dataset_internal.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

struct layout_place {
    uint64_t key;
    uint32_t facility;
};

/* Every second bit of the result, from bit 0. */
static uint64_t spread_bits(uint32_t value)
{
    uint64_t bits = value;
    bits = (bits | bits << 16) & 0x0000FFFF0000FFFFu;
    bits = (bits | bits << 8) & 0x00FF00FF00FF00FFu;
    bits = (bits | bits << 4) & 0x0F0F0F0F0F0F0F0Fu;
    bits = (bits | bits << 2) & 0x3333333333333333u;
    return (bits | bits << 1) & 0x5555555555555555u;
}

/* Along a Z-order curve (Morton 1966); what is off the map stands last. */
static uint64_t layout_key(struct geo_point point)
{
    if (!geo_point_is_valid(point))
        return UINT64_MAX;
    uint32_t x = (uint32_t)((point.lon + 180) / 360 * 0x7FFFFFFF);
    uint32_t y = (uint32_t)((point.lat + 90) / 180 * 0x7FFFFFFF);
    return spread_bits(x) | spread_bits(y) << 1;
}

/* One pass of a radix sort: from -> to by the digit at `shift`, otherwise in the order they had. */
static void sort_by_digit(const struct layout_place *from, struct layout_place *to, uint32_t count,
                          int shift)
{
    uint32_t ends[DIGITS] = {0};
    for (uint32_t i = 0; i < count; i++)
        ends[from[i].key >> shift & (DIGITS - 1)]++;
    uint32_t sum = 0;
    for (uint32_t digit = 0; digit < DIGITS; digit++) {
        uint32_t own = ends[digit];
        ends[digit] = sum;
        sum += own;
    }
    for (uint32_t i = 0; i < count; i++)
        to[ends[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

/*
 * Groups and offers are laid out by where their facilities are, not by ids: what one answer tells of
 * are neighbours, and each array is then read in a page or two, not in one for every facility.
 */
enum status build_find_layout(struct build *build, struct error *error)
{
    struct dataset *dataset = build->dataset;
    uint32_t count = dataset->facility_count;
    struct layout_place *places = NULL, *other = NULL;
    enum status status = raw_make_array((void **)&places, count, sizeof *places, error);
    if (!status)
        status = raw_make_array((void **)&other, count, sizeof *other, error);
    if (!status)
        status = raw_make_array((void **)&dataset->layout, count, sizeof *dataset->layout, error);
    for (uint32_t i = 0; i < count && !status; i++)
        places[i] = (struct layout_place){layout_key(dataset->facilities[i].point), i};
    for (int shift = 0; shift < 64 && !status; shift += DIGIT_BITS) {
        sort_by_digit(places, other, count, shift);
        struct layout_place *sorted = other;
        other = places;
        places = sorted;
    }
    for (uint32_t i = 0; i < count && !status; i++)
        dataset->layout[i] = places[i].facility;
    large_memory_free(places);
    large_memory_free(other);
    return status;
}
