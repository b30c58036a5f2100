// A segment of the ingest journal that somebody else wrote. The first byte says whether the bytes
// are taken as they are, or each stretch of them becomes the lines of a sound frame, with some
// bytes changed afterwards. Whatever the reader hands out is a frame that stands there.
#include "source/ingest_segment.h"

#include "base/assert.h"
#include "base/hash.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

using namespace vedette;
using namespace vedette::source;

/// Script: length of the lines, length of the id, the byte to change (0: none), the bytes.
std::string frames_of(std::string_view script, std::uint64_t number) {
  std::string out;
  while (script.size() >= 3) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(script[i]); };
    const std::size_t lines_bytes = byte(0), id_bytes = byte(1) % (kBatchIdBytesMax + 1);
    const std::size_t changed = byte(2);
    script.remove_prefix(3);
    const std::string id(script.substr(0, id_bytes));
    script.remove_prefix(id.size());
    std::string lines(script.substr(0, lines_bytes));
    script.remove_prefix(lines.size());
    if (lines_bytes % 4 != 0) lines += '\n';
    std::string frame = frame_head({number, out.size()}, {.id = id, .lines = lines}, hash64(lines));
    frame += lines;
    if (changed > 0 && changed <= frame.size()) {
      frame[changed - 1] = static_cast<char>(frame[changed - 1] ^ 0x10);
    }
    out += frame;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size < 2) return 0;
  constexpr std::uint64_t kNumber = 7;
  const std::string_view rest(reinterpret_cast<const char*>(input) + 1, size - 1);
  const std::string bytes = input[0] % 2 == 0 ? std::string(rest) : frames_of(rest, kNumber);
  UniqueFd fd(::memfd_create("segment", MFD_CLOEXEC));
  VD_ASSERT(::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  SegmentReader reader(std::move(fd), {kNumber, 0});
  Frame frame;
  for (;;) {
    const Place at = reader.place();
    const SegmentReader::Step step = reader.next(bytes.size(), frame);
    if (step == SegmentReader::Step::End || step == SegmentReader::Step::Lost) {
      VD_ASSERT(reader.place() == at);
      return 0;
    }
    VD_ASSERT(reader.place() > at && reader.place().offset <= bytes.size());
    if (step != SegmentReader::Step::Frame) continue;
    const std::string again = frame_head(at, frame, hash64(frame.lines)).append(frame.lines);
    VD_ASSERT(again == std::string_view(bytes).substr(at.offset, frame.bytes));
    VD_ASSERT(frame.lines.empty() || frame.lines.back() == '\n');
  }
}
