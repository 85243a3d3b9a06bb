/* GET and POST /v1/isochrone: snap, reach, draw, write. */
#include "server/json_feature.h"
#include "server/params.h"
#include "server/public_count.h"
#include "server/router.h"

#include <math.h>

/* An hour of walking in a dense city takes some 40 MB to draw, 15 minutes 5. */
#define DRAWING_MAX_BYTES ((size_t)96 << 20)

/* A contour, and who lives within its minutes. */
struct drawing {
    struct isochrone_contour contours[ISOCHRONE_MAX_CONTOURS];
    double residents[ISOCHRONE_MAX_CONTOURS];
};

/* The contours in the order of the query's minutes; one that is not reached at all stays empty. */
static enum status draw(struct walker *walker, const struct walking_start *start,
                        const struct dataset *dataset, const struct isochrone_query *query,
                        struct arena *arena, struct drawing *drawing, struct error *error)
{
    uint64_t whole_mm[ISOCHRONE_MAX_CONTOURS];
    uint32_t limits[ISOCHRONE_MAX_CONTOURS], count = 0;
    const struct profile *profile = &start->walking->profile;
    for (uint32_t i = 0; i < query->count; i++) {
        uint64_t limit_mm = profile_reach_mm(profile, 60.0 * query->minutes[i]);
        drawing->contours[i] = (struct isochrone_contour){0};
        drawing->residents[i] = 0;
        whole_mm[i] = limit_mm;
        if (limit_mm >= start->snap_mm) /* they descend: the first ones are reached */
            limits[count++] = (uint32_t)limit_mm - start->snap_mm;
    }
    if (count == 0)
        return STATUS_OK;
    bool reaches = false;
    enum status status =
        walker_reach(walker, start, query->direction, limits[0] + start->snap_mm, &reaches, error);
    if (!status)
        status = isochrone_draw(&walker->reach, limits, count, arena, drawing->contours, error);
    if (!status)
        walker_count_people(walker, start, dataset, whole_mm, query->count, drawing->residents);
    return status;
}

static void write_contour(struct json *out, const struct isochrone_contour *contour,
                          uint32_t minutes, double residents, enum coordsys coordsys)
{
    json_object_begin(out);
    json_key_text(out, "type", "Feature");
    json_key(out, "geometry");
    json_object_begin(out);
    json_key_text(out, "type", "MultiPolygon");
    json_key(out, "coordinates");
    json_array_begin(out);
    for (uint32_t i = 0; i < contour->polygon_count; i++) {
        json_array_begin(out);
        for (uint32_t r = 0; r < contour->polygons[i].ring_count; r++)
            json_ring(out, &contour->polygons[i].rings[r], coordsys);
        json_array_end(out);
    }
    json_array_end(out);
    json_object_end(out);
    json_key(out, "properties");
    json_object_begin(out);
    json_key_int(out, "minutes", minutes);
    json_key_int(out, "area_m2", llround(contour->area_m2));
    json_key_people(out, "residents", residents);
    json_object_end(out);
    json_object_end(out);
}

static void write_answer(struct json *out, const struct request *request,
                         const struct isochrone_query *query, const struct walking_start *start,
                         const struct drawing *drawing, const char *attribution)
{
    json_object_begin(out);
    json_key_text(out, "type", "FeatureCollection");
    json_key_text(out, "profile", start->walking->profile.name);
    json_key_text(out, "direction", query->direction == REACH_TO ? "to" : "from");
    json_key_text(out, "coordsys", coordsys_code(query->coordsys));
    json_key_int(out, "snap_m", llround(start->snap.distance_m));
    json_key_text(out, "attribution", attribution);
    json_key(out, "features");
    json_array_begin(out);
    for (uint32_t i = 0; i < query->count; i++)
        write_contour(out, &drawing->contours[i], query->minutes[i], drawing->residents[i],
                      query->coordsys);
    json_array_end(out);
    json_key(out, "links");
    json_array_begin(out);
    request_write_link(request, "self", NULL, out);
    json_array_end(out);
    json_object_end(out);
}

enum status api_isochrone(struct worker *worker, const struct request *request, struct json *out,
                          struct error *error)
{
    struct isochrone_query query;
    struct walking_start start;
    const struct dataset *dataset = worker->picture->dataset;
    struct drawing drawing;
    struct arena arena; /* too large to keep a request's */
    params_isochrone(request, &query);
    arena_init(&arena, DRAWING_MAX_BYTES);
    enum status status =
        walking_find_start(dataset, query.from, query.profile, NULL, &start, error);
    if (!status)
        status = draw(worker->walker, &start, dataset, &query, &arena, &drawing, error);
    if (!status)
        write_answer(out, request, &query, &start, &drawing, walking_attribution(dataset, &start));
    arena_release(&arena);
    return status;
}
