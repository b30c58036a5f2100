#include "base/file.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace vedette {
namespace {

namespace fs = std::filesystem;

struct Directory {
  Directory() {
    std::string name = (fs::temp_directory_path() / "vedette-file-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() { fs::remove_all(path); }
  std::string path;
};

TEST_SUITE("base/file") {
  TEST_CASE("a file is read as it was written, and written over as a whole") {
    Directory directory;
    const std::string path = directory.path + "/file";
    const std::string content(200000, '\0');
    REQUIRE(write_file_atomically(path, content));
    CHECK(*read_file(path) == content);
    REQUIRE(write_file_atomically(path, "short"));
    CHECK(*read_file(path) == "short");
    CHECK_FALSE(fs::exists(path + ".new"));
  }

  TEST_CASE("an error names the path and the reason") {
    const auto absent = read_file("/nonexistent/file");
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == Errc::FileOpen);
    CHECK(absent.error().detail == "/nonexistent/file: No such file or directory");
    const auto folder = read_file("/");
    REQUIRE_FALSE(folder);
    CHECK(folder.error().code == Errc::FileRead);
    const auto unwritable = write_file_atomically("/nonexistent/file", "x");
    REQUIRE_FALSE(unwritable);
    CHECK(unwritable.error().code == Errc::FileWrite);
    CHECK(errno_text(ENOSPC) == "No space left on device");
  }

  TEST_CASE("a file larger than expected is an error") {
    Directory directory;
    const std::string path = directory.path + "/file";
    REQUIRE(write_file_atomically(path, std::string(101, 'x')));
    CHECK(read_file(path, 101));
    CHECK(read_file(path, 100).error().code == Errc::FileRead);
  }

  TEST_CASE("a descriptor is closed when its owner goes, and only once") {
    int number = -1;
    {
      auto fd = open_for_reading("/");
      REQUIRE(fd);
      number = fd->get();
      const UniqueFd moved = *std::move(fd);
      CHECK(moved.get() == number);
      CHECK(::fcntl(number, F_GETFD) == FD_CLOEXEC);
    }
    CHECK(::fcntl(number, F_GETFD) == -1);
    CHECK_FALSE(UniqueFd{});
  }
}

}  // namespace
}  // namespace vedette
