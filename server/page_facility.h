/*
 * Parts of a facility's page, one file each: offers and slots (page_facility.c), hours
 * (page_facility_hours.c), what search engines read (page_facility_data.c).
 */
#ifndef SERVER_PAGE_FACILITY_H
#define SERVER_PAGE_FACILITY_H

#include "server/page.h"

#include "data/vacancies.h"

/* The section with the facility's hours, and those of offers that have their own. */
void page_facility_write_hours(struct page *page, uint32_t facility);

/* <script type="application/ld+json">: schema.org ChildCare. A home's is without address and phone, at
 * its public point. */
enum status MUST_CHECK page_facility_write_data(struct page *page, uint32_t facility,
                                                struct error *error);

#endif
