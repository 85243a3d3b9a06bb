/* What the path of a tile says. */
#include "data/base_tile.h"
#include "server/params.h"
#include "server/router.h"

#include <stdlib.h>

const struct parameter params_tile_table[] = {
    {"v", PARAMETER_NAME,
     .doc =
         "The version of the maps, as base.json writes it into the address, so that a kept tile is"
         " never an old one. Any other is answered by today's tile.",
     .example = "0123456789abcdef"},
};
const uint32_t params_tile_count = sizeof params_tile_table / sizeof *params_tile_table;

/* A whole number as a tile's address has it: digits, no sign, no zero in front. */
static bool read_number(const char *text, uint32_t *number)
{
    size_t length = strspn(text, "0123456789");
    if (length == 0 || length > 9 || text[length] || (text[0] == '0' && length > 1))
        return false;
    *number = (uint32_t)strtoul(text, NULL, 10);
    return true;
}

static enum status read_place(const char *name, const char *text, uint32_t zoom, uint32_t *place,
                              struct error *error)
{
    uint32_t end = 1u << zoom;
    if (read_number(text, place) && *place < end)
        return STATUS_OK;
    char shown[PARAMS_SHOWN_BYTES];
    params_show(text, strlen(text), shown);
    return error_set_parameter(error, STATUS_INVALID, name,
                               "%s is %s; at zoom %u it must be a whole number from 0 to %u", name,
                               shown, zoom, end - 1);
}

enum status params_tile(const struct request *request, struct tile_id *id, struct error *error)
{
    const char *zoom = request->captures[0];
    char shown[PARAMS_SHOWN_BYTES];
    params_show(zoom, strlen(zoom), shown);
    if (!read_number(zoom, &id->z))
        return error_set_parameter(error, STATUS_INVALID, "z",
                                   "z is %s; it must be a whole number from %d to %d", shown,
                                   BASE_MIN_ZOOM, BASE_MAX_ZOOM);
    if (id->z < BASE_MIN_ZOOM || id->z > BASE_MAX_ZOOM)
        return error_set_parameter(error, STATUS_NOT_FOUND, "z",
                                   "there are tiles of zoom %d to %d, none of %s", BASE_MIN_ZOOM,
                                   BASE_MAX_ZOOM, shown);
    enum status status = read_place("x", request->captures[1], id->z, &id->x, error);
    if (!status)
        status = read_place("y", request->captures[2], id->z, &id->y, error);
    return status;
}
