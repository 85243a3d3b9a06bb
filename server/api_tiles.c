/*
 * GET /v1/tiles/base.json and /v1/tiles/base/{z}/{x}/{y}.mvt: the base map (data/base_tile.h).
 *
 * One tile shows the maps of all regions that draw their own: a map of one that ended at the edge of
 * another's would be cut where nothing ends. So there is no parameter `region`.
 */
#include "data/base_tile.h"
#include "server/negotiate.h"
#include "server/params.h"
#include "server/router.h"

#include <stdio.h>
#include <stdlib.h>

enum { BEGIN_ZOOM = 13 /* where a map begins that nobody told where: a quarter on a phone */ };

static enum status no_map(struct error *error)
{
    return error_set(error, STATUS_NOT_FOUND,
                     "no region here draws a map of its own: region.json says basemap \"own\", and "
                     "'tuoyu import osm' has brought what to draw");
}

static void tell_version(const struct dataset *dataset, struct response *response)
{
    snprintf(response->etag, sizeof response->etag, "%016llx",
             (unsigned long long)base_tile_version(dataset));
}

/* TileJSON -------------------------------------------------------------------------------------- */

/* As base_tile.h draws them. */
static const struct {
    const char *id, *description;
    bool has_class, has_name;
} layers[] = {
    {"green", "Parks, woods and grass", true, true},
    {"water", "Areas of water, and lines of rivers, canals and streams", true, true},
    {"buildings", "Outlines of buildings", false, false},
    {"streets", "Streets, paths, steps and rails", true, true},
    {"stations", "Stations of railways and metro", true, true},
    {"places", "Cities, towns, suburbs, villages and neighbourhoods", true, true},
};

static void write_layers(struct json *out)
{
    json_key(out, "vector_layers");
    json_array_begin(out);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        json_object_begin(out);
        json_key_text(out, "id", layers[i].id);
        json_key_text(out, "description", layers[i].description);
        json_key(out, "fields");
        json_object_begin(out);
        if (layers[i].has_class)
            json_key_text(out, "class", "String");
        if (layers[i].has_name) {
            json_key_text(out, "name", "String");
            json_key_text(out, "name_en", "String");
        }
        json_object_end(out);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_numbers(struct json *out, const char *key, const double *numbers, uint32_t count)
{
    json_key(out, key);
    json_array_begin(out);
    for (uint32_t i = 0; i < count; i++)
        json_fixed(out, numbers[i], 7);
    json_array_end(out);
}

enum status api_base_tilejson(struct worker *worker, const struct request *request,
                              struct json *out, struct error *error)
{
    const struct dataset *dataset = worker->picture->dataset;
    struct geo_box box;
    struct geo_point middle;
    if (!base_tile_extent(dataset, &box, &middle))
        return no_map(error);
    tell_version(dataset, &worker->response);
    char path[sizeof "/v1/tiles/base/{z}/{x}/{y}.mvt?v=" + sizeof worker->response.etag];
    snprintf(path, sizeof path, "/v1/tiles/base/{z}/{x}/{y}.mvt?v=%s", worker->response.etag);
    json_object_begin(out);
    json_key_text(out, "tilejson", "3.0.0");
    json_key_text(out, "name", "base");
    json_key_text(out, "scheme", "xyz");
    json_key(out, "tiles");
    json_array_begin(out);
    json_text_joined(out, request->base_url, path);
    json_array_end(out);
    json_key_text(out, "attribution", base_tile_attribution(dataset));
    json_key_int(out, "minzoom", BASE_MIN_ZOOM);
    json_key_int(out, "maxzoom", BASE_MAX_ZOOM);
    write_numbers(out, "bounds", (const double[]){box.west, box.south, box.east, box.north}, 4);
    write_numbers(out, "center", (const double[]){middle.lon, middle.lat, BEGIN_ZOOM}, 3);
    write_layers(out);
    json_object_end(out);
    return STATUS_OK;
}

/* Tiles ----------------------------------------------------------------------------------------- */

/* For whoever cannot take gzip. */
static enum status write_plain(const struct base_tile *tile, struct json *out, struct error *error)
{
    uint8_t *bytes;
    size_t length;
    enum status status = base_tile_unpack(tile->packed, tile->packed_bytes, &bytes, &length, error);
    if (!status)
        json_raw(out, (const char *)bytes, length);
    free(bytes);
    return status;
}

enum status api_base_tile(struct worker *worker, const struct request *request, struct json *out,
                          struct error *error)
{
    const struct dataset *dataset = worker->picture->dataset;
    struct response *response = &worker->response;
    struct base_tile tile;
    struct tile_id id;
    if (!base_tile_is_any(dataset))
        return no_map(error);
    enum status status = params_tile(request, &id, error);
    if (!status)
        status = base_tile_draw(worker->tiler, dataset, id, &tile, error);
    if (status)
        return status;
    tell_version(dataset, response);
    if (tile.packed_bytes == 0) {
        response->http_code = 204;
        return STATUS_OK;
    }
    if (!negotiate_gzip(request->accept_encoding))
        return write_plain(&tile, out, error);
    response->packed = tile.packed;
    response->packed_bytes = tile.packed_bytes;
    return STATUS_OK;
}
