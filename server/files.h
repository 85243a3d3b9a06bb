/*
 * The static files of the pages: what is built into the program (a style sheet, the icon), and those
 * of a built web folder (`make web` writes web/dist). All are read once, at start, and kept in memory:
 * a request names one of them or finds nothing, and no path of a request ever reaches the disk.
 *
 *   WEB/manifest.json      {"finder.js": "finder.HASH.js", "app.css": "app.HASH.css"}: names that pages ask
 *                          for, and the files that they are; these are kept by browsers for ever
 *   WEB/NAME               [A-Za-z0-9._-]{1,80}, not beginning with a dot; anything else is passed over
 *   WEB/NAME.gz, .br       the same, compressed; sent to whoever accepts it. Of a file without .gz one
 *                          is made at start
 */
#ifndef SERVER_FILES_H
#define SERVER_FILES_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FILES_MAX = 256,              /* of a web folder */
    FILES_MAX_BYTES = 8 << 20,    /* one of them */
    FILES_TOTAL_BYTES = 64 << 20, /* all of them */
    FILES_NAME_BYTES = 81
};

enum file_encoding { FILE_PLAIN, FILE_GZIP, FILE_BROTLI, FILE_ENCODING_COUNT };

struct file {
    char name[FILES_NAME_BYTES];
    char tag[20]; /* of its content: 16 hexadecimal digits */
    const char *content_type;
    bool immutable; /* its name changes with its content */
    struct {
        unsigned char *bytes; /* NULL = not there; FILE_PLAIN always is */
        size_t length;
    } encodings[FILE_ENCODING_COUNT];
};

struct files;

/*
 * Read the folder; `folder` NULL or "" = what is built in alone. NOT_FOUND: no such folder, or no
 * manifest.json in it; INVALID: a manifest that is not as drawn above, naming what is wrong; IO, LIMIT.
 * *files is yours: files_close().
 */
enum status MUST_CHECK files_open(const char *folder, struct files **files, struct error *error);
void files_close(struct files *files); /* safe on NULL */

/* By the name in a path ("app.1a2b.js", "base.css"); NULL = there is none. `files` may be NULL. */
const struct file *files_find(const struct files *files, const char *name);
/* The file that a page asks for by its own name ("finder.js"); NULL = not built. */
const struct file *files_named(const struct files *files, const char *name);

/* "gzip", "br"; NULL of FILE_PLAIN. */
const char *file_encoding_word(enum file_encoding encoding);
/* The smallest of what the client accepts. */
enum file_encoding file_choose(const struct file *file, const char *accept_encoding);

/*
 * Where a built web folder is, beside the running program: in the tree (bin/tuoyu, build/x/tuoyu) or
 * installed (PREFIX/share/tuoyu/web). False: nowhere.
 */
bool files_find_folder(char *folder, size_t bytes);

#endif
