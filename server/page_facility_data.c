#include "server/offer_words.h"
#include "server/page_facility.h"

#include <stdio.h>

static void key_time(struct json *data, const char *key, int16_t minute)
{
    char text[16];
    snprintf(text, sizeof text, "%02d:%02d", minute / 60 % 24, minute % 60);
    json_key_text(data, key, text);
}

/* schema.org reads a closing time before the opening one as the next day's. */
static void write_hours(struct json *data, const struct hours *hours)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    json_key(data, "openingHoursSpecification");
    json_array_begin(data);
    for (uint8_t day = 0; day < 7; day++) {
        struct interval intervals[HOURS_MAX_INTERVALS];
        uint32_t count = hours_of_weekday(hours, day, intervals);
        for (uint32_t i = 0; i < count; i++) {
            json_object_begin(data);
            json_key_text(data, "@type", "OpeningHoursSpecification");
            json_key(data, "dayOfWeek");
            json_text_joined(data, "https://schema.org/", days[day]);
            key_time(data, "opens", intervals[i].from_min);
            key_time(data, "closes", intervals[i].to_min);
            json_object_end(data);
        }
    }
    json_array_end(data);
}

static void write_place(struct json *data, const struct dataset *dataset,
                        const struct dataset_facility *facility)
{
    const char *address = dataset_text(dataset, facility->address);
    const char *phone = dataset_text(dataset, facility->phone);
    if (address && !facility->point_is_rounded)
        json_key_text(data, "address", address);
    if (phone && !facility->point_is_rounded)
        json_key_text(data, "telephone", phone);
    if (!geo_point_is_valid(facility->point))
        return;
    json_key(data, "geo");
    json_object_begin(data);
    json_key_text(data, "@type", "GeoCoordinates");
    json_key_fixed(data, "latitude", facility->point.lat, 7);
    json_key_fixed(data, "longitude", facility->point.lon, 7);
    json_object_end(data);
}

/* What a place costs, and for how long. */
static void write_price(struct json *data, const struct dataset_offer *offer, const char *currency)
{
    if (offer->price == NONE)
        return;
    json_key(data, "priceSpecification");
    json_object_begin(data);
    json_key_text(data, "@type", "UnitPriceSpecification");
    json_key_fixed(data, "price", format_major_units(offer->price, currency), 2);
    json_key_text(data, "priceCurrency", currency);
    if (price_unit_code(offer->price_unit))
        json_key_text(data, "unitText", price_unit_code(offer->price_unit));
    json_object_end(data);
}

static void write_offers(struct page *page, struct json *data,
                         const struct dataset_facility *facility)
{
    const struct dataset *dataset = page->picture->dataset;
    json_key(data, "makesOffer");
    json_array_begin(data);
    for (uint32_t i = 0; i < facility->offer_count; i++) {
        const struct dataset_offer *offer = &dataset->offers[facility->first_offer + i];
        if (!offer->is_readable)
            continue;
        char ages[FORMAT_BYTES], name[2 * FORMAT_BYTES];
        format_age_band(page->html.language, offer->age_from_m, offer->age_to_m, ages);
        snprintf(name, sizeof name, "%s · %s",
                 text_get(page->html.language, offer_care_words(offer->care)), ages);
        json_object_begin(data);
        json_key_text(data, "@type", "Offer");
        json_key_text(data, "name", name);
        write_price(data, offer, dataset->regions[facility->region].currency);
        json_object_end(data);
    }
    json_array_end(data);
}

enum status page_facility_write_data(struct page *page, uint32_t number, struct error *error)
{
    const struct dataset *dataset = page->picture->dataset;
    const struct dataset_facility *facility = &dataset->facilities[number];
    const char *name = dataset_text(dataset, facility->name);
    const char *name_en = dataset_text(dataset, facility->name_en);
    char path[ID_MAX_BYTES + 16];
    struct json data;
    json_init(&data, 1 << 18);
    snprintf(path, sizeof path, "/facilities/%s", dataset_text(dataset, facility->id));
    json_object_begin(&data);
    json_key_text(&data, "@context", "https://schema.org");
    json_key_text(&data, "@type", "ChildCare");
    json_key(&data, "url");
    json_text_joined(&data, page->base_url, path);
    json_key_text(&data, "name", page_name(page->html.language, name, name_en));
    if (name && name_en)
        json_key_text(&data, "alternateName", page->html.language == LANGUAGE_EN ? name : name_en);
    write_place(&data, dataset, facility);
    if (facility->hours) {
        struct hours hours = dataset_hours(dataset, facility->hours);
        write_hours(&data, &hours);
    }
    write_offers(page, &data, facility);
    json_object_end(&data);
    enum status status = json_status(&data, error);
    if (!status)
        html_data(&page->html, "application/ld+json", NULL, &data);
    json_release(&data);
    return status;
}
