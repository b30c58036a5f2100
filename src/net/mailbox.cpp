#include "net/mailbox.h"

#include "base/assert.h"

#include <sys/eventfd.h>

#include <unistd.h>
#include <utility>

namespace vedette::net {

Mailbox::Mailbox(const MailboxOptions& options)
    : options_(options), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void discard(const Letter& letter) {
  if (letter.answer && letter.answer->stream) letter.answer->stream->close();
}

void Mailbox::wake() {
  const std::uint64_t one = 1;
  // It fails only when nearly 2^64 words wait, and then there is no need to wake anybody.
  [[maybe_unused]] const ssize_t ignored = ::write(wake_.get(), &one, sizeof one);
}

void Mailbox::post(Letter letter) {
  bool wanted = false;
  bool first = false;
  {
    const MutexLock lock(mutex_);
    wanted = !closed_;
    first = wanted && letters_.empty();  // whoever wrote the first wakes
    if (wanted) letters_.push_back(std::move(letter));
  }
  if (first) wake();
  if (!wanted) discard(letter);
}

void Mailbox::begin_handler(std::uint64_t connection, std::optional<Answer>& place) {
  handled_ = connection;
  place_ = &place;
}

bool Mailbox::answer_directly(std::uint64_t connection, Answer& answer) {
  if (owner_.load(std::memory_order_relaxed) != std::this_thread::get_id()) return false;
  if (place_ == nullptr || handled_ != connection) return false;
  place_->emplace(std::move(answer));
  return true;
}

void Mailbox::take(std::vector<Letter>& letters) {
  letters.clear();
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t ignored = ::read(wake_.get(), &count, sizeof count);
  const MutexLock lock(mutex_);
  letters.swap(letters_);
}

void Mailbox::close() {
  std::vector<Letter> dropped;
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    dropped.swap(letters_);
  }
  for (const Letter& letter : dropped) discard(letter);
}

bool StreamQueue::push(std::string_view bytes) {
  bool tell = false;
  bool sent = false;
  {
    const MutexLock lock(mutex_);
    if (closed_ || state_ != State::Open) return false;
    if (bytes.size() > mailbox_->options().stream_bytes_max - waiting_.size()) {
      state_ = State::Overrun;
      waiting_.clear();
    } else {
      waiting_.append(bytes);
    }
    tell = !std::exchange(told_, true);
    sent = state_ == State::Open;
  }
  if (tell) mailbox_->post({.connection = connection_, .answer = {}});
  return sent;
}

bool StreamQueue::open() const {
  const MutexLock lock(mutex_);
  return !closed_ && state_ == State::Open;
}

void StreamQueue::end() {
  {
    const MutexLock lock(mutex_);
    if (closed_ || state_ != State::Open) return;
    state_ = State::Ended;
    if (std::exchange(told_, true)) return;
  }
  mailbox_->post({.connection = connection_, .answer = {}});
}

bool StreamQueue::overrun() const {
  const MutexLock lock(mutex_);
  return state_ == State::Overrun;
}

StreamQueue::State StreamQueue::take(std::string& bytes) {
  const MutexLock lock(mutex_);
  told_ = false;
  bytes.clear();
  bytes.swap(waiting_);
  return state_;
}

void StreamQueue::close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  waiting_ = {};
}

}  // namespace vedette::net
