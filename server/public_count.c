#include "server/public_count.h"

#include <math.h>

int64_t public_count(double exact)
{
    /* what comes out of sums of shares may lie a hair below its whole number */
    double whole = floor(exact + 1e-6);
    if (!(whole >= PUBLIC_COUNT_STEP))
        return 0;
    return (int64_t)floor(whole / PUBLIC_COUNT_STEP + 0.5) * PUBLIC_COUNT_STEP;
}

double public_share(double part, double whole)
{
    int64_t of = public_count(whole);
    return of == 0 ? NAN : fmin((double)public_count(part) / (double)of, 1);
}

double public_ratio(double exact)
{
    if (!isfinite(exact) || exact == 0)
        return exact;
    double scale = pow(10, 1 - floor(log10(fabs(exact))));
    return round(exact * scale) / scale;
}

void json_key_people(struct json *json, const char *key, double exact)
{
    int64_t count = public_count(exact);
    if (isnan(exact))
        json_key_null(json, key);
    else if (count == 0)
        json_key_text(json, key, PUBLIC_COUNT_FEW);
    else
        json_key_int(json, key, count);
}
