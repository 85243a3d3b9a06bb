#include "data/region_map.h"

#include "data/json_fields.h"

#include <stdio.h>

static const char where[] = "region.json";

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The usual form of its WMTS addresses in Web Mercator; never tried here, since a key is needed for it. */
#define TIANDITU_TILES(layer)                                                                 \
    TIANDITU_HOST "/" layer "_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=" layer \
                  "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}"    \
                  "&TILECOL={x}&tk={key}"
const char *const tianditu_layers[2] = {TIANDITU_TILES("vec"), TIANDITU_TILES("cva")};

static const char *const codes[BASEMAP_COUNT] = {
#define X(name, code) code,
    BASEMAP_LIST(X)
#undef X
};

const char *basemap_code(enum basemap basemap)
{
    return (unsigned)basemap < BASEMAP_COUNT ? codes[basemap] : "unknown";
}

/* The forms of the numbers ---------------------------------------------------------------------- */

/* Step over `word`; false where it does not stand there. */
static bool take(const char **text, const char *word)
{
    size_t length = strlen(word);
    bool found = strncmp(*text, word, length) == 0;
    *text += found ? length : 0;
    return found;
}

/* Step over least to most characters of `set`. */
static bool take_some(const char **text, const char *set, size_t least, size_t most)
{
    size_t length = strspn(*text, set);
    *text += length;
    return length >= least && length <= most;
}

/* The short name of a province: one character of three bytes. */
static bool take_province(const char **text)
{
    bool found = ((unsigned char)(*text)[0] & 0xF0) == 0xE0 && (*text)[1] && (*text)[2];
    *text += found ? 3 : 0;
    return found;
}

/* 浙ICP备12345678号, 浙ICP备12345678号-1, 京ICP证030173号, 浙B2-20080101 */
static bool is_icp(const char *text)
{
    if (!take_province(&text))
        return false;
    if (take(&text, "B2-"))
        return take_some(&text, DIGITS, 6, 12) && !*text;
    if (!take(&text, "ICP") || (!take(&text, "备") && !take(&text, "证")) ||
        !take_some(&text, DIGITS, 6, 12) || !take(&text, "号"))
        return false;
    return !*text || (take(&text, "-") && take_some(&text, DIGITS, 1, 4) && !*text);
}

/* 浙公网安备33010802000000号, also with a space before the digits */
static bool is_police(const char *text)
{
    if (!take_province(&text) || !take(&text, "公网安备"))
        return false;
    take(&text, " ");
    return take_some(&text, DIGITS, 11, 14) && take(&text, "号") && !*text;
}

static bool is_mail(const char *text)
{
    static const char set[] = LETTERS DIGITS "._+-";
    return take_some(&text, set, 1, 64) && take(&text, "@") && take_some(&text, set, 3, 63) &&
           !*text;
}

static bool is_phone(const char *text)
{
    take(&text, "+");
    return take_some(&text, DIGITS " -", 5, 24) && !*text;
}

/* Only what needs no escaping in an attribute of a page. */
static bool is_https(const char *text)
{
    return take(&text, "https://") &&
           take_some(&text, LETTERS DIGITS "._~:/?#@!$*+,;=%-", 3, 120) && !*text;
}

static bool is_contact(const char *text)
{
    return is_mail(text) || is_phone(text) || is_https(text);
}

/* Reading --------------------------------------------------------------------------------------- */

static enum status read_form(const json_t *root, const char *key, char *buffer, size_t size,
                             bool (*fits)(const char *), const char *rule, struct error *error)
{
    enum status status = fields_text(root, where, key, OPTIONAL, buffer, size, error);
    if (!status && buffer[0] && !fits(buffer))
        return error_set(error, STATUS_INVALID, "'%s' of %s is '%s'; it must be %s", key, where,
                         buffer, rule);
    return status;
}

static bool is_key(const char *text)
{
    return take_some(&text, LETTERS DIGITS, 16, 64) && !*text;
}

static enum status read_basemap(const json_t *root, enum basemap *basemap, struct error *error)
{
    char code[16] = "none";
    enum status status = fields_text(root, where, "basemap", OPTIONAL, code, sizeof code, error);
    for (int i = 0; i < BASEMAP_COUNT && !status; i++)
        if (strcmp(codes[i], code) == 0) {
            *basemap = (enum basemap)i;
            return STATUS_OK;
        }
    return status ? status
                  : error_set(error, STATUS_INVALID,
                              "'basemap' of %s is '%s'; it must be none, own or tianditu", where,
                              code);
}

/* Key and system belong to tiles of others; our own are always in WGS 84. */
static enum status read_tianditu(const json_t *root, struct region_map *map, struct error *error)
{
    char coordsys[16] = "wgs84";
    bool is_tianditu = map->basemap == BASEMAP_TIANDITU;
    enum status status =
        read_form(root, "tianditu_key", map->tianditu_key, sizeof map->tianditu_key, is_key,
                  "the 16 to 64 letters and digits that 天地图 gives", error);
    if (!status)
        status = fields_text(root, where, "basemap_coordsys", OPTIONAL, coordsys, sizeof coordsys,
                             error);
    if (status)
        return status;
    if (is_tianditu && !map->tianditu_key[0])
        return error_set(error, STATUS_INVALID,
                         "'basemap' of %s is tianditu and 'tianditu_key' is missing", where);
    if (!is_tianditu && (map->tianditu_key[0] || json_object_get(root, "basemap_coordsys")))
        return error_set(error, STATUS_INVALID,
                         "'tianditu_key' and 'basemap_coordsys' of %s go with basemap tianditu "
                         "alone; it is %s",
                         where, basemap_code(map->basemap));
    if (coordsys_parse(coordsys, strlen(coordsys), &map->basemap_coordsys))
        return error_set(error, STATUS_INVALID,
                         "'basemap_coordsys' of %s is '%s'; it must be wgs84, gcj02 or bd09", where,
                         coordsys);
    return STATUS_OK;
}

enum status region_map_read(const json_t *root, struct region_map *map, struct error *error)
{
    enum status status = read_basemap(root, &map->basemap, error);
    if (!status)
        status = read_tianditu(root, map, error);
    if (!status)
        status = fields_text(root, where, "map_notice", OPTIONAL, map->notice, sizeof map->notice,
                             error);
    if (!status)
        status = read_form(root, "icp", map->icp, sizeof map->icp, is_icp,
                           "as 浙ICP备12345678号-1 or 浙B2-20080101", error);
    if (!status)
        status = read_form(root, "police", map->police, sizeof map->police, is_police,
                           "as 浙公网安备33010802000000号", error);
    if (!status)
        status = read_form(root, "privacy_contact", map->privacy_contact,
                           sizeof map->privacy_contact, is_contact,
                           "an e-mail address, a telephone number or an https:// address", error);
    return status;
}

/* Links ----------------------------------------------------------------------------------------- */

void region_map_police_href(const struct region_map *map, char href[REGION_MAP_HREF_BYTES])
{
    const char *digits = map->police + strcspn(map->police, DIGITS);
    href[0] = '\0';
    if (map->police[0])
        snprintf(href, REGION_MAP_HREF_BYTES,
                 "https://beian.mps.gov.cn/#/query/webSearch?code=%.*s",
                 (int)strspn(digits, DIGITS), digits);
}

void region_map_privacy_href(const struct region_map *map, char href[REGION_MAP_HREF_BYTES])
{
    const char *contact = map->privacy_contact;
    href[0] = '\0';
    if (is_phone(contact)) {
        size_t used = (size_t)snprintf(href, REGION_MAP_HREF_BYTES, "tel:");
        for (; *contact; contact++)
            if (*contact != ' ')
                href[used++] = *contact;
        href[used] = '\0';
    } else if (contact[0]) {
        snprintf(href, REGION_MAP_HREF_BYTES, "%s%s", is_mail(contact) ? "mailto:" : "", contact);
    }
}
