#include "data/ogr_files.h"

#include "data/input_file.h"
#include "data/text.h"
#include "data/xlsx_readings.h"
#include "data/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { OPEN_FOLDERS = 8 /* at once, while removing */ };

const char *ogr_file_name(enum ogr_format format)
{
    static const char *const names[] = {
        [OGR_XLSX] = "input.xlsx",       [OGR_ODS] = "input.ods",
        [OGR_SHAPEFILE] = "input.shp",   [OGR_ZIPPED_SHAPEFILE] = "input.shp",
        [OGR_GEOPACKAGE] = "input.gpkg", [OGR_KML] = "input.kml",
    };
    return names[format];
}

enum status ogr_folder_make(char folder[OGR_FOLDER_BYTES], struct error *error)
{
    const char *parent = getenv("TMPDIR");
    if (!parent || !*parent)
        parent = "/tmp";
    int size = snprintf(folder, OGR_FOLDER_BYTES, "%s/tuoyu-XXXXXX", parent);
    errno = ENAMETOOLONG;
    if (size < OGR_FOLDER_BYTES && mkdtemp(folder))
        return STATUS_OK;
    enum status status = error_set(
        error, STATUS_IO, "no folder for the conversion under %.100s: %s", parent, strerror(errno));
    folder[0] = '\0';
    return status;
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *walk)
{
    (void)info, (void)flag, (void)walk;
    return remove(path);
}

void ogr_folder_remove(const char *folder)
{
    if (folder[0])
        nftw(folder, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

static enum status write_file(const char *folder, const char *name, const char *bytes,
                              size_t length, struct error *error)
{
    char path[OGR_FOLDER_BYTES + 32];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t at = 0;
    while (fd >= 0 && at < length) {
        ssize_t put = write(fd, bytes + at, length - at);
        if (put < 0 && errno != EINTR)
            break;
        at += put > 0 ? (size_t)put : 0;
    }
    int trouble = errno;
    if (fd >= 0 && close(fd) != 0 && at == length) {
        trouble = errno;
        at = 0;
    }
    if (fd < 0 || at < length)
        return error_set(error, STATUS_IO, "a copy for the conversion cannot be written: %s",
                         strerror(trouble));
    return STATUS_OK;
}

/* What a file of the format begins with. */
struct beginning {
    const char *bytes;
    size_t length;
    const char *name;
};

static const struct beginning beginnings[] = {
    [OGR_XLSX] = {"PK\3\4", 4, "XLSX"},
    [OGR_ODS] = {"PK\3\4", 4, "ODS"},
    [OGR_SHAPEFILE] = {"\0\0\x27\x0A", 4, "Shapefile"},
    [OGR_ZIPPED_SHAPEFILE] = {"PK\3\4", 4, "ZIP"},
    [OGR_GEOPACKAGE] = {"SQLite format 3", 16, "GeoPackage"},
};

static enum status check_content(const char *bytes, size_t length, enum ogr_format format,
                                 struct error *error)
{
    if (format == OGR_KML) {
        enum status status = input_file_check_text(bytes, length, "KML", error);
        if (!status && !memmem(bytes, length < 4096 ? length : 4096, "<kml", 4))
            status =
                error_set(error, STATUS_CORRUPT, "the name says KML, but there is no <kml> in it");
        return status;
    }
    const struct beginning *beginning = &beginnings[format];
    if (length >= beginning->length && memcmp(bytes, beginning->bytes, beginning->length) == 0)
        return STATUS_OK;
    const char *what = length == 0 ? "empty" : input_file_content(bytes, length);
    return error_set(error, STATUS_CORRUPT, "the name says %s, but the file is %s", beginning->name,
                     what ? what : "something else");
}

/* A .dbf whose encoding nobody names must be UTF-8, as every text that we read. */
static enum status check_attributes(const char *dbf, size_t length, struct error *error)
{
    size_t header = length >= 10 ? (size_t)((unsigned char)dbf[8] | (unsigned char)dbf[9] << 8) : 0;
    if (header < 33 || header > length)
        return error_set(error, STATUS_CORRUPT, "the .dbf file is damaged or cut off");
    size_t good = text_utf8_length(dbf + header, length - header);
    if (header + good == length)
        return STATUS_OK;
    return error_set_parameter(
        error, STATUS_CORRUPT, "encoding",
        "byte offset %zu of the .dbf file is not UTF-8, and no .cpg file names "
        "its encoding: declare it with --encoding (gb18030, shift_jis, …)",
        header + good);
}

/* The five files of a Shapefile; the first three must be there. */
static const char *const parts[] = {".shp", ".shx", ".dbf", ".prj", ".cpg"};
enum { PART_COUNT = 5, PARTS_NEEDED = 3, PART_DBF = 2, PART_CPG = 4 };

static enum status put_part(size_t part, const char *bytes, size_t length,
                            const struct table_options *options, const char *folder, bool has_cpg,
                            struct error *error)
{
    char name[16];
    snprintf(name, sizeof name, "input%s", parts[part]);
    enum status status = part == PART_DBF && !options->encoding && !has_cpg
                             ? check_attributes(bytes, length, error)
                             : STATUS_OK;
    return status ? status : write_file(folder, name, bytes, length, error);
}

static size_t ceiling(const struct table_options *options)
{
    return options->max_bytes ? options->max_bytes : TABLE_MAX_BYTES;
}

/* PATH with another ending, lower or upper case as the .shp has it. */
static enum status copy_part(const char *path, size_t part, const struct table_options *options,
                             const char *folder, bool *has_cpg, struct error *error)
{
    size_t stem = strlen(path) - strlen(parts[0]);
    char *other = strdup(path), *bytes = NULL;
    if (!other)
        return error_memory(error, "reading a Shapefile");
    for (size_t i = 1; i < 4; i++) {
        bool is_upper = path[stem + i] >= 'A' && path[stem + i] <= 'Z';
        other[stem + i] = (char)(parts[part][i] - (is_upper ? 'a' - 'A' : 0));
    }
    size_t length;
    enum status status =
        input_file_read(other, ceiling(options), options->cancelled, &bytes, &length, error);
    if (status == STATUS_NOT_FOUND && part >= PARTS_NEEDED) {
        free(other);
        return STATUS_OK;
    }
    if (status)
        error_prefix(error, "the %s file beside it", parts[part]);
    *has_cpg |= !status && part == PART_CPG;
    if (!status)
        status = put_part(part, bytes, length, options, folder, *has_cpg, error);
    free(bytes);
    free(other);
    return status;
}

static enum status copy_shapefile(const char *path, const struct table_options *options,
                                  const char *folder, bool *has_cpg, struct error *error)
{
    enum status status = STATUS_OK;
    /* backwards: the .cpg decides how the .dbf is judged; the .shp itself is there already */
    for (size_t part = PART_COUNT - 1; part > 0 && !status; part--)
        status = copy_part(path, part, options, folder, has_cpg, error);
    return status;
}

/* The one member that ends so, not counting what macOS adds; *count says how many there are. */
static const struct zip_member *find_member(const struct zip *zip, const char *ending,
                                            uint32_t *count)
{
    const struct zip_member *found = NULL;
    *count = 0;
    for (uint32_t i = 0; i < zip->member_count; i++) {
        const struct zip_member *member = &zip->members[i];
        if (!zip_name_ends(member, ending) ||
            (member->name_length > 9 && memcmp(member->name, "__MACOSX/", 9) == 0))
            continue;
        found = member;
        ++*count;
    }
    return found;
}

static enum status unpack_parts(const struct zip *zip, const struct table_options *options,
                                const char *folder, bool *has_cpg, struct error *error)
{
    for (size_t part = PART_COUNT; part-- > 0;) {
        uint32_t count;
        const struct zip_member *member = find_member(zip, parts[part], &count);
        if (count > 1 || (count == 0 && part < PARTS_NEEDED))
            return error_set(error, STATUS_REJECTED,
                             "the archive has %u %s files; one Shapefile with its .shp, .shx and "
                             ".dbf is read",
                             count, parts[part]);
        if (!member)
            continue;
        char *bytes;
        size_t length;
        enum status status = zip_unpack(member, TABLE_MAX_BYTES, &bytes, &length, error);
        *has_cpg |= part == PART_CPG;
        if (!status)
            status = put_part(part, bytes, length, options, folder, *has_cpg, error);
        free(bytes);
        if (status)
            return status;
    }
    return STATUS_OK;
}

static enum status unpack_shapefile(const char *bytes, size_t length,
                                    const struct table_options *options, const char *folder,
                                    bool *has_cpg, struct error *error)
{
    struct zip zip;
    enum status status = zip_open(bytes, length, &zip, error);
    if (status)
        return status;
    status = unpack_parts(&zip, options, folder, has_cpg, error);
    zip_close(&zip);
    return status;
}

static enum status copy_as(enum ogr_format format, const char *path, char **bytes, size_t *length,
                           const struct table_options *options, const char *folder, bool *has_cpg,
                           struct error *error)
{
    if (format == OGR_ZIPPED_SHAPEFILE)
        return unpack_shapefile(*bytes, *length, options, folder, has_cpg, error);
    enum status status = format == OGR_XLSX ? xlsx_drop_readings(bytes, length, error) : STATUS_OK;
    if (!status)
        status = write_file(folder, ogr_file_name(format), *bytes, *length, error);
    if (!status && format == OGR_SHAPEFILE)
        status = copy_shapefile(path, options, folder, has_cpg, error);
    return status;
}

enum status ogr_files_copy(const char *path, enum ogr_format format,
                           const struct table_options *options, const char *folder,
                           bool *encoding_is_named, struct error *error)
{
    *encoding_is_named = false;
    char *bytes;
    size_t length;
    enum status status =
        input_file_read(path, ceiling(options), options->cancelled, &bytes, &length, error);
    if (!status)
        status = check_content(bytes, length, format, error);
    if (!status)
        status = copy_as(format, path, &bytes, &length, options, folder, encoding_is_named, error);
    free(bytes);
    return status;
}
