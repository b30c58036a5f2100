#include "source/watcher.h"

#include <fmt/core.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace vedette::source {
namespace {

// One inode may be watched both as a file and as a directory entry's target, so masks are always
// added.
constexpr std::uint32_t kFileMask =
    IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_MASK_ADD;
constexpr std::uint32_t kDirectoryMask = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                         IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_MASK_ADD |
                                         IN_ONLYDIR;

void add_once(std::vector<Watcher::Owner>& owners, Watcher::Owner owner) {
  if (std::ranges::find(owners, owner) == owners.end()) owners.push_back(owner);
}

}  // namespace

Watcher::Watcher(std::size_t watches_max)
    : fd_(watches_max > 0 ? ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1),
      watches_max_(watches_max) {}

int Watcher::add(const char* path, std::uint32_t mask) {
  if (!fd_ || watches_.size() >= watches_max_) {
    errno = ENOSPC;
    return kNone;
  }
  const int handle = ::inotify_add_watch(fd_.get(), path, mask);
  return handle < 0 ? kNone : handle;
}

int Watcher::watch_name(const std::string& directory, const std::string& name, Owner owner) {
  const int handle = add(directory.c_str(), kDirectoryMask);
  if (handle == kNone) return errno;
  add_once(watches_[handle].names[name], owner);
  return 0;
}

int Watcher::watch_file(int file, Owner owner) {
  // By descriptor, since the name may already be another file's.
  const int handle = add(fmt::format("/proc/self/fd/{}", file).c_str(), kFileMask);
  if (handle != kNone) watches_[handle].file_owners.push_back(owner);
  return handle;
}

void Watcher::unwatch_file(int handle, Owner owner) {
  const auto found = watches_.find(handle);
  if (found == watches_.end()) return;
  std::vector<Owner>& owners = found->second.file_owners;
  const auto its = std::ranges::find(owners, owner);
  if (its != owners.end()) owners.erase(its);
  if (!owners.empty() || !found->second.names.empty()) return;
  ::inotify_rm_watch(fd_.get(), handle);
  watches_.erase(found);
}

bool Watcher::collect(std::vector<Call>& calls) {
  calls.clear();
  bool complete = true;
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  while (fd_) {
    const ssize_t bytes = ::read(fd_.get(), buffer.data(), buffer.size());
    if (bytes <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(bytes);) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = event.len > 0 ? buffer.data() + at + sizeof event : "";
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) complete = false;
      const auto found = watches_.find(event.wd);
      if (found == watches_.end()) continue;
      Watch& watch = found->second;
      const bool lost =
          (event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)) != 0;
      report(watch, name, lost, calls);
      if (lost) watch.names.clear();  // what has this directory's name now is another one
      const bool gone = (event.mask & IN_IGNORED) != 0;
      if (gone || (watch.file_owners.empty() && watch.names.empty())) {
        if (!gone) ::inotify_rm_watch(fd_.get(), event.wd);
        watches_.erase(found);
      }
    }
  }
  return complete;
}

void Watcher::report(const Watch& watch, const char* name, bool lost,
                     std::vector<Call>& calls) const {
  for (const Owner owner : watch.file_owners) calls.push_back({owner, false});
  if (*name != '\0') {
    const auto found = watch.names.find(name);
    if (found == watch.names.end()) return;
    for (const Owner owner : found->second) calls.push_back({owner, false});
    return;
  }
  for (const auto& [watched, owners] : watch.names) {
    for (const Owner owner : owners) calls.push_back({owner, lost});
  }
}

}  // namespace vedette::source
