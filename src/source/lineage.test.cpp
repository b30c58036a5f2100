#include "source/lineage.h"

#include "source/testing.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

Directories directories;

/// What a process knows that read `content` up to `offset`, under some other inode.
Known known(std::string_view content, std::uint64_t offset, FileId id = {9, 9}) {
  const std::string_view read = content.substr(0, offset);
  Known out;
  out.mark.id = id;
  out.mark.head = fingerprint(read.substr(0, kHeadBytes));
  out.mark.offset = offset;
  out.mark.trail = fingerprint(read.substr(read.size() - std::min(read.size(), kTrailBytes)));
  return out;
}

std::string name(const Snapshot& snapshot, std::optional<std::size_t> i) {
  if (!i) return "none";
  const std::string& path = snapshot.file(*i).path;
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

TEST_SUITE("source/lineage") {
  TEST_CASE("the next file is the oldest that is newer than what was read") {
    Directory d;
    write(d / "log.3", "a\n");
    write(d / "log.2.gz", gzip("b\n"));
    write(d / "log.1", "c\n");
    write(d / "log", "d\n");
    Snapshot snapshot(d / "log", directories);
    CHECK(name(snapshot, snapshot.next({})) == "log.3");
    CHECK(name(snapshot, snapshot.next({known("a\n", 2)})) == "log.2.gz");
    CHECK(name(snapshot, snapshot.next({known("a\n", 2), known("b\n", 2)})) == "log.1");
    CHECK(name(snapshot, snapshot.next({known("c\n", 2)})) == "log");
    CHECK(name(snapshot, snapshot.next({known("c\n", 2), known("gone\n", 5)})) == "log");
    CHECK(snapshot.settled());
  }

  TEST_CASE("an inode proves nothing unless we hold it open") {
    Directory d;
    write(d / "log", "new\n");
    Snapshot snapshot(d / "log", directories);
    Known reused = known("old\n", 4, snapshot.file(0).id);
    CHECK(name(snapshot, snapshot.find({reused}, 0)) == "none");
    CHECK(name(snapshot, snapshot.next({reused})) == "log");
    reused.open = true;
    CHECK(name(snapshot, snapshot.find({reused}, 0)) == "log");
    CHECK(name(snapshot, snapshot.next({reused})) == "none");
  }

  TEST_CASE("files that begin alike are told apart by what stands before the offset") {
    Directory d;
    const std::string header(1500, '#');
    write(d / "log.2.gz", gzip(header + "\nmonday\n"));
    write(d / "log.1", header + "\ntuesday\n");
    write(d / "log", header + "\nwednesday\n");
    Snapshot snapshot(d / "log", directories);
    Known tuesday = known(header + "\ntuesday\n", 1509);
    tuesday.unfinished = true;
    CHECK(name(snapshot, snapshot.find({tuesday}, 0)) == "log.1");
    Known monday = known(header + "\nmonday\n", 1508);
    monday.unfinished = true;
    CHECK(name(snapshot, snapshot.find({monday}, 0)) == "log.2.gz");
    CHECK(name(snapshot, snapshot.next({monday})) == "log.1");
  }

  TEST_CASE("a packed file that is being made beside its plain one does not count") {
    Directory d;
    write(d / "log.1", "a\nb\n");
    write(d / "log.1.gz", gzip("a\nb\n").substr(0, 15));
    write(d / "log", "c\n");
    Snapshot snapshot(d / "log", directories);
    REQUIRE(snapshot.size() == 2);
    CHECK(name(snapshot, 0) == "log.1");
  }

  TEST_CASE("a copy that is being made is not the next file, one of an emptied file is") {
    Directory d;
    write(d / "log.1", "a\nb\n");
    write(d / "log", "a\nb\nc\n");
    Snapshot before(d / "log", directories);
    CHECK(name(before, before.next({})) == "log");
    write(d / "log", "c\n");
    Snapshot after(d / "log", directories);
    CHECK(name(after, after.next({})) == "log.1");
  }

  TEST_CASE("content that appears again at the path is new, unless it may have been moved") {
    Directory d;
    write(d / "log", "a\nb\n");
    Snapshot snapshot(d / "log", directories);
    Known emptied = known("a\n", 2, {});
    CHECK(name(snapshot, snapshot.next({emptied})) == "log");
    Known moved = known("a\n", 2);
    moved.may_be_current = true;
    CHECK(name(snapshot, snapshot.find({moved}, 0)) == "log");
  }

  TEST_CASE(
      "a second look notices what was renamed, added, or written to after it was passed over") {
    Directory d;
    write(d / "log.1", "");
    write(d / "log", "b\n");
    Snapshot snapshot(d / "log", directories);
    CHECK(name(snapshot, snapshot.next({})) == "log");
    CHECK(snapshot.settled());
    append(d / "log.1", "a\n");
    CHECK_FALSE(snapshot.settled());

    Snapshot renamed(d / "log", directories);
    rename(d / "log.1", d / "log.2");
    CHECK_FALSE(renamed.settled());

    Snapshot recreated(d / "log", directories);
    write(d / "new", "b\n");
    rename(d / "new", d / "log");
    CHECK_FALSE(recreated.settled());
  }
}
