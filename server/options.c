#include "server/options.h"

#include <assert.h>
#include <string.h>

enum { WORD_MAX = 32 /* longest word that is compared by edits */ };

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Edits between two words (optimal string alignment); both at most WORD_MAX long. */
static uint32_t edits_between(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    uint32_t rows[3][WORD_MAX + 1]; /* this row, the one before, the one before that */
    uint32_t *row = rows[0], *above = rows[1], *above2 = rows[2];
    for (uint32_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (uint32_t i = 1; i <= a_length; i++) {
        uint32_t *oldest = above2;
        above2 = above, above = row, row = oldest;
        row[0] = i;
        for (uint32_t j = 1; j <= b_length; j++) {
            uint32_t changed = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = smaller(changed, smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], above2[j - 2] + 1);
        }
    }
    return row[b_length];
}

const char *options_nearest_word(const char *given, const char *const *words, uint32_t count)
{
    size_t length = strlen(given);
    if (length < 2 || length > WORD_MAX)
        return NULL;
    const char *nearest = NULL;
    uint32_t fewest = length < 4 ? 2 : 3; /* one edit for short words, two for others */
    for (uint32_t i = 0; i < count; i++) {
        if (strlen(words[i]) > WORD_MAX)
            continue;
        uint32_t edits = edits_between(given, words[i]);
        if (edits < fewest) {
            fewest = edits;
            nearest = words[i];
        }
    }
    for (uint32_t i = 0; !nearest && i < count; i++)
        if (strncmp(words[i], given, length) == 0)
            nearest = words[i];
    return nearest;
}

/* Does `given` (up to `length`) name this option? `_` and `-` are the same. */
static bool is_name(const char *name, const char *given, size_t length)
{
    if (strlen(name) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (name[i] != (given[i] == '_' ? '-' : given[i]))
            return false;
    return true;
}

static int find_option(const struct usage *usage, const char *given, size_t length)
{
    for (uint32_t i = 0; i < usage->option_count; i++)
        if (is_name(usage->options[i].name, given, length))
            return (int)i;
    return -1;
}

static enum status refuse_unknown(const struct usage *usage, const char *given, size_t length,
                                  struct error *error)
{
    const char *words[OPTIONS_MAX + 1] = {"help"};
    uint32_t count = 1;
    for (uint32_t i = 0; i < usage->option_count; i++)
        words[count++] = usage->options[i].name;
    char name[WORD_MAX + 1];
    snprintf(name, sizeof name, "%.*s", (int)smaller((uint32_t)length, WORD_MAX), given);
    const char *meant = options_nearest_word(name, words, count);
    if (meant)
        return error_set(error, STATUS_INVALID, "there is no option --%s; did you mean --%s?", name,
                         meant);
    return error_set(error, STATUS_INVALID, "there is no option --%s", name);
}

/* One option at argv[*at]; moves *at onto its value where that is the next argument. */
static enum status parse_option(struct options *options, int argc, const char *const *argv, int *at,
                                struct error *error)
{
    const char *given = argv[*at] + 2;
    const char *equals = strchr(given, '=');
    size_t length = equals ? (size_t)(equals - given) : strlen(given);
    int found = find_option(options->usage, given, length);
    if (found < 0)
        return refuse_unknown(options->usage, given, length, error);
    const struct option_spec *spec = &options->usage->options[found];
    if (options->values[found])
        return error_set(error, STATUS_INVALID, "--%s is given twice", spec->name);
    if (!spec->value) {
        if (equals)
            return error_set(error, STATUS_INVALID, "--%s takes no value; it was given '%.60s'",
                             spec->name, equals + 1);
        options->values[found] = "";
        return STATUS_OK;
    }
    if (!equals && *at + 1 < argc && strncmp(argv[*at + 1], "--", 2) != 0)
        options->values[found] = argv[++*at];
    else if (equals)
        options->values[found] = equals + 1;
    if (!options->values[found] || !*options->values[found])
        return error_set(error, STATUS_INVALID, "--%s needs a value: --%s %s", spec->name,
                         spec->name, spec->value);
    return STATUS_OK;
}

static bool asks_for_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

/* -1.5 and -.5 are values; - alone is one too (standard input, by custom). */
static bool is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] && !strchr("0123456789.", argument[1]);
}

static enum status add_positional(struct options *options, const char *text, struct error *error)
{
    const struct usage *usage = options->usage;
    if (options->positional_count < usage->max_positionals) {
        options->positionals[options->positional_count++] = text;
        return STATUS_OK;
    }
    if (usage->max_positionals == 0)
        return error_set(error, STATUS_INVALID, "'%.60s' is not an option, and no value is taken",
                         text);
    return error_set(error, STATUS_INVALID, "'%.60s' is one value too many after %s", text,
                     usage->positionals);
}

enum status options_parse(const struct usage *usage, int argc, const char *const *argv,
                          struct options *options, struct error *error)
{
    assert(usage->option_count <= OPTIONS_MAX);
    assert(usage->max_positionals <= OPTIONS_MAX_POSITIONALS);
    *options = (struct options){.usage = usage};
    bool ended = false;
    for (int i = 0; i < argc && !ended; i++) {
        ended = strcmp(argv[i], "--") == 0;
        options->help = options->help || (!ended && asks_for_help(argv[i]));
    }
    if (options->help)
        return STATUS_OK;

    enum status status = STATUS_OK;
    ended = false;
    for (int i = 0; i < argc && !status; i++) {
        if (!ended && strcmp(argv[i], "--") == 0)
            ended = true;
        else if (ended || !is_option(argv[i]))
            status = add_positional(options, argv[i], error);
        else if (argv[i][1] == '-')
            status = parse_option(options, argc, argv, &i, error);
        else
            status = error_set(error, STATUS_INVALID,
                               "'%.60s' is no option; options begin with two hyphens", argv[i]);
    }
    if (!status && options->positional_count < usage->min_positionals)
        status = error_set(error, STATUS_INVALID, "it needs %s, and %u of %u %s given",
                           usage->positionals, options->positional_count, usage->min_positionals,
                           options->positional_count == 1 ? "was" : "were");
    return status;
}

static const char *value_of(const struct options *options, const char *name)
{
    int found = find_option(options->usage, name, strlen(name));
    assert(found >= 0);
    return options->values[found];
}

const char *options_text(const struct options *options, const char *name)
{
    return value_of(options, name);
}

bool options_flag(const struct options *options, const char *name)
{
    return value_of(options, name) != NULL;
}

/* `text`, its further lines indented by `indent`. */
static void print_indented(FILE *out, const char *text, int indent)
{
    const char *line = text;
    do {
        size_t length = strcspn(line, "\n");
        fprintf(out, "%*s%.*s\n", line == text ? 0 : indent, "", (int)length, line);
        line += length + (line[length] == '\n');
    } while (*line);
}

static int option_width(const struct option_spec *spec)
{
    return (int)(strlen(spec->name) + (spec->value ? strlen(spec->value) + 1 : 0));
}

void options_print_help(const struct usage *usage, FILE *out)
{
    fprintf(out, "Usage: tuoyu %s%s%s%s\n\n", usage->name, *usage->positionals ? " " : "",
            usage->positionals, usage->option_count ? " [options]" : "");
    print_indented(out, usage->about ? usage->about : usage->summary, 0);
    int width = option_width(&(struct option_spec){.name = "help"});
    for (uint32_t i = 0; i < usage->option_count; i++)
        if (option_width(&usage->options[i]) > width)
            width = option_width(&usage->options[i]);
    fputs("\nOptions:\n", out);
    for (uint32_t i = 0; i < usage->option_count; i++) {
        const struct option_spec *spec = &usage->options[i];
        fprintf(out, "  --%s%s%s%*s  ", spec->name, spec->value ? " " : "",
                spec->value ? spec->value : "", width - option_width(spec), "");
        print_indented(out, spec->help, width + 6);
    }
    fprintf(out, "  --help%*s  This text\n", width - 4, "");
    fputs("\nExamples:\n", out);
    for (const char *const *example = usage->examples; *example; example++)
        fprintf(out, "  %s\n", *example);
}
