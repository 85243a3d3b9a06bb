#include "server/print_nearby.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void print_format_distance(double metres, char text[PRINT_TEXT_BYTES])
{
    if (metres < 999.5)
        snprintf(text, PRINT_TEXT_BYTES, "%.0f m", metres);
    else
        snprintf(text, PRINT_TEXT_BYTES, "%.1f km", metres / 1000);
}

void print_format_age(int64_t seconds, char text[PRINT_TEXT_BYTES])
{
    static const struct {
        int64_t seconds;
        const char *word;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t count = seconds / units[i].seconds;
        if (count > 0) {
            snprintf(text, PRINT_TEXT_BYTES, "%" PRId64 " %s%s ago", count, units[i].word,
                     count == 1 ? "" : "s");
            return;
        }
    }
    snprintf(text, PRINT_TEXT_BYTES, "just now");
}

/* ISO 4217 currencies without minor units, of the regions one may meet. */
static bool has_minor_units(const char *currency)
{
    static const char *const without[] = {"JPY", "KRW", "VND", "CLP", "ISK"};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strcmp(currency, without[i]) == 0)
            return false;
    return true;
}

void print_format_money(int32_t minor_units, const char *currency, char text[PRINT_TEXT_BYTES])
{
    if (!has_minor_units(currency))
        snprintf(text, PRINT_TEXT_BYTES, "%d %s", minor_units, currency);
    else if (minor_units % 100 == 0)
        snprintf(text, PRINT_TEXT_BYTES, "%d %s", minor_units / 100, currency);
    else
        snprintf(text, PRINT_TEXT_BYTES, "%d.%02d %s", minor_units / 100, minor_units % 100,
                 currency);
}

/* A code of a list as words: half_day -> half day. */
static void print_code(const char *code, FILE *out)
{
    for (; *code; code++)
        putc(*code == '_' ? ' ' : *code, out);
}

static void print_ages(const struct dataset_offer *offer, FILE *out)
{
    if (offer->age_from_m == NONE16 && offer->age_to_m == NONE16)
        fputs("ages unknown", out);
    else if (offer->age_to_m == NONE16)
        fprintf(out, "from %d months", offer->age_from_m);
    else if (offer->age_from_m == NONE16)
        fprintf(out, "up to %d months", offer->age_to_m);
    else
        fprintf(out, "%d to %d months", offer->age_from_m, offer->age_to_m);
}

/* How many places there are to be free of: NONE where that is not known, or not the question. */
static int32_t room_of(const struct dataset *dataset, const struct dataset_offer *offer)
{
    int32_t licensed = dataset->groups[offer->group].licensed;
    int32_t staffed = dataset->numbers[offer->group].staffed;
    if (care_has_slots(offer->care) || licensed == NONE)
        return NONE;
    return staffed != NONE && staffed < licensed ? staffed : licensed;
}

static void print_count(int32_t open, int32_t room, FILE *out)
{
    if (room != NONE)
        fprintf(out, "%d of %d places free", open, room);
    else
        fprintf(out, "%d place%s free", open, open == 1 ? "" : "s");
}

/* Numbers that are too old to count on are told as what they were, never as free. */
static void print_places(const struct dataset *dataset, const struct dataset_offer *offer,
                         const struct offer_state *state, FILE *out)
{
    int32_t room = room_of(dataset, offer);
    if (state->availability == AVAILABILITY_ASK)
        fputs("ask: no bookable hours are published", out);
    else if (state->availability == AVAILABILITY_FULL)
        fputs("full", out);
    else if (state->availability == AVAILABILITY_OPEN && state->open == NONE)
        fputs("places free", out);
    else if (state->availability == AVAILABILITY_OPEN)
        print_count(state->open, room, out);
    else
        fputs("not known", out);
    if (state->availability == AVAILABILITY_OPEN && state->open_because == OPEN_BECAUSE_NEXT_OPEN)
        fputs(" by then", out);
    if (state->availability == AVAILABILITY_UNKNOWN && state->open != NONE) {
        fputs(", ask: ", out);
        print_count(state->open, room, out);
    }
}

/* How old the numbers are. */
static void print_age(const struct vacancies *vacancies, const struct offer_state *state, FILE *out)
{
    char age[PRINT_TEXT_BYTES];
    if (state->availability == AVAILABILITY_ASK)
        return;
    if (state->as_of == TIME_NONE) {
        fputs(", never reported", out);
        return;
    }
    print_format_age(vacancies->now - state->as_of, age);
    if (state->freshness == FRESHNESS_UNKNOWN)
        fprintf(out, ", the last report was %s", age);
    else
        fprintf(out, ", reported %s", age);
}

static void print_hours(const struct vacancies *vacancies, const struct dataset_offer *offer,
                        FILE *out)
{
    if (!offer->hours)
        return; /* unknown: saying "closed" would be wrong */
    const struct hours_today *today = &vacancies->hours_today[offer->hours];
    fputs(today->count ? "; open today" : "; closed today", out);
    for (uint32_t i = 0; i < today->count; i++) {
        struct interval interval = today->intervals[i];
        fprintf(out, "%s %02d:%02d-%02d:%02d", i ? "," : "", interval.from_min / 60,
                interval.from_min % 60, interval.to_min / 60 % 24, interval.to_min % 60);
    }
}

static void print_offer(const struct dataset *dataset, const struct vacancies *vacancies,
                        const struct nearby_offer *found, FILE *out)
{
    const struct dataset_offer *offer = &dataset->offers[found->offer];
    const struct dataset_facility *facility = &dataset->facilities[offer->facility];
    const char *care = care_code(offer->care), *unit = price_unit_code(offer->price_unit);
    fputs("     - ", out);
    print_code(care ? care : "care type unknown", out);
    fputs(", ", out);
    print_ages(offer, out);
    fputs(": ", out);
    print_places(dataset, offer, &found->state, out);
    print_age(vacancies, &found->state, out);
    if (offer->price != NONE) {
        char money[PRINT_TEXT_BYTES];
        print_format_money(offer->price, dataset->regions[facility->region].currency, money);
        fprintf(out, "; %s", money);
        if (unit)
            fputs(offer->price_unit == PRICE_UNIT_HOUR ? " an " : " a ", out);
        print_code(unit ? unit : "", out);
    }
    print_hours(vacancies, offer, out);
    putc('\n', out);
}

static void print_names(const struct dataset *dataset, const struct dataset_facility *facility,
                        FILE *out)
{
    const char *name = dataset_text(dataset, facility->name);
    const char *name_en = dataset_text(dataset, facility->name_en);
    fputs(name ? name : name_en ? name_en : "(no name)", out);
    if (name && name_en && strcmp(name, name_en) != 0)
        fprintf(out, " · %s", name_en);
}

static void print_facts(const struct dataset *dataset, const struct dataset_facility *facility,
                        FILE *out)
{
    const char *kind = kind_code(facility->kind), *ownership = ownership_code(facility->ownership);
    const char *address = dataset_text(dataset, facility->address);
    const char *phone = dataset_text(dataset, facility->phone);
    fprintf(out, "     %s", dataset_text(dataset, facility->id));
    if (kind) {
        fputs(", ", out);
        print_code(kind, out);
    }
    if (ownership) {
        fputs(", ", out);
        print_code(ownership, out);
    }
    if (facility->inclusive == YES)
        fputs(", inclusive price", out);
    if (facility->demonstration == YES)
        fputs(", demonstration", out);
    if (facility->point_is_rounded)
        fputs(facility->kind == KIND_HOME
                  ? "; a home: its place is shown to 100 m"
                  : "; of unknown kind, perhaps a home: its place is shown to 100 m",
              out);
    else if (address)
        fprintf(out, "; %s", address);
    if (phone && !facility->point_is_rounded)
        fprintf(out, "; %s", phone);
    putc('\n', out);
}

static void print_summary(const struct nearby_query *query, const struct nearby_list *list,
                          FILE *out)
{
    char within[PRINT_TEXT_BYTES + 40] = "", how[48] = "straight line";
    if (list->by == NEARBY_WALK) {
        snprintf(within, sizeof within, " within %.4g minutes on foot", list->within_seconds / 60);
        snprintf(how, sizeof how, "on foot, %s", list->profile.name);
    } else if (isfinite(query->within_m)) {
        char distance[PRINT_TEXT_BYTES];
        print_format_distance(query->within_m, distance);
        snprintf(within, sizeof within, " within %s", distance);
    }
    if (list->item_count == 0)
        fprintf(out, "No facility matches%s.\n", within);
    else if (list->complete && !query->has_after)
        fprintf(out, "%u facilit%s match%s%s, nearest first (%s):\n", list->item_count,
                list->item_count == 1 ? "y" : "ies", list->item_count == 1 ? "es" : "", within,
                how);
    else if (list->matched >= 0)
        fprintf(out, "%u of %" PRId64 " facilities that match%s, nearest first (%s):\n",
                list->item_count, list->matched, within, how);
    else
        fprintf(out, "The nearest %u that match (%s); there are more:\n", list->item_count, how);
}

/* What a filter asks for, in words. */
static const char *const filter_words[NEARBY_FILTER_COUNT] = {
    [NEARBY_FILTER_OPEN] = "a free place",
    [NEARBY_FILTER_CARE] = "the care type",
    [NEARBY_FILTER_AGE] = "the age",
    [NEARBY_FILTER_DAY] = "the day and hours",
    [NEARBY_FILTER_PRICE] = "the price",
    [NEARBY_FILTER_INCLUSIVE] = "an inclusive price",
    [NEARBY_FILTER_DEMONSTRATION] = "a demonstration facility",
    [NEARBY_FILTER_KIND] = "the kind",
    [NEARBY_FILTER_OWNERSHIP] = "the ownership",
    [NEARBY_FILTER_WITHIN] = "the distance",
    [NEARBY_FILTER_WITHIN_MINUTES] = "the minutes on foot",
};

/* What was not shown, and what would be without one of the filters. */
static void print_rest(const struct nearby_list *list, FILE *out)
{
    if (list->unknown_matched == 1)
        fputs("\n1 more may match: what was asked is not known of it.\n", out);
    else if (list->unknown_matched > 1)
        fprintf(out, "\n%" PRId64 " more may match: what was asked is not known of them.\n",
                list->unknown_matched);
    for (int i = 0; i < NEARBY_FILTER_COUNT; i++)
        if (list->relax[i] >= 0)
            fprintf(out, "Without asking for %s: %" PRId64 " match.\n", filter_words[i],
                    list->relax[i]);
}

/* Invented data say so wherever they are shown. */
static void print_notices(const struct dataset *dataset, FILE *out)
{
    for (uint32_t i = 0; i < dataset->region_count; i++) {
        const struct region *region = &dataset->regions[i];
        const char *notice = *region->notice_en ? region->notice_en : region->notice;
        if (*notice)
            fprintf(out, "%s: %s\n\n", *region->title_en ? region->title_en : region->name, notice);
        else if (region->sample)
            fprintf(out, "%s: 示例数据 / sample data, invented.\n\n", region->name);
    }
}

static void print_holidays(const struct dataset *dataset, const struct nearby_query *query,
                           FILE *out)
{
    for (uint32_t i = 0; i < dataset->region_count && query->day_kind == NEARBY_DATE; i++)
        if (!calendar_knows_holidays(&dataset->regions[i].calendar, query->date))
            fprintf(out,
                    "%s: the public holidays of that day are not published yet; it counts as "
                    "an ordinary one.\n",
                    dataset->regions[i].name);
}

void print_nearby(const struct dataset *dataset, const struct vacancies *vacancies,
                  const struct nearby_query *query, const struct nearby_list *list, FILE *out)
{
    print_notices(dataset, out);
    print_summary(query, list, out);
    print_holidays(dataset, query, out);
    for (uint32_t i = 0; i < list->item_count; i++) {
        const struct nearby_item *item = &list->items[i];
        const struct dataset_facility *facility = &dataset->facilities[item->facility];
        char distance[PRINT_TEXT_BYTES];
        bool on_foot = list->by == NEARBY_WALK;
        print_format_distance(on_foot ? (double)item->walk_mm / 1000 : item->distance_m, distance);
        fprintf(out, "\n%3u. ", i + 1);
        print_names(dataset, facility, out);
        if (on_foot)
            fprintf(out, " · %.1f min on foot (%s)\n",
                    nearby_walk_minutes(&list->profile, item->walk_mm), distance);
        else
            fprintf(out, " · %s\n", distance);
        print_facts(dataset, facility, out);
        for (uint32_t j = 0; j < item->offer_count; j++)
            print_offer(dataset, vacancies, &list->offers[item->first_offer + j], out);
    }
    print_rest(list, out);
}
