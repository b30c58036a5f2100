#include "net/reply.h"

#include "base/assert.h"
#include "net/mailbox.h"

#include <utility>

namespace vedette::net {
namespace {

void deliver(Mailbox& mailbox, std::uint64_t connection, Answer answer) {
  if (mailbox.answer_directly(connection, answer)) return;
  mailbox.post({.connection = connection, .answer = std::move(answer)});
}

}  // namespace

EventStream::~EventStream() {
  queue_->end();
}

bool EventStream::send(std::string_view bytes) {
  return queue_->push(bytes);
}

bool EventStream::open() const {
  return queue_->open();
}

Reply::~Reply() {
  if (mailbox_) deliver(*mailbox_, connection_, {.kind = Answer::Kind::Dropped});
}

void Reply::send(HttpResponse response) && {
  const auto mailbox = std::move(mailbox_);
  VD_ASSERT(mailbox != nullptr);
  const std::size_t bytes_min = mailbox->options().compress_bytes_min;
  if (response.content().size() >= bytes_min) compress(response, coding_, bytes_min);
  deliver(*mailbox, connection_, {.response = std::move(response)});
}

std::shared_ptr<EventStream> Reply::stream(HttpHeaders headers) && {
  auto mailbox = std::move(mailbox_);
  VD_ASSERT(mailbox != nullptr);
  headers.emplace_back("Cache-Control", "no-store");
  auto queue = std::make_shared<StreamQueue>(mailbox, connection_);
  deliver(*mailbox, connection_,
          {.kind = Answer::Kind::Stream,
           .response = {.content_type = "text/event-stream", .headers = std::move(headers)},
           .stream = queue});
  return std::make_shared<EventStream>(std::move(queue));
}

}  // namespace vedette::net
