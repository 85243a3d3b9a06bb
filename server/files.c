#include "server/files.h"

#include "server/negotiate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX = 32, GZIP_LEVEL = 9, PATH_BYTES = 4096 };

extern const char asset_base_css[], asset_favicon_svg[];
extern const unsigned long asset_base_css_length, asset_favicon_svg_length;

/* A name that pages use, and the file that it is. */
struct alias {
    char name[FILES_NAME_BYTES];
    char target[FILES_NAME_BYTES];
};

struct files {
    struct file *files; /* ascending by name */
    uint32_t count;
    struct alias aliases[MANIFEST_MAX + 1]; /* and one of our own: base.css */
    uint32_t alias_count;
    size_t total_bytes;
};

static const char *const encoding_words[] = {[FILE_GZIP] = "gzip", [FILE_BROTLI] = "br"};
static const char *const encoding_endings[] = {[FILE_GZIP] = ".gz", [FILE_BROTLI] = ".br"};

const char *file_encoding_word(enum file_encoding encoding)
{
    return encoding == FILE_PLAIN ? NULL : encoding_words[encoding];
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), wanted = strlen(ending);
    return length > wanted && strcmp(text + length - wanted, ending) == 0;
}

static const char *content_type_of(const char *name)
{
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".json", "application/json"},
        {".txt", "text/plain; charset=utf-8"},
        {".html", "text/plain; charset=utf-8"}, /* no page of ours: never run as one */
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ends_with(name, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

static bool is_name(const char *name)
{
    size_t length =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return length > 0 && length < FILES_NAME_BYTES && !name[length] && name[0] != '.';
}

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static struct file *find_file(const struct files *files, const char *name)
{
    struct file key = {0};
    if (!files || strlen(name) >= sizeof key.name)
        return NULL;
    memcpy(key.name, name, strlen(name) + 1);
    return bsearch(&key, files->files, files->count, sizeof key, compare_files);
}

const struct file *files_find(const struct files *files, const char *name)
{
    return find_file(files, name);
}

const struct file *files_named(const struct files *files, const char *name)
{
    for (uint32_t i = 0; files && i < files->alias_count; i++)
        if (strcmp(files->aliases[i].name, name) == 0)
            return files_find(files, files->aliases[i].target);
    return NULL;
}

/* Reading --------------------------------------------------------------------------------------- */

/* The whole of a regular file, malloc'd. NOT_FOUND for what is none. */
static enum status read_file(int folder, const char *name, unsigned char **bytes, size_t *length,
                             struct error *error)
{
    struct stat state;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &state) != 0 || !S_ISREG(state.st_mode)) {
        if (fd >= 0)
            close(fd);
        return error_set(error, STATUS_NOT_FOUND, "'%s' of the web folder is no file", name);
    }
    if (state.st_size > FILES_MAX_BYTES) {
        close(fd);
        return error_set(error, STATUS_LIMIT,
                         "'%s' of the web folder has %lld bytes; at most %d are "
                         "served",
                         name, (long long)state.st_size, FILES_MAX_BYTES);
    }
    size_t size = (size_t)state.st_size, got = 0;
    *bytes = malloc(size + 1);
    while (*bytes && got < size) {
        ssize_t part = read(fd, *bytes + got, size - got);
        if (part <= 0 && !(part < 0 && errno == EINTR))
            break;
        got += part > 0 ? (size_t)part : 0;
    }
    close(fd);
    if (*bytes && got == size) {
        (*bytes)[size] = 0;
        *length = size;
        return STATUS_OK;
    }
    bool no_memory = !*bytes;
    free(*bytes);
    *bytes = NULL;
    return no_memory
               ? error_memory(error, "reading the web folder")
               : error_set(error, STATUS_IO, "'%s' of the web folder could not be read", name);
}

static enum status count_bytes(struct files *files, size_t more, struct error *error)
{
    files->total_bytes += more;
    return files->total_bytes > FILES_TOTAL_BYTES
               ? error_set(error, STATUS_LIMIT, "the web folder has more than %d bytes in all",
                           FILES_TOTAL_BYTES)
               : STATUS_OK;
}

/* Take `bytes` over as a new file. Room was made by the caller. */
static struct file *add_file(struct files *files, const char *name, unsigned char *bytes,
                             size_t length)
{
    struct file *file = &files->files[files->count++];
    memset(file, 0, sizeof *file);
    snprintf(file->name, sizeof file->name, "%s", name);
    file->content_type = content_type_of(name);
    file->encodings[FILE_PLAIN].bytes = bytes;
    file->encodings[FILE_PLAIN].length = length;
    char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, length);
    snprintf(file->tag, sizeof file->tag, "%.16s", sum);
    g_free(sum);
    return file;
}

/* What packs badly (pictures, fonts) is not packed; nor what is tiny. */
static void pack(struct file *file)
{
    size_t length = file->encodings[FILE_PLAIN].length;
    bool is_text = strstr(file->content_type, "text/") || strstr(file->content_type, "json") ||
                   strstr(file->content_type, "svg");
    if (file->encodings[FILE_GZIP].bytes || !is_text || length < 256)
        return;
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
    unsigned char *packed = malloc(length);
    size_t bytes = compressor && packed
                       ? libdeflate_gzip_compress(compressor, file->encodings[FILE_PLAIN].bytes,
                                                  length, packed, length - 1)
                       : 0;
    libdeflate_free_compressor(compressor);
    if (!bytes) {
        free(packed);
        return;
    }
    file->encodings[FILE_GZIP].bytes = packed;
    file->encodings[FILE_GZIP].length = bytes;
}

/* NAME.gz or NAME.br of a file, where it is there. */
static enum status read_twin(struct files *files, struct file *file, int folder,
                             enum file_encoding encoding, struct error *error)
{
    char name[FILES_NAME_BYTES + 4];
    struct error missing = {0};
    snprintf(name, sizeof name, "%s%s", file->name, encoding_endings[encoding]);
    enum status status = read_file(folder, name, &file->encodings[encoding].bytes,
                                   &file->encodings[encoding].length, &missing);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status)
        return error_set(error, status, "%s", missing.message);
    return count_bytes(files, file->encodings[encoding].length, error);
}

static enum status read_entry(struct files *files, int folder, const char *name,
                              struct error *error)
{
    if (!is_name(name) || ends_with(name, ".gz") || ends_with(name, ".br") ||
        strcmp(name, "manifest.json") == 0)
        return STATUS_OK;
    if (files->count == FILES_MAX)
        return error_set(error, STATUS_LIMIT, "the web folder has more than %d files", FILES_MAX);
    unsigned char *bytes = NULL;
    size_t length = 0;
    struct error trouble = {0};
    enum status status = read_file(folder, name, &bytes, &length, &trouble);
    if (status == STATUS_NOT_FOUND) /* a folder, a pipe: not ours to serve */
        return STATUS_OK;
    if (status)
        return error_set(error, status, "%s", trouble.message);
    struct file *file = add_file(files, name, bytes, length);
    status = count_bytes(files, length, error);
    if (!status)
        status = read_twin(files, file, folder, FILE_GZIP, error);
    if (!status)
        status = read_twin(files, file, folder, FILE_BROTLI, error);
    if (!status)
        pack(file);
    return status;
}

static enum status read_folder(struct files *files, int folder, struct error *error)
{
    int again = dup(folder);
    DIR *entries = again < 0 ? NULL : fdopendir(again);
    if (!entries) {
        if (again >= 0)
            close(again);
        return error_set(error, STATUS_IO, "the web folder could not be listed");
    }
    enum status status = STATUS_OK;
    for (struct dirent *entry; !status && (entry = readdir(entries));)
        status = read_entry(files, folder, entry->d_name, error);
    closedir(entries);
    if (files->count)
        qsort(files->files, files->count, sizeof *files->files, compare_files);
    return status;
}

static enum status read_alias(struct files *files, const char *name, const json_t *value,
                              struct error *error)
{
    const char *target = json_string_value(value);
    if (!target || !is_name(target) || !is_name(name))
        return error_set(error, STATUS_INVALID,
                         "manifest.json of the web folder: '%.60s' must name a file", name);
    struct file *file = find_file(files, target);
    if (!file)
        return error_set(error, STATUS_INVALID,
                         "manifest.json of the web folder: '%.60s' is '%.60s', which is not there",
                         name, target);
    if (files->alias_count == MANIFEST_MAX)
        return error_set(error, STATUS_LIMIT,
                         "manifest.json of the web folder has more than %d names", MANIFEST_MAX);
    struct alias *alias = &files->aliases[files->alias_count++];
    snprintf(alias->name, sizeof alias->name, "%s", name);
    snprintf(alias->target, sizeof alias->target, "%s", target);
    file->immutable = strcmp(name, target) != 0;
    return STATUS_OK;
}

static enum status read_manifest(struct files *files, int folder, struct error *error)
{
    unsigned char *bytes = NULL;
    size_t length = 0;
    enum status status = read_file(folder, "manifest.json", &bytes, &length, error);
    if (status)
        return status;
    json_t *root = json_loadb((const char *)bytes, length, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    if (!json_is_object(root)) {
        json_decref(root);
        return error_set(error, STATUS_INVALID,
                         "manifest.json of the web folder is no JSON object of file names");
    }
    for (void *member = json_object_iter(root); member && !status;
         member = json_object_iter_next(root, member))
        status =
            read_alias(files, json_object_iter_key(member), json_object_iter_value(member), error);
    json_decref(root);
    return status;
}

/* Built in -------------------------------------------------------------------------------------- */

/* A file of the program's own; with an alias, its name has its tag in it. A file of the web folder
 * with the same name goes before it. */
static enum status add_asset(struct files *files, const char *name, const char *text, size_t length,
                             bool hashed, struct error *error)
{
    if (files_find(files, name))
        return STATUS_OK;
    unsigned char *bytes = malloc(length + 1);
    if (!bytes)
        return error_memory(error, "reading the pages' files");
    memcpy(bytes, text, length + 1);
    struct file *file = add_file(files, name, bytes, length);
    if (hashed) {
        const char *dot = strrchr(name, '.');
        snprintf(file->name, sizeof file->name, "%.*s.%.8s%s", (int)(dot - name), name, file->tag,
                 dot);
        file->immutable = true;
        struct alias *alias = &files->aliases[files->alias_count++];
        snprintf(alias->name, sizeof alias->name, "%s", name);
        memcpy(alias->target, file->name, sizeof alias->target);
    }
    pack(file);
    qsort(files->files, files->count, sizeof *files->files, compare_files);
    return STATUS_OK;
}

enum status files_open(const char *folder, struct files **files, struct error *error)
{
    enum { ASSETS = 3 };
    *files = NULL;
    struct files *opened = calloc(1, sizeof *opened);
    if (opened)
        opened->files = calloc(FILES_MAX + ASSETS, sizeof *opened->files);
    if (!opened || !opened->files) {
        free(opened);
        return error_memory(error, "reading the pages' files");
    }
    enum status status = STATUS_OK;
    if (folder && *folder) {
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        status =
            fd < 0 ? error_set(error, STATUS_NOT_FOUND, "there is no web folder at %.300s", folder)
                   : read_folder(opened, fd, error);
        if (!status)
            status = read_manifest(opened, fd, error);
        if (fd >= 0)
            close(fd);
    }
    if (!status)
        status = add_asset(opened, "base.css", asset_base_css, asset_base_css_length, true, error);
    if (!status) /* by its plain name too, for whoever writes a page of their own */
        status = add_asset(opened, "base.css", asset_base_css, asset_base_css_length, false, error);
    if (!status)
        status = add_asset(opened, "favicon.svg", asset_favicon_svg, asset_favicon_svg_length,
                           false, error);
    if (status) {
        files_close(opened);
        return status;
    }
    *files = opened;
    return STATUS_OK;
}

void files_close(struct files *files)
{
    if (!files)
        return;
    for (uint32_t i = 0; i < files->count; i++)
        for (int encoding = 0; encoding < FILE_ENCODING_COUNT; encoding++)
            free(files->files[i].encodings[encoding].bytes);
    free(files->files);
    free(files);
}

enum file_encoding file_choose(const struct file *file, const char *accept_encoding)
{
    enum file_encoding best = FILE_PLAIN;
    const bool accepted[] = {[FILE_PLAIN] = true,
                             [FILE_GZIP] = negotiate_gzip(accept_encoding),
                             [FILE_BROTLI] = negotiate_brotli(accept_encoding)};
    for (int encoding = FILE_GZIP; encoding < FILE_ENCODING_COUNT; encoding++)
        if (accepted[encoding] && file->encodings[encoding].bytes &&
            file->encodings[encoding].length < file->encodings[best].length)
            best = (enum file_encoding)encoding;
    return best;
}

bool files_find_folder(char *folder, size_t bytes)
{
    static const char *const places[] = {"../web/dist", "../../web/dist", "../share/tuoyu/web",
                                         "../share/tuoyu/web/dist"};
    char program[PATH_BYTES], tried[PATH_BYTES + 64];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(tried, sizeof tried, "%s/%s/manifest.json", program, places[i]);
        if (access(tried, R_OK) != 0)
            continue;
        return (size_t)snprintf(folder, bytes, "%s/%s", program, places[i]) < bytes;
    }
    return false;
}
