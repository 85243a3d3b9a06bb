/*
 * The folder in which ogr2ogr works, and what is put there for it: copies under plain names.
 */
#ifndef DATA_OGR_FILES_H
#define DATA_OGR_FILES_H

#include "data/ogr.h"

enum { OGR_FOLDER_BYTES = 512 };

/* A new folder, ours alone, under TMPDIR. */
enum status MUST_CHECK ogr_folder_make(char folder[OGR_FOLDER_BYTES], struct error *error);
/* With all in it; nothing for "". */
void ogr_folder_remove(const char *folder);

/* What the copy is called there: "input.xlsx". */
const char *ogr_file_name(enum ogr_format format);

/*
 * Check the file (a regular one, below the ceiling, with the content that its format has) and copy
 * it to FOLDER/input.ENDING; of a Shapefile its .shx, .dbf, .prj and .cpg too, of a zipped one
 * those members, of an XLSX without the readings of its texts.
 *
 * encoding_is_named  out: a .cpg file says what the .dbf is encoded in
 * CORRUPT too for a Shapefile's text that is no UTF-8, where neither the options nor a .cpg name an
 * encoding.
 */
enum status MUST_CHECK ogr_files_copy(const char *path, enum ogr_format format,
                                      const struct table_options *options, const char *folder,
                                      bool *encoding_is_named, struct error *error);

#endif
