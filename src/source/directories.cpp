#include "source/directories.h"

#include "source/input_file.h"

#include <algorithm>
#include <ctime>
#include <dirent.h>
#include <memory>

namespace vedette::source {
namespace {

/// The clock the kernel takes the times of files from: it ticks a few hundred times a second.
Time file_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return Time{std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec)};
}

}  // namespace

std::vector<std::string_view> Directories::names(const std::string& directory,
                                                 std::string_view front) {
  const auto& all = listing(directory).names;
  std::vector<std::string_view> out;
  for (auto name = std::ranges::lower_bound(all, front); name != all.end(); ++name) {
    if (!std::string_view(*name).starts_with(front)) break;
    out.push_back(*name);
  }
  return out;
}

const Directories::Listing& Directories::listing(const std::string& directory) {
  if (listings_.size() >= kDirectoriesMax && listings_.count(directory) == 0) listings_.clear();
  Listing& listing = listings_[directory];
  const Time now = file_clock();
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    listing = Listing();
    return listing;
  }
  const Time modified = modified_at(status);
  const FileId id = id_of(status);
  if (listing.lasting && listing.id == id && listing.modified == modified) return listing;
  listing = Listing();
  listing.id = id;
  listing.modified = modified;
  // Two changes within one tick have one time: only after it does the time tell of the next change.
  listing.lasting = modified < now;
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(directory.c_str()), ::closedir);
  if (!opened) return listing;
  while (const dirent* entry = ::readdir(opened.get())) listing.names.emplace_back(entry->d_name);
  std::ranges::sort(listing.names);
  return listing;
}

}  // namespace vedette::source
