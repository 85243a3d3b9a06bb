#include "server/page_problem.h"

#include <stdio.h>

/* By HTTP code: heading and sentence; what is not here is told as 400 or 500. */
static const struct words {
    unsigned http_code;
    enum text_key heading, sentence;
} words[] = {
    {400, TEXT_PROBLEM_HEADING_400, TEXT_PROBLEM_TEXT_400},
    {404, TEXT_PROBLEM_HEADING_404, TEXT_PROBLEM_TEXT_404},
    {410, TEXT_PROBLEM_HEADING_410, TEXT_FACILITY_GONE},
    {429, TEXT_PROBLEM_HEADING_429, TEXT_PROBLEM_TEXT_429},
    {500, TEXT_PROBLEM_HEADING_500, TEXT_PROBLEM_TEXT_500},
    {503, TEXT_PROBLEM_HEADING_503, TEXT_PROBLEM_TEXT_503},
};

static const struct words *find_words(unsigned http_code)
{
    const struct words *found = &words[http_code >= 500 ? 4 : 0];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].http_code == http_code)
            found = &words[i];
    return found;
}

/* "zh" or "en" of lang= in the query; NULL = not said. */
static const char *wanted_language(const char *url)
{
    const char *query = strchr(url, '?');
    for (const char *at = query; at; at = strchr(at + 1, '&')) {
        if (strncmp(at + 1, "lang=en", 7) == 0)
            return "en";
        if (strncmp(at + 1, "lang=zh", 7) == 0)
            return "zh";
    }
    return NULL;
}

const char *page_problem_write(struct json *out, const struct page_problem *problem)
{
    const char *wanted = wanted_language(problem->url);
    enum language language = language_choose(wanted, problem->accept_language);
    struct page page = {
        .html = {out, language}, .files = problem->files, .language_is_chosen = wanted != NULL};
    const struct words *said = find_words(problem_http_code(problem->problem));
    bool no_facility = problem->problem == PROBLEM_NOT_FOUND;
    page_begin(&page, &(struct page_head){.title = text_get(language, said->heading),
                                          .path = "/",
                                          .is_unlisted = true});
    struct html *html = &page.html;
    HTML(html, "<h1>");
    html_say(html, said->heading);
    HTML(html, "</h1><p>");
    html_say(html, no_facility ? TEXT_FACILITY_MISSING : said->sentence);
    HTML(html, "</p><p><a");
    page_href(&page, "/", NULL);
    HTML(html, ">");
    html_say(html, TEXT_PROBLEM_HOME);
    HTML(html, "</a></p>");
    page_end(&page);
    return language_tag(language);
}
