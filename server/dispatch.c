#include "server/dispatch.h"

#include "server/cmd.h"
#include "server/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct command_entry *const dispatch_entries[] = {
    &cmd_serve,
    &cmd_init,
    &cmd_import_register,
    &cmd_import_communities,
    &cmd_import_residents,
    &cmd_import_osm,
    &cmd_near,
    &cmd_coverage,
    &cmd_export,
    &cmd_check,
    &cmd_backup,
    &cmd_restore,
    &cmd_version,
};
const uint32_t dispatch_count = COUNT_OF(dispatch_entries);

enum { WORDS_MAX = 2 * COUNT_OF(dispatch_entries) };

/* How many of the words name this entry: 1 ("near"), 2 ("import register"), or 0. */
static int match_name(const char *name, int count, const char *const *words)
{
    const char *space = strchr(name, ' ');
    size_t first = space ? (size_t)(space - name) : strlen(name);
    if (count < 1 || strlen(words[0]) != first || strncmp(words[0], name, first) != 0)
        return 0;
    if (!space)
        return 1;
    return count > 1 && strcmp(words[1], space + 1) == 0 ? 2 : 0;
}

static const struct command_entry *find_entry(int count, const char *const *words, int *used)
{
    for (uint32_t i = 0; i < dispatch_count; i++) {
        *used = match_name(dispatch_entries[i]->usage->name, count, words);
        if (*used)
            return dispatch_entries[i];
    }
    return NULL;
}

/* Is `word` the first word of entries with two ("import")? */
static bool is_group(const char *word)
{
    size_t length = strlen(word);
    for (uint32_t i = 0; i < dispatch_count; i++) {
        const char *name = dispatch_entries[i]->usage->name;
        if (strncmp(name, word, length) == 0 && name[length] == ' ')
            return true;
    }
    return false;
}

/* All subcommands, or those of one group. */
static void print_commands(const char *group, FILE *out)
{
    size_t length = group ? strlen(group) : 0;
    int width = 0;
    for (uint32_t i = 0; i < dispatch_count; i++)
        if ((int)strlen(dispatch_entries[i]->usage->name) > width)
            width = (int)strlen(dispatch_entries[i]->usage->name);
    for (uint32_t i = 0; i < dispatch_count; i++) {
        const struct usage *usage = dispatch_entries[i]->usage;
        if (strncmp(usage->name, group ? group : "", length) == 0)
            fprintf(out, "  tuoyu %-*s  %s\n", width, usage->name, usage->summary);
    }
}

static void print_help(FILE *out)
{
    fputs("Tuoyu 托育: finds childcare that fits and really has a free place.\n\n", out);
    print_commands(NULL, out);
    fputs("\n`tuoyu COMMAND --help` says more of each, with examples. While a server runs, the\n"
          "other commands on its store work all the same: they are run inside it.\n"
          "Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 data were rejected.\n",
          out);
}

/* One entry of the words that could have been meant: first words and whole names. */
static int refuse_unknown(int count, const char *const *words, FILE *err)
{
    const char *known[WORDS_MAX];
    char both[64];
    uint32_t known_count = 0;
    bool in_group = is_group(words[0]);
    snprintf(both, sizeof both, "%.20s %.20s", words[0], count > 1 ? words[1] : "");
    for (uint32_t i = 0; i < dispatch_count; i++)
        known[known_count++] = dispatch_entries[i]->usage->name;
    if (in_group && (count < 2 || words[1][0] == '-')) {
        fprintf(err, "tuoyu %s: say what:\n", words[0]);
        print_commands(words[0], err);
        return COMMAND_MISUSED;
    }
    const char *given = in_group ? both : words[0];
    const char *meant = options_nearest_word(given, known, known_count);
    if (meant)
        fprintf(err, "tuoyu: there is no command '%.60s'; did you mean '%s'?\n", given, meant);
    else
        fprintf(err, "tuoyu: there is no command '%.60s'\n", given);
    fputs("Try: tuoyu --help\n", err);
    return COMMAND_MISUSED;
}

static bool is_word(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/*
 * What needs no store: help, and command lines that name no subcommand. Returns true with the code
 * to exit with, or false with the entry.
 */
static bool answer_at_once(int count, const char *const *words, const struct command_entry **entry,
                           int *used, int *code)
{
    *code = COMMAND_OK;
    if (count == 0) {
        print_help(stderr);
        *code = COMMAND_MISUSED;
        return true;
    }
    bool help = is_word(words[0], "help", "--help") || strcmp(words[0], "-h") == 0;
    if (strcmp(words[0], "--version") == 0) {
        *entry = &cmd_version;
        *used = count; /* whatever follows is not asked for */
        return false;
    }
    if (help && count == 1) {
        print_help(stdout);
        return true;
    }
    *entry = find_entry(count - help, words + help, used);
    if (help && *entry) {
        options_print_help((*entry)->usage, stdout);
        return true;
    }
    if (*entry)
        return false;
    if (is_group(words[help]) && (help || (count > 1 && is_word(words[1], "--help", "-h")))) {
        print_commands(words[help], stdout);
        return true;
    }
    *code = refuse_unknown(count - help, words + help, stderr);
    return true;
}

/* Parse and run, here, with what `command` already has. */
static int run_entry(const struct command_entry *entry, const struct options *options,
                     struct command *command)
{
    int code = entry->run(command, options);
    command_close_store(command);
    command_progress_end(command);
    bool written = fflush(command->out) == 0 && !ferror(command->out);
    fflush(command->err);
    if (!written && code == COMMAND_OK) {
        fprintf(command->err, "tuoyu %s: its output could not be written\n", command->name);
        code = COMMAND_FAILED;
    }
    return code;
}

/* The store's path as its owner has it: absolute, without links; as given where there is none. */
static void resolve_store(struct config *config)
{
    char *real = realpath(config->store, NULL);
    if (real && strlen(real) < sizeof config->store)
        memcpy(config->store, real, strlen(real) + 1);
    free(real);
}

/* Descriptors 0 to 2 are open whatever we were started with, so that no file becomes one of them. */
static void open_standard_descriptors(void)
{
    int fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2)
        fd = dup(fd);
    if (fd > 2)
        close(fd);
}

int dispatch_main(int argc, const char *const *argv)
{
    open_standard_descriptors();
    int used = 0, code = COMMAND_OK;
    const struct command_entry *entry = NULL;
    if (answer_at_once(argc - 1, argv + 1, &entry, &used, &code))
        return code;

    static const atomic_bool never = false;
    struct command *command = calloc(1, sizeof *command);
    char *cwd = getcwd(NULL, 0);
    struct options options;
    struct error error = {0};
    bool served = false;
    if (!command || !cwd) {
        fprintf(stderr, "tuoyu: the present folder cannot be told: %s\n", strerror(errno));
        code = COMMAND_FAILED;
        goto out;
    }
    command->name = entry->usage->name;
    command->out = stdout;
    command->err = stderr;
    command->cwd = cwd;
    command->cancelled = &never;
    if (options_parse(entry->usage, argc - 1 - used, argv + 1 + used, &options, &error) ||
        (!options.help && config_read(&options, getenv, &command->config, &error))) {
        code = command_misuse(command, "%s", error.message);
        goto out;
    }
    if (options.help) {
        options_print_help(entry->usage, stdout);
        goto out;
    }
    resolve_store(&command->config);
    if (!entry->is_local &&
        control_forward(command->config.store, cwd, argc - 1, argv + 1, &served, &code, &error))
        code = command_fail(command, &error);
    else if (!served)
        code = run_entry(entry, &options, command);
out:
    free(cwd);
    free(command);
    return code;
}

static int run_request(struct command *command, const struct control_request *request)
{
    int used = 0;
    struct options options;
    struct error error = {0};
    const struct command_entry *entry = find_entry((int)request->word_count, request->words, &used);
    if (!entry || entry->is_local)
        return command_misuse(command, "the running server has no such command; is it of another "
                                       "version?");
    command->name = entry->usage->name;
    if (options_parse(entry->usage, (int)request->word_count - used, request->words + used,
                      &options, &error))
        return command_misuse(command, "%s", error.message);
    return run_entry(entry, &options, command);
}

int dispatch_request(void *context, const struct control_request *request, const int fds[3],
                     const atomic_bool *cancelled)
{
    struct service *service = context;
    int code = COMMAND_FAILED;
    struct command *command = calloc(1, sizeof *command);
    FILE *out = fdopen(fds[1], "w"), *err = fdopen(fds[2], "w");
    if (command && out && err) {
        setvbuf(err, NULL, _IOLBF, BUFSIZ);
        *command = (struct command){.name = request->words[0],
                                    .out = out,
                                    .err = err,
                                    .cwd = request->cwd,
                                    .service = service,
                                    .cancelled = cancelled};
        snprintf(command->config.store, sizeof command->config.store, "%s", service->store_path);
        code = run_request(command, request);
    }
    free(command);
    bool written = out && fclose(out) == 0;
    if (!out)
        close(fds[1]);
    if (err)
        fclose(err);
    else
        close(fds[2]);
    close(fds[0]);
    if (!written && code == COMMAND_OK)
        code = COMMAND_FAILED;
    return code;
}
