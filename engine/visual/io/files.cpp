#include "engine/visual/io/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "engine/visual/io/errors.hpp"

namespace millrace::visual {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBefore = ".millrace-",
                           kAfter = ".tmp";  // round process and number of a temporary file

std::string reason(int error) { return std::generic_category().message(error); }

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }
    /// Closes now, so that an error of a network file system is seen; 0 or errno.
    int close() {
        const int result = ::close(number_) == 0 ? 0 : errno;
        number_ = -1;
        return result;
    }

private:
    int number_;
};

[[noreturn]] void fail_reading(const fs::path& file, int error) {
    if (error == ENOENT || error == ENOTDIR) {
        io::fail("E-FILE-001", "There is no such file", "an existing file", reason(error),
                 file.string(), "Correct the path, or put the file there.");
    }
    io::fail("E-FILE-004", "The file can't be read", "a readable file", reason(error),
             file.string(), "Check the file's kind and permissions, and the disk.");
}

/// Bytes of memory that can be had without others having to give some up; 0 when unknown.
std::uint64_t free_memory() {
    std::uint64_t available = 0;
    std::ifstream meminfo("/proc/meminfo");
    for (std::string word; meminfo >> word;) {
        if (word != "MemAvailable:") continue;
        meminfo >> available;
        available <<= 10;
        break;
    }
    std::uint64_t most = 0, used = 0;  // of the control group, when it has a limit
    if (std::ifstream("/sys/fs/cgroup/memory.max") >> most &&
        std::ifstream("/sys/fs/cgroup/memory.current") >> used)
        available = std::min(available, most - std::min(most, used));
    return available;
}

void check_memory(const fs::path& file, std::uint64_t bytes) {
    constexpr std::uint64_t kNotWorthAsking = std::uint64_t{64} << 20;
    if (bytes < kNotWorthAsking) return;
    const std::uint64_t available = free_memory();
    if (available == 0 || bytes < available) return;
    io::fail("E-MEM-003", "The file does not fit into memory",
             fmt::format("at most {} MB, which are free", available >> 20),
             fmt::format("{} MB", bytes >> 20), file.string(),
             "Check that it is the right file, split it, or close other programs.");
}

/// 0 or errno.
int write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

/// The name has nothing of the target's, which may already be as long as a name can be.
fs::path temporary_beside(const fs::path& file, int& descriptor) {
    static std::atomic<unsigned> counter = 0;
    while (true) {
        fs::path path =
            file.parent_path() / fmt::format("{}{}-{}{}", kBefore, ::getpid(), counter++, kAfter);
        descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) return path;
    }
}

void write_directly(const fs::path& file, std::string_view bytes) {
    Descriptor out(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (out.get() < 0) fail_writing(file, bytes.size(), errno);
    if (const int error = write_all(out.get(), bytes)) fail_writing(file, bytes.size(), error);
    if (const int error = out.close()) fail_writing(file, bytes.size(), error);
}

int fill_and_rename(Descriptor& out, const fs::path& temporary, const fs::path& file,
                    std::string_view bytes, Durability durability) {
    if (const int error = write_all(out.get(), bytes)) return error;
    if (durability == Durability::Disk && ::fsync(out.get()) != 0) return errno;
    if (const int error = out.close()) return error;
    return ::rename(temporary.c_str(), file.c_str()) == 0 ? 0 : errno;
}

}  // namespace

void fail_writing(const fs::path& file, std::size_t bytes, int error) {
    std::string found = reason(error);
    std::string mend = "Check the folder and its permissions, or write elsewhere.";
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
        std::error_code unknown;
        const fs::space_info space =
            fs::space(file.has_parent_path() ? file.parent_path() : ".", unknown);
        if (!unknown)
            found += fmt::format("; {:.1f} MB free", static_cast<double>(space.available) / 1e6);
        mend = "Free some space, or write to another disk.";
    }
    io::fail("E-FILE-003", "The file can't be written",
             bytes > 0 ? fmt::format("room for {} bytes in a writable place", bytes)
                       : "a place that can be written to",
             std::move(found), file.string(), std::move(mend));
}

std::vector<std::byte> read_file_bytes(const fs::path& file, std::uint64_t limit) {
    // Non-blocking, since opening a pipe without a writer would hang; regular files don't mind.
    const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (in.get() < 0) fail_reading(file, errno);
    struct stat status = {};
    if (::fstat(in.get(), &status) != 0) fail_reading(file, errno);
    if (!S_ISREG(status.st_mode)) fail_reading(file, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > limit) {
        io::fail("E-FILE-005", "The file is too large", fmt::format("at most {} bytes", limit),
                 fmt::format("{} bytes", size), file.string(),
                 "Check that it is the right file, or split it.");
    }
    check_memory(file, size);
    std::vector<std::byte> bytes(size);
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t count = ::read(in.get(), bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail_reading(file, errno);
        if (count == 0)
            break;  // somebody is shortening the file; the reader of its format will say so
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
}

void write_file_atomically(const fs::path& file, std::string_view bytes, Durability durability) {
    std::error_code missing;
    const fs::path resolved = fs::canonical(file, missing);
    const fs::path target = missing ? file : resolved;
    struct stat old = {};
    const bool exists = ::stat(target.c_str(), &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) fail_writing(file, bytes.size(), EISDIR);
    if (exists && !S_ISREG(old.st_mode)) return write_directly(file, bytes);

    int descriptor = -1;
    const fs::path temporary = temporary_beside(target, descriptor);
    if (descriptor < 0) fail_writing(file, bytes.size(), errno);
    Descriptor out(descriptor);
    // Failing to keep the mode must not lose the data.
    if (exists && ::fchmod(out.get(), old.st_mode & 07777) != 0) errno = 0;
    if (const int error = fill_and_rename(out, temporary, target, bytes, durability)) {
        ::unlink(temporary.c_str());
        fail_writing(file, bytes.size(), error);
    }
    if (durability == Durability::Disk) {
        const fs::path folder = target.has_parent_path() ? target.parent_path() : ".";
        const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        // Some file systems can't sync a folder; the file itself is safe by now.
        if (parent.get() >= 0) ::fsync(parent.get());
    }
}

void make_folders(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error && fs::is_directory(folder, error)) return;
    io::fail("E-FILE-003", "The folder can't be made", "a place where folders can be made",
             error ? error.message() : "something else of that name", folder.string(),
             "Check the path and its permissions, or write elsewhere.");
}

void remove_temporaries(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> found;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with(kBefore) && name.ends_with(kAfter)) found.push_back(entry->path());
    }
    for (const fs::path& file : found) fs::remove(file, error);
}

}  // namespace millrace::visual
