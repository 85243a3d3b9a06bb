#include "server/options.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

static const struct option_spec specs[] = {
    {"within-m", "METRES", "Only what is this near"},
    {"open", NULL, "Only what is free"},
    {"care", "LIST", "Any of these,\nparted by commas"},
};
static const char *const examples[] = {"tuoyu near 120.2 30.2", NULL};
static const struct usage usage = {
    .name = "near",
    .positionals = "LON LAT",
    .summary = "What is near",
    .options = specs,
    .option_count = 3,
    .min_positionals = 2,
    .max_positionals = 2,
    .examples = examples,
};

#define PARSE(options, error, ...)                                                       \
    options_parse(&usage, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), \
                  (const char *[]){__VA_ARGS__}, options, error)

TEST(negative_numbers_are_values_and_options_may_stand_anywhere)
{
    struct options options;
    struct error error = {0};
    REQUIRE_OK(PARSE(&options, &error, "--open", "-122.4", "--within-m", "800", "-.5"), &error);
    CHECK_TEXT(options.positionals[0], "-122.4");
    CHECK_TEXT(options.positionals[1], "-.5");
    CHECK_TEXT(options_text(&options, "within-m"), "800");
    CHECK(options_flag(&options, "open"));
    CHECK(options_text(&options, "care") == NULL);
}

TEST(an_option_takes_its_value_after_a_space_or_an_equals_sign)
{
    struct options options;
    struct error error = {0};
    REQUIRE_OK(PARSE(&options, &error, "1", "2", "--within_m=5", "--care", "hourly,drop_in"),
               &error);
    CHECK_TEXT(options_text(&options, "within-m"), "5"); /* the API's own spelling */
    CHECK_TEXT(options_text(&options, "care"), "hourly,drop_in");
    REQUIRE_OK(PARSE(&options, &error, "1", "2", "--within-m", "-3"), &error);
    CHECK_TEXT(options_text(&options, "within-m"), "-3"); /* judged by whoever knows metres */
}

TEST(two_hyphens_end_the_options)
{
    struct options options;
    struct error error = {0};
    REQUIRE_OK(PARSE(&options, &error, "--", "--open", "--help"), &error);
    CHECK_TEXT(options.positionals[0], "--open");
    CHECK_TEXT(options.positionals[1], "--help");
    CHECK(!options_flag(&options, "open"));
    CHECK(!options.help);
}

TEST(wrong_options_are_named_and_the_nearest_is_offered)
{
    struct options options;
    static const struct {
        const char *const argv[4];
        const char *says;
    } cases[] = {
        {{"1", "2", "--opne"}, "there is no option --opne; did you mean --open?"},
        {{"1", "2", "--hepl"}, "did you mean --help?"},
        {{"1", "2", "--wit"}, "did you mean --within-m?"},
        {{"1", "2", "--colour=red"}, "there is no option --colour"},
        {{"1", "2", "--open", "--open"}, "--open is given twice"},
        {{"1", "2", "--open=yes"}, "--open takes no value; it was given 'yes'"},
        {{"1", "2", "--care"}, "--care needs a value: --care LIST"},
        {{"1", "2", "--care="}, "--care needs a value"},
        {{"1", "--care", "--open", "2"}, "--care needs a value"},
        {{"1", "2", "-o"}, "options begin with two hyphens"},
        {{"1", "2", "3"}, "'3' is one value too many after LON LAT"},
        {{"1"}, "it needs LON LAT, and 1 of 2 was given"},
        {{"--open"}, "it needs LON LAT, and 0 of 2 were given"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        int argc = 0;
        while (argc < 4 && cases[i].argv[argc])
            argc++;
        CHECK_INT(options_parse(&usage, argc, cases[i].argv, &options, &error), STATUS_INVALID);
        CHECK_CONTAINS(error.message, cases[i].says);
    }
}

TEST(help_is_given_whatever_else_is_wrong)
{
    struct options options;
    struct error error = {0};
    REQUIRE_OK(PARSE(&options, &error, "--nonsense", "-h"), &error);
    CHECK(options.help);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    REQUIRE(out);
    options_print_help(&usage, out);
    fclose(out);
    CHECK_TEXT(text, "Usage: tuoyu near LON LAT [options]\n\nWhat is near\n\nOptions:\n"
                     "  --within-m METRES  Only what is this near\n"
                     "  --open             Only what is free\n"
                     "  --care LIST        Any of these,\n"
                     "                     parted by commas\n"
                     "  --help             This text\n\n"
                     "Examples:\n  tuoyu near 120.2 30.2\n");
    free(text);
}

TEST(a_word_is_offered_only_when_it_may_have_been_meant)
{
    static const char *const words[] = {"serve", "near", "import", "export", "check"};
    CHECK_TEXT(options_nearest_word("sevre", words, 5), "serve");
    CHECK_TEXT(options_nearest_word("exprot", words, 5), "export");
    CHECK_TEXT(options_nearest_word("imp", words, 5), "import");
    CHECK(options_nearest_word("banana", words, 5) == NULL);
    CHECK(options_nearest_word("", words, 5) == NULL);
    CHECK(options_nearest_word("x", words, 5) == NULL);
    char long_word[200];
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    CHECK(options_nearest_word(long_word, words, 5) == NULL);
}
