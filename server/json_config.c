#include "server/json_config.h"

#include "data/walking.h"

static void write_text_or_null(struct json *out, const char *key, const char *text)
{
    json_key_text(out, key, text[0] ? text : NULL);
}

static void write_place(const struct region *region, struct json *out)
{
    struct geo_box box = region->bounds;
    const double edges[4] = {box.west, box.south, box.east, box.north};
    double width = box.east - box.west + (box.east < box.west ? 360 : 0);
    double lon = box.west + width / 2;
    json_key(out, "bounds");
    json_array_begin(out);
    for (int i = 0; i < 4; i++)
        json_fixed(out, edges[i], 7);
    json_array_end(out);
    json_key(out, "centre");
    json_array_begin(out);
    json_fixed(out, lon > 180 ? lon - 360 : lon, 7);
    json_fixed(out, box.south + (box.north - box.south) / 2, 7);
    json_array_end(out);
}

static void write_basemap(const struct region_map *map, const char *base_url, struct json *out)
{
    json_key(out, "basemap");
    json_object_begin(out);
    json_key_text(out, "kind", basemap_code(map->basemap));
    json_key_text(out, "coordsys", coordsys_code(map->basemap_coordsys));
    json_key(out, "tilejson");
    if (map->basemap == BASEMAP_OWN)
        json_text_joined(out, base_url, "/v1/tiles/base.json");
    else
        json_nothing(out);
    json_key(out, "layers");
    json_array_begin(out);
    for (int i = 0; i < 2 && map->basemap == BASEMAP_TIANDITU; i++)
        json_text(out, tianditu_layers[i]);
    json_array_end(out);
    write_text_or_null(out, "key", map->tianditu_key);
    json_object_end(out);
}

static void write_notices(const struct region_map *map, struct json *out)
{
    char href[REGION_MAP_HREF_BYTES];
    write_text_or_null(out, "map_notice", map->notice);
    write_text_or_null(out, "icp", map->icp);
    write_text_or_null(out, "icp_href", map->icp[0] ? ICP_HREF : "");
    write_text_or_null(out, "police", map->police);
    region_map_police_href(map, href);
    write_text_or_null(out, "police_href", href);
    write_text_or_null(out, "privacy_contact", map->privacy_contact);
    region_map_privacy_href(map, href);
    write_text_or_null(out, "privacy_href", href);
}

static void write_region(const struct dataset *dataset, uint32_t number, const char *base_url,
                         struct json *out)
{
    const struct region *region = &dataset->regions[number];
    json_object_begin(out);
    json_key_text(out, "name", region->name);
    json_key_text(out, "title", region->title);
    json_key_text(out, "title_en", region->title_en);
    json_key_text(out, "language", region->language);
    json_key_text(out, "timezone", region->calendar.zone_name);
    json_key_text(out, "currency", region->currency);
    json_key_bool(out, "sample", region->sample);
    write_text_or_null(out, "notice", region->notice);
    write_text_or_null(out, "notice_en", region->notice_en);
    write_place(region, out);
    json_key_bool(out, "walk", walking_network_of(dataset, number) != NULL);
    write_basemap(&region->map, base_url, out);
    write_notices(&region->map, out);
    json_object_end(out);
}

void json_config(const struct dataset *dataset, const char *base_url, const char *version,
                 struct json *out)
{
    json_object_begin(out);
    json_key_text(out, "version", version);
    json_key(out, "regions");
    json_array_begin(out);
    for (uint32_t i = 0; i < dataset->region_count; i++)
        write_region(dataset, i, base_url, out);
    json_array_end(out);
    json_object_end(out);
}
