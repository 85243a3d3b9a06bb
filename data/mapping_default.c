/*
 * The mapping that holds where none is given: a file written for us, its columns named as in the
 * store. Only `id` and `name` must be there. Care is null where the column `care` is empty or absent.
 */
#include "data/mapping.h"

#include <string.h>

static const char text[] =
    "{\"version\": 1, \"missing_columns\": \"ignore\", \"identity\": \"id\","
    " \"coordinates\": {\"x\": \"lon\", \"y\": \"lat\"},"
    " \"fields\": {"
    "  \"name\": \"name\", \"name_en\": \"name_en\", \"kind\": \"kind\","
    "  \"ownership\": \"ownership\", \"registrar\": \"registrar\", \"state\": \"state\","
    "  \"community\": \"community\", \"address\": \"address\", \"phone\": \"phone\","
    "  \"opens_on\": \"opens_on\", \"opened_on\": \"opened_on\", \"filed_on\": \"filed_on\","
    "  \"closed_on\": \"closed_on\", \"inclusive\": \"inclusive\","
    "  \"inclusive_since\": \"inclusive_since\", \"demonstration\": \"demonstration\","
    "  \"demonstration_since\": \"demonstration_since\", \"licensed_total\": \"licensed_total\","
    "  \"staff\": \"staff\", \"certified\": \"certified\", \"staff_on\": \"staff_on\","
    "  \"point_consent\": \"point_consent\"},"
    " \"groups\": [{\"id\": \"all\","
    "  \"ages\": {\"from\": \"age_from\", \"to\": \"age_to\", \"unit\": \"months\"},"
    "  \"licensed\": \"licensed\", \"admission\": \"admission\","
    "  \"places\": {\"as_of\": \"as_of\", \"staffed\": \"staffed\", \"enrolled\": \"enrolled\","
    "   \"held\": \"held\", \"next_open\": \"next_open\", \"next_open_from\": \"next_open_from\","
    "   \"open_until\": \"open_until\"}}],"
    " \"offers\": [{\"id\": \"any\", \"care\": \"care\", \"price\": \"price\","
    "  \"price_unit\": \"price_unit\"}],"
    " \"hours\": [{\"open\": \"open\", \"close\": \"close\"}]}";

enum status mapping_default(struct mapping *mapping, struct error *error)
{
    enum status status = mapping_parse(text, strlen(text), mapping, error);
    mapping->is_default = status == STATUS_OK;
    return status;
}
