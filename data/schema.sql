-- The store's schema, as numbered steps. A new store takes them all, an older one those after its
-- PRAGMA user_version, each in one transaction. A step that has been released is never edited: what
-- changes is a new step at the end. Lines "-- step N" divide them (store_sqlite_schema.c).
--
-- How things are kept, and why:
--  * Facts are STRICT tables; coordinates are integers of 1e-7 degree (11 mm). Geometries for GIS
--    clients stand beside them in SpatiaLite tables of their own, written by the same transaction.
--    Their triggers do not run here (we write the documented BLOB ourselves, and `check` compares
--    every one with its facts); in other programs that open the file they do.
--  * Days are integers, days since 1970-01-01 in the region's own time; valid_to 2147483647 is "has
--    not ended". Moments are UTC seconds since 1970. Minutes are minutes after local midnight.
--    They are integers because all of the register is read at every start: parsing a million texts
--    took longer than everything else together. The views at the end of step 1 show them as dates.
--  * Hours are kept with a mask of weekdays (1 = Monday … 64 = Sunday, 128 = also on public
--    holidays), one row instead of five, for the same reason.
--  * Code lists are integers in the order of data/records.h; table code_list says what they mean, and
--    a test compares both. NULL is unknown, never zero.
--  * A version's key is its owner's key * 1,048,576 + its number. So a plain scan of a version
--    table comes in order of owners, and one owner's versions are one range, without an index.
--  * V = valid_from, valid_to (half open), recorded_at, superseded_at (NULL = still believed),
--    source. Day D is replayed from the rows with valid_from <= D < valid_to and superseded_at NULL.
--    A version with valid_from = valid_to holds on no day; it keeps what was believed and mended on
--    one and the same day. Versions are never deleted, only superseded.

-- step 1

-- Small named facts of the store: sample, loaded_at, …
CREATE TABLE meta(
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: how many commits ever wrote something.
CREATE TABLE generation(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  generation INTEGER NOT NULL
) STRICT;
INSERT INTO generation VALUES (1, 1);

CREATE TABLE code_list(
  list TEXT NOT NULL,
  value INTEGER NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (list, value)
) STRICT, WITHOUT ROWID;
INSERT INTO code_list(list, value, code) VALUES
  ('care', 0, 'full_day'), ('care', 1, 'half_day'), ('care', 2, 'hourly'), ('care', 3, 'drop_in'),
  ('kind', 0, 'nursery'), ('kind', 1, 'community'), ('kind', 2, 'kindergarten_class'),
  ('kind', 3, 'park'), ('kind', 4, 'employer'), ('kind', 5, 'home'),
  ('ownership', 0, 'public'), ('ownership', 1, 'public_private_run'),
  ('ownership', 2, 'private_public_aid'), ('ownership', 3, 'private'),
  ('admission', 0, 'public'), ('admission', 1, 'staff_only'),
  ('state', 0, 'registered'), ('state', 1, 'filed'), ('state', 2, 'suspended'),
  ('state', 3, 'closed'),
  ('registrar', 0, 'civil_affairs'), ('registrar', 1, 'market_supervision'),
  ('registrar', 2, 'personnel'),
  ('price_unit', 0, 'hour'), ('price_unit', 1, 'half_day'), ('price_unit', 2, 'day'),
  ('price_unit', 3, 'month'),
  ('standard', 0, 'new'), ('standard', 1, 'built');

-- Who said so: registers, offices. Rows name it by number.
CREATE TABLE source(
  source INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE region(
  region INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  json TEXT NOT NULL                 -- region.json as it was loaded
) STRICT;

CREATE TABLE street(
  region INTEGER NOT NULL REFERENCES region(region),
  code TEXT NOT NULL,
  name TEXT,
  name_en TEXT,
  PRIMARY KEY (region, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE community(
  community INTEGER PRIMARY KEY,
  region INTEGER NOT NULL REFERENCES region(region),
  code TEXT NOT NULL,
  name TEXT,
  name_en TEXT,
  street TEXT,                       -- code; may be loaded before its street
  residents INTEGER CHECK (residents >= 0),
  children INTEGER CHECK (children >= 0), -- under 3
  children_estimated INTEGER NOT NULL CHECK (children_estimated IN (0, 1)),
  standard INTEGER CHECK (standard BETWEEN 0 AND 1),
  outline TEXT,                      -- GeoJSON geometry, WGS 84
  UNIQUE (region, code)
) STRICT;

-- Public ids of facilities, groups and offers: one space, none ever used again.
CREATE TABLE public_id(
  id TEXT PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2), -- 0 facility, 1 group, 2 offer
  key INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE facility(
  facility INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  region INTEGER NOT NULL REFERENCES region(region),
  source INTEGER NOT NULL REFERENCES source(source),
  source_id TEXT NOT NULL,
  UNIQUE (region, source, source_id)
) STRICT;

CREATE TABLE facility_version(
  version INTEGER PRIMARY KEY,
  facility INTEGER NOT NULL REFERENCES facility(facility),
  valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  superseded_at INTEGER,
  source INTEGER NOT NULL REFERENCES source(source),
  name TEXT,
  name_en TEXT,
  declared_community TEXT,           -- as the register gives it
  community TEXT,                    -- code, by point in polygon
  address TEXT,
  phone TEXT,
  lon_e7 INTEGER CHECK (lon_e7 BETWEEN -1800000000 AND 1800000000),
  lat_e7 INTEGER CHECK (lat_e7 BETWEEN -900000000 AND 900000000),
  opens_on INTEGER,
  opened_on INTEGER,
  filed_on INTEGER,
  closed_on INTEGER,
  inclusive_since INTEGER,
  demonstration_since INTEGER,
  staff_on INTEGER,                  -- of what day staff and certified speak
  licensed_total INTEGER CHECK (licensed_total >= 0),
  staff INTEGER CHECK (staff >= 0),
  certified INTEGER CHECK (certified >= 0),
  kind INTEGER CHECK (kind BETWEEN 0 AND 5),
  ownership INTEGER CHECK (ownership BETWEEN 0 AND 3),
  registrar INTEGER CHECK (registrar BETWEEN 0 AND 2),
  state INTEGER CHECK (state BETWEEN 0 AND 3),
  inclusive INTEGER CHECK (inclusive IN (0, 1)),
  demonstration INTEGER CHECK (demonstration IN (0, 1)),
  point_consent INTEGER NOT NULL CHECK (point_consent IN (0, 1)), -- a home's exact point is public
  CHECK (version >> 20 = facility),
  CHECK (valid_from <= valid_to),
  CHECK ((lon_e7 IS NULL) = (lat_e7 IS NULL))
) STRICT;

CREATE TABLE grp(
  grp INTEGER PRIMARY KEY,
  facility INTEGER NOT NULL REFERENCES facility(facility),
  id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  UNIQUE (facility, source_id)
) STRICT;

CREATE TABLE grp_version(
  version INTEGER PRIMARY KEY,
  grp INTEGER NOT NULL REFERENCES grp(grp),
  valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  superseded_at INTEGER,
  source INTEGER NOT NULL REFERENCES source(source),
  age_from_m INTEGER,                -- months, half open
  age_to_m INTEGER,
  licensed INTEGER CHECK (licensed >= 0),
  admission INTEGER CHECK (admission BETWEEN 0 AND 1),
  CHECK (version >> 20 = grp),
  CHECK (valid_from <= valid_to)
) STRICT;

-- The latest report of each group's numbers, and all earlier ones: nothing is ever lost, and a start
-- reads the latest alone. Latest = greatest (as_of, seq). seq counts from 1 within the group.
CREATE TABLE grp_places(
  grp INTEGER PRIMARY KEY REFERENCES grp(grp),
  seq INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  source INTEGER NOT NULL REFERENCES source(source),
  staffed INTEGER CHECK (staffed >= 0),
  enrolled INTEGER CHECK (enrolled >= 0),
  held INTEGER CHECK (held >= 0),
  next_open INTEGER CHECK (next_open >= 0),
  next_open_from INTEGER,
  open_until INTEGER
) STRICT;
CREATE TABLE grp_places_past(
  grp INTEGER NOT NULL REFERENCES grp(grp),
  seq INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  source INTEGER NOT NULL REFERENCES source(source),
  staffed INTEGER,
  enrolled INTEGER,
  held INTEGER,
  next_open INTEGER,
  next_open_from INTEGER,
  open_until INTEGER,
  PRIMARY KEY (grp, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE offer(
  offer INTEGER PRIMARY KEY,
  facility INTEGER NOT NULL REFERENCES facility(facility), -- its group's
  grp INTEGER NOT NULL REFERENCES grp(grp),
  id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  UNIQUE (facility, source_id)
) STRICT;

CREATE TABLE offer_version(
  version INTEGER PRIMARY KEY,
  offer INTEGER NOT NULL REFERENCES offer(offer),
  valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  superseded_at INTEGER,
  source INTEGER NOT NULL REFERENCES source(source),
  age_from_m INTEGER,                -- NULL = the group's
  age_to_m INTEGER,
  price INTEGER CHECK (price >= 0),  -- minor units
  price_unit INTEGER CHECK (price_unit BETWEEN 0 AND 3),
  care INTEGER CHECK (care BETWEEN 0 AND 3),
  CHECK (version >> 20 = offer),
  CHECK (valid_from <= valid_to)
) STRICT;

-- Hours of a facility, and of an offer, which then ignores its facility's. One table each, so that
-- the owner is a foreign key. n counts from 0 within the owner.
CREATE TABLE facility_hours(
  facility INTEGER NOT NULL REFERENCES facility(facility),
  n INTEGER NOT NULL,
  weekdays INTEGER NOT NULL CHECK (weekdays BETWEEN 0 AND 255),
  open_min INTEGER NOT NULL CHECK (open_min BETWEEN 0 AND 1440),
  close_min INTEGER NOT NULL CHECK (close_min BETWEEN open_min AND 2880),
  PRIMARY KEY (facility, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE offer_hours(
  offer INTEGER NOT NULL REFERENCES offer(offer),
  n INTEGER NOT NULL,
  weekdays INTEGER NOT NULL CHECK (weekdays BETWEEN 0 AND 255),
  open_min INTEGER NOT NULL CHECK (open_min BETWEEN 0 AND 1440),
  close_min INTEGER NOT NULL CHECK (close_min BETWEEN open_min AND 2880),
  PRIMARY KEY (offer, n)
) STRICT, WITHOUT ROWID;

-- Exceptional days: their intervals, or one row without minutes: closed.
CREATE TABLE facility_hours_exception(
  facility INTEGER NOT NULL REFERENCES facility(facility),
  day INTEGER NOT NULL,
  n INTEGER NOT NULL,
  open_min INTEGER CHECK (open_min BETWEEN 0 AND 1440),
  close_min INTEGER CHECK (close_min BETWEEN open_min AND 2880),
  PRIMARY KEY (facility, day, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE offer_hours_exception(
  offer INTEGER NOT NULL REFERENCES offer(offer),
  day INTEGER NOT NULL,
  n INTEGER NOT NULL,
  open_min INTEGER CHECK (open_min BETWEEN 0 AND 1440),
  close_min INTEGER CHECK (close_min BETWEEN open_min AND 2880),
  PRIMARY KEY (offer, day, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE slot(
  offer INTEGER NOT NULL REFERENCES offer(offer),
  day INTEGER NOT NULL,
  from_min INTEGER NOT NULL CHECK (from_min BETWEEN 0 AND 1440),
  to_min INTEGER NOT NULL CHECK (to_min BETWEEN from_min AND 2880),
  places INTEGER NOT NULL CHECK (places >= 0),
  taken INTEGER NOT NULL CHECK (taken >= 0),
  as_of INTEGER NOT NULL,
  PRIMARY KEY (offer, day, from_min)
) STRICT, WITHOUT ROWID;

-- Fields an officer edited by hand. An import must be of a later day to touch them.
CREATE TABLE field_edit(
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2), -- as in public_id
  key INTEGER NOT NULL,
  field TEXT NOT NULL,
  edited_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (kind, key, field)
) STRICT, WITHOUT ROWID;

-- Every day on which some version begins or ends, so that the next one is found without reading
-- the versions.
CREATE TABLE change_day(
  day INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE import_run(
  run INTEGER PRIMARY KEY,
  region INTEGER NOT NULL REFERENCES region(region),
  kind TEXT NOT NULL,                -- register, communities, sample, …
  file TEXT,                         -- base name
  source TEXT,
  as_of INTEGER,
  recorded_at INTEGER NOT NULL,
  report TEXT NOT NULL               -- JSON
) STRICT;

-- Geometries, for GIS clients. Not STRICT: SpatiaLite's triggers do not work on STRICT tables.
SELECT InitSpatialMetaData('WGS84_ONLY');
CREATE TABLE facility_geometry(
  version INTEGER PRIMARY KEY REFERENCES facility_version(version)
);
SELECT AddGeometryColumn('facility_geometry', 'geometry', 4326, 'POINT', 'XY');
CREATE TABLE community_geometry(
  community INTEGER PRIMARY KEY REFERENCES community(community)
);
SELECT AddGeometryColumn('community_geometry', 'geometry', 4326, 'MULTIPOLYGON', 'XY');

-- For people who look into the store: what is believed of today (UTC), with words and dates.
CREATE VIEW facility_today AS
SELECT f.id, r.name AS region, s.name AS source, f.source_id, v.name, v.name_en, v.address,
       v.community, v.lon_e7 / 1e7 AS lon, v.lat_e7 / 1e7 AS lat,
       (SELECT code FROM code_list WHERE list = 'kind' AND value = v.kind) AS kind,
       (SELECT code FROM code_list WHERE list = 'ownership' AND value = v.ownership) AS ownership,
       (SELECT code FROM code_list WHERE list = 'state' AND value = v.state) AS state,
       date(v.valid_from * 86400, 'unixepoch') AS valid_from,
       datetime(v.recorded_at, 'unixepoch') AS recorded_at
  FROM facility_version v
  JOIN facility f ON f.facility = v.facility
  JOIN region r ON r.region = f.region
  JOIN source s ON s.source = f.source
 WHERE v.superseded_at IS NULL
   AND v.valid_from <= unixepoch() / 86400 AND v.valid_to > unixepoch() / 86400;

CREATE VIEW places_today AS
SELECT g.id, f.id AS facility, p.staffed, p.enrolled, p.held,
       datetime(p.as_of, 'unixepoch') AS as_of
  FROM grp_places p
  JOIN grp g ON g.grp = p.grp
  JOIN facility f ON f.facility = g.facility;

-- step 2
-- Rooms for what the bureau and the planners keep: defined together, so that keys and words agree.

-- Locations with residents and children under 3: the demand of coverage and siting.
CREATE TABLE resident_point(
  resident_point INTEGER PRIMARY KEY,
  region INTEGER NOT NULL REFERENCES region(region),
  source INTEGER NOT NULL REFERENCES source(source),
  source_id TEXT NOT NULL,
  lon_e7 INTEGER NOT NULL CHECK (lon_e7 BETWEEN -1800000000 AND 1800000000),
  lat_e7 INTEGER NOT NULL CHECK (lat_e7 BETWEEN -900000000 AND 900000000),
  community TEXT,                    -- code, by point in polygon
  residents INTEGER CHECK (residents >= 0),
  children INTEGER CHECK (children >= 0),
  UNIQUE (region, source, source_id)
) STRICT;
CREATE TABLE resident_point_geometry(
  resident_point INTEGER PRIMARY KEY REFERENCES resident_point(resident_point)
);
SELECT AddGeometryColumn('resident_point_geometry', 'geometry', 4326, 'POINT', 'XY');

-- Other layers of the map: nursing rooms, early education, children's homes, health centres.
CREATE TABLE service_point(
  service_point INTEGER PRIMARY KEY,
  region INTEGER NOT NULL REFERENCES region(region),
  kind TEXT NOT NULL
    CHECK (kind IN ('nursing_room', 'early_education', 'childrens_home', 'health_centre')),
  source INTEGER NOT NULL REFERENCES source(source),
  source_id TEXT NOT NULL,
  name TEXT,
  name_en TEXT,
  address TEXT,
  lon_e7 INTEGER NOT NULL CHECK (lon_e7 BETWEEN -1800000000 AND 1800000000),
  lat_e7 INTEGER NOT NULL CHECK (lat_e7 BETWEEN -900000000 AND 900000000),
  UNIQUE (region, source, source_id)
) STRICT;
CREATE TABLE service_point_geometry(
  service_point INTEGER PRIMARY KEY REFERENCES service_point(service_point)
);
SELECT AddGeometryColumn('service_point_geometry', 'geometry', 4326, 'POINT', 'XY');

-- Papers of a facility with a life: licences, fire safety, hygiene. Only those that say so take the
-- facility off the public list when they lapse, after 30 days' notice.
CREATE TABLE document(
  document INTEGER PRIMARY KEY,
  facility INTEGER NOT NULL REFERENCES facility(facility),
  kind TEXT NOT NULL,
  number TEXT,
  issued_on INTEGER,
  lapses_on INTEGER,
  delists INTEGER NOT NULL DEFAULT 0 CHECK (delists IN (0, 1)),
  noticed_on INTEGER,                -- when notice of the lapse was given
  recorded_at INTEGER NOT NULL,
  superseded_at INTEGER
) STRICT;
CREATE INDEX document_of ON document(facility);
CREATE INDEX document_lapses ON document(lapses_on) WHERE superseded_at IS NULL;

CREATE TABLE inspection(
  inspection INTEGER PRIMARY KEY,
  facility INTEGER NOT NULL REFERENCES facility(facility),
  kind TEXT NOT NULL CHECK (kind IN ('self_check', 'patrol', 'spot_check', 'joint')),
  held_on INTEGER NOT NULL,
  outcome TEXT,
  mend_by INTEGER,
  mended_on INTEGER,
  recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX inspection_of ON inspection(facility, held_on);

CREATE TABLE assessment(
  facility INTEGER NOT NULL REFERENCES facility(facility),
  year INTEGER NOT NULL CHECK (year BETWEEN 1900 AND 2199),
  grade TEXT NOT NULL,
  published_on INTEGER,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (facility, year, recorded_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE credit(
  credit INTEGER PRIMARY KEY,
  facility INTEGER NOT NULL REFERENCES facility(facility),
  kind TEXT NOT NULL CHECK (kind IN ('commendation', 'sanction')),
  legal_basis TEXT NOT NULL,
  decided_on INTEGER NOT NULL,
  expires_on INTEGER,
  recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX credit_of ON credit(facility);

-- Runs of coverage and plan: written whole, then made current in the same transaction.
CREATE TABLE run(
  run INTEGER PRIMARY KEY,
  region INTEGER NOT NULL REFERENCES region(region),
  kind TEXT NOT NULL CHECK (kind IN ('coverage', 'plan', 'siting')),
  generation INTEGER NOT NULL,       -- of the store it was computed from
  day INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  is_current INTEGER NOT NULL DEFAULT 0 CHECK (is_current IN (0, 1)),
  parameters TEXT NOT NULL           -- JSON
) STRICT;
CREATE UNIQUE INDEX run_current ON run(region, kind) WHERE is_current = 1;

CREATE TABLE coverage(
  run INTEGER NOT NULL REFERENCES run(run),
  community TEXT NOT NULL,           -- code
  care INTEGER NOT NULL CHECK (care BETWEEN 0 AND 3),
  age_class INTEGER NOT NULL,        -- 0 any, 1 6-12, 2 12-24, 3 24-36 months
  minutes INTEGER NOT NULL,
  located INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  reachable INTEGER NOT NULL,        -- weight
  open INTEGER NOT NULL,             -- weight
  off_network INTEGER NOT NULL,      -- weight
  median_s INTEGER,
  p90_s INTEGER,
  PRIMARY KEY (run, community, care, age_class, minutes)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_indicator(
  run INTEGER NOT NULL REFERENCES run(run),
  indicator TEXT NOT NULL,
  evaluated_on INTEGER NOT NULL,
  numerator REAL,
  denominator REAL,
  met INTEGER CHECK (met IN (0, 1)), -- NULL = cannot be computed
  evidence TEXT NOT NULL,            -- JSON: formula, date, what fails it
  PRIMARY KEY (run, indicator, evaluated_on)
) STRICT, WITHOUT ROWID;

-- Who may write: only a hash of the token is kept.
CREATE TABLE token(
  token INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  role TEXT NOT NULL,
  facility INTEGER REFERENCES facility(facility), -- of a facility's own token
  label TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT;

-- What was done, in a chain: hash = SHA-256 of previous_hash and the row, so that a row that was
-- changed or taken out is found. No phone, no contact: `subject` is a salted hash where it would be.
CREATE TABLE audit(
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT,
  detail TEXT NOT NULL,              -- JSON
  previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;

-- step 3
-- A run is kept whole, as the JSON of data/coverage_record.h; `parameters` too, and equal questions
-- have equal texts. Rows by community would repeat the run's key in every one of them.
DROP TABLE coverage;
ALTER TABLE run ADD COLUMN result TEXT;
CREATE INDEX run_of ON run(region, kind, parameters, day);

-- step 4
-- How often the slots of an offer were replaced: the same number, the same slots, whatever the clock.
ALTER TABLE offer ADD COLUMN slots_version INTEGER NOT NULL DEFAULT 0 CHECK (slots_version >= 0);

-- step 5
-- From what day on a licence that has lapsed takes a facility off the public list.
ALTER TABLE facility_version ADD COLUMN delists_on INTEGER;
