/*
 * What a subcommand takes on the command line, as one const table: read by the parser, by --help and
 * by the tests, so that none can drift from the others.
 *
 * Options are long: `--name value`, `--name=value`, or `--name` for a flag; `_` and `-` are the same
 * in a name, so that the API's parameter names work as they are. `--` ends the options. What begins
 * with a hyphen and a digit is a value, not an option: `tuoyu near -122.4 37.7`.
 */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include "geo/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { OPTIONS_MAX = 40, OPTIONS_MAX_POSITIONALS = 4 };

struct option_spec {
    const char *name;  /* with hyphens, without the leading two */
    const char *value; /* what stands for its value in --help ("PATH"); NULL = a flag */
    const char *help;  /* one line, or several parted by \n */
};

struct usage {
    const char *name;        /* "near", "import register" */
    const char *positionals; /* as --help prints them: "LON LAT"; "" for none */
    const char *summary;     /* one line for `tuoyu --help` */
    const char *about;       /* the paragraph of --help; may be NULL */
    const struct option_spec *options;
    uint32_t option_count;
    uint32_t min_positionals, max_positionals;
    const char *const *examples; /* whole command lines; NULL ends the list */
};

/* What was given. Texts are argv's own. */
struct options {
    const struct usage *usage;
    const char *values[OPTIONS_MAX]; /* beside usage->options: NULL = not given; "" for a flag */
    const char *positionals[OPTIONS_MAX_POSITIONALS];
    uint32_t positional_count;
    bool help; /* --help or -h was given; nothing else was checked */
};

/*
 * argv: what follows the subcommand's name. INVALID, with a sentence that names the option and what
 * was probably meant, for an option that is unknown, repeated, or without its value (a flag: with
 * one), and for too many or too few values.
 */
enum status MUST_CHECK options_parse(const struct usage *usage, int argc, const char *const *argv,
                                     struct options *options, struct error *error);

/* The text of an option that is in the table; NULL = not given. */
const char *options_text(const struct options *options, const char *name);
bool options_flag(const struct options *options, const char *name);

/* Print the whole --help of one subcommand. */
void options_print_help(const struct usage *usage, FILE *out);

/*
 * Of `words` the nearest to `given` by edits (Damerau's: a letter added, lost, changed, or two
 * swapped), when it is near enough to have been meant; else NULL. Also a word that `given` begins.
 */
const char *options_nearest_word(const char *given, const char *const *words, uint32_t count);

#endif
