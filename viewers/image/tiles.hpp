// A picture of any size at any zoom: the values of each level, a power of two smaller than the
// image, are means of whole blocks and are made in tiles, the few that are in sight, in the
// background; until they are there every n-th pixel stands in for them. What is kept is bounded:
// at most 160 MB of values and 64 MB of colours. Owned by its view; window thread only.
#pragma once

#include <QImage>
#include <QObject>
#include <QRect>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <tuple>

#include "viewers/cloud/background.hpp"
#include "viewers/image/tone.hpp"

namespace millrace::viewers {

class ImageTiles : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t kMostValueBytes = std::size_t{160} << 20;
    static constexpr std::size_t kMostColorBytes = std::size_t{64} << 20;
    /// Level pixels of one picture; a level that has more of them in sight is too fine.
    static constexpr std::int64_t kMostPixels = std::int64_t{6} << 20;

    explicit ImageTiles(QObject* parent = nullptr);
    ~ImageTiles() override;

    /// A source without an image lets everything go.
    void set_source(const PixelSource& source);
    const PixelSource& source() const { return source_; }

    struct Picture {
        QImage image;
        QRect pixels;  ///< of the whole image that it covers; may reach over the far edges
        bool complete = true;
    };
    /// What `scale` device pixels an image pixel show of the image's pixels `seen`.
    const Picture& picture(const QRect& seen, double scale, const Tone& tone);

    /// Whether the last picture was complete or the tiles that it lacks can't be made.
    bool settled() const { return !busy_ && (picture_.complete || gave_up_); }
    /// Image pixels that picture() has read on the window thread, since the start.
    std::uint64_t pixels_read_here() const { return pixels_read_here_; }
    std::size_t bytes_kept() const { return value_bytes_ + color_bytes_; }

    /// The level for a scale: its pixels are at least 0.6 device pixels large.
    static int level_of(double scale, const QRect& seen);

Q_SIGNALS:
    /// Tiles came in.
    void changed();

private:
    using Key = std::tuple<int, int, int>;  ///< level, row, column
    template <class Content>
    struct Kept {
        Content content;
        std::uint64_t used = 0;
    };
    QRect pixels_of(const Key& key) const;
    const QImage* colors_of(const Key& key, std::int64_t& budget);
    void make_missing(std::vector<Key> missing);
    void take(const std::vector<std::pair<Key, std::shared_ptr<const ValueBlock>>>& made);
    void put_values(const Key& key, std::shared_ptr<const ValueBlock> values);
    void forget_colors();
    template <class Content, class Size>
    void trim(std::map<Key, Kept<Content>>& kept, std::size_t& bytes, std::size_t most,
              Size size_of);

    PixelSource source_;
    Channels channels_;
    Tone tone_;
    std::unique_ptr<Toner> toner_;
    std::map<Key, Kept<std::shared_ptr<const ValueBlock>>> values_;
    std::map<Key, Kept<QImage>> colors_;
    std::size_t value_bytes_ = 0, color_bytes_ = 0;
    std::uint64_t now_ = 0, generation_ = 0, pixels_read_here_ = 0;
    Picture picture_;
    int picture_level_ = -1;
    bool busy_ = false;
    bool gave_up_ = false;   ///< there is no memory for tiles: the samples stay
    std::stop_source stop_;  ///< of the job at work, when its tiles are no longer wanted
    Background background_;  ///< last: its jobs end before the rest goes
};

}  // namespace millrace::viewers
