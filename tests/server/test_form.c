#include "server/form.h"

#include "tests/test.h"

#include <string.h>

static void read(const char *text, struct form *form)
{
    static struct arena arena;
    struct error error = {0};
    arena_release(&arena);
    arena_init(&arena, 1 << 20);
    REQUIRE_OK(form_read(text, strlen(text), &arena, form, &error), &error);
}

TEST(a_form_is_read_as_browsers_write_it)
{
    struct form form;
    read("q=%E8%A5%BF%E5%85%B4&care=hourly&care=drop_in&born=&at=120.18%2C30.19&x=a+b", &form);
    CHECK_INT(form.count, 6);
    CHECK_TEXT(form_value(&form, "q"), "西兴");
    CHECK_TEXT(form_value(&form, "care"), "hourly");
    CHECK_TEXT(form.fields[2].value, "drop_in");
    CHECK(form_value(&form, "born") == NULL); /* left empty is not given */
    CHECK_TEXT(form_value(&form, "at"), "120.18,30.19");
    CHECK_TEXT(form_value(&form, "x"), "a b");
    CHECK(form_value(&form, "nothing") == NULL);
}

TEST(what_is_no_text_is_left_out_of_a_form)
{
    struct form form;
    read("a=%zz&b=%ff&c=%00&d=%E8%A5&e=%&f=1&=x&g&&&h=%20%E3%80%80two%20words%20", &form);
    CHECK_TEXT(form_value(&form, "f"), "1");
    CHECK_TEXT(form_value(&form, "h"), "two words"); /* without the space around it */
    CHECK_TEXT(form_value(&form, ""), "x");
    for (const char *name = "abcdeg"; *name; name++)
        CHECK(form_value(&form, (char[]){*name, '\0'}) == NULL);
}

TEST(a_form_has_a_ceiling)
{
    char text[FORM_MAX * 8] = "";
    for (int i = 0; i < FORM_MAX + 10; i++)
        memcpy(text + i * 4, "a=1&", 5);
    struct form form;
    read(text, &form);
    CHECK_INT(form.count, FORM_MAX);
    REQUIRE_OK(form_read(NULL, 0, NULL, &form, NULL), NULL);
    CHECK_INT(form.count, 0);
}
