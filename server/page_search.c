#include "server/page_search.h"

#include "geo/number.h"
#include "geo/profile.h"
#include "server/params.h"
#include "server/router.h"

#include <math.h>
#include <stdio.h>

#define LIMIT_TEXT      "20"
#define DEFAULT_MINUTES "30"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static const char *value_of(const struct form *form, const char *name)
{
    return or_empty(form_value(form, name));
}

/* Boxes each say their own, a link all in one. */
static void read_cares(const struct form *form, bool care[CARE_COUNT])
{
    for (uint32_t i = 0; i < form->count; i++) {
        if (strcmp(form->fields[i].name, "care") != 0)
            continue;
        for (const char *word = form->fields[i].value; *word;) {
            size_t length = strcspn(word, ",");
            enum care one;
            if (care_parse(word, length, &one, NULL) == STATUS_OK)
                care[one] = true;
            word += length + (word[length] == ',');
        }
    }
}

/* "0900-1700" -> "09:00", "17:00"; "" both for anything else. */
static void read_hours(const char *text, struct arena *arena, const char **from, const char **to)
{
    *from = *to = "";
    char *copy = arena_alloc(arena, 12);
    if (!copy || strlen(text) != 9 || text[4] != '-' || strspn(text, "0123456789-") != 9)
        return;
    snprintf(copy, 12, "%.2s:%.2s%c%.2s:%.2s", text, text + 2, '\0', text + 5, text + 7);
    *from = copy;
    *to = copy + 6;
}

static void read_common(struct page_search *search, const struct form *form)
{
    const char *open = value_of(form, "open"), *inclusive = value_of(form, "inclusive");
    search->at = value_of(form, "at");
    search->start = value_of(form, "start");
    search->day = value_of(form, "day");
    search->profile = value_of(form, "profile");
    search->open = *open && strcmp(open, "0") != 0;
    search->inclusive = *inclusive && strcmp(inclusive, "0") != 0;
    read_cares(form, search->care);
}

static void read_link(struct page_search *search, const struct form *form, struct arena *arena)
{
    read_common(search, form);
    search->q = search->pick = search->coordsys = search->born = "";
    search->age = value_of(form, "age");
    search->minutes = value_of(form, "minutes");
    read_hours(value_of(form, "hours"), arena, &search->from, &search->to);
}

/* A button of an empty answer: without that filter. */
static void drop_filter(struct page_search *search, const char *drop)
{
    if (strcmp(drop, "open") == 0)
        search->open = false;
    else if (strcmp(drop, "care") == 0)
        memset(search->care, 0, sizeof search->care);
    else if (strcmp(drop, "age") == 0)
        search->born = search->age = "";
    else if (strcmp(drop, "day") == 0)
        search->day = search->from = search->to = "";
    else if (strcmp(drop, "inclusive") == 0)
        search->inclusive = false;
    else if (strcmp(drop, "within_minutes") == 0)
        search->minutes = "60";
}

static void read_form(struct page_search *search, const struct form *form)
{
    read_common(search, form);
    search->q = value_of(form, "q");
    search->pick = value_of(form, "pick");
    search->coordsys = value_of(form, "coordsys");
    search->born = value_of(form, "born");
    search->age = *search->born ? "" : value_of(form, "age");
    search->from = value_of(form, "from");
    search->to = value_of(form, "to");
    search->minutes = value_of(form, "within_minutes");
    drop_filter(search, value_of(form, "drop"));
}

static void is_wrong(struct page_search *search, const char *field, enum text_key sentence)
{
    if (search->wrong_field)
        return;
    search->wrong_field = field;
    search->wrong = sentence;
}

/* "120.181,30.187", a full-width comma or a space between them too. */
static bool parse_point(const char *text, struct geo_point *point)
{
    size_t length = strcspn(text, ", ");
    const char *wide = strstr(text, "，");
    if (wide && (size_t)(wide - text) < length)
        length = (size_t)(wide - text);
    const char *rest = text + length;
    rest += strncmp(rest, "，", 3) == 0 ? 3 : strspn(rest, ", ");
    rest += strspn(rest, " ");
    return !number_parse_double(text, length, &point->lon) &&
           !number_parse_double(rest, strlen(rest), &point->lat) && geo_point_is_valid(*point);
}

static double round_to(double value, double step)
{
    return round(value / step) * step;
}

static void read_point(struct page_search *search, bool by_link, struct arena *arena)
{
    if (!parse_point(search->at, &search->point)) {
        if (!by_link) /* a link that was cut off is a first page, not a complaint */
            is_wrong(search, "at", TEXT_SEARCH_AT_WRONG);
        else
            search->at = "";
        return;
    }
    search->start_from = by_link ? SEARCH_LINK : SEARCH_POINT;
    if (!by_link)
        return;
    char *rounded = arena_alloc(arena, 40);
    search->point.lon = round_to(search->point.lon, 0.001);
    search->point.lat = round_to(search->point.lat, 0.001);
    if (!rounded)
        return;
    snprintf(rounded, 40, "%.3f,%.3f", search->point.lon, search->point.lat);
    search->at = rounded;
}

/* Of several the one that was picked; all of them stay where it is not (or no more) among them. */
static void keep_picked(struct page_search *search)
{
    for (uint32_t i = 0; i < search->place_count; i++)
        if (strcmp(search->places[i].id, search->pick) == 0) {
            search->places[0] = search->places[i];
            search->place_count = 1;
        }
}

static enum status find_place(struct worker *worker, struct page_search *search,
                              struct error *error)
{
    const struct picture *picture = worker->picture;
    enum status status = suggest_find(picture->suggest, picture->vacancies, search->q,
                                      strlen(search->q), SUGGEST_ANY_REGION, PAGE_PLACES_MAX,
                                      search->places, &search->place_count, error);
    if (status)
        return status;
    keep_picked(search);
    if (search->place_count == 0)
        is_wrong(search, "q", TEXT_SEARCH_NO_PLACE);
    if (search->place_count != 1)
        return STATUS_OK;
    search->start_from = SEARCH_PLACE;
    search->point = search->places[0].point;
    return STATUS_OK;
}

/* Where from: coordinates go before a name, which may be left over from the search before. */
static enum status find_start(struct worker *worker, const struct request *request, bool by_link,
                              struct page_search *search, struct error *error)
{
    if (*search->at)
        read_point(search, by_link, request->arena);
    else if (*search->q)
        return find_place(worker, search, error);
    else if (!by_link)
        is_wrong(search, "q", TEXT_SEARCH_NO_WHERE);
    return STATUS_OK;
}

/* The question as POST /v1/nearby would be asked it. */
struct question {
    struct argument arguments[20];
    uint32_t count;
    char numbers[2][40], cares[64];
};

static void ask(struct question *question, const char *name, const char *value)
{
    if (*value)
        question->arguments[question->count++] = (struct argument){name, value, strlen(value)};
}

static bool can_walk(const struct dataset *dataset, struct geo_point point)
{
    for (uint32_t i = 0; i < dataset->network_count; i++)
        if (geo_box_contains(dataset->regions[dataset->networks[i]->region].bounds, point))
            return true;
    return false;
}

static void make_question(const struct page_search *search, const struct dataset *dataset,
                          const char *cursor, struct question *question)
{
    question->count = 0;
    snprintf(question->numbers[0], sizeof question->numbers[0], "%.7f", search->point.lon);
    snprintf(question->numbers[1], sizeof question->numbers[1], "%.7f", search->point.lat);
    ask(question, "lon", question->numbers[0]);
    ask(question, "lat", question->numbers[1]);
    if (search->start_from == SEARCH_POINT)
        ask(question, "coordsys", search->coordsys);
    size_t used = 0;
    question->cares[0] = '\0';
    for (int care = 0; care < CARE_COUNT; care++)
        if (search->care[care])
            used += (size_t)snprintf(question->cares + used, sizeof question->cares - used, "%s%s",
                                     used ? "," : "", care_code(care));
    ask(question, "care", question->cares);
    ask(question, "born", search->born);
    ask(question, "age_months", search->age);
    ask(question, "start", search->start);
    ask(question, "open", search->open ? "true" : "");
    ask(question, "inclusive", search->inclusive ? "true" : "");
    ask(question, "day", search->day);
    ask(question, "from", search->from);
    ask(question, "to", search->to);
    if (can_walk(dataset, search->point))
        ask(question, "within_minutes", *search->minutes ? search->minutes : DEFAULT_MINUTES);
    ask(question, "profile", search->profile);
    ask(question, "limit", LIMIT_TEXT);
    ask(question, "relax", "true");
    ask(question, "cursor", cursor);
}

/* The field and the sentence for what the API's parser refused. */
static void explain(struct page_search *search, enum status status, const struct error *error)
{
    static const struct {
        const char *parameter, *field;
        enum text_key sentence;
    } known[] = {
        {"lon", "at", TEXT_SEARCH_AT_WRONG},         {"lat", "at", TEXT_SEARCH_AT_WRONG},
        {"born", "born", TEXT_ERROR_PARAMETER_BORN}, {"start", "start", TEXT_ERROR_PARAMETER_START},
        {"day", "day", TEXT_ERROR_PARAMETER_DAY},    {"from", "from", TEXT_ERROR_PARAMETER_FROM},
        {"to", "to", TEXT_ERROR_PARAMETER_TO},
    };
    if (status == STATUS_OFF_NETWORK)
        is_wrong(search, "at", TEXT_ERROR_OFF_NETWORK);
    else if (status == STATUS_NO_NETWORK)
        is_wrong(search, "within_minutes", TEXT_ERROR_NO_NETWORK);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(error->parameter, known[i].parameter) == 0)
            is_wrong(search, known[i].field, known[i].sentence);
    is_wrong(search, "", TEXT_ERROR_REFUSED);
}

static enum status find(struct worker *worker, const struct request *request,
                        struct page_search *search, const char *cursor, struct error *error)
{
    const struct picture *picture = worker->picture;
    const char *captures[CAPTURES_MAX];
    struct request nearby = {
        .method = METHOD_POST, .path = "/v1/nearby", .now = request->now, .arena = request->arena};
    struct question question;
    make_question(search, picture->dataset, cursor, &question);
    enum status status =
        router_find(METHOD_POST, nearby.path, request->arena, &nearby.route, captures, error);
    if (!status)
        status = params_read_arguments(&nearby, question.arguments, question.count, error);
    if (!status)
        status = params_nearby(&nearby, &search->query, error);
    if (!status)
        status = nearby_find(picture->dataset, picture->vacancies, worker->walker, &search->query,
                             worker->nearby, error);
    if (status || worker->nearby->complete || worker->nearby->item_count == 0)
        return status;
    const struct nearby_list *list = worker->nearby;
    const struct nearby_item *last = &list->items[list->item_count - 1];
    struct cursor place = {.by_walk = list->by == NEARBY_WALK,
                           .distance_m = last->distance_m,
                           .walk_mm = last->walk_mm};
    char *text = arena_alloc(request->arena, CURSOR_MAX_BYTES);
    if (!text)
        return error_memory(error, "writing a page");
    snprintf(place.id, sizeof place.id, "%s",
             dataset_text(picture->dataset, picture->dataset->facilities[last->facility].id));
    params_next_cursor(&nearby, &place, text);
    search->next_cursor = text;
    return STATUS_OK;
}

enum status page_search_run(struct worker *worker, const struct request *request,
                            const struct form *form, bool by_link, struct page_search *search,
                            struct error *error)
{
    memset(search, 0, sizeof *search);
    if (by_link)
        read_link(search, form, request->arena);
    else
        read_form(search, form);
    enum status status = find_start(worker, request, by_link, search, error);
    int hours_given = (*search->day != 0) + (*search->from != 0) + (*search->to != 0);
    if (hours_given != 0 && hours_given != 3)
        is_wrong(search,
                 !*search->day    ? "day"
                 : !*search->from ? "from"
                                  : "to",
                 TEXT_HOURS_INCOMPLETE);
    if (status || search->start_from == SEARCH_NOWHERE || search->wrong_field)
        return status;
    struct error trouble = {0};
    const char *cursor = value_of(form, "cursor");
    status = find(worker, request, search, cursor, &trouble);
    if (status == STATUS_INVALID && strcmp(trouble.parameter, "cursor") == 0) {
        trouble =
            (struct error){0}; /* something was changed since: the first page of the new search */
        status = find(worker, request, search, "", &trouble);
    }
    search->is_answered = !status;
    if (status != STATUS_INVALID && status != STATUS_OFF_NETWORK && status != STATUS_NO_NETWORK)
        return status ? error_set(error, status, "%s", trouble.message) : STATUS_OK;
    explain(search, status, &trouble);
    return STATUS_OK;
}

/* NAME=VALUE behind what is there; values are codes, digits and months, but for what is typed freely. */
static void put(char *link, size_t bytes, const char *name, const char *value)
{
    size_t used = strlen(link);
    if (*value && value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_.,-")] == '\0')
        snprintf(link + used, bytes - used, "%s%s=%s", used ? "&" : "", name, value);
}

const char *page_search_link(const struct page_search *search, const struct nearby_list *list,
                             struct arena *arena)
{
    enum { LINK_BYTES = 400 };
    char *link = arena_alloc(arena, LINK_BYTES), number[48], cares[64] = "";
    if (!link || !search->is_answered)
        return link;
    struct geo_point point = search->query.from;
    snprintf(number, sizeof number, "%.3f,%.3f", point.lon, point.lat);
    put(link, LINK_BYTES, "at", number);
    for (int care = 0; care < CARE_COUNT; care++)
        if (search->care[care])
            snprintf(cares + strlen(cares), sizeof cares - strlen(cares), "%s%s", *cares ? "," : "",
                     care_code(care));
    put(link, LINK_BYTES, "care", cares);
    snprintf(number, sizeof number, "%d", list->age_months);
    put(link, LINK_BYTES, "age", list->age_months >= 0 ? number : "");
    put(link, LINK_BYTES, "start", search->start);
    put(link, LINK_BYTES, "open", search->open ? "1" : "");
    put(link, LINK_BYTES, "inclusive", search->inclusive ? "1" : "");
    put(link, LINK_BYTES, "day", search->day);
    if (search->query.day_kind != NEARBY_ANY_DAY) {
        int to = search->query.to_min > 1440 ? search->query.to_min - 1440 : search->query.to_min;
        snprintf(number, sizeof number, "%02d%02d-%02d%02d", search->query.from_min / 60,
                 search->query.from_min % 60, to / 60, to % 60);
        put(link, LINK_BYTES, "hours", number);
    }
    put(link, LINK_BYTES, "minutes", search->minutes);
    put(link, LINK_BYTES, "profile", search->profile);
    return link;
}
