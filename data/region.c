/*
 * region.json, version 1. Everything but the keys marked * may be left out.
 *
 *   name*            [a-z0-9-]{1,64}: the region's name in region=, in --region and in the store
 *   title*           its name as people write it; title_en: in English (default: the title)
 *   id_prefix        [a-z][a-z0-9-]{0,15}, of new public ids PREFIX-0001 (default: the name)
 *   timezone*        IANA name: "Asia/Shanghai"
 *   currency*        ISO 4217: "CNY"
 *   language         BCP 47: "zh-Hans" (default "en")
 *   bounds*          [west, south, east, north], WGS 84 degrees; west > east crosses the antimeridian
 *   freshness        care type -> {"fresh_days": 1..3650, "stale_days": fresh_days..3650}; what is left
 *                    out keeps full_day and half_day 14 and 60, hourly and drop_in 2 and 7
 *   community_share  0 to 1: the share of a community's weight that makes it served (0.9)
 *   standard_per_1000 {"new": 9, "built": 6}: the places that 1,000 residents need, in a new residential
 *                    area and in a built one, more than 0 and at most 1,000 (these are the defaults)
 *   sample           true: invented data; test: true: a store for tests; both accept --now
 *   notice           what is said wherever the data appear; notice_en: in English
 *   basemap          what is drawn beneath the map: "none" (default), "own" (vector tiles of the streets
 *                    that `import osm` brought) or "tianditu" (天地图; with this alone a browser asks
 *                    somebody else)
 *   tianditu_key     the browser key that 天地图 gives; needed by basemap tianditu, and only there
 *   basemap_coordsys the system of its tiles: "wgs84" (default: its CGCS2000 differs by less than a
 *                    metre), "gcj02" or "bd09", which shift what is drawn over them
 *   map_notice       审图号 and what else must stand on the map, word for word
 *   icp, police      "浙ICP备12345678号-1", "浙公网安备33010802000000号"
 *   privacy_contact  whom to ask about personal data: an e-mail address, a telephone number, https://…
 *   files            what `init` loads, beside region.json: {"streets", "communities", "register",
 *                    "osm", "residents"}; the last two as `import osm` and
 *                    `import residents` do
 *   calendar         {"source":      who published it; for people
 *                     "note":        for people
 *                     "known_until": the last day whose holidays are published
 *                     "holidays":    [{"from": "2026-10-01", "to": "2026-10-07", "name": "国庆节"}]
 *                                    (to: default from; both ends are holidays)
 *                     "working_days": [{"day": "2026-10-10", "as": "wed"}]: weekend days that are
 *                                    worked, with the hours of that weekday}
 */
#include "data/region.h"

#include "data/json_fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_BYTES = 1 << 20,
    DAY_SECONDS = 86400,
    MAX_FRESHNESS_DAYS = 3650,
    MAX_HOLIDAY_DAYS = 31 /* in one entry: more is a mistaken year */
};

/* Only the characters of `allowed`, the first of them among the first `first_count`. */
static bool is_spelled(const char *text, const char *allowed, size_t first_count)
{
    const char *first = text[0] ? strchr(allowed, text[0]) : NULL;
    return first && (size_t)(first - allowed) < first_count && text[strspn(text, allowed)] == '\0';
}

#define LOWER    "abcdefghijklmnopqrstuvwxyz"
#define ID_CHARS LOWER "0123456789-"

static enum status read_names(const json_t *root, struct region *region, struct error *error)
{
    static const char where[] = "region.json";
    enum status status =
        fields_text(root, where, "name", REQUIRED, region->name, sizeof region->name, error);
    if (status)
        return status;
    if (!record_id_is_valid(region->name))
        return error_set(error, STATUS_INVALID,
                         "'name' of %s is '%s'; it must be 1 to 64 of a-z, 0-9 and -", where,
                         region->name);
    if ((status = fields_text(root, where, "title", REQUIRED, region->title, sizeof region->title,
                              error)))
        return status;
    memcpy(region->title_en, region->title, sizeof region->title);
    if ((status = fields_text(root, where, "title_en", OPTIONAL, region->title_en,
                              sizeof region->title_en, error)))
        return status;
    snprintf(region->id_prefix, sizeof region->id_prefix, "%.16s", region->name);
    if ((status = fields_text(root, where, "id_prefix", OPTIONAL, region->id_prefix,
                              sizeof region->id_prefix, error)))
        return status;
    if (!is_spelled(region->id_prefix, ID_CHARS, 26))
        return error_set(error, STATUS_INVALID,
                         "'id_prefix' of %s is '%s'; it must be 1 to 16 of a-z, 0-9 and -, a "
                         "letter first",
                         where, region->id_prefix);
    return STATUS_OK;
}

static enum status read_conventions(const json_t *root, struct region *region, struct error *error)
{
    static const char where[] = "region.json";
    char zone[sizeof region->calendar.zone_name];
    enum status status = fields_text(root, where, "timezone", REQUIRED, zone, sizeof zone, error);
    if (!status)
        status = calendar_init(&region->calendar, zone, error);
    if (!status)
        status = fields_text(root, where, "currency", REQUIRED, region->currency,
                             sizeof region->currency, error);
    if (status)
        return status;
    if (strlen(region->currency) != 3 ||
        !is_spelled(region->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 26))
        return error_set(error, STATUS_INVALID,
                         "'currency' of %s is '%s'; it must be three capital letters, as CNY",
                         where, region->currency);
    memcpy(region->language, "en", 3);
    if ((status = fields_text(root, where, "language", OPTIONAL, region->language,
                              sizeof region->language, error)))
        return status;
    if (strlen(region->language) < 2 ||
        !is_spelled(region->language, LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", 52))
        return error_set(error, STATUS_INVALID,
                         "'language' of %s is '%s'; it must be a language tag, as zh-Hans", where,
                         region->language);
    return STATUS_OK;
}

static enum status read_bounds(const json_t *root, struct geo_box *bounds, struct error *error)
{
    const json_t *array = json_object_get(root, "bounds");
    double edges[4];
    bool valid = json_is_array(array) && json_array_size(array) == 4;
    for (size_t i = 0; i < 4 && valid; i++) {
        const json_t *edge = json_array_get(array, i);
        edges[i] = json_number_value(edge);
        valid = json_is_number(edge) && fabs(edges[i]) <= (i % 2 ? 90.0 : 180.0);
    }
    if (!valid || edges[0] == edges[2] || edges[1] >= edges[3])
        return error_set(error, STATUS_INVALID,
                         "'bounds' of region.json must be [west, south, east, north]: longitudes "
                         "-180 to 180 that differ, latitudes -90 to 90, south below north");
    *bounds = (struct geo_box){edges[0], edges[1], edges[2], edges[3]};
    return STATUS_OK;
}

static enum status read_freshness_of(const json_t *bounds, const char *care,
                                     struct freshness_bounds *freshness, struct error *error)
{
    static const char *const keys[] = {"fresh_days", "stale_days", NULL};
    char where[64];
    snprintf(where, sizeof where, "freshness of %s", care);
    enum status status = fields_check(bounds, where, keys, error);
    if (status)
        return status;
    const json_t *fresh = json_object_get(bounds, "fresh_days");
    const json_t *stale = json_object_get(bounds, "stale_days");
    json_int_t fresh_days = json_integer_value(fresh), stale_days = json_integer_value(stale);
    if (!json_is_integer(fresh) || !json_is_integer(stale) || fresh_days < 1 ||
        stale_days < fresh_days || stale_days > MAX_FRESHNESS_DAYS)
        return error_set(error, STATUS_INVALID,
                         "%s needs whole 'fresh_days' and 'stale_days' with 1 <= fresh_days <= "
                         "stale_days <= %d",
                         where, MAX_FRESHNESS_DAYS);
    *freshness = (struct freshness_bounds){(int32_t)fresh_days * DAY_SECONDS,
                                           (int32_t)stale_days * DAY_SECONDS};
    return STATUS_OK;
}

static enum status read_freshness(const json_t *root, struct region *region, struct error *error)
{
    static const struct freshness_bounds by_month = {14 * DAY_SECONDS, 60 * DAY_SECONDS};
    static const struct freshness_bounds by_day = {2 * DAY_SECONDS, 7 * DAY_SECONDS};
    const char *keys[CARE_COUNT + 1] = {NULL};
    for (int care = 0; care < CARE_COUNT; care++) {
        keys[care] = care_code(care);
        bool is_short = care == CARE_HOURLY || care == CARE_DROP_IN;
        region->freshness[care] = is_short ? by_day : by_month;
    }
    const json_t *freshness = json_object_get(root, "freshness");
    if (!freshness)
        return STATUS_OK;
    enum status status = fields_check(freshness, "'freshness' of region.json", keys, error);
    for (int care = 0; care < CARE_COUNT && !status; care++) {
        const json_t *bounds = json_object_get(freshness, keys[care]);
        if (bounds)
            status = read_freshness_of(bounds, keys[care], &region->freshness[care], error);
    }
    return status;
}

static enum status read_share(const json_t *root, double *share, struct error *error)
{
    const json_t *value = json_object_get(root, "community_share");
    *share = value ? json_number_value(value) : 0.9;
    if ((value && !json_is_number(value)) || !(*share > 0 && *share <= 1))
        return error_set(error, STATUS_INVALID,
                         "'community_share' of region.json must be a number above 0, at most 1");
    return STATUS_OK;
}

/* Defaults: the standards of the sample's policy (Binjiang, draft of 2020). */
static enum status read_standards(const json_t *root, struct region *region, struct error *error)
{
    static const double defaults[STANDARD_COUNT] = {[STANDARD_NEW] = 9, [STANDARD_BUILT] = 6};
    static const char *const keys[] = {"new", "built", NULL};
    const json_t *given = json_object_get(root, "standard_per_1000");
    enum status status =
        given ? fields_check(given, "'standard_per_1000'", keys, error) : STATUS_OK;
    for (int i = 0; i < STANDARD_COUNT && !status; i++) {
        const json_t *value = json_object_get(given, standard_code(i));
        double *standard = &region->standard_per_1000[i];
        *standard = value ? json_number_value(value) : defaults[i];
        if ((value && !json_is_number(value)) || !(*standard > 0 && *standard <= 1000))
            status = error_set(error, STATUS_INVALID,
                               "'%s' in 'standard_per_1000' of region.json must be a number above "
                               "0, at most 1000",
                               standard_code(i));
    }
    return status;
}

static enum status read_holiday(const json_t *entry, struct calendar *calendar, struct error *error)
{
    static const char *const keys[] = {"from", "to", "name", NULL};
    static const char where[] = "a holiday of the calendar";
    char name[128];
    day_t from = 0;
    enum status status = fields_check(entry, where, keys, error);
    if (!status)
        status = fields_day(entry, where, "from", REQUIRED, &from, error);
    day_t to = from;
    if (!status)
        status = fields_day(entry, where, "to", OPTIONAL, &to, error);
    if (!status)
        status = fields_text(entry, where, "name", OPTIONAL, name, sizeof name, error);
    if (status)
        return status;
    if (to < from || to - from >= MAX_HOLIDAY_DAYS) {
        char first[11], last[11];
        day_format(from, first);
        day_format(to, last);
        return error_set(error, STATUS_INVALID,
                         "%s lasts from %s to %s; it must be 1 to %d days long", where, first, last,
                         MAX_HOLIDAY_DAYS);
    }
    for (day_t day = from; day <= to && !status; day++)
        status = calendar_add_holiday(calendar, day, error);
    return status;
}

static enum status read_working_day(const json_t *entry, struct calendar *calendar,
                                    struct error *error)
{
    static const char *const keys[] = {"day", "as", NULL};
    static const char where[] = "a working day of the calendar";
    char as[16] = "";
    day_t day = 0;
    enum status status = fields_check(entry, where, keys, error);
    if (!status)
        status = fields_day(entry, where, "day", REQUIRED, &day, error);
    if (!status)
        status = fields_text(entry, where, "as", REQUIRED, as, sizeof as, error);
    if (status)
        return status;
    int weekday = fields_weekday(as, strlen(as));
    if (weekday < 0)
        return error_set(error, STATUS_INVALID,
                         "'as' of %s is '%s'; it must be one of mon, tue, wed, thu, fri, sat, sun",
                         where, as);
    return calendar_add_working_day(calendar, day, (uint8_t)weekday, error);
}

static enum status read_entries(const json_t *object, const char *key, struct calendar *calendar,
                                enum status (*read)(const json_t *, struct calendar *,
                                                    struct error *),
                                struct error *error)
{
    const json_t *entries;
    enum status status = fields_array(object, "the calendar", key, OPTIONAL, &entries, error);
    for (size_t i = 0; i < json_array_size(entries) && !status; i++)
        status = read(json_array_get(entries, i), calendar, error);
    return status;
}

static enum status read_calendar(const json_t *root, struct calendar *calendar, struct error *error)
{
    static const char *const keys[] = {"source",   "note",         "known_until",
                                       "holidays", "working_days", NULL};
    static const char where[] = "the calendar";
    const json_t *object = json_object_get(root, "calendar");
    if (!object)
        return STATUS_OK;
    char ignored[1024];
    enum status status = fields_check(object, where, keys, error);
    if (!status)
        status = fields_text(object, where, "source", OPTIONAL, ignored, sizeof ignored, error);
    if (!status)
        status = fields_text(object, where, "note", OPTIONAL, ignored, sizeof ignored, error);
    if (!status)
        status = fields_day(object, where, "known_until", OPTIONAL, &calendar->known_until, error);
    if (!status)
        status = read_entries(object, "holidays", calendar, read_holiday, error);
    if (!status)
        status = read_entries(object, "working_days", calendar, read_working_day, error);
    return status;
}

/* A plain file name: what init loads stands beside region.json. */
static enum status get_file(const json_t *files, const char *key, char *buffer, size_t size,
                            struct error *error)
{
    enum status status = fields_text(files, "'files'", key, OPTIONAL, buffer, size, error);
    if (!status && (buffer[0] == '.' || strpbrk(buffer, "/\\")))
        return error_set(error, STATUS_INVALID,
                         "'%s' of 'files' is '%s'; it must be the name of a file beside "
                         "region.json, without folders",
                         key, buffer);
    return status;
}

static enum status read_files(const json_t *root, struct region *region, struct error *error)
{
    static const char *const keys[] = {"streets", "communities", "register",
                                       "osm",     "residents",   NULL};
    const json_t *files = json_object_get(root, "files");
    if (!files)
        return STATUS_OK;
    enum status status = fields_check(files, "'files' of region.json", keys, error);
    if (!status)
        status =
            get_file(files, "streets", region->streets_file, sizeof region->streets_file, error);
    if (!status)
        status = get_file(files, "communities", region->communities_file,
                          sizeof region->communities_file, error);
    if (!status)
        status =
            get_file(files, "register", region->register_file, sizeof region->register_file, error);
    if (!status)
        status = get_file(files, "osm", region->osm_file, sizeof region->osm_file, error);
    if (!status)
        status = get_file(files, "residents", region->residents_file, sizeof region->residents_file,
                          error);
    return status;
}

static enum status read_labels(const json_t *root, struct region *region, struct error *error)
{
    static const char where[] = "region.json";
    enum status status = fields_flag(root, where, "sample", &region->sample, error);
    if (!status)
        status = fields_flag(root, where, "test", &region->test, error);
    if (!status)
        status = fields_text(root, where, "notice", OPTIONAL, region->notice, sizeof region->notice,
                             error);
    if (!status)
        status = fields_text(root, where, "notice_en", OPTIONAL, region->notice_en,
                             sizeof region->notice_en, error);
    if (!status && region->sample && !region->notice[0])
        return error_set(error, STATUS_INVALID,
                         "region.json says sample: true and lacks 'notice', which must say so "
                         "wherever the data appear");
    return status;
}

static enum status read_region(const json_t *root, struct region *region, struct error *error)
{
    static const char *const keys[] = {"name",
                                       "title",
                                       "title_en",
                                       "id_prefix",
                                       "timezone",
                                       "currency",
                                       "language",
                                       "bounds",
                                       "freshness",
                                       "sample",
                                       "test",
                                       "notice",
                                       "notice_en",
                                       "files",
                                       "calendar",
                                       "community_share",
                                       "standard_per_1000",
                                       "basemap",
                                       "icp",
                                       "police",
                                       "tianditu_key",
                                       "basemap_coordsys",
                                       "privacy_contact",
                                       "map_notice",
                                       NULL};
    enum status status = fields_check(root, "region.json", keys, error);
    if (!status)
        status = read_names(root, region, error);
    if (!status)
        status = read_conventions(root, region, error);
    if (!status)
        status = read_bounds(root, &region->bounds, error);
    if (!status)
        status = read_freshness(root, region, error);
    if (!status)
        status = read_share(root, &region->community_share, error);
    if (!status)
        status = read_standards(root, region, error);
    if (!status)
        status = read_labels(root, region, error);
    if (!status)
        status = region_map_read(root, &region->map, error);
    if (!status)
        status = read_files(root, region, error);
    if (!status)
        status = read_calendar(root, &region->calendar, error);
    return status;
}

enum status region_parse(const char *json, size_t length, struct region *region,
                         struct error *error)
{
    *region = (struct region){.calendar.known_until = DAY_NONE};
    json_t *root;
    enum status status = fields_parse(json, length, MAX_BYTES, "region.json", &root, error);
    if (status)
        return status;
    status = read_region(root, region, error);
    json_decref(root);
    if (status)
        region_release(region);
    return status;
}

void region_release(struct region *region)
{
    calendar_release(&region->calendar);
    *region = (struct region){.calendar.known_until = DAY_NONE};
}
