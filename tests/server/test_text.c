#include "server/text.h"

#include "tests/test.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The {name}s of a text, each once, in order of the alphabet, parted by spaces. */
static void list_names(const char *text, char names[256])
{
    char found[16][32];
    int count = 0;
    struct text_piece piece;
    while ((text = text_next_piece(text, &piece))) {
        if (!piece.name || count == 16 || piece.name_length > 31)
            continue;
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)piece.name_length, piece.name);
        int at = 0;
        while (at < count && strcmp(found[at], name) < 0)
            at++;
        if (at < count && strcmp(found[at], name) == 0)
            continue;
        memmove(found[at + 1], found[at], (size_t)(count - at) * sizeof *found);
        memcpy(found[at], name, sizeof name);
        count++;
    }
    names[0] = '\0';
    for (int i = 0; i < count; i++)
        snprintf(names + strlen(names), 256 - strlen(names), " %s", found[i]);
}

TEST(both_languages_ask_for_the_same_values)
{
    for (int key = 0; key < TEXT_COUNT; key++) {
        char zh[256], en[256];
        list_names(text_get(LANGUAGE_ZH, (enum text_key)key), zh);
        list_names(text_get(LANGUAGE_EN, (enum text_key)key), en);
        if (strcmp(zh, en) != 0)
            test_fail(__FILE__, __LINE__, "%s: '%s' in Chinese, '%s' in English",
                      text_key_names[key], zh, en);
    }
}

static bool is_separator(char c)
{
    return !((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
}

/* Is the word in the text, as a whole word? */
static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += length)
        if (is_separator(at[length]))
            return true;
    return false;
}

/* All files of a pattern, one after the other (malloc). */
static char *read_all(const char *pattern)
{
    glob_t files = {0};
    char *all = calloc(1, 1);
    size_t length = 0;
    if (glob(pattern, 0, NULL, &files) != 0)
        return all;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        size_t bytes;
        char *text = test_read_file(files.gl_pathv[i], &bytes);
        all = realloc(all, length + bytes + 1);
        memcpy(all + length, text, bytes + 1);
        length += bytes;
        free(text);
    }
    globfree(&files);
    return all;
}

/* In C by its constant, or by that of its pair (TEXT_COUNTED). */
static bool is_used_in_c(const char *sources, const char *key)
{
    char constant[96];
    snprintf(constant, sizeof constant, "TEXT_%s", key);
    for (char *c = constant; *c; c++)
        *c = *c == '.' || *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
    if (has_word(sources, constant))
        return true;
    char *last = strrchr(constant, '_');
    if (strcmp(last, "_ONE") != 0 && strcmp(last, "_OTHER") != 0)
        return false;
    *last = '\0';
    return has_word(sources, constant);
}

/* In the script as "key" (or its pair's), or as the beginning of a template: `care.${…}`. */
static bool is_used_in_script(const char *sources, const char *key)
{
    char quoted[96];
    snprintf(quoted, sizeof quoted, "\"%s\"", key);
    if (strstr(sources, quoted))
        return true;
    const char *last = strrchr(key, '.');
    size_t pair = last && (strcmp(last, ".one") == 0 || strcmp(last, ".other") == 0)
                      ? (size_t)(last - key)
                      : 0;
    snprintf(quoted, sizeof quoted, "\"%.*s\"", (int)pair, key);
    if (pair && strstr(sources, quoted))
        return true;
    for (const char *dot = strchr(key, '.'); dot; dot = strchr(dot + 1, '.')) {
        snprintf(quoted, sizeof quoted, "`%.*s.${", (int)(dot - key), key);
        if (strstr(sources, quoted))
            return true;
    }
    return false;
}

TEST(every_text_is_said_somewhere)
{
    char *c = read_all("server/*.c"), *script = read_all("web/src/*.ts");
    REQUIRE(*c);
    if (!*script) {
        free(c);
        free(script);
        SKIP("web/src has no script yet");
    }
    for (int key = 0; key < TEXT_COUNT; key++)
        if (!is_used_in_c(c, text_key_names[key]) &&
            !is_used_in_script(script, text_key_names[key]))
            test_fail(__FILE__, __LINE__, "%s is said nowhere", text_key_names[key]);
    CHECK(!is_used_in_c(c, "no.such.key") && !is_used_in_script(script, "no.such.key"));
    free(c);
    free(script);
}

TEST(text_values_stand_where_their_names_are)
{
    char text[64];
    CHECK_INT(text_fill(LANGUAGE_EN, TEXT_AGE_BAND, TEXT_VALUES({"low", "12"}, {"high", "24"}),
                        text, sizeof text),
              strlen("12–24 months"));
    CHECK_TEXT(text, "12–24 months");
    text_fill(LANGUAGE_ZH, TEXT_AGE_BAND, TEXT_VALUES({"high", "24"}), text, sizeof text);
    CHECK_TEXT(text, "{low}–24 个月");
    text_fill(LANGUAGE_ZH, TEXT_COUNTED(1, TEXT_OPEN_PLACES), TEXT_VALUES({"n", "1"}), text,
              sizeof text);
    CHECK_TEXT(text, "有 1 个空位");
}

TEST(a_text_that_is_too_long_is_cut_between_characters)
{
    char text[11];
    text_fill(LANGUAGE_ZH, TEXT_OPEN_PLACES_OTHER, TEXT_VALUES({"n", "二"}), text, sizeof text);
    CHECK_TEXT(text, "有 二 "); /* the next character would need three bytes more */
    char small[4];
    text_fill(LANGUAGE_ZH, TEXT_OPEN_FULL, NULL, small, sizeof small);
    CHECK_TEXT(small, "已");
}

TEST(the_language_is_what_was_asked_then_what_is_liked_then_chinese)
{
    static const struct {
        const char *wanted, *accepted;
        enum language language;
    } cases[] = {
        {NULL, NULL, LANGUAGE_ZH},
        {NULL, "", LANGUAGE_ZH},
        {NULL, "*", LANGUAGE_ZH},
        {NULL, "en", LANGUAGE_EN},
        {NULL, "en-GB,en;q=0.9", LANGUAGE_EN},
        {NULL, "zh-CN,zh;q=0.9,en;q=0.8", LANGUAGE_ZH},
        {NULL, "en;q=0.5, zh-Hant-TW;q=0.7", LANGUAGE_ZH},
        {NULL, "en;q=0.71,zh;q=0.7", LANGUAGE_EN},
        {NULL, "fr,zh;q=0.1", LANGUAGE_ZH},
        {NULL, "fr-FR,fr;q=0.9", LANGUAGE_EN},
        {NULL, "zhx, enx", LANGUAGE_EN},
        {NULL, ";q=;,,q=1;,zh;q=", LANGUAGE_ZH},
        {"en", "zh", LANGUAGE_EN},
        {"zh", "en", LANGUAGE_ZH},
        {"de", "zh", LANGUAGE_ZH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (language_choose(cases[i].wanted, cases[i].accepted) != cases[i].language)
            test_fail(__FILE__, __LINE__, "'%s' of '%s'",
                      cases[i].wanted ? cases[i].wanted : "(nothing)",
                      cases[i].accepted ? cases[i].accepted : "(no header)");
}
