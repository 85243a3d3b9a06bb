#include "server/html.h"

#include "tests/test.h"

#include <jansson.h>
#include <stdlib.h>

/* Write with `html`, look at the `written`. */
#define WITH_HTML(...)                             \
    do {                                           \
        struct json json;                          \
        json_init(&json, 1 << 16);                 \
        struct html writer = {&json, LANGUAGE_EN}; \
        struct html *html = &writer;               \
        char *written = NULL;                      \
        (void)html;                                \
        __VA_ARGS__;                               \
        (void)written;                             \
        free(written);                             \
        json_release(&json);                       \
    } while (0)

static char *ended(const struct html *html)
{
    char *text = calloc(1, html->out->length + 1);
    if (html->out->length)
        memcpy(text, html->out->bytes, html->out->length);
    return text;
}

TEST(a_hostile_name_is_a_name)
{
    WITH_HTML(
        html_text(html, "<img src=x onerror=\"alert('1')\">&amp;"); written = ended(html);
        CHECK_TEXT(written, "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;"));
    WITH_HTML(html_attribute(html, "title", "\" onclick=\"x"); written = ended(html);
              CHECK_TEXT(written, " title=\"&quot; onclick=&quot;x\""));
    WITH_HTML(html_say_with(html, TEXT_COMPARE_CHOOSE_NAMED, TEXT_VALUES({"name", "<b>{name}"}));
              written = ended(html); CHECK_TEXT(written, "Compare &lt;b&gt;{name}"));
}

TEST(nothing_that_is_no_text_gets_into_a_page)
{
    WITH_HTML(html_text(html, "a\x01\x1b[31m\x7f\tb\nc"); written = ended(html);
              CHECK_TEXT(written, "a[31m\tb\nc"));
    WITH_HTML(html_text(html, "\xff托\xe6\x89"); written = ended(html);
              CHECK_TEXT(written, "\xEF\xBF\xBD托\xEF\xBF\xBD\xEF\xBF\xBD"));
    WITH_HTML(html_text(html, NULL); CHECK_INT(html->out->length, 0));
}

TEST(only_addresses_that_lead_somewhere_become_links)
{
    static const char *const good[] = {
        "https://a.example/?a=1&b=2", "http://a.example", "/x/y",
        "mailto:a@example.org",       "tel:+86571",       "geo:30,120"};
    static const char *const bad[] = {"javascript:alert(1)",
                                      " https://a.example",
                                      "//a.example",
                                      "JaVaScRiPt:alert(1)",
                                      "java\tscript:1",
                                      "data:text/html,x",
                                      "/\\a.example",
                                      "",
                                      "x",
                                      "\x01javascript:alert",
                                      "vbscript:x"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        WITH_HTML(html_url(html, "href", good[i]); written = ended(html);
                  if (strstr(written, "\"#\""))
                      test_fail(__FILE__, __LINE__, "%s was refused", good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        WITH_HTML(html_url(html, "href", bad[i]); written = ended(html);
                  CHECK_TEXT(written, " href=\"#\""));
    WITH_HTML(html_url(html, "href", "https://a.example/?a=1&b=\"2"); written = ended(html);
              CHECK_TEXT(written, " href=\"https://a.example/?a=1&amp;b=&quot;2\""));
    WITH_HTML(html_path(html, "href", "/facilities/", "../a b\"<托", "?lang=en");
              written = ended(html);
              CHECK_TEXT(written, " href=\"/facilities/..%2Fa%20b%22%3C%E6%89%98?lang=en\""));
}

TEST(data_in_a_page_cannot_end_its_element)
{
    static const char hostile[] = "</script><!--<script>&\xE2\x80\xA8\xE2\x80\xA9托";
    WITH_HTML(
        struct json data; json_init(&data, 1 << 12); json_object_begin(&data);
        json_key_text(&data, "name", hostile); json_object_end(&data);
        html_data(html, "application/json", "config", &data); json_release(&data);
        written = ended(html);
        /* one beginning, one end, and between them the same value */
        CHECK(strstr(written + 1, "<script") == NULL); char *close = strstr(written, "</script>");
        REQUIRE(close && close[9] == '\0'); char *open = strchr(written, '>') + 1; *close = '\0';
        CHECK(!strpbrk(open, "<>&")); json_t *read = json_loads(open, 0, NULL); REQUIRE(read);
        CHECK_TEXT(json_string_value(json_object_get(read, "name")), hostile); json_decref(read));
}

TEST(a_page_that_grows_past_its_ceiling_is_an_error)
{
    struct json json;
    json_init(&json, 64);
    struct html html = {&json, LANGUAGE_ZH};
    for (int i = 0; i < 20; i++)
        html_attribute(&html, "value", "<<<<");
    CHECK_INT(json_status(&json, NULL), STATUS_LIMIT);
    json_release(&json);
}
