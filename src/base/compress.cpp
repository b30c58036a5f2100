#include "base/compress.h"

#include "base/assert.h"

#include <algorithm>
#include <array>
#include <memory>
#include <zlib.h>
#include <zstd.h>

namespace vedette {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window; +16: gzip's header, not zlib's
constexpr int kZstdWindowLog = 23;
constexpr std::size_t kPiece = 64 * 1024;

/// Appends to `out` unless it would become longer than allowed.
bool append(std::string& out, const char* bytes, std::size_t size, std::size_t bytes_max) {
  if (size > bytes_max - out.size()) return false;
  out.append(bytes, size);
  return true;
}

std::nullopt_t failed(UnpackFailure reason, UnpackFailure* why) {
  if (why != nullptr) *why = reason;
  return std::nullopt;
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
  z_stream stream{};
  VD_ASSERT(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  VD_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view bytes, int level) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
  VD_ASSERT(!ZSTD_isError(size));
  out.resize(size);
  return out;
}

std::optional<std::string> gunzip(std::string_view bytes, std::size_t bytes_max,
                                  UnpackFailure* why) {
  z_stream stream{};
  VD_ASSERT(inflateInit2(&stream, kGzipWindow) == Z_OK);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closing(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  const auto piece = std::make_unique<std::array<char, kPiece>>();
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(piece->data());
    stream.avail_out = static_cast<uInt>(piece->size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return failed(UnpackFailure::Damaged, why);
    if (!append(out, piece->data(), piece->size() - stream.avail_out, bytes_max)) {
      return failed(UnpackFailure::TooLarge, why);
    }
    if (status != Z_STREAM_END) continue;
    if (stream.avail_in == 0) return out;
    if (inflateReset(&stream) != Z_OK) return failed(UnpackFailure::Damaged, why);
  }
}

std::optional<std::string> unzstd(std::string_view bytes, std::size_t bytes_max,
                                  UnpackFailure* why) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  VD_ASSERT(context != nullptr);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::string out;
  const auto piece = std::make_unique<std::array<char, kPiece>>();
  for (;;) {
    ZSTD_outBuffer to{piece->data(), piece->size(), 0};
    const std::size_t left = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(left)) return failed(UnpackFailure::Damaged, why);
    if (!append(out, piece->data(), to.pos, bytes_max)) {
      return failed(UnpackFailure::TooLarge, why);
    }
    if (in.pos < in.size || to.pos == to.size) continue;
    if (left == 0) return out;
    return failed(UnpackFailure::Damaged, why);  // cut short
  }
}

}  // namespace vedette
