/*
 * XLSX texts carry readings: rPh elements with the sound of Chinese characters (furigana, pinyin).
 * GDAL 3.6 joins them to the text ("保育園ホイクエン"), so they are taken out before it reads the file.
 */
#ifndef DATA_XLSX_READINGS_H
#define DATA_XLSX_READINGS_H

#include "geo/status.h"

/*
 * bytes, length  in: an XLSX file, malloc'd; out: the same, or another malloc without readings in
 *                its table of shared texts. CORRUPT for an archive that cannot be read.
 */
enum status MUST_CHECK xlsx_drop_readings(char **bytes, size_t *length, struct error *error);

/* Take the rPh elements out of XML text, in place. Returns the length that is left. */
size_t xlsx_cut_readings(char *xml, size_t length);

#endif
