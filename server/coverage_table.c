#include "server/coverage_table.h"

#include "server/public_count.h"

#include <math.h>
#include <stdio.h>

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* Columns before, of each care type, and after. */
static const char *const heads[] = {"community", "name",      "name_en",  "street",
                                    "state",     "residents", "children", "weight"};
static const char *const care_heads[] = {"located", "reachable", "open", "median_minutes",
                                         "p90_minutes"};
static const char *const tails[] = {
    "missing",           "off_network_share", "places",
    "places_staff_only", "places_per_1000",   "public_places_per_1000",
    "standard_per_1000", "places_needed",     "access"};
enum {
    HEADS = sizeof heads / sizeof *heads,
    CARE_HEADS = sizeof care_heads / sizeof *care_heads,
    TAILS = sizeof tails / sizeof *tails
};
_Static_assert(HEADS + COVERAGE_CARES * CARE_HEADS + TAILS == COVERAGE_COLUMNS, "every column");

void coverage_table_name(uint32_t column, char name[40])
{
    uint32_t in_care = column - HEADS;
    if (column < HEADS)
        snprintf(name, 40, "%s", heads[column]);
    else if (in_care < COVERAGE_CARES * CARE_HEADS)
        snprintf(name, 40, "%s_%s", care_code((int)(in_care / CARE_HEADS)),
                 care_heads[in_care % CARE_HEADS]);
    else
        snprintf(name, 40, "%s", tails[in_care - COVERAGE_CARES * CARE_HEADS]);
}

static struct coverage_table_cell text_cell(const char *text)
{
    return (struct coverage_table_cell){.type = text ? CELL_TEXT : CELL_UNKNOWN, .text = text};
}

static struct coverage_table_cell number_cell(double number, uint8_t decimals)
{
    return (struct coverage_table_cell){
        .type = isnan(number) ? CELL_UNKNOWN : CELL_NUMBER, .number = number, .decimals = decimals};
}

static struct coverage_table_cell people_cell(double exact)
{
    return (struct coverage_table_cell){.type = isnan(exact) ? CELL_UNKNOWN : CELL_PEOPLE,
                                        .number = exact};
}

/* Care types that are missing, parted by blanks. */
static void fill_missing(const struct public_coverage *shown, struct coverage_table_cell *cell)
{
    *cell = text_cell(cell->own);
    if (shown->state == COVERAGE_NO_DATA || shown->state == COVERAGE_FEW)
        cell->type = CELL_UNKNOWN;
    size_t used = 0;
    cell->own[0] = '\0';
    for (uint32_t care = 0; care < COVERAGE_CARES; care++)
        if (public_is_missing(shown, care))
            used += (size_t)snprintf(cell->own + used, sizeof cell->own - used, "%s%s",
                                     used ? " " : "", care_code((int)care));
}

void coverage_table_row(const struct coverage_answer *answer, const struct coverage_entry *entry,
                        struct coverage_table_cell cells[COVERAGE_COLUMNS])
{
    struct public_coverage shown;
    struct coverage_table_cell *cell = cells;
    coverage_public(answer->run, entry, answer->age, &shown);
    *cell++ = text_cell(entry->code);
    *cell++ = text_cell(entry->name);
    *cell++ = text_cell(entry->name_en);
    *cell++ = text_cell(entry->street);
    *cell++ = text_cell(coverage_state_code(shown.state));
    *cell++ = people_cell(shown.residents);
    *cell++ = people_cell(shown.children);
    *cell++ = text_cell(coverage_weight_code(answer->run));
    for (uint32_t care = 0; care < COVERAGE_CARES; care++) {
        const struct public_care *of = &shown.care[care];
        *cell++ = number_cell(of->located, 0);
        *cell++ = number_cell(of->share[COVERAGE_REACHABLE], 3);
        *cell++ = number_cell(of->share[COVERAGE_OPEN], 3);
        *cell++ = number_cell(of->median_minutes, 1);
        *cell++ = number_cell(of->p90_minutes, 1);
    }
    fill_missing(&shown, cell++);
    *cell++ = number_cell(shown.off_network_share, 3);
    *cell++ = number_cell(entry->places, 0);
    *cell++ = number_cell(entry->places_staff_only, 0);
    *cell++ = number_cell(shown.places_per_1000, 1);
    *cell++ = number_cell(shown.public_places_per_1000, 1);
    *cell++ = number_cell(entry->standard_per_1000, 1);
    *cell++ = number_cell(shown.places_needed < 0 ? NAN : (double)shown.places_needed, 0);
    *cell++ = number_cell(shown.access, 4);
}

/* As GeoJSON --------------------------------------------------------------------------------------- */

void coverage_table_properties(struct json *out, const struct coverage_answer *answer,
                               const struct coverage_entry *entry)
{
    struct coverage_table_cell cells[COVERAGE_COLUMNS];
    coverage_table_row(answer, entry, cells);
    for (uint32_t i = 0; i < COVERAGE_COLUMNS; i++) {
        char name[40];
        coverage_table_name(i, name);
        switch (cells[i].type) {
        case CELL_UNKNOWN:
            json_key_null(out, name);
            break;
        case CELL_TEXT:
            json_key_text(out, name, cells[i].text);
            break;
        case CELL_NUMBER:
            json_key_fixed(out, name, cells[i].number, cells[i].decimals);
            break;
        case CELL_PEOPLE:
            json_key_people(out, name, cells[i].number);
            break;
        }
    }
}

/* As CSV ------------------------------------------------------------------------------------------- */

/* What would be a formula is made text by an apostrophe, as `tuoyu export` does. */
static void write_text(struct json *out, const char *text)
{
    bool quoted = strpbrk(text, "\",\r\n") != NULL;
    if (quoted)
        JSON_RAW(out, "\"");
    if (text[0] && strchr("=+-@\t\r", text[0]))
        JSON_RAW(out, "'");
    for (; *text; text++) {
        if (*text == '"')
            JSON_RAW(out, "\"");
        json_raw(out, text, 1);
    }
    if (quoted)
        JSON_RAW(out, "\"");
}

static void write_cell(struct json *out, const struct coverage_table_cell *cell)
{
    char digits[32];
    switch (cell->type) {
    case CELL_UNKNOWN:
        break;
    case CELL_TEXT:
        write_text(out, cell->text);
        break;
    case CELL_NUMBER:
        json_raw(out, digits, json_fixed_digits(digits, cell->number, cell->decimals));
        break;
    case CELL_PEOPLE:
        if (public_count(cell->number) == 0)
            JSON_RAW(out, PUBLIC_COUNT_FEW);
        else
            json_raw(out, digits, json_int_digits(digits, public_count(cell->number)));
        break;
    }
}

static void write_line(struct json *out, const struct coverage_answer *answer,
                       const struct coverage_entry *entry)
{
    struct coverage_table_cell cells[COVERAGE_COLUMNS];
    coverage_table_row(answer, entry, cells);
    for (uint32_t i = 0; i < COVERAGE_COLUMNS; i++) {
        if (i)
            JSON_RAW(out, ",");
        write_cell(out, &cells[i]);
    }
    JSON_RAW(out, "\r\n");
}

void csv_coverage(struct json *out, const struct coverage_answer *answer)
{
    JSON_RAW(out, BYTE_ORDER_MARK);
    for (uint32_t i = 0; i < COVERAGE_COLUMNS; i++) {
        char name[40];
        coverage_table_name(i, name);
        if (i)
            JSON_RAW(out, ",");
        json_raw(out, name, strlen(name));
    }
    JSON_RAW(out, "\r\n");
    for (uint32_t i = 0; i < answer->run->community_count; i++)
        write_line(out, answer, &answer->run->communities[i]);
    write_line(out, answer, &answer->run->whole);
}
