/* GET and POST /v1/suggest: places to start from, by a part of their name. */
#include "data/suggest.h"
#include "server/params.h"
#include "server/router.h"

enum { Q, LIMIT, REGION, COORDSYS, SUGGEST_PARAMETERS };

const struct parameter params_suggest_table[] = {
    [Q] = {"q", PARAMETER_TEXT, .required = true, .maximum = 100,
           .doc = "Part of a name, in either language; the case of letters, full width and repeated"
                  " spaces do not matter.",
           .example = "西兴"},
    [LIMIT] = {"limit", PARAMETER_INTEGER, .minimum = 1, .maximum = SUGGEST_MAX,
               .default_text = "8", .doc = "How many at most.", .example = "5"},
    [REGION] = {"region", PARAMETER_NAME, .doc = "Only of this region; without it, of all.",
                .example = "binjiang"},
    [COORDSYS] = {"coordsys", PARAMETER_CODE, .codes = params_coordsys_codes,
                  .default_text = "wgs84", .doc = PARAMS_COORDSYS_DOC, .example = "gcj02"},
};
const uint32_t params_suggest_count = SUGGEST_PARAMETERS;

static void write_suggestion(struct json *out, const struct suggestion *one,
                             const struct dataset *dataset, enum coordsys coordsys)
{
    struct geo_point point = crs_from_wgs84(coordsys, one->point);
    json_object_begin(out);
    json_key_text(out, "type", "Feature");
    json_key_text(out, "id", one->id);
    json_key(out, "geometry");
    json_object_begin(out);
    json_key_text(out, "type", "Point");
    json_key(out, "coordinates");
    json_array_begin(out);
    json_fixed(out, point.lon, 7);
    json_fixed(out, point.lat, 7);
    json_array_end(out);
    json_object_end(out);
    json_key(out, "properties");
    json_object_begin(out);
    json_key_text(out, "kind", suggest_kind_code(one->kind));
    json_key_text(out, "name", one->name);
    json_key_text(out, "name_en", one->name_en);
    json_key_text(out, "within", one->within);
    json_key_text(out, "within_en", one->within_en);
    json_key_text(out, "region", dataset->regions[one->region].name);
    json_object_end(out);
    json_object_end(out);
}

static void write_answer(struct json *out, const struct request *request,
                         const struct dataset *dataset, const struct suggestion *found,
                         uint32_t count, enum coordsys coordsys)
{
    const char *attribution = NULL;
    json_object_begin(out);
    json_key_text(out, "type", "FeatureCollection");
    json_key_text(out, "coordsys", coordsys_code(coordsys));
    json_key_int(out, "numberReturned", count);
    json_key(out, "features");
    json_array_begin(out);
    for (uint32_t i = 0; i < count; i++) {
        write_suggestion(out, &found[i], dataset, coordsys);
        if (!attribution)
            attribution = found[i].attribution;
    }
    json_array_end(out);
    if (attribution)
        json_key_text(out, "attribution", attribution);
    json_key(out, "links");
    json_array_begin(out);
    request_write_link(request, "self", NULL, out);
    json_array_end(out);
    json_object_end(out);
}

enum status api_suggest(struct worker *worker, const struct request *request, struct json *out,
                        struct error *error)
{
    const struct picture *picture = worker->picture;
    const struct param_value *values = request->values;
    struct suggestion found[SUGGEST_MAX];
    uint32_t count = 0;
    uint16_t number = 0;
    enum status status = STATUS_OK;
    if (values[REGION].given)
        status = dataset_find_region(picture->dataset, values[REGION].text, &number, error);
    if (!status)
        status =
            suggest_find(picture->suggest, picture->vacancies, values[Q].text,
                         strlen(values[Q].text), values[REGION].given ? number : SUGGEST_ANY_REGION,
                         (uint32_t)values[LIMIT].integer, found, &count, error);
    if (!status)
        write_answer(out, request, picture->dataset, found, count,
                     (enum coordsys)values[COORDSYS].integer);
    return status;
}
