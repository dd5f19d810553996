#include "viewers/image/tiles.hpp"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <utility>

namespace millrace::viewers {
namespace {

constexpr int kMostLevel = 12;
constexpr int kTilePixels = 2048;  ///< side in the image that a job reads in some 10 ms
/// Image pixels that one picture may read on the window thread to spare the eye a flicker: a few
/// milliseconds.
constexpr std::int64_t kReadAtOnce = std::int64_t{3} << 20;
constexpr std::int64_t kReadPerJob = std::int64_t{24} << 20;

/// Side of a level's tiles, in pixels of the level.
int side_of(int level) { return std::clamp(kTilePixels >> level, 32, 256); }

std::size_t bytes_of(const std::shared_ptr<const ValueBlock>& block) {
    return block->values.size() * sizeof(float);
}

std::size_t bytes_of(const QImage& image) { return static_cast<std::size_t>(image.sizeInBytes()); }

std::int64_t area(const QRect& rect) {
    return static_cast<std::int64_t>(rect.width()) * rect.height();
}

}  // namespace

ImageTiles::ImageTiles(QObject* parent) : QObject(parent) {
    connect(&background_, &Background::failed, this, [this] {
        busy_ = false;
        gave_up_ = true;
    });
}

ImageTiles::~ImageTiles() { stop_.request_stop(); }

void ImageTiles::set_source(const PixelSource& source) {
    if (source == source_) return;
    source_ = source;
    ++generation_;
    stop_.request_stop();
    busy_ = gave_up_ = false;
    values_.clear();
    value_bytes_ = 0;
    toner_.reset();
    forget_colors();
}

void ImageTiles::forget_colors() {
    colors_.clear();
    color_bytes_ = 0;
    picture_ = {};
    picture_level_ = -1;
}

int ImageTiles::level_of(double scale, const QRect& seen) {
    int level = std::clamp(static_cast<int>(std::floor(-std::log2(scale) + 0.25)), 0, kMostLevel);
    while (level < kMostLevel && area(seen) >> (2 * level) > kMostPixels) ++level;
    return level;
}

QRect ImageTiles::pixels_of(const Key& key) const {
    const auto [level, row, column] = key;
    const int side = side_of(level) << level;
    return QRect(column * side, row * side, side, side) & QRect(QPoint(0, 0), source_.size());
}

const ImageTiles::Picture& ImageTiles::picture(const QRect& seen, double scale, const Tone& tone) {
    const Channels channels = channels_of(source_, tone);
    if (!toner_ || tone != tone_ || channels != channels_) {
        if (channels != channels_) {
            ++generation_;
            stop_.request_stop();
            busy_ = false;
            values_.clear();
            value_bytes_ = 0;
        }
        channels_ = channels;
        tone_ = tone;
        toner_ = std::make_unique<Toner>(tone, source_.image->depth);
        forget_colors();
    }
    const int level = level_of(scale, seen), factor = 1 << level;
    const QRect blocks(QPoint(seen.left() >> level, seen.top() >> level),
                       QPoint(seen.right() >> level, seen.bottom() >> level));
    const QRect pixels(blocks.topLeft() * factor, blocks.size() * factor);
    if (picture_.complete && picture_level_ == level && picture_.pixels == pixels) return picture_;
    picture_.complete = true;
    picture_.pixels = pixels;
    picture_level_ = level;
    const QImage::Format format =
        toner_->opaque(channels.count) ? QImage::Format_RGB32 : QImage::Format_ARGB32_Premultiplied;
    if (picture_.image.size() != blocks.size() || picture_.image.format() != format)
        picture_.image = QImage(blocks.size(), format);
    if (picture_.image.isNull()) return picture_;  // no memory: the ground stays visible
    QPainter painter(&picture_.image);
    painter.setCompositionMode(QPainter::CompositionMode_Source);
    std::vector<Key> missing;
    std::int64_t budget = kReadAtOnce;
    const int side = side_of(level);
    ++now_;
    for (int row = blocks.top() / side; row <= blocks.bottom() / side; ++row) {
        for (int column = blocks.left() / side; column <= blocks.right() / side; ++column) {
            const Key key(level, row, column);
            const QPoint place = QPoint(column, row) * side - blocks.topLeft();
            if (const QImage* colors = colors_of(key, budget)) {
                painter.drawImage(place, *colors);
                continue;
            }
            missing.push_back(key);
            // Half as fine as the level: on large images each sample misses the caches.
            const QRect region = pixels_of(key);
            const ValueBlock block = sampled(source_, region, factor * 2, channels);
            pixels_read_here_ +=
                static_cast<std::uint64_t>(block.width) * static_cast<std::uint64_t>(block.height);
            painter.drawImage(QRect(place, QSize(block.width, block.height) * 2),
                              toned(block, *toner_, channels.count));
        }
    }
    picture_.complete = missing.empty();
    trim(colors_, color_bytes_, kMostColorBytes,
         [](const QImage& image) { return bytes_of(image); });
    trim(values_, value_bytes_, kMostValueBytes,
         [](const std::shared_ptr<const ValueBlock>& block) { return bytes_of(block); });
    make_missing(std::move(missing));
    return picture_;
}

/// The tile's colours; null when its values must be made first. Small amounts are made at once.
const QImage* ImageTiles::colors_of(const Key& key, std::int64_t& budget) {
    const auto found = colors_.find(key);
    if (found != colors_.end()) {
        found->second.used = now_;
        return &found->second.content;
    }
    const int level = std::get<0>(key);
    const QRect region = pixels_of(key);
    std::shared_ptr<const ValueBlock> values;
    if (const auto kept = values_.find(key); kept != values_.end()) {
        kept->second.used = now_;
        values = kept->second.content;
    } else if (level == 0 || area(region) <= budget) {
        if (level > 0) budget -= area(region);
        pixels_read_here_ += static_cast<std::uint64_t>(area(region));
        values =
            std::make_shared<const ValueBlock>(averaged(source_, region, 1 << level, channels_));
        if (level > 0) put_values(key, values);
    } else {
        return nullptr;
    }
    auto& put = colors_[key];
    put = {toned(*values, *toner_, channels_.count), now_};
    color_bytes_ += bytes_of(put.content);
    return &put.content;
}

void ImageTiles::put_values(const Key& key, std::shared_ptr<const ValueBlock> values) {
    value_bytes_ += bytes_of(values);
    values_[key] = {std::move(values), now_};
}

/// Lets the least recently used go; those of the last picture stay.
template <class Content, class Size>
void ImageTiles::trim(std::map<Key, Kept<Content>>& kept, std::size_t& bytes, std::size_t most,
                      Size size_of) {
    if (bytes <= most) return;
    std::vector<std::pair<std::uint64_t, Key>> ages;
    for (const auto& [key, one] : kept) {
        if (one.used != now_) ages.emplace_back(one.used, key);
    }
    std::ranges::sort(ages);
    for (const auto& [age, key] : ages) {
        if (bytes <= most) return;
        const auto found = kept.find(key);
        bytes -= size_of(found->second.content);
        kept.erase(found);
    }
}

/// One job at a time, over a few tiles: what it makes is painted, and the next one makes what is
/// wanted then.
void ImageTiles::make_missing(std::vector<Key> missing) {
    if (missing.empty() || busy_ || gave_up_) return;
    std::vector<std::pair<Key, QRect>> wanted;
    std::int64_t reads = 0;
    for (const Key& key : missing) {
        const QRect region = pixels_of(key);
        reads += area(region);
        if (!wanted.empty() && reads > kReadPerJob) break;
        wanted.emplace_back(key, region);
    }
    busy_ = true;
    stop_ = {};
    background_.run({},
                    [this, wanted = std::move(wanted), source = source_, channels = channels_,
                     generation = generation_,
                     stop = stop_.get_token()](const std::stop_token&) -> Background::Finish {
                        std::vector<std::pair<Key, std::shared_ptr<const ValueBlock>>> made;
                        for (const auto& [key, region] : wanted) {
                            made.emplace_back(
                                key, std::make_shared<const ValueBlock>(averaged(
                                         source, region, 1 << std::get<0>(key), channels, stop)));
                            if (stop.stop_requested()) return {};
                        }
                        return [this, generation, made = std::move(made)] {
                            if (generation != generation_) return;
                            busy_ = false;
                            take(made);
                        };
                    });
}

void ImageTiles::take(const std::vector<std::pair<Key, std::shared_ptr<const ValueBlock>>>& made) {
    for (const auto& [key, values] : made) {
        if (!values_.contains(key)) put_values(key, values);
    }
    Q_EMIT changed();
}

}  // namespace millrace::viewers
