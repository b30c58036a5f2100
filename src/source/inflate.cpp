#include "source/inflate.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <zlib.h>
#include <zstd.h>

namespace vedette::source {
namespace {

struct Magic {
  std::string_view bytes;
  Packing packing;
  std::string_view name;
};

using std::string_view_literals::operator""sv;
constexpr std::array kMagics{
    Magic{"\x1f\x8b\x08"sv, Packing::Gzip, ""},
    Magic{"\x28\xb5\x2f\xfd"sv, Packing::Zstd, ""},
    Magic{"BZh"sv, Packing::Foreign, "bzip2"},
    Magic{"\xfd\x37\x7a\x58\x5a\x00"sv, Packing::Foreign, "xz"},
    Magic{"\x04\x22\x4d\x18"sv, Packing::Foreign, "lz4"},
    Magic{"PK\x03\x04"sv, Packing::Foreign, "zip"},
    Magic{"\x1f\x9d"sv, Packing::Foreign, "compress (.Z)"},
    Magic{"LPKSHHRH"sv, Packing::Foreign, "a file of the systemd journal"},
};

/// zstd's skippable frames, which may come first: 5? 2A 4D 18.
bool is_skippable_frame(std::string_view head) {
  return (static_cast<unsigned char>(head[0]) & 0xF0) == 0x50 &&
         head.substr(1, 3) == "\x2a\x4d\x18";
}

const Magic* magic_of(std::string_view head) {
  const auto found = std::ranges::find_if(
      kMagics, [&](const Magic& magic) { return head.starts_with(magic.bytes); });
  return found == kMagics.end() ? nullptr : &*found;
}

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() {
    constexpr int kGzipWithLargestWindow = 15 + 16;
    VD_ASSERT(::inflateInit2(&stream_, kGzipWithLargestWindow) == Z_OK);
    ::inflateGetHeader(&stream_, &header_);
  }
  ~GzipDecoder() override { ::inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  Step decode(std::string_view in, char* out, std::size_t room) override {
    Step step;
    if (between_) {
      // Some tools (tar on tapes, some rotators) pad with zeros behind the last member.
      step.taken = std::min(in.find_first_not_of('\0'), in.size());
      in.remove_prefix(step.taken);
      if (in.empty()) return step;
      ::inflateReset(&stream_);
      header_ = {};
      ::inflateGetHeader(&stream_, &header_);
      between_ = false;
    }
    const auto in_max = std::min<std::size_t>(in.size(), kPieceMax);
    const auto out_max = std::min<std::size_t>(room, kPieceMax);
    stream_.next_in =
        reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // zlib predates const
    stream_.avail_in = static_cast<uInt>(in_max);
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(out_max);
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    step.taken += in_max - stream_.avail_in;
    step.made = out_max - stream_.avail_out;
    step.damaged = code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR;
    if (header_.done == 1 && header_.time != 0) {
      const Time written{std::chrono::seconds(header_.time)};
      written_at_ = std::max(written_at_.value_or(written), written);
    }
    between_ = code == Z_STREAM_END;
    return step;
  }

  bool complete() const override { return between_; }
  std::optional<Time> written_at() const override { return written_at_; }

 private:
  static constexpr std::size_t kPieceMax = 1u << 30;  // avail_in is 32 bits wide

  z_stream stream_{};
  gz_header header_{};
  bool between_ = false;
  std::optional<Time> written_at_;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : stream_(::ZSTD_createDStream()) { VD_ASSERT(stream_ != nullptr); }
  ~ZstdDecoder() override { ::ZSTD_freeDStream(stream_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  Step decode(std::string_view in, char* out, std::size_t room) override {
    if (in.empty() && between_) return {};
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out, room, 0};
    const std::size_t code = ::ZSTD_decompressStream(stream_, &output, &input);
    const bool damaged = ::ZSTD_isError(code) != 0;
    between_ = code == 0;
    return {input.pos, output.pos, damaged};
  }

  bool complete() const override { return between_; }
  std::optional<Time> written_at() const override { return {}; }

 private:
  ZSTD_DStream* stream_;
  bool between_ = false;
};

}  // namespace

std::optional<Packing> packing_of(std::string_view head) {
  if (const Magic* magic = magic_of(head)) return magic->packing;
  if (head.size() >= 4 && is_skippable_frame(head)) return Packing::Zstd;
  const bool may_become = std::ranges::any_of(
      kMagics, [&](const Magic& magic) { return magic.bytes.starts_with(head); });
  const bool may_be_skippable = !head.empty() && head.size() < 4 &&
                                (static_cast<unsigned char>(head[0]) & 0xF0) == 0x50 &&
                                "\x2a\x4d\x18"sv.starts_with(head.substr(1));
  if (may_become || may_be_skippable) return {};
  return Packing::Plain;
}

std::string_view foreign_name(std::string_view head) {
  const Magic* magic = magic_of(head);
  return magic == nullptr ? ""sv : magic->name;
}

std::unique_ptr<Decoder> make_decoder(Packing packing) {
  VD_ASSERT(packing == Packing::Gzip || packing == Packing::Zstd);
  if (packing == Packing::Gzip) return std::make_unique<GzipDecoder>();
  return std::make_unique<ZstdDecoder>();
}

}  // namespace vedette::source
