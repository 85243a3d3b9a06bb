/*
 * Where Chinese map services shift their coordinates: one coarse outline, drawn for this program.
 *
 * It is a technical line, not a border, and says nothing about any: it separates the area where
 * maps of mainland services are in GCJ-02 from everywhere else. It follows coasts some 20 km out at
 * sea, and land some kilometres exact near towns, some tens of kilometres in empty mountains and
 * deserts. Hong Kong, Macao and the islands of Kinmen and Matsu are holes in it, to some 300 m on
 * their land sides; Taiwan lies outside: maps of these places are in WGS 84. The published formula
 * itself has no outline (implementations ask a box of 72.004-137.8347 E, 0.8293-55.8271 N, which
 * holds Seoul, Bangkok and half of Asia), hence ours.
 */
#ifndef GEO_GCJ02_OUTLINE_H
#define GEO_GCJ02_OUTLINE_H

#include "geo/geometry.h"

/* Is the WGS 84 point inside? False for a point that is not finite. */
bool gcj02_outline_contains(struct geo_point wgs84);

#endif
