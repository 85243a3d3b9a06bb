// Reading OpenStreetMap files through libosmium (Boost licence, header only): it reads every format
// and variant that is around, where smaller readers were seen to read a valid file as empty.
//
// Two passes. The first takes relations: those that are areas, and those whose outlines are walked
// though the ways themselves have no highway tag. The second takes nodes, then ways (nodes come first
// in every sorted file), then the areas that are now complete. Node positions are kept in one sorted
// array, 16 bytes a node.

#include <osmium/area/assembler.hpp>
#include <osmium/area/multipolygon_manager.hpp>
#include <osmium/handler/node_locations_for_ways.hpp>
#include <osmium/index/map/sparse_mem_array.hpp>
#include <osmium/io/any_input.hpp>
#include <osmium/io/file.hpp>
#include <osmium/io/reader.hpp>
#include <osmium/visitor.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <sys/stat.h>

extern "C" {
#include "data/osm_reader.h"
}

namespace
{

constexpr std::uint64_t MAX_NODES = 60000000;
constexpr std::uint64_t MAX_REFERENCES = 32000000;
constexpr std::uint64_t MAX_MAP_POINTS = 120000000;
constexpr std::uint64_t MAX_TEXT_BYTES = 256 << 20;

using Index = osmium::index::map::SparseMemArray<osmium::unsigned_object_id_type, osmium::Location>;
using Locations = osmium::handler::NodeLocationsForWays<Index>;

struct TooMuch {
    const char *what;
    std::uint64_t bound;
};
struct Cancelled {
};

osm_tags tags_of(const osmium::TagList &list)
{
    osm_tags tags{};
    const struct {
        const char *key;
        const char *osm_tags::*field;
    } fields[] = {
        {"highway", &osm_tags::highway},   {"foot", &osm_tags::foot},
        {"access", &osm_tags::access},     {"footway", &osm_tags::footway},
        {"path", &osm_tags::path},         {"area", &osm_tags::area},
        {"type", &osm_tags::type},         {"natural", &osm_tags::natural},
        {"waterway", &osm_tags::waterway}, {"landuse", &osm_tags::landuse},
        {"leisure", &osm_tags::leisure},   {"building", &osm_tags::building},
        {"railway", &osm_tags::railway},   {"station", &osm_tags::station},
        {"place", &osm_tags::place},       {"public_transport", &osm_tags::public_transport},
        {"name", &osm_tags::name},         {"name:en", &osm_tags::name_en},
        {"name:zh", &osm_tags::name_zh},   {"water", &osm_tags::water},
    };
    for (const auto &tag : list)
        for (const auto &field : fields)
            if (std::strcmp(tag.key(), field.key) == 0)
                tags.*(field.field) = tag.value();
    return tags;
}

network_point point_of(const osmium::Location &location)
{
    return network_point{location.x(), location.y()}; // libosmium keeps 1e-7 degrees too
}

/// Text kept once.
class TextPool
{
    std::string m_text = std::string(1, '\0'); // braces would make it two characters
    std::unordered_map<std::string, std::uint32_t> m_places;

  public:
    std::uint32_t add(const char *text)
    {
        if (!text || !*text)
            return 0;
        auto [place, added] = m_places.try_emplace(text, static_cast<std::uint32_t>(m_text.size()));
        if (added)
            m_text.append(text, std::strlen(text) + 1);
        if (m_text.size() > MAX_TEXT_BYTES)
            throw TooMuch{"bytes of different names", MAX_TEXT_BYTES};
        return place->second;
    }
    const std::string &text() const
    {
        return m_text;
    }
};

/// Outlines of pedestrian areas whose ways carry no highway tag of their own.
struct OutlineFinder : osmium::handler::Handler {
    std::unordered_set<osmium::object_id_type> outlines;

    void relation(const osmium::Relation &relation)
    {
        const osm_tags tags = tags_of(relation.tags());
        street_class ignored;
        if (!tags.type || std::strcmp(tags.type, "multipolygon") != 0 ||
            osm_walkable(&tags, &ignored) != OSM_WALKABLE)
            return;
        for (const auto &member : relation.members())
            if (member.type() == osmium::item_type::way)
                outlines.insert(member.ref());
    }
};

class Collector : public osmium::handler::Handler
{
    struct Reference {
        osmium::object_id_type node;
        network_point at;
        bool missing;
    };

    const std::unordered_set<osmium::object_id_type> &m_outlines;
    std::vector<Reference> m_references;
    std::vector<street_way> m_ways;
    std::vector<map_feature> m_features;
    std::vector<map_ring> m_rings;
    std::vector<network_point> m_points;
    TextPool m_text;
    osm_counts m_counts{};

    map_feature begin_feature(const osm_tags &tags, map_kind kind, unsigned rank, map_shape shape)
    {
        map_feature feature{};
        feature.first_ring = static_cast<std::uint32_t>(m_rings.size());
        feature.name = m_text.add(tags.name);
        feature.name_en = m_text.add(tags.name_en);
        feature.kind = static_cast<std::uint8_t>(kind);
        feature.rank = static_cast<std::uint8_t>(rank);
        feature.shape = static_cast<std::uint8_t>(shape);
        return feature;
    }

    void end_feature(map_feature feature)
    {
        feature.ring_count = static_cast<std::uint32_t>(m_rings.size()) - feature.first_ring;
        if (!feature.ring_count)
            return;
        m_counts.features[feature.kind]++;
        m_features.push_back(feature);
    }

    template <typename Nodes> void add_ring(const Nodes &nodes, std::uint32_t least)
    {
        if (m_points.size() + nodes.size() > MAX_MAP_POINTS)
            throw TooMuch{"points of the map", MAX_MAP_POINTS};
        map_ring ring{static_cast<std::uint32_t>(m_points.size()), 0};
        for (const auto &node : nodes)
            if (node.location().valid())
                m_points.push_back(point_of(node.location()));
        ring.point_count = static_cast<std::uint32_t>(m_points.size()) - ring.first_point;
        if (ring.point_count >= least)
            m_rings.push_back(ring);
        else
            m_points.resize(ring.first_point);
    }

    void walk(const osmium::Way &way, street_class street_class)
    {
        if (m_references.size() + way.nodes().size() > MAX_REFERENCES)
            throw TooMuch{"references of walkable ways", MAX_REFERENCES};
        street_way out{};
        out.first_ref = static_cast<std::uint32_t>(m_references.size());
        out.ref_count = static_cast<std::uint32_t>(way.nodes().size());
        out.street_class = static_cast<std::uint8_t>(street_class);
        for (const auto &node : way.nodes()) {
            const bool missing = !node.location().valid();
            m_counts.missing_references += missing;
            m_references.push_back(
                {node.ref(), missing ? network_point{} : point_of(node.location()), missing});
        }
        m_ways.push_back(out);
    }

  public:
    explicit Collector(const std::unordered_set<osmium::object_id_type> &outlines)
        : m_outlines(outlines)
    {
    }

    void node(const osmium::Node &node)
    {
        if (++m_counts.nodes > MAX_NODES)
            throw TooMuch{"nodes", MAX_NODES};
        if (node.tags().empty() || !node.location().valid())
            return;
        const osm_tags tags = tags_of(node.tags());
        unsigned rank = 0;
        const map_kind kind = osm_map_kind(&tags, MAP_POINT, &rank);
        if (kind == MAP_NOTHING)
            return;
        map_feature feature = begin_feature(tags, kind, rank, MAP_POINT);
        m_rings.push_back({static_cast<std::uint32_t>(m_points.size()), 1});
        m_points.push_back(point_of(node.location()));
        end_feature(feature);
    }

    void way(const osmium::Way &way)
    {
        m_counts.ways++;
        const osm_tags tags = tags_of(way.tags());
        street_class street_class = STREET_PATH;
        judge(way, tags, street_class);
        unsigned rank = 0;
        const map_kind kind = osm_map_kind(&tags, MAP_LINE, &rank);
        if (kind == MAP_NOTHING)
            return;
        map_feature feature = begin_feature(tags, kind, rank, MAP_LINE);
        add_ring(way.nodes(), 2);
        end_feature(feature);
    }

    void judge(const osmium::Way &way, const osm_tags &tags, street_class &street_class)
    {
        const enum osm_walkable verdict = osm_walkable(&tags, &street_class);
        m_counts.by_verdict[verdict]++;
        if (verdict == OSM_WALKABLE) {
            walk(way, street_class);
        } else if (verdict == OSM_NOT_A_STREET && m_outlines.count(way.id())) {
            m_counts.pedestrian_outlines++;
            walk(way, STREET_PATH);
        }
    }

    void relation(const osmium::Relation &)
    {
        m_counts.relations++;
    }

    void area(const osmium::Area &area)
    {
        const osm_tags tags = tags_of(area.tags());
        unsigned rank = 0;
        const map_kind kind = osm_map_kind(&tags, MAP_AREA, &rank);
        if (kind == MAP_NOTHING)
            return;
        map_feature feature = begin_feature(tags, kind, rank, MAP_AREA);
        for (const auto &outer : area.outer_rings()) {
            add_ring(outer, 4);
            for (const auto &inner : area.inner_rings(outer))
                add_ring(inner, 4);
        }
        end_feature(feature);
    }

    void count_broken_areas(std::uint64_t count)
    {
        m_counts.broken_areas = count;
    }

    void write(osm_extract *extract) const;
};

/// A C array with the vector's values; nothing is thrown away before all of it is there.
template <typename T> T *copy(const std::vector<T> &values)
{
    T *array = static_cast<T *>(std::malloc(values.size() * sizeof(T) + 1));
    if (!array)
        throw std::bad_alloc{};
    if (!values.empty())
        std::memcpy(static_cast<void *>(array), values.data(), values.size() * sizeof(T));
    return array;
}

/// Number the nodes that walkable ways use, in order of their ids.
void Collector::write(osm_extract *extract) const
{
    std::vector<osmium::object_id_type> ids;
    ids.reserve(m_references.size());
    for (const auto &reference : m_references)
        if (!reference.missing)
            ids.push_back(reference.node);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::vector<network_point> nodes(ids.size());
    std::vector<std::uint32_t> refs(m_references.size());
    geo_box bounds{180, 90, -180, -90};
    for (std::size_t i = 0; i < m_references.size(); i++) {
        const Reference &reference = m_references[i];
        if (reference.missing) {
            refs[i] = UINT32_MAX;
            continue;
        }
        const auto place = std::lower_bound(ids.begin(), ids.end(), reference.node) - ids.begin();
        refs[i] = static_cast<std::uint32_t>(place);
        nodes[static_cast<std::size_t>(place)] = reference.at;
        bounds.west = std::min(bounds.west, reference.at.lon_e7 / 1e7);
        bounds.east = std::max(bounds.east, reference.at.lon_e7 / 1e7);
        bounds.south = std::min(bounds.south, reference.at.lat_e7 / 1e7);
        bounds.north = std::max(bounds.north, reference.at.lat_e7 / 1e7);
    }
    extract->bounds = ids.empty() ? geo_box{0, 0, 0, 0} : bounds;
    extract->counts = m_counts;
    extract->streets.node_count = static_cast<std::uint32_t>(nodes.size());
    extract->streets.ref_count = static_cast<std::uint32_t>(refs.size());
    extract->streets.way_count = static_cast<std::uint32_t>(m_ways.size());
    extract->feature_count = static_cast<std::uint32_t>(m_features.size());
    extract->ring_count = static_cast<std::uint32_t>(m_rings.size());
    extract->point_count = static_cast<std::uint32_t>(m_points.size());
    extract->text_bytes = static_cast<std::uint32_t>(m_text.text().size());
    extract->streets.nodes = copy(nodes);
    extract->streets.refs = copy(refs);
    extract->streets.ways = copy(m_ways);
    extract->features = copy(m_features);
    extract->rings = copy(m_rings);
    extract->points = copy(m_points);
    extract->text = copy(std::vector<char>(m_text.text().begin(), m_text.text().end()));
}

/// The share of the file that has been read, told now and then.
class Progress
{
    osm_progress *m_tell;
    void *m_context;
    double m_before, m_share;

  public:
    Progress(osm_progress *tell, void *context, double before, double share)
        : m_tell(tell), m_context(context), m_before(before), m_share(share)
    {
    }
    void operator()(const osmium::io::Reader &reader) const
    {
        const double size = static_cast<double>(reader.file_size());
        const double read = size > 0 ? static_cast<double>(reader.offset()) / size : 1;
        if (m_tell && !m_tell(m_context, m_before + m_share * std::min(read, 1.0)))
            throw Cancelled{};
    }
};

template <typename... Handlers>
void apply(osmium::io::Reader &reader, const Progress &progress, Handlers &&...handlers)
{
    while (osmium::memory::Buffer buffer = reader.read()) {
        osmium::apply(buffer, handlers...);
        progress(reader);
    }
    reader.close();
}

std::int64_t timestamp_of(const osmium::io::Header &header)
{
    for (const char *key : {"osmosis_replication_timestamp", "timestamp"}) {
        const std::string text = header.get(key);
        if (!text.empty()) {
            try {
                return static_cast<std::int64_t>(
                    osmium::Timestamp{text.c_str()}.seconds_since_epoch());
            } catch (const std::exception &) {
                return 0;
            }
        }
    }
    return 0;
}

/// The newest object, where the header does not say.
struct NewestObject : osmium::handler::Handler {
    std::int64_t newest = 0;
    void osm_object(const osmium::OSMObject &object)
    {
        newest =
            std::max(newest, static_cast<std::int64_t>(object.timestamp().seconds_since_epoch()));
    }
};

void read_file(const char *path, osm_progress *tell, void *context, osm_extract *extract)
{
    const osmium::io::File file{path};
    osmium::area::AssemblerConfig config;
    osmium::area::MultipolygonManager<osmium::area::Assembler> areas{config};
    OutlineFinder finder;
    {
        osmium::io::Reader reader{file, osmium::osm_entity_bits::relation};
        apply(reader, Progress{tell, context, 0, 0.3}, finder, areas);
        areas.prepare_for_lookup();
    }
    Index index;
    Locations locations{index};
    locations.ignore_errors();
    Collector collector{finder.outlines};
    NewestObject newest;
    osmium::io::Reader reader{file};
    extract->timestamp = timestamp_of(reader.header());
    extract->is_invented = reader.header().get("generator").find("示例数据") != std::string::npos;
    apply(reader, Progress{tell, context, 0.3, 0.7}, locations, collector, newest,
          areas.handler(
              [&collector](osmium::memory::Buffer &&buffer) { osmium::apply(buffer, collector); }));
    if (!extract->timestamp)
        extract->timestamp = newest.newest;
    collector.count_broken_areas(areas.stats().invalid_locations + areas.stats().open_rings);
    collector.write(extract);
}

/// One line of what libosmium says, without line ends.
std::string sentence(const char *what)
{
    std::string text{what};
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text.substr(0, 200);
}

} // namespace

enum status osm_read(const char *path, osm_progress *progress, void *context,
                     struct osm_extract *extract, struct error *error)
{
    *extract = osm_extract{};
    struct stat info;
    if (stat(path, &info) != 0)
        return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
                         std::strerror(errno));
    if (!S_ISREG(info.st_mode))
        return error_set(error, STATUS_IO, "%s is not a file", path);
    enum status status = STATUS_OK;
    try {
        read_file(path, progress, context, extract);
    } catch (const TooMuch &too_much) {
        status = error_set(error, STATUS_LIMIT, "%s has more than %llu %s", path,
                           static_cast<unsigned long long>(too_much.bound), too_much.what);
    } catch (const Cancelled &) {
        status = error_set(error, STATUS_CANCELLED, "reading %s was cancelled", path);
    } catch (const std::bad_alloc &) {
        status = error_memory(error, "reading OpenStreetMap data");
    } catch (const std::system_error &failure) {
        status = error_set(error, STATUS_IO, "%s: %s", path, sentence(failure.what()).c_str());
    } catch (const std::exception &failure) {
        status = error_set(error, STATUS_CORRUPT, "%s is not a readable OpenStreetMap file: %s",
                           path, sentence(failure.what()).c_str());
    }
    if (status)
        osm_extract_release(extract);
    return status;
}

void osm_extract_release(struct osm_extract *extract)
{
    std::free(const_cast<network_point *>(extract->streets.nodes));
    std::free(const_cast<std::uint32_t *>(extract->streets.refs));
    std::free(const_cast<street_way *>(extract->streets.ways));
    std::free(extract->features);
    std::free(extract->rings);
    std::free(extract->points);
    std::free(extract->text);
    *extract = osm_extract{};
}
