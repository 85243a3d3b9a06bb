#include "data/ogr.h"

#include "data/input_file.h"
#include "data/ogr_files.h"
#include "data/subprocess.h"
#include "data/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_SECONDS = 60,
    MAX_MEMORY_BYTES = 1 << 30,
    MAX_TEXT_BYTES = 256 << 20,
    MAX_LAYERS = 256,
    LIST_MAX_BYTES = 1 << 20, /* of the list of layers */
};

struct format {
    const char *driver;
    bool is_sheet;
};

static const struct format formats[] = {
    [OGR_XLSX] = {"XLSX", true},
    [OGR_ODS] = {"ODS", true},
    [OGR_SHAPEFILE] = {"ESRI Shapefile", false},
    [OGR_ZIPPED_SHAPEFILE] = {"ESRI Shapefile", false},
    [OGR_GEOPACKAGE] = {"GPKG", false},
    [OGR_KML] = {"LIBKML", false},
};

/*
 * GDAL 3.6 tries every driver that it has, and some that recognise a file by its content go on to
 * open what it names: files, databases, servers. So all are left out but the two that are written
 * with and (set_skipped_drivers) the one to read with. A name that a GDAL does not know is only
 * warned of.
 */
static const char skipped_drivers[] =
    "OGR_VRT,VRT,DERIVED,WMS,WMTS,WCS,WFS,CSW,OAPIF,OGCAPI,DAAS,EEDA,EEDAI,HTTP,NGW,PLMOSAIC,"
    "PLSCENES,Carto,AmigoCloud,Elasticsearch,PostgreSQL,PostGISRaster,PGDUMP,PGeo,MySQL,"
    "MSSQLSpatial,ODBC,OGR_OGDI,GPSBabel,GML,GMLAS,NAS,GeoRSS,GPX,SVG,JML,MapML,LVBAG,ESRIJSON,"
    "TopoJSON,GeoJSONSeq,MVT,MBTiles,OSM,PDF,PDS4,VICAR,netCDF,HDF4,HDF5,BAG,JP2OpenJPEG,PCIDSK,"
    "FITS,S57,DGN,CAD,DXF,XLS,OpenFileGDB,SXF,Interlis 1,Interlis 2,KML,SQLite,STACTA,STACIT,"
    "Rasterlite,MRF,COG,KMLSUPEROVERLAY,MapInfo File,UK .NTF,OGR_SDTS,OGR_GMT,FlatGeobuf,WAsP,"
    "Geoconcept,VFK,OGR_PDS,SOSI,EDIGEO,Idrisi,Selafin,VDV,TIGER,AVCBin,AVCE00";

struct conversion {
    const struct format *format;
    const char *file_name; /* of the copy, in the folder */
    const struct table_options *options;
    char folder[OGR_FOLDER_BYTES];
    char environment[10][OGR_FOLDER_BYTES + 1600];
    char *environment_list[11];
    int environment_count;
};

__attribute__((format(printf, 2, 3))) static void set_variable(struct conversion *conversion,
                                                               const char *format, ...)
{
    int place = conversion->environment_count++;
    va_list args;
    va_start(args, format);
    vsnprintf(conversion->environment[place], sizeof conversion->environment[place], format, args);
    va_end(args);
    conversion->environment_list[place] = conversion->environment[place];
}

static void set_skipped_drivers(struct conversion *conversion)
{
    char others[200];
    size_t used = 0;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].driver, conversion->format->driver) != 0)
            used += (size_t)snprintf(others + used, sizeof others - used, ",%s", formats[i].driver);
    set_variable(conversion, "GDAL_SKIP=%s%s", skipped_drivers, others);
}

/* All of the environment that the process gets. */
static void set_environment(struct conversion *conversion, bool encoding_is_named)
{
    const char *encoding = conversion->options->encoding;
    set_variable(conversion, "LC_ALL=C.UTF-8");
    set_variable(conversion, "HOME=%s", conversion->folder);
    set_variable(conversion, "TMPDIR=%s", conversion->folder);
    set_variable(conversion, "CPL_TMPDIR=%s", conversion->folder);
    set_skipped_drivers(conversion);
    set_variable(conversion, "GDAL_DRIVER_PATH=disable");
    set_variable(conversion, "PROJ_NETWORK=OFF");
    set_variable(conversion, "OGR_%s_HEADERS=DISABLE", conversion->format->driver);
    set_variable(conversion, "OGR_%s_FIELD_TYPES=STRING", conversion->format->driver);
    if (encoding || !encoding_is_named)
        set_variable(conversion, "SHAPE_ENCODING=%s", encoding ? encoding : "UTF-8");
}

static enum status refuse_end(const struct subprocess_end *end, const char *program,
                              struct error *error)
{
    switch (end->outcome) {
    case SUBPROCESS_SUCCEEDED:
        return STATUS_OK;
    case SUBPROCESS_TOO_SLOW:
        return error_set(error, STATUS_LIMIT, "%s took more than %d s and was stopped", program,
                         MAX_SECONDS);
    case SUBPROCESS_TOO_LARGE:
        return error_set(error, STATUS_LIMIT, "as text it would have more than %d bytes",
                         MAX_TEXT_BYTES);
    case SUBPROCESS_FAILED:
        return error_set(error, STATUS_CORRUPT, "%s cannot read it: %s", program,
                         end->complaint[0] ? end->complaint : "it does not say why");
    case SUBPROCESS_CRASHED:
        break;
    }
    return error_set(error, STATUS_CORRUPT, "%s broke down over it (signal %d)", program,
                     end->code);
}

static enum status run(struct conversion *conversion, const char *program, char *const *arguments,
                       const char *output, struct error *error)
{
    char path[4096], output_path[OGR_FOLDER_BYTES + 32];
    if (subprocess_find(program, path))
        return error_set(error, STATUS_UNSUPPORTED,
                         "this kind of file is read by %s, which is not installed (Debian package "
                         "gdal-bin)",
                         program);
    snprintf(output_path, sizeof output_path, "%s/%s", conversion->folder, output ? output : "");
    struct subprocess job = {.program = path,
                             .arguments = arguments,
                             .environment = conversion->environment_list,
                             .folder = conversion->folder,
                             .output = output ? output_path : NULL,
                             .max_seconds = MAX_SECONDS,
                             .max_memory_bytes = MAX_MEMORY_BYTES,
                             .max_file_bytes = MAX_TEXT_BYTES,
                             .cancelled = conversion->options->cancelled};
    struct subprocess_end end;
    enum status status = subprocess_run(&job, &end, error);
    return status ? status : refuse_end(&end, program, error);
}

static enum status read_output(const struct conversion *conversion, const char *name,
                               size_t max_bytes, char **text, size_t *length, struct error *error)
{
    char path[OGR_FOLDER_BYTES + 32];
    snprintf(path, sizeof path, "%s/%s", conversion->folder, name);
    enum status status =
        input_file_read(path, max_bytes, conversion->options->cancelled, text, length, error);
    if (!status)
        status = text_decode(text, length, NULL, error);
    if (status)
        error_prefix(error, "what was made of it");
    return status;
}

/* Layers ------------------------------------------------------------------------------------- */

/* Lines "1: NAME" and "1: NAME (title: …)" become NAMEs, in place; others are passed over. Returns
 * how many there are. */
static uint32_t parse_layers(char *text, char *names[MAX_LAYERS])
{
    uint32_t count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line && count < MAX_LAYERS;
         line = strtok_r(NULL, "\n", &rest)) {
        size_t digits = strspn(line, "0123456789");
        if (digits == 0 || strncmp(line + digits, ": ", 2) != 0)
            continue;
        char *name = line + digits + 2;
        char *title = strstr(name, " (title: ");
        if (title)
            *title = '\0';
        names[count++] = name;
    }
    return count;
}

static void join(char *const *names, uint32_t count, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (uint32_t i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(list + used, size - used, "%s%s", i ? ", " : "", names[i]);
}

static enum status choose(char *const *names, uint32_t count, const char *wanted,
                          const char **chosen, struct error *error)
{
    char list[300];
    join(names, count, list, sizeof list);
    if (count == 0)
        return error_set(error, STATUS_REJECTED, "it holds no layer or sheet");
    if (!wanted && count > 1)
        return error_set_parameter(error, STATUS_REJECTED, "layer",
                                   "it has %u layers or sheets; say which with --layer: %s", count,
                                   list);
    *chosen = NULL;
    for (uint32_t i = 0; i < count; i++)
        if (!wanted || strcmp(names[i], wanted) == 0)
            *chosen = names[i];
    if (!*chosen)
        return error_set_parameter(error, STATUS_NOT_FOUND, "layer",
                                   "it has no layer or sheet '%.100s', only: %s", wanted, list);
    if (**chosen == '-') /* would be an option of the program */
        return error_set(error, STATUS_UNSUPPORTED,
                         "the layer's name '%.100s' begins with '-'; give it another", *chosen);
    return STATUS_OK;
}

/* The name of the layer to read: malloc'd. */
static enum status choose_layer(struct conversion *conversion, char **layer, struct error *error)
{
    char *arguments[] = {
        "ogrinfo", "-ro", "-q", "-nogeomtype", (char *)(uintptr_t)conversion->file_name, NULL};
    char *text = NULL, *names[MAX_LAYERS];
    size_t length;
    const char *chosen = NULL;
    enum status status = run(conversion, "ogrinfo", arguments, "layers.txt", error);
    if (!status)
        status = read_output(conversion, "layers.txt", LIST_MAX_BYTES, &text, &length, error);
    if (!status)
        status =
            choose(names, parse_layers(text, names), conversion->options->layer, &chosen, error);
    if (!status && !(*layer = strdup(chosen)))
        status = error_memory(error, "choosing a layer");
    free(text);
    return status;
}

/* The conversion ----------------------------------------------------------------------------- */

/* ogr2ogr's own first line names the columns Field1, Field2, …: none of the sheet's. */
static void drop_first_line(struct ogr_text *text)
{
    char *end = memchr(text->text, '\n', text->length);
    size_t dropped = end ? (size_t)(end + 1 - text->text) : text->length;
    text->length -= dropped;
    memmove(text->text, text->text + dropped, text->length + 1);
}

static enum status convert_layer(struct conversion *conversion, char *layer, struct ogr_text *text,
                                 struct error *error)
{
    text->is_csv = conversion->format->is_sheet;
    char *output = text->is_csv ? "output.csv" : "output.geojson";
    char *arguments[] = {"ogr2ogr",
                         "-f",
                         text->is_csv ? "CSV" : "GeoJSON",
                         "-lco",
                         text->is_csv ? "LINEFORMAT=LF" : "COORDINATE_PRECISION=15",
                         output,
                         (char *)(uintptr_t)conversion->file_name,
                         layer,
                         NULL};
    enum status status = run(conversion, "ogr2ogr", arguments, NULL, error);
    if (!status)
        status = read_output(conversion, output, MAX_TEXT_BYTES, &text->text, &text->length, error);
    if (!status && text->is_csv)
        drop_first_line(text);
    return status;
}

static enum status convert(struct conversion *conversion, const char *path, enum ogr_format format,
                           struct ogr_text *text, struct error *error)
{
    bool encoding_is_named = false;
    char *layer = NULL;
    enum status status = ogr_files_copy(path, format, conversion->options, conversion->folder,
                                        &encoding_is_named, error);
    if (status)
        return status;
    set_environment(conversion, encoding_is_named);
    status = choose_layer(conversion, &layer, error);
    if (!status)
        status = convert_layer(conversion, layer, text, error);
    free(layer);
    return status;
}

enum status ogr_convert(const char *path, enum ogr_format format,
                        const struct table_options *options, struct ogr_text *text,
                        struct error *error)
{
    *text = (struct ogr_text){0};
    struct conversion *conversion = calloc(1, sizeof *conversion);
    if (!conversion)
        return error_memory(error, "converting a file");
    conversion->format = &formats[format];
    conversion->file_name = ogr_file_name(format);
    conversion->options = options;
    enum status status = ogr_folder_make(conversion->folder, error);
    if (!status)
        status = convert(conversion, path, format, text, error);
    ogr_folder_remove(conversion->folder);
    free(conversion);
    if (status) {
        free(text->text);
        *text = (struct ogr_text){0};
    }
    return status;
}
