#include "server/json_feature.h"

#include "server/fragments.h"

/*
 * The hot part writes through a plain pointer into room that was reserved once an offer, not value
 * by value: a page of 20 facilities has some 80 offers of a dozen numbers each.
 */
#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

enum {
    OFFER_NUMBERS_BYTES = 320, /* the longest run of numbers and words of an offer, and to spare */
    INTERVAL_BYTES = 20
};

static inline char *put(char *at, const char *bytes, size_t length)
{
    memcpy(at, bytes, length);
    return at + length;
}

static inline char *put_two(char *at, unsigned value)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
    return at + 2;
}

static inline char *put_int(char *at, int32_t value)
{
    if (value >= 0 && value < 10) {
        *at = (char)('0' + value);
        return at + 1;
    }
    if (value >= 10 && value < 100)
        return put_two(at, (unsigned)value);
    if (value == NONE)
        return PUT(at, "null");
    return at + json_int_digits(at, value);
}

/* Years 0 to 9999, as moment_format() writes them. */
static char *put_moment(char *at, moment_t moment)
{
    if (moment == TIME_NONE)
        return PUT(at, "null");
    char text[21];
    moment_format(moment, text);
    *at++ = '"';
    at = put(at, text, 20);
    *at++ = '"';
    return at;
}

static char *put_minutes(char *at, int16_t minutes)
{
    *at++ = '"';
    at = put_two(at, (unsigned)minutes / 60);
    *at++ = ':';
    at = put_two(at, (unsigned)minutes % 60);
    *at++ = '"';
    return at;
}

static char *put_intervals(char *at, const struct interval *intervals, uint32_t count)
{
    *at++ = '[';
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            *at++ = ',';
        *at++ = '[';
        at = put_minutes(at, intervals[i].from_min);
        *at++ = ',';
        at = put_minutes(at, intervals[i].to_min);
        *at++ = ']';
    }
    *at++ = ']';
    return at;
}

/* Availability and freshness are few: their words stand ready, with the keys around them. */
struct words {
    const char *text;
    uint32_t length;
};
#define WORDS(availability, freshness)                                                       \
    {                                                                                        \
        ",\"availability\":\"" availability "\",\"freshness\":\"" freshness "\",\"as_of\":", \
            sizeof(",\"availability\":\"" availability "\",\"freshness\":\"" freshness       \
                   "\",\"as_of\":") -                                                        \
                1                                                                            \
    }
#define WORDS_ROW(availability)                              \
    {                                                        \
        [FRESHNESS_FRESH] = WORDS(availability, "fresh"),    \
        [FRESHNESS_STALE] = WORDS(availability, "stale"),    \
        [FRESHNESS_UNKNOWN] = WORDS(availability, "unknown") \
    }
static const struct words state_words[4][3] = {[AVAILABILITY_OPEN] = WORDS_ROW("open"),
                                               [AVAILABILITY_FULL] = WORDS_ROW("full"),
                                               [AVAILABILITY_ASK] = WORDS_ROW("ask"),
                                               [AVAILABILITY_UNKNOWN] = WORDS_ROW("unknown")};

static char *put_numbers(char *at, const struct offer_state *state)
{
    at = PUT(at, ",\"staffed\":");
    at = put_int(at, state->staffed);
    at = PUT(at, ",\"enrolled\":");
    at = put_int(at, state->enrolled);
    at = PUT(at, ",\"held\":");
    at = put_int(at, state->held);
    at = PUT(at, ",\"open\":");
    at = put_int(at, state->open);
    const struct words *words = &state_words[state->availability][state->freshness];
    at = put(at, words->text, words->length);
    at = put_moment(at, state->as_of);
    if (state->open_because == OPEN_BECAUSE_NOW)
        at = PUT(at, ",\"open_because\":\"now\"");
    else if (state->open_because == OPEN_BECAUSE_NEXT_OPEN)
        at = PUT(at, ",\"open_because\":\"next_open\"");
    return at;
}

static struct fragment find_offer(struct feature_offers *offers, uint32_t number)
{
    struct fragment fragment = fragment_read(&offers->at);
    for (; offers->next < number; offers->next++)
        fragment = fragment_read(&offers->at);
    offers->next++;
    return fragment;
}

void json_offer_open(struct json *out, const struct picture *picture, struct feature_offers *offers,
                     uint32_t number, const struct offer_state *state)
{
    const struct dataset_offer *offer = &picture->dataset->offers[number];
    const struct hours_today *today = &picture->vacancies->hours_today[offer->hours];
    struct fragment prepared = find_offer(offers, number);
    size_t room = (size_t)prepared.first_length + prepared.second_length + OFFER_NUMBERS_BYTES +
                  HOURS_MAX_INTERVALS * INTERVAL_BYTES;
    if (!json_reserve(out, room))
        return;
    char *start = out->bytes + out->length, *at = start;
    if (out->comma)
        *at++ = ',';
    at = put(at, prepared.first, prepared.first_length);
    at = put_numbers(at, state);
    at = put(at, prepared.first + prepared.first_length, prepared.second_length);
    at = offer->hours ? put_intervals(at, today->intervals, today->count) : PUT(at, "null");
    out->length += (size_t)(at - start);
    out->comma = true;
}

void json_offer(struct json *out, const struct picture *picture, struct feature_offers *offers,
                uint32_t offer, const struct offer_state *state)
{
    json_offer_open(out, picture, offers, offer, state);
    json_object_end(out);
}

static char *put_point(char *at, struct geo_point point)
{
    at = PUT(at, "{\"type\":\"Point\",\"coordinates\":[");
    at += json_fixed_digits(at, point.lon, 7);
    *at++ = ',';
    at += json_fixed_digits(at, point.lat, 7);
    return PUT(at, "]}");
}

void json_feature_begin(struct json *out, const struct picture *picture, uint32_t number,
                        enum coordsys coordsys, struct feature_offers *offers)
{
    const struct dataset_facility *facility = &picture->dataset->facilities[number];
    *offers =
        (struct feature_offers){fragments_run(picture->fragments, number), facility->first_offer};
    struct fragment prepared = fragment_read(&offers->at);
    if (!json_reserve(out, (size_t)prepared.first_length + prepared.second_length + 256))
        return;
    char *start = out->bytes + out->length, *at = start;
    if (out->comma)
        *at++ = ',';
    at = PUT(at, "{\"type\":\"Feature\",\"id\":\"");
    at = put(at, prepared.first, prepared.first_length);
    at = PUT(at, "\",\"geometry\":");
    struct geo_point point = facility->point;
    if (!geo_point_is_valid(point))
        at = PUT(at, "null");
    else
        at = put_point(at, coordsys == COORDSYS_WGS84 ? point : crs_from_wgs84(coordsys, point));
    at = PUT(at, ",\"properties\":{");
    at = put(at, prepared.first + prepared.first_length, prepared.second_length);
    out->length += (size_t)(at - start);
    out->comma = true;
}

void json_feature_end(struct json *out)
{
    JSON_RAW(out, "}}");
    out->comma = true;
}

void json_key_intervals(struct json *out, const char *key, const struct interval *intervals,
                        uint32_t count)
{
    json_key(out, key);
    if (!json_reserve(out, (size_t)count * INTERVAL_BYTES + 2))
        return;
    char *start = out->bytes + out->length;
    out->length += (size_t)(put_intervals(start, intervals, count) - start);
    out->comma = true;
}

void json_key_day(struct json *out, const char *key, day_t day)
{
    char text[11];
    if (day != DAY_NONE)
        day_format(day, text);
    json_key_text(out, key, day == DAY_NONE ? NULL : text);
}

void json_key_moment(struct json *out, const char *key, moment_t moment)
{
    char text[21];
    if (moment != TIME_NONE)
        moment_format(moment, text);
    json_key_text(out, key, moment == TIME_NONE ? NULL : text);
}

void json_ring(struct json *out, const struct geo_ring *ring, enum coordsys coordsys)
{
    json_array_begin(out);
    for (uint32_t i = 0; i < ring->count; i++) {
        struct geo_point point = crs_from_wgs84(coordsys, ring->points[i]);
        json_array_begin(out);
        json_fixed(out, point.lon, 7);
        json_fixed(out, point.lat, 7);
        json_array_end(out);
    }
    json_array_end(out);
}

void json_members_of_report(struct json *out, const struct dataset *dataset,
                            const struct dataset_group *group, const struct group_numbers *numbers)
{
    json_key_int_or_null(out, "licensed", group->licensed);
    json_key_int_or_null(out, "staffed", numbers->staffed);
    json_key_int_or_null(out, "enrolled", numbers->enrolled);
    json_key_int_or_null(out, "held", numbers->held);
    json_key_moment(out, "as_of", numbers->as_of);
    json_key_text(out, "source", dataset_text(dataset, numbers->source));
    json_key_int_or_null(out, "next_open", numbers->next_open);
    json_key_day(out, "next_open_from", numbers->next_open_from);
    json_key_day(out, "open_until", numbers->open_until);
}
