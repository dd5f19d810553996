#include "engine/run/cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "MRCACHE1";
constexpr std::size_t kMostPorts = 1024;
constexpr std::size_t kMostLight = std::size_t{1} << 20;  // keys of light calls: 16 MB
constexpr std::size_t kLightBlock = 4096;

/// magic, number of ports, per port: offset and length (0 for an empty result) and the hash of those bytes.
struct PortEntry {
    std::uint64_t offset = 0, length = 0;
    Hash128 hash;
};

bool read_all(int file, void* to, std::size_t bytes, std::uint64_t offset) {
    auto* cursor = static_cast<char*>(to);
    while (bytes > 0) {
        const ssize_t got = pread(file, cursor, bytes, static_cast<off_t>(offset));
        if (got <= 0) return false;
        cursor += got;
        bytes -= static_cast<std::size_t>(got);
        offset += static_cast<std::uint64_t>(got);
    }
    return true;
}

/// Holds the file open, so that its content stays even when the store drops it.
class FileEntry final : public CacheEntry {
public:
    FileEntry(int file, fs::path path, std::vector<PortEntry> ports)
        : file_(file), path_(std::move(path)), ports_(std::move(ports)) {}
    ~FileEntry() override { close(file_); }
    FileEntry(const FileEntry&) = delete;
    FileEntry& operator=(const FileEntry&) = delete;

    std::size_t ports() const override { return ports_.size(); }
    bool empty(std::size_t port) const override { return ports_[port].length == 0; }

    Packet load(std::size_t port, const PayloadLookup& types) override {
        const PortEntry& entry = ports_[port];
        std::string bytes(entry.length, '\0');
        if (!read_all(file_, bytes.data(), bytes.size(), entry.offset) || hash_text(bytes) != entry.hash) {
            std::error_code ignored;
            fs::remove(path_, ignored);
            throw Error({.code = "E-CACHE-001",
                         .what = "A stored result is damaged; it has been removed",
                         .expected = to_hex(entry.hash),
                         .found = "other bytes",
                         .where = path_.string(),
                         .cause = "a failing disk, or something wrote into the cache folder",
                         .mend = "Run again: the result is computed anew."});
        }
        return deserialise(bytes, types);
    }

private:
    int file_;
    fs::path path_;
    std::vector<PortEntry> ports_;
};

std::uint64_t environment_number(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    if (!text) return otherwise;
    const long long value = std::atoll(text);
    return value > 0 ? static_cast<std::uint64_t>(value) : otherwise;
}

}  // namespace

CacheStore::CacheStore(fs::path folder, std::uint64_t limit_bytes, Use use) : folder_(std::move(folder)), limit_(limit_bytes) {
    if (use == Use::Read) return;
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error || access(folder_.c_str(), W_OK) != 0) {
        throw Error({.code = "E-CACHE-002",
                     .what = "The cache folder can't be used",
                     .expected = "a folder that can be written to",
                     .found = error ? error.message() : "no permission",
                     .where = folder_.string(),
                     .mend = "Set MILLRACE_CACHE to another folder, or run with --no-cache."});
    }
}

CacheStore::~CacheStore() { save_light(); }

bool CacheStore::note_light(const Hash128& key) {
    const std::scoped_lock lock(light_mutex_);
    if (!light_loaded_) load_light();
    if (!light_.insert(key).second) return false;
    light_unsaved_.push_back(key);
    if (light_unsaved_.size() >= kLightBlock) save_light();
    return true;
}

void CacheStore::load_light() {
    light_loaded_ = true;
    std::ifstream file(folder_ / "light", std::ios::binary | std::ios::ate);
    if (!file) return;
    const auto keys = static_cast<std::size_t>(file.tellg()) / sizeof(Hash128);
    const std::size_t kept = keys > kMostLight ? kMostLight / 2 : keys;  // the newest
    std::vector<Hash128> newest(kept);
    file.seekg(static_cast<std::streamoff>((keys - kept) * sizeof(Hash128)));
    if (!file.read(reinterpret_cast<char*>(newest.data()), static_cast<std::streamsize>(kept * sizeof(Hash128)))) return;
    light_.insert(newest.begin(), newest.end());
    if (kept == keys) return;
    file.close();
    std::error_code ignored;
    fs::remove(folder_ / "light", ignored);
    light_unsaved_ = std::move(newest);
    save_light();
}

void CacheStore::save_light() {
    if (light_unsaved_.empty()) return;
    // Appended in whole blocks by one write, so that processes that share the folder don't tear each other's.
    const int file = open((folder_ / "light").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file >= 0) {
        const std::size_t bytes = light_unsaved_.size() * sizeof(Hash128);
        [[maybe_unused]] const ssize_t written = write(file, light_unsaved_.data(), bytes);
        close(file);
    }
    light_unsaved_.clear();
}

fs::path CacheStore::file_of(const Hash128& key) const {
    const std::string name = to_hex(key);
    return folder_ / name.substr(0, 2) / name.substr(2);
}

std::shared_ptr<CacheEntry> CacheStore::find(const Hash128& key) {
    const fs::path path = file_of(key);
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return nullptr;
    std::array<char, kMagic.size()> magic{};
    std::uint64_t count = 0;
    struct stat status = {};
    std::vector<PortEntry> ports;
    bool whole = fstat(file, &status) == 0 && read_all(file, magic.data(), magic.size(), 0) &&
                 std::string_view(magic.data(), magic.size()) == kMagic &&
                 read_all(file, &count, sizeof count, magic.size()) && count <= kMostPorts;
    if (whole) {
        ports.resize(count);
        whole = read_all(file, ports.data(), count * sizeof(PortEntry), magic.size() + sizeof count);
    }
    for (const PortEntry& port : ports) {
        const auto size = static_cast<std::uint64_t>(status.st_size);
        whole = whole && port.offset <= size && port.length <= size - port.offset;
    }
    if (!whole) {
        close(file);
        std::error_code ignored;
        fs::remove(path, ignored);
        return nullptr;
    }
    futimens(file, nullptr);  // the time of last use decides what goes first
    return std::make_shared<FileEntry>(file, path, std::move(ports));
}

void CacheStore::put(const Hash128& key, const std::vector<Packet>& packets) {
    try {
        keep(key, packets);
    } catch (const std::exception&) {
        // A result that could not be kept is computed again, no more.
    }
}

void CacheStore::keep(const Hash128& key, const std::vector<Packet>& packets) {
    std::vector<PortEntry> ports;
    std::string body;
    const std::uint64_t count = packets.size();
    const std::uint64_t start = kMagic.size() + sizeof count + count * sizeof(PortEntry);
    for (const Packet& packet : packets) {
        PortEntry entry;
        if (packet) {
            const std::string bytes = serialise(packet);
            entry = {start + body.size(), bytes.size(), hash_text(bytes)};
            body += bytes;
        }
        ports.push_back(entry);
    }
    if (body.size() > limit_) return;
    std::string bytes(kMagic);
    bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
    bytes.append(reinterpret_cast<const char*>(ports.data()), ports.size() * sizeof(PortEntry));
    bytes += body;
    const fs::path path = file_of(key);
    fs::create_directories(path.parent_path());
    // No fsync: after a power cut the hashes tell a torn file, and the result can always be computed again.
    visual::write_file_atomically(path, bytes, visual::Durability::Process);
    if (room_.fetch_sub(static_cast<std::int64_t>(bytes.size())) <= 0) {
        const std::unique_lock lock(shrinking_, std::try_to_lock);
        if (lock) {
            shrink(limit_);
            room_ = static_cast<std::int64_t>(std::max<std::uint64_t>(1, (limit_ - std::min(limit_, usage().bytes)) / 2));
        }
    }
}

std::optional<Value> CacheStore::manifest(const Hash128& id) const {
    std::ifstream stream(folder_ / "why" / to_hex(id));
    if (!stream) return {};
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    try {
        return parse_json(text, "manifest");
    } catch (const Error&) {
        return {};
    }
}

void CacheStore::put_manifest(const Hash128& id, const Value& manifest) {
    try {
        fs::create_directories(folder_ / "why");
        visual::write_file_atomically(folder_ / "why" / to_hex(id), to_json(manifest), visual::Durability::Process);
    } catch (const std::exception&) {
        // Only `why` would have used it.
    }
}

CacheStore::Usage CacheStore::usage() const {
    Usage usage;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder_, error), end; entry != end; entry.increment(error)) {
        if (!entry->is_regular_file(error)) continue;
        ++usage.files;
        usage.bytes += entry->file_size(error);
    }
    return usage;
}

std::uint64_t CacheStore::shrink(std::uint64_t bytes) {
    struct File {
        fs::path path;
        fs::file_time_type used;
        std::uint64_t size;
    };
    std::vector<File> files;
    std::uint64_t total = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder_, error), end; entry != end; entry.increment(error)) {
        if (!entry->is_regular_file(error)) continue;
        const std::uint64_t size = entry->file_size(error);
        files.push_back({entry->path(), entry->last_write_time(error), size});
        total += size;
    }
    if (total <= bytes) return 0;
    std::ranges::sort(files, {}, &File::used);
    std::uint64_t removed = 0;
    // A tenth below the limit, so that not every put has to look again.
    const std::uint64_t goal = bytes - bytes / 10;
    for (const File& file : files) {
        if (total <= goal) break;
        if (fs::remove(file.path, error)) {
            ++removed;
            total -= file.size;
        }
    }
    return removed;
}

fs::path default_cache_folder() {
    if (const char* chosen = std::getenv("MILLRACE_CACHE")) return chosen;
    if (const char* base = std::getenv("XDG_CACHE_HOME"); base && *base) return fs::path(base) / "millrace";
    if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / ".cache" / "millrace";
    return fs::temp_directory_path() / "millrace-cache";
}

std::uint64_t default_cache_limit() { return environment_number("MILLRACE_CACHE_GB", 4) << 30; }

}  // namespace millrace::engine
