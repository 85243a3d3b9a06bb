/*
 * A way of walking from a file, for what the built-in profiles do not say, and to repeat other
 * systems' results. Strict: an unknown key or a value out of its bounds is refused by name.
 *
 *   {
 *     "name":                "slow", [a-z0-9-]{1,16}; optional: custom
 *     "speed_m_s":           0.8,    0.1 to 5; required
 *     "steps":               false,  may steps be walked? optional: true
 *     "snap_counts":         true,   do the metres to the street count as walked? optional: true
 *     "snap_max_m":          300,    a facility farther from any street is off the network;
 *                                    1 to 1000; optional: 300
 *     "resident_snap_max_m": 300,    the same of resident points and of where a walk begins;
 *                                    optional: as snap_max_m
 *     "min_component_m":     2000    streets that hang together with less than so many metres of
 *                                    street are not walked to; 0 to 1e9; optional: 2000. The
 *                                    largest part is always kept: 1e9 keeps it alone.
 *   }
 *
 * The file for Washington: speed 1, snap_counts false, snap
 * limits 100 and 150, min_component_m 1e9.
 */
#ifndef DATA_PROFILE_FILE_H
#define DATA_PROFILE_FILE_H

#include "geo/profile.h"

/* INVALID, naming the file, the key, the value and the bound; NOT_FOUND, IO, LIMIT for the file. */
enum status MUST_CHECK profile_file_read(const char *path, struct profile *profile,
                                         struct error *error);
/* The same from text. */
enum status MUST_CHECK profile_parse(const char *json, size_t length, struct profile *profile,
                                     struct error *error);

#endif
